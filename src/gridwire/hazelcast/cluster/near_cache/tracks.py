# SPDX-License-Identifier: Apache-2.0
"""What was heard of one partition: who numbers its invalidations, and up to which number.

The owner of a partition numbers the invalidations of a map one by one, under a UUID that changes
when it cannot go on counting (it lost its place by a crash). So a number that is left out, or
another UUID, tells that something was missed. A clearing of the whole map counts in every
partition, but is told once; whoever follows the numbers sees that as missed, too, and only drops
more than it had to.
"""

from __future__ import annotations

from uuid import UUID

__all__ = ["Track"]


class Track:
    """One partition of one map.

    Attributes:
        uuid: under which its invalidations are numbered, None before the first was heard.
        sequence: the last number.
        covered: whether its owner tells this client what changes.
        epoch: grows when all that was read before is of no more use.
        keys: the keys that are cached.
    """

    __slots__ = ("covered", "epoch", "keys", "sequence", "uuid")

    def __init__(self, covered: bool) -> None:
        self.uuid: UUID | None = None
        self.sequence = 0
        self.covered = covered
        self.epoch = 0
        self.keys: set[bytes] = set()

    def follow(self, uuid: UUID, sequence: int) -> bool:
        """An invalidation came; whether none was left out before it.

        One that comes late was counted as left out when its successor came.
        """
        if uuid != self.uuid:
            self.uuid, self.sequence = uuid, sequence
            return False
        before = self.sequence
        if sequence > before:
            self.sequence = sequence
        return sequence <= before + 1

    def compare(self, uuid: UUID, sequence: int) -> bool:
        """The owner says how far it has counted, and under which UUID; whether nothing was missed.

        What it has counted may also be under way still; nobody can tell.
        """
        if uuid != self.uuid:
            self.uuid, self.sequence = uuid, sequence
            return False
        before = self.sequence
        if sequence > before:
            self.sequence = sequence
        return sequence <= before

    def forget(self) -> None:
        """Whatever comes next is the beginning."""
        self.uuid, self.sequence = None, 0
