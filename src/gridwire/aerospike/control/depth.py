# SPDX-License-Identifier: Apache-2.0
"""How many requests may be under way on one connection, as the server turns out to be.

A server answers the requests of a connection one after the other. Where it takes long, another
connection is better than another request behind; where it is quick, requests that share a
connection share system calls, which then are what costs.
"""

from __future__ import annotations

__all__ = ["MAX_ANSWER_BYTES", "Depth"]

MAX_ANSWER_BYTES = 256 * 1024
"""Answer bytes that may be expected on one connection: unread answers block a thread of the server
for all its clients, so a connection never asks for more than its sockets hold."""

_SLOW_SECONDS = 0.0001
"""From this time for one request on, a server is worth another connection. The whole depth of
quicker ones costs a caller less than a millisecond."""

_MEMORY = 0.1
"""Weight of the newest observation in a running mean."""

_GUESSED_ANSWER_BYTES = 128.0


class Depth:
    """Adapts the depth of the pipelines to one node.

    What it learns from is how each look at a socket found it: some answers there and some still to
    come, although the server had its time, means that requests wait for each other. Whether
    answers merely were not looked for, because the loop was busy, makes no difference to that.

    Args:
        most: requests that may be under way on one connection.

    Attributes:
        limit: how many may be under way now.
        answer_seconds: running mean of the time that one answer takes.
    """

    __slots__ = (
        "_allowed",
        "_answer_bytes",
        "_looks",
        "_most",
        "_slow_looks",
        "answer_seconds",
        "limit",
    )

    def __init__(self, most: int) -> None:
        self._most = most
        self._allowed = most
        self._looks = 0
        self._slow_looks = 0
        self._answer_bytes = _GUESSED_ANSWER_BYTES
        self.answer_seconds = 0.0
        self.limit = most

    def note(self, count: int, left: int, size: int, seconds: float) -> None:
        """A look at a socket found answers.

        Args:
            count: how many.
            left: how many are still to come there.
            size: bytes of all of them.
            seconds: since the look before, or since the first of them was asked for.
        """
        single = seconds / count
        self._answer_bytes += _MEMORY * (size / count - self._answer_bytes)
        self.answer_seconds += _MEMORY * (single - self.answer_seconds)
        self._looks += 1
        if left and single > _SLOW_SECONDS:
            self._slow_looks += 1
        if self._answer_bytes * self.limit > MAX_ANSWER_BYTES:
            self.limit = self._capped(self.limit)

    def adapt(self, saturated: bool) -> None:
        """A tick is over.

        Args:
            saturated: whether the loop had no time to spare in it.
        """
        looks, slow = self._looks, self._slow_looks
        self._looks = self._slow_looks = 0
        if looks and slow * 4 > looks:
            # Towards one request a connection in a few ticks, but no further than is needed.
            self._allowed -= (self._allowed + 2) // 4
        elif looks and saturated and self._allowed < self._most:
            self._allowed += 1
        self.limit = self._capped(self._allowed)

    def _capped(self, limit: int) -> int:
        return max(1, min(limit, int(MAX_ANSWER_BYTES / self._answer_bytes)))

    def stretch(self) -> bool:
        """Allow one more on each connection until the next tick; whether that was possible.

        For when all connections are open that may be, and requests still wait for room.
        """
        if self.limit >= self._capped(self._most):
            return False
        self.limit += 1
        return True
