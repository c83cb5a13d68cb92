# SPDX-License-Identifier: Apache-2.0
"""Loads: the map is filled, worked on in rounds, and looked at in the end.

Here is the stream of many small calls; few large ones are in `bench.hazelcast.timed`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from bench.hazelcast.callers import (
    Lane,
    block,
    block_timed,
    coroutine,
    coroutine_timed,
    pipeline,
    pipeline_timed,
    wrong,
)
from bench.hazelcast.cases import Case
from bench.hazelcast.faces import AnyFace, AsyncioFace
from bench.hazelcast.timed import QUERY_LOADS, CpuClock, SingleLoad, value
from bench.measuring import Window, measure
from bench.model import Round

__all__ = ["CpuClock", "Load", "SingleLoad", "StreamLoad", "open_load"]

_KEYS = 1024


class Load(Protocol):
    """Work that can be measured."""

    def warm_up(self, seconds: float) -> None:
        """Work for some seconds that do not count."""

    def round(self, seconds: float, cpu_clock: CpuClock) -> Round:
        """Work for some seconds."""

    def latencies(self, seconds: float) -> Sequence[float]:
        """Give how long calls took; work for some more seconds if the rounds do not tell."""

    def verify(self) -> None:
        """Read back what was written.

        Raises:
            WrongAnswerError: It is not what was written.
        """


class StreamLoad:
    """Many small calls; every answer is checked when it comes."""

    def __init__(self, face: AnyFace, case: Case) -> None:
        self._face = face
        self._case = case
        self._call = face.method(case.operation)
        # What a `set` writes differs from what it finds.
        before = {key: value(key, "a", case.value_bytes) for key in range(_KEYS)}
        face.do("put_all", before)
        steps: list[tuple[tuple[Any, ...], object]]
        if case.operation == "set":
            steps = [((key, value(key, "b", case.value_bytes)), None) for key in before]
        else:
            steps = [((key,), found) for key, found in before.items()]
        if case.near_cache is not None:
            for key in before:
                face.do("get", key)
        count = 1 if case.style == "futures" else case.concurrency
        self._lanes = [Lane(steps[first::count]) for first in range(count)]

    def warm_up(self, seconds: float) -> None:
        """See `Load`."""
        self._work(seconds, None)

    def round(self, seconds: float, cpu_clock: CpuClock) -> Round:
        """See `Load`."""
        return measure(lambda: self._work(seconds, None), cpu_clock)

    def latencies(self, seconds: float) -> Sequence[float]:
        """See `Load`."""
        samples: list[float] = []
        self._work(seconds, samples)
        return samples

    def verify(self) -> None:
        """See `Load`."""
        if self._case.operation != "set":
            return
        found = self._face.do("get_all", list(range(_KEYS)))
        for lane in self._lanes:
            for (key, written), _ in lane.steps[: lane.reached]:
                if found.get(key) != written:
                    raise wrong((key,), written, found.get(key))

    def _work(self, seconds: float, samples: list[float] | None) -> int:
        call, case, face = self._call, self._case, self._face
        with Window(seconds) as window:
            if isinstance(face, AsyncioFace):
                calls: int = face.run(self._gather(window, samples))
                return calls
            if case.style == "futures":
                lane, depth = self._lanes[0], case.concurrency
                if samples is None:
                    return pipeline(call, lane, window, depth)
                return pipeline_timed(call, lane, window, depth, samples)
            with ThreadPoolExecutor(case.concurrency) as threads:
                if samples is None:
                    return sum(threads.map(lambda lane: block(call, lane, window), self._lanes))
                return sum(
                    threads.map(lambda lane: block_timed(call, lane, window, samples), self._lanes)
                )

    async def _gather(self, window: Window, samples: list[float] | None) -> int:
        call = self._call
        if samples is None:
            work = [coroutine(call, lane, window) for lane in self._lanes]
        else:
            work = [coroutine_timed(call, lane, window, samples) for lane in self._lanes]
        return sum(await asyncio.gather(*work))


def open_load(face: AnyFace, case: Case) -> Load:
    """Fill the map, and give the load that a case asks for."""
    if case.operation in QUERY_LOADS:
        return QUERY_LOADS[case.operation](face, case)
    return SingleLoad(face, case) if case.single else StreamLoad(face, case)
