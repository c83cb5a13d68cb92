# SPDX-License-Identifier: Apache-2.0
"""How many requests may be under way on one connection, as the server turns out to be.

A server answers the requests of a connection one after the other. Where it takes long, another
connection is better than another request behind; where it is quick, or this process has no time to
look sooner anyhow, requests that share a connection share system calls.
"""

from __future__ import annotations

__all__ = ["MAX_ANSWER_BYTES", "Depth"]

MAX_ANSWER_BYTES = 256 * 1024
"""Answer bytes that may be expected on one connection: unread answers block a thread of the server
for all its clients, so a connection never asks for more than its sockets hold."""

_SLOW_SECONDS = 0.0001
"""From this wait for each request ahead on, another connection is worth it. The whole depth of
quicker servers costs a caller less than a millisecond."""

_LOOK_SECONDS = 0.00004
"""What it costs this process, about, to send and receive on one more connection: most of it goes
to the kernel and the loop."""

_PARTLY = 0.25
"""In which part of all looks at a socket answers must be missing before fewer are allowed: where
all come together, nobody waits for those ahead, however long it takes."""

_FORGET = 0.98
"""How much of what was seen of a slow server still counts a tick later, as long as nothing is seen
of it; so depth is tried anew about once a second."""

_MEMORY = 0.1
"""Weight of the newest observation in a running mean; of waits, half of that."""

_LEAST_SPREAD = 0.3
"""Mean and variance of the requests ahead that are needed to tell what they cost: a few that had
some ahead are too few."""

_MOST_WAIT_SECONDS = 0.002
"""No longer wait is remembered: it ends in one request a connection anyhow, and must be forgotten
soon when it was not the server's but the machine's."""

_LEAST_SHARE = 0.15
"""Of the differences between the times that requests took, what those ahead must explain before the
slope is believed: where a server has many connections to look after, all take long, and by chance
those before which others were sent may have taken longer."""

_GUESSED_ANSWER_BYTES = 128.0


class Depth:
    """Adapts the depth of the pipelines to one node.

    It learns what a request costs those behind it from samples: how many were ahead of one, and how
    long it took. The slope of that is what waiting costs, whatever the way to the server, and the
    turns of a busy loop, add to each. Fewer are allowed where that is more than what a connection
    costs in system calls, by the number of connections on which a turn of the loop finds answers,
    and only as long as answers come one by one: where all of a connection come together, the server
    is busy with others in between, and would only have more to read.

    Args:
        most: requests that may be under way on one connection.

    Attributes:
        limit: how many may be under way now.
        answer_seconds: running mean of the time that one answer takes.
    """

    __slots__ = (
        "_ahead",
        "_ahead_spread",
        "_allowed",
        "_answer_bytes",
        "_common",
        "_has_waited",
        "_looks",
        "_most",
        "_partial",
        "_turns",
        "_wait",
        "_waited",
        "_waited_spread",
        "answer_seconds",
        "limit",
    )

    def __init__(self, most: int) -> None:
        self._most = most
        self._allowed = most
        self._looks = self._partial = self._turns = 0
        # Means, variances and covariance of requests ahead and of seconds; the slope of these.
        self._ahead = self._ahead_spread = self._waited = self._waited_spread = self._common = 0.0
        self._has_waited = False
        self._wait = 0.0
        self._answer_bytes = _GUESSED_ANSWER_BYTES
        self.answer_seconds = 0.0
        self.limit = most

    @property
    def is_shallow(self) -> bool:
        """Whether fewer are under way than might be, since the server is slow."""
        return self._allowed < self._most

    def note(self, count: int, size: int, seconds: float, left: int) -> None:
        """A look at a socket found answers.

        Args:
            count: how many.
            size: bytes of all of them.
            seconds: since the look before, or since the first of them was asked for.
            left: how many are still under way on this connection.
        """
        self._answer_bytes += _MEMORY * (size / count - self._answer_bytes)
        self.answer_seconds += _MEMORY * (seconds / count - self.answer_seconds)
        self._looks += 1
        if left:
            self._partial += 1
        if self._answer_bytes * self.limit > MAX_ANSWER_BYTES:
            self.limit = self._capped(self.limit)

    def sample(self, ahead: int, seconds: float) -> None:
        """One request has its answer.

        Args:
            ahead: how many were under way on its connection when it was sent.
            seconds: how long it took.
        """
        weight = _MEMORY / 2
        if not self._waited:
            # Else the first would count as a change of everything.
            self._ahead, self._waited = ahead, seconds
        by = ahead - self._ahead
        off = seconds - self._waited
        self._ahead += weight * by
        self._waited += weight * off
        self._ahead_spread = (1 - weight) * (self._ahead_spread + weight * by * by)
        self._waited_spread = (1 - weight) * (self._waited_spread + weight * off * off)
        common = self._common = (1 - weight) * (self._common + weight * by * off)
        if ahead and min(self._ahead, self._ahead_spread) > _LEAST_SPREAD:
            together = self._ahead_spread * self._waited_spread
            if common > 0 and common * common > _LEAST_SHARE * together:
                self._has_waited = True
                self._wait = min(common / self._ahead_spread, _MOST_WAIT_SECONDS)
            else:
                self._wait *= 1 - weight

    def turn(self) -> None:
        """A turn of the loop is over in which answers were found; told while `is_shallow`."""
        self._turns += 1

    def adapt(self) -> None:
        """A tick is over."""
        looks = self._looks / self._turns if self._turns else 1.0
        if self._wait <= _SLOW_SECONDS:
            if self._looks and self._allowed < self._most:
                self._allowed += 1
        elif self._looks:
            # What is spent in a turn on connections that another depth would do without.
            spent = _LOOK_SECONDS * looks
            if spent > self._wait * (self._allowed + 1):
                self._allowed = min(self._allowed + 1, self._most)
            elif spent < self._wait * self._allowed / 2 and self._partial >= _PARTLY * self._looks:
                # Towards one request a connection in a few ticks.
                self._allowed -= (self._allowed + 2) // 4
        if not self._has_waited:
            self._wait *= _FORGET
        self._has_waited = False
        self._looks = self._partial = self._turns = 0
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
