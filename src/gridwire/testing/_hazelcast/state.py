# SPDX-License-Identifier: Apache-2.0
"""What the members of a cluster agree on: who they are, and who holds which partition.

Changes happen at once and as a whole: members of a test cluster live on one loop, so between two
requests every member knows the same, and a backup is made before the write is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from gridwire.testing._hazelcast.assignment import assigned
from gridwire.testing._hazelcast.member import Member
from gridwire.testing._hazelcast.objects import DistributedObjects
from gridwire.testing._hazelcast.refusals import StackFrame, illegal_argument
from gridwire.testing._hazelcast.registrations import (
    EXPIRED,
    EntryChange,
    EntryListeners,
)
from gridwire.testing._hazelcast.views import Views

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from gridwire.testing._hazelcast.options import ClusterOptions
    from gridwire.testing._hazelcast.session import Session

__all__ = ["ClusterState", "Replicas"]


class Replicas(NamedTuple):
    """Who holds a partition."""

    owner: Member
    backups: tuple[Member, ...]


class ClusterState:
    """A cluster, without sockets.

    Args:
        options: what it is.
        clock: gives the time in seconds since the epoch.
        random: where UUIDs come from.

    Attributes:
        uuid: identity of the cluster; a new one when it begins from nothing again.
        members: the living ones, the oldest first.
        table: who holds each partition; empty while there is no member.
        member_version: grows with each change of `members`.
        partition_version: grows with each change of `table`.
        unsent: connections with something to send; the driver takes them after each call.
    """

    def __init__(
        self, options: ClusterOptions, *, clock: Callable[[], float], random: Random
    ) -> None:
        self.options = options
        self._clock = clock
        self._random = random
        self.uuid = self.new_uuid()
        self.members: list[Member] = []
        self.table: list[Replicas] = []
        self.member_version = 0
        self.partition_version = 0
        self.entry_listeners = EntryListeners()
        self.objects = DistributedObjects()
        self.views = Views(self)
        self.unsent: list[Session] = []

    def now(self) -> int:
        """The time in milliseconds since the epoch."""
        return int(self._clock() * 1000)

    def new_uuid(self) -> UUID:
        """A random UUID."""
        return UUID(int=self._random.getrandbits(128), version=4)

    def replicas(self, partition_id: int) -> Replicas:
        """Who holds a partition.

        Raises:
            Refusal: there is no such partition.
        """
        if 0 <= partition_id < len(self.table):
            return self.table[partition_id]
        if partition_id < 0:
            message = "Partition ID cannot be negative!"
        else:
            message = f"Partition ID {partition_id} is not below {len(self.table)}"
        where = ("com.hazelcast.internal.util.Preconditions", "checkNotNegative")
        raise illegal_argument(message, StackFrame(*where, "Preconditions.java", 133))

    # -- who is there -------------------------------------------------------------------------

    def join(self, host: str, port: int) -> Member:
        """Let a member in: it takes over its share of the partitions, with their data.

        Args:
            host: where clients reach it.
            port: the same.

        Returns:
            The member.
        """
        if not self.members:
            self._begin()
        member = Member(self.new_uuid(), host, port, self.options.partition_count)
        self.members.append(member)
        self.member_version += 1
        self.views.members_changed()
        self._reassign(self.members)
        self.views.partitions_changed()
        return member

    def leave(self, member: Member) -> None:
        """Let a member go: it hands its partitions over first, so nothing is lost."""
        remaining = [one for one in self.members if one is not member]
        self._reassign(remaining)
        self.views.partitions_changed()
        self.members = remaining
        self.member_version += 1
        self.views.members_changed()
        member.forget()

    def kill(self, member: Member) -> None:
        """Lose a member with its memory: backups are promoted and made anew elsewhere."""
        member.forget()
        self.members = [one for one in self.members if one is not member]
        self.member_version += 1
        self.views.members_changed()
        self._reassign(self.members)
        self.views.partitions_changed()

    def _begin(self) -> None:
        """A first member founds a cluster; it knows nothing of one that was there before."""
        self.uuid = self.new_uuid()
        self.member_version = 0
        self.partition_version = 0
        self.objects = DistributedObjects()
        self.entry_listeners = EntryListeners()

    def _reassign(self, members: list[Member]) -> None:
        """Spread the partitions over these members, and move the data accordingly."""
        rows = [(replicas.owner, *replicas.backups) for replicas in self.table]
        if not rows:
            rows = [()] * self.options.partition_count
        new_rows = assigned(rows, members, self.options.backup_count)
        for partition_id, (old, new) in enumerate(zip(rows, new_rows, strict=True)):
            self._move(partition_id, old, new)
        self.table = [Replicas(row[0], row[1:]) for row in new_rows if row]
        self.partition_version += 1

    def _move(self, partition_id: int, old: tuple[Member, ...], new: tuple[Member, ...]) -> None:
        # All replicas are equal, so any that survived will do.
        source = next((member for member in old if member.alive), None)
        if source is None:
            return
        stores = source.partitions[partition_id]
        for member in new:
            if member not in old:
                copies = {name: store.copy() for name, store in stores.items()}
                member.partitions[partition_id] = copies
        for member in old:
            if member not in new:
                member.partitions[partition_id] = {}

    # -- what ends by itself ------------------------------------------------------------------

    def expire(self, partition_id: int, name: str, keys: list[bytes]) -> None:
        """Remove entries whose life is over, everywhere.

        Args:
            partition_id: where they are.
            name: of their map.
            keys: of the entries.
        """
        owner, backups = self.table[partition_id]
        store = owner.store(partition_id, name)
        for key in keys:
            value = store.drop(key)
            for backup in backups:
                backup.adopt(partition_id, name, key, None)
            change = EntryChange(name, EXPIRED, owner.uuid, partition_id, key, None, value)
            self.entry_listeners.publish(owner, change)

    def sweep(self) -> None:
        """Remove all entries whose life is over, as members do from time to time."""
        now = self.now()
        for partition_id, replicas in enumerate(self.table):
            for name, store in replicas.owner.partitions[partition_id].items():
                if store.limited:
                    self.expire(partition_id, name, store.expired(now))

    def drop_session(self, session: Session) -> None:
        """Forget a connection that ended."""
        self.views.drop(session)
        self.entry_listeners.drop_session(session)
        self.objects.drop_session(session)
        for member in self.members:
            registered = member.ack_listeners.get(session.client_uuid)
            if registered is not None and registered[0] is session:
                del member.ack_listeners[session.client_uuid]
