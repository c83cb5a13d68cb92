# SPDX-License-Identifier: Apache-2.0
"""Many deadlines, one timer.

Two kinds of call have two costs. A call with the client's usual timeout costs nothing at all: ids
are handed out in order, so noting *(time, next id)* now and then says of every older id how old
it is at least. A call with a timeout of its own is put into a bucket of a few milliseconds.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from math import ceil

__all__ = ["Deadlines"]


class Deadlines:
    """The deadlines of numbered calls.

    Args:
        timeout: the usual timeout in seconds.
        resolution: how late a deadline may be noticed, in seconds.
    """

    __slots__ = ("_buckets", "_marks", "_order", "_resolution", "_timeout")

    def __init__(self, timeout: float, resolution: float) -> None:
        self._timeout = timeout
        self._resolution = resolution
        self._marks: deque[tuple[float, int]] = deque()
        self._buckets: dict[int, dict[int, None]] = {}
        self._order: list[int] = []

    def mark(self, now: float, next_id: int) -> int:
        """Note that ids from `next_id` on are not handed out yet.

        Args:
            now: the time in seconds, from a clock that never goes back.
            next_id: the id that comes next.

        Returns:
            An id: every older call with the usual timeout has had its time. 0 when there is none.
        """
        marks = self._marks
        if not marks or marks[-1][1] != next_id:
            marks.append((now, next_id))
        expired = 0
        while marks and now - marks[0][0] >= self._timeout:
            expired = marks.popleft()[1]
        return expired

    def add(self, call_id: int, when: float) -> None:
        """Give a call a deadline of its own."""
        index = ceil(when / self._resolution)
        bucket = self._buckets.get(index)
        if bucket is None:
            bucket = self._buckets.setdefault(index, {})
            heappush(self._order, index)
        bucket[call_id] = None

    def drop(self, call_id: int, when: float) -> None:
        """Forget the deadline that `add` was told; nothing happens when it has passed."""
        bucket = self._buckets.get(ceil(when / self._resolution))
        if bucket is not None:
            bucket.pop(call_id, None)

    def due(self, now: float) -> list[int]:
        """Calls whose own deadline has passed; each is named once."""
        found: list[int] = []
        order = self._order
        while order and order[0] * self._resolution <= now:
            found += self._buckets.pop(heappop(order), ())
        return found

    def next_due(self) -> float | None:
        """When `due` next has something to say, or None. May be early, never late."""
        while self._order and not self._buckets[self._order[0]]:
            del self._buckets[heappop(self._order)]
        return self._order[0] * self._resolution if self._order else None
