# SPDX-License-Identifier: Apache-2.0
"""Whatever changes, the routes follow, and who holds an old snapshot keeps it whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gridwire.hazelcast.cluster.routes import Routes
from gridwire.hazelcast.cluster.state import ClusterState
from support.infos import Connection, info, uuid

PARTITIONS = 4
TABLE = [(uuid(1), [0, 2]), (uuid(2), [1])]


@pytest.fixture
def state() -> ClusterState[Any]:
    made: ClusterState[Any] = ClusterState(smart=True)
    made.set_cluster(uuid(99), PARTITIONS)
    return made


def test_nothing_is_known_at_first():
    state: ClusterState[Connection] = ClusterState(smart=False)
    assert (state.smart, state.cluster_id, state.partition_count) == (False, None, 0)
    assert state.routes.connections == ()
    assert state.missing_members() == []


def test_the_cluster_says_how_many_partitions_there_are(state: ClusterState[Any]):
    assert state.cluster_id == uuid(99)
    assert len(state.routes.by_partition) == PARTITIONS + 1


def test_routes_follow_connections_and_partitions(state: ClusterState[Any]):
    one, two = Connection(1), Connection(2)
    state.add_connection(one)
    assert state.routes.by_partition == [None] * 5
    assert state.set_partitions(1, one, TABLE)
    assert state.routes.by_partition == [one, None, one, None, None]
    state.add_connection(two)
    assert state.routes.by_partition == [one, two, one, None, None]
    assert state.routes.connections == (one, two)
    assert state.remove_connection(one)
    assert state.routes.by_partition == [None, two, None, None, None]


def test_a_connection_that_is_not_in_use_changes_nothing(state: ClusterState[Any]):
    one = Connection(1)
    state.add_connection(one)
    routes = state.routes
    assert not state.remove_connection(Connection(1))
    assert state.routes is routes
    assert state.remove_connection(one)
    assert not state.remove_connection(one)


def test_snapshots_do_not_change(state: ClusterState[Any]):
    one, two = Connection(1), Connection(2)
    state.add_connection(one)
    state.set_partitions(1, one, TABLE)
    before = state.routes
    kept = list(before.by_partition)
    state.add_connection(two)
    state.set_partitions(2, one, [(uuid(2), [0, 1, 2, 3])])
    state.remove_connection(one)
    assert before.by_partition == kept
    assert before.connections == (one,)


def test_partitions_that_are_no_news(state: ClusterState[Any]):
    one = Connection(1)
    state.add_connection(one)
    assert state.set_partitions(2, one, TABLE)
    routes = state.routes
    assert not state.set_partitions(2, one, [(uuid(2), [0])])
    assert not state.set_partitions(9, one, [])
    assert state.routes is routes
    assert state.set_partitions(1, Connection(2), TABLE)


def test_the_first_members_all_join(state: ClusterState[Any]):
    changes = state.set_members(0, [info(1), info(2)])
    assert changes is not None
    gone, joined = changes
    assert gone == []
    assert [member.uuid for member in joined] == [uuid(1), uuid(2)]
    assert list(state.members.members) == joined


def test_members_come_and_go(state: ClusterState[Any]):
    state.set_members(1, [info(1), info(2)])
    changes = state.set_members(2, [info(2), info(3)])
    assert changes is not None
    assert [[member.uuid.int for member in part if member.uuid] for part in changes] == [[1], [3]]


def test_an_old_member_list_is_no_news(state: ClusterState[Any]):
    state.set_members(5, [info(1)])
    assert state.set_members(5, [info(2)]) is None
    assert state.set_members(4, []) is None
    assert [member.uuid for member in state.members.members] == [uuid(1)]


def test_another_teller_begins_its_versions_anew(state: ClusterState[Any]):
    state.set_members(5, [info(1), info(2)])
    state.forget_members_version()
    assert len(state.members.members) == 2
    changes = state.set_members(1, [info(2)])
    assert changes is not None
    # Only the difference is told, not all of them again.
    gone, joined = changes
    assert [member.uuid for member in gone] == [uuid(1)]
    assert joined == []


def test_another_cluster_has_other_members_and_owners(state: ClusterState[Any]):
    one = Connection(1)
    state.add_connection(one)
    state.set_members(5, [info(1), info(2)])
    state.set_partitions(5, one, TABLE)
    gone = state.clear_members()
    assert [member.uuid for member in gone] == [uuid(1), uuid(2)]
    assert state.members.members == ()
    assert state.partitions.owners == {}
    assert state.routes.by_partition == [None] * 5
    assert state.set_members(0, [info(3)]) is not None
    assert state.set_partitions(0, one, TABLE)


def test_members_without_a_connection(state: ClusterState[Any]):
    state.set_members(1, [info(1), info(2), info(3)])
    state.add_connection(Connection(2))
    assert [member.uuid for member in state.missing_members()] == [uuid(1), uuid(3)]


def test_unisocket():
    state: ClusterState[Any] = ClusterState(smart=False)
    one, two = Connection(1), Connection(2)
    state.set_cluster(uuid(99), 2)
    state.add_connection(one)
    state.add_connection(two)
    state.set_partitions(1, one, [(uuid(2), [0, 1])])
    assert state.routes.by_partition == [one, one, None]
    state.remove_connection(one)
    assert state.routes.by_partition == [two, two, None]


class RoutesFollow(RuleBasedStateMachine):
    """After any change the routes are what would be made from what is known."""

    def __init__(self) -> None:
        super().__init__()
        self.state: ClusterState[Connection] = ClusterState(smart=True)
        self.connections: list[Connection] = []

    @rule(number=st.integers(1, 5))
    def connect(self, number: int) -> None:
        if number not in [one.member_uuid.int for one in self.connections]:
            self.connections.append(Connection(number))
            self.state.add_connection(self.connections[-1])

    @rule(pick=st.integers(0))
    def lose(self, pick: int) -> None:
        if self.connections:
            lost = self.connections.pop(pick % len(self.connections))
            assert self.state.remove_connection(lost)

    @rule(version=st.integers(0, 9), owners=st.lists(st.integers(1, 6), max_size=6))
    def tell_partitions(self, version: int, owners: list[int]) -> None:
        if self.connections:
            table = [(uuid(owner), [partition]) for partition, owner in enumerate(owners)]
            self.state.set_partitions(version, self.connections[0], table)

    @rule(version=st.integers(0, 9), numbers=st.sets(st.integers(1, 6)))
    def tell_members(self, version: int, numbers: set[int]) -> None:
        before = {member.uuid for member in self.state.members.members}
        changes = self.state.set_members(version, map(info, numbers))
        if changes is not None:
            gone, joined = ({member.uuid for member in part} for part in changes)
            assert before - gone | joined == {uuid(number) for number in numbers}

    @rule(count=st.integers(0, 6))
    def enter(self, count: int) -> None:
        self.state.set_cluster(uuid(count), count)

    @rule()
    def another_cluster(self) -> None:
        self.state.clear_members()

    @invariant()
    def routes_are_made_from_what_is_known(self) -> None:
        state = self.state
        made = Routes(self.connections, state.partitions.owners, state.partition_count)
        assert state.routes.connections == made.connections
        assert state.routes.by_partition == made.by_partition
        assert state.routes.by_member == made.by_member


TestRoutesFollow = RoutesFollow.TestCase
TestRoutesFollow.settings = settings(max_examples=40)
