# SPDX-License-Identifier: Apache-2.0
"""What is measured: the catalogue of cases.

All keys are ints, all values are ASCII strings: the one type of any size that both libraries write
and read in their best way (the official client has no good `bytes`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bench.choosing import choose

__all__ = [
    "CASES",
    "QUICK_CASES",
    "Case",
    "NearCache",
    "Operation",
    "Style",
]

Style = Literal["asyncio", "futures", "blocking"]
Operation = Literal["get", "set", "get_all", "put_all", "values", "page", "walk"]
NearCache = Literal["BINARY", "OBJECT"]

_KIB = 1024
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of work.

    Attributes:
        name: What it is asked for by.
        style: The call style.
        operation: The Map's method; ``values`` with a predicate that all entries match, ``page`` is
            ``entry_set`` with a paging predicate, and ``walk`` goes through all entries, in pages
            where the library can do so, else all at once.
        concurrency: Calls in flight, or threads.
        entries: How many one call reads or writes.
        value_bytes: Length of a value.
        single: Each call is timed by itself, one after the other, instead of a stream of calls.
        busy: Another thread of the process computes all the time.
        stored: How many entries the map has, where one call does not move them all.
        near_cache: The format of the map's near cache, which has every value before the clock runs.
    """

    name: str
    style: Style
    operation: Operation
    concurrency: int = 1
    entries: int = 1
    value_bytes: int = 100
    single: bool = False
    busy: bool = False
    stored: int = 0
    near_cache: NearCache | None = None

    @property
    def operation_bytes(self) -> int:
        """Bytes of values that one call moves."""
        return self.entries * self.value_bytes


def _size(count: int) -> str:
    return f"{count // _MIB}MiB" if count >= _MIB else f"{count // _KIB}kB"


def _catalogue() -> Iterable[Case]:
    both: tuple[Operation, ...] = ("get", "set")
    levels: tuple[tuple[Style, tuple[int, ...]], ...] = (
        ("asyncio", (1, 16, 256)),
        ("futures", (1, 16, 256)),
        ("blocking", (1, 4, 32)),
    )
    for style, counts in levels:
        for count in counts:
            for operation in both:
                yield Case(f"{style}-{operation}-{count}", style, operation, count)
    bulk: tuple[Operation, ...] = ("get_all", "put_all")
    faces: tuple[Style, ...] = ("asyncio", "blocking")
    for operation in bulk:
        for style in faces:
            yield Case(f"{operation}-{style}", style, operation, entries=10_000, single=True)
    for operation in both:
        for size in (_KIB, _MIB, 8 * _MIB, 32 * _MIB, 64 * _MIB):
            name = f"value-{operation}-{_size(size)}"
            yield Case(name, "blocking", operation, value_bytes=size, single=True)
    beside: tuple[tuple[Style, int], ...] = (
        ("asyncio", 256),
        ("futures", 256),
        ("blocking", 1),
        ("blocking", 32),
    )
    for style, count in beside:
        yield Case(f"busy-{style}-get-{count}", style, "get", count, busy=True)
    yield from _near_caches()
    yield from _queries(faces)


def _near_caches() -> Iterable[Case]:
    formats: tuple[NearCache, ...] = ("BINARY", "OBJECT")
    styles: tuple[Style, ...] = ("asyncio", "futures", "blocking")
    for style in styles:
        for form in formats:
            yield Case(f"near-{style}-{form.lower()}", style, "get", near_cache=form)


def _queries(styles: tuple[Style, ...]) -> Iterable[Case]:
    for style in styles:
        yield Case(f"values-{style}", style, "values", entries=10_000, single=True)
    for style in styles:
        yield Case(f"page-{style}", style, "page", entries=1_000, stored=100_000, single=True)
    for style in styles:
        yield Case(f"walk-{style}", style, "walk", entries=100_000, single=True)


CASES = tuple(_catalogue())
"""All cases, in the order in which they are measured."""

QUICK_CASES = choose(
    [
        *("asyncio-*-256", "futures-*-256", "blocking-*", "*_all-*"),
        *("value-*-32MiB", "value-*-64MiB", "near-*", "values-*", "page-*", "walk-*"),
    ],
    CASES,
)
"""The cases that have a target."""
