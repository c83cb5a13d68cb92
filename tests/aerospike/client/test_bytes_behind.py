# SPDX-License-Identifier: Apache-2.0
"""What a node sends behind an answer ends the connection, but does not take the answer away."""

from __future__ import annotations

import asyncio

import pytest

from gridwire.aerospike.asyncio.client import AsyncClient
from support.aerospike_scripted import ScriptedCluster, reply, until

KEY = ("test", "demo", 1)
GARBAGE = b"garbage behind it"


@pytest.mark.parametrize("behind", [GARBAGE, reply()])
def test_the_answer_before_garbage_reaches_its_caller(connected, behind: bytes) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        right, node.answer = node.answer, lambda message: reply(bins={"a": 1}) + behind
        assert (await client.get(KEY)).bins == {"a": 1}
        await until(lambda: not [link for link in node.links if link.requests])
        node.answer = right
        record = await client.get(KEY)
        assert record.bins == {"d": record.key.digest}

    connected(body)


def test_those_behind_the_garbage_are_told(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        await client.get(KEY)
        right, node.answer = node.answer, lambda message: reply(bins={"a": 1}) + GARBAGE
        writes = [asyncio.create_task(client.put(("test", "demo", n), {"a": n})) for n in range(3)]
        done = await asyncio.gather(*writes, return_exceptions=True)
        assert done[0] is None
        assert [one.in_doubt for one in done[1:]] == [True, True]
        node.answer = right
        assert (await client.get(KEY)).bins

    connected(body)


def test_an_info_answer_before_garbage(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        assert await client.info_random_node("build")
        right = node.control
        node.control = lambda link, message: (right(link, message) or b"") + GARBAGE
        assert await client.info_random_node("build")

    connected(body)


def test_a_large_request_is_waited_for_as_the_policy_says(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        await client.get(KEY)
        (link,) = [link for link in node.links if link.requests]
        node.script = lambda node, message: "hold"
        policy = {"total_timeout": 30, "timeout_delay": 20_000}
        with pytest.raises(TimeoutError):
            await client.put(KEY, {"a": "x" * 100_000}, policy=policy)
        node.script = lambda node, message: None
        node.release_all()
        for _ in range(5):
            await client.get(KEY)
        assert link in node.links

    connected(body)
