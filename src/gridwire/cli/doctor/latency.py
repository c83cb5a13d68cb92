# SPDX-License-Identifier: Apache-2.0
"""Judges how long round trips took. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from gridwire.cli.doctor.findings import Finding, failed, fine, warned
from gridwire.cli.doctor.texts import milliseconds

__all__ = ["ROUND_TRIPS", "SLOW_SECONDS", "judge_latency"]

ROUND_TRIPS = 20
"""How many round trips are measured, one after the other."""

SLOW_SECONDS = 0.05
"""A median above this is no cluster next door: every call of a program takes as long at least."""


def judge_latency(target: str, seconds: Sequence[float], error: str | None = None) -> Finding:
    """Judge round trips.

    Args:
        target: the member.
        seconds: how long each took, the slow ones too.
        error: why there are no more of them, None when all were answered.
    """
    if error is not None:
        return failed(
            "latency",
            target,
            f"after {len(seconds)} of {ROUND_TRIPS} round trips: {error}",
            "Look whether the server is overloaded or pauses, and at the network between.",
            round_trips=len(seconds),
        )
    middle, most = median(seconds), max(seconds)
    ninety_nine = sorted(seconds)[max(0, -(-len(seconds) * 99 // 100) - 1)]
    facts = {
        "round_trips": len(seconds),
        "median_seconds": round(middle, 6),
        "p99_seconds": round(ninety_nine, 6),
        "max_seconds": round(most, 6),
    }
    text = (
        f"median {milliseconds(middle)}, 99% within {milliseconds(ninety_nine)}"
        f" of {len(seconds)} round trips"
    )
    if middle > SLOW_SECONDS:
        change = "Run the program nearer to the cluster, or look why the network or server is slow."
        return warned("latency", target, text, change, **facts)
    return fine("latency", target, text, **facts)
