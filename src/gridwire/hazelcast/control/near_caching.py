# SPDX-License-Identifier: Apache-2.0
"""Keeps near caches true: listens to what changes, and asks for what was missed.

A near cache keeps what it reads from a partition only while that partition's owner tells this
client what changes there: it has a connection, and the listener stands on it. When a connection
comes or goes, everything is dropped, since nobody knows what was told to nobody. At intervals each
member is asked how far it has counted, which shows what got lost on the way.
"""

from __future__ import annotations

import asyncio
import threading
from time import monotonic, time
from typing import TYPE_CHECKING

from gridwire._io.forking import Heirs, Stage
from gridwire.hazelcast.cluster.near_cache import NearCache, NearCacheSettings
from gridwire.hazelcast.cluster.routes import Routes
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.near_following import Follower
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.serialization.service import SerializationService

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["NearCaching"]


class NearCaching:
    """The near caches of one client. Runs on the client's loop, but for `close`.

    Args:
        core: the client.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self._followers: dict[str, Follower] = {}
        # Of the parent's maps, in the child of a fork: the name, serialized, and the cache.
        self._abandoned: dict[str, tuple[Buffer, NearCache]] = {}
        self._opening = asyncio.Lock()
        self._connections: frozenset[Connection] = frozenset()
        _all.add(self)

    async def open(
        self, name: str, settings: NearCacheSettings, serialization: SerializationService
    ) -> NearCache:
        """The near cache of a map; it exists from now on and listens to all members.

        Raises:
            HazelcastError: no member accepts the listener, or one refuses it.
        """
        async with self._opening:
            found = self._followers.get(name)
            if found is not None and not found.cache.closed:
                return found.cache
            core = self._core
            count = core.state.partition_count
            cache = NearCache(
                settings,
                count,
                serialization.to_object,
                monotonic,
                core.random.random,
                threading.RLock(),
                time(),
            )
            data = serialization.to_data(name) or b""
            follower = Follower(core, name, data, cache)
            if found is not None:
                self._forget(name, found.cache)
            self._followers[name] = follower
            if not count:
                # Nobody is connected yet; see `prepare`.
                return cache
            try:
                await follower.begin()
            except BaseException:
                self._forget(name, cache)
                raise
            return cache

    def close(self, name: str, cache: NearCache) -> None:
        """The map is destroyed: nothing is kept any more. From any thread."""
        cache.close()
        self._core.from_anywhere(self._forget, name, cache)

    def caches(self) -> dict[str, NearCache]:
        """Those that are open, by the names of their maps; from any thread."""
        followers = list(self._followers.items())
        return {name: one.cache for name, one in followers if not one.cache.closed}

    def close_all(self) -> None:
        """The client ends: what it holds would never be told that it is stale."""
        for follower in self._followers.values():
            follower.cache.close()

    def _forget(self, name: str, cache: NearCache) -> None:
        follower = self._followers.get(name)
        if follower is not None and follower.cache is cache:
            del self._followers[name]
            follower.end()

    def routes_changed(self, routes: Routes[Connection]) -> None:
        """Connections or owners of partitions changed."""
        connections = frozenset(routes.connections)
        others = connections != self._connections
        self._connections = connections
        for follower in self._followers.values():
            if routes.partition_count and not follower.begun:
                # It came after `prepare`.
                follower.know(routes.partition_count)
                follower.begin_aside()
            follower.routes_changed(routes, others)

    async def prepare(self, partition_count: int) -> None:
        """The first connection is being made: have listeners for maps that were there before it.

        Args:
            partition_count: of the cluster.
        """
        for follower in list(self._followers.values()):
            if follower.cache.partition_count != partition_count:
                follower.know(partition_count)
            if not follower.begun:
                await follower.begin()

    def abandon(self) -> None:
        """This process was forked, and nobody here tells what becomes stale."""
        for follower in self._followers.values():
            # One that was abandoned is so by a fork before this one, or as the child's of a child.
            if not follower.cache.closed or follower.cache.abandoned:
                follower.cache.abandon(threading.RLock(), time())
                self._abandoned[follower.name] = follower.name_data, follower.cache

    def adopt(self, parent: NearCaching) -> None:
        """Follow for the near caches that maps of a parent process have in this one.

        Each is a near cache again when members have accepted its listener.
        """
        for name, (data, cache) in parent._abandoned.items():
            follower = self._followers[name] = Follower(self._core, name, data, cache)
            cache.resume()
            if self._core.state.partition_count:
                follower.begin_aside()
            # Otherwise nobody was connected yet, here or in the parent; see `prepare`.


_all: Heirs[NearCaching] = Heirs(Stage.PARTS, lambda one: one.abandon())
