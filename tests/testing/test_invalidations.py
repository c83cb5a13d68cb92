# SPDX-License-Identifier: Apache-2.0
"""What members tell near caches: as real members 5.7.0 do, step by step."""

from __future__ import annotations

from random import Random
from uuid import uuid4

import pytest

from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.testing._hazelcast.objects import MAP_SERVICE
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.state import ClusterState
from support.hazelcast_wire import (
    THREAD_ID,
    Failure,
    MemoryWire,
    int_data,
    keys_of,
    text_data,
)

K, ABSENT = int_data(1), int_data(2)
A, B = text_data("a"), text_data("b")
T = THREAD_ID
FLAG = 256
UNBATCHED = {"hazelcast.map.invalidation.batch.enabled": "false"}
HOME = partition_of(text_data("m"), 271)
LITTLE_HOME = partition_of(SerializationService(is_big_endian=False).to_data("m"), 271)


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class Cluster:
    """Three members, and a client with a connection and a near cache listener at each."""

    def __init__(
        self, properties: dict[str, str], version: str = "5.7.0", *, is_big_endian: bool = True
    ) -> None:
        self.clock = Clock()
        options = ClusterOptions(
            "blue", version=version, properties=properties, is_big_endian=is_big_endian
        )
        self.state = ClusterState(options, clock=self.clock, random=Random(3))
        for port in range(3):
            self.state.join("127.0.0.1", 5701 + port)
        first = MemoryWire(self.state, self.state.members[0])
        others = self.state.members[1:]
        self.wires = [first]
        self.wires += [MemoryWire(self.state, one, first.client_uuid) for one in others]
        for wire in self.wires:
            wire.enter()
        self.registrations = [self.listen(wire) for wire in self.wires]
        self.client = first.client_uuid

    def listen(self, wire: MemoryWire, flags: int = FLAG, *, local_only: bool = True):
        message = messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER
        return wire.call(message, "m", flags, local_only).value

    def wire(self, key: bytes) -> MemoryWire:
        owner = self.state.table[partition_of(key, 271)].owner
        return next(wire for wire in self.wires if wire.session.member is owner)

    def heard(self):
        """Key, source and sequence of what came, whoever said it."""
        return [
            (one.fields.key, one.fields.source_uuid, one.fields.sequence)
            for wire in self.wires
            for one in wire.heard()
        ]

    def metadata(self, wire: MemoryWire, names=("m",)):
        message = messages.FETCH_NEAR_CACHE_INVALIDATION_METADATA
        reply = wire.call(message, list(names), wire.session.member.uuid).value
        sequences = {name: dict(each) for name, each in reply.name_partition_sequence_list}
        return sequences, dict(reply.partition_uuid_list)

    def pass_time(self, seconds: float) -> None:
        self.clock.now += seconds
        self.state.timers.run()


@pytest.fixture
def cluster():
    return Cluster(UNBATCHED)


@pytest.fixture
def batching():
    return Cluster({})


CHANGES = [
    (messages.PUT, [B, T, -1]),
    (messages.PUT_WITH_MAX_IDLE, [B, T, -1, -1]),
    (messages.SET, [A, T, -1]),
    (messages.SET_WITH_MAX_IDLE, [A, T, -1, -1]),
    (messages.PUT_TRANSIENT, [B, T, -1]),
    (messages.PUT_TRANSIENT_WITH_MAX_IDLE, [B, T, -1, -1]),
    (messages.TRY_PUT, [B, T, 0]),
    (messages.REPLACE, [B, T]),
    (messages.REPLACE_IF_SAME, [A, B, T]),
    (messages.SET_TTL, [5000]),
    (messages.REMOVE, [T]),
    (messages.REMOVE_IF_SAME, [A, T]),
    (messages.DELETE, [T]),
    (messages.TRY_REMOVE, [T, 0]),
    (messages.EVICT, [T]),
]


@pytest.mark.parametrize(("message", "arguments"), CHANGES, ids=[one[0].name for one in CHANGES])
def test_a_change_is_one_step_and_names_the_client(cluster, message, arguments):
    other = MemoryWire(cluster.state, cluster.state.members[1]).enter()
    other.on_key(messages.SET, "m", K, A, T, -1)
    assert cluster.heard() == [(K, other.client_uuid, 1)]
    cluster.wires[0].on_key(message, "m", K, *arguments)
    assert cluster.heard() == [(K, cluster.client, 2)]


