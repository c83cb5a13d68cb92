# SPDX-License-Identifier: Apache-2.0
"""Locks, invalidations, listeners and code of the program: members of ours and real ones agree.

The same requests go to both, byte by byte; what is compared are answers, acks, events and what
near caches are told. The classes are those of the scenario suite, in Java and in Python.
"""

from __future__ import annotations

import re
import time
import uuid
from struct import pack
from typing import Any

import pytest

from faithful import things
from gridwire.hazelcast import predicate
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.testing import HazelcastCluster
from gridwire.testing.real import RealCluster, member_jar
from support.hazelcast_wire import Failure, SocketWire, encoded, int_data, text_data
from support.real_members import note_version

PROPERTIES = {"hazelcast.map.invalidation.batch.enabled": "false"}
K, K2, ABSENT = int_data(1), int_data(2), int_data(77)
A, B = text_data("a"), text_data("b")
T, OTHER = 1, 9
NEW_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=Mark)-?\d+")
CLASS_NAMES = re.compile(r"gridwire\.faithful\.Things\$|faithful\.things\.")


def data(value: Any) -> bytes:
    return bytes(SerializationService().to_data(value) or b"")


def thing(class_id: int, *texts: str) -> bytes:
    fields = b"".join(pack(">i", len(text)) + text.encode() for text in texts)
    return b"\0\0\0\0\xff\xff\xff\xfe\x01" + pack(">ii", things.FACTORY, class_id) + fields


def append(suffix: str) -> bytes:
    return thing(3, suffix)


REMOVE, FAIL, TOUCH, MARK = (thing(number) for number in (4, 5, 6, 7))


class Observer:
    """A client with a connection to each of two members, and another one that listens."""

    def __init__(self, addresses: list[str], cluster_name: str) -> None:
        self.client = uuid.uuid4()
        self.name = f"agreement-{self.client}"
        self.wires = [SocketWire(address, self.client) for address in addresses]
        self.listener = SocketWire(addresses[0])
        for wire in (*self.wires, self.listener):
            wire.authenticate(cluster_name)
        for wire in self.wires:
            wire.call(client_messages.LOCAL_BACKUP_LISTENER)
        self.wires[0].call(messages.SIZE, self.name)
        self.listener.call(messages.ADD_ENTRY_LISTENER, self.name, True, 1023, False)
        for filter_ in (predicate.greater("this", 5), predicate.not_(predicate.greater("this", 5))):
            self.listener.call(
                messages.ADD_ENTRY_LISTENER_WITH_PREDICATE,
                self.name,
                data(filter_),
                True,
                1023,
                False,
            )
        self.listener.call(messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER, self.name, 256, False)
        self.seen: list[Any] = []
        self.acks = 0

    def on_key(self, message: Any, *values: Any, key: bytes = K) -> Any:
        return self._see(message, key, *values, partition_id=partition_of(key, 271))

    def process(self, message: Any, code: bytes, *, key: bytes = K, thread: int = T) -> Any:
        return self._see(message, code, key, thread, partition_id=partition_of(key, 271))

    def on_all(self, message: Any, *values: Any, partition_id: int = -1) -> Any:
        return self._see(message, *values, partition_id=partition_id)

    def begin(self, message: Any, *values: Any, key: bytes = K) -> tuple[Any, int]:
        """Send a request that will have to wait."""
        wire = self.wires[0]
        request = next(wire._ids)
        partition_id = partition_of(key, 271)
        wire.write(encoded(message, request, self.name, key, *values, partition_id=partition_id))
        time.sleep(0.1)  # It has to get there before the next one, by another connection.
        self.seen.append(("waits", message.name, request not in wire._replies))
        return message, request

    def end(self, begun: tuple[Any, int]) -> None:
        message, request = begun
        self.seen.append((message.name, self.wires[0].reply_to(request, message).value))

    def _see(self, message: Any, *values: Any, partition_id: int) -> Any:
        wire = self.wires[0]
        try:
            value, acks = wire.call(
                message, self.name, *values, partition_id=partition_id, aware=True
            )
        except Failure as failure:
            value = failure
            self.seen.append((message.name, failure.code, failure.class_name, failure.message))
        else:
            self.seen.append((message.name, _plain(value), acks))
            self.acks += acks
        return value

    def conclude(self) -> None:
        """Note what was told meanwhile: for each listener and key in order; and all acks."""
        told: dict[Any, list[Any]] = {}
        for one in self.listener.heard_soon(1.0):
            fields = one.fields
            if one.name == "Entry":
                event = (
                    fields.event_type,
                    fields.value,
                    fields.old_value,
                    fields.merging_value,
                    fields.number_of_affected_entries,
                )
            else:
                event = (fields.source_uuid == self.client, fields.sequence)
            told.setdefault((one.correlation_id, fields.key or b""), []).append(event)
        for listener_and_key, events in sorted(told.items()):
            self.seen += [(listener_and_key, event) for event in events]
        heard = sum(len(each.heard_soon(0.1)) for each in self.wires)
        self.seen.append((self.acks, heard))

    def close(self) -> None:
        for wire in (*self.wires, self.listener):
            wire.close()


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _comparable(seen: Any) -> str:
    """What was seen, without what is new in each cluster, and by which name a class goes."""
    text = CLASS_NAMES.sub("", repr(seen).replace("\\\\", "\\"))
    return NEW_IDS.sub("#", text)


