# SPDX-License-Identifier: Apache-2.0
"""What faults can be asked for, as data that goes through a pipe to the process of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from math import isfinite
from typing import Any

from gridwire.aerospike.protocol.digest import PARTITIONS
from gridwire.testing._aerospike.message_names import KNOWN_NAMES
from gridwire.testing.errors import ClusterOptionError

__all__ = ["DAMAGES", "KINDS", "MAX_SECONDS", "MIGRATION_ANSWERS", "FaultSpec"]

DELAY = "delay"
DROP = "drop"
CUT = "cut_off"
GARBLE = "garble"
REFUSE = "refuse"
LOST_ACKS = "lose_replica_acks"
SLOW_DRIP = "slow_drip"
PAUSE = "pause"
PARTITION = "partition"
MIGRATION = "migrating"
KEEP_OUT = "refuse_clients"
DISCONNECTION = "disconnect"  # Over at once: it never becomes an active fault.

ON_THE_WAY = frozenset({DELAY, DROP, CUT, GARBLE, REFUSE, LOST_ACKS})
"""Faults of the messages that they choose."""

KINDS = ON_THE_WAY | {SLOW_DRIP, PAUSE, PARTITION, MIGRATION, KEEP_OUT, DISCONNECTION}

DAMAGES = ("length", "type", "version", "noise", "cut")
"""The ways to damage an answer, see `ClusterMethods.garble`."""

MIGRATION_ANSWERS = ("unavailable", "wait")
"""What becomes of requests for a partition that is on its way."""

MAX_SECONDS = 3600.0
"""Longest time in seconds that a fault takes: more is a mistake, and means hanging tests."""

EVERYBODY = "*"
"""In a group of a partition: all clients."""

_MAX_COUNT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """A fault.

    Attributes:
        kind: one of `KINDS`.
        requests: patterns of the names of messages.
        answers: the same, for the answers to them.
        nodes: ids of the nodes that it concerns; None for all.
        skip: how many of the chosen messages pass first.
        times: how many are chosen after that; None for all.
        seconds: how late a delayed message is, None until the fault ends; the pause between two
            portions of a slow drip.
        size: bytes in a portion of a slow drip.
        how: one of `DAMAGES`, or of `MIGRATION_ANSWERS`.
        seed: where noise comes from.
        code: result code of a refusal.
        groups: the sides of a partition, ids of nodes and `EVERYBODY`.
        partitions: which partitions migrate; empty for all.
        to: the id of the node that they go to; None for the next ones.

    Raises:
        ClusterOptionError: one of them cannot be.
    """

    kind: str
    requests: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    nodes: tuple[str, ...] | None = None
    skip: int = 0
    times: int | None = None
    seconds: float | None = None
    size: int = 1
    how: str = ""
    seed: int = 0
    code: int = 0
    groups: tuple[tuple[str, ...], ...] = ()
    partitions: tuple[int, ...] = ()
    to: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ClusterOptionError(f"not a fault: {self.kind!r}")
        if self.seconds is not None:
            _check_seconds(self.seconds)
        _check_count("size", self.size, 1, _MAX_COUNT)
        _check_count("skip", self.skip, 0, _MAX_COUNT)
        if self.times is not None:
            _check_count("times", self.times, 1, _MAX_COUNT)
        if self.kind == REFUSE:
            _check_count("code", self.code, 1, 255)
        if self.kind == GARBLE and self.how not in DAMAGES:
            raise ClusterOptionError(f"how is one of {', '.join(DAMAGES)}, not {self.how!r}")
        if self.kind == MIGRATION and self.how not in MIGRATION_ANSWERS:
            known = ", ".join(MIGRATION_ANSWERS)
            raise ClusterOptionError(f"answer is one of {known}, not {self.how!r}")
        if self.kind in ON_THE_WAY and not (self.requests or self.answers):
            raise ClusterOptionError(
                f"{self.kind} needs to know which messages",
                hint='Name them by requests= or answers=, such as answers="record.write".',
            )
        for pattern in (*self.requests, *self.answers):
            _check_pattern(pattern)
        for partition in self.partitions:
            _check_count("partitions", partition, 0, PARTITIONS - 1)
        if self.kind == PARTITION:
            _check_groups(self.groups)

    def to_json(self) -> dict[str, Any]:
        """This as what JSON can carry."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> FaultSpec:
        """Read what `to_json` and JSON made of a fault.

        Raises:
            ClusterOptionError: it cannot be.
        """
        try:
            return cls(**{name: _frozen(value) for name, value in fields.items()})
        except TypeError as error:
            raise ClusterOptionError(f"not a fault: {error}") from None


def _check_pattern(pattern: str) -> None:
    if not any(fnmatchcase(name, pattern) for name in KNOWN_NAMES):
        raise ClusterOptionError(
            f"no message is named {pattern!r}",
            hint="Names are like record.read, batch, info.replicas, admin.login.",
        )


def _check_seconds(seconds: object) -> None:
    fine = isinstance(seconds, int | float) and not isinstance(seconds, bool) and isfinite(seconds)
    if not (fine and 0 <= float(seconds) <= MAX_SECONDS):  # type: ignore[arg-type]
        raise ClusterOptionError(f"seconds is from 0 to {MAX_SECONDS:.0f}, not {seconds!r}")


def _check_count(name: str, count: object, least: int, most: int) -> None:
    if not isinstance(count, int) or isinstance(count, bool) or not least <= count <= most:
        raise ClusterOptionError(f"{name} is a number from {least} to {most}, not {count!r}")


def _check_groups(groups: Iterable[tuple[str, ...]]) -> None:
    named = [name for group in groups for name in group]
    if len(tuple(groups)) < 2:
        raise ClusterOptionError("a partition needs two groups or more")
    if len(set(named)) < len(named):
        raise ClusterOptionError("nobody can be on two sides of a partition")


def _frozen(value: Any) -> Any:
    """JSON's lists as the tuples that they were."""
    return tuple(_frozen(each) for each in value) if isinstance(value, list | tuple) else value
