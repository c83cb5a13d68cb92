# SPDX-License-Identifier: Apache-2.0
"""The life of a client: it starts, is connected, loses its connections and comes back, and ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gridwire._core.logs import advised, reason_of
from gridwire._core.outcome import Outcome
from gridwire._io.ending import Ending
from gridwire.hazelcast._options.enums import ReconnectMode
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.heartbeat import beat
from gridwire.hazelcast.control.searching import find_cluster
from gridwire.hazelcast.control.statistics import report_statistics
from gridwire.hazelcast.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    HazelcastError,
)
from gridwire.hazelcast.lifecycle import LifecycleState

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Life"]


class Life:
    """The life of one client.

    Args:
        core: the client.

    Attributes:
        failure: why the client has shut itself down.
        at_end: called when everything has ended, on the loop.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self.failure: BaseException | None = None
        self.at_end: Callable[[], None] = lambda: None
        self._ending = Ending(self._end)
        self._closing: list[Connection] = []
        # The cluster is looked for; nobody was told that the client is connected.
        self._coming_in = False
        self._was_connected = False
        # It goes on for a client that was, before a fork.
        self._is_heir = False

    async def start(self) -> None:
        """Connect to the cluster; returns when every member is connected or was tried.

        With `async_start` it returns at once, and the client connects in the background.

        Raises:
            HazelcastError: it could not be done; the client is shut down.
        """
        core = self._core
        core.lifecycle.fire(LifecycleState.STARTING)
        core.lifecycle.running = True
        core.lifecycle.fire(LifecycleState.STARTED)
        self._coming_in = True
        if core.options.async_start:
            core.spawn(self._come_in_or_end())
            return
        try:
            await self._come_in()
        except BaseException as error:
            self._say_why(error)
            await self.shutdown()
            raise

    async def _come_in(self) -> None:
        """Be connected, for the first time or again, and look after it from then on.

        Raises:
            HazelcastError: the cluster was not found, and is not looked for any longer.
        """
        core = self._core
        try:
            await find_cluster(core)
        finally:
            self._coming_in = False
        if self._was_connected:
            core.counters.reconnects += 1
        else:
            self._was_connected = True
            core.spawn(core.joining.keep_complete())
            core.spawn(beat(core))
            if core.options.statistics_enabled:
                core.spawn(report_statistics(core))
        core.lifecycle.fire(LifecycleState.CONNECTED)
        core.joining.look_for_missing()

    async def _come_in_or_end(self) -> None:
        try:
            await self._come_in()
        except Exception as error:  # whatever it is, a client must not hang unheard
            await self._give_up(error)

    async def _give_up(self, error: Exception) -> None:
        """There is no way back to the cluster, or none is wanted."""
        self._say_why(error)
        await self.shutdown()

    def _say_why(self, error: BaseException) -> None:
        self.failure = error
        if isinstance(error, Exception):  # and not somebody's wish to end
            self._core.log.error(
                "the client shuts down: %s", advised(error), reason=reason_of(error)
            )

    async def shutdown(self) -> None:
        """End every task, connection and call. Who calls it again waits for the same end.

        The end goes on when a caller is cancelled.
        """
        if self.end_soon() is not None:
            await self._ending.wait()

    def end_soon(self) -> asyncio.Task[None] | None:
        """Begin to end, once; the task that does it, None when there is nothing to end.

        It is none of the client's tasks: it ends those, and one of them may have asked for it.
        """
        core = self._core
        if core.lifecycle.running:
            core.lifecycle.running = False
            core.near_caching.close_all()
            core.lifecycle.fire(LifecycleState.SHUTTING_DOWN)
        elif not self._ending.has_begun:
            return None
        return self._ending.begin()

    async def _end(self) -> None:
        """Every step may be taken again, and nothing waits behind the last one."""
        core = self._core
        await core.end_tasks()
        core.clockwork.stop()
        gone = HazelcastClientNotActiveError("the client is shut down")
        for connection in core.state.routes.connections:
            connection.close(gone)
            self._closing.append(connection)
        # A thread may still be inside a system call; and a transport gives up its socket in the
        # loop's next round.
        await asyncio.sleep(0)
        await asyncio.gather(*(connection.ended.wait() for connection in self._closing))
        core.changed.set()
        await core.parking.end(self.not_active)
        core.lifecycle.fire(LifecycleState.SHUTDOWN)
        self.at_end()

    def not_active(self) -> HazelcastClientNotActiveError:
        """What a call on a client that was shut down is told."""
        failure, text, hint = self.failure, "the client is shut down", None
        if isinstance(failure, HazelcastError):
            # Not all of its text: it may say of another call what the server did.
            text, hint = f"{text}: {failure.message}", failure.hint
        return HazelcastClientNotActiveError(text, failure, outcome=Outcome.NOT_SENT, hint=hint)

    def inherit(self, before: Life) -> None:
        """This is the client of a forked child.

        Args:
            before: of the client that was inherited.
        """
        self._is_heir = before._was_connected or before._is_heir

    @property
    def is_offline(self) -> bool:
        """Whether calls fail because no member is connected, instead of waiting for one."""
        core = self._core
        if core.state.routes.connections or not core.lifecycle.running:
            return False
        if self._was_connected:
            return core.options.reconnect_mode is ReconnectMode.ASYNC
        # A child begins to connect with a call, which waits for that.
        return core.options.async_start and not self._is_heir

    def offline(self) -> ClientOfflineError:
        """What a call is told that does not wait for a connection."""
        return ClientOfflineError(
            f"no member of the cluster {self._core.identity.cluster_name!r} is connected",
            hint="The client goes on connecting; its lifecycle listeners are told CONNECTED.",
        )

    def disconnected(self, connection: Connection, why: str) -> None:
        """The last connection is lost: what now is `reconnect_mode`'s to say.

        Args:
            connection: the last one.
            why: the reason.
        """
        core = self._core
        if self._coming_in:
            # Nobody was told that it is connected since the last time.
            if self.is_offline:
                core.parking.fail_impatient(self.offline)
            return
        core.lifecycle.fire(LifecycleState.DISCONNECTED)
        mode = core.options.reconnect_mode
        if mode is ReconnectMode.OFF:
            lost = ClientOfflineError(
                f"the last connection, to {connection.address}, was lost: {why}; "
                "reconnect_mode is OFF"
            )
            core.spawn(self._give_up(lost))
            return
        self._coming_in = True
        core.spawn(self._come_in_or_end())
        if mode is ReconnectMode.ASYNC:
            core.parking.fail_impatient(self.offline)
