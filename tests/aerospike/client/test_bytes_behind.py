# SPDX-License-Identifier: Apache-2.0
"""What a node sends behind an answer ends the connection, but does not take the answer away."""

from __future__ import annotations

import asyncio

import pytest

from gridwire._core.outcome import Outcome
from gridwire.aerospike._client import Client
from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.protocol.errors import ProtocolError
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
        right, node.answer = node.answer, lambda message: reply() + GARBAGE
        writes = [asyncio.create_task(client.put(("test", "demo", n), {"a": n})) for n in range(3)]
        done = await asyncio.gather(*writes, return_exceptions=True)
        assert done[0] is None
        assert [one.in_doubt for one in done[1:]] == [True, True]
        node.answer = right
        assert (await client.get(KEY)).bins

    connected(body)


def test_an_answer_that_was_filled_up_with_the_next_one_gives_no_value(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        await client.get(KEY)
        right, cut = node.answer, 10
        answers = iter([reply(bins={"a": "x" * 30})[:-cut], reply(bins={"a": "y" * 30})])
        node.answer = lambda message: next(answers, None) or right(message)
        policy = {"max_retries": 0}
        keys = [("test", "demo", number) for number in range(2)]
        done = await asyncio.gather(
            *(client.get(key, policy) for key in keys), return_exceptions=True
        )
        assert all(isinstance(one, AerospikeError) for one in done), done
        assert (await client.get(KEY)).bins

    connected(body)


@pytest.mark.parametrize("code", [4, 5, 11, 18])
@pytest.mark.parametrize("style", ["threads", "asyncio"])
def test_noise_with_the_byte_of_a_refusal_is_no_refusal(code: int, style: str) -> None:
    answer = bytearray(reply(code=code))
    answer[26:30] = b"\x07\x01\x02\x09"

    async def main() -> Exception:
        policy = {"max_retries": 0, "total_timeout": 5_000}
        async with ScriptedCluster(1) as cluster:
            cluster.nodes[0].answer = lambda message: bytes(answer)
            config = {"hosts": cluster.hosts}
            client = AsyncClient(config) if style == "asyncio" else Client(config)
            try:
                if isinstance(client, AsyncClient):
                    await client.connect()
                    await client.put(KEY, {"a": 1}, policy=policy)
                else:
                    await asyncio.to_thread(client.connect)
                    await asyncio.to_thread(client.put, KEY, {"a": 1}, None, policy)
            except AerospikeError as error:
                return error
            finally:
                if isinstance(client, AsyncClient):
                    await client.close()
                else:
                    await asyncio.to_thread(client.close)
        raise AssertionError("it was taken for done")

    error = asyncio.run(main())
    assert isinstance(error, ProtocolError)
    assert error.outcome is Outcome.UNKNOWN


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
