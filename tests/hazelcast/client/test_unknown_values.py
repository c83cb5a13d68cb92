# SPDX-License-Identifier: Apache-2.0
"""Maps with keys and values of types that a client does not know, in each style."""

from __future__ import annotations

import queue
from dataclasses import dataclass

from gridwire.hazelcast.serialization.api import GenericRecord, StreamSerializer
from gridwire.hazelcast.serialization.unknown import UnknownObject


class Key:
    """Something that only one of two clients can read."""

    def __init__(self, partition_key=None):
        self.partition_key = partition_key

    def get_partition_key(self):
        return self.partition_key


class Note(StreamSerializer):
    def get_type_id(self):
        return 77

    def write(self, out, obj):
        out.write_string("note")

    def read(self, inp):
        return "read", inp.read_string()


def test_values_and_keys_in_a_map(styles, cluster) -> None:
    name = f"notes {styles.name}"
    writer = styles.client(cluster, custom_serializers={Key: Note}).map(name)
    reader = styles.client(cluster).map(name)
    styles.call(writer.put, "one", Key())
    styles.call(writer.put, Key("customer"), "two")
    found = styles.call(reader.get, "one")
    assert type(found) is UnknownObject
    assert "get_type_id() returns 77" in repr(found)
    key = next(key for key in styles.call(reader.key_set) if key != "one")
    assert styles.call(reader.get, key) == "two"
    assert styles.call(reader.contains_value, found)
    styles.call(reader.put, "copy", found)
    assert styles.call(writer.get, "copy") == ("read", "note")
    assert styles.call(reader.replace_if_same, "copy", found, "new") is True
    assert styles.call(reader.remove, key) == "two"
    assert dict(styles.call(reader.entry_set)) == {"one": found, "copy": "new"}


@dataclass(frozen=True)
class Place:
    """A key with fields, all keys of one customer in one partition."""

    customer: str
    number: int

    def get_partition_key(self):
        return self.customer


def test_keys_without_their_class_stay_in_their_partition(styles, cluster) -> None:
    name = f"places {styles.name}"
    writer = styles.client(cluster).map(name)
    reader = styles.client(cluster).map(name)
    for number in range(5):
        styles.call(writer.put, Place("Ann", number), number)
    for key in styles.call(reader.key_set):
        assert type(key) is GenericRecord
        assert styles.call(reader.get, key) == key["number"]


def test_listeners_get_it(styles, cluster) -> None:
    name = f"heard {styles.name}"
    writer = styles.client(cluster, custom_serializers={Key: Note}).map(name)
    reader = styles.client(cluster).map(name)
    heard: queue.SimpleQueue = queue.SimpleQueue()
    styles.call(reader.add_entry_listener, include_value=True, added_func=heard.put)
    styles.call(writer.put, 1, Key())
    event = heard.get(timeout=20)
    assert type(event.value) is UnknownObject
