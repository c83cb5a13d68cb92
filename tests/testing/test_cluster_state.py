# SPDX-License-Identifier: Apache-2.0
"""Members come, leave and are killed: data stays, versions grow, clients are told."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.state import ClusterState
from support.hazelcast_wire import THREAD_ID, MemoryWire, int_data


def cluster(members: int, **options) -> ClusterState:
    state = ClusterState(
        ClusterOptions("blue", members=members, **options), clock=lambda: 1e9, random=Random(5)
    )
    for number in range(members):
        state.join("127.0.0.1", 5701 + number)
    return state


def filled(state: ClusterState, count: int = 500) -> None:
    wire = MemoryWire(state, state.members[0]).enter()
    for number in range(count):
        key = int_data(number)
        wire.on_key(messages.SET, "m", key, key, THREAD_ID, -1)


def size(state: ClusterState) -> int:
    wire = MemoryWire(state, state.members[0]).enter()
    return wire.call(messages.SIZE, "m").value


def copies(state: ClusterState) -> int:
    return sum(
        len(stores["m"].records)
        for member in state.members
        for stores in member.partitions
        if "m" in stores
    )


def test_each_entry_has_as_many_copies_as_there_are_backups():
    for backup_count in range(3):
        state = cluster(3, backup_count=backup_count)
        filled(state)
        assert copies(state) == 500 * (backup_count + 1)


def test_what_a_killed_member_held_survives_in_its_backups():
    state = cluster(3)
    filled(state)
    state.kill(state.members[1])
    assert size(state) == 500
    assert copies(state) == 1000
    state.kill(state.members[0])
    assert size(state) == 500
    assert copies(state) == 500


def test_without_backups_a_killed_member_takes_its_share_along():
    state = cluster(3, backup_count=0)
    filled(state)
    victim = state.members[0]
    held = sum(len(stores["m"].records) for stores in victim.partitions if "m" in stores)
    assert held > 0
    state.kill(victim)
    assert not any(victim.partitions)
    assert size(state) == 500 - held


def test_who_leaves_hands_everything_over():
    state = cluster(3, backup_count=0)
    filled(state)
    state.leave(state.members[0])
    state.leave(state.members[0])
    assert size(state) == 500


def test_who_joins_takes_a_share():
    state = cluster(1)
    filled(state)
    newcomer = state.join("127.0.0.1", 5702)
    owned = [replicas for replicas in state.table if replicas.owner is newcomer]
    assert len(owned) in {135, 136}
    assert copies(state) == 1000
    assert state.members[-1] is newcomer


def views(wire: MemoryWire) -> list[tuple[str, int, list[object]]]:
    result = []
    for event in wire.heard():
        if event.name == "MembersView":
            uuids = [info.uuid for info in event.fields.member_infos]
            result.append((event.name, event.fields.version, uuids))
        elif event.name == "PartitionsView":
            uuids = sorted(uuid for uuid, _ in event.fields.partitions)
            result.append((event.name, event.fields.version, uuids))
        else:
            result.append((event.name, 0, []))
    return result


def test_clients_are_told_in_the_order_of_real_members():
    state = cluster(2)
    wire = MemoryWire(state, state.members[0]).enter()
    wire.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
    a, b = (member.uuid for member in state.members)
    assert views(wire) == [
        ("MembersView", 2, [a, b]),
        ("PartitionsView", 2, sorted([a, b])),
        ("MemberGroupsView", 0, []),
        ("ClusterVersion", 0, []),
    ]
    c = state.join("127.0.0.1", 5703).uuid
    assert views(wire) == [
        ("MembersView", 3, [a, b, c]),
        ("PartitionsView", 3, sorted([a, b, c])),
    ]
    state.kill(state.members[1])
    assert views(wire) == [
        ("MembersView", 4, [a, c]),
        ("PartitionsView", 4, sorted([a, c])),
    ]
    state.leave(state.members[1])
    assert views(wire) == [
        ("PartitionsView", 5, [a]),
        ("MembersView", 5, [a]),
    ]


def test_a_cluster_that_begins_again_is_another_one():
    state = cluster(1)
    filled(state)
    first = state.uuid
    state.kill(state.members[0])
    assert state.table == []
    state.join("127.0.0.1", 5701)
    assert state.uuid != first
    assert (state.member_version, state.partition_version) == (1, 1)
    assert size(state) == 0


@settings(max_examples=30, stateful_step_count=30)
class AnyHistory(RuleBasedStateMachine):
    """One member at a time comes, leaves or is killed; clients write meanwhile."""

    @initialize(members=st.integers(2, 4), backups=st.integers(1, 2))
    def begin(self, members, backups):
        self.state = cluster(members, backup_count=backups, partition_count=31)
        self.expected = {}
        self.versions = (0, 0)

    @rule(key=st.integers(0, 50), value=st.integers(0, 9), at=st.integers(0, 9))
    def write(self, key, value, at):
        members = self.state.members
        wire = MemoryWire(self.state, members[at % len(members)]).enter()
        key, value = int_data(key), int_data(value)
        reply = wire.call(messages.PUT, "m", key, value, 1, -1, partition_id=key[-1] % 31)
        assert reply.value == self.expected.get(key)
        self.expected[key] = value

    @rule(key=st.integers(0, 50))
    def remove(self, key):
        wire = MemoryWire(self.state, self.state.members[0]).enter()
        key = int_data(key)
        reply = wire.call(messages.REMOVE, "m", key, 1, partition_id=key[-1] % 31)
        assert reply.value == self.expected.pop(key, None)

    @precondition(lambda self: len(self.state.members) < 5)
    @rule()
    def join(self):
        self.state.join("127.0.0.1", 5800)

    @precondition(lambda self: len(self.state.members) > 1)
    @rule(at=st.integers(0, 9))
    def kill(self, at):
        self.state.kill(self.state.members[at % len(self.state.members)])

    @precondition(lambda self: len(self.state.members) > 1)
    @rule(at=st.integers(0, 9))
    def leave(self, at):
        self.state.leave(self.state.members[at % len(self.state.members)])

    @invariant()
    def nothing_is_lost_and_replicas_are_equal(self):
        if not hasattr(self, "state"):
            return
        found = {}
        for partition_id, replicas in enumerate(self.state.table):
            held = [
                {key: record.value for key, record in stores["m"].records.items()}
                for member in (replicas.owner, *replicas.backups)
                if "m" in (stores := member.partitions[partition_id])
            ]
            assert all(one == held[0] for one in held)
            found.update(held[0] if held else {})
        assert found == self.expected
        versions = (self.state.member_version, self.state.partition_version)
        assert versions >= self.versions
        self.versions = versions


TestAnyHistory = AnyHistory.TestCase


@pytest.mark.parametrize("partition_count", [1, 2, 271, 1000])
def test_any_number_of_partitions_works(partition_count):
    state = cluster(3, partition_count=partition_count)
    wire = MemoryWire(state, state.members[0])
    answer = wire.authenticate("blue")
    assert answer.partition_count == partition_count
    assert sum(len(ids) for _, ids in answer.partitions) == partition_count
    wire.call(messages.SET, "m", int_data(1), int_data(1), 1, -1, partition_id=0)
    state.kill(state.members[0])
    assert size(state) == 1
