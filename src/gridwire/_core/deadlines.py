# SPDX-License-Identifier: Apache-2.0
"""Many deadlines, one timer.

Two kinds of call have two costs. A call with the client's usual timeout costs nothing at all: ids
are handed out in order, so noting *(time, next id)* now and then says of every older id how old
it is at least. A call with a timeout of its own is put into a bucket of a few milliseconds.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from math import ceil, inf

__all__ = ["Deadlines"]

# However long the usual timeout is, this many marks divide it well enough.
_MARKS_A_TIMEOUT = 1024
# Calls mostly end before their deadline and leave an empty bucket behind. From here on these are
# swept out whenever the number of buckets has doubled.
_SWEEP_AT = 256


class Deadlines:
    """The deadlines of numbered calls.

    Args:
        timeout: the usual timeout in seconds.
        resolution: how late a deadline may be noticed, in seconds.
    """

    __slots__ = ("_apart", "_buckets", "_marks", "_order", "_resolution", "_sweep_at", "_timeout")

    def __init__(self, timeout: float, resolution: float) -> None:
        self._timeout = timeout
        self._resolution = resolution
        self._apart = timeout / _MARKS_A_TIMEOUT
        self._marks: deque[tuple[float, int]] = deque()
        self._buckets: dict[int, dict[int, None]] = {}
        self._order: list[int] = []
        self._sweep_at = _SWEEP_AT

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
            if len(marks) > 1 and now - marks[-2][0] < self._apart:
                marks.pop()
            marks.append((now, next_id))
        expired = 0
        while marks and now - marks[0][0] >= self._timeout:
            expired = marks.popleft()[1]
        return expired

    def add(self, call_id: int, when: float) -> None:
        """Give a call a deadline of its own; one that is infinite never comes."""
        index = self._index(when)
        if index is None:
            return
        bucket = self._buckets.get(index)
        if bucket is None:
            if len(self._order) >= self._sweep_at:
                self._sweep()
            bucket = self._buckets.setdefault(index, {})
            heappush(self._order, index)
        bucket[call_id] = None

    def drop(self, call_id: int, when: float) -> None:
        """Forget the deadline that `add` was told; nothing happens when it has passed."""
        index = self._index(when)
        bucket = self._buckets.get(index) if index is not None else None
        if bucket is not None:
            bucket.pop(call_id, None)

    def _index(self, when: float) -> int | None:
        """The bucket whose time is the first that is not before `when`."""
        quotient = when / self._resolution
        if quotient == inf:
            return None
        index = ceil(quotient)
        # The division may have rounded down to a whole number.
        return index if index * self._resolution >= when else index + 1

    def _sweep(self) -> None:
        self._buckets = {index: bucket for index, bucket in self._buckets.items() if bucket}
        # A sorted list is a heap.
        self._order = sorted(self._buckets)
        self._sweep_at = max(_SWEEP_AT, 2 * len(self._order))

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
