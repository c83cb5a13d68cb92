# SPDX-License-Identifier: Apache-2.0
"""The ledger of acknowledged writes, and the verdict that it comes to.

The rule: a write that was acknowledged is there, with its value. One that failed as NOT_SENT or
REJECTED is not. One that failed as UNKNOWN may be there or not, now or later.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain

from gridwire.errors import Outcome

__all__ = ["FailedWrite", "Finding", "Ledger", "Verdict", "total"]


class Finding(Enum):
    """What a value that was read says about the writes before."""

    RIGHT = "right"
    """It is what was acknowledged, or what a write of unknown outcome may have left."""

    LOST = "lost"
    """There is nothing, although a write was acknowledged."""

    WRONG = "wrong"
    """It is none of the values that the entry may have."""


@dataclass(slots=True)
class FailedWrite:
    """A write that was not acknowledged.

    Attributes:
        client: which client wrote.
        key: of the entry.
        value: that was to be stored.
        outcome: what the error said about its effect.
        error: the class and the text of the error.
        found: whether the value was there when it was read for the last time; None if it was not
            read since.
    """

    client: str
    key: str
    value: str
    outcome: Outcome
    error: str
    found: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of all writes.

    Attributes:
        acknowledged: how many writes were acknowledged.
        failed: those that were not.
        lost: the keys under which an acknowledged value was missing, at the end or before.
        wrong: the keys under which a value was that nobody may find there.
        unchecked: the keys with acknowledged values that could not be read at the end.
        stopped_early: whether the work was given up because too much failed.
    """

    acknowledged: int
    failed: tuple[FailedWrite, ...]
    lost: tuple[str, ...]
    wrong: tuple[str, ...]
    unchecked: tuple[str, ...]
    stopped_early: bool

    @property
    def is_clean(self) -> bool:
        """Whether everything was done, checked and found as it must be."""
        return not (self.lost or self.wrong or self.unchecked or self.stopped_early)

    @property
    def line(self) -> str:
        """The verdict in one line; exactly ``lost 0, wrong 0`` if it `is_clean`."""
        parts = [f"lost {len(self.lost)}", f"wrong {len(self.wrong)}"]
        if self.unchecked:
            parts.append(f"unchecked {len(self.unchecked)}")
        if self.stopped_early:
            parts.append("stopped early")
        return ", ".join(parts)


def total(verdicts: Iterable[Verdict]) -> Verdict:
    """Sum up what came of several runs.

    Args:
        verdicts: of each.
    """
    all_of_them = list(verdicts)
    return Verdict(
        acknowledged=sum(each.acknowledged for each in all_of_them),
        failed=tuple(chain.from_iterable(each.failed for each in all_of_them)),
        lost=tuple(chain.from_iterable(each.lost for each in all_of_them)),
        wrong=tuple(chain.from_iterable(each.wrong for each in all_of_them)),
        unchecked=tuple(chain.from_iterable(each.unchecked for each in all_of_them)),
        stopped_early=any(each.stopped_early for each in all_of_them),
    )


@dataclass(slots=True)
class Ledger:
    """What was acknowledged, what failed, and what was found. Any thread may write into it.

    One key is written by one caller at a time, who knows the outcome before it writes again or
    reads: only then it is clear which value is the last.
    """

    _acknowledged: dict[str, str] = field(default_factory=dict)
    _possible: dict[str, set[str]] = field(default_factory=dict)
    _failed: dict[str, list[FailedWrite]] = field(default_factory=dict)
    _lost: set[str] = field(default_factory=set)
    _wrong: set[str] = field(default_factory=set)
    _checked: set[str] = field(default_factory=set)
    _count: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, key: str, value: str) -> None:
        """Record a write that the cluster acknowledged."""
        with self._guard:
            self._acknowledged[key] = value
            self._count += 1

    def fail(self, write: FailedWrite) -> None:
        """Record a write that was not acknowledged."""
        with self._guard:
            self._failed.setdefault(write.key, []).append(write)
            if write.outcome is Outcome.UNKNOWN:
                self._possible.setdefault(write.key, set()).add(write.value)

    def judge(self, key: str, found: object) -> Finding:
        """Tell what a value means, without recording it.

        Args:
            key: of the entry.
            found: its value, None if there is none.
        """
        expected = self._acknowledged.get(key)
        if found is None:
            return Finding.RIGHT if expected is None else Finding.LOST
        if found == expected or found in self._possible.get(key, ()):
            return Finding.RIGHT
        return Finding.WRONG

    def observe(self, key: str, found: object, *, final: bool = False) -> Finding:
        """Record what was read. A wrong answer counts even if a later one is right.

        Args:
            key: of the entry.
            found: its value, None if there is none.
            final: whether this is the check at the end.
        """
        finding = self.judge(key, found)
        with self._guard:
            if finding is Finding.LOST:
                self._lost.add(key)
            elif finding is Finding.WRONG:
                self._wrong.add(key)
            if final:
                self._checked.add(key)
                for write in self._failed.get(key, ()):
                    write.found = write.value == found
        return finding

    @property
    def keys(self) -> list[str]:
        """All keys that were written, whatever came of it."""
        with self._guard:
            return list(dict.fromkeys([*self._acknowledged, *self._failed]))

    @property
    def acknowledged(self) -> int:
        """How many writes were acknowledged."""
        return self._count

    def verdict(self, *, stopped_early: bool = False) -> Verdict:
        """Sum up.

        Args:
            stopped_early: whether the work was given up because too much failed.
        """
        with self._guard:
            unchecked = self._acknowledged.keys() - self._checked
            return Verdict(
                acknowledged=self._count,
                failed=tuple(write for writes in self._failed.values() for write in writes),
                lost=tuple(sorted(self._lost)),
                wrong=tuple(sorted(self._wrong)),
                unchecked=tuple(sorted(unchecked)),
                stopped_early=stopped_early,
            )
