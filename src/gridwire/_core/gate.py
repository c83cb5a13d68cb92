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

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        # Everybody who waits also leaves, at times a hundred thousand of them: both ends and the
        # middle must be reached without a search.
        self._waiting: OrderedDict[Callable[[], None], None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, wake: Callable[[], None]) -> None:
        """Stand at the end of the queue; `wake` is called once, when there is room."""
        self._waiting[wake] = None

    def leave(self, wake: Callable[[], None]) -> None:
        """Stop waiting. Harmless when it was already woken."""
        self._waiting.pop(wake, None)

    def admit(self, room: int) -> None:
        """Wake as many as there is room for."""
        waiting = self._waiting
        while room > 0:
            try:
                wake, _ = waiting.popitem(last=False)
            except KeyError:
                return
            wake()
            room -= 1
