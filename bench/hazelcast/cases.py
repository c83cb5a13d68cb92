# SPDX-License-Identifier: Apache-2.0
"""What is measured: the catalogue of cases.

All keys are ints, all values are ASCII strings: the one type of any size that both libraries write
and read in their best way (the official client has no good `bytes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

__all__ = ["CASES", "QUICK_CASES", "Case", "Operation", "Style", "UnknownCaseError", "choose"]

Style = Literal["asyncio", "futures", "blocking"]
Operation = Literal["get", "set", "get_all", "put_all"]

_KIB = 1024
_MIB = 1024 * 1024


class UnknownCaseError(ValueError):
    """No case has the name that was asked for."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of work.

    Attributes:
        name: What it is asked for by.
        style: The call style.
        operation: The Map's method.
        concurrency: Calls in flight, or threads.
        entries: How many one call reads or writes.
        value_bytes: Length of a value.
        single: Each call is timed by itself, one after the other, instead of a stream of calls.
        busy: Another thread of the process computes all the time.
    """

    name: str
    style: Style
    operation: Operation
    concurrency: int = 1
    entries: int = 1
    value_bytes: int = 100
    single: bool = False
    busy: bool = False

    @property
    def operation_bytes(self) -> int:
        """Bytes of values that one call moves."""
        return self.entries * self.value_bytes


def choose(patterns: Sequence[str], cases: Sequence[Case]) -> tuple[Case, ...]:
    """Give the cases whose names match one of the patterns, in their own order.

    Args:
        patterns: As file names are matched: ``asyncio-*-256``.
        cases: Where to choose from.

    Raises:
        UnknownCaseError: A pattern matches nothing.
    """
    for pattern in patterns:
        if not any(fnmatchcase(case.name, pattern) for case in cases):
            names = ", ".join(case.name for case in cases)
            raise UnknownCaseError(f"no case is named {pattern!r}; there are {names}")
    return tuple(
        case for case in cases if any(fnmatchcase(case.name, pattern) for pattern in patterns)
    )


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


CASES = tuple(_catalogue())
"""All cases, in the order in which they are measured."""

QUICK_CASES = choose(
    ["asyncio-*-256", "futures-*-256", "blocking-*", "*_all-*", "value-*-32MiB", "value-*-64MiB"],
    CASES,
)
"""The cases that have a target."""
