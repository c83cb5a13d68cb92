# SPDX-License-Identifier: Apache-2.0
"""Clients at members of each line: the official one in both its styles, and ours; and at faults."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.testing import AsyncHazelcastCluster, HazelcastCluster
from gridwire.testing._hazelcast.versions import KNOWN_LINES

hazelcast = pytest.importorskip("hazelcast")
peer_asyncio = pytest.importorskip("hazelcast.asyncio")
peer_errors = pytest.importorskip("hazelcast.errors")

ENTRIES = {number: f"value {number}" for number in range(100)}
WAIT_SECONDS = 20.0


def settings(cluster, **more):
    return {
        "cluster_name": cluster.cluster_name,
        "cluster_members": cluster.addresses,
        "retry_initial_backoff": 0.05,
        **more,
    }


def blocking_scenario(client, version) -> None:
    heard = threading.Semaphore(0)
    m = client.get_map("m").blocking()
    m.add_entry_listener(removed_func=lambda _: heard.release())
    m.put_all(ENTRIES)
    assert m.get_all(list(ENTRIES)) == ENTRIES
    assert m.put(1, "new") == "value 1"
    assert m.delete(1) is None
    assert heard.acquire(timeout=WAIT_SECONDS)
    assert m.delete(1) is None
    assert m.size() == len(ENTRIES) - 1
    assert sorted(m.key_set()) == sorted(ENTRIES.keys() - {1})
    members = client.cluster_service.get_members()
    assert [member.lite_member for member in members] == [False, False, True]
    numbers = {(one.version.major, one.version.minor, one.version.patch) for one in members}
    assert numbers == {tuple(map(int, version.split(".")))}
    m.destroy()


async def asyncio_scenario(client, version) -> None:
    m = await client.get_map("m")
    heard = asyncio.Event()
    await m.add_entry_listener(removed_func=lambda _: heard.set())
    await m.put_all(ENTRIES)
    assert await m.get_all(list(ENTRIES)) == ENTRIES
    assert await m.remove(1) == "value 1"
    await asyncio.wait_for(heard.wait(), WAIT_SECONDS)
    await m.delete(1)
    assert await m.size() == len(ENTRIES) - 1
    assert len(client.cluster_service.get_members()) == 3
    await m.destroy()


async def asyncio_clients(version) -> None:
    async with AsyncHazelcastCluster(2, lite_members=1, version=version) as cluster:
        theirs = await peer_asyncio.HazelcastClient.create_and_start(**settings(cluster))
        await asyncio_scenario(theirs, cluster.version)
        await theirs.shutdown()
        async with AsyncioClient(**settings(cluster)) as ours:
            await asyncio_scenario(ours, cluster.version)


@pytest.mark.parametrize("line", KNOWN_LINES)
def test_clients_of_threads(line):
    with HazelcastCluster(2, lite_members=1, version=line) as cluster:
        for make in (hazelcast.HazelcastClient, HazelcastClient):
            client = make(**settings(cluster))
            try:
                blocking_scenario(client, cluster.version)
            finally:
                client.shutdown()


@pytest.mark.parametrize("line", KNOWN_LINES)
def test_clients_of_asyncio(line):
    asyncio.run(asyncio_clients(line))


@pytest.mark.parametrize("version", ["4.2.8", "5.3.8", "5.7.0"])
def test_no_acknowledged_write_is_lost_while_members_come_and_go(version):
    with HazelcastCluster(3, version=version, process=True) as cluster:
        client = hazelcast.HazelcastClient(
            **settings(cluster, redo_operation=True, operation_backup_timeout=0.3)
        )
        try:
            m = client.get_map("m")
            writes = {}
            for number in range(1500):
                writes[number] = m.put(number, number)
                if number == 400:
                    cluster.members[0].restart_with_new_address()
                elif number == 800:
                    cluster.members[0].shutdown()
                elif number == 1100:
                    cluster.start_member()
                    cluster.migrate()
            for write in writes.values():
                write.result()
            assert m.get_all(list(writes)).result() == {number: number for number in writes}
        finally:
            client.shutdown()


# -- the official client at faults --------------------------------------------------------------


@pytest.fixture
def cluster():
    with HazelcastCluster(3) as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    client = hazelcast.HazelcastClient(
        **settings(cluster, client_name="theirs", invocation_retry_pause=0.02)
    )
    yield client
    client.shutdown()


@pytest.mark.parametrize("answer", ["migrating", "wrong_target", "wait"])
def test_it_tries_again_while_partitions_migrate(cluster, client, answer):
    m = client.get_map("m")
    m.put_all(ENTRIES).result()
    with cluster.migrating(answer=answer) as fault:
        reads = [m.get(number) for number in range(20)]
        fault.wait(20)
    assert [read.result() for read in reads] == [ENTRIES[number] for number in range(20)]


def test_it_waits_for_backup_acks_that_are_late(cluster, client):
    m = client.get_map("m").blocking()
    m.set(1, 1)
    with cluster.delay(0.2, events="Client.backup") as fault:
        begin = time.monotonic()
        m.set(1, 2)
        assert time.monotonic() - begin > 0.15
        assert fault.hits == 1


def test_it_goes_on_when_a_member_goes_on(cluster, client):
    m = client.get_map("m")
    m.put_all(ENTRIES).result()
    with cluster.pause() as fault:
        reads = [m.get(number) for number in range(20)]
        fault.wait(3)
        assert not any(read.done() for read in reads)
    assert [read.result() for read in reads] == [ENTRIES[number] for number in range(20)]


def test_it_puts_together_what_trickles(cluster, client):
    m = client.get_map("m").blocking()
    m.set(1, "x" * 3000)
    with cluster.slow_drip(13, 0.0005, clients="theirs"):
        assert m.get(1) == "x" * 3000


def test_it_does_not_come_back_where_it_is_not_allowed(cluster):
    with cluster.refuse_clients(), pytest.raises(peer_errors.IllegalStateError):
        hazelcast.HazelcastClient(**settings(cluster))
