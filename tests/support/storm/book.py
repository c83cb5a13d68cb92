# SPDX-License-Identifier: Apache-2.0
"""What was written, and so what a reader may find.

The demo's ledger (`gridwire.cli.demo.ledger`) is read when nobody writes. This one is read while
its writers write, by anybody, and knows of moments in which all replicas died.

Each key has one writer, who knows how a write ended before it begins the next; writes of a key are
numbered from 1. A value names its key and its number and is as long as they say. A reader looks
into the book before and after it reads. It may find

- the last write that was acknowledged before, or any later one that was begun and not refused;
- a write of unknown outcome, for ever: a member may still have it in its hands;
- nothing, when one of these was a deletion, nothing was acknowledged yet, or all memory was lost
  since.
"""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass, field

from gridwire.cli.demo.ledger import Finding
from gridwire.errors import Outcome

__all__ = ["Book", "Look", "number_of", "value_of"]

_LARGE_EVERY = 97
_LARGE = 40_000
_SMALL = 100


def value_of(key: str, number: int) -> str:
    """What is written: it says whose it is, and cannot be cut or mixed unnoticed."""
    size = _LARGE if number % _LARGE_EVERY == 0 else number * 7 % _SMALL
    head = f"{key}#{number}#"
    return head + f"{zlib.crc32(head.encode()):08x}" * (size // 8 + 1)


def number_of(key: str, value: object) -> int | None:
    """Which write a value comes from; None if it is not one of this key."""
    if not isinstance(value, str):
        return None
    head, _, rest = value.partition("#")
    digits, _, _ = rest.partition("#")
    if head != key or not digits.isdecimal() or value != value_of(key, int(digits)):
        return None
    return int(digits)


@dataclass(slots=True)
class _Page:
    """One key."""

    begun: int = 0
    acknowledged: int = 0
    refused: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    deletions: set[int] = field(default_factory=set)
    begun_in: int = 0
    """The age in which the present write was begun."""
    solid_in: int = 0
    """The age in which the last acknowledged write was begun."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was known before a read."""

    acknowledged: int
    may_be_gone: bool
    age: int


class Book:
    """All keys of a storm. Any thread may use it."""

    def __init__(self) -> None:
        self._pages: dict[str, _Page] = {}
        self._guard = threading.Lock()
        # Even ages are whole; an odd one is the time in which memory is being lost.
        self._age = 0
        self.losses = 0

    @property
    def keys(self) -> list[str]:
        """All keys that somebody began to write."""
        with self._guard:
            return list(self._pages)

    def begin(self, key: str, *, deletes: bool = False) -> int:
        """A write begins; its number."""
        with self._guard:
            page = self._pages.setdefault(key, _Page())
            page.begun += 1
            page.begun_in = self._age
            if deletes:
                page.deletions.add(page.begun)
            return page.begun

    def acknowledge(self, key: str, number: int) -> None:
        """It was done."""
        with self._guard:
            page = self._pages[key]
            page.acknowledged = number
            page.solid_in = page.begun_in

    def fail(self, key: str, number: int, outcome: Outcome | None) -> None:
        """It failed; without an outcome, nothing is known."""
        with self._guard:
            page = self._pages[key]
            if outcome in {Outcome.NOT_SENT, Outcome.REJECTED}:
                page.refused.add(number)
            else:
                page.unknown.add(number)

    def lose(self) -> None:
        """All replicas begin to die: until `lost`, whatever is acknowledged may be gone."""
        with self._guard:
            self._age += 1
            self.losses += 1

    def lost(self) -> None:
        """They are dead, and others without memory are there."""
        with self._guard:
            self._age += 1

    def look(self, key: str) -> Look:
        """To be called before a read begins."""
        with self._guard:
            page = self._pages.get(key) or _Page()
            return Look(page.acknowledged, self._may_be_gone(page), self._age)

    def _may_be_gone(self, page: _Page) -> bool:
        return page.solid_in != self._age or self._age % 2 == 1

    def judge(self, key: str, before: Look, found: object) -> Finding:
        """Tell what a value means that was read since `look`.

        Args:
            key: that was read.
            before: what `look` said.
            found: the value, None if there was none.
        """
        with self._guard:
            page = self._pages.get(key) or _Page()
            later = set(range(before.acknowledged, page.begun + 1)) - page.refused
            allowed = later | page.unknown
            if found is None:
                lost_since = before.age != self._age
                gone = before.may_be_gone or lost_since or self._may_be_gone(page)
                is_right = gone or before.acknowledged == 0 or bool(allowed & page.deletions)
                return Finding.RIGHT if is_right else Finding.LOST
            number = number_of(key, found)
            is_right = number in allowed and number not in page.deletions
            return Finding.RIGHT if is_right else Finding.WRONG

    def is_deleted(self, key: str) -> bool:
        """Whether a key has no value for certain, as its writer may ask who is about to write."""
        with self._guard:
            page = self._pages[key]
            return page.acknowledged in page.deletions and not page.unknown

    def was_written(self, key: str, found: object) -> bool:
        """Whether a cache may ever have shown this: some write of the key that was not refused."""
        if found is None:
            return True
        number = number_of(key, found)
        with self._guard:
            page = self._pages.get(key) or _Page()
            return number is not None and 0 < number <= page.begun and number not in page.refused

    def tell(self, key: str) -> str:
        """What is known of a key, for the report of a defect."""
        with self._guard:
            page = self._pages.get(key) or _Page()
            return (
                f"begun {page.begun}, acknowledged {page.acknowledged}, "
                f"unknown {sorted(page.unknown)[-8:]}, refused {sorted(page.refused)[-8:]}, "
                f"deletions {sorted(page.deletions)[-8:]}, solid in {page.solid_in} of {self._age}"
            )
