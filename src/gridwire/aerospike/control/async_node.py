# SPDX-License-Identifier: Apache-2.0
"""The connections of an asyncio client to one node: which one a request takes, and when more open.

Requests go to the connection that was used last as long as it has room, so that they leave in one
write, and so that connections that are not needed grow old. How many may be under way on one
adapts: while answers come within a few turns of the loop, up to the configured depth; when they
take longer, the server works and not this process, and another connection helps.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.cluster.breaker import Breaker
from gridwire.aerospike.cluster.node import NodeFacts
from gridwire.aerospike.control.pipeline import AttemptFailed, Entry, Pipeline

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.control.turns import Turns

__all__ = ["AsyncNode"]

MAX_ANSWER_BYTES = 256 * 1024
"""Answer bytes that may be expected on one connection: unread answers block a thread of the server
for all its clients, so a connection never asks for more than its sockets hold."""

_QUICK_TURNS = 3
"""Turns of the loop within which an answer comes when the server does not let us wait: one in
which it is written, one in which the loop looks, and one to spare."""

_OVERDUE_SECONDS = 0.05
"""How long the first answer may take before reads behind it are sent elsewhere, at least."""

_OVERDUE_FACTOR = 20
_DYING_SECONDS = 3.0
"""How long a connection whose first answer is overdue is kept for those behind it."""

_MEMORY = 0.1  # Weight of the newest observation in running means.


class AsyncNode:
    """A node and the connections to it.

    Args:
        facts: what is known of it.
        options: of the client.
        turns: counts the turns of the loop.
        connect: opens a connection and authenticates it.
        spawn: runs a coroutine until the client ends.

    Attributes:
        facts: as given; replaced when more is known.
        breaker: counts its failures.
        connections: the open ones.
        is_removed: whether the cluster knows it no more.
    """

    def __init__(
        self,
        facts: NodeFacts,
        options: ClientOptions,
        turns: Turns,
        connect: Callable[[AsyncNode], Coroutine[Any, Any, Pipeline]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self.facts = facts
        self.breaker = Breaker(options.max_error_rate, options.error_rate_window)
        self.connections: list[Pipeline] = []
        self.is_removed = False
        self.now = turns.now
        self._options = options
        self._turns = turns
        self._connect = connect
        self._spawn = spawn
        # The server refuses bytes that came too early through TLS.
        self._depth = 1 if options.tls is not None else options.pipeline_depth
        self._most = options.max_conns_per_node
        self._ready: list[Pipeline] = []
        self._waiting: deque[Entry] = deque()
        self._opening = 0
        # How many may be under way on one connection, as it turned out; running means of the turns
        # that answers took, of their bytes, and of seconds.
        self._allowed = self._depth
        self._answer_turns = 0.0
        self._answer_bytes = 64.0
        self._answer_seconds = 0.0

    @property
    def is_usable(self) -> bool:
        """Whether commands may go there."""
        return not self.is_removed and not self.breaker.is_open

    @property
    def pending(self) -> int:
        """Requests that are under way or wait for a connection."""
        return len(self._waiting) + sum(len(one.entries) for one in self.connections)

    # -- sending ------------------------------------------------------------------------------

    def submit(self, entry: Entry) -> None:
        """Send a request now, or as soon as a connection has room; those before it come first."""
        if not self._waiting:
            connection = self._connection_for(entry)
            if connection is not None:
                connection.send(entry)
                return
        self._waiting.append(entry)
        self._open_more()

    def _connection_for(self, entry: Entry) -> Pipeline | None:
        ready = self._ready
        limit = 1 if entry.collect is not None else self._limit()
        while ready:
            connection = ready[-1]
            if self._has_room(connection, limit):
                return connection
            if entry.collect is not None and self._has_room(connection, self._limit()):
                return self._idle()
            ready.pop()
            connection.is_ready = False
        return None

    def _idle(self) -> Pipeline | None:
        for connection in reversed(self._ready):
            if self._has_room(connection, 1):
                return connection
        return None

    def _has_room(self, connection: Pipeline, limit: int) -> bool:
        return (
            len(connection.entries) < limit
            and not connection.is_closed
            and not connection.is_blocked
            and not connection.is_alone
            and connection.stream is not None
            and connection.stream.unsent_bytes < MAX_ANSWER_BYTES
        )

    def _limit(self) -> int:
        """How many requests may be under way on one connection now."""
        full = len(self.connections) + self._opening >= self._most
        depth = self._depth if full else self._allowed
        return max(1, min(depth, int(MAX_ANSWER_BYTES / self._answer_bytes)))

    def has_room(self, connection: Pipeline) -> None:
        """A connection may have room: it stands among the ready ones then, and the queue moves."""
        if not connection.is_ready and self._has_room(connection, self._limit()):
            connection.is_ready = True
            self._ready.append(connection)
        waiting = self._waiting
        while waiting:
            entry = waiting[0]
            if entry.future.done():
                waiting.popleft()
                continue
            found = self._connection_for(entry)
            if found is None:
                self._open_more()
                return
            waiting.popleft()
            found.send(entry)

    # -- answers ------------------------------------------------------------------------------

    def answered(self, connection: Pipeline, count: int, size: int, turn: int) -> None:
        """Answers came.

        Args:
            connection: where.
            count: how many, in one chunk.
            size: bytes of the chunk.
            turn: of the loop, in which the last of them was asked for.
        """
        now = self.now()
        self._answer_bytes += _MEMORY * (size / count - self._answer_bytes)
        self._answer_turns += _MEMORY * (self._turns.number - turn - self._answer_turns)
        took = (now - connection.waits_since) / count
        self._answer_seconds += _MEMORY * (took - self._answer_seconds)
        connection.waits_since = connection.used_at = now
        connection.is_blocked = False
        if self._answer_turns > _QUICK_TURNS:
            if self._allowed > 1:
                self._allowed -= 1
                self._answer_turns = _QUICK_TURNS
        elif self._allowed < self._depth:
            self._allowed += 1
        self.has_room(connection)

    def connection_lost(self, connection: Pipeline, error: BaseException | None) -> None:
        """A connection ended."""
        if connection in self.connections:
            self.connections.remove(connection)
        if connection.is_ready:
            self._ready.remove(connection)
            connection.is_ready = False
        if error is not None:
            self.breaker.count()
        if self._waiting:
            self._open_more()

    # -- opening ------------------------------------------------------------------------------

    def _open_more(self) -> None:
        """Open as many connections as those who wait can use."""
        if self.is_removed:
            self.fail_waiting(Failure.NO_NODE, None)
            return
        room = self._most - len(self.connections) - self._opening
        # One that opens serves several of those who wait.
        wanted = -(-len(self._waiting) // self._limit()) - self._opening
        for _ in range(min(room, wanted)):
            self._opening += 1
            self._spawn(self._open())

    async def _open(self) -> None:
        try:
            connection = await self._connect(self)
        except asyncio.CancelledError:
            self._opening -= 1
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for it
            self._opening -= 1
            self.breaker.count()
            if not self.connections and not self._opening:
                self.fail_waiting(Failure.NO_CONNECTION, error)
            return
        self._opening -= 1
        if self.is_removed:
            connection.close()
            return
        connection.used_at = self.now()
        self.connections.append(connection)
        self.has_room(connection)

    async def open_minimum(self) -> None:
        """Open connections up to the configured minimum.

        Raises:
            Exception: one could not be opened.
        """
        for _ in range(self._options.min_conns_per_node - len(self.connections)):
            connection = await self._connect(self)
            connection.used_at = self.now()
            self.connections.append(connection)
            self.has_room(connection)

    def fail_waiting(self, failure: Failure, cause: BaseException | None) -> None:
        """Whoever waits for a connection does so no longer."""
        waiting, self._waiting = self._waiting, deque()
        for entry in waiting:
            if not entry.future.done():
                entry.future.set_exception(AttemptFailed(failure, cause))

    # -- time ---------------------------------------------------------------------------------

    def expire(self, now: float) -> bool:
        """Give up what is overdue, by the loop's clock; whether anything is still pending."""
        pending = False
        for connection in list(self.connections):
            if connection.entries:
                pending = True
                self._look_at(connection, now)
        waiting = self._waiting
        if waiting:
            pending = True
            for entry in waiting:
                if entry.deadline <= now and not entry.future.done():
                    entry.future.set_exception(AttemptFailed(Failure.WAITING))
            while waiting and waiting[0].future.done():
                waiting.popleft()
        return pending

    def _look_at(self, connection: Pipeline, now: float) -> None:
        """Whether the first answer of a connection is overdue, and what that means for others."""
        alive = connection.expire(now)
        waited = now - connection.waits_since
        if connection.is_alone:
            if not alive:
                connection.close()
            return
        if not alive and waited > self._options_delay(connection):
            connection.close()
            return
        if waited < max(_OVERDUE_SECONDS, _OVERDUE_FACTOR * self._answer_seconds):
            return
        connection.is_blocked = True
        if connection.is_ready:
            self._ready.remove(connection)
            connection.is_ready = False
        if waited > _DYING_SECONDS:
            connection.close()
            return
        for entry in connection.reads_behind():
            connection.replace(entry)
            self.submit(entry)

    def _options_delay(self, connection: Pipeline) -> float:
        """How long the answers of callers who gave up are waited for."""
        return _OVERDUE_SECONDS

    def reap(self, now: float) -> None:
        """Close connections that nobody has used for too long, but keep the minimum."""
        spare = len(self.connections) - self._options.min_conns_per_node
        limit = self._options.idle_timeout
        if not limit:
            return
        for connection in list(self.connections):
            if spare <= 0:
                return
            if not connection.entries and now - connection.used_at >= limit:
                connection.close()
                spare -= 1

    def remove(self) -> None:
        """The cluster knows it no more: what is under way ends."""
        self.is_removed = True
        self.fail_waiting(Failure.NO_NODE, None)
        for connection in list(self.connections):
            connection.close(ConnectionError("the node left the cluster"))
