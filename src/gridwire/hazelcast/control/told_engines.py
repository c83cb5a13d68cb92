# SPDX-License-Identifier: Apache-2.0
"""How the faces call when their calls are told to OpenTelemetry: by another engine, and told.

It has that other engine, of whatever kind, and does not derive from its class: what is told is
written once for all kinds, and none of them knows of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire._core.request import Acquisition, Operation, Request
from gridwire.hazelcast.cluster.listeners import Listener
from gridwire.hazelcast.cluster.near_cache import NearCache
from gridwire.hazelcast.control.asyncio_engine import AsyncioEngine
from gridwire.hazelcast.control.blocking_engine import BlockingEngine
from gridwire.hazelcast.control.future_engine import FutureEngine
from gridwire.hazelcast.control.hosting import Hosting
from gridwire.hazelcast.future import Future, TimedCallback

if TYPE_CHECKING:
    from gridwire._telemetry.calls import Watched
    from gridwire.hazelcast.control.telemetry import Structure

__all__ = ["ToldAsyncioEngine", "ToldBlockingEngine", "ToldFutureEngine"]

T = TypeVar("T")


class ToldAsyncioEngine(AsyncioEngine):
    """As another engine, and told.

    Args:
        engine: makes the calls.
        structure: whose calls they are.
    """

    __slots__ = ("_other", "_structure", "cache")

    def __init__(self, engine: AsyncioEngine, structure: Structure) -> None:
        super().__init__(engine.core)
        self._other = engine
        self._structure = structure
        self.cache: NearCache | None = getattr(engine, "cache", None)

    async def call(self, request: Request[T], timeout: float | None = None) -> T:
        """See `AsyncioEngine.call`."""
        with self._structure.call(self.core, request):
            return await self._other.call(request, timeout)

    async def acquire(self, request: Acquisition[T], timeout: float | None = None) -> T:
        """See `AsyncioEngine.acquire`."""
        with self._structure.call(self.core, request):
            return await self._other.acquire(request, timeout)

    async def run(self, operation: Operation[T], timeout: float | None = None) -> T:
        """See `AsyncioEngine.run`."""
        with self._structure.run(self.core, operation):
            return await self._other.run(operation, timeout)

    async def add_listener(self, listener: Listener) -> str:
        """See `AsyncioEngine.add_listener`."""
        with self._structure.listen(self.core, "AddListener"):
            return await self._other.add_listener(listener)

    async def remove_listener(self, registration_id: str) -> bool:
        """See `AsyncioEngine.remove_listener`."""
        with self._structure.listen(self.core, "RemoveListener"):
            return await self._other.remove_listener(registration_id)


class ToldFutureEngine(FutureEngine):
    """As another engine, and told; a call ends when its future is complete.

    Args:
        hosting: the client.
        engine: makes the calls.
        structure: whose calls they are.
    """

    def __init__(self, hosting: Hosting, engine: FutureEngine, structure: Structure) -> None:
        super().__init__(hosting)
        self._other = engine
        self._structure = structure
        self.cache: NearCache | None = getattr(engine, "cache", None)

    def call(self, request: Request[T], timeout: float | None = None) -> Future[T]:
        """See `FutureEngine.call`."""
        told = self._structure.call(self.core, request)
        return self._follow(told, lambda: self._other.call(request, timeout))

    def acquire(self, request: Acquisition[T], timeout: float | None = None) -> Future[T]:
        """See `FutureEngine.acquire`."""
        told = self._structure.call(self.core, request)
        return self._follow(told, lambda: self._other.acquire(request, timeout))

    def run(self, operation: Operation[T], timeout: float | None = None) -> Future[T]:
        """See `FutureEngine.run`."""
        told = self._structure.run(self.core, operation)
        return self._follow(told, lambda: self._other.run(operation, timeout))

    def add_listener(self, listener: Listener) -> Future[str]:
        """See `FutureEngine.add_listener`."""
        told = self._structure.listen(self.core, "AddListener")
        return self._follow(told, lambda: self._other.add_listener(listener))

    def remove_listener(self, registration_id: str) -> Future[bool]:
        """See `FutureEngine.remove_listener`."""
        told = self._structure.listen(self.core, "RemoveListener")
        return self._follow(told, lambda: self._other.remove_listener(registration_id))

    def _follow(self, told: Watched, call: Callable[[], Future[T]]) -> Future[T]:
        try:
            future = call()
        except BaseException as error:
            told.end(error)
            raise
        future.add_done_callback(TimedCallback(told.completed, partial(_end, told)))
        return future


def _end(told: Watched, future: Future[Any]) -> None:
    """A future is over; `told` knew the moment when it was completed."""
    try:
        future.result()
    except BaseException as error:
        told.end(error)
    else:
        told.end()


class ToldBlockingEngine(BlockingEngine):
    """As another engine, and told.

    Args:
        hosting: the client.
        engine: makes the calls.
        structure: whose calls they are.
    """

    def __init__(self, hosting: Hosting, engine: BlockingEngine, structure: Structure) -> None:
        super().__init__(hosting)
        self._other = engine
        self._structure = structure
        self.cache: NearCache | None = getattr(engine, "cache", None)

    def call(self, request: Request[T], timeout: float | None = None) -> T:
        """See `BlockingEngine.call`."""
        with self._structure.call(self.core, request):
            return self._other.call(request, timeout)

    def acquire(self, request: Acquisition[T], timeout: float | None = None) -> T:
        """See `BlockingEngine.acquire`."""
        with self._structure.call(self.core, request):
            return self._other.acquire(request, timeout)

    def run(self, operation: Operation[T], timeout: float | None = None) -> T:
        """See `BlockingEngine.run`."""
        with self._structure.run(self.core, operation):
            return self._other.run(operation, timeout)

    def add_listener(self, listener: Listener) -> str:
        """See `BlockingEngine.add_listener`."""
        with self._structure.listen(self.core, "AddListener"):
            return self._other.add_listener(listener)

    def remove_listener(self, registration_id: str) -> bool:
        """See `BlockingEngine.remove_listener`."""
        with self._structure.listen(self.core, "RemoveListener"):
            return self._other.remove_listener(registration_id)
