# SPDX-License-Identifier: Apache-2.0
"""The connections of an asyncio client to one node: which one a request takes, and when more open.

Requests go to the connection that was used last as long as it has room, so that they leave in one
write, and so that connections that are not needed grow old. What finds no room waits in one queue
for all, as an entry: whoever makes room sends it, nobody has to wake up for that.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.cluster.breaker import Breaker
from gridwire.aerospike.cluster.node import NodeFacts
from gridwire.aerospike.control.depth import Depth
from gridwire.aerospike.control.pipeline import AttemptFailed, Entry, Exchange, Pipeline

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions
    from gridwire.aerospike.control.ticking import Ticker

__all__ = ["LARGE_BYTES", "AsyncNode"]

_logger = logging.getLogger("gridwire.aerospike.client")

LARGE_BYTES = 32 * 1024
"""A request from this size on has a connection for itself: others would wait while it is sent."""

_OVERDUE_SECONDS = 0.05
"""How long the first answer may take before reads behind it are sent elsewhere, at least."""

_OVERDUE_FACTOR = 20
"""The same in mean answer times: a server that is slow as a whole does not block connections."""

_OVERDUE_TICKS = 4
"""The same in looks at the sockets: a loop that was busy has not looked yet."""

_STUCK_SECONDS = 3.0
"""How long those behind an answer wait for which nobody waits any more."""

_OPENING_AT_ONCE = 8
"""Connections to one node that are opened at the same time: those that are there first may serve
those who wait, and a server is not overrun by handshakes."""

_OPEN_AGAIN_SECONDS = 0.1
"""Pause after a connection could not be opened; whoever needs one meanwhile learns at once."""

_NEVER = float("inf")


class AsyncNode:
    """A node and the connections to it.

    Args:
        facts: what is known of it.
        options: of the client.
        ticker: ticks while something is pending.
        connect: opens a connection, authenticated and ready to be used.
        spawn: runs a coroutine until the client ends.
        failed: told when a connection was lost or could not be opened.

    Attributes:
        facts: as given; replaced when more is known.
        breaker: counts its failures.
        connections: the open ones.
        is_usable: whether commands may go there.
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
    ) -> None:
        self.facts = facts
        self.breaker = Breaker(options.max_error_rate, options.error_rate_window)
        self.connections: list[Pipeline] = []
        self.is_usable = True
        self.due = _NEVER
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._ticker = ticker
        self._connect = connect
        self._spawn = spawn
        self._failed = failed
        self._is_removed = False
        self._most = options.max_conns_per_node
        self._least = options.min_conns_per_node
        self._idle_timeout = options.idle_timeout
        # The server refuses bytes that came too early through TLS.
        self._depth = Depth(1 if options.tls is not None else options.pipeline_depth)
        self._ready: list[Pipeline] = []
        self._waiting: deque[Entry] = deque()
        self._alone_waiting = 0
        self._opening = 0
        self._open_again_at = 0.0
        self._is_counting = False

    def __repr__(self) -> str:
        return f"<AsyncNode {self.facts.name} at {self.facts.endpoint}>"

    @property
    def is_removed(self) -> bool:
        """Whether the cluster knows it no more."""
        return self._is_removed

    @property
    def pending(self) -> int:
        """Requests that are under way, or wait for a connection, and have a caller."""
        entries = [one for connection in self.connections for one in connection.entries]
        return sum(not entry[0].done() for entry in (*entries, *self._waiting))

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
            limit = self._depth.limit
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
            self._wait((future, deadline, Exchange(payload, request.is_write)))
        if not self._ticker.is_running:
            self._ticker.start()

    def _wait(self, entry: Entry) -> None:
        self._waiting.append(entry)
        if type(entry[2]) is Exchange:
            self._alone_waiting += 1
        if len(self._waiting) == 1:
            self._serve()
        elif not self._is_full:
            self._open_more()

    def _serve(self) -> None:
        """Send what waits, as far as there is room."""
        waiting = self._waiting
        while waiting:
            future, deadline, request = waiting[0]
            if not future.done():
                if type(request) is Exchange:
                    idle = self._idle()
                    if idle is None:
                        break
                    idle.send_alone(future, deadline, request)
                else:
                    connection = self._with_room()
                    if connection is None:
                        break
                    if not connection.entries:
                        connection.waits_since = self._now()
                        connection.waits_tick = self._ticker.number
                    connection.entries.append(waiting[0])
                    connection.write(request.payload)
            waiting.popleft()
            if type(request) is Exchange:
                self._alone_waiting -= 1
        if waiting:
            self._open_more()

    def _idle(self) -> Pipeline | None:
        """A connection on which nothing is under way; the caller takes it for himself."""
        ready = self._ready
        for index in range(len(ready) - 1, -1, -1):
            connection = ready[index]
            if not connection.entries:
                del ready[index]
                connection.is_ready = False
                return connection
        return None

    def _with_room(self) -> Pipeline | None:
        ready = self._ready
        while True:
            limit = self._depth.limit
            while ready:
                connection = ready[-1]
                if len(connection.entries) < limit:
                    return connection
                del ready[-1]
                connection.is_ready = False
            # All that may be open are open: what is short now is not connections but room on them.
            if not (self._is_full and self._depth.stretch()):
                return None
            for connection in self.connections:
                self._make_ready(connection)

    def _make_ready(self, connection: Pipeline) -> None:
        if (
            not connection.is_ready
            and not connection.is_blocked
            and not connection.is_closed
            and not connection.is_alone
            and len(connection.entries) < self._depth.limit
            and connection.stream is not None
            and connection.stream.unsent_bytes == 0
        ):
            connection.is_ready = True
            self._ready.append(connection)

    def _make_unready(self, connection: Pipeline) -> None:
        if connection.is_ready:
            self._ready.remove(connection)
            connection.is_ready = False

    def has_room(self, connection: Pipeline) -> None:
        """A connection may have room: it stands among the ready ones then, and the queue moves."""
        self._make_ready(connection)
        if self._waiting:
            self._serve()

    # -- answers ------------------------------------------------------------------------------

    def answered(self, connection: Pipeline, count: int, size: int, now: float) -> None:
        """Answers came.

        Args:
            connection: where.
            count: how many, in one chunk.
            size: bytes of the chunk.
            now: the loop's clock.
        """
        depth = self._depth
        depth.note(count, size, now - connection.waits_since)
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
            connection.is_blocked = False
            connection.stuck_since = None
        if not connection.is_ready:
            self._make_ready(connection)
        if self._waiting:
            self._serve()

    def _turn_over(self) -> None:
        self._is_counting = False
        self._depth.turn()

    def connection_lost(
        self, connection: Pipeline, error: BaseException | None, in_use: bool
    ) -> None:
        """A connection ended.

        Args:
            connection: which.
            error: why, None when one side closed it in order.
            in_use: whether somebody waited for an answer.
        """
        if connection not in self.connections:
            return
        self.connections.remove(connection)
        self._make_unready(connection)
        if self._is_removed:
            return
        if error is not None or in_use:
            _logger.info("a connection to %r was lost: %s", self, error or "closed by the node")
            self.count_error()
            self._failed()
        if self._waiting:
            self._open_more()

    def count_error(self) -> None:
        """Something failed here by the network, the clock or overload."""
        self.breaker.count()
        self._judge()

    def _judge(self) -> None:
        usable = not self._is_removed and not self.breaker.is_open
        if usable != self.is_usable:
            self.is_usable = usable
            if not self._is_removed:
                text = "is used again" if usable else "failed too often and is left alone for now"
                _logger.warning("%r %s", self, text)

    # -- opening ------------------------------------------------------------------------------

    @property
    def _is_full(self) -> bool:
        return len(self.connections) + self._opening >= self._most

    def _open_more(self) -> None:
        """Open as many connections as those who wait can use."""
        shared = len(self._waiting) - self._alone_waiting
        # One that opens serves several of those who share.
        wanted = self._alone_waiting - (-shared // self._depth.limit) - self._opening
        room = min(self._most - len(self.connections), _OPENING_AT_ONCE) - self._opening
        if wanted <= 0 or room <= 0:
            return
        if self._now() < self._open_again_at:
            self._give_up_waiting(None)
            return
        for _ in range(min(room, wanted)):
            self._opening += 1
            self._spawn(self._open())

    async def _open(self) -> None:
        try:
            connection = await self._connect(self)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for it
            self._opening -= 1
            self._open_again_at = self._now() + _OPEN_AGAIN_SECONDS
            self.count_error()
            self._failed()
            self._give_up_waiting(error)
            return
        except BaseException:
            self._opening -= 1
            raise
        self._opening -= 1
        self._adopt(connection)

    def _adopt(self, connection: Pipeline) -> None:
        if self._is_removed or connection.is_closed:
            connection.close()
            return
        self._open_again_at = 0.0
        connection.is_blocked = False
        connection.waits_since = self._now()
        self.connections.append(connection)
        self.has_room(connection)

    def _give_up_waiting(self, cause: BaseException | None) -> None:
        """No connection could be opened: with none left or on its way, nobody can be served."""
        if not self.connections and not self._opening:
            self._fail_waiting(Failure.NO_CONNECTION, cause)

    def _fail_waiting(self, failure: Failure, cause: BaseException | None) -> None:
        waiting, self._waiting = self._waiting, deque()
        self._alone_waiting = 0
        for future, _, _ in waiting:
            if not future.done():
                future.set_exception(AttemptFailed(failure, cause))

    async def open_minimum(self) -> None:
        """Open connections up to the configured minimum.

        Raises:
            Exception: one could not be opened.
        """
        lacking = self._least - len(self.connections) - self._opening
        if lacking > 0 and not self._is_removed:
            self._opening += lacking
            opened = await asyncio.gather(
                *(self._connect(self) for _ in range(lacking)), return_exceptions=True
            )
            self._opening -= lacking
            for one in opened:
                if isinstance(one, Pipeline):
                    self._adopt(one)
            for one in opened:
                if isinstance(one, BaseException):
                    raise one

    # -- time ---------------------------------------------------------------------------------

    def expire(self, now: float) -> bool:
        """Look for what is overdue, by the loop's clock; whether anything is still pending."""
        if now >= self.due:
            self._expire_calls(now)
        self._depth.adapt()
        pending = bool(self._waiting)
        limit = max(_OVERDUE_SECONDS, _OVERDUE_FACTOR * self._depth.answer_seconds)
        oldest = now - limit
        tick = self._ticker.number - _OVERDUE_TICKS
        overdue: list[Pipeline] = []
        for connection in self.connections:
            if connection.entries:
                pending = True
                if connection.waits_since <= oldest and connection.waits_tick <= tick:
                    overdue.append(connection)
        for connection in overdue:
            self._guard(connection, now)
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
        while self._waiting and self._waiting[0][0].done():
            entry = self._waiting.popleft()
            if type(entry[2]) is Exchange:
                self._alone_waiting -= 1
        self.due = due

    def _guard(self, connection: Pipeline, now: float) -> None:
        """The first answer of a connection is overdue: others must not suffer from that."""
        if not connection.is_alone:
            connection.is_blocked = True
            self._make_unready(connection)
            for entry in connection.take_reads_behind():
                self.submit(entry, now)
            if not connection.entries[0][0].done():
                return
        elif connection.has_callers:
            return
        if connection.stuck_since is None:
            connection.stuck_since = now
        if not connection.has_callers or now - connection.stuck_since > _STUCK_SECONDS:
            connection.close()

    def tended(self, now: float) -> None:
        """A round of tending is over: judge anew, and close connections that nobody uses.

        Args:
            now: the loop's clock.
        """
        self.breaker.tended()
        self._judge()
        if self._idle_timeout:
            oldest = now - self._idle_timeout
            for connection in list(self.connections):
                if not connection.entries and connection.waits_since <= oldest:
                    connection.close()
        if len(self.connections) + self._opening < self._least and not self._is_removed:
            self._spawn(self._keep_minimum())

    async def _keep_minimum(self) -> None:
        try:
            await self.open_minimum()
        except Exception as error:  # noqa: BLE001 - the next round tries again
            _logger.info("%r has fewer connections than it should: %s", self, error)

    # -- the end ------------------------------------------------------------------------------

    def remove(self) -> None:
        """The cluster knows it no more: what is under way ends."""
        self.close(ConnectionError("the node left the cluster"))

    def close(self, error: BaseException | None = None) -> None:
        """End every connection; whoever waits for one does so no longer."""
        self._is_removed = True
        self.is_usable = False
        self._fail_waiting(Failure.NO_NODE, error)
        for connection in list(self.connections):
            connection.close(error)
