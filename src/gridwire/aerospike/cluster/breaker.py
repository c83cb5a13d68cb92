# SPDX-License-Identifier: Apache-2.0
"""A circuit breaker: who fails too often in a window of tends is left alone for its rest."""

from __future__ import annotations

__all__ = ["Breaker"]


class Breaker:
    """Counts the errors of one node.

    Counting is one addition, because commands do it from any thread; a count that is off by one
    under a race does no harm.

    Args:
        max_errors: errors in one window after which the node is left alone; 0 for never.
        window: how many tends a window lasts.

    Attributes:
        errors: in this window.
        trips: how often it opened.
    """

    __slots__ = ("_allowed", "_tends", "_window", "errors", "max_errors", "trips")

    def __init__(self, max_errors: int, window: int) -> None:
        self.max_errors = max_errors
        self._window = window
        self._tends = 0
        self._allowed = max_errors
        self.errors = 0
        self.trips = 0

    @property
    def is_open(self) -> bool:
        """Whether the node is left alone for now."""
        return self.max_errors > 0 and self.errors >= self._allowed

    def count(self) -> None:
        """A command failed there by the network, the clock or overload."""
        self.errors += 1
        if self.max_errors and self.errors == self._allowed:
            self.trips += 1

    def tended(self) -> None:
        """A round of tending is over: after a bad window fewer errors are allowed, then more."""
        self._tends += 1
        if self._tends < self._window:
            return
        self._tends = 0
        if self.max_errors:
            halved = max(1, self._allowed // 2)
            self._allowed = halved if self.is_open else min(self.max_errors, self._allowed * 2)
        self.errors = 0
