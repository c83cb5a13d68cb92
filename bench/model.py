# SPDX-License-Identifier: Apache-2.0
"""What is measured: rounds make a measurement, two measurements a pair, pairs a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from bench.stats import Spread, median, paired_ratios, spread

__all__ = [
    "LIBRARIES",
    "OURS",
    "PEER",
    "Figure",
    "Latency",
    "Library",
    "Measurement",
    "Observer",
    "Pair",
    "Result",
    "Round",
]

Library = Literal["gridwire", "official"]
OURS: Library = "gridwire"
PEER: Library = "official"
LIBRARIES: tuple[Library, Library] = (OURS, PEER)


class Observer(Protocol):
    """Is told how a run goes on."""

    def say(self, text: str) -> None:
        """This is done now."""

    def advance(self) -> None:
        """One more measurement is done."""


@dataclass(frozen=True, slots=True)
class Round:
    """One stretch of work: how much was done, what it took."""

    operations: int
    wall_seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Operations per second."""
        return self.operations / self.wall_seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of the client process's CPU, of all its threads, per operation."""
        return self.cpu_seconds / self.operations * 1e6


@dataclass(frozen=True, slots=True)
class Latency:
    """How long single calls took, in microseconds."""

    samples: int
    p50_us: float
    p99_us: float | None
    """None where there were too few samples to speak of a 99th percentile."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one process of one library measured, or why it did not."""

    library: Library
    rounds: tuple[Round, ...] = ()
    latency: Latency | None = None
    machine_idle: float | None = None
    grown_bytes: int | None = None
    """By how much the process grew at most while it worked; None where the system does not say."""
    facts: dict[str, str] = field(default_factory=dict)
    error: str | None = None

    @classmethod
    def from_json(cls, library: Library, document: dict[str, Any]) -> Measurement:
        """Read what a child process printed.

        Raises:
            KeyError: Something is missing.
            TypeError: Something is of another kind.
        """
        latency = document["latency"]
        return cls(
            library,
            tuple(Round(**each) for each in document["rounds"]),
            Latency(**latency) if latency is not None else None,
            document["machine_idle"],
            document["grown_bytes"],
            document["facts"],
        )

    @property
    def rate(self) -> float:
        """Operations per second: the median of the rounds."""
        return median([each.rate for each in self.rounds])

    @property
    def cpu_us(self) -> float:
        """CPU microseconds per operation: the median of the rounds."""
        return median([each.cpu_us for each in self.rounds])


@dataclass(frozen=True, slots=True)
class Pair:
    """Two measurements that were made one right after the other."""

    first: Library
    ours: Measurement
    theirs: Measurement

    @property
    def complete(self) -> bool:
        """Whether both were made."""
        return self.ours.error is None and self.theirs.error is None


@dataclass(frozen=True, slots=True)
class Result:
    """All pairs of one case on one cluster."""

    case: str
    members: int
    operation_bytes: int
    pairs: tuple[Pair, ...]

    @property
    def complete(self) -> tuple[Pair, ...]:
        """The pairs that have both measurements."""
        return tuple(pair for pair in self.pairs if pair.complete)

    @property
    def errors(self) -> list[str]:
        """What went wrong, with the library's name before it."""
        both = [each for pair in self.pairs for each in (pair.ours, pair.theirs)]
        return [f"{each.library}: {each.error}" for each in both if each.error is not None]

    @property
    def speed(self) -> Spread:
        """How many times as fast we are."""
        return self._ratio(lambda each: each.rate)

    @property
    def cpu(self) -> Spread:
        """Our CPU time per operation, divided by theirs."""
        return self._ratio(lambda each: each.cpu_us)

    @property
    def memory(self) -> Spread | None:
        """How far our process grew, divided by theirs; None where it is not known of all."""
        grown = [(pair.ours.grown_bytes, pair.theirs.grown_bytes) for pair in self.complete]
        known = [(ours, theirs) for ours, theirs in grown if ours is not None and theirs]
        if not known or len(known) < len(grown):
            return None
        return spread(paired_ratios(*zip(*known, strict=True)))

    def side(self, library: Library) -> Sequence[Measurement]:
        """One library's measurements of the complete pairs."""
        return [pair.ours if library == OURS else pair.theirs for pair in self.complete]

    def rate(self, library: Library) -> float:
        """A library's operations per second: the median of its measurements."""
        return median([each.rate for each in self.side(library)])

    def cpu_us(self, library: Library) -> float:
        """A library's CPU microseconds per operation: the median of its measurements."""
        return median([each.cpu_us for each in self.side(library)])

    def latency_us(self, library: Library, *, p99: bool = False) -> float | None:
        """The median of a library's 50th (or 99th) percentiles; None where there is none."""
        found = [each.latency for each in self.side(library) if each.latency is not None]
        values = [each.p99_us if p99 else each.p50_us for each in found]
        known = [value for value in values if value is not None]
        return median(known) if known and len(known) == len(values) else None

    def machine_idle(self, library: Library) -> float | None:
        """Which part of the machine's CPUs was idle, the median of its measurements."""
        known = [each.machine_idle for each in self.side(library) if each.machine_idle is not None]
        return median(known) if known else None

    def grown_bytes(self, library: Library) -> float | None:
        """By how much a library's process grew, the median of its measurements."""
        known = [each.grown_bytes for each in self.side(library) if each.grown_bytes is not None]
        return median(known) if known else None

    def _ratio(self, figure: Callable[[Measurement], float]) -> Spread:
        ours = [figure(each) for each in self.side(OURS)]
        theirs = [figure(each) for each in self.side(PEER)]
        return spread(paired_ratios(ours, theirs))


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that was measured some times.

    Attributes:
        name: What it is.
        unit: ``"s"`` or ``"op/s"``.
        values: One of each time.
        bound: What the median may be at most (seconds), or has to be at least (operations);
            None if it is only told.
    """

    name: str
    unit: str
    values: tuple[float, ...]
    bound: float | None = None

    @property
    def spread(self) -> Spread:
        """The median, the smallest and the largest."""
        return spread(self.values)

    @property
    def met(self) -> bool | None:
        """Whether it is within its bound; None if it has none."""
        if self.bound is None:
            return None
        reached = self.spread.median
        return reached <= self.bound if self.unit == "s" else reached >= self.bound

    def to_json(self) -> dict[str, object]:
        """Give it as plain values."""
        return {**asdict(self), "spread": asdict(self.spread), "met": self.met}
