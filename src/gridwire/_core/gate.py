# SPDX-License-Identifier: Apache-2.0
"""A fair queue in front of a limit: who waits longest goes first.

The gate does not count what is inside; its owner knows (the table of pending calls has a length)
and says how much room there is. So an operation that finds room pays one comparison.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

__all__ = ["Gate"]


class Gate:
    """Those who wait for room, in order of arrival."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, wake: Callable[[], None]) -> None:
        """Stand at the end of the queue; `wake` is called once, when there is room."""
        self._waiting.append(wake)

    def leave(self, wake: Callable[[], None]) -> None:
        """Stop waiting. Harmless when it was already woken."""
        try:
            self._waiting.remove(wake)
        except ValueError:
            pass

    def admit(self, room: int) -> None:
        """Wake as many as there is room for."""
        waiting = self._waiting
        while room > 0:
            try:
                wake = waiting.popleft()
            except IndexError:
                return
            wake()
            room -= 1
