# SPDX-License-Identifier: Apache-2.0
"""A lock for the length of a block.

The lock is given back in the name of who got it, also when the block is left in another task or
thread. When giving it back is itself cancelled or fails on the way, the client goes on with it in
the background.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self

from gridwire._core.outcome import Outcome
from gridwire._core.request import Acquisition, Request
from gridwire.errors import GridwireError

__all__ = ["AsyncLockContext", "LockContext"]


class _Engine(Protocol):
    def give_back(self, request: Request[Any]) -> None: ...


class _AsyncEngine(_Engine, Protocol):
    async def acquire(self, request: Acquisition[Any], timeout: float | None = None) -> Any: ...

    async def call(self, request: Request[Any], timeout: float | None = None) -> Any: ...


class _BlockingEngine(_Engine, Protocol):
    def acquire(self, request: Acquisition[Any], timeout: float | None = None) -> Any: ...

    def call(self, request: Request[Any], timeout: float | None = None) -> Any: ...


class AsyncLockContext:
    """A lock for the length of an ``async with`` block; it may be used again, and nested.

    One object is for one task or thread at a time.

    Args:
        engine: makes the calls.
        request: makes the request for the lock, in the task that enters.
        timeout: seconds to wait for the lock, None for as long as it takes.
    """

    def __init__(
        self, engine: _AsyncEngine, request: Callable[[], Acquisition[Any]], timeout: float | None
    ) -> None:
        self._engine = engine
        self._request = request
        self._timeout = timeout
        self._held: list[Request[Any]] = []

    async def __aenter__(self) -> Self:
        request = self._request()
        await self._engine.acquire(request, self._timeout)
        self._held.append(request.undo())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        unlock = self._held.pop()
        try:
            await self._engine.call(unlock)
        except BaseException as error:
            if not _noted(self._engine, unlock, error, exc):
                raise


class LockContext:
    """A lock for the length of a ``with`` block; it may be used again, and nested.

    One object is for one task or thread at a time.

    Args:
        engine: makes the calls.
        request: makes the request for the lock, in the thread that enters.
        timeout: seconds to wait for the lock, None for as long as it takes.
    """

    def __init__(
        self,
        engine: _BlockingEngine,
        request: Callable[[], Acquisition[Any]],
        timeout: float | None,
    ) -> None:
        self._engine = engine
        self._request = request
        self._timeout = timeout
        self._held: list[Request[Any]] = []

    def __enter__(self) -> Self:
        request = self._request()
        # Made before: an interrupt finds little to hit between the lock and its end.
        unlock = request.undo()
        try:
            self._engine.acquire(request, self._timeout)
            self._held.append(unlock)
            return self
        except BaseException:
            if unlock in self._held:
                self._held.remove(unlock)
                self._engine.give_back(unlock)
            raise

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            # Not taken out first: an interrupt may hit behind every call.
            self._engine.call(self._held[-1])
        except BaseException as error:
            if not _noted(self._engine, self._held[-1], error, exc):
                raise
        finally:
            self._held.pop()


def _noted(
    engine: _Engine, unlock: Request[Any], error: BaseException, body: BaseException | None
) -> bool:
    """The lock was not given back as usual; whether the error of the block says so already.

    A member that refuses says that the caller does not have the lock any more. After anything else
    the same request is sent until a member has answered; its number makes that harmless.
    """
    refused = isinstance(error, GridwireError) and error.outcome is Outcome.REJECTED
    if not refused:
        engine.give_back(unlock.again())
    if body is None or not isinstance(error, Exception):
        return False
    body.add_note(f"The lock was not given back as usual: {error}")
    return True
