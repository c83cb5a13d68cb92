# SPDX-License-Identifier: Apache-2.0
"""How long to wait between two rounds of connection attempts, and when to give up."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["BackoffPolicy", "BackoffSchedule", "Uniform"]

Uniform: TypeAlias = Callable[[float, float], float]
"""Gives a random number between two numbers, as `random.uniform` does."""


@dataclass(frozen=True, slots=True)
class BackoffPolicy:
    """The options of the schedule.

    Args:
        initial: seconds to wait after the first failed round, at least 0.
        maximum: seconds that no wait exceeds before jitter, at least 0.
        multiplier: factor between two waits, at least 1.
        jitter: the part of each wait, 0 to 1, by which chance makes it shorter or longer.
        timeout: seconds after which no further round is made; infinite if below 0.
        rounds: how many rounds are made at most, at least 1; `None` for any number.
    """

    initial: float = 1.0
    maximum: float = 30.0
    multiplier: float = 1.05
    jitter: float = 0.0
    timeout: float = -1.0
    rounds: int | None = None

    def __post_init__(self) -> None:
        numbers = (self.initial, self.maximum, self.multiplier, self.jitter)
        if not all(map(math.isfinite, numbers)) or math.isnan(self.timeout):
            raise ValueError("the numbers of a back-off policy must be finite")
        if self.initial < 0 or self.maximum < 0:
            raise ValueError("a back-off must be at least 0")
        if self.multiplier < 1:
            raise ValueError("the multiplier of a back-off must be at least 1")
        if not 0 <= self.jitter <= 1:
            raise ValueError("the jitter of a back-off must be between 0 and 1")
        if self.rounds is not None and self.rounds < 1:
            raise ValueError("a back-off must allow at least 1 round")


class BackoffSchedule:
    """The waits of one attempt to get connected; a new attempt needs a new schedule.

    Args:
        policy: the options.
        started: when the attempt began, on the clock that `next_pause` uses.
        uniform: the source of chance; called only when the policy has jitter.
    """

    __slots__ = ("_backoff", "_policy", "_rounds", "_started", "_uniform")

    def __init__(self, policy: BackoffPolicy, started: float, uniform: Uniform) -> None:
        self._policy = policy
        self._started = started
        self._uniform = uniform
        self._backoff = min(policy.initial, policy.maximum)
        self._rounds = 0

    @property
    def is_used_up(self) -> bool:
        """Whether as many rounds have failed as may be made."""
        return self._policy.rounds is not None and self._rounds >= self._policy.rounds

    def is_over(self, now: float) -> bool:
        """Whether the timeout has passed.

        Args:
            now: seconds, on the clock that `started` was taken from.
        """
        return 0 <= self._policy.timeout <= now - self._started

    def next_pause(self, now: float) -> float | None:
        """Say what to do after a failed round; called once for each.

        Args:
            now: seconds, on the clock that `started` was taken from.

        Returns:
            Seconds to wait before the next round, never past the timeout; `None` to give up.
        """
        self._rounds += 1
        if self.is_used_up or self.is_over(now):
            return None
        policy = self._policy
        elapsed = now - self._started
        pause = self._backoff
        if policy.jitter:
            spread = policy.jitter * pause
            pause = max(0.0, pause + self._uniform(-spread, spread))
        if policy.timeout >= 0:
            pause = min(pause, policy.timeout - elapsed)
        self._backoff = min(self._backoff * policy.multiplier, policy.maximum)
        return pause
