# SPDX-License-Identifier: Apache-2.0
"""Connections to one node: how many, who waits, and what one slow answer means for others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.control.async_node import LARGE_BYTES, AsyncNode
from gridwire.aerospike.exception import AerospikeTimeoutError, ClientError, ClusterError
from gridwire.errors import Outcome
from support.aerospike_scripted import HOLD, ScriptedCluster, ScriptedNode, until

KEY = ("test", "demo", "ann")
PATIENT = {"total_timeout": 20_000}


@pytest.fixture(params=["asyncio", "uvloop"])
def loop_factory(request: pytest.FixtureRequest) -> Any:
    """Both loops."""
    return pytest.importorskip("uvloop").new_event_loop if request.param == "uvloop" else None


def node_of(client: AsyncClient) -> AsyncNode:
    (node,) = client._engine.core.nodes.values()
    return node


def test_more_calls_than_places_wait_in_their_order(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD if node.requests == 1 else None
        ended: list[int] = []

        async def one(number: int) -> None:
            await client.put(("test", "demo", number), {"a": 1}, policy=PATIENT)
            ended.append(number)

        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(one(number))
            await until(lambda: node.held)
            assert node.requests == 1
            node.release_all()
        assert ended == list(range(50))
        assert node.opened == 2  # one of them for control

    connected(body, max_conns_per_node=1, pipeline_depth=1)


def test_no_more_connections_than_the_limit(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].script = lambda node, message: 0.002
        await asyncio.gather(*(client.get(("test", "demo", n), PATIENT) for n in range(300)))
        assert len(node_of(client).connections) == 5
        assert cluster.nodes[0].opened == 6

    connected(body, max_conns_per_node=5)


def test_without_pipelining_one_request_is_under_way_on_a_connection(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        most = 0

        def script(node: ScriptedNode, message: bytes) -> float:
            nonlocal most
            most = max(most, *(len(link._queue) for link in node.links))
            return 0.001

        node.script = script
        await asyncio.gather(*(client.get(("test", "demo", n), PATIENT) for n in range(100)))
        assert most == 0
        assert len(node_of(client).connections) == 20

    connected(body, pipeline_depth=1, max_conns_per_node=20)


def test_a_quick_server_gets_few_connections_and_a_slow_one_many(connected) -> None:
    async def load(client: AsyncClient, workers: int, rounds: int) -> None:
        async def worker(start: int) -> None:
            for number in range(rounds):
                await client.get(("test", "demo", start * rounds + number), PATIENT)

        await asyncio.gather(*map(worker, range(workers)))

    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        await load(client, 32, 50)
        assert len(node_of(client).connections) <= 8
        cluster.nodes[0].script = lambda node, message: 0.01
        await load(client, 32, 30)
        # A request that waits for another costs more than a connection.
        assert len(node_of(client).connections) >= 24

    connected(body)


def test_large_requests_do_not_stand_in_the_way(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        large = bytes(LARGE_BYTES)

        def script(node: ScriptedNode, message: bytes) -> str | None:
            return HOLD if len(message) > LARGE_BYTES else None

        node.script = script
        slow = asyncio.create_task(client.put(KEY, {"a": large}, policy=PATIENT))
        await until(lambda: node.held)
        records = await asyncio.gather(*(client.get(("test", "demo", n)) for n in range(20)))
        assert all(record.bins == {"d": record.key.digest} for record in records)
        assert not slow.done()
        node.script = lambda node, message: None
        node.release_all()
        await slow

    connected(body)


def test_reads_behind_an_overdue_answer_go_elsewhere_and_writes_stay(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD if node.requests == 1 else None
        policy = {"total_timeout": 20_000, "max_retries": 0}
        head = asyncio.create_task(client.put(KEY, {"a": 1}, policy=policy))
        reads = [asyncio.create_task(client.get(("test", "demo", n), policy)) for n in range(3)]
        write = asyncio.create_task(client.put(("test", "demo", 9), {"a": 1}, policy=policy))
        for read in reads:
            record = await read
            assert record.bins == {"d": record.key.digest}
        # They were sent twice, and nobody got the answers that came late.
        assert not head.done()
        assert not write.done()
        # Nothing new goes behind the answer that is overdue.
        await client.get(("test", "demo", 10), policy)
        node.release_all()
        await head
        await write
        assert node.requests == 3 + 3 + 2 + 1

    connected(body, max_conns_per_node=2)


def test_a_connection_without_callers_is_closed_and_one_with_a_caller_is_not(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD
        with pytest.raises(AerospikeTimeoutError):
            await client.put(KEY, {"a": 1}, policy={"total_timeout": 30})
        await until(lambda: not node_of(client).connections)
        # Who still waits may wait for as long as he likes.
        patient = asyncio.create_task(client.put(KEY, {"a": 1}, policy={"total_timeout": 0}))
        await until(lambda: node_of(client).connections)
        await asyncio.sleep(0.2)
        assert len(node_of(client).connections) == 1
        node.script = lambda node, message: None
        node.release_all()
        await patient

    connected(body)


def test_late_answers_are_waited_for_as_the_policy_says(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD
        policy = {"total_timeout": 300, "timeout_delay": 10_000}
        with pytest.raises(AerospikeTimeoutError):
            await client.put(KEY, {"a": 1}, policy=policy)
        (connection,) = node_of(client).connections
        await until(lambda: connection.is_blocked)
        node.script = lambda node, message: None
        node.release_all()
        # The late answer came, and nobody got it; the connection is as good as before.
        await until(lambda: not connection.is_blocked)
        record = await client.get(KEY)
        assert record.bins == {"d": record.key.digest}
        assert node_of(client).connections == [connection]

    connected(body)


def test_a_cancelled_caller_leaves_his_place_to_his_answer(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD if node.requests == 2 else None
        await client.get(KEY)
        tasks = [asyncio.create_task(client.get(("test", "demo", n))) for n in range(4)]
        await until(lambda: node.held)
        tasks[0].cancel()
        tasks[2].cancel()
        node.release_all()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(one, asyncio.CancelledError) for one in done] == [True, False] * 2
        for record in (done[1], done[3]):
            assert record.bins == {"d": record.key.digest}
        assert len(node_of(client).connections) == 1

    connected(body, max_conns_per_node=1)


def test_connections_that_must_be_there_are_opened_before_connect_returns(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        assert len(node_of(client).connections) == 3
        assert cluster.nodes[0].opened == 4
        # Those that end are opened again.
        for connection in list(node_of(client).connections):
            connection.close()
        await until(lambda: len(node_of(client).connections) == 3)

    connected(body, min_conns_per_node=3, tend_interval=20)


def test_connections_that_nobody_uses_are_closed_down_to_the_minimum(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].script = lambda node, message: 0.01
        await asyncio.gather(*(client.get(("test", "demo", n)) for n in range(60)))
        node = node_of(client)
        before = list(node.connections)
        assert len(before) > 2
        await until(lambda: len(node.connections) == 2 and not set(node.connections) & set(before))

    connected(body, min_conns_per_node=2, idle_timeout=0.05, tend_interval=20)


def test_a_connection_that_the_server_closed_while_idle_harms_nobody(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        for _ in range(5):
            await client.put(KEY, {"a": 1})
            (link,) = node.data_links
            link.transport.close()
            await until(lambda: not node_of(client).connections)

    connected(body)


def test_when_nobody_listens_any_more_calls_end_at_once(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        await cluster.nodes[0].stop()
        with pytest.raises(ClusterError) as caught:
            await client.put(KEY, {"a": 1}, policy=PATIENT)
        assert caught.value.outcome is Outcome.NOT_SENT
        assert not caught.value.in_doubt

    connected(body, tend_interval=60_000)


def test_closing_waits_for_answers_that_are_under_way(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].script = lambda node, message: 0.1
        tasks = [asyncio.create_task(client.put(("test", "demo", n), {"a": 1})) for n in range(5)]
        await until(lambda: cluster.requests)
        await client.close()
        assert await asyncio.gather(*tasks) == [None] * 5
        with pytest.raises(ClientError, match="not connected") as caught:
            await client.get(KEY)
        assert caught.value.outcome is Outcome.NOT_SENT

    connected(body)


def test_closing_does_not_wait_for_ever(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].script = lambda node, message: HOLD
        task = asyncio.create_task(client.put(KEY, {"a": 1}, policy=PATIENT))
        await until(lambda: cluster.requests)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await client.close()
        assert loop.time() - began < 10
        with pytest.raises(ClusterError) as caught:
            await task
        assert caught.value.outcome is Outcome.UNKNOWN
        await client.close()

    connected(body)


def test_a_client_may_be_connected_again(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        with pytest.raises(ClientError, match="already connected"):
            await client.connect()
        await client.close()
        assert not client.is_connected()
        assert not await client.ping()
        await client.connect()
        assert client.is_connected()
        assert await client.ping()
        await client.get(KEY)

    connected(body)