def test_put_if_absent_is_a_step_if_absent(cluster):
    wire = cluster.wires[0]
    wire.on_key(messages.PUT_IF_ABSENT, "m", K, A, T, -1)
    wire.on_key(messages.PUT_IF_ABSENT, "m", K, A, T, -1)
    wire.on_key(messages.PUT_IF_ABSENT_WITH_MAX_IDLE, "m", ABSENT, A, T, -1, -1)
    assert sorted(cluster.heard()) == sorted([(K, cluster.client, 1), (ABSENT, cluster.client, 1)])


NO_CHANGES = [
    (messages.GET, [T]),
    (messages.CONTAINS_KEY, [T]),
    (messages.GET_ENTRY_VIEW, [T]),
    (messages.REPLACE, [A, T]),
    (messages.REPLACE_IF_SAME, [A, B, T]),
    (messages.SET_TTL, [5000]),
    (messages.REMOVE, [T]),
    (messages.REMOVE_IF_SAME, [A, T]),
    (messages.DELETE, [T]),
    (messages.TRY_REMOVE, [T, 0]),
    (messages.EVICT, [T]),
]


@pytest.mark.parametrize(
    ("message", "arguments"), NO_CHANGES, ids=[one[0].name for one in NO_CHANGES]
)
def test_what_changes_nothing_is_no_step(cluster, message, arguments):
    cluster.wires[0].on_key(message, "m", ABSENT, *arguments)
    cluster.wires[0].on_key(messages.SET, "other", ABSENT, A, T, -1)
    assert cluster.heard() == []
    assert cluster.metadata(cluster.wire(ABSENT))[0] == {"m": {}}


def test_put_all_has_a_step_for_each_key(cluster):
    keys = keys_of(5, 3)
    cluster.wires[0].call(messages.PUT_ALL, "m", [(key, A) for key in keys], True, partition_id=5)
    assert cluster.heard() == [(key, cluster.client, at + 1) for at, key in enumerate(keys)]


def test_expiry_names_the_member(cluster):
    cluster.wires[0].on_key(messages.SET, "m", K, A, T, 1000)
    cluster.heard()
    cluster.clock.now += 2
    assert cluster.wires[0].on_key(messages.GET, "m", K, T).value is None
    assert cluster.heard() == [(K, cluster.wire(K).session.member.uuid, 2)]


@pytest.mark.parametrize("version", ["4.2.8", "5.3.8"])
def test_earlier_members_do_not_tell_of_what_expires(version):
    cluster = Cluster(UNBATCHED, version)
    cluster.wires[0].on_key(messages.SET, "m", K, A, T, 1000)
    assert len(cluster.heard()) == 1
    cluster.clock.now += 2
    assert cluster.wires[0].on_key(messages.GET, "m", K, T).value is None
    cluster.state.sweep()
    assert cluster.heard() == []


@pytest.mark.parametrize("message", [messages.CLEAR, messages.EVICT_ALL])
def test_emptying_a_map_is_a_step_everywhere_and_one_event(cluster, message):
    cluster.wires[0].on_key(messages.SET, "m", K, A, T, -1)
    cluster.heard()
    for _ in range(2):  # An empty map is emptied all the same.
        cluster.wires[0].call(message, "m")
    assert cluster.heard() == [(None, cluster.client, 1), (None, cluster.client, 2)]
    cluster.wires[0].on_key(messages.SET, "m", K, A, T, -1)
    assert cluster.heard() == [(K, cluster.client, 4)]
    sequences, _ = cluster.metadata(cluster.wire(K))
    others = {number for key, number in sequences["m"].items() if key != partition_of(K, 271)}
    assert others == {2}


@pytest.mark.parametrize(("big", "home"), [(True, HOME), (False, LITTLE_HOME)])
def test_the_event_of_an_emptied_map_comes_from_the_home_of_its_name(big, home):
    cluster = Cluster(UNBATCHED, is_big_endian=big)
    cluster.wires[0].call(messages.CLEAR, "m")
    told = {wire.session.member: wire.heard() for wire in cluster.wires}
    (event,) = told.pop(cluster.state.table[home].owner)
    assert not any(told.values())
    assert (event.name, event.partition_id) == ("IMapInvalidation", -1)
    fields = event.fields
    assert (fields.key, fields.source_uuid, fields.sequence) == (None, cluster.client, 1)
    speaker = next(w for w in cluster.wires if w.session.member is cluster.state.table[home].owner)
    assert fields.partition_uuid == cluster.metadata(speaker)[1][home]


