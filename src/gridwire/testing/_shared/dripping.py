# SPDX-License-Identifier: Apache-2.0
"""A connection out of which bytes trickle, a few at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Buffer = bytes | bytearray | memoryview

__all__ = ["Drip"]


class Drip:
    """Writes what it is given in small portions.

    Args:
        write: writes for good.
        size: bytes in a portion.
        seconds: the pause between two portions.
    """

    def __init__(self, write: Callable[[list[Buffer]], None], size: int, seconds: float) -> None:
        self._write = write
        self._size = size
        self._seconds = seconds
        self._left = bytearray()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, messages: Iterable[Buffer]) -> None:
        """Write messages after what is still to be written.

        Args:
            messages: in their order.
        """
        for message in messages:
            self._left += message
        if self._timer is None and self._left:
            self._fall()

    def end(self) -> None:
        """Write all that is left at once."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._left:
            self._write([bytes(self._left)])
            self._left.clear()

    def _fall(self) -> None:
        self._write([bytes(self._left[: self._size])])
        del self._left[: self._size]
        self._timer = None
        if self._left:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._seconds, self._fall)
