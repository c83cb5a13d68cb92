# SPDX-License-Identifier: Apache-2.0
"""The threaded client: futures, and values from their `blocking()` proxies."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from types import TracebackType
from typing import Any, Self

from gridwire._io.callers import current_thread_number
from gridwire._io.dispatching import ThreadDispatcher
from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire._io.shared import SharedConnector
from gridwire.hazelcast.cluster.service import ClusterService
from gridwire.hazelcast.config import Config, Options
from gridwire.hazelcast.control.blocking_engine import BlockingEngine
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.future_engine import FutureEngine
from gridwire.hazelcast.control.making import (
    client_name,
    make_core,
    make_serialization,
    options_of,
)
from gridwire.hazelcast.control.near_engines import NearBlockingEngine, NearFutureEngine
from gridwire.hazelcast.lifecycle import LifecycleService
from gridwire.hazelcast.partition import PartitionService
from gridwire.hazelcast.proxy.context import MAP_SERVICE, ProxyContext
from gridwire.hazelcast.proxy.map import Map
from gridwire.hazelcast.proxy.near_map import NearMap

__all__ = ["HazelcastClient"]


class HazelcastClient:
    """A client of a Hazelcast cluster, for threads.

    The constructor returns when the client is connected. Make one for the life of the program; it
    serves any number of threads at once. ``with`` shuts it down at the end.

    Args:
        config: the options as an object.
        kwargs: the options as keyword arguments, instead of `config`; see
            `gridwire.hazelcast.config.Config`.

    Raises:
        InvalidConfigurationError: an option is unknown, contradicts another, or has no effect in
            this version.
        HazelcastError: it could not be connected; it is shut down.
    """

    def __init__(self, config: Config | None = None, **kwargs: Any) -> None:
        options = options_of(config, kwargs)
        self._name = client_name(options)
        self._hosted = HostedLoop(f"gridwire-{self._name}")
        self._dispatcher = ThreadDispatcher(f"gridwire-{self._name}-callbacks")
        try:
            self._core = self._hosted.run(self._make_core(options))
            self._blocking = BlockingEngine(self._core, self._hosted)
            self._futures = FutureEngine(self._core, self._hosted)
            self._context = ProxyContext(
                self._core, make_serialization(options), current_thread_number
            )
            self._hosted.run(self._core.start())
        except BaseException:
            self._end()
            raise

    async def _make_core(self, options: Options) -> ClientCore:
        return make_core(
            options,
            self._name,
            SharedConnector(self._hosted),
            self._dispatcher,
            self._tell_loop,
        )

    def _tell_loop(self, function: Callable[..., object], *args: Any) -> None:
        try:
            self._hosted.call(function, *args)
        except HostedLoopClosed:
            # The client is shut down: whatever was to be looked after has ended with it.
            return

    def _end(self) -> None:
        # In this order: what the loop tells at its end is still dispatched.
        self._hosted.stop()
        self._dispatcher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown()

    def get_map(self, name: str) -> Map[Any, Any]:
        """Get a distributed map; the same object for the same name.

        Args:
            name: of the map; it exists from its first use on.

        Returns:
            The map whose methods return futures; its `blocking()` returns values.
        """
        proxy = self._context.proxies.get((MAP_SERVICE, name))
        if proxy is None:
            self._blocking.call(self._context.create(MAP_SERVICE, name))
            cache = self._blocking.wait(self._context.near_cache(name))
            made: Map[Any, Any]
            if cache is None:
                made = Map(MAP_SERVICE, name, self._futures, self._context, self._blocking)
            else:
                futures = NearFutureEngine(self._core, self._hosted, cache)
                blocking = NearBlockingEngine(self._core, self._hosted, cache)
                made = NearMap(MAP_SERVICE, name, futures, self._context, blocking)
            proxy = self._context.proxies.setdefault((MAP_SERVICE, name), made)
        found: Map[Any, Any] = proxy
        return found

    def shutdown(self) -> None:
        """Disconnect and end the client's threads. Safe to call twice.

        Calls that are pending fail, their errors say what is known about them.
        """
        if not self._hosted.is_here:
            return
        try:
            self._hosted.run(self._core.shutdown())
        except (HostedLoopClosed, CancelledError):
            # Another thread was faster.
            pass
        self._end()

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
    def partition_service(self) -> PartitionService:
        """Tells the partitions of the cluster."""
        return PartitionService(self._core.state, self._context.serialization)

    def __repr__(self) -> str:
        return f"<HazelcastClient {self._name} of cluster {self._core.identity.cluster_name}>"
