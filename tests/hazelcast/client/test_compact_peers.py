# SPDX-License-Identifier: Apache-2.0
"""Compact between our client and the official one, over in-process members and over real ones."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast import aggregator as agg
from gridwire.hazelcast import predicate as p
from gridwire.hazelcast import projection as proj
from gridwire.hazelcast.config import IndexType
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import GenericRecord
from gridwire.testing import HazelcastCluster
from support.compact_peers import Address, Employee, official_client
from support.diary import Diary

ANN = Employee("Ann", 30, True, 1.5, Address("Ulm"), [Address("Bonn"), Address(None)])
BOB = Employee("Bob", 2**40, False, -0.5, None, [])

CLASSES = [Address, Employee]


def together(styles: Any, cluster: Any, name: str) -> None:
    """Each writes, and the other reads; then both ask for attributes."""
    ours = styles.client(cluster, compact_serializers=CLASSES).map(name)
    with official_client(cluster) as peer:
        theirs = peer.get_map(name).blocking()
        styles.call(ours.set, "ours", ANN)
        assert theirs.get("ours") == ANN
        theirs.set("theirs", BOB)
        assert styles.call(ours.get, "theirs") == BOB
        assert theirs.contains_value(ANN)
        assert styles.call(ours.contains_value, BOB)
        assert theirs.replace_if_same("ours", ANN, BOB)
        assert styles.call(ours.replace_if_same, "ours", BOB, ANN)
        # A key, too.
        styles.call(ours.set, Address("k"), 1)
        assert theirs.get(Address("k")) == 1
        theirs.remove(Address("k"))
        assert styles.call(ours.contains_key, Address("k")) is False
    # One without the classes stores back what it read.
    record = styles.call(styles.client(cluster).map(name).get, "ours")
    assert type(record) is GenericRecord
    plain = styles.client(cluster).map(name)
    styles.call(plain.set, "back", record)
    assert styles.call(ours.get, "back") == ANN


def attributes(styles: Any, cluster: Any, name: str) -> None:
    """Members look into values of dataclasses."""
    people = styles.client(cluster, compact_serializers=CLASSES).map(name)
    styles.call(people.put_all, {"ann": ANN, "bob": BOB})
    for _ in range(2):  # without indexes, then with some
        assert styles.call(people.key_set, p.equal("name", "Ann")) == ["ann"]
        assert styles.call(people.key_set, p.equal("address.city", "Ulm")) == ["ann"]
        assert styles.call(people.key_set, p.equal("places[any].city", "Bonn")) == ["ann"]
        assert styles.call(people.key_set, p.sql("age > 1000 and not active")) == ["bob"]
        assert styles.call(people.values, p.between("salary", 1, 2)) == [ANN]
        assert styles.call(people.key_set, p.equal("nothing", 1)) == []
        styles.call(people.add_index, ["name"], IndexType.HASH)
        styles.call(people.add_index, ["age", "salary"])
        styles.call(people.add_index, ["places[any].city"], IndexType.HASH)
    assert styles.call(people.aggregate, agg.max_("age")) == 2**40
    assert styles.call(people.aggregate, agg.double_avg("salary")) == 0.5
    assert styles.call(people.aggregate, agg.distinct("address.city")) == {"Ulm"}
    assert styles.call(people.aggregate, agg.max_by("age")).value == BOB
    assert styles.call(people.aggregate, agg.count(), p.equal("active", True)) == 1
    found = styles.call(people.project, proj.single_attribute("address"))
    assert sorted(found, key=repr) == [Address("Ulm"), None]
    several = proj.multi_attribute("name", "age", "places[0].city")
    only_ann = p.equal("name", "Ann")
    assert styles.call(people.project, several, only_ann) == [["Ann", 30, "Bonn"]]
    assert styles.call(people.key_set, p.paging(p.greater("age", 0), 1)) == ["ann"]
    assert styles.call(people.contains_value, ANN)
    assert not styles.call(people.contains_value, Employee("Ann", 31))
    view = styles.call(people.get_entry_view, "ann")
    assert view.key == "ann"
    assert view.value == ANN


def test_the_official_client_and_ours_over_our_cluster(styles) -> None:
    with HazelcastCluster(members=2) as cluster:
        together(styles, cluster, "m")


def test_attributes_of_dataclasses_over_our_cluster(styles) -> None:
    with HazelcastCluster(members=2) as cluster:
        attributes(styles, cluster, "m")


def test_many_threads_write_and_read_new_classes(styles) -> None:
    with HazelcastCluster(members=3) as cluster:
        clients = [styles.client(cluster, compact_serializers=CLASSES) for _ in range(2)]
        maps = [client.map() for client in clients]

        def work(mine: int) -> None:
            for turn in range(20):
                key = f"{mine} {turn}"
                record = GenericRecord(f"type {turn}", {}, {})
                styles.call(maps[mine % 2].set, key, [record, ANN])
                found = styles.call(maps[(mine + 1) % 2].get, key)
                assert found == [record, ANN]

        working = [styles.aside(work, number) for number in range(4)]
        for one in working:
            one.result()
        for client in clients:
            assert not client.raw._core.schemas.known.unsent


@pytest.mark.real_member(versions=("5.3.8", "5.7.0"))
def test_the_official_client_and_ours_over_a_real_member(styles, real_cluster) -> None:
    together(styles, real_cluster, f"people {uuid.uuid4()}")


@pytest.mark.real_member(versions=("5.3.8", "5.7.0"))
def test_attributes_of_dataclasses_over_a_real_member(styles, real_cluster) -> None:
    attributes(styles, real_cluster, f"people {uuid.uuid4()}")


@pytest.mark.real_member(versions=("5.7.0",))
def test_over_three_real_members(styles, real_cluster_factory) -> None:
    cluster = real_cluster_factory("5.7.0", 3)
    together(styles, cluster, f"people {uuid.uuid4()}")
    attributes(styles, cluster, f"people {uuid.uuid4()}")


@pytest.mark.real_member(versions=("4.2.8",))
def test_an_old_real_member_has_no_compact(styles, real_cluster) -> None:
    people = styles.client(real_cluster, compact_serializers=CLASSES).map(f"m {uuid.uuid4()}")
    error = styles.error(people.set, 1, ANN)
    assert type(error) is HazelcastSerializationError
    assert error.outcome is Outcome.NOT_SENT
    assert "4.2.8" in str(error)
    assert styles.call(people.size) == 0
    styles.call(people.set, 1, "plain")
    assert styles.call(people.get, 1) == "plain"


def test_a_real_member_that_was_restarted_knows_the_schemas(own_real_cluster, styles) -> None:
    cluster = own_real_cluster("5.7.0", 1)
    states = Diary()
    options = {"compact_serializers": CLASSES, "lifecycle_listeners": [states]}
    client = styles.client(cluster, **options)
    states.until("CONNECTED")
    people = client.map()
    styles.call(people.set, "ann", ANN)
    cluster.kill(0)
    cluster.restart_member(0)
    states.until("CONNECTED")
    styles.call(people.set, "ann", ANN)
    # The member itself reads it.
    assert styles.call(people.key_set, p.equal("address.city", "Ulm")) == ["ann"]
    with official_client(cluster) as peer:
        assert peer.get_map("m").blocking().get("ann") == ANN
