# SPDX-License-Identifier: Apache-2.0
"""A fair queue in front of a limit: who waits longest goes first.

The gate does not count what is inside; its owner knows (the table of pending calls has a length)
and says how much room there is. So an operation that finds room pays one comparison.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

__all__ = ["Gate"]


class Gate:
    """Those who wait for room, in order of arrival."""

    __slots__ = ("_admitted", "_waiting")

    def __init__(self) -> None:
        # Everybody who waits also leaves, at times a hundred thousand of them: both ends and the
        # middle must be reached without a search.
        self._waiting: OrderedDict[Callable[[], None], None] = OrderedDict()
        # Those who were woken and have not taken their place yet: it is not free any more.
        self._admitted = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, wake: Callable[[], None], first: bool = False) -> None:
        """Stand in the queue; `wake` is called once, when there is room.

        Args:
            wake: must lead to one call of `arrived`.
            first: before all others, for one who was let in and found no room after all.
        """
        self._waiting[wake] = None
        if first:
            self._waiting.move_to_end(wake, last=False)

    def leave(self, wake: Callable[[], None]) -> None:
        """Stop waiting. Harmless when it was already woken."""
        self._waiting.pop(wake, None)

    def arrived(self) -> None:
        """One who was woken has taken the place, or does not want it any more."""
        self._admitted -= 1

    def admit(self, room: int) -> None:
        """Wake as many as there is room for, besides those who are on their way already."""
        waiting = self._waiting
        room -= self._admitted
        while room > 0:
            try:
                wake, _ = waiting.popitem(last=False)
            except KeyError:
                return
            self._admitted += 1
            room -= 1
            wake()
