# SPDX-License-Identifier: Apache-2.0
"""Tells who listens when events may have been missed.

That begins when a listener does not stand on some member: its connection is lost, a member came
that has no connection yet, the cluster came back. It is over when the listener stands everywhere;
then it is told. What takes longer is told before, and again when it is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from time import time
from typing import TYPE_CHECKING

from gridwire.hazelcast.cluster.listeners import ListenerTable, Registration
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.protocol.frames import Buffer

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["TELL_AFTER_SECONDS", "Gaps"]

TELL_AFTER_SECONDS = 5.0
"""How long a gap may go on before it is told although it is not over."""

_TOO_SLOW = "callbacks are slower than events, too many wait"


class Gaps:
    """Watches users' listeners. Runs on the client's loop.

    Args:
        core: the client.
        table: of all listeners.
    """

    def __init__(self, core: ClientCore, table: ListenerTable) -> None:
        self._core = core
        self._table = table
        self._log = core.log.within("listeners")
        self._watched: dict[str, Registration] = {}
        self._task: asyncio.Task[None] | None = None

    def watch(self, registration: Registration) -> None:
        """It was just registered; on all members, as far as they are connected."""
        self._watched[registration.id] = registration
        self._look_at(registration)

    def forget(self, registration: Registration) -> None:
        """Nobody listens any more."""
        self._watched.pop(registration.id, None)

    def connection_lost(self, connection: Connection, lost: Iterable[Registration]) -> None:
        """These stood there."""
        core = self._core
        # A beat notes that something was heard before it, not when.
        heard = connection.last_heard - core.options.heartbeat_interval
        since = time() - (core.now() - max(heard, connection.opened_at))
        why = f"the connection to member {connection.member_uuid} at {connection.address} was lost"
        for registration in lost:
            if registration.id in self._watched:
                self._miss(registration, since, why)

    def cluster_changed(self) -> None:
        """The cluster that came back is not the one that was left: its members began anew."""
        for registration in self._watched.values():
            why = "all members of the cluster were restarted"
            self._miss(registration, time(), why, explains_all=True)

    def dropped(self, handle: Callable[[Buffer], None], why: str = _TOO_SLOW) -> None:
        """An event was not told.

        Args:
            handle: of the registration, which would have taken it.
            why: in words; because too many callbacks wait already.
        """
        if not self._core.lifecycle.running:
            return
        for registration in self._watched.values():
            if registration.handle == handle:
                self._miss(registration, time(), why)

    def look(self) -> None:
        """Members, or connections to them, changed."""
        for registration in list(self._watched.values()):
            self._look_at(registration)

    def _look_at(self, registration: Registration) -> None:
        missing = self._missing(registration)
        if missing is not None:
            if registration.missing_since is None:
                self._miss(registration, time(), missing)
        elif registration.missing_since is not None:
            self._tell(registration, time())

    def _missing(self, registration: Registration) -> str | None:
        """Where a listener does not stand, None when it stands everywhere."""
        state = self._core.state
        connections = state.routes.connections
        if not connections or not state.members.members:
            return "the cluster is not connected"
        for connection in connections:
            if connection not in registration.places:
                return f"member {connection.member_uuid} does not accept the listener"
        if state.smart:
            for member in state.missing_members():
                return f"member {member.uuid} at {member.address} is not connected"
        return None

    def _miss(
        self, registration: Registration, since: float, why: str, explains_all: bool = False
    ) -> None:
        if not self._core.lifecycle.running:
            return
        if registration.miss(since, why, explains_all):
            self._core.counters.gaps += 1
            self._log.sparing.warning("events for a listener may be missed: %s", why, reason=why)
        if self._task is None:
            self._task = self._core.begin(self._tell_late())

    def _tell(self, registration: Registration, until: float | None) -> None:
        gap = registration.missed(until)
        told = True
        if (hear := registration.listener.gap) is not None:
            told = self._core.dispatcher.dispatch(hear, gap)
        if not told:
            return  # The dispatcher is full of events. It is tried again.
        self._core.notices.tell(gap)
        if until is None:
            registration.told_open = True
        else:
            registration.is_whole_again()

    async def _tell_late(self) -> None:
        """While anything is missing: tell what goes on for long, and what could not be told."""
        try:
            while any(one.missing_since is not None for one in self._watched.values()):
                await asyncio.sleep(TELL_AFTER_SECONDS)
                for registration in list(self._watched.values()):
                    self._look_at(registration)
                    if registration.missing_since is not None and not registration.told_open:
                        self._tell(registration, None)
        finally:
            self._task = None
