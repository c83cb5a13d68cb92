# SPDX-License-Identifier: Apache-2.0
"""The further rounds of `batch_write`, for callers who ask for them with `retry`."""

from __future__ import annotations

from gridwire._core.backoff import Uniform
from gridwire.aerospike.protocol.result_codes import BACKGROUND_RETRYABLE
from gridwire.aerospike.types import BatchRetryInfo

__all__ = ["Rounds"]

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 0.5
_MOST_DOUBLINGS = 6

_MAX_RETRIES = 0xFFFFFFFF


def _no_chance(low: float, high: float) -> float:
    return high


class Rounds:
    """How often a batch is sent again for the records that failed for a while only.

    Args:
        retries: rounds after the first.
        uniform: gives a random number between two numbers.

    Attributes:
        number: rounds that were begun.
    """

    __slots__ = ("_retries", "_truncated", "_uniform", "_unresolved", "number")

    def __init__(self, retries: int = 0, uniform: Uniform = _no_chance) -> None:
        if isinstance(retries, bool) or not isinstance(retries, int):
            raise TypeError(f"retry must be an int, not {type(retries).__name__}")
        if not 0 <= retries <= _MAX_RETRIES:
            raise OverflowError(f"retry is 0 to {_MAX_RETRIES}, not {retries}")
        self._retries = retries
        self._uniform = uniform
        self._truncated = False
        self._unresolved = 0
        self.number = 1

    @property
    def info(self) -> BatchRetryInfo:
        """What callers are told about the rounds."""
        return BatchRetryInfo(self.number, self._retries + 1, self._truncated, self._unresolved)

    def is_open(self, code: int, is_answered: bool) -> bool:
        """Whether a record is worth another round.

        Args:
            code: its result.
            is_answered: whether a server gave the code.
        """
        return code in BACKGROUND_RETRYABLE if is_answered else True

    def end(self, unresolved: int) -> None:
        """A round is over.

        Args:
            unresolved: records that are worth another round.
        """
        self._unresolved = unresolved

    def pause(self, elapsed: float, total_timeout: float) -> float | None:
        """Seconds until the next round; None when there is none.

        Args:
            elapsed: seconds since the call began.
            total_timeout: of the call in seconds, 0 for no limit.
        """
        if not self._unresolved or self.number > self._retries:
            return None
        most = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self.number - 1, _MOST_DOUBLINGS))
        pause = self._uniform(0.0, most)
        if total_timeout and elapsed + pause >= total_timeout:
            self._truncated = True
            return None
        self.number += 1
        return pause
