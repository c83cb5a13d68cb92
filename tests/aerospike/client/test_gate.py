# SPDX-License-Identifier: Apache-2.0
"""So many operations at once, and the wait for a turn."""

from __future__ import annotations

import asyncio

import pytest

from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.control.async_gate import AsyncGate
from gridwire.aerospike.exception import AerospikeTimeoutError, BackpressureError
from gridwire.errors import BackpressureError as SharedBackpressureError
from gridwire.errors import Outcome
from support.aerospike_scripted import HOLD, ScriptedCluster, until

KEY = ("test", "demo", "ann")


def test_never_more_than_the_limit_are_inside(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD
        calls = [
            asyncio.create_task(client.get(("test", "demo", n), {"total_timeout": 20_000}))
            for n in range(10)
        ]
        for number in range(10):
            await until(lambda number=number: node.requests == min(10, number + 3))
            assert len(node.held) == min(3, 10 - number)
            link, message = node.held.pop(0)
            link.release(message)
        records = await asyncio.gather(*calls)
        assert all(record.bins == {"d": record.key.digest} for record in records)

    connected(body, max_concurrent_operations=3, pipeline_depth=1)


def test_a_turn_that_does_not_come_in_time(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD
        first = asyncio.create_task(client.get(KEY, {"total_timeout": 20_000}))
        await until(lambda: node.held)
        with pytest.raises(BackpressureError) as caught:
            await client.put(KEY, {"a": 1})
        assert isinstance(caught.value, SharedBackpressureError)
        assert caught.value.outcome is Outcome.NOT_SENT
        assert not caught.value.in_doubt
        # Batches stand in the same queue.
        with pytest.raises(BackpressureError):
            await client.batch_read([KEY])
        assert node.requests == 1
        node.script = lambda node, message: None
        node.release_all()
        await first
        await client.get(KEY)

    connected(body, max_concurrent_operations=1, operation_queue_timeout_ms=30)


def test_the_time_of_a_call_begins_with_its_turn(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD if node.requests == 1 else None
        first = asyncio.create_task(client.put(KEY, {"a": 1}, policy={"total_timeout": 200}))
        await until(lambda: node.held)
        # It waits longer for its turn than it may take then.
        second = asyncio.create_task(client.get(KEY, {"total_timeout": 150}))
        with pytest.raises(AerospikeTimeoutError):
            await first
        assert (await second).key.user_key == "ann"

    connected(body, max_concurrent_operations=1)


def test_places_are_taken_in_the_order_of_arrival_and_cancelling_passes_them_on() -> None:
    async def main() -> None:
        gate = AsyncGate(2, 0)
        order: list[int] = []
        leave = asyncio.Event()

        async def one(number: int) -> None:
            async with gate.place():
                order.append(number)
                await leave.wait()

        tasks = [asyncio.create_task(one(number)) for number in range(8)]
        await asyncio.sleep(0)
        assert order == [0, 1]
        assert gate.waiting == 6
        # Cancelled while waiting, and cancelled when the turn has just come.
        tasks[3].cancel()
        tasks[0].cancel()
        await asyncio.sleep(0)
        tasks[2].cancel()
        await until(lambda: len(order) == 3)
        assert order == [0, 1, 4]
        leave.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == [0, 1, 4, 5, 6, 7]
        assert gate.waiting == 0
        async with asyncio.timeout(5), gate.place(), gate.place():
            pass

    asyncio.run(main())


def test_a_storm_of_cancelled_and_late_callers_loses_no_place() -> None:
    async def main() -> None:
        gate = AsyncGate(3, 0.01)
        inside = most = late = 0

        async def one(number: int) -> None:
            nonlocal inside, most, late
            try:
                async with gate.place():
                    inside += 1
                    most = max(most, inside)
                    try:
                        await asyncio.sleep(0.001 * (number % 3))
                    finally:
                        inside -= 1
            except BackpressureError:
                late += 1

        for _ in range(20):
            tasks = [asyncio.create_task(one(number)) for number in range(60)]
            for number, task in enumerate(tasks):
                if number % 7 == 0:
                    await asyncio.sleep(0)
                    task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert inside == 0
            assert gate.waiting == 0
        assert most == 3
        assert late
        async with asyncio.timeout(5), gate.place(), gate.place(), gate.place():
            pass

    asyncio.run(main())
