# SPDX-License-Identifier: Apache-2.0
"""What faults can be asked for, as data that goes through a pipe to the process of a cluster."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from gridwire.testing._hazelcast.choice import Choice
from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DAMAGES", "MAX_SECONDS", "MIGRATION_ANSWERS", "FaultSpec", "migration"]

DELAY = "delay"
DROP = "drop"
GARBLE = "garble"
SLOW_DRIP = "slow_drip"
PAUSE = "pause"
PARTITION = "partition"
MIGRATION = "migration"
REFUSAL = "refusal"
DISCONNECTION = "disconnection"  # Over at once: it never becomes an active fault.

KINDS = (DELAY, DROP, GARBLE, SLOW_DRIP, PAUSE, PARTITION, MIGRATION, REFUSAL, DISCONNECTION)

DAMAGES = ("length", "type", "correlation", "noise", "cut")
"""The ways to damage a message, see `gridwire.testing.faults`."""

MIGRATION_ANSWERS = ("wait", "migrating", "wrong_target")
"""What becomes of requests for a partition that is on its way."""

MAX_SECONDS = 3600.0
"""Longest time in seconds that a fault takes: more is a mistake, and means hanging tests."""

_MAX_COUNT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """A fault.

    Attributes:
        kind: one of `KINDS`.
        choice: which messages, members and clients it concerns.
        seconds: how late a delayed message is, None until the fault ends; the pause between two
            portions of a slow drip.
        size: bytes in a portion of a slow drip.
        how: one of `DAMAGES`, or of `MIGRATION_ANSWERS`.
        seed: where noise comes from.
        groups: the sides of a partition, each with the UUIDs of members and patterns of clients.
        partitions: which partitions migrate; empty for all.
        to: the UUID of the member that they go to; None for their first backups.

    Raises:
        ClusterOptionError: one of them cannot be.
    """

    kind: str
    choice: Choice = field(default_factory=Choice)
    seconds: float | None = None
    size: int = 1
    how: str = ""
    seed: int = 0
    groups: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    partitions: tuple[int, ...] = ()
    to: str | None = None

    def __post_init__(self) -> None:
        choice = self.choice
        if self.kind not in KINDS:
            raise ClusterOptionError(f"not a fault: {self.kind!r}")
        if self.seconds is not None:
            _check_seconds(self.seconds)
        _check_count("size", self.size, 1)
        _check_count("skip", choice.skip, 0)
        if choice.times is not None:
            _check_count("times", choice.times, 1)
        if self.kind == GARBLE and self.how not in DAMAGES:
            raise ClusterOptionError(f"how is one of {', '.join(DAMAGES)}, not {self.how!r}")
        if self.kind == MIGRATION and self.how not in MIGRATION_ANSWERS:
            known = ", ".join(MIGRATION_ANSWERS)
            raise ClusterOptionError(f"answer is one of {known}, not {self.how!r}")
        if self.kind in {DELAY, DROP, GARBLE} and not choice.types():
            raise ClusterOptionError(
                f"{self.kind} needs to know which messages",
                hint='Name them by requests=, answers= or events=, such as answers="Map.Put".',
            )
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
        values = dict(fields)
        try:
            chosen = {name: _frozen(value) for name, value in values.pop("choice").items()}
            return cls(
                choice=Choice(**chosen),
                **{name: _frozen(value) for name, value in values.items()},
            )
        except (TypeError, KeyError) as error:
            raise ClusterOptionError(f"not a fault: {error}") from None


def migration(
    partitions: tuple[int, ...], to: str | None, answer: str, times: int | None = None
) -> FaultSpec:
    """Partitions that are on their way to another member.

    Args:
        partitions: which, all if there are none.
        to: the UUID of the member, as text; see `FaultSpec`.
        answer: one of `MIGRATION_ANSWERS`.
        times: after how many answers they have arrived; None if only the end ends it.

    Raises:
        ClusterOptionError: one of them cannot be.
    """
    if answer == "wait" and times is not None:
        raise ClusterOptionError("times counts answers, but requests that wait get none")
    return FaultSpec(
        MIGRATION, Choice(times=times), how=answer, partitions=tuple(partitions), to=to
    )


def _check_seconds(seconds: object) -> None:
    fine = isinstance(seconds, int | float) and not isinstance(seconds, bool) and isfinite(seconds)
    if not (fine and 0 <= float(seconds) <= MAX_SECONDS):  # type: ignore[arg-type]
        raise ClusterOptionError(f"seconds is from 0 to {MAX_SECONDS:.0f}, not {seconds!r}")


def _check_count(name: str, count: object, least: int) -> None:
    if not isinstance(count, int) or isinstance(count, bool) or not least <= count <= _MAX_COUNT:
        raise ClusterOptionError(f"{name} is a number of at least {least}, not {count!r}")


def _check_groups(groups: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]) -> None:
    if len(groups) < 2:
        raise ClusterOptionError("a partition needs two groups or more")
    members = [uuid for group, _ in groups for uuid in group]
    if len(set(members)) < len(members):
        raise ClusterOptionError("a member cannot be on two sides of a partition")


def _frozen(value: Any) -> Any:
    """JSON's lists as the tuples that they were."""
    return tuple(_frozen(each) for each in value) if isinstance(value, list | tuple) else value
