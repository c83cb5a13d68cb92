# SPDX-License-Identifier: Apache-2.0
"""A node of an asyncio client: which connection a request takes, who waits, and what is overdue.

Requests go to the connection that was used last as long as it has room, so that they leave in one
write, and so that connections that are not needed grow old. What finds no room waits in one queue
for all, as an entry: whoever makes room sends it, nobody has to wake up for that.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.cluster.node import NodeFacts
from gridwire.aerospike.control.async_pool import AsyncPool
from gridwire.aerospike.control.depth import Depth
from gridwire.aerospike.control.exchange import AttemptFailed, Entry, Exchange
from gridwire.aerospike.control.guarding import HeadGuard
from gridwire.aerospike.control.judged import JudgedNode
from gridwire.aerospike.control.pipeline import Pipeline

if TYPE_CHECKING:
    from gridwire._core.counters import Counters
    from gridwire._core.logs import ClientLog
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.control.ticking import Ticker
    from gridwire.aerospike.diagnostics import PoolFacts

__all__ = ["LARGE_BYTES", "AsyncNode"]

LARGE_BYTES = 32 * 1024
"""A request from this size on has a connection for itself: others would wait while it is sent."""

_NEVER = float("inf")


class AsyncNode(JudgedNode):
    """A node and the connections to it.

    Args:
        facts: what is known of it.
        options: of the client.
        ticker: ticks while something is pending.
        connect: opens a connection, authenticated and ready to be used.
        spawn: runs a coroutine until the client ends.
        failed: told when a connection was lost or could not be opened.
        log: of the client.
        counters: of the client.

    Attributes:
        pool: its connections.
        depth: how many requests may be under way on one of them.
        due: no request here, sent or waiting, has an earlier deadline.
    """

    def __init__(
        self,
        facts: NodeFacts,
        options: ClientOptions,
        ticker: Ticker,
        connect: Callable[[AsyncNode], Coroutine[Any, Any, Pipeline]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        failed: Callable[[], None],
        log: ClientLog,
        counters: Counters,
    ) -> None:
        super().__init__(facts, options, log, counters)
        # The server refuses bytes that came too early through TLS.
        self.depth = Depth(1 if options.tls is not None else options.pipeline_depth)
        self.pool = AsyncPool(self, options, self.depth, lambda: connect(self), spawn)
        self.due = _NEVER
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._ticker = ticker
        self._guard = HeadGuard(self.pool, self.depth, ticker, self.submit)
        self._failed = failed
        self._ready = self.pool.ready
        self._waiting: deque[Entry] = deque()
        # How many of those want a connection for themselves.
        self._alone_waiting = 0
        self._is_counting = False

    @property
    def connections(self) -> list[Pipeline]:
        """Those that are open."""
        return self.pool.connections

    @property
    def pending(self) -> int:
        """Requests that are under way, or wait for a connection, and have a caller."""
        entries = [one for connection in self.connections for one in connection.entries]
        return sum(not entry[0].done() for entry in (*entries, *self._waiting))

    @property
    def pool_facts(self) -> PoolFacts:
        """How the connections are doing; for any thread."""
        connections = list(self.connections)
        used = [list(one.entries) for one in connections]
        in_use = sum(map(bool, used))
        streams = [one.stream for one in connections if one.stream is not None]
        now = self._now()
        return {
            "open": len(connections),
            "ages": sorted((max(0.0, now - one.opened_at) for one in connections), reverse=True),
            "in_use": in_use,
            "idle": len(connections) - in_use,
            "opening": self.pool.opening,
            "limit": self.pool.most,
            "in_flight": sum(not entry[0].done() for entries in used for entry in entries),
            "waiting": sum(not entry[0].done() for entry in list(self._waiting)),
            "late_heads": sum(one.is_blocked for one in connections),
            "depth": self.depth.limit,
            "unsent_bytes": sum(stream.waiting_bytes for stream in streams),
            "buffered_bytes": sum(one.buffered_bytes for one in connections),
        }

    # -- sending ------------------------------------------------------------------------------

    def submit(self, entry: Entry, now: float) -> None:
        """Send a request now, or as soon as a connection has room; those before it come first.

        Args:
            entry: the request.
            now: the loop's clock.
        """
        future, deadline, request = entry
        if deadline < self.due:  # noqa: PLR1730 - no function call for each request
            self.due = deadline
        payload = request.payload
        if not self._waiting and len(payload) < LARGE_BYTES and type(request) is not Exchange:
            ready = self._ready
            limit = self.depth.limit
            while ready:
                connection = ready[-1]
                entries = connection.entries
                ahead = len(entries)
                if ahead < limit:
                    if not ahead:
                        connection.waits_since = now
                        connection.waits_tick = self._ticker.number
                    if connection.sample_left < 0:
                        connection.sample(ahead, now)
                    entries.append(entry)
                    connection.write(payload)
                    break
                del ready[-1]
                connection.is_ready = False
            else:
                self._wait(entry)
        elif type(request) is Exchange or len(payload) < LARGE_BYTES:
            self._wait(entry)
        else:
            alone = Exchange(payload, request.is_write, timeout_delay=request.timeout_delay)
            self._wait((future, deadline, alone))
        if not self._ticker.is_running:
            self._ticker.start()

    def _wait(self, entry: Entry) -> None:
        self._waiting.append(entry)
        if type(entry[2]) is Exchange:
            self._alone_waiting += 1
        if len(self._waiting) == 1:
            self._serve()
        elif not self.pool.is_full:
            self._open_more()

    def _serve(self) -> None:
        """Send what waits, as far as there is room."""
        waiting = self._waiting
        while waiting:
            entry = waiting[0]
            if not entry[0].done() and not self._send(entry):
                self._open_more()
                return
            waiting.popleft()
            if type(entry[2]) is Exchange:
                self._alone_waiting -= 1

    def _send(self, entry: Entry) -> bool:
        """Send what waited; whether there was room for it."""
        future, deadline, request = entry
        if type(request) is Exchange:
            idle = self.pool.idle()
            if idle is None:
                return False
            idle.send_alone(future, deadline, request)
            return True
        connection = self.pool.with_room()
        if connection is None:
            return False
        if not connection.entries:
            connection.waits_since = self._now()
            connection.waits_tick = self._ticker.number
        connection.entries.append(entry)
        connection.write(request.payload)
        return True

    def _open_more(self) -> None:
        """Open as many connections as those who wait can use."""
        shared = len(self._waiting) - self._alone_waiting
        # One that opens serves several of those who share.
        self.pool.open(self._alone_waiting - (-shared // self.depth.limit))

    # -- what connections tell ----------------------------------------------------------------

    def opened(self) -> None:
        """See `PoolOwner`."""
        self.connection_opened()
        self._serve()

    def not_opened(self, error: BaseException | None) -> None:
        """See `PoolOwner`: with no other connection, those who wait cannot be served."""
        if error is not None:
            self.connection_failed(error)
            self.count_error()
            self._failed()
        if self.pool.is_empty:
            self._fail_waiting(Failure.NO_CONNECTION, error)

    def has_room(self, connection: Pipeline) -> None:
        """A connection may have room."""
        self.pool.make_ready(connection)
        if self._waiting:
            self._serve()

    def answered(self, connection: Pipeline, count: int, size: int, now: float) -> None:
        """Answers came.

        Args:
            connection: where.
            count: how many, in one chunk.
            size: bytes of the chunk.
            now: the loop's clock.
        """
        depth = self.depth
        depth.note(count, size, now - connection.waits_since, len(connection.entries))
        if connection.sample_left >= 0:
            connection.sample_left -= count
            if connection.sample_left < 0:
                depth.sample(connection.sample_ahead, now - connection.sampled_at)
        if depth.is_shallow and not self._is_counting:
            self._is_counting = True
            self._loop.call_soon(self._turn_over)
        connection.waits_since = now
        connection.waits_tick = self._ticker.number
        if connection.is_blocked:
            connection.heard()
        if not connection.is_ready:
            self.pool.make_ready(connection)
        if self._waiting:
            self._serve()

    def _turn_over(self) -> None:
        self._is_counting = False
        self.depth.turn()

    def connection_lost(
        self, connection: Pipeline, error: BaseException | None, in_use: bool
    ) -> None:
        """A connection ended.

        Args:
            connection: which.
            error: why, None when one side closed it in order.
            in_use: whether somebody waited for an answer.
        """
        if not self.pool.forget(connection) or self._is_removed:
            return
        if error is not None or in_use:
            self.connection_broke(error)
            self.count_error()
            self._failed()
        if self._waiting:
            self._open_more()

    # -- time ---------------------------------------------------------------------------------

    def expire(self, now: float) -> bool:
        """A tick: look for what is overdue, by the loop's clock; whether anything is pending."""
        if now >= self.due:
            self._expire_calls(now)
        self.depth.adapt()
        pending = bool(self._waiting) or any(one.entries for one in self.connections)
        self._guard.look(now)
        if self._waiting:
            # In case a connection could not be opened meanwhile: try again.
            self._serve()
        return pending

    def _expire_calls(self, now: float) -> None:
        due = _NEVER
        for connection in self.connections:
            if connection.entries:
                due = min(due, connection.expire(now))
        for future, deadline, _ in self._waiting:
            if future.done():
                continue
            if deadline <= now:
                future.set_exception(AttemptFailed(Failure.WAITING))
            elif deadline < due:
                due = deadline
        self.due = due

    def tended(self, now: float) -> None:
        """A round of tending is over.

        Args:
            now: the loop's clock.
        """
        self._end_round()
        self.pool.tended(now)

    async def open_minimum(self) -> None:
        """Open connections up to the configured minimum.

        Raises:
            Exception: one could not be opened.
        """
        await self.pool.open_minimum()

    # -- the end ------------------------------------------------------------------------------

    def _fail_waiting(self, failure: Failure, cause: BaseException | None) -> None:
        waiting, self._waiting = self._waiting, deque()
        self._alone_waiting = 0
        for future, _, _ in waiting:
            if not future.done():
                future.set_exception(AttemptFailed(failure, cause))

    def remove(self) -> None:
        """The cluster knows it no more: what is under way ends."""
        self.close(ConnectionError("the node left the cluster"))

    def close(self, error: BaseException | None = None) -> None:
        """End every connection; whoever waits for one does so no longer."""
        self._remove()
        self._fail_waiting(Failure.NO_NODE, error)
        self.pool.close(error)