def locks(see: Observer) -> None:
    see.on_key(messages.UNLOCK, T, 1)
    see.on_key(messages.LOCK, T, -1, 2)
    see.on_key(messages.LOCK, T, -1, 3)
    see.on_key(messages.LOCK, T, -1, 3)
    see.on_key(messages.IS_LOCKED)
    see.on_key(messages.UNLOCK, OTHER, 4)
    see.on_key(messages.TRY_LOCK, OTHER, -1, 0, 5)
    see.on_key(messages.TRY_LOCK, OTHER, -1, 50, 6)
    see.on_key(messages.SET, A, T, -1)
    for message, values in (
        (messages.GET, [OTHER]),
        (messages.CONTAINS_KEY, [OTHER]),
        (messages.TRY_PUT, [B, OTHER, 0]),
        (messages.TRY_PUT, [B, OTHER, 50]),
        (messages.TRY_REMOVE, [OTHER, 0]),
    ):
        see.on_key(message, *values)
    see.on_all(messages.EVICT_ALL)
    see.on_all(messages.CLEAR)
    see.on_all(messages.SIZE)
    begun = [
        see.begin(messages.SET, B, OTHER, -1),
        see.begin(messages.PUT, A, OTHER, -1),
        see.begin(messages.LOCK, OTHER, -1, 7),
        see.begin(messages.REMOVE, 5),
    ]
    see.on_key(messages.UNLOCK, T, 8)
    see.on_key(messages.UNLOCK, T, 8)
    see.on_key(messages.UNLOCK, T, 9)
    for each in begun[:3]:
        see.end(each)
    see.on_key(messages.IS_LOCKED)
    see.on_key(messages.FORCE_UNLOCK, 10)
    see.end(begun[3])
    see.on_key(messages.FORCE_UNLOCK, 11)
    # One of no time is over at once; whether it still stands a moment later nobody can tell, so it
    # is not asked for.
    for lease in (-5, 2**63 - 1):
        see.on_key(messages.LOCK, T, lease, 12)
        see.on_key(messages.IS_LOCKED)
        see.on_key(messages.FORCE_UNLOCK, 13)
    see.on_key(messages.TRY_LOCK, T, 0, 0, 14)
    see.on_key(messages.LOCK, OTHER, -1, 15)
    see.on_key(messages.SET_TTL, 100_000, key=K2)
    see.on_key(messages.FORCE_UNLOCK, 16)


