# SPDX-License-Identifier: Apache-2.0
"""The one store of what a client knows about its cluster.

Everything in it is an immutable snapshot that is replaced as a whole, on the loop; any thread may
read. Whoever changes one part calls the method for it, and the routes follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic
from uuid import UUID

from gridwire.hazelcast.cluster.routes import C, Routes
from gridwire.hazelcast.cluster.views import MembersView, PartitionsView
from gridwire.hazelcast.core import MemberInfo

__all__ = ["ClusterState"]


class ClusterState(Generic[C]):
    """Members, partitions, connections and the routes made from them.

    Args:
        smart: whether requests go to the partition's owner.

    Attributes:
        on_routes: is told the new routes after each change.
    """

    def __init__(self, smart: bool) -> None:
        self.smart = smart
        self.cluster_id: UUID | None = None
        self.partition_count = 0
        self.members = MembersView()
        self.partitions = PartitionsView()
        self.routes: Routes[C] = Routes()
        self.on_routes: Callable[[Routes[C]], object] | None = None
        # Who waits for the number of partitions; any thread adds.
        self._uncounted: list[Callable[[int], object]] = []

    def set_cluster(self, cluster_id: UUID, partition_count: int) -> None:
        """The first connection says which cluster this is."""
        self.cluster_id = cluster_id
        self.partition_count = partition_count
        waiting, self._uncounted = self._uncounted, []
        for know in waiting:
            know(partition_count)
        self._route(self.routes.connections)

    def when_counted(self, know: Callable[[int], object]) -> None:
        """Tell somebody the number of partitions, as soon as it is known; from any thread."""
        if not self.partition_count:
            self._uncounted.append(know)
        if self.partition_count:
            # Whether it was or became so just now, when the others had been told.
            know(self.partition_count)

    def add_connection(self, connection: C) -> None:
        """A connection may be used from now on."""
        self._route((*self.routes.connections, connection))

    def remove_connection(self, connection: C) -> bool:
        """A connection is gone; whether it was in use."""
        if connection not in self.routes.connections:
            return False
        self._route(one for one in self.routes.connections if one is not connection)
        return True

    def set_members(
        self, version: int, infos: Iterable[Any]
    ) -> tuple[list[MemberInfo], list[MemberInfo]] | None:
        """A member list came: who left and who joined, or None when it is not news."""
        view = self.members.after(version, infos)
        if view is None:
            return None
        before, self.members = self.members, view
        return before.changes(view)

    def forget_members_version(self) -> None:
        """Another member will tell the list from now on; its versions may begin anew."""
        self.members = MembersView(-1, self.members.members)

    def clear_members(self) -> list[MemberInfo]:
        """It is another cluster now: nobody from before is a member."""
        gone = list(self.members.members)
        self.members = MembersView()
        self.partitions = PartitionsView()
        self._route(self.routes.connections)
        return gone

    def set_partitions(
        self, version: int, source: object, table: Iterable[tuple[UUID, list[int]]]
    ) -> bool:
        """A partition table came; whether it is news."""
        view = self.partitions.after(version, source, table)
        if view is None:
            return False
        self.partitions = view
        self._route(self.routes.connections)
        return True

    def missing_members(self) -> list[MemberInfo]:
        """Members without a connection."""
        connected = self.routes.by_member
        return [member for member in self.members.members if member.uuid not in connected]

    def _route(self, connections: Iterable[C]) -> None:
        self.routes = Routes(connections, self.partitions.owners, self.partition_count, self.smart)
        if self.on_routes is not None:
            self.on_routes(self.routes)
