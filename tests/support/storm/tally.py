# SPDX-License-Identifier: Apache-2.0
"""What is counted and measured in a storm, and the defects that are found.

A call may take longer than its timeout only by what this program itself was late. That is measured
by canaries, who do nothing but wait a short time and see how late they wake: a thread, and a
callback on each event loop. A call is past its deadline when it took longer than its timeout, the
`SLACK` and what a canary was late meanwhile.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from gridwire.errors import GridwireError, Outcome

__all__ = ["SLACK", "Canary", "Tally"]

SLACK = 0.25
"""Seconds: a round of the interpreter lock among all threads (5 ms each), the tick of deadlines,
and decoding what has come."""

_BACKLOG = 1.25
"""Who stood still has to work through what came meanwhile, a quarter of that time at most."""

_INTERVAL = 0.01
_WORTH_NOTING = 0.02
_MAX_DEFECTS = 50


class Canary:
    """Knows when this program was late, and how much."""

    def __init__(self) -> None:
        self._notes: list[tuple[str, float, float]] = []
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sit, name="storm-canary")

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._over.set()
        self._thread.join()

    def _sit(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            self._over.wait(_INTERVAL)
            now = time.monotonic()
            self.note("thread", now, now - began - _INTERVAL)

    async def sit_on_loop(self) -> None:
        """The same on an event loop, until it is cancelled."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(_INTERVAL)
            now = time.monotonic()
            self.note("loop", now, now - began - _INTERVAL)

    def note(self, who: str, now: float, lag: float) -> None:
        """Somebody woke too late.

        Args:
            who: which canary.
            now: when.
            lag: how much too late, in seconds.
        """
        if lag > _WORTH_NOTING:
            with self._guard:
                self._notes.append((who, now, lag))

    @property
    def worst(self) -> float:
        """The worst lateness of all."""
        with self._guard:
            return max((lag for _, _, lag in self._notes), default=0.0)

    def late_within(self, began: float, ended: float) -> float:
        """By how much a canary was late between two moments, all its delays together."""
        late: dict[str, float] = {"thread": 0.0, "loop": 0.0}
        with self._guard:
            for who, at, lag in self._notes:
                late[who] += max(0.0, min(at, ended) - max(at - lag, began))
        return max(late.values())


class _Late(NamedTuple):
    """A call that took longer than its timeout."""

    what: str
    began: float
    ended: float
    over: float
    error: str


@dataclass(slots=True)
class Tally:
    """Counts of one system. Any thread may add; all go through one lock."""

    canary: Canary
    counts: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    defects: list[str] = field(default_factory=list)
    longest_over: float = 0.0
    """The most by which a call took longer than its timeout."""
    longest_unexcused: float = 0.0
    """The same, less what the program itself was late meanwhile."""
    _late: list[_Late] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def call(
        self, what: str, began: float, timeout: float, error: BaseException | None = None
    ) -> None:
        """A call has ended just now; see `ended`."""
        self.ended(what, began, time.monotonic(), timeout, error)

    def ended(
        self, what: str, began: float, ended: float, timeout: float, error: BaseException | None
    ) -> None:
        """A call has ended.

        Args:
            what: style and operation.
            began: when.
            ended: when.
            timeout: what it was given.
            error: how it failed.
        """
        over = ended - began - timeout
        with self._guard:
            self.counts[what] += 1
            self.longest_over = max(self.longest_over, over)
            if error is not None:
                self.errors[f"{what}: {type(error).__name__}"] += 1
            if over > _WORTH_NOTING:
                self._late.append(_Late(what, began, ended, over, repr(error)))
        if error is not None and not isinstance(error, GridwireError):
            trace = "".join(traceback.format_exception(error)[-6:])
            self.defect(f"{what} failed with an error of another family: {error!r}\n{trace}")

    def write_ended(self, error: BaseException | None) -> Outcome | None:
        """Count how a write ended.

        Returns:
            What its error says about its effect.
        """
        outcome = error.outcome if isinstance(error, GridwireError) else None
        name = "acknowledged" if error is None else outcome.name if outcome else "no outcome"
        with self._guard:
            self.outcomes[name] += 1
        if error is not None and outcome is None:
            self.defect(f"a write failed without an outcome: {error!r}")
        return outcome

    def judge_deadlines(self) -> None:
        """Compare the calls that were late with what the canaries have seen, at the end."""
        for late in self._late:
            excused = _BACKLOG * self.canary.late_within(late.began, late.ended)
            unexcused = late.over - excused
            self.longest_unexcused = max(self.longest_unexcused, unexcused)
            if unexcused > SLACK:
                self.defect(
                    f"{late.what} took {late.over:.3f} s longer than its timeout, {unexcused:.3f} s"
                    f" of it without excuse: {late.error}"
                )

    def count(self, what: str) -> None:
        """Something else happened."""
        with self._guard:
            self.counts[what] += 1

    def defect(self, text: str) -> None:
        """Something happened that never may."""
        with self._guard:
            self.defects.append(text)
            if len(self.defects) <= _MAX_DEFECTS:
                sys.stderr.write(f"DEFECT {text}\n")
                sys.stderr.flush()

    @property
    def calls(self) -> int:
        """How many calls have ended."""
        with self._guard:
            return sum(number for name, number in self.counts.items() if "." in name)
