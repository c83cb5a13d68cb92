# SPDX-License-Identifier: Apache-2.0
"""The time of a cluster, which a test can move and stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ClusterClock"]


class ClusterClock:
    """Gives the time; it runs with its source until it is told otherwise.

    Args:
        source: gives the time in seconds since the epoch.
    """

    __slots__ = ("_ahead", "_source", "_stopped_at")

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self._ahead = 0.0
        self._stopped_at: float | None = None

    def __call__(self) -> float:
        """The time in seconds since the epoch."""
        if self._stopped_at is not None:
            return self._stopped_at
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time leap forward; it stands still after it if it did before.

        Args:
            seconds: how far.
        """
        if self._stopped_at is not None:
            self._stopped_at += seconds
        else:
            self._ahead += seconds

    def stop_at(self, moment: float) -> None:
        """Let it be this moment until `advance`, `stop_at` or `run` is called.

        Args:
            moment: seconds since the epoch.
        """
        self._stopped_at = moment

    def run(self) -> None:
        """Let it be the time of the source, and go on with it."""
        self._stopped_at = None
        self._ahead = 0.0
