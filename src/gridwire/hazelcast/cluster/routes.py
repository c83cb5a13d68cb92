# SPDX-License-Identifier: Apache-2.0
"""Where requests go: one immutable table, made anew when members, partitions or connections change.

An operation looks up its partition in a list, nothing else. The last place of the list is empty,
so that route -1 (any member) finds no connection and takes the careful way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeVar
from uuid import UUID

__all__ = ["Routes"]


class _Reachable(Protocol):
    @property
    def member_uuid(self) -> UUID:
        """Who is at the other end."""


C = TypeVar("C", bound=_Reachable)


class Routes(Generic[C]):
    """The connections of a client by partition and by member.

    Args:
        connections: those that can be used, in the order of their opening.
        owners: partition id to the owner's UUID.
        partition_count: number of partitions of the cluster; 0 while it is unknown.
        smart: whether requests go to the owner; else everything goes over one connection.
    """

    __slots__ = ("by_member", "by_partition", "connections", "partition_count")

    def __init__(
        self,
        connections: Iterable[C] = (),
        owners: Mapping[int, UUID] | None = None,
        partition_count: int = 0,
        smart: bool = True,
    ) -> None:
        self.connections = tuple(connections)
        self.by_member = {one.member_uuid: one for one in self.connections}
        self.partition_count = partition_count
        self.by_partition: list[C | None] = [None] * (partition_count + 1)
        if not self.connections:
            return
        if not smart:
            self.by_partition[:-1] = [self.connections[0]] * partition_count
            return
        by_member = self.by_member
        for partition, uuid in (owners or {}).items():
            if 0 <= partition < partition_count:
                self.by_partition[partition] = by_member.get(uuid)

    def to_member(self, uuid: object) -> C | None:
        """The connection to a member, None when there is none."""
        return self.by_member.get(uuid)  # type: ignore[call-overload, no-any-return]
