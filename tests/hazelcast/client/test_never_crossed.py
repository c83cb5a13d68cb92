# SPDX-License-Identifier: Apache-2.0
"""20,000 calls that are delayed, cancelled and timed out: no answer reaches the wrong caller."""

from __future__ import annotations

import asyncio
import concurrent.futures
import random
import threading
from collections import Counter

import pytest

from gridwire import hazelcast
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.hazelcast.errors import HazelcastTimeoutError, OperationTimeoutError
from support.scripted import Incoming, ScriptedCluster

CALLS = 20_000
IN_FLIGHT = 200
WINDOW = 2000
SEED = 20_231


class Trickster:
    """Answers a get with its own key, but late, in another order, and sometimes never.

    Each member keeps a bag of requests and answers one of them at random whenever the bag is full
    or the loop is idle. A late answer comes long after its caller has gone.
    """

    def __init__(self, cluster: ScriptedCluster, seed: int) -> None:
        self._random = random.Random(seed)
        self._bag: list[Incoming] = []
        self._late: list[Incoming] = []
        self._cluster = cluster
        self._scheduled = False
        self.never = 0
        cluster.always("Map.Get", self)

    def __call__(self, request: Incoming) -> None:
        chance = self._random.random()
        if chance < 0.02:
            self._late.append(request)
        elif chance < 0.025:
            self.never += 1
        else:
            self._bag.append(request)
        if not self._scheduled:
            self._scheduled = True
            self._cluster.next_turn(self._empty)

    def _empty(self) -> None:
        """Answer what is there, mixed; of the late ones those that are really late."""
        self._scheduled = False
        bag, self._bag = self._bag, []
        if len(self._late) > 100:
            bag += self._late[:50]
            del self._late[:50]
        self._random.shuffle(bag)
        for request in bag:
            request.answer(request.fields.key)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_asyncio(scripted, loop) -> None:
    factory = pytest.importorskip("uvloop").new_event_loop if loop == "uvloop" else None
    cluster = scripted(3)
    Trickster(cluster, SEED)
    results: Counter[str] = Counter()
    chance = random.Random(SEED)

    async def worker(numbers, keys) -> None:
        for key in keys:
            fate = chance.random()
            try:
                if fate < 0.05:
                    task = asyncio.ensure_future(numbers.get(key))
                    for _ in range(chance.randrange(4)):
                        await asyncio.sleep(0)
                    task.cancel()
                    value = await task
                elif fate < 0.10:
                    value = await numbers.get(key, timeout=chance.random() * 0.01)
                else:
                    value = await numbers.get(key, timeout=0.25)
            except asyncio.CancelledError:
                results["cancelled"] += 1
            except OperationTimeoutError:
                results["late"] += 1
            else:
                results["right" if value == key else "wrong"] += 1

    async def main() -> None:
        options = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
        async with AsyncioClient(**options) as client:
            numbers = await client.get_map("m")
            keys = iter(range(CALLS))
            await asyncio.gather(*(worker(numbers, keys) for _ in range(IN_FLIGHT)))

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())
    check(results, CALLS)


def test_futures(scripted) -> None:
    cluster = scripted(3)
    Trickster(cluster, SEED)
    results: Counter[str] = Counter()
    chance = random.Random(SEED)
    options = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
    with hazelcast.HazelcastClient(**options, invocation_timeout=0.1) as client:
        numbers = client.get_map("m")
        window = []
        for key in range(CALLS):
            fate = chance.random()
            if fate < 0.95:
                window.append((key, numbers.get(key)))
            else:
                window.append((key, numbers.get(key, timeout=chance.random() * 0.01)))
            if fate < 0.05:
                window[chance.randrange(len(window))][1].cancel()
            if len(window) >= WINDOW:
                for one, future in window[: WINDOW // 2]:
                    settle(one, future, results)
                del window[: WINDOW // 2]
        for one, future in window:
            settle(one, future, results)
    check(results, CALLS)


def settle(key: int, future, results: Counter[str]) -> None:
    try:
        value = future.result(10)
    except concurrent.futures.CancelledError:
        results["cancelled"] += 1
    except HazelcastTimeoutError:
        results["hung"] += 1
    except OperationTimeoutError:
        results["late"] += 1
    else:
        results["right" if value == key else "wrong"] += 1


def test_threads(scripted) -> None:
    cluster = scripted(3)
    Trickster(cluster, SEED)
    results: Counter[str] = Counter()
    options = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
    threads, each = 10, 300
    with hazelcast.HazelcastClient(**options) as client:
        numbers = client.get_map("m").blocking()

        def work(number: int) -> None:
            chance = random.Random(number)
            mine: Counter[str] = Counter()
            for index in range(each):
                key = number * each + index
                limit = 0.002 if chance.random() < 0.1 else 0.05
                try:
                    value = numbers.get(key, timeout=limit)
                except OperationTimeoutError:
                    mine["late"] += 1
                else:
                    mine["right" if value == key else "wrong"] += 1
            results.update(mine)

        workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert results["wrong"] == 0
    assert results["late"] > 20
    assert results["right"] + results["late"] == threads * each


def check(results: Counter[str], calls: int) -> None:
    assert results["wrong"] == 0
    assert results["hung"] == 0
    assert sum(results.values()) == calls
    assert results["right"] > calls * 0.8
    assert results["cancelled"] > calls * 0.004
    assert results["late"] > calls * 0.004
