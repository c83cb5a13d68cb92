# SPDX-License-Identifier: Apache-2.0
"""Names are resolved anew, all their addresses are tried, and a cluster may come back elsewhere."""

from __future__ import annotations

import asyncio
import socket
import uuid
from typing import Any

import pytest

from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.hazelcast.errors import IllegalStateError
from gridwire.testing import HazelcastCluster
from support.diary import Diary
from support.patience import until
from support.scripted_map import refuse

NAME = "members.test"


class Resolver:
    """Answers for one name what the test says, and counts how often it was asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[Any]:
        if host != NAME:
            raise socket.gaierror(socket.EAI_NONAME, f"{host} is unknown")
        self.asked += 1
        if not self.addresses:
            raise socket.gaierror(socket.EAI_AGAIN, "the name server is busy")
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                socket.IPPROTO_TCP,
                "",
                (one, port, 0, 0) if ":" in one else (one, port),
            )
            for one in self.addresses
        ]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    answers = Resolver("127.0.0.1")

    async def getaddrinfo(self: Any, host: str, port: int, **_: Any) -> list[Any]:
        return answers(host, port)

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return answers


def move(member: Any, host: str, port: int) -> None:
    """Have a member listen elsewhere, as another one."""
    member.kill()
    member.host, member.port, member.uuid = host, port, uuid.uuid4()
    member.revive()


def test_all_addresses_of_a_name_are_tried(styles, scripted, resolver) -> None:
    cluster = scripted()
    resolver.addresses = ["127.0.0.3", "::1", "127.0.0.1"]
    place = f"{NAME}:{cluster.members[0].port}"
    client = styles.client(cluster, cluster_members=[place])
    assert styles.call(client.map().size) == 0


def test_a_foreign_cluster_at_one_address_of_a_name_does_not_hide_ours(
    styles, scripted, resolver
) -> None:
    foreign, ours = scripted(), scripted()
    port = foreign.members[0].port
    foreign.always("Client.Authentication", refuse(1))
    move(ours.members[0], "127.0.0.2", port)
    resolver.addresses = ["127.0.0.1", "127.0.0.2"]
    client = styles.client(ours, cluster_members=[f"{NAME}:{port}"])
    assert styles.call(client.map().size) == 0
    assert len(foreign.seen("Client.Authentication")) == 1


def test_an_error_names_every_address_of_a_name(styles, scripted, resolver) -> None:
    cluster = scripted()
    port = cluster.members[0].port
    cluster.members[0].kill()
    resolver.addresses = ["127.0.0.1", "127.0.0.2"]
    with pytest.raises(IllegalStateError) as caught:
        styles.client(
            cluster, cluster_members=[f"{NAME}:{port}", "nobody.test:1"], cluster_connect_timeout=0
        )
    text = str(caught.value)
    for part in ("127.0.0.1", "127.0.0.2", f"{NAME}:{port}", "nobody.test:1", "unknown"):
        assert part in text


def test_names_are_resolved_again_in_each_round(styles, scripted, resolver) -> None:
    cluster = scripted()
    resolver.addresses = []
    starting = styles.aside(
        styles.client, cluster, cluster_members=[f"{NAME}:{cluster.members[0].port}"]
    )
    until(lambda: resolver.asked >= 3)
    assert not starting.done()
    resolver.addresses = ["127.0.0.1"]
    assert styles.call(starting.result(10).map().size) == 0


def test_a_cluster_that_moved_is_found_by_its_name(styles, scripted, resolver) -> None:
    states, came, left = Diary(), Diary(), Diary()
    cluster = scripted()
    member = cluster.members[0]
    client = styles.client(
        cluster,
        cluster_members=[f"{NAME}:{member.port}"],
        lifecycle_listeners=[states],
        membership_listeners=[(came, left)],
    )
    numbers = client.map()
    states.until("CONNECTED")
    before = came.next().uuid
    cluster.cluster_id = uuid.uuid4()
    cluster.version = 1
    resolver.addresses = ["127.0.0.2"]
    move(member, "127.0.0.2", member.port)
    assert states.until("CONNECTED") == ["DISCONNECTED", "CONNECTED"]
    assert styles.call(numbers.get, 1) is None
    assert left.next().uuid == before
    assert came.next().uuid == member.uuid
    assert [one.uuid for one in client.cluster.get_members()] == [member.uuid]
    assert came.empty
    assert left.empty
    assert states.empty


def test_a_cluster_may_come_back_on_other_ports_of_the_list_with_everything_new(
    styles_and_uvloop,
) -> None:
    styles = styles_and_uvloop
    states, came, left, heard = Diary(), Diary(), Diary(), Diary()
    with HazelcastCluster(members=2) as first:
        name, early = first.cluster_name, first.addresses
        with HazelcastCluster(members=2) as spare:
            late = spare.addresses
        client = styles.client(
            first,
            cluster_members=[*early, *late],
            lifecycle_listeners=[states],
            membership_listeners=[(came, left)],
        )
        numbers = client.map()
        styles.call(numbers.add_entry_listener, True, added_func=heard)
        styles.call(numbers.set, 1, "old")
        heard.next()
        states.until("CONNECTED")
        before = [one.uuid for one in client.cluster.get_members()]
    states.until("DISCONNECTED")
    ports = [int(place.rpartition(":")[2]) for place in late]
    with HazelcastCluster(members=2, cluster_name=name, ports=ports):
        assert states.until("CONNECTED") == ["CONNECTED"]
        # Whoever is told finds everything in its place.
        assert styles.call(numbers.get, 1) is None
        styles.call(numbers.set, 2, "new")
        assert heard.next().key == 2
        after = [one.uuid for one in client.cluster.get_members()]
        assert [came.next().uuid for _ in range(4)] == before + after
        assert {left.next().uuid, left.next().uuid} == set(before)
        assert came.empty
        assert left.empty
        assert client.raw.diagnostics()["counters"]["reconnects"] == 1
    states.until("DISCONNECTED")


def test_connections_are_counted(styles, scripted) -> None:
    states = Diary()
    cluster = scripted(2)
    client = styles.client(cluster, lifecycle_listeners=[states])
    counters = client.raw._core.counters
    states.until("CONNECTED")
    assert (counters.connections_opened, counters.connections_lost) == (2, 0)
    assert (counters.connections_failed, counters.reconnects) == (0, 0)
    for member in cluster.members:
        member.kill()
    states.until("DISCONNECTED")
    for member in cluster.members:
        member.revive()
    states.until("CONNECTED")
    assert (counters.connections_opened, counters.connections_lost) == (4, 2)
    assert counters.reconnects == 1
    client.shutdown()
    assert counters.connections_lost == 2


def test_a_member_that_lets_in_and_hangs_up_is_not_asked_without_a_pause(styles, scripted) -> None:
    states = Diary()
    cluster = scripted()
    cluster.script(
        "Client.AddClusterViewListener", *[lambda request: request.connection.close()] * 3
    )
    client = styles.client(
        cluster, lifecycle_listeners=[states], retry_initial_backoff=0.05, retry_multiplier=1
    )
    # Nobody was told of connections that came to nothing.
    assert states.until("CONNECTED") == ["STARTING", "STARTED", "CONNECTED"]
    assert len(cluster.seen("Client.Authentication")) == 4
    assert styles.call(client.map().size) == 0


def test_a_connection_that_was_begun_to_the_old_cluster_is_not_used_in_the_new(
    styles, scripted
) -> None:
    states = Diary()
    cluster = scripted(2)
    first, slow = cluster.members
    held = slow.hold("Client.LocalBackupListener")
    styles.client(
        cluster,
        cluster_members=[first.address],
        lifecycle_listeners=[states],
        connection_timeout=0.2,
        shuffle_member_list=False,
    )
    late = held.next()
    states.until("CONNECTED")
    cluster.cluster_id = first.uuid = uuid.uuid4()
    first.connections[0].close()
    states.until("CONNECTED")
    slow.behave("Client.LocalBackupListener")
    assert len(slow.seen("Client.Authentication")) == 1
    late.answer_as_usual()
    cluster.wait_until(lambda: len(slow.seen("Client.Authentication")) == 2)


def test_a_start_that_is_cancelled_anywhere_leaves_nothing(scripted) -> None:
    # The leak guard looks for sockets, tasks and threads.
    cluster = scripted(2)
    options = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}

    async def play(turns: int) -> bool:
        starting = asyncio.create_task(AsyncioClient.create_and_start(**options))
        for _ in range(turns):
            await asyncio.sleep(0)
        starting.cancel()
        try:
            client = await starting
        except asyncio.CancelledError:
            return False
        await client.shutdown()
        return True

    turns = 0
    while not asyncio.run(play(turns)):
        turns += 1
    cluster.wait_until(lambda: not any(one.connections for one in cluster.members))
    assert turns > 5
