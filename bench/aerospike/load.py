# SPDX-License-Identifier: Apache-2.0
"""The load: callers that call over and over while a window is open, and check every answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from time import perf_counter
from typing import Any

from bench.aerospike.cases import Case
from bench.aerospike.faces import BINS, Face
from bench.children import WrongAnswerError
from bench.measuring import Window, measure
from bench.model import Round

__all__ = ["Load"]

_KEYS = 1024
_TURN = 0.003  # seconds that the computing coroutine keeps the loop
_CHUNK = 2000  # what it computes between two looks at the clock

Arguments = tuple[Any, ...]


class Load:
    """A case on a connected client; all keys it reads are written first."""

    def __init__(self, face: Face, case: Case) -> None:
        self._face, self._case = face, case
        self._call = face.method(case.operation)
        self._read = face.readers[case.operation]
        keys = face.keys(max(_KEYS, case.rows))
        for key in keys:
            face.do("put", key, BINS)
        self._expected, steps = _steps(case, keys)
        self._lanes = [steps[first :: case.concurrency] for first in range(case.concurrency)]
        self._computed = 0.0

    def cpu_clock(self) -> float:
        """CPU seconds of the process, without those of the coroutine that computes."""
        return time.process_time() - self._computed

    def work(self, seconds: float) -> int:
        """Call for some seconds; give how many calls were answered."""
        return self._work(seconds, None)

    def round(self, seconds: float) -> Round:
        """Call for some seconds, and measure it."""
        return measure(lambda: self._work(seconds, None), self.cpu_clock)

    def latencies(self, seconds: float) -> Sequence[float]:
        """Call for some seconds, and give how long each call took."""
        samples: list[float] = []
        self._work(seconds, samples)
        return samples

    def _work(self, seconds: float, samples: list[float] | None) -> int:
        loop = self._face.loop
        with Window(seconds) as window:
            if loop is not None:
                return loop.run(self._gather(window, samples))
            with ThreadPoolExecutor(self._case.concurrency) as threads:
                return sum(
                    threads.map(lambda lane: self._block(lane, window, samples), self._lanes)
                )

    async def _gather(self, window: Window, samples: list[float] | None) -> int:
        computing = asyncio.create_task(self._compute(window)) if self._case.busy else None
        lanes = (self._await(lane, window, samples) for lane in self._lanes)
        calls = sum(await asyncio.gather(*lanes))
        if computing is not None:
            await computing
        return calls

    def _block(self, lane: list[Arguments], window: Window, samples: list[float] | None) -> int:
        call, read, expected = self._call, self._read, self._expected
        calls = 0
        for arguments in cycle(lane):
            if not window.open:
                break
            start = perf_counter() if samples is not None else 0.0
            answer = call(*arguments)
            if samples is not None:
                samples.append(perf_counter() - start)
            if read(answer) != expected:
                raise _wrong(arguments, read(answer))
            calls += 1
        return calls

    async def _await(
        self, lane: list[Arguments], window: Window, samples: list[float] | None
    ) -> int:
        call, read, expected = self._call, self._read, self._expected
        calls = 0
        for arguments in cycle(lane):
            if not window.open:
                break
            start = perf_counter() if samples is not None else 0.0
            answer = await call(*arguments)
            if samples is not None:
                samples.append(perf_counter() - start)
            if read(answer) != expected:
                raise _wrong(arguments, read(answer))
            calls += 1
        return calls

    async def _compute(self, window: Window) -> None:
        """Compute for some milliseconds, let others run, and again."""
        while window.open:
            begin = time.thread_time()
            end = perf_counter() + _TURN
            while perf_counter() < end:
                sum(range(_CHUNK))
            self._computed += time.thread_time() - begin
            await asyncio.sleep(0)


def _steps(case: Case, keys: list[Any]) -> tuple[Any, list[Arguments]]:
    """What every call must find, and the arguments of the calls."""
    if case.operation == "get":
        return BINS, [(key,) for key in keys]
    if case.operation == "put":
        return None, [(key, BINS) for key in keys]
    return [BINS] * case.rows, [(keys[: case.rows],)]


def _wrong(arguments: Arguments, found: object) -> WrongAnswerError:
    return WrongAnswerError(f"{arguments!r:.100} gave {found!r:.200}")
