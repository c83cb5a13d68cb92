# SPDX-License-Identifier: Apache-2.0
"""Gathers how long round trips take, the same for both systems."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic

from gridwire.cli.doctor.answers import words_of
from gridwire.cli.doctor.latency import ROUND_TRIPS

__all__ = ["timed"]


async def timed(
    trip: Callable[[], Awaitable[object]], seconds: float, trouble: tuple[type[Exception], ...]
) -> tuple[list[float], str | None]:
    """Make several, one after the other.

    Args:
        trip: makes one.
        seconds: how long one may take.
        trouble: the errors that it raises.

    Returns:
        How long each took, and why there are no more of them.
    """
    took: list[float] = []
    try:
        while len(took) < ROUND_TRIPS:
            began = monotonic()
            await trip()
            took.append(monotonic() - began)
    except trouble as error:
        return took, words_of(error, seconds)
    return took, None
