# SPDX-License-Identifier: Apache-2.0
"""The distributed map with a near cache, for asyncio.

This text is the source of the threaded faces too: `gridwire.hazelcast.proxy.near_map` is
generated from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from gridwire.hazelcast.asyncio.map import Map
from gridwire.hazelcast.cluster.near_cache import MISS
from gridwire.hazelcast.control.near_engines import NearAsyncioEngine
from gridwire.hazelcast.near_cache import NearCache
from gridwire.hazelcast.operations.near_map import (
    NearMapLocks,
    NearMapProcessors,
    NearMapRequests,
    get_all,
)
from gridwire.hazelcast.proxy.context import ProxyContext

__all__ = ["NearMap"]

K = TypeVar("K")
V = TypeVar("V")


class NearMap(Map[K, V]):
    """A distributed map that keeps what it read, and drops it when it changes.

    `get`, `get_all` and `contains_key` answer from the near cache when they can; everything else
    asks the members. A task or thread reads what it wrote itself. What others write is seen when
    the members have told of it: at once or, as members are configured by default, within ten
    seconds. Who must not read old values locks the key: a lock drops it from the cache.

    `HazelcastClient.get_map` gives one when `near_caches` names the map.
    """

    def __init__(
        self, service_name: str, name: str, engine: NearAsyncioEngine, context: ProxyContext
    ) -> None:
        super().__init__(service_name, name, engine, context)
        cache = engine.cache
        common = (name, context.serialization, context.partition_count, context.owners)
        self._near: NearMapRequests[K, V] = NearMapRequests(*common, cache)
        self._requests = self._near
        self._locks = NearMapLocks(*common, cache)
        self._processors = NearMapProcessors(*common)
        self._near_cache = NearCache(name, cache)
        # A hit is these two calls.
        self._serialize = context.serialization.to_data
        self._find = cache.look_up

    @property
    def near_cache(self) -> NearCache:
        """The near cache, to see how well it does."""
        return self._near_cache

    async def get(self, key: K, *, timeout: float | None = None) -> V | None:
        """Get the value of a key, from the near cache if it is there.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            The value, None when there is none.
        """
        value: V | None = self._find(self._serialize(key))
        if value is not MISS:
            return value
        return await self._engine.call(self._requests.get(key), timeout)

    async def get_all(self, keys: Iterable[K], *, timeout: float | None = None) -> dict[K, V]:
        """Get the entries of many keys; members are asked for those that are not in the near cache.

        Args:
            keys: the keys.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Key to value; keys without a value are left out.
        """
        return await self._engine.run(get_all(self._near, keys), timeout)

    async def contains_key(self, key: K, *, timeout: float | None = None) -> bool:
        """Tell whether a key has a value; a key in the near cache has one.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        if self._near.holds(self._serialize(key)):
            return True
        return await self._engine.call(self._requests.contains_key(key), timeout)

    async def destroy(self, *, timeout: float | None = None) -> bool:
        """Remove the map and all its entries from the cluster; this object keeps nothing any more.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Whether this client had not destroyed it before.
        """
        self._context.core.near_caching.close(self.name, self._near.cache)
        return await super().destroy(timeout=timeout)
