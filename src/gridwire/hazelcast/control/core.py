# SPDX-License-Identifier: Apache-2.0
"""The heart of a client: its tables, its parts, and the coroutines that keep it connected.

It runs on one event loop, the caller's or a hosted one, and serves every call style. What other
threads use of it are the routes (snapshots), the table of calls and the steps of a stream.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire._core.counters import Counters
from gridwire._core.logs import ClientLog
from gridwire._core.request import Request
from gridwire._io.interfaces import Connector, Dispatcher
from gridwire.hazelcast.cluster.routes import Routes
from gridwire.hazelcast.cluster.service import ClusterService
from gridwire.hazelcast.cluster.state import ClusterState
from gridwire.hazelcast.cluster.views import MembersView, PartitionsView
from gridwire.hazelcast.control.clockwork import Clockwork
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.connections import Connections
from gridwire.hazelcast.control.credentials import Credentials
from gridwire.hazelcast.control.discovery import Discovery
from gridwire.hazelcast.control.handshake import Identity
from gridwire.hazelcast.control.joining import Joining
from gridwire.hazelcast.control.life import Life
from gridwire.hazelcast.control.listening import Listening
from gridwire.hazelcast.control.missing_backups import end_held
from gridwire.hazelcast.control.near_caching import NearCaching
from gridwire.hazelcast.control.notices import ClientNotices, LifecycleNotices, MembershipNotices
from gridwire.hazelcast.control.objects import KnownObjects
from gridwire.hazelcast.control.parking import Parking
from gridwire.hazelcast.control.schemas import ClientSchemas
from gridwire.hazelcast.control.securing import tls_of
from gridwire.hazelcast.control.settling import Settling
from gridwire.hazelcast.control.views import ViewFollower
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import CallTable, SessionOver
from gridwire.hazelcast.serialization.compact.schemas import Schemas
from gridwire.hazelcast.util import RoundRobinLB

if TYPE_CHECKING:
    from gridwire.hazelcast.config import Options

__all__ = ["ClientCore"]

_logger = logging.getLogger("gridwire.hazelcast.client")

T = TypeVar("T")


class ClientCore:
    """One client.

    Args:
        options: of the configuration.
        identity: how it introduces itself.
        connector: opens streams.
        dispatcher: runs users' callbacks.
        from_anywhere: has the loop call a function; may be used by any thread.
        schemas: what its serialization knows of Compact.

    Raises:
        InvalidConfigurationError: what the options say about TLS cannot be used.
    """

    def __init__(
        self,
        options: Options,
        identity: Identity,
        connector: Connector,
        dispatcher: Dispatcher,
        from_anywhere: Callable[..., object],
        schemas: Schemas,
    ) -> None:
        self.options = options
        self.tls = tls_of(options)
        self.identity = identity
        self.connector = connector
        self.dispatcher = dispatcher
        self.random = random.Random()
        self.counters = Counters()
        self._loop = asyncio.get_running_loop()
        self.now = self._loop.time
        fields = {"client": identity.name, "cluster": identity.cluster_name}
        self.log = ClientLog(_logger, self.now, fields)
        self.discovery = Discovery(options, self.random, self.now, self.log)
        self.credentials = Credentials(identity, options, self.log)
        self.calls = CallTable(
            options.max_pending_invocations, self.counters, partial(end_held, self)
        )
        self.state: ClusterState[Connection] = ClusterState(options.smart_routing)
        self.acks_enabled = options.smart_routing and options.backup_ack_to_client_enabled
        self.notices = ClientNotices(dispatcher, options.notice_listeners)
        self.lifecycle = LifecycleNotices(dispatcher, self.log, options.lifecycle_listeners)
        self.membership = MembershipNotices(dispatcher, self.log, options.membership_listeners)
        self.life = Life(self)
        self.parking = Parking()
        self.connections = Connections(self)
        self.listening = Listening(self)
        self.views = ViewFollower(self)
        self.joining = Joining(self)
        # Connections or members are others than before, or the client ended. Who waits for that
        # clears it first.
        self.changed = asyncio.Event()
        self.balancer = options.load_balancer or RoundRobinLB()
        self.clockwork = Clockwork(self, from_anywhere)
        self.settling = Settling(self)
        self.from_anywhere = from_anywhere
        self.objects = KnownObjects(self)
        self.schemas = ClientSchemas(self, schemas)
        self.near_caching = NearCaching(self)
        self.state.on_routes = self.near_caching.routes_changed
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- tasks --------------------------------------------------------------------------------

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a control coroutine until the client ends."""
        _ = self.begin(coroutine)

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run a control coroutine until the client ends; its task."""
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)
        return task

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.log.error("a control task of the client ended", exc_info=task.exception())

    async def end_tasks(self) -> None:
        """Cancel every control coroutine but the one that runs, and wait for their ends."""
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- in the child of a fork ---------------------------------------------------------------

    def inherit(self, dispatcher: Dispatcher) -> None:
        """This process is a child: nothing here may reach what is the parent's.

        Args:
            dispatcher: runs users' callbacks in this process.
        """
        self.dispatcher = dispatcher
        for notices in (self.lifecycle, self.membership, self.notices):
            notices.inherit(dispatcher)
        state = self.state
        state.on_routes = None
        state.routes = Routes((), None, state.partition_count, state.smart)
        for waiter in self.calls.inherit():
            # A thread that waits is this one at most, in a signal handler that forks.
            abandon = getattr(waiter, "abandon", None)
            if abandon is not None:
                abandon()

    def take_over(self, before: ClientCore) -> None:
        """What programs have in their hands goes on: services look into these.

        Args:
            before: the one that was inherited.
        """
        self.lifecycle, self.membership = before.lifecycle, before.membership
        self.notices = before.notices
        self.state = before.state
        self.state.members, self.state.partitions = MembersView(), PartitionsView()
        self.state.on_routes = self.near_caching.routes_changed
        self.life.inherit(before.life)
        self.balancer.init(ClusterService(self.state, self.membership))

    # -- calls --------------------------------------------------------------------------------

    async def call_on(
        self,
        connection: Connection,
        request: Request[T],
        sent: Callable[[int], object] | None = None,
    ) -> T:
        """One round trip on a connection, for the control code: no retry, ends with it.

        Args:
            connection: where.
            request: what.
            sent: learns the correlation id before any answer can come.
        """
        future: asyncio.Future[Buffer] = self._loop.create_future()
        try:
            if connection.is_closed:
                raise SessionOver
            correlation = connection.session.send(request, future)
        except SessionOver:
            raise connection.lost_error(None, False) from None
        self.calls.own_deadline.add(correlation)
        if sent is not None:
            sent(correlation)
        try:
            reply = await future
        except BaseException:
            self.calls.forget(correlation)
            raise
        finally:
            self.calls.own_deadline.discard(correlation)
        return connection.decode(request, reply)
