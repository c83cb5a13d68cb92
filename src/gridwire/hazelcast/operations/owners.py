# SPDX-License-Identifier: Apache-2.0
"""Who calls, as members see it: locks belong to a client and a number within it.

The number of a task or a thread is never given to another, so nobody inherits the locks of one
that has ended. Until a client locks something nobody can own anything, and all its callers have
one number, which costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

__all__ = ["NOBODY", "Owners"]

NOBODY = 1
"""The number of every caller before the client's first lock; nothing is ever locked by it."""


def _nobody() -> int:
    return NOBODY


class Owners:
    """The numbers of one client's callers, and of its lock requests.

    Args:
        of_caller: the number of the calling task or thread, greater than `NOBODY`.

    Attributes:
        shared: the number of all callers while nobody can own a lock, 0 from the first lock on.
            ``owners.shared or owners.of_caller()`` is the number to send.
        of_caller: as given.
    """

    __slots__ = ("_references", "of_caller", "shared")

    def __init__(self, of_caller: Callable[[], int] = _nobody) -> None:
        self.of_caller = of_caller
        self.shared = NOBODY
        self._references = count(1)

    def current(self) -> int:
        """The number of the caller, for what is not called often."""
        return self.shared or self.of_caller()

    def for_lock(self) -> int:
        """The number of a caller that is about to lock: callers are told apart from now on."""
        self.shared = 0
        return self.of_caller()

    def reference(self) -> int:
        """A number for one lock request, by which members know its repetition."""
        return next(self._references)
