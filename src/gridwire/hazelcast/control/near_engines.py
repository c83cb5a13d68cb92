# SPDX-License-Identifier: Apache-2.0
"""How the faces of a map with a near cache call: what a request may change leaves the cache.

Each engine makes its calls by a plain one of its style; what it adds is that entries are dropped
before a change is sent and when it is over, however it ends, before its caller is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from gridwire._core.request import Request
from gridwire.hazelcast.cluster.near_cache import NearCache
from gridwire.hazelcast.control.asyncio_engine import AsyncioEngine
from gridwire.hazelcast.control.blocking_engine import BlockingEngine
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.future_engine import FutureEngine
from gridwire.hazelcast.control.hosting import Hosting
from gridwire.hazelcast.future import Future
from gridwire.hazelcast.operations.near_changes import Change, changed

__all__ = ["NearAsyncioEngine", "NearBlockingEngine", "NearFutureEngine"]

T = TypeVar("T")


class NearAsyncioEngine(AsyncioEngine):
    """As `AsyncioEngine`, for one map with a near cache.

    Args:
        core: the client.
        cache: the near cache.
    """

    __slots__ = ("_plain", "cache")

    def __init__(self, core: ClientCore, cache: NearCache) -> None:
        super().__init__(core)
        self._plain = AsyncioEngine(core)
        self.cache = cache

    async def call(self, request: Request[T], timeout: float | None = None) -> T:
        """See `AsyncioEngine.call`."""
        change = Change.of(request)
        if change is None:
            return await super().call(request, timeout)
        return await self._plain.run(changed(self.cache, change), timeout)


class NearFutureEngine(FutureEngine):
    """As `FutureEngine`, for one map with a near cache.

    Args:
        hosting: the client.
        cache: the near cache.
    """

    def __init__(self, hosting: Hosting, cache: NearCache) -> None:
        super().__init__(hosting)
        self._plain = FutureEngine(hosting)
        self.cache = cache

    def call(self, request: Request[T], timeout: float | None = None) -> Future[T]:
        """See `FutureEngine.call`."""
        change = Change.of(request)
        if change is None:
            return super().call(request, timeout)
        return self._plain.run(changed(self.cache, change), timeout)


class NearBlockingEngine(BlockingEngine):
    """As `BlockingEngine`, for one map with a near cache.

    Args:
        hosting: the client.
        cache: the near cache.
    """

    def __init__(self, hosting: Hosting, cache: NearCache) -> None:
        super().__init__(hosting)
        self._plain = BlockingEngine(hosting)
        self.cache = cache

    def call(self, request: Request[T], timeout: float | None = None) -> T:
        """See `BlockingEngine.call`."""
        change = Change.of(request)
        if change is None:
            return super().call(request, timeout)
        return self._plain.run(changed(self.cache, change), timeout)

    def call_all(self, requests: Sequence[Request[Any]], timeout: float | None) -> list[Any]:
        """See `BlockingEngine.call_all`."""
        changes = [Change.of(request) for request in requests]
        plain = [
            request if change is None else change.request
            for request, change in zip(requests, changes, strict=True)
        ]
        open_ones = [change for change in changes if change is not None]
        results: list[Any] = []
        try:
            for change in open_ones:
                change.begin(self.cache)
            results = self._plain.call_all(plain, timeout)
        finally:
            self._end(changes, results)
        return results

    def _end(self, changes: Sequence[Change[Any] | None], results: Sequence[Any]) -> None:
        for number, change in enumerate(changes):
            if change is not None:
                known = number < len(results)
                done = known and not isinstance(results[number], BaseException)
                change.end(self.cache, done)
