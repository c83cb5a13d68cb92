# SPDX-License-Identifier: Apache-2.0
"""Which member gets a request."""

from __future__ import annotations

from collections import Counter

import pytest

from gridwire.hazelcast.util import LoadBalancer, RandomLB
from support.scripted_replies import fail


def counts(cluster, name: str) -> list[int]:
    """How many requests of a kind each member got."""
    seen = Counter(request.member for request in cluster.seen(name))
    return [seen[member] for member in cluster.members]


def test_a_smart_client_sends_to_the_owner_of_the_key(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(3)
    client = styles.client(cluster)
    numbers = client.map()
    for key in range(60):
        styles.call(numbers.set, key, key)
        assert styles.call(numbers.get, key) == key
    requests = cluster.seen("Map.Set") + cluster.seen("Map.Get")
    assert len(requests) == 120
    for request in requests:
        assert request.member is cluster.owner(request.partition)
        assert 0 <= request.partition < cluster.partition_count
    assert all(counts(cluster, "Map.Get"))


def test_the_partition_service_agrees_with_what_is_sent(styles, scripted) -> None:
    cluster = scripted(3, partition_count=7)
    client = styles.client(cluster)
    for key in ["a", 1, 2.5, True, ("x",)[0], b"bytes"]:
        styles.call(client.map().get, key)
        request = cluster.seen("Map.Get")[-1]
        assert client.partitions.get_partition_id(key) == request.partition
        owner = client.partitions.get_partition_owner(request.partition)
        assert owner == request.member.uuid
    assert client.partitions.get_partition_count() == 7
    assert client.partitions.get_partition_owner(99) is None


def test_a_unisocket_client_uses_one_connection_for_everything(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(cluster, smart_routing=False)
    for key in range(30):
        styles.call(client.map().set, key, key)
    styles.call(client.map().size)
    connections = {request.connection for request in cluster.seen("Map.Set")}
    assert len(connections) == 1
    assert {request.connection for request in cluster.seen("Map.Size")} == connections
    assert sum(len(member.connections) for member in cluster.members) == 1
    assert cluster.seen("Client.Authentication")[0].fields.routing_mode == 0
    assert len(client.cluster.get_members()) == 3


def test_a_unisocket_client_does_not_ask_for_acks(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, smart_routing=False)
    styles.call(client.map().set, 1, 1)
    assert not cluster.seen("Client.LocalBackupListener")
    assert not any(request.wants_acks for request in cluster.seen("Map.Set"))


def test_requests_for_no_key_are_spread_by_round_robin(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(cluster)
    for _ in range(30):
        styles.call(client.map().size)
    assert counts(cluster, "Map.Size") == [10, 10, 10]


def test_a_random_load_balancer_reaches_everybody(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(cluster, load_balancer=RandomLB())
    for _ in range(60):
        styles.call(client.map().size)
    assert all(counts(cluster, "Map.Size"))


class _Favourite(LoadBalancer):
    """Chooses the youngest member; knows the cluster by `init`."""

    def init(self, cluster_service) -> None:
        self._service = cluster_service

    def next(self):
        return self._service.get_members()[-1]


def test_a_load_balancer_of_the_user_decides(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(cluster, load_balancer=_Favourite())
    for _ in range(10):
        styles.call(client.map().size)
    assert counts(cluster, "Map.Size") == [0, 0, 10]
    # What has an owner goes there all the same.
    for key in range(30):
        styles.call(client.map().get, key)
    assert all(counts(cluster, "Map.Get"))


class _Nobody(LoadBalancer):
    def init(self, cluster_service) -> None: ...

    def next(self):
        return None


def test_a_load_balancer_that_knows_nobody_stops_nothing(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, load_balancer=_Nobody())
    assert styles.call(client.map().size) == 0


def test_a_key_whose_owner_is_not_connected_goes_by_another_member(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(cluster)
    away = cluster.members[2]
    key = next(k for k in range(99) if cluster.owner(client.partitions.get_partition_id(k)) is away)
    away.kill()
    cluster.wait_until(lambda: not away.connections)
    styles.call(client.map().set, key, "found")
    assert styles.call(client.map().get, key) == "found"
    assert {one.member for one in cluster.seen("Map.Get")} <= set(cluster.members[:2])


def test_routes_follow_the_partition_table(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    styles.call(client.map().set, 1, "x")
    before = cluster.seen("Map.Set")[0].member
    cluster.members.reverse()
    cluster.announce()
    cluster.settle()
    # The view is told on one connection; whatever comes later on it is handled later.
    viewer = cluster.viewers[0][0]
    for _ in range(4):
        styles.call(client.map().size)
    assert viewer in {request.connection for request in cluster.seen("Map.Size")}
    styles.call(client.map().get, 1)
    assert cluster.seen("Map.Get")[0].member is not before


def test_an_older_view_does_not_replace_a_newer_one(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    known = [one.uuid for one in client.cluster.get_members()]
    connection, correlation = cluster.viewers[0]
    cluster.version = -5
    members, cluster.members = cluster.members, cluster.members[:1]
    cluster.post(cluster.tell, connection, correlation)
    cluster.members = members
    for _ in range(4):
        styles.call(client.map().size)
    assert [one.uuid for one in client.cluster.get_members()] == known


@pytest.mark.parametrize("code", [62, 53])
def test_a_member_that_is_not_the_owner_any_more_says_so(styles, scripted, code) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    cluster.script("Map.Set", *[fail(code)] * 3)
    styles.call(client.map().set, 1, "x")
    assert len(cluster.seen("Map.Set")) == 4
    assert styles.call(client.map().get, 1) == "x"
