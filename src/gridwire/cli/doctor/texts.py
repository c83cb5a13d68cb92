# SPDX-License-Identifier: Apache-2.0
"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["counted", "listed", "milliseconds", "span"]

_DAY = 86_400
_HOUR = 3600
_MINUTE = 60
_HUNDREDTH = 0.01
_SHOWN = 8
"""How many things of a list are named."""


def milliseconds(seconds: float) -> str:
    """A short time."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.{1 if seconds >= _HUNDREDTH else 2}f} ms"


def span(seconds: float) -> str:
    """A long time, in the largest unit that fits."""
    for size, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            return counted(int(seconds // size), name)
    return counted(int(seconds), "second")


def counted(count: int, name: str) -> str:
    """So many of something."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def listed(texts: Sequence[str]) -> str:
    """The first few of a list, and how many more there are."""
    more = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
