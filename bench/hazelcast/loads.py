# SPDX-License-Identifier: Apache-2.0
"""Loads: the map is filled, worked on in rounds, and looked at in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from time import perf_counter, process_time
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
from bench.hazelcast.faces import AsyncioFace, BlockingFace
from bench.measuring import Window, measure
from bench.model import Round

__all__ = ["CpuClock", "Load", "SingleLoad", "StreamLoad", "open_load"]

_KEYS = 1024
_WARM_CALLS = 4
_PATIENCE = 4  # calls may be so long that a warm-up is over before there were enough of them

CpuClock = Callable[[], float]
AnyFace = AsyncioFace | BlockingFace


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
        before = {key: _value(key, "a", case.value_bytes) for key in range(_KEYS)}
        face.do("put_all", before)
        steps: list[tuple[tuple[Any, ...], object]]
        if case.operation == "set":
            steps = [((key, _value(key, "b", case.value_bytes)), None) for key in before]
        else:
            steps = [((key,), value) for key, value in before.items()]
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
            for (key, value), _ in lane.steps[: lane.reached]:
                if found.get(key) != value:
                    raise wrong((key,), value, found.get(key))

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


class SingleLoad:
    """Few large calls: each is timed by itself, and its answer checked outside the clock."""

    def __init__(self, face: AnyFace, case: Case) -> None:
        self._face = face
        self._operation = case.operation
        self._variants = [_entries(case, letter) for letter in "ab"]
        if case.operation in {"get", "get_all"}:
            face.do("put_all", self._variants[0])
        self._steps = cycle(self._script())
        self._written = self._variants[0]
        self._walls: list[float] = []

    def warm_up(self, seconds: float) -> None:
        """See `Load`."""
        start = perf_counter()
        for count, _ in enumerate(self._calls(seconds * _PATIENCE, process_time), start=1):
            # The first large calls fetch fresh memory, here and in the members.
            if count >= _WARM_CALLS and perf_counter() - start >= seconds:
                return

    def round(self, seconds: float, cpu_clock: CpuClock) -> Round:
        """See `Load`."""
        calls = list(self._calls(seconds, cpu_clock))
        walls = [wall for wall, _ in calls]
        self._walls += walls
        return Round(len(calls), sum(walls), sum(cpu for _, cpu in calls))

    def latencies(self, seconds: float) -> Sequence[float]:
        """See `Load`."""
        return self._walls

    def verify(self) -> None:
        """See `Load`."""
        found = self._face.do("get_all", list(self._written))
        if found != self._written:
            raise wrong(("everything",), self._written, found)

    def _calls(self, seconds: float, cpu_clock: CpuClock) -> Iterable[tuple[float, float]]:
        end = perf_counter() + seconds
        do, operation = self._face.do, self._operation
        while True:
            arguments, expected, entries = next(self._steps)
            cpu, wall = cpu_clock(), perf_counter()
            found = do(operation, *arguments)
            wall, cpu = perf_counter() - wall, cpu_clock() - cpu
            # What a bulk write gives differs, and says nothing: `verify` reads what it wrote.
            if expected is not None and found != expected:
                raise wrong(arguments, expected, found)
            # Its memory is given back outside the clock, too.
            del found
            self._written = entries
            yield wall, cpu
            if perf_counter() >= end:
                return

    def _script(self) -> list[tuple[tuple[Any, ...], object, dict[int, str]]]:
        first = self._variants[0]
        match self._operation:
            case "get":
                return [((key,), value, first) for key, value in first.items()]
            case "get_all":
                return [((list(first),), first, first)]
            case "set":
                return [((0, each[0]), None, each) for each in self._variants]
            case "put_all":
                return [((each,), None, each) for each in self._variants]


def open_load(face: AnyFace, case: Case) -> Load:
    """Fill the map, and give the load that a case asks for."""
    return SingleLoad(face, case) if case.single else StreamLoad(face, case)


def _entries(case: Case, letter: str) -> dict[int, str]:
    return {key: _value(key, letter, case.value_bytes) for key in range(case.entries)}


def _value(key: int, letter: str, length: int) -> str:
    return f"{key:08d}".ljust(length, letter)
