# SPDX-License-Identifier: Apache-2.0
"""The heart of a client: its tables, and the coroutines that keep it connected.

It runs on one event loop, the caller's or a hosted one, and serves every call style. What other
threads use of it are the routes (snapshots), the table of calls and the steps of a stream.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire._io.interfaces import Connector, Dispatcher
from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.state import ClusterState
from gridwire.hazelcast.control.clockwork import Clockwork
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.handshake import Identity
from gridwire.hazelcast.control.heartbeat import beat
from gridwire.hazelcast.control.joining import Joining
from gridwire.hazelcast.control.listening import Listening
from gridwire.hazelcast.control.near_caching import NearCaching
from gridwire.hazelcast.control.notices import LifecycleNotices, MembershipNotices
from gridwire.hazelcast.control.settling import Settling
from gridwire.hazelcast.control.views import ViewFollower
from gridwire.hazelcast.core import MemberInfo
from gridwire.hazelcast.errors import (
    HazelcastClientNotActiveError,
    HazelcastError,
)
from gridwire.hazelcast.lifecycle import LifecycleState
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import CallTable, SessionOver
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
    """

    def __init__(
        self,
        options: Options,
        identity: Identity,
        connector: Connector,
        dispatcher: Dispatcher,
        from_anywhere: Callable[..., object],
    ) -> None:
        self.options = options
        self.identity = identity
        self.connector = connector
        self.dispatcher = dispatcher
        self.random = random.Random()
        self._loop = asyncio.get_running_loop()
        self.now = self._loop.time
        self.calls = CallTable(options.max_pending_invocations)
        self.state: ClusterState[Connection] = ClusterState(options.smart_routing)
        self.acks_enabled = options.smart_routing and options.backup_ack_to_client_enabled
        self.lifecycle = LifecycleNotices(dispatcher, identity.name, options.lifecycle_listeners)
        self.membership = MembershipNotices(dispatcher, options.membership_listeners)
        self.listening = Listening(self)
        self.views = ViewFollower(self)
        self.joining = Joining(self)
        self.connected = asyncio.Event()
        self.balancer = options.load_balancer or RoundRobinLB()
        self.failure: BaseException | None = None
        self.clockwork = Clockwork(self, from_anywhere)
        self.settling = Settling(self)
        self.from_anywhere = from_anywhere
        self.near_caching = NearCaching(self)
        self.state.on_routes = self.near_caching.routes_changed
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ending = False
        self._ended = asyncio.Event()
        self._parked: set[asyncio.Future[None]] = set()
        self._invocations: set[object] = set()
        self._rejoining = False

    # -- life ---------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect to the cluster; returns when every member is connected or was tried.

        Raises:
            HazelcastError: it could not be done; the client is shut down.
        """
        self.lifecycle.fire(LifecycleState.STARTING)
        self.lifecycle.running = True
        self.lifecycle.fire(LifecycleState.STARTED)
        try:
            await self.joining.join()
            self._be_connected()
            await self.joining.connect_missing()
        except BaseException:
            await self.shutdown()
            raise
        self.spawn(self.joining.keep_complete())
        self.spawn(beat(self))

    async def shutdown(self) -> None:
        """End every task, connection and call. Who calls it again waits for the first."""
        if not self.lifecycle.running:
            if self._ending:
                await self._ended.wait()
            return
        self.lifecycle.running = False
        self._ending = True
        self.near_caching.close_all()
        self.lifecycle.fire(LifecycleState.SHUTTING_DOWN)
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.clockwork.stop()
        gone = HazelcastClientNotActiveError("the client is shut down")
        closing = self.state.routes.connections
        for connection in closing:
            connection.close(gone)
        # A thread may still be inside a system call; and a transport gives up its socket in the
        # loop's next round.
        await asyncio.sleep(0)
        await asyncio.gather(*(connection.ended.wait() for connection in closing))
        self.connected.set()
        for future in self._parked:
            if not future.done():
                future.set_exception(self.not_active())
        while self._invocations:  # noqa: ASYNC110 - each needs a few rounds of this very loop
            await asyncio.sleep(0)
        self.lifecycle.fire(LifecycleState.SHUTDOWN)
        self._ended.set()

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
            _logger.error("a control task of the client ended", exc_info=task.exception())

    @contextmanager
    def calling(self, invocation: object) -> Iterator[None]:
        """An invocation runs; the client's end waits until it has told its caller."""
        self._invocations.add(invocation)
        try:
            yield
        finally:
            self._invocations.discard(invocation)

    async def park(self, future: asyncio.Future[None], when: float | None) -> None:
        """Wait for a future, and not beyond the client's end.

        Args:
            future: what to wait for.
            when: the deadline in seconds of the client's clock, None for none.

        Raises:
            TimeoutError: the deadline has passed.
            HazelcastClientNotActiveError: the client is shut down.
        """
        self._parked.add(future)
        try:
            async with asyncio.timeout_at(when):
                await future
        finally:
            self._parked.discard(future)

    def not_active(self) -> HazelcastClientNotActiveError:
        """What a call on a client that was shut down is told."""
        return HazelcastClientNotActiveError(
            "the client is shut down", self.failure, outcome=Outcome.NOT_SENT
        )

    # -- connections --------------------------------------------------------------------------

    def use_connection(self, connection: Connection) -> None:
        """It is authenticated and listeners stand on it: requests may go there."""
        self.state.add_connection(connection)
        self.connections_changed()
        self.connected.set()

    def connections_changed(self) -> None:
        """Whether owners may count on this client for backup acks changes with its connections.

        A backup member without a connection could not tell, and each write would wait in vain.
        """
        aware = self.acks_enabled and not self.state.missing_members()
        for connection in self.state.routes.connections:
            connection.session.backup_aware = aware

    def members_changed(self, gone: list[MemberInfo]) -> None:
        """The member list changed: leave those who left, look for those who came."""
        for member in gone:
            connection = self.state.routes.to_member(member.uuid)
            if connection is not None and self.state.members.find(member.uuid) is None:
                connection.close(ConnectionError("the member left the cluster"))
        self.connections_changed()
        if self.state.smart:
            self.joining.look_for_missing()

    def connection_events(self, connection: Connection, events: list[tuple[int, Buffer]]) -> None:
        """See `ConnectionOwner`."""
        self.views.take(connection, events)
        self.listening.deliver(events)

    def connection_lost(self, connection: Connection, error: BaseException | None) -> None:
        """See `ConnectionOwner`."""
        was_source = self.views.connection_lost(connection)
        if not self.state.remove_connection(connection):
            return
        self.listening.connection_lost(connection)
        self.connections_changed()
        self.calls.acks.hurry()
        if not self.lifecycle.running:
            return
        _logger.warning(
            "connection to member %s at %s lost: %s",
            connection.member_uuid,
            connection.address,
            error if error is not None else "closed by the member",
        )
        if not self.state.routes.connections:
            self.connected.clear()
            self.lifecycle.fire(LifecycleState.DISCONNECTED)
            self._rejoin()
        elif was_source:
            self.spawn(self._follow_another())
        if self.state.smart:
            self.joining.look_for_missing()

    def _rejoin(self) -> None:
        if not self._rejoining:
            self._rejoining = True
            self.spawn(self._join_again())

    async def _join_again(self) -> None:
        try:
            await self.joining.join()
        except HazelcastError as error:
            _logger.error("the cluster could not be joined again: %s", error)
            self.failure = error
            await self.shutdown()
            return
        finally:
            self._rejoining = False
        if self.state.routes.connections:
            self._be_connected()
            self.joining.look_for_missing()
        else:
            self._rejoin()

    def _be_connected(self) -> None:
        self.lifecycle.fire(LifecycleState.CONNECTED)

    async def _follow_another(self) -> None:
        """The connection that told the view is gone: ask another."""
        if not self.state.routes.connections:
            return
        connection = self.random.choice(self.state.routes.connections)
        try:
            await self.views.follow(connection)
        except GridwireError as error:  # a refusal, or an answer that makes no sense
            _logger.warning("%s does not tell its view: %s", connection, error)
            # Its end makes us ask the next one. To try again here might try the same for ever: what
            # is sent on a closed connection fails at once.
            if not connection.is_closed:
                connection.close(error)
            elif connection.ended.is_set():
                # It was told before, and will not be again.
                self.connection_lost(connection, error)

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
