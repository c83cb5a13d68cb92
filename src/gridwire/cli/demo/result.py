# SPDX-License-Identifier: Apache-2.0
"""What a run of the demo came to."""

from __future__ import annotations

from dataclasses import dataclass

from gridwire.cli.demo.ledger import Verdict
from gridwire.cli.demo.target import MemberShare, Words
from gridwire.cli.demo.work import Series

__all__ = ["Kill", "Opening", "Result"]


@dataclass(frozen=True, slots=True)
class Opening:
    """The cluster as it was found.

    Attributes:
        words: how things are called there.
        cluster_name: what it is called.
        is_ours: whether the demo started it.
        place: the map or set that is written.
        members: the oldest first.
        partition_count: into how many partitions keys are spread.
    """

    words: Words
    cluster_name: str
    is_ours: bool
    place: str
    members: tuple[MemberShare, ...]
    partition_count: int


@dataclass(frozen=True, slots=True)
class Kill:
    """The death of a member, and its return where there is one.

    Attributes:
        address: of the member.
        operations_before: how many calls of that part of the demo were over by then.
        operations_after: how many came after.
        operations_without: how many of these before it was back; None if it stayed away.
        members_without: the members meanwhile; empty if it stayed away.
    """

    address: str
    operations_before: int
    operations_after: int
    operations_without: int | None = None
    members_without: tuple[MemberShare, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """All that is to be told of one system at the end.

    Attributes:
        opening: the cluster at the beginning.
        members_after: the members at the end.
        kill: which of them died, None if none.
        entries: how many keys there are.
        series: what was measured.
        verdict: on all writes.
        seconds: how long everything took.
        left_behind: why the entries could not be removed, None if they were, or went with the
            cluster.
    """

    opening: Opening
    members_after: tuple[MemberShare, ...]
    kill: Kill | None
    entries: int
    series: tuple[Series, ...]
    verdict: Verdict
    seconds: float
    left_behind: str | None

    @property
    def members_gone(self) -> bool:
        """Whether a member that was there at the beginning is not there at the end."""
        after = {member.address for member in self.members_after}
        return any(member.address not in after for member in self.opening.members)

    @property
    def status(self) -> int:
        """The exit status: 0 if everything is as it must be, else 1."""
        return 0 if self.verdict.is_clean else 1
