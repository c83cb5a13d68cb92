# SPDX-License-Identifier: Apache-2.0
"""Nobody ever gets another's record, and who is slow makes nobody else slow."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import pytest

from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.exception import AerospikeError, AerospikeTimeoutError, ClusterError
from support.aerospike_scripted import CUT, HALF, ScriptedCluster, ScriptedNode

OPERATIONS = 100_000
WORKERS = 64


@pytest.fixture(params=["asyncio", "uvloop"])
def loop_factory(request: pytest.FixtureRequest) -> Any:
    """Both loops."""
    return pytest.importorskip("uvloop").new_event_loop if request.param == "uvloop" else None


def test_a_hundred_thousand_operations_under_fire(connected) -> None:  # noqa: C901 - a scenario
    dice = random.Random(4)

    def script(node: ScriptedNode, message: bytes) -> float | str | None:
        roll = dice.random()
        if roll < 0.0005:
            return CUT if roll < 0.0003 else HALF
        if roll < 0.004:
            return dice.uniform(0.001, 0.04)
        return None

    counts = {"right": 0, "cancelled": 0, "timeout": 0, "lost": 0}
    todo = iter(range(OPERATIONS))

    async def one(client: AsyncClient, number: int) -> None:
        key = ("test", "demo", number)
        policy = {"total_timeout": dice.choice((5, 20, 1000)), "max_retries": dice.choice((0, 2))}
        try:
            if number % 5 == 0:
                await client.put(key, {"a": number}, policy=policy)
            else:
                record = await client.get(key, policy)
                assert record.bins == {"d": record.key.digest}
                assert record.key.user_key == number
            counts["right"] += 1
        except AerospikeTimeoutError:
            counts["timeout"] += 1
        except ClusterError:
            counts["lost"] += 1

    async def worker(client: AsyncClient) -> None:
        for number in todo:
            if dice.random() < 0.02:
                task = asyncio.create_task(one(client, number))
                for _ in range(dice.randrange(4)):
                    await asyncio.sleep(0)
                task.cancel()
                try:
                    await task
                except asyncio.CancelledError:
                    counts["cancelled"] += 1
            else:
                await one(client, number)

    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].script = script
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(worker(client))
        # All of it on a few connections; those that were cut were replaced.
        (node,) = client._engine.core.nodes.values()
        assert len(node.connections) <= 6

    # Errors are what this is about: the breaker must not end it.
    connected(body, max_conns_per_node=6, max_error_rate=0)
    assert sum(counts.values()) == OPERATIONS
    assert counts["right"] > OPERATIONS * 0.9
    assert all(counts.values()), counts


def test_one_answer_in_a_thousand_that_is_held_back_hurts_nobody_else(connected) -> None:
    total = 20_000
    held = 0

    def script(node: ScriptedNode, message: bytes) -> str | None:
        nonlocal held
        if node.requests % 1000 == 0:
            held += 1
            return "hold"
        return None

    took: list[float] = []
    failed: list[AerospikeError] = []
    todo = iter(range(total))

    async def worker(client: AsyncClient) -> None:
        policy = {"total_timeout": 2000, "max_retries": 0}
        for number in todo:
            began = time.perf_counter()
            try:
                record = await client.get(("test", "demo", number), policy)
            except AerospikeError as error:
                failed.append(error)
            else:
                took.append(time.perf_counter() - began)
                assert record.bins == {"d": record.key.digest}

    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        cluster.nodes[0].script = script
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(worker(client))

    connected(body, max_error_rate=0)
    # Only those whose own answer was held back failed, and the others did not wait for them.
    assert held >= total // 1000
    assert len(failed) == held
    assert all(isinstance(error, AerospikeTimeoutError) for error in failed)
    assert max(took) < 1.0
    took.sort()
    assert took[int(len(took) * 0.99)] < 0.5