def test_the_owner_speaks_whoever_was_asked(cluster):
    for asked in cluster.wires:
        asked.on_key(messages.SET, "m", K, A, T, -1)
        told = [wire.session.member for wire in cluster.wires if wire.heard()]
        assert told == [cluster.state.table[partition_of(K, 271)].owner]


def test_who_listens_to_all_members_hears_all(cluster):
    wire = MemoryWire(cluster.state, cluster.state.members[0]).enter()
    cluster.listen(wire, local_only=False)
    for number in range(20):
        wire.on_key(messages.SET, "m", int_data(number), A, T, -1)
    assert [one.fields.key for one in wire.heard()] == [int_data(one) for one in range(20)]


@pytest.mark.parametrize(("flags", "count"), [(256, 1), (1023, 1), (255, 0), (0, 0)])
def test_only_who_asks_for_invalidations_hears_them(cluster, flags, count):
    wire = MemoryWire(cluster.state, cluster.state.members[0]).enter()
    cluster.listen(wire, flags, local_only=False)
    wire.on_key(messages.SET, "m", K, A, T, -1)
    assert len(wire.heard()) == count


def test_nobody_counts_for_nobody(cluster):
    owner = cluster.wire(K)
    owner.on_key(messages.SET, "m", K, A, T, -1)
    registration = cluster.registrations[cluster.wires.index(owner)]
    for expected in (True, False):
        removed = owner.call(messages.REMOVE_ENTRY_LISTENER, "m", registration).value
        assert removed is expected
    for _ in range(3):
        owner.on_key(messages.SET, "m", K, A, T, -1)
    owner.call(messages.CLEAR, "m")
    assert cluster.metadata(owner)[0] == {"m": {partition_of(K, 271): 1}}
    cluster.listen(owner)
    owner.on_key(messages.SET, "m", K, A, T, -1)
    assert cluster.metadata(owner)[0] == {"m": {partition_of(K, 271): 2}}


def test_a_connection_that_ends_takes_its_registration_along(cluster):
    for wire in cluster.wires:
        wire.session.end()
    assert cluster.state.invalidations.by_map == {}


# -- what clients repair by -----------------------------------------------------------------------


def test_metadata_names_what_a_member_owns_whichever_is_asked(cluster):
    cluster.wires[0].on_key(messages.SET, "m", K, A, T, -1)
    message = messages.FETCH_NEAR_CACHE_INVALIDATION_METADATA
    known = {}
    for wire in cluster.wires:
        for about in cluster.state.members:
            reply = wire.call(message, ["m", "none"], about.uuid).value
            known.setdefault(about, []).append(reply)
    assert all(first == second == third for first, second, third in known.values())
    uuids = {}
    for member, (reply, *_) in known.items():
        uuids.update(reply.partition_uuid_list)
        owned = [n for n, row in enumerate(cluster.state.table) if row.owner is member]
        assert [number for number, _ in reply.partition_uuid_list] == owned
        mine = cluster.wire(K).session.member is member
        steps = [(partition_of(K, 271), 1)] if mine else []
        assert reply.name_partition_sequence_list == [("m", steps), ("none", [])]
    assert len(set(uuids.values())) == 271


def test_metadata_needs_names_and_a_member(cluster):
    wire = cluster.wires[0]
    message = messages.FETCH_NEAR_CACHE_INVALIDATION_METADATA
    with pytest.raises(Failure, match=r"^23 .*mapNames cannot be null or empty"):
        wire.call(message, [], wire.session.member.uuid)
    stranger = uuid4()
    with pytest.raises(Failure) as caught:
        wire.call(message, ["m"], stranger)
    assert caught.value.code == 53
    assert caught.value.class_name == "com.hazelcast.spi.exception.TargetNotMemberException"
    assert str(stranger) in caught.value.message


def test_what_a_killed_member_knew_is_lost_and_nothing_else(cluster):
    state, dead = cluster.state, cluster.wire(K).session.member
    for number in range(20):
        cluster.wires[0].on_key(messages.SET, "m", int_data(number), A, T, -1)
    before = {}
    for wire in cluster.wires:
        before.update(cluster.metadata(wire)[1])
    owners = {n for n, row in enumerate(state.table) if row.owner is dead}
    state.kill(dead)
    after, steps = {}, {}
    for wire in cluster.wires:
        if wire.session.member is not dead:
            sequences, uuids = cluster.metadata(wire)
            after.update(uuids)
            steps.update(sequences["m"])
    assert {number for number in before if before[number] != after[number]} == owners
    assert steps
    assert not owners & set(steps)


