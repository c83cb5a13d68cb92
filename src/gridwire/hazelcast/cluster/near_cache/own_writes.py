# SPDX-License-Identifier: Apache-2.0
"""Which invalidations a client caused itself and has acted on already.

A write drops its key from the cache before it is sent and again when its answer is here. The
invalidation that the cluster sends for it may come seconds later, and would only drop what was
read since. It is safe to skip it when, and only when, one is owed for a write of this very key
that is known to be done: a write whose answer never came may be executed at any time, so its
invalidation must count.

When invalidations were missed, nobody knows which: all that are owed are forgotten.
"""

from __future__ import annotations

__all__ = ["MAX_OWED", "OwnWrites"]

MAX_OWED = 10_000
"""Keys for which invalidations are owed; for more, they are not skipped when they come."""


class _Open:
    __slots__ = ("flying", "owed", "spoilt")

    def __init__(self) -> None:
        self.flying = 0
        # Writes that are done, less invalidations that came: below 0 while they come first.
        self.owed = 0
        self.spoilt = False


class OwnWrites:
    """Writes under way, and invalidations that are owed for those that are done."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: dict[bytes, _Open] = {}

    def __len__(self) -> int:
        return len(self._open)

    def begin(self, key: bytes) -> None:
        """A write of a key is about to be sent that always has one invalidation."""
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = _Open()
        found.flying += 1

    def end(self, key: bytes, done: bool) -> None:
        """It is over; whether it is known to be done."""
        found = self._open.get(key)
        if found is None:
            # It was cut off before it began.
            return
        found.flying -= 1
        if done:
            found.owed += 1
        if found.flying <= 0 and (found.owed <= 0 or found.spoilt or len(self._open) > MAX_OWED):
            del self._open[key]

    def settles(self, key: bytes) -> bool:
        """An invalidation of this client's own came; whether it tells nothing new."""
        found = self._open.get(key)
        if found is None:
            return False
        found.owed -= 1
        if found.flying > 0:
            # What was read since the write began is dropped at its end in any case.
            return False
        if not found.owed:
            del self._open[key]
        return True

    def forget(self) -> None:
        """Invalidations were missed, among them perhaps some that are owed."""
        for key, found in list(self._open.items()):
            if found.flying > 0:
                found.spoilt = True
            else:
                del self._open[key]