def changes(see: Observer) -> None:
    three, nine = int_data(3), int_data(9)
    see.on_key(messages.SET, three, T, -1)
    see.on_key(messages.PUT, nine, T, -1)
    see.on_key(messages.PUT_TRANSIENT, three, T, -1)
    see.on_key(messages.TRY_PUT, nine, T, 0)
    see.on_key(messages.SET_TTL, 3_600_000)
    see.on_key(messages.SET_TTL, 3_600_000, key=ABSENT)
    see.on_key(messages.DELETE, T)
    see.on_key(messages.DELETE, T)
    see.on_key(messages.PUT_IF_ABSENT, nine, T, -1)
    see.on_key(messages.REPLACE, three, T)
    see.on_key(messages.REMOVE_IF_SAME, nine, T)
    see.on_key(messages.REMOVE_IF_SAME, three, T)
    see.on_key(messages.SET, nine, T, -1)
    see.on_key(messages.EVICT, T)
    see.on_all(messages.PUT_ALL, [(K, three)], True, partition_id=partition_of(K, 271))
    see.on_all(messages.REMOVE_ALL, data(predicate.less("this", 5)))
    see.on_key(messages.SET, nine, T, -1)
    see.on_all(messages.CLEAR)
    see.on_all(messages.CLEAR)
    see.on_all(messages.EVICT_ALL)
    see.on_all(messages.EVENT_JOURNAL_SUBSCRIBE, partition_id=3)
    see.on_all(messages.EVENT_JOURNAL_READ, 0, 0, 1, None, None, partition_id=3)
    see.on_all(messages.REMOVE_PARTITION_LOST_LISTENER, uuid.UUID(int=1))


def entries_with_metadata(see: Observer) -> None:
    nine = int_data(9)
    entry = customs.SimpleEntryView(K, nine, 1, 2, 2**63 - 1, 3, 4, 5, 6, 7, 8, 9)
    for entries in ([], [entry], [entry]):
        see.on_all(messages.PUT_ALL_WITH_METADATA, entries, partition_id=partition_of(K, 271))
    see.on_key(messages.GET_ENTRY_VIEW, T)


def processors(see: Observer) -> None:
    for message in (messages.EXECUTE_ON_KEY, messages.SUBMIT_TO_KEY):
        for code in (append("x"), append(""), TOUCH, FAIL, REMOVE, REMOVE, TOUCH):
            see.process(message, code)
        see.process(message, int_data(4))
    see.on_key(messages.SET, A, T, 3_600_000)
    see.process(messages.EXECUTE_ON_KEY, append("t"))
    see.on_key(messages.GET_ENTRY_VIEW, T)
    keys = [K, K2, K2]
    see.on_all(messages.EXECUTE_ON_KEYS, append("k"), keys)
    see.on_all(messages.EXECUTE_ON_KEYS, TOUCH, keys)
    see.on_all(messages.EXECUTE_ON_KEYS, FAIL, keys)
    see.on_all(messages.EXECUTE_ON_KEYS, FAIL, [])
    see.on_all(messages.EXECUTE_ON_KEYS, REMOVE, [K2, ABSENT])
    see.on_all(messages.EXECUTE_ON_ALL_KEYS, append("l"))
    see.on_all(messages.EXECUTE_WITH_PREDICATE, FAIL, data(predicate.false()))
    see.on_all(messages.EXECUTE_WITH_PREDICATE, append("p"), data(predicate.true()))
    see.on_key(messages.LOCK, OTHER, -1, 1)
    begun = see.begin(messages.SET, A, T, -1)
    see.on_all(messages.EXECUTE_ON_KEYS, append("m"), [K])
    see.on_all(messages.EXECUTE_ON_ALL_KEYS, append("n"))
    see.process(messages.EXECUTE_ON_KEY, append("o"), thread=OTHER)
    see.on_key(messages.UNLOCK, OTHER, 2)
    see.end(begun)
    see.on_all(messages.REPLACE_ALL, TOUCH, partition_id=3)
    see.on_all(messages.REPLACE_ALL, int_data(3))


