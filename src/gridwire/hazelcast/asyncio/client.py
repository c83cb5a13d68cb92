# SPDX-License-Identifier: Apache-2.0
"""The asyncio client."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, NoReturn, Self

from gridwire import __version__
from gridwire._io.aio import AioConnector
from gridwire._io.callers import current_task_number
from gridwire._io.dispatching import LoopDispatcher
from gridwire.hazelcast.asyncio.map import Map
from gridwire.hazelcast.asyncio.near_map import NearMap
from gridwire.hazelcast.cluster.service import ClusterService
from gridwire.hazelcast.config import ClientConfig, Config
from gridwire.hazelcast.control.asyncio_engine import AsyncioEngine
from gridwire.hazelcast.control.diagnosing import diagnostics_of
from gridwire.hazelcast.control.making import (
    client_name,
    make_core,
    make_serialization,
    options_of,
)
from gridwire.hazelcast.control.near_engines import NearAsyncioEngine
from gridwire.hazelcast.control.telling import told_of
from gridwire.hazelcast.diagnostics import Diagnostics
from gridwire.hazelcast.errors import ClientOfflineError
from gridwire.hazelcast.lifecycle import LifecycleService
from gridwire.hazelcast.notices import NoticeService
from gridwire.hazelcast.partition import AsyncioPartitionService
from gridwire.hazelcast.proxy.base import unportable
from gridwire.hazelcast.proxy.context import MAP_SERVICE, ProxyContext

__all__ = ["HazelcastClient"]


class HazelcastClient:
    """A client of a Hazelcast cluster, for asyncio.

    It belongs to the loop that it was made on, in the process that made it; elsewhere its methods
    raise `ForeignLoopError`. Make one for the life of the program; it serves any
    number of tasks at once. ``await HazelcastClient.create_and_start(...)`` gives one that is
    connected; ``async with HazelcastClient(...)`` connects on entering and shuts down on leaving.
    With `async_start` neither waits, and calls fail with `ClientOfflineError` until it is.

    Args:
        config: the options as an object; a `ClientConfig` of 3.x is one too.
        kwargs: the options as keyword arguments, instead of `config` or beside a `ClientConfig`;
            see `gridwire.hazelcast.config.Config`.

    Raises:
        InvalidConfigurationError: an option is unknown, contradicts another, or has no effect in
            this version.
    """

    def __init__(self, config: Config | ClientConfig | None = None, **kwargs: Any) -> None:
        options = options_of(config, kwargs)
        loop = asyncio.get_running_loop()
        self._name = client_name(options)
        self._dispatcher = LoopDispatcher(loop)
        serialization = make_serialization(options)
        self._core = make_core(
            options,
            self._name,
            AioConnector(),
            self._dispatcher,
            loop.call_soon,
            serialization.schemas,
        )
        # By the task that ends the client: who shuts it down may be cancelled while he waits, and
        # a client that gives up is shut down by nobody.
        self._core.life.at_end = self._dispatcher.close
        self._engine = AsyncioEngine(self._core)
        self._told = told_of(options.telemetry, lambda: self._core, __version__)
        self._context = ProxyContext(self._core, serialization, current_task_number)
        # Its value is the error of a start that failed.
        self._starting: asyncio.Task[Exception | None] | None = None
        self._is_shut = False

    @classmethod
    async def create_and_start(
        cls, config: Config | ClientConfig | None = None, **kwargs: Any
    ) -> Self:
        """Make a client and connect it.

        Args:
            config: the options as an object; a `ClientConfig` of 3.x is one too.
            kwargs: the options as keyword arguments, instead of `config` or beside a
                `ClientConfig`.

        Returns:
            A connected client.

        Raises:
            HazelcastError: it could not be connected; it is shut down.
        """
        client = cls(config, **kwargs)
        await client.start()
        return client

    async def start(self) -> None:
        """Connect; `create_and_start` and ``async with`` do it.

        Who calls it again waits for the first one, and learns what became of it. When the first one
        is cancelled, the client is shut down.

        Raises:
            HazelcastError: it could not be connected, or was shut down; it stays so.
        """
        self._engine.check("start")
        starting = self._starting
        if starting is not None:
            await asyncio.wait([starting])
        elif not self._is_shut:
            await self._start()
        if not self._core.lifecycle.running:
            raise self._core.life.not_active().with_facts(operation="start")

    async def _start(self) -> None:
        """The first `start`; `shutdown` may end it."""
        starting = self._starting = asyncio.create_task(self._connect())
        try:
            await asyncio.wait([starting])
        except asyncio.CancelledError:
            await self.shutdown()
            raise
        error = None if starting.cancelled() else starting.result()
        if error is not None:
            raise error

    async def _connect(self) -> Exception | None:
        try:
            await self._core.life.start()
        except Exception as error:  # noqa: BLE001 - whoever waits for it raises it
            return error
        return None

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

        Where calls do not wait for a connection (`async_start`, `reconnect_mode`), members learn of
        it when there is one.

        Args:
            name: of the map; it exists from its first use on.
        """
        self._engine.check("get_map")
        proxy = self._context.proxies.get((MAP_SERVICE, name))
        if proxy is None:
            try:
                await self._engine.call(self._context.create(MAP_SERVICE, name))
            except ClientOfflineError:
                self._context.tell_later(MAP_SERVICE, name)
            cache = await self._context.near_cache(name)
            made: Map[Any, Any]
            if cache is None:
                engine = self._engine
                if self._told is not None:
                    engine = self._told.asyncio(engine, "Map", name)
                made = Map(MAP_SERVICE, name, engine, self._context)
            else:
                near = NearAsyncioEngine(self._core, cache)
                if self._told is not None:
                    near = self._told.asyncio(near, "Map", name)
                made = NearMap(MAP_SERVICE, name, near, self._context)
            proxy = self._context.proxies.setdefault((MAP_SERVICE, name), made)
        found: Map[Any, Any] = proxy
        return found

    async def shutdown(self) -> None:
        """Disconnect. Calls that are pending fail, their errors say what is known about them.

        When the client's loop is closed, or a parent process has it, there is nothing to disconnect
        from here: the client is only marked as shut down.

        Raises:
            ForeignLoopError: this is another loop, and the client's own is not closed.
        """
        if self._engine.is_over:
            self._core.lifecycle.running = False
            self._core.near_caching.close_all()
        else:
            self._engine.check("shutdown")
            self._is_shut = True
            starting = self._starting
            if starting is not None:
                starting.cancel()
            await self._core.life.shutdown()
            if starting is not None:
                await asyncio.wait([starting])
        # Unless the client's end has done it: there was nothing to end, or no loop for that.
        self._dispatcher.close()

    def diagnostics(self) -> Diagnostics:
        """Describe the client as it is now: for a log, a dashboard, or a question to somebody.

        Works in every state, also before it is connected and after `shutdown`, from any thread,
        and waits for nothing.

        Returns:
            Plain dicts, lists, texts and numbers, without secrets; see
            `gridwire.hazelcast.diagnostics`.
        """
        return diagnostics_of(self._core, __version__)

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
    def notice_service(self) -> NoticeService:
        """Tells what no call tells: missing backups, gaps in events."""
        return NoticeService(self._core.notices)

    @property
    def partition_service(self) -> AsyncioPartitionService:
        """Tells the partitions of the cluster."""
        return AsyncioPartitionService(self._core.state, self._context.serialization)

    def __reduce__(self) -> NoReturn:
        raise unportable(self)

    def __repr__(self) -> str:
        return f"<HazelcastClient {self._name} of cluster {self._core.identity.cluster_name}>"