def test_migrations_take_along_what_the_owner_knew(cluster):
    state = cluster.state
    for number in range(20):
        cluster.wires[0].on_key(messages.SET, "m", int_data(number), A, T, -1)

    def known():
        sequences, uuids = {}, {}
        for member in state.members:
            wire = MemoryWire(state, member).enter()
            steps, mine = cluster.metadata(wire)
            sequences.update(steps["m"])
            uuids.update(mine)
        return sequences, uuids

    before = known()
    joined = state.join("127.0.0.1", 5709)
    assert known() == before
    state.leave(joined)
    state.leave(state.members[0])
    assert known() == before


def test_a_destroyed_map_is_told_by_the_member_and_forgotten(cluster):
    wire = cluster.wires[0]
    wire.on_key(messages.SET, "m", K, A, T, -1)
    cluster.heard()
    wire.call(client_messages.DESTROY_PROXY, "m", MAP_SERVICE)
    assert cluster.heard() == [(None, wire.session.member.uuid, 1)]
    wire.on_key(messages.SET, "m", K, A, T, -1)
    assert cluster.heard() == []
    assert cluster.metadata(cluster.wire(K))[0] == {"m": {}}
    removed = wire.call(messages.REMOVE_ENTRY_LISTENER, "m", cluster.registrations[0])
    assert removed.value is False


# -- batches --------------------------------------------------------------------------------------


def batches(cluster):
    return [
        (wire.session.member, one.name, one.fields)
        for wire in cluster.wires
        for one in wire.heard()
    ]


def test_steps_are_sent_a_hundred_at_a_time(batching):
    keys = keys_of(5, 250)
    wire = batching.wires[0]
    for key in keys:
        wire.on_key(messages.SET, "m", key, A, T, -1)
    told = batches(batching)
    assert [name for _, name, _ in told] == ["IMapBatchInvalidation"] * 2
    assert [step for *_, fields in told for step in fields.sequences] == list(range(1, 201))
    fields = told[0][2]
    assert fields.keys == keys[:100]
    assert set(fields.source_uuids) == {batching.client}
    owner = next(w for w in batching.wires if w.session.member is told[0][0])
    assert set(fields.partition_uuids) == {batching.metadata(owner)[1][5]}
    batching.pass_time(9.9)
    assert batches(batching) == []
    batching.pass_time(0.1)
    ((_, _, fields),) = batches(batching)
    assert fields.sequences == list(range(201, 251))


def test_what_was_collected_is_sent_every_ten_seconds(batching):
    wire = batching.wires[0]
    for _ in range(3):
        wire.on_key(messages.SET, "m", K, A, T, -1)
        batching.pass_time(10)
        assert len(batches(batching)) == 1
        batching.pass_time(10)
        assert batches(batching) == []


def test_an_emptied_map_overtakes_batches(batching):
    wire = batching.wires[0]
    wire.on_key(messages.SET, "m", K, A, T, -1)
    wire.call(messages.CLEAR, "m")
    ((_, name, fields),) = batches(batching)
    assert (name, fields.key, fields.sequence) == ("IMapInvalidation", None, 1)
    wire.on_key(messages.SET, "m", K, A, T, -1)
    batching.pass_time(10)
    ((_, _, fields),) = batches(batching)
    assert fields.sequences == [1, 3]


def test_a_member_that_leaves_sends_what_it_has_one_that_dies_does_not(batching):
    for leaves in (True, False):
        owner = batching.wire(K)
        owner.on_key(messages.SET, "m", K, A, T, -1)
        end = batching.state.leave if leaves else batching.state.kill
        end(owner.session.member)
        assert len(batches(batching)) == leaves
        batching.wires.remove(owner)
    batching.pass_time(10)
    assert batches(batching) == []


def test_the_size_and_the_time_of_batches_can_be_set():
    cluster = Cluster(
        {
            "hazelcast.map.invalidation.batch.size": "2",
            "hazelcast.map.invalidation.batchfrequency.seconds": "3",
        }
    )
    for _ in range(3):
        cluster.wires[0].on_key(messages.SET, "m", K, A, T, -1)
    ((_, _, fields),) = batches(cluster)
    assert fields.sequences == [1, 2]
    cluster.pass_time(3)
    ((_, _, fields),) = batches(cluster)
    assert fields.sequences == [3]
