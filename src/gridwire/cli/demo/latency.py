# SPDX-License-Identifier: Apache-2.0
"""Percentiles of how long calls took."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Latency", "percentile", "summarize"]


@dataclass(frozen=True, slots=True)
class Latency:
    """How long calls took, in seconds.

    Attributes:
        p50: half of them took at most this long.
        p99: 99 of 100 took at most this long.
        max: the longest.
    """

    p50: float
    p99: float
    max: float


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Find the smallest sample that at least so many percent of all samples do not exceed.

    It is one of the samples (the nearest rank), never a value between two that nobody measured.

    Args:
        ordered: the samples, the smallest first; at least one.
        percent: above 0 and at most 100.
    """
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]


def summarize(samples: Iterable[float]) -> Latency | None:
    """Sum up samples in any order.

    Args:
        samples: seconds.

    Returns:
        The percentiles, None when there is no sample.
    """
    ordered = sorted(samples)
    if not ordered:
        return None
    return Latency(percentile(ordered, 50), percentile(ordered, 99), ordered[-1])
