# SPDX-License-Identifier: Apache-2.0
"""The asyncio client."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

from gridwire._io.aio import AioConnector
from gridwire._io.callers import current_task_number
from gridwire._io.dispatching import LoopDispatcher
from gridwire.hazelcast.asyncio.map import Map
from gridwire.hazelcast.asyncio.near_map import NearMap
from gridwire.hazelcast.cluster.service import ClusterService
from gridwire.hazelcast.config import Config
from gridwire.hazelcast.control.asyncio_engine import AsyncioEngine
from gridwire.hazelcast.control.making import (
    client_name,
    make_core,
    make_serialization,
    options_of,
)
from gridwire.hazelcast.control.near_engines import NearAsyncioEngine
from gridwire.hazelcast.lifecycle import LifecycleService
from gridwire.hazelcast.partition import AsyncioPartitionService
from gridwire.hazelcast.proxy.context import MAP_SERVICE, ProxyContext

__all__ = ["HazelcastClient"]


class HazelcastClient:
    """A client of a Hazelcast cluster, for asyncio.

    It belongs to the loop that it was made on. Make one for the life of the program; it serves any
    number of tasks at once. ``await HazelcastClient.create_and_start(...)`` gives one that is
    connected; ``async with HazelcastClient(...)`` connects on entering and shuts down on leaving.

    Args:
        config: the options as an object.
        kwargs: the options as keyword arguments, instead of `config`; see
            `gridwire.hazelcast.config.Config`.

    Raises:
        InvalidConfigurationError: an option is unknown, contradicts another, or has no effect in
            this version.
    """

    def __init__(self, config: Config | None = None, **kwargs: Any) -> None:
        options = options_of(config, kwargs)
        loop = asyncio.get_running_loop()
        self._name = client_name(options)
        self._dispatcher = LoopDispatcher(loop)
        self._core = make_core(
            options, self._name, AioConnector(), self._dispatcher, loop.call_soon
        )
        self._engine = AsyncioEngine(self._core)
        self._context = ProxyContext(self._core, make_serialization(options), current_task_number)
        self._started = False

    @classmethod
    async def create_and_start(cls, config: Config | None = None, **kwargs: Any) -> Self:
        """Make a client and connect it.

        Args:
            config: the options as an object.
            kwargs: the options as keyword arguments, instead of `config`.

        Returns:
            A connected client.

        Raises:
            HazelcastError: it could not be connected; it is shut down.
        """
        client = cls(config, **kwargs)
        await client.start()
        return client

    async def start(self) -> None:
        """Connect; `create_and_start` and ``async with`` do it. Nothing happens the second time.

        Raises:
            HazelcastError: it could not be connected; the client is shut down.
        """
        if not self._started:
            self._started = True
            await self._core.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.shutdown()

    async def get_map(self, name: str) -> Map[Any, Any]:
        """Get a distributed map; the same object for the same name.

        Args:
            name: of the map; it exists from its first use on.
        """
        proxy = self._context.proxies.get((MAP_SERVICE, name))
        if proxy is None:
            await self._engine.call(self._context.create(MAP_SERVICE, name))
            cache = await self._context.near_cache(name)
            made: Map[Any, Any]
            if cache is None:
                made = Map(MAP_SERVICE, name, self._engine, self._context)
            else:
                near = NearAsyncioEngine(self._core, cache)
                made = NearMap(MAP_SERVICE, name, near, self._context)
            proxy = self._context.proxies.setdefault((MAP_SERVICE, name), made)
        found: Map[Any, Any] = proxy
        return found

    async def shutdown(self) -> None:
        """Disconnect. Calls that are pending fail, their errors say what is known about them."""
        await self._core.shutdown()
        self._dispatcher.close()

    @property
    def name(self) -> str:
        """The name of the client, as members log it."""
        return self._name

    @property
    def lifecycle_service(self) -> LifecycleService:
        """Tells the state of the client."""
        return LifecycleService(self._core.lifecycle)

    @property
    def cluster_service(self) -> ClusterService:
        """Tells the members of the cluster."""
        return ClusterService(self._core.state, self._core.membership)

    @property
    def partition_service(self) -> AsyncioPartitionService:
        """Tells the partitions of the cluster."""
        return AsyncioPartitionService(self._core.state, self._context.serialization)

    def __repr__(self) -> str:
        return f"<HazelcastClient {self._name} of cluster {self._core.identity.cluster_name}>"
