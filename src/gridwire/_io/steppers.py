# SPDX-License-Identifier: Apache-2.0
"""Run an operation's coroutine in each call style; the operation itself is written once.

An operation awaits `Call`, `CallAll` and `Pause` and nothing else. A stepper sends the operation
what it awaited, or throws into it what went wrong.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from gridwire._core.request import Call, CallAll, Operation, Request, Step

__all__ = ["Remaining", "advance", "run_asyncio", "run_blocking"]

T = TypeVar("T")


class Remaining:
    """What is left of an operation's time for its next step.

    Args:
        timeout: seconds for the whole operation, or None for the usual limit of each call.
        now: the clock.
    """

    __slots__ = ("_deadline", "_now")

    def __init__(self, timeout: float | None, now: Callable[[], float]) -> None:
        self._now = now
        self._deadline = None if timeout is None else now() + timeout

    def seconds(self) -> float | None:
        """For the next call; 0 when the time is over, so that the call itself says so."""
        return None if self._deadline is None else max(self._deadline - self._now(), 0.0)

    def pause(self, seconds: float) -> float:
        """How long to pause when the operation wants this long: not beyond its deadline."""
        left = self.seconds()
        return seconds if left is None else min(seconds, left)


def advance(
    operation: Operation[T], result: Any = None, error: BaseException | None = None
) -> tuple[Step | None, T | None]:
    """One step: give the operation a result or an error.

    Returns:
        The next step that it awaits, or (None, its value).
    """
    try:
        step = operation.send(result) if error is None else operation.throw(error)
    except StopIteration as end:
        return None, end.value
    finally:
        # An error whose traceback refers to this frame must not be kept by it.
        error = None
    return step, None


class AsyncCaller(Protocol):
    """Makes one call on the running loop."""

    async def call(self, request: Request[Any], timeout: float | None = None) -> Any:
        """The decoded value."""


async def run_asyncio(operation: Operation[T], caller: AsyncCaller, timeout: float | None) -> T:
    """Run an operation on the running loop."""
    result: Any = None
    error: BaseException | None = None
    try:
        remaining = Remaining(timeout, asyncio.get_running_loop().time)
        while True:
            step, value = advance(operation, result, error)
            result = error = None
            if step is None:
                return value  # type: ignore[return-value]
            try:
                if isinstance(step, Call):
                    result = await caller.call(step.request, remaining.seconds())
                elif isinstance(step, CallAll):
                    result = await asyncio.gather(
                        *(caller.call(one, remaining.seconds()) for one in step.requests),
                        return_exceptions=True,
                    )
                else:
                    await asyncio.sleep(remaining.pause(step.seconds))
            except BaseException as failure:
                error = failure
    finally:
        operation.close()
        error = None  # as in `advance`


class BlockingCaller(Protocol):
    """Makes calls for a thread."""

    def call(self, request: Request[Any], timeout: float | None = None) -> Any:
        """The decoded value."""

    def call_all(self, requests: Sequence[Request[Any]], timeout: float | None) -> list[Any]:
        """The value or the exception of each, in order."""


def run_blocking(operation: Operation[T], caller: BlockingCaller, timeout: float | None) -> T:
    """Run an operation in the calling thread."""
    result: Any = None
    error: BaseException | None = None
    try:
        remaining = Remaining(timeout, time.monotonic)
        while True:
            step, value = advance(operation, result, error)
            result = error = None
            if step is None:
                return value  # type: ignore[return-value]
            try:
                if isinstance(step, Call):
                    result = caller.call(step.request, remaining.seconds())
                elif isinstance(step, CallAll):
                    result = caller.call_all(step.requests, remaining.seconds())
                else:
                    time.sleep(remaining.pause(step.seconds))
            except BaseException as failure:
                error = failure
    finally:
        operation.close()
        error = None  # as in `advance`
