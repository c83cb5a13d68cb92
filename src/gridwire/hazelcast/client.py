# SPDX-License-Identifier: Apache-2.0
"""The threaded client: futures, and values from their `blocking()` proxies."""

from __future__ import annotations

from types import TracebackType
from typing import Any, NoReturn, Self

from gridwire import __version__
from gridwire._io.callers import current_thread_number
from gridwire.hazelcast.cluster.service import ClusterService
from gridwire.hazelcast.config import ClientConfig, Config
from gridwire.hazelcast.control.blocking_engine import BlockingEngine
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.diagnosing import diagnostics_of
from gridwire.hazelcast.control.future_engine import FutureEngine
from gridwire.hazelcast.control.hosting import Hosting
from gridwire.hazelcast.control.making import client_name, make_serialization, options_of
from gridwire.hazelcast.control.near_engines import NearBlockingEngine, NearFutureEngine
from gridwire.hazelcast.control.telling import told_of
from gridwire.hazelcast.diagnostics import Diagnostics
from gridwire.hazelcast.errors import ClientOfflineError
from gridwire.hazelcast.lifecycle import LifecycleService
from gridwire.hazelcast.notices import NoticeService
from gridwire.hazelcast.partition import PartitionService
from gridwire.hazelcast.proxy.base import unportable
from gridwire.hazelcast.proxy.context import MAP_SERVICE, ProxyContext
from gridwire.hazelcast.proxy.map import Map
from gridwire.hazelcast.proxy.near_map import NearMap

__all__ = ["HazelcastClient"]


class HazelcastClient:
    """A client of a Hazelcast cluster, for threads.

    The constructor returns when the client is connected, or at once with `async_start`; then calls
    fail with `ClientOfflineError` until it is. Make one for the life of the program; it
    serves any number of threads at once, and forked children, which connect anew. ``with`` shuts it
    down at the end.

    Args:
        config: the options as an object; a `ClientConfig` of 3.x is one too.
        kwargs: the options as keyword arguments, instead of `config` or beside a `ClientConfig`;
            see `gridwire.hazelcast.config.Config`.

    Raises:
        InvalidConfigurationError: an option is unknown, contradicts another, or has no effect in
            this version.
        HazelcastError: it could not be connected; it is shut down.
    """

    def __init__(self, config: Config | ClientConfig | None = None, **kwargs: Any) -> None:
        options = options_of(config, kwargs)
        self._name = client_name(options)
        hosting: Hosting | None = None
        try:
            serialization = make_serialization(options)
            self._hosting = hosting = Hosting(options, self._name, serialization.schemas)
            self._blocking = BlockingEngine(self._hosting)
            self._futures = FutureEngine(self._hosting)
            self._context = ProxyContext(self._core, serialization, current_thread_number)
            self._hosting.add(self._context)
            self._told = told_of(options.telemetry, lambda: self._hosting.core, __version__)
            self._hosting.hosted.run(self._core.life.start)
        except BaseException:
            if hosting is not None:
                hosting.end()
            raise

    @property
    def _core(self) -> ClientCore:
        return self._hosting.core

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

        Where calls do not wait for a connection (`async_start`, `reconnect_mode`), members learn of
        it when there is one.

        Args:
            name: of the map; it exists from its first use on.

        Returns:
            The map whose methods return futures; its `blocking()` returns values.
        """
        proxy = self._context.proxies.get((MAP_SERVICE, name))
        if proxy is None:
            try:
                self._blocking.call(self._context.create(MAP_SERVICE, name))
            except ClientOfflineError:
                self._context.tell_later(MAP_SERVICE, name)
            cache = self._blocking.wait(self._context.near_cache, name)
            made: Map[Any, Any]
            if cache is None:
                futures, blocking = self._futures, self._blocking
                if self._told is not None:
                    futures, blocking = self._told.threads(
                        self._hosting, futures, blocking, "Map", name
                    )
                made = Map(MAP_SERVICE, name, futures, self._context, blocking)
            else:
                near_futures = NearFutureEngine(self._hosting, cache)
                near_blocking = NearBlockingEngine(self._hosting, cache)
                if self._told is not None:
                    near_futures, near_blocking = self._told.threads(
                        self._hosting, near_futures, near_blocking, "Map", name
                    )
                made = NearMap(MAP_SERVICE, name, near_futures, self._context, near_blocking)
            proxy = self._context.proxies.setdefault((MAP_SERVICE, name), made)
        found: Map[Any, Any] = proxy
        return found

    def shutdown(self) -> None:
        """Disconnect and end the client's threads. Safe to call twice.

        Calls that are pending fail, their errors say what is known about them.
        """
        self._hosting.shutdown()

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
    def partition_service(self) -> PartitionService:
        """Tells the partitions of the cluster."""
        return PartitionService(self._core.state, self._context.serialization)

    def __reduce__(self) -> NoReturn:
        raise unportable(self)

    def __repr__(self) -> str:
        return f"<HazelcastClient {self._name} of cluster {self._core.identity.cluster_name}>"
