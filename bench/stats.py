# SPDX-License-Identifier: Apache-2.0
"""The statistics of a benchmark: medians, percentiles, ratios of paired measurements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Spread", "median", "paired_ratios", "percentile", "spread"]


@dataclass(frozen=True, slots=True)
class Spread:
    """A median, and how far what it was taken from reaches."""

    median: float
    low: float
    high: float


def median(values: Sequence[float]) -> float:
    """Give the middle value; between two middle ones, their mean.

    Raises:
        ValueError: There are no values.
    """
    if not values:
        raise ValueError("no values, so no median")
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def percentile(values: Sequence[float], percent: float) -> float:
    """Give the smallest value that `percent` of all values do not exceed (nearest rank).

    Args:
        values: In any order.
        percent: Above 0, at most 100.

    Raises:
        ValueError: There are no values, or the percentage is out of range.
    """
    if not values:
        raise ValueError("no values, so no percentile")
    if not 0 < percent <= 100:
        raise ValueError(f"a percentage is above 0 and at most 100, not {percent}")
    rank = math.ceil(len(values) * percent / 100)
    return sorted(values)[rank - 1]


def spread(values: Sequence[float]) -> Spread:
    """Give the median with the smallest and the largest value.

    Raises:
        ValueError: There are no values.
    """
    return Spread(median(values), min(values), max(values))


def paired_ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Divide each of our figures by the one that was measured next to it.

    Args:
        ours: One figure a pair.
        theirs: The peer's, of the same pairs in the same order. A ratio to zero is infinite.

    Raises:
        ValueError: The two are not of one length.
    """
    return [one / other if other else math.inf for one, other in zip(ours, theirs, strict=True)]
