# SPDX-License-Identifier: Apache-2.0
"""What is cancelled while it connects or disconnects leaves nothing, and can be done again."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from gridwire.aerospike import AerospikeError, ClientError
from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.testing import AerospikeCluster
from support.aerospike_scripted import ScriptedCluster, until
from support.patience import patient

KEY = ("test", "closing", 1)


async def cancelled_after(turns: int, coroutine: Coroutine[Any, Any, object]) -> bool:
    """Cancel a coroutine so many turns of the loop after its beginning; whether that ended it."""
    task = asyncio.create_task(coroutine)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


async def silent(nodes: ScriptedCluster) -> None:
    """The cluster sees no connection any more."""
    await until(lambda: not any(node.links for node in nodes.nodes))


def test_closing_that_is_cancelled_goes_on() -> None:
    async def play() -> None:
        with AerospikeCluster(nodes=1) as cluster:
            client = AsyncClient(patient({"hosts": cluster.hosts}))
            await client.connect()
            with cluster.pause(*cluster.nodes) as fault:
                pending = asyncio.create_task(client.get(KEY, {"total_timeout": 60_000}))
                await until(lambda: fault.hits)
                assert await cancelled_after(3, client.close())
                assert not client.is_connected()
                # Who closes it again waits for the end, which ends the pending call.
                await client.close()
                with pytest.raises(AerospikeError):
                    await pending
            assert asyncio.all_tasks() == {asyncio.current_task()}
            await client.connect()
            assert await client.ping()
            await client.close()

    asyncio.run(play())


@pytest.mark.parametrize("again", [True, False])
def test_closing_that_is_cancelled_anywhere_leaves_nothing(again: bool) -> None:
    async def play() -> None:
        async with ScriptedCluster(1) as nodes:
            turns = 1
            while True:
                client = AsyncClient(patient({"hosts": nodes.hosts}))
                await client.connect()
                was_cancelled = await cancelled_after(turns, client.close())
                if again:
                    await client.close()
                    assert asyncio.all_tasks() == {asyncio.current_task()}
                await silent(nodes)
                if not was_cancelled:
                    break
                turns += 1
            assert turns > 1

    asyncio.run(play())


def test_closing_in_the_middle_of_which_all_is_cancelled_is_done() -> None:
    # As a loop is wound up: every task is cancelled, and waited for; here twice.
    async def play(turns: int, nodes: ScriptedCluster) -> bool:
        client = AsyncClient(patient({"hosts": nodes.hosts}))
        await client.connect()
        mine = asyncio.all_tasks()
        closing = asyncio.create_task(client.close())
        for _ in range(turns):
            await asyncio.sleep(0)
        uncut = closing.done()
        for _ in range(2):
            for task in asyncio.all_tasks() - mine:
                task.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([closing])
        await asyncio.wait_for(client.close(), 5)
        assert asyncio.all_tasks() == {asyncio.current_task()} | (mine & asyncio.all_tasks())
        await silent(nodes)
        return uncut

    async def play_all() -> None:
        async with ScriptedCluster(1) as nodes:
            turns = 1
            while not await play(turns, nodes):
                turns += 1
            assert turns > 3

    asyncio.run(play_all())


def test_connecting_that_is_cancelled_anywhere_leaves_nothing() -> None:
    async def play() -> None:
        async with ScriptedCluster(1) as nodes:
            turns = 0
            client = AsyncClient(patient({"hosts": nodes.hosts}))
            while await cancelled_after(turns, client.connect()):
                assert not client.is_connected()
                await silent(nodes)
                turns += 1
            assert client.is_connected()
            await client.close()
            assert turns > 5

    asyncio.run(play())


@pytest.mark.parametrize("between", [0, 1, 2])
def test_connecting_that_is_cancelled_twice_leaves_nothing(between: int) -> None:
    async def play() -> None:
        async with ScriptedCluster(1) as nodes:
            client = AsyncClient(patient({"hosts": nodes.hosts}))
            for turns in range(1, 40):
                task = asyncio.create_task(client.connect())
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                for _ in range(between):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
                await client.close()
                await silent(nodes)
            await client.connect()
            assert await client.ping()
            await client.close()

    asyncio.run(play())


def test_of_two_tasks_that_connect_one_does() -> None:
    async def play() -> None:
        async with ScriptedCluster(1) as nodes:
            client = AsyncClient(patient({"hosts": nodes.hosts}))
            first = asyncio.create_task(client.connect())
            await asyncio.sleep(0)
            with pytest.raises(ClientError, match="already connecting"):
                await client.connect()
            assert not first.done()
            assert await first is client
            with pytest.raises(ClientError, match="already connected"):
                await client.connect()
            assert await client.ping()
            await client.close()

    asyncio.run(play())


def test_closing_a_client_that_connects_ends_that() -> None:
    async def play() -> None:
        async with ScriptedCluster(1) as nodes:
            client = AsyncClient(patient({"hosts": nodes.hosts}))
            connecting = asyncio.create_task(client.connect())
            await asyncio.sleep(0)
            await client.close()
            with pytest.raises(ClientError, match="closed while it was connecting"):
                await connecting
            assert not client.is_connected()
            await silent(nodes)

    asyncio.run(play())
