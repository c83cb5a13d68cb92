# SPDX-License-Identifier: Apache-2.0
"""Batches over several nodes of the test cluster's meaning, with whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gridwire.aerospike import constants as c
from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.exception import AerospikeTimeoutError, ClusterError, ServerError
from gridwire.aerospike.protocol import flags
from gridwire.errors import Outcome
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._aerospike.node import Node
from gridwire.testing._aerospike.views import SingleNode
from support.aerospike_scripted import CUT, HOLD, ScriptedCluster, ScriptedNode, reply, until

KEYS = [("test", "demo", number) for number in range(40)]


def give_meaning(cluster: ScriptedCluster) -> Node:
    """Have the nodes answer as a server does, from one store for all."""
    namespace = Namespace("test", {"allow-ttl-without-nsup": True})
    view = SingleNode("A1", (namespace,), "127.0.0.1:3000", "docker")
    real = Node("A1", view, lambda: 1_800_000_000.0)
    for node in cluster.nodes:
        connection = real.connect()
        node.answer = lambda message, connection=connection: b"".join(
            real.handle(connection, message)
        )
    return real


@pytest.fixture
def stored(connected: Callable[..., None]) -> Callable[..., None]:
    """A connected client whose cluster keeps records, forty of them already."""

    def run(body: Any, count: int = 3, **config: Any) -> None:
        async def prepared(client: AsyncClient, cluster: ScriptedCluster) -> None:
            give_meaning(cluster)
            for number, key in enumerate(KEYS):
                await client.put(key, {"n": number})
            for node in cluster.nodes:
                node.requests = 0
            await body(client, cluster)

        connected(prepared, count, **config)

    return run


def test_records_of_all_nodes_in_the_order_of_the_call(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        keys = [*KEYS[::-1], ("test", "demo", "missing"), KEYS[3]]
        found = await client.batch_read(keys)
        assert found.to_list() == [
            *({"n": number} for number in range(39, -1, -1)),
            None,
            {"n": 3},
        ]
        assert found.found_count() == 41
        # One message for each node.
        assert [node.requests for node in cluster.nodes] == [1, 1, 1]
        some = await client.batch_read(KEYS[:2], ["other"])
        assert some.to_list() == [{}, {}]
        assert (await client.batch_read([])).to_list() == []

    stored(body)


def test_writing_operating_and_removing(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        written = await client.batch_write([(key, {"m": key[2] * 2}) for key in KEYS])
        assert {one.result for one in written.batch_records} == {0}
        ops = [
            {"op": c.OPERATOR_INCR, "bin": "m", "val": 1},
            {"op": c.OPERATOR_READ, "bin": "m", "val": None},
        ]
        results = await client.batch_operate(KEYS, ops)
        assert [one.record.bins["m"] for one in results.batch_records][:3] == [
            [None, 1],
            [None, 3],
            [None, 5],
        ]
        removed = await client.batch_remove([*KEYS[:5], ("test", "demo", "missing")])
        assert [one.result for one in removed.batch_records] == [0] * 5 + [2]
        assert (await client.batch_read(KEYS)).found_count() == 35

    stored(body)


def test_one_node_after_the_other_for_who_says_so(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        active = most = 0

        def script(node: ScriptedNode, message: bytes) -> float:
            nonlocal active, most
            active += 1
            most = max(most, active)
            asyncio.get_running_loop().call_later(0.01, leave)
            return 0.02

        def leave() -> None:
            nonlocal active
            active -= 1

        for node in cluster.nodes:
            node.script = script
        policy = {"concurrency": c.BATCH_CONCURRENCY_SEQUENTIAL, "total_timeout": 20_000}
        assert (await client.batch_read(KEYS, policy=policy)).found_count() == 40
        assert most == 1

    stored(body)


def test_rows_of_a_node_that_is_lost_are_read_at_the_replica(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        lost = cluster.nodes[1]
        lost.script = lambda node, message: CUT
        assert (await client.batch_read(KEYS)).found_count() == 40
        assert lost.requests == 1
        assert sum(node.requests for node in cluster.nodes) == 4

    stored(body)


def test_a_node_without_an_answer_costs_its_rows_only(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        for node in cluster.nodes[:1]:
            node.script = lambda node, message: HOLD
        policy = {"total_timeout": 100, "max_retries": 0}
        written = await client.batch_write([(key, {"m": 1}) for key in KEYS], policy)
        bad = [one for one in written.batch_records if one.result]
        assert 0 < len(bad) < 40
        assert {(one.result, one.in_doubt) for one in bad} == {(9, True)}
        assert all(not one.in_doubt for one in written.batch_records if not one.result)

    stored(body)


def test_when_nobody_answers_the_call_fails(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        for node in cluster.nodes:
            node.script = lambda node, message: HOLD
        with pytest.raises(AerospikeTimeoutError) as caught:
            await client.batch_write([(key, {"m": 1}) for key in KEYS], {"total_timeout": 60})
        assert caught.value.in_doubt
        assert caught.value.outcome is Outcome.UNKNOWN
        assert caught.value.facts["operation"] == "batch_write"
        for node in cluster.nodes:
            node.script = lambda node, message: CUT
        with pytest.raises(ClusterError):
            await client.batch_read(KEYS)

    stored(body)


def test_a_batch_that_servers_refuse_as_a_whole(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        refusal = bytearray(reply(150))
        refusal[11] = flags.INFO3_LAST
        for node in cluster.nodes:
            node.answer = lambda message: bytes(refusal)
        with pytest.raises(ServerError) as caught:
            await client.batch_read(KEYS)
        assert caught.value.code == 150
        # The connections are as good as before.
        assert all(len(node.connections) == 1 for node in client._engine.core.nodes.values())

    stored(body)


def test_rows_of_a_namespace_that_nobody_has(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        found = await client.batch_read([KEYS[0], ("nowhere", "demo", 1), KEYS[1]])
        assert [one.result for one in found.batch_records] == [0, 20, 0]
        with pytest.raises(ServerError):
            await client.batch_read([("nowhere", "demo", 1)])

    stored(body)


def test_more_rows_than_a_server_takes_go_in_several_messages(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        keys = [("test", "demo", number) for number in range(6000)]
        found = await client.batch_read(keys, policy={"total_timeout": 30_000})
        assert found.found_count() == 40
        assert cluster.requests == 2

    stored(body, 1)


def test_answers_that_come_in_pieces_and_single_commands_beside(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        async def batch() -> int:
            return (await client.batch_read(KEYS, policy={"total_timeout": 20_000})).found_count()

        async def single(number: int) -> dict[str, Any]:
            return (await client.get(KEYS[number % 40], {"total_timeout": 20_000})).bins

        counts, bins = await asyncio.gather(
            asyncio.gather(*(batch() for _ in range(30))),
            asyncio.gather(*(single(number) for number in range(400))),
        )
        assert set(counts) == {40}
        assert bins == [{"n": number % 40} for number in range(400)]

    stored(body, max_conns_per_node=2)


def test_a_cancelled_batch_leaves_nothing_behind(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        for node in cluster.nodes:
            node.script = lambda node, message: HOLD
        task = asyncio.create_task(client.batch_read(KEYS, policy={"total_timeout": 0}))
        await until(lambda: all(node.held for node in cluster.nodes))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # What is still to come has no owner, so its connections are not used any more.
        nodes = client._engine.core.nodes.values()
        await until(lambda: not any(node.connections for node in nodes))
        for node in cluster.nodes:
            node.script = lambda node, message: None
        assert (await client.batch_read(KEYS)).found_count() == 40

    stored(body)


def test_a_batch_waits_for_a_connection_in_the_same_queue(stored) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD if node.requests == 1 else None
        head = asyncio.create_task(client.get(KEYS[0], {"total_timeout": 20_000}))
        await until(lambda: node.held)
        with pytest.raises(AerospikeTimeoutError) as caught:
            await client.batch_read(KEYS, policy={"total_timeout": 50})
        assert caught.value.outcome is Outcome.NOT_SENT
        node.release_all()
        await head
        assert (await client.batch_read(KEYS)).found_count() == 40

    stored(body, 1, max_conns_per_node=1)
