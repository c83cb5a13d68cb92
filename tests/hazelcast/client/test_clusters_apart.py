# SPDX-License-Identifier: Apache-2.0
"""A client stays with its cluster: members of others, doubles and those who left are not used."""

from __future__ import annotations

import threading
import uuid

from gridwire.hazelcast.errors import HazelcastClientNotActiveError
from support.scripted import ScriptedMember


def test_a_member_of_another_cluster_is_not_used(styles, scripted) -> None:
    # Both have the same name, as after a split; and one's list names a member of the other.
    ours, theirs = scripted(1), scripted(1)
    client = styles.client(ours)
    stranger = theirs.members[0]
    ours.members.append(stranger)
    ours.announce()
    theirs.wait_until(lambda: bool(theirs.seen("Client.Authentication")))
    theirs.wait_until(lambda: not stranger.connections)
    for key in range(20):
        styles.call(client.map().set, key, key)
    assert not theirs.seen("Map.Set")
    assert len(ours.seen("Map.Set")) == 20
    ours.members.remove(stranger)


def test_a_member_that_answers_at_two_addresses_gets_one_connection(styles, scripted) -> None:
    cluster = scripted(1)
    member = cluster.members[0]
    twice = [f"127.0.0.1:{member.port}", f"localhost:{member.port}"]
    client = styles.client(cluster, cluster_members=twice)
    assert styles.call(client.map().size) == 0
    assert len(member.connections) == 1


def test_a_member_with_the_identity_of_another_replaces_nothing(styles, scripted) -> None:
    cluster = scripted(2)
    cluster.members[1].uuid = cluster.members[0].uuid
    client = styles.client(cluster)
    for key in range(10):
        styles.call(client.map().set, key, key)
    assert sum(len(member.connections) for member in cluster.members) == 1


def test_a_member_that_left_the_list_is_left_at_once(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    left: ScriptedMember = cluster.members.pop()
    connection = left.connections[0]
    cluster.announce()
    assert connection.closed.wait(5)
    for key in range(20):
        styles.call(client.map().set, key, key)
    assert not left.seen("Map.Set")
    cluster.members.append(left)


def test_another_number_of_partitions_is_another_cluster(styles, scripted) -> None:
    # Every map of this client counts on the number that it began with.
    cluster = scripted(1)
    lost = threading.Event()
    client = styles.client(
        cluster, lifecycle_listeners=[lambda state: state == "DISCONNECTED" and lost.set()]
    )
    numbers = client.map()
    member = cluster.members[0]
    member.kill()
    assert lost.wait(5)
    cluster.partition_count = 7
    cluster.cluster_id = uuid.uuid4()
    member.uuid = uuid.uuid4()
    member.revive()
    error = styles.error(numbers.set, 1, "x")
    assert isinstance(error, HazelcastClientNotActiveError)
    assert not cluster.seen("Map.Set")
    assert "partitions" in str(error) + str(error.__cause__)


def test_an_empty_partition_table_is_no_table(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    styles.call(client.map().set, 1, "x")
    table, cluster.table = cluster.table, list
    cluster.announce()
    cluster.settle()
    for _ in range(4):
        styles.call(client.map().size)
    assert client.partitions.get_partition_owner(0) is not None
    cluster.table = table


def test_a_table_with_strange_partitions_harms_nothing(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    table = cluster.table
    cluster.table = lambda: [*table(), (uuid.uuid4(), [-1, 99, 2**31 - 1])]
    cluster.announce()
    cluster.settle()
    for key in range(20):
        styles.call(client.map().set, key, key)
    assert styles.call(client.map().size) == 20


def test_a_partition_without_an_owner_is_served_by_anybody(styles, scripted) -> None:
    cluster = scripted(2)
    cluster.table = lambda: [(cluster.members[0].uuid, [0])]
    client = styles.client(cluster)
    for key in range(20):
        styles.call(client.map().set, key, key)
    assert styles.call(client.map().get_all, range(20)) == {key: key for key in range(20)}
    assert all(member.seen("Map.Set") for member in cluster.members)
