# SPDX-License-Identifier: Apache-2.0
"""How long a measurement takes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FULL", "QUICK", "Durations"]


@dataclass(frozen=True, slots=True)
class Durations:
    """How long a measurement takes.

    Attributes:
        warm_up: Seconds of work that are not counted.
        round: Seconds of each round.
        rounds: How many rounds.
        enough: Seconds after which no further round begins (calls may be longer than a round).
    """

    warm_up: float
    round: float
    rounds: int
    enough: float


FULL = Durations(warm_up=0.3, round=0.35, rounds=3, enough=4.0)
QUICK = Durations(warm_up=0.15, round=0.15, rounds=2, enough=1.0)
