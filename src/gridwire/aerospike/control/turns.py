# SPDX-License-Identifier: Apache-2.0
"""The turns of an event loop, counted while requests are written, and a tick while some wait.

Turns tell a slow server from a busy loop, which a clock cannot: an answer that was there already
when the loop looked again took one turn, however long the turn lasted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["TICK_SECONDS", "Turns"]

TICK_SECONDS = 0.01
"""How often what is overdue is looked for; timeouts end that much late at most."""


class Turns:
    """Counts the turns of the running loop.

    Args:
        tick: called every `TICK_SECONDS` while something is pending; says whether something is.

    Attributes:
        number: of the turn.
        is_counting: whether this turn is counted already.
        is_ticking: whether the tick runs.
    """

    __slots__ = ("_loop", "_tick", "_timer", "is_counting", "is_ticking", "now", "number")

    def __init__(self, tick: Callable[[float], bool]) -> None:
        self._loop = asyncio.get_running_loop()
        self.now = self._loop.time
        self._tick = tick
        self._timer: asyncio.TimerHandle | None = None
        self.number = 0
        self.is_counting = False
        self.is_ticking = False

    def count(self) -> None:
        """Something is written in this turn."""
        self.is_counting = True
        self._loop.call_soon(self._next)
        if not self.is_ticking:
            self.is_ticking = True
            self._timer = self._loop.call_later(TICK_SECONDS, self._look)

    def _next(self) -> None:
        self.number += 1
        self.is_counting = False

    def _look(self) -> None:
        if self._tick(self.now()):
            # Turns go on while answers are waited for, also when nothing is written meanwhile.
            self.number += 1
            self._timer = self._loop.call_later(TICK_SECONDS, self._look)
        else:
            self.is_ticking = False
            self._timer = None

    def stop(self) -> None:
        """No tick any more."""
        if self._timer is not None:
            self._timer.cancel()
        self.is_ticking = True
