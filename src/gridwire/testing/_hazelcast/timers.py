# SPDX-License-Identifier: Apache-2.0
"""What members are to do later: waits that end, leases that run out, what is sent now and then.

These times are those in which clients wait: they pass even while the cluster's own clock, by which
entries live, stands still.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Timer", "Timers"]

_CANCELLED_SHARE = 2
"""The heap is cleaned when it is this many times as long as what is still to be done in it."""

_SMALL_HEAP = 64


class Timer:
    """Something to do later.

    Attributes:
        moment: when, by the clock of its `Timers`.
    """

    __slots__ = ("_action", "_number", "_timers", "moment")

    def __init__(
        self, timers: Timers, moment: float, number: int, action: Callable[[], None]
    ) -> None:
        self.moment = moment
        self._timers = timers
        self._number = number
        self._action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Do not do it; nothing happens if it is done or cancelled."""
        if self._action is not None:
            self._action = None
            self._timers._let_go()

    @property
    def live(self) -> bool:
        """Whether it is still to be done."""
        return self._action is not None

    def _run(self) -> None:
        action, self._action = self._action, None
        if action is not None:
            action()

    def __lt__(self, other: Timer) -> bool:
        return (self.moment, self._number) < (other.moment, other._number)


class Timers:
    """All that is to be done later, the earliest first.

    Args:
        clock: gives the time in seconds; only differences matter.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._arm: Callable[[float], None] | None = None
        self._heap: list[Timer] = []
        self._live = 0
        self._number = 0

    def drive(self, clock: Callable[[], float], arm: Callable[[float], None]) -> None:
        """Let a driver see to it that `run` is called in time.

        Args:
            clock: its clock, in seconds.
            arm: is told the moment of the next call; a later one replaces an earlier one.
        """
        self._clock = clock
        self._arm = arm

    def stop(self) -> None:
        """Do nothing any more, and tell the driver nothing."""
        self._arm = None
        for timer in list(self._heap):
            timer.cancel()
        self._heap.clear()

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do something later.

        Args:
            seconds: how much later.
            action: what.

        Returns:
            What can be cancelled.
        """
        self._number += 1
        timer = Timer(self, self._clock() + seconds, self._number, action)
        heappush(self._heap, timer)
        self._live += 1
        if self._heap[0] is timer:
            self._arm_next()
        return timer

    def run(self) -> None:
        """Do everything whose time has come."""
        heap = self._heap
        now = self._clock()
        while heap and heap[0].moment <= now:
            timer = heappop(heap)
            if timer.live:
                self._live -= 1
                timer._run()
        self._arm_next()

    def next_moment(self) -> float | None:
        """When to call `run` next, None if there is nothing to do."""
        while self._heap and not self._heap[0].live:
            heappop(self._heap)
        return self._heap[0].moment if self._heap else None

    def _let_go(self) -> None:
        """One is cancelled; most are, so that they must not pile up until their time."""
        self._live -= 1
        if len(self._heap) > max(_SMALL_HEAP, self._live * _CANCELLED_SHARE):
            # In place, since `run` may be at work on it; a sorted list is a heap.
            self._heap[:] = sorted(timer for timer in self._heap if timer.live)

    def _arm_next(self) -> None:
        moment = self.next_moment()
        if self._arm is not None and moment is not None:
            self._arm(moment)
