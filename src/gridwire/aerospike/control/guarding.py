# SPDX-License-Identifier: Apache-2.0
"""What is done about a connection whose first answer is overdue: others must not suffer from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gridwire.aerospike.control.exchange import Entry

if TYPE_CHECKING:
    from gridwire.aerospike.control.async_pool import AsyncPool
    from gridwire.aerospike.control.depth import Depth
    from gridwire.aerospike.control.pipeline import Pipeline
    from gridwire.aerospike.control.ticking import Ticker

__all__ = ["HeadGuard"]

_OVERDUE_SECONDS = 0.05
"""How long the first answer may take before reads behind it are sent elsewhere, at least."""

_OVERDUE_FACTOR = 20
"""The same in mean answer times: a server that is slow as a whole does not block connections."""

_OVERDUE_TICKS = 4
"""The same in looks at the sockets: a loop that was busy has not looked yet."""

_STUCK_SECONDS = 3.0
"""How long those behind an answer wait for which nobody waits any more."""


class HeadGuard:
    """Watches the first answers of a node's connections.

    Nothing new is sent behind one that is overdue, and the reads that are behind it already are
    sent elsewhere. Writes stay: nobody may send them twice. The connection ends when nobody has
    been waiting on it for as long as its callers were ready to.

    Args:
        pool: the connections.
        depth: knows how long answers take.
        ticker: knows how often the loop has looked.
        submit: sends a request somewhere else.
    """

    def __init__(
        self,
        pool: AsyncPool,
        depth: Depth,
        ticker: Ticker,
        submit: Callable[[Entry, float], None],
    ) -> None:
        self._pool = pool
        self._depth = depth
        self._ticker = ticker
        self._submit = submit

    def look(self, now: float) -> None:
        """A tick: deal with the connections that are overdue.

        Args:
            now: the loop's clock.
        """
        oldest = now - max(_OVERDUE_SECONDS, _OVERDUE_FACTOR * self._depth.answer_seconds)
        tick = self._ticker.number - _OVERDUE_TICKS
        overdue = [
            one
            for one in self._pool.connections
            if one.entries and one.waits_since <= oldest and one.waits_tick <= tick
        ]
        for connection in overdue:
            self._deal_with(connection, now)

    def _deal_with(self, connection: Pipeline, now: float) -> None:
        if not connection.is_alone:
            connection.is_blocked = True
            self._pool.make_unready(connection)
            for entry in connection.take_reads_behind():
                self._submit(entry, now)
            if not connection.entries[0][0].done():
                return
        elif connection.has_callers:
            return
        if connection.stuck_since is None:
            connection.stuck_since = now
        patience = _STUCK_SECONDS if connection.has_callers else connection.patience
        if now - connection.stuck_since >= patience:
            connection.close()
