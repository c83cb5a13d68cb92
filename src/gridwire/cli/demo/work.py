# SPDX-License-Identifier: Apache-2.0
"""The work of the demo as single steps, which either client can do; nothing here waits.

A worker takes steps from a `Job`, does each, and tells it what came of it.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gridwire.cli.demo.ledger import FailedWrite, Ledger
from gridwire.cli.demo.plan import MAX_FAILURES, key_of, value_of
from gridwire.errors import GridwireError, Outcome

__all__ = ["Job", "Operation", "Part", "Progress", "Series", "Step"]


class Operation(StrEnum):
    """What is done to an entry."""

    SET = "set"
    GET = "get"


class Part(StrEnum):
    """Which part of the demo is measured."""

    ALONE = "alone"
    """Each client works alone, on a cluster that is whole."""

    TOGETHER = "together"
    """Both work at once, and a member dies unless the cluster is not ours."""


@dataclass(slots=True)
class Series:
    """Calls of one kind by one client, measured.

    Attributes:
        client: which client.
        workers: how many callers it has, each with one call in flight.
        part: of the demo.
        operation: what was called.
        samples: seconds that each call took that succeeded.
        failed: how many calls failed.
        seconds: how long all of them took together.
    """

    client: str
    workers: int
    part: Part
    operation: Operation
    samples: array[float] = field(default_factory=lambda: array("d"))
    failed: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Calls that succeeded, each second."""
        return len(self.samples) / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class Progress:
    """What all workers share.

    Attributes:
        ledger: of the writes.
        failed: how many operations failed.
        halted: whether workers are to end after the step that they are at.
        guard: is held to count failures, since several threads may do so at once.
    """

    ledger: Ledger = field(default_factory=Ledger)
    failed: int = 0
    halted: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def gave_up(self) -> bool:
        """Whether too much failed."""
        return self.failed >= MAX_FAILURES


@dataclass(slots=True)
class Step:
    """One call.

    Attributes:
        key: of the entry.
        value: to be written; None to read.
    """

    key: str
    value: str | None
    _series: Series
    _progress: Progress

    def done(self, seconds: float, found: object) -> None:
        """Tell that it succeeded.

        Args:
            seconds: how long it took.
            found: what was read.
        """
        self._series.samples.append(seconds)
        if self.value is None:
            self._progress.ledger.observe(self.key, found)
        else:
            self._progress.ledger.acknowledge(self.key, self.value)

    def failed(self, error: GridwireError) -> None:
        """Tell that it failed.

        Args:
            error: what the client raised; without an outcome, nothing is known.
        """
        progress = self._progress
        with progress.guard:
            self._series.failed += 1
            progress.failed += 1
            progress.halted = progress.halted or progress.gave_up
        if self.value is not None:
            write = FailedWrite(
                self._series.client,
                self.key,
                self.value,
                error.outcome or Outcome.UNKNOWN,
                f"{type(error).__name__}: {error}",
            )
            progress.ledger.fail(write)


@dataclass(slots=True)
class Job:
    """What a client has to do: for each entry, the operations in their order.

    Args:
        indexes: of the entries.
        generation: what is written.
        series: where the calls of each operation are recorded.
        progress: what is shared with other jobs.
    """

    indexes: range
    generation: int
    series: Mapping[Operation, Series]
    progress: Progress

    @property
    def size(self) -> int:
        """How many steps it has."""
        return len(self.indexes) * len(self.series)

    @property
    def completed(self) -> int:
        """How many steps were done, or failed."""
        return sum(len(each.samples) + each.failed for each in self.series.values())

    def steps(self, worker: int, workers: int) -> Iterator[Step]:
        """Give the steps of one of several workers, until it is to end.

        Args:
            worker: from 0 on.
            workers: how many there are.
        """
        progress = self.progress
        for index in self.indexes[worker::workers]:
            for operation, series in self.series.items():
                if progress.halted:
                    return
                writes = operation is Operation.SET
                value = value_of(index, self.generation) if writes else None
                yield Step(key_of(index), value, series, progress)
