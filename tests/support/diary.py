# SPDX-License-Identifier: Apache-2.0
"""Collects what a listener is told, for a test that waits for it."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

__all__ = ["Diary"]

PATIENCE = 15.0
"""Seconds until something that should be told counts as forgotten."""


class Diary:
    """A listener."""

    def __init__(self) -> None:
        self._entries: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def __call__(self, entry: Any) -> None:
        self._entries.put(entry)

    def next(self) -> Any:
        """The next entry; waits for it."""
        return self._entries.get(timeout=PATIENCE)

    def until(self, last: Any) -> list[Any]:
        """All entries up to one; waits for it.

        Args:
            last: the entry, or a function that knows it.
        """
        is_last: Callable[[Any], Any] = last if callable(last) else last.__eq__
        seen = [self.next()]
        while not is_last(seen[-1]):
            seen.append(self.next())
        return seen

    @property
    def empty(self) -> bool:
        """Whether nothing more was told yet."""
        return self._entries.empty()
