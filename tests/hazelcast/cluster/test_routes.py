# SPDX-License-Identifier: Apache-2.0
"""Every partition leads to its owner's connection, or to nothing, and never to a wrong one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.cluster.routes import Routes
from support.infos import Connection, uuid

ANY = -1


def test_at_first_nothing_is_known():
    routes: Routes[Connection] = Routes()
    assert (routes.connections, routes.partition_count) == ((), 0)
    assert routes.by_partition[ANY] is None
    assert routes.to_member(uuid(1)) is None


def test_a_partition_leads_to_its_owner():
    one, two = Connection(1), Connection(2)
    routes = Routes([one, two], {0: uuid(2), 1: uuid(1), 2: uuid(2)}, 3)
    assert routes.by_partition == [two, one, two, None]
    assert routes.connections == (one, two)


def test_a_partition_whose_owner_is_not_connected_leads_nowhere():
    one = Connection(1)
    routes = Routes([one], {0: uuid(2), 1: uuid(1)}, 3)
    assert routes.by_partition == [None, one, None, None]


def test_any_member_is_no_partition():
    one = Connection(1)
    for smart in (True, False):
        assert Routes([one], {0: uuid(1)}, 1, smart).by_partition[ANY] is None


def test_one_connection_serves_everything_when_it_is_not_smart():
    one, two = Connection(1), Connection(2)
    routes = Routes([one, two], {0: uuid(2)}, 3, smart=False)
    assert routes.by_partition == [one, one, one, None]
    assert routes.to_member(uuid(2)) is two


def test_without_connections_everything_leads_nowhere():
    for smart in (True, False):
        routes: Routes[Connection] = Routes([], {0: uuid(1)}, 2, smart)
        assert routes.by_partition == [None, None, None]


def test_partitions_that_the_cluster_does_not_have_are_ignored():
    one = Connection(1)
    owners = {-1: uuid(1), -4: uuid(1), 3: uuid(1), 10**6: uuid(1), 2: uuid(1)}
    assert Routes([one], owners, 3).by_partition == [None, None, one, None]


def test_connections_by_member():
    one, two = Connection(1), Connection(2)
    routes = Routes(iter([one, two]))
    assert routes.to_member(uuid(1)) is one
    assert routes.to_member(uuid(3)) is None
    assert routes.to_member("a name") is None


@given(
    st.lists(st.integers(1, 6), unique=True),
    st.dictionaries(st.integers(-5, 30), st.integers(1, 9)),
    st.integers(0, 20),
    st.booleans(),
)
def test_no_partition_leads_to_a_wrong_member(
    connected: list[int], owners: dict[int, int], count: int, smart: bool
):
    connections = [Connection(number) for number in connected]
    table = {partition: uuid(owner) for partition, owner in owners.items()}
    routes = Routes(connections, table, count, smart)
    assert len(routes.by_partition) == count + 1
    assert routes.by_partition[ANY] is None
    for partition in range(count):
        found = routes.by_partition[partition]
        if not smart:
            assert found is (connections[0] if connections else None)
        elif found is None:
            assert owners.get(partition) not in connected
        else:
            assert found.member_uuid == table[partition]