def interceptors(see: Observer) -> None:
    see.on_key(messages.SET, A, T, -1)
    added = see.on_all(messages.ADD_INTERCEPTOR, MARK)
    see.seen.append(see.on_all(messages.ADD_INTERCEPTOR, MARK) == added)
    see.on_key(messages.GET, T)
    for message, values in (
        (messages.PUT, [B, T, -1]),
        (messages.SET, [A, T, -1]),
        (messages.PUT_IF_ABSENT, [B, T, -1]),
        (messages.REPLACE, [B, T]),
        (messages.REPLACE_IF_SAME, [text_data("bp"), A, T]),
        (messages.REPLACE_IF_SAME, [A, B, T]),
        (messages.TRY_PUT, [B, T, 0]),
        (messages.PUT_TRANSIENT, [A, T, -1]),
        (messages.PUT_WITH_MAX_IDLE, [B, T, -1, -1]),
        (messages.SET_TTL, [3_600_000]),
    ):
        see.on_key(message, *values)
        see.on_key(messages.GET, T)
    see.on_key(messages.PUT_IF_ABSENT, A, T, -1, key=K2)
    partition = partition_of(K, 271)
    see.on_all(messages.PUT_ALL, [(K, A)], True, partition_id=partition)
    see.on_all(messages.GET_ALL, [K], partition_id=partition)
    see.on_all(messages.ENTRY_SET)
    see.on_all(messages.VALUES)
    see.process(messages.EXECUTE_ON_KEY, TOUCH)
    see.process(messages.EXECUTE_ON_KEY, append("x"))
    see.on_key(messages.REMOVE, T)
    kept = text_data("kept")
    for message, values in (
        (messages.REMOVE, [T]),
        (messages.DELETE, [T]),
        (messages.TRY_REMOVE, [T, 0]),
        (messages.REMOVE_IF_SAME, [text_data("keptp"), T]),
        (messages.EVICT, [T]),
    ):
        see.on_key(messages.SET, kept, T, -1)
        see.seen.append(message.name)
        _forbidden(see, message, values)
        see.on_key(messages.CONTAINS_KEY, T)
    see.on_key(messages.DELETE, T)
    see.on_all(messages.REMOVE_ALL, data(predicate.true()))
    see.on_all(messages.SIZE)
    see.on_all(messages.REMOVE_INTERCEPTOR, added)
    see.on_all(messages.REMOVE_INTERCEPTOR, added)
    see.on_all(messages.REMOVE_INTERCEPTOR, "never added")
    see.on_all(messages.ADD_INTERCEPTOR, TOUCH)
    see.on_all(messages.ADD_INTERCEPTOR, int_data(3))
    see.on_key(messages.GET, T)


def _forbidden(see: Observer, message: Any, values: list[Any]) -> None:
    """An error; which one is up to the language of the interceptor."""
    see.on_key(message, *values)
    *before, (name, *_) = see.seen
    see.seen[:] = [*before, name]


@pytest.fixture(scope="module")
def addresses(real_version, request, tmp_path_factory):
    """A real cluster of two members that knows the classes, and one of ours."""
    classes = things.compiled(member_jar(real_version), tmp_path_factory.mktemp("classes"))
    factories = {things.FACTORY: things.classes("gridwire.hazelcast")}
    with (
        RealCluster(
            real_version,
            2,
            properties=PROPERTIES,
            classpath=[classes],
            extra_config=things.MEMBER_CONFIG,
        ) as real,
        HazelcastCluster(
            2, version=real_version, properties=PROPERTIES, data_serializable_factories=factories
        ) as ours,
    ):
        note_version(request.config, real_version)
        yield [(one.addresses, one.cluster_name) for one in (real, ours)]


@pytest.mark.parametrize("act", [locks, changes, processors, interceptors])
def test_members_agree(addresses, act):
    _compare(addresses, act)


@pytest.mark.real_member(versions=("5.7.0",))
def test_members_agree_on_entries_with_metadata(addresses):
    # Some earlier members know the message although their protocol did not have it yet.
    _compare(addresses, entries_with_metadata)


def _compare(addresses, act):
    seen = []
    for each in addresses:
        see = Observer(*each)
        try:
            act(see)
            see.conclude()
        finally:
            see.close()
        seen.append([_comparable(one) for one in see.seen])
    for at, (theirs, ours) in enumerate(zip(*seen, strict=True)):
        assert ours == theirs, f"step {at}, after {seen[0][max(0, at - 6) : at]}"
