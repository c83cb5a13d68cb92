# SPDX-License-Identifier: Apache-2.0
"""What a caller does while a window is open: the loops that are measured, one a call style.

Each checks every answer, and gives how many calls it made. The timed forms also collect how long
each call took; they are run apart, because looking at a clock twice a call costs something.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import cycle
from time import perf_counter
from typing import Any

from bench.children import WrongAnswerError
from bench.measuring import Window

__all__ = [
    "Lane",
    "block",
    "block_timed",
    "coroutine",
    "coroutine_timed",
    "pipeline",
    "pipeline_timed",
    "wrong",
]

Call = Callable[..., Any]


class Lane:
    """What one caller does over and over.

    Attributes:
        steps: Arguments of each call, and what it must give.
        reached: How many of the steps were done at least once.
    """

    __slots__ = ("reached", "steps")

    def __init__(self, steps: list[tuple[tuple[Any, ...], object]]) -> None:
        self.steps = steps
        self.reached = 0

    def done(self, calls: int) -> int:
        """Note that so many calls were made, from the first step on."""
        self.reached = max(self.reached, min(calls, len(self.steps)))
        return calls


def wrong(arguments: tuple[Any, ...], expected: object, found: object) -> WrongAnswerError:
    """Build the error for an answer that is not what was written."""
    told = ", ".join(repr(each)[:60] for each in arguments)
    return WrongAnswerError(f"({told}) gave {found!r:.200}, expected {expected!r:.200}")


def block(call: Call, lane: Lane, window: Window) -> int:
    """Call, wait, and again."""
    calls = 0
    for arguments, expected in cycle(lane.steps):
        if not window.open:
            break
        found = call(*arguments)
        if found != expected:
            raise wrong(arguments, expected, found)
        calls += 1
    return lane.done(calls)


def block_timed(call: Call, lane: Lane, window: Window, seconds: list[float]) -> int:
    """As `block`, and note each call's seconds."""
    calls = 0
    for arguments, expected in cycle(lane.steps):
        if not window.open:
            break
        start = perf_counter()
        found = call(*arguments)
        seconds.append(perf_counter() - start)
        if found != expected:
            raise wrong(arguments, expected, found)
        calls += 1
    return lane.done(calls)


async def coroutine(call: Call, lane: Lane, window: Window) -> int:
    """Call, await, and again."""
    calls = 0
    for arguments, expected in cycle(lane.steps):
        if not window.open:
            break
        found = await call(*arguments)
        if found != expected:
            raise wrong(arguments, expected, found)
        calls += 1
    return lane.done(calls)


async def coroutine_timed(call: Call, lane: Lane, window: Window, seconds: list[float]) -> int:
    """As `coroutine`, and note each call's seconds."""
    calls = 0
    for arguments, expected in cycle(lane.steps):
        if not window.open:
            break
        start = perf_counter()
        found = await call(*arguments)
        seconds.append(perf_counter() - start)
        if found != expected:
            raise wrong(arguments, expected, found)
        calls += 1
    return lane.done(calls)


def pipeline(call: Call, lane: Lane, window: Window, depth: int) -> int:
    """Keep `depth` futures in flight: wait for the oldest, then call again."""
    calls = 0
    flying: deque[tuple[Any, tuple[Any, ...], object]] = deque()
    for arguments, expected in cycle(lane.steps):
        if not window.open:
            break
        if len(flying) == depth:
            _land(*flying.popleft())
        flying.append((call(*arguments), arguments, expected))
        calls += 1
    for each in flying:
        _land(*each)
    return lane.done(calls)


def pipeline_timed(call: Call, lane: Lane, window: Window, depth: int, seconds: list[float]) -> int:
    """As `pipeline`, and note the seconds from each call until its result is in hand."""
    calls = 0
    flying: deque[tuple[float, Any, tuple[Any, ...], object]] = deque()
    for arguments, expected in cycle(lane.steps):
        if not window.open:
            break
        if len(flying) == depth:
            start, *oldest = flying.popleft()
            _land(*oldest)
            seconds.append(perf_counter() - start)
        start = perf_counter()
        flying.append((start, call(*arguments), arguments, expected))
        calls += 1
    for start, *rest in flying:
        _land(*rest)
        seconds.append(perf_counter() - start)
    return lane.done(calls)


def _land(future: Any, arguments: tuple[Any, ...], expected: object) -> None:
    found = future.result()
    if found != expected:
        raise wrong(arguments, expected, found)
