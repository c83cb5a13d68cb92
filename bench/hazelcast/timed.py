# SPDX-License-Identifier: Apache-2.0
"""Loads of few large calls: each is timed by itself, and its answer checked outside the clock."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from time import perf_counter, process_time
from typing import Any

from bench.hazelcast.callers import wrong
from bench.hazelcast.cases import Case, Operation
from bench.hazelcast.faces import AnyFace
from bench.model import Round

__all__ = ["QUERY_LOADS", "CpuClock", "PageLoad", "SingleLoad", "ValuesLoad", "WalkLoad", "value"]

_WARM_CALLS = 4
_PATIENCE = 4  # calls may be so long that a warm-up is over before there were enough of them
_FILLED_AT_ONCE = 1000  # entries, so that filling leaves no memory behind that a call would reuse

CpuClock = Callable[[], float]
Step = tuple[Callable[[], Any], Callable[[Any], None]]
"""A call, and what looks at its answer and raises if it is wrong."""


class TimedLoad(ABC):
    """The clock around calls; what they are, a subclass says."""

    def __init__(self) -> None:
        self._walls: list[float] = []

    @abstractmethod
    def step(self) -> Step:
        """Prepare the next call."""

    def warm_up(self, seconds: float) -> None:
        """See `Load`."""
        start = perf_counter()
        for count, _ in enumerate(self._calls(seconds * _PATIENCE, process_time), start=1):
            # The first large calls fetch fresh memory, here and in the members.
            if count >= _WARM_CALLS and perf_counter() - start >= seconds:
                return

    def round(self, seconds: float, cpu_clock: CpuClock) -> Round:
        """See `Load`."""
        calls = list(self._calls(seconds, cpu_clock))
        walls = [wall for wall, _ in calls]
        self._walls += walls
        return Round(len(calls), sum(walls), sum(cpu for _, cpu in calls))

    def latencies(self, seconds: float) -> Sequence[float]:
        """See `Load`."""
        return self._walls

    def verify(self) -> None:  # noqa: B027 - most loads have nothing left to look at
        """See `Load`; what is only read was checked when it came."""

    def _calls(self, seconds: float, cpu_clock: CpuClock) -> Iterable[tuple[float, float]]:
        end = perf_counter() + seconds
        while True:
            call, check = self.step()
            cpu, wall = cpu_clock(), perf_counter()
            found = call()
            wall, cpu = perf_counter() - wall, cpu_clock() - cpu
            check(found)
            # Its memory is given back outside the clock, too.
            del found
            yield wall, cpu
            if perf_counter() >= end:
                return


class SingleLoad(TimedLoad):
    """Large values, or many entries in one call."""

    def __init__(self, face: AnyFace, case: Case) -> None:
        super().__init__()
        self._face = face
        self._operation = case.operation
        self._variants = [_entries(case, letter) for letter in "ab"]
        if case.operation in {"get", "get_all"}:
            face.do("put_all", self._variants[0])
        self._steps = cycle(self._script())
        self._written = self._variants[0]

    def verify(self) -> None:
        """See `Load`."""
        found = self._face.do("get_all", list(self._written))
        if found != self._written:
            raise wrong(("everything",), self._written, found)

    def step(self) -> Step:
        """See `TimedLoad`."""
        arguments, expected, self._written = next(self._steps)

        def check(found: Any) -> None:
            # What a bulk write gives differs, and says nothing: `verify` reads what it wrote.
            if expected is not None and found != expected:
                raise wrong(arguments, expected, found)

        return lambda: self._face.do(self._operation, *arguments), check

    def _script(self) -> list[tuple[tuple[Any, ...], object, dict[int, str]]]:
        first = self._variants[0]
        match self._operation:
            case "get":
                return [((key,), value, first) for key, value in first.items()]
            case "get_all":
                return [((list(first),), first, first)]
            case "set":
                return [((0, each[0]), None, each) for each in self._variants]
            case "put_all":
                return [((each,), None, each) for each in self._variants]
            case other:
                raise ValueError(other)


class ValuesLoad(TimedLoad):
    """All values, by a predicate that all entries match."""

    def __init__(self, face: AnyFace, case: Case) -> None:
        super().__init__()
        self._face = face
        _fill(face, case, case.entries)
        self._expected = sorted(_entries(case, "a").values())
        self._predicate = face.predicates.greater_or_equal("__key", 0)

    def step(self) -> Step:
        """See `TimedLoad`."""
        return lambda: self._face.do("values", self._predicate), self._check

    def _check(self, found: Any) -> None:
        if sorted(found) != self._expected:
            raise wrong(("all values",), self._expected, found)


class PageLoad(TimedLoad):
    """One page after the other, by a paging predicate; after the last one the first again."""

    def __init__(self, face: AnyFace, case: Case) -> None:
        super().__init__()
        self._face, self._case = face, case
        _fill(face, case, case.stored)
        self._predicate = face.predicates.paging(face.predicates.true(), case.entries)
        self._first = 0

    def step(self) -> Step:
        """See `TimedLoad`."""
        return lambda: self._face.do("entry_set", self._predicate), self._check

    def _check(self, found: Any) -> None:
        case, first = self._case, self._first
        keys = range(first, first + case.entries)
        expected = [(key, value(key, "a", case.value_bytes)) for key in keys]
        if list(found) != expected:
            raise wrong((f"page from {first}",), expected, found)
        self._first += case.entries
        if self._first < case.stored:
            self._predicate.next_page()
        else:
            self._first = 0
            self._predicate.reset()


class WalkLoad(TimedLoad):
    """Through all entries, holding as few of them as the library can."""

    def __init__(self, face: AnyFace, case: Case) -> None:
        super().__init__()
        self._face = face
        _fill(face, case, case.entries)
        self._expected = (case.entries, sum(range(case.entries)))

    def step(self) -> Step:
        """See `TimedLoad`."""
        return self._face.walk, self._check

    def _check(self, found: Any) -> None:
        if found != self._expected:
            raise wrong(("count and sum of all keys",), self._expected, found)


QUERY_LOADS: dict[Operation, Callable[[AnyFace, Case], TimedLoad]] = {
    "values": ValuesLoad,
    "page": PageLoad,
    "walk": WalkLoad,
}
"""Loads of operations that are about the whole map."""


def value(key: int, letter: str, length: int) -> str:
    """Give the value of a key: its number, and letters up to the length."""
    return f"{key:08d}".ljust(length, letter)


def _fill(face: AnyFace, case: Case, count: int) -> None:
    for first in range(0, count, _FILLED_AT_ONCE):
        keys = range(first, min(first + _FILLED_AT_ONCE, count))
        face.do("put_all", {key: value(key, "a", case.value_bytes) for key in keys})


def _entries(case: Case, letter: str) -> dict[int, str]:
    return {key: value(key, letter, case.value_bytes) for key in range(case.entries)}
