# SPDX-License-Identifier: Apache-2.0
"""A tick while requests are pending: it ends what is overdue.

A clock alone cannot tell a slow server from a busy loop, which has not looked yet. Ticks can: each
is a turn of the loop, and so a look at every socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["TICK_SECONDS", "Ticker"]

TICK_SECONDS = 0.01
"""How often what is overdue is looked for; timeouts end that much late at most."""

_LATE_SECONDS = 0.005
"""A tick that comes so late was held up by others on the loop."""

_GIVE_WAY_SECONDS = 0.001
"""How long such a tick lets the loop look at its sockets; not 0, with which some loops do not."""


class Ticker:
    """Ticks on the running loop while something is pending.

    Args:
        look: called with the loop's clock; says whether something is still pending.

    Attributes:
        is_running: whether it ticks; who adds something and finds it not running starts it.
        number: of the tick.
    """

    __slots__ = ("_due", "_gave_way", "_look", "_loop", "_timer", "is_running", "number")

    def __init__(self, look: Callable[[float], bool]) -> None:
        self._loop = asyncio.get_running_loop()
        self._look = look
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._gave_way = False
        self.number = 0
        self.is_running = False

    def start(self) -> None:
        """Something is pending."""
        self.is_running = True
        self._next()

    def stop(self) -> None:
        """Tick no more, and never again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.is_running = True

    def _next(self) -> None:
        self._due = self._loop.time() + TICK_SECONDS
        self._timer = self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        if now > self._due + _LATE_SECONDS and not self._gave_way:
            # Answers may have come while the loop was busy. Not every loop looks at its sockets
            # before its timers; what is there already must not count as late.
            self._gave_way = True
            self._timer = self._loop.call_later(_GIVE_WAY_SECONDS, self._tick)
            return
        self._gave_way = False
        self.number += 1
        self._timer = None
        if self._look(now):
            self._next()
        else:
            self.is_running = False
