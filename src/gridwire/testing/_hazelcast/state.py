# SPDX-License-Identifier: Apache-2.0
"""What the members of a cluster agree on: who they are, and who holds which partition.

Changes happen at once and as a whole: members of a test cluster live on one loop, so between two
requests every member knows the same, and a backup is made before the write is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from gridwire.testing._hazelcast.assignment import assigned
from gridwire.testing._hazelcast.faults import Faults
from gridwire.testing._hazelcast.interceptors import Interceptors
from gridwire.testing._hazelcast.invalidations import Invalidations
from gridwire.testing._hazelcast.locks import Locks
from gridwire.testing._hazelcast.losses import Losses
from gridwire.testing._hazelcast.member import Member
from gridwire.testing._hazelcast.objects import DistributedObjects
from gridwire.testing._hazelcast.properties import read_properties
from gridwire.testing._hazelcast.query.arranged_results import ArrangedResults
from gridwire.testing._hazelcast.refusals import StackFrame, illegal_argument
from gridwire.testing._hazelcast.registrations import (
    EXPIRED,
    EntryChange,
    EntryListeners,
)
from gridwire.testing._hazelcast.timers import Timers
from gridwire.testing._hazelcast.user_code import UserCode
from gridwire.testing._hazelcast.versions import dialect_of
from gridwire.testing._hazelcast.views import Views
from gridwire.testing._hazelcast.waiting import WaitingRoom
from gridwire.testing._shared.clock import ClusterClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from random import Random

    from gridwire.hazelcast.serialization.service import SerializationService
    from gridwire.testing._hazelcast.options import ClusterOptions
    from gridwire.testing._hazelcast.session import Session

__all__ = ["ClusterState", "Replicas"]


_EXPIRY_TOLD_SINCE = (5, 5)
"""From this line on near caches are told of entries that expire; 5.3.8 does not, 5.7.0 does."""


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
        dialect: what members of its version say on the wire.
        clock: its time, in seconds since the epoch.
        table: who holds each partition; empty while there is no member that may.
        faults: what is out of order in it.
        member_version: grows with each change of `members`.
        partition_version: grows with each change of `table`.
        unsent: connections with something to send; the driver takes them after each call.
        timers: what is to be done later; the driver runs them.
        properties: what its configuration says.
        invalidations: what near caches are told.
        losses: who is told of partitions that were lost.
        locks: which keys are locked.
        waiting: the requests that wait for locked keys.
        user_code: the classes of the program that members run.
        arranged_results: what pages were asked of lately, for the next pages.
        interceptors: which of that code stands between clients and maps.
    """

    def __init__(
        self, options: ClusterOptions, *, clock: Callable[[], float], random: Random
    ) -> None:
        self.options = options
        self.dialect = dialect_of(options.version)
        self.clock = ClusterClock(clock)
        self._random = random
        self.uuid = self.new_uuid()
        self.members: list[Member] = []
        self.table: list[Replicas] = []
        self.member_version = 0
        self.partition_version = 0
        self.entry_listeners = EntryListeners()
        self.objects = DistributedObjects()
        self.views = Views(self)
        self.faults = Faults(self)
        self.unsent: list[Session] = []
        self.timers = Timers(clock)
        self.properties = read_properties(options.properties)
        self.invalidations = Invalidations(self)
        self.losses = Losses(self)
        self._lost: list[int] = []
        self.locks = Locks(self)
        self.waiting = WaitingRoom(self)
        self.user_code = UserCode(
            options.data_serializable_factories, is_big_endian=options.is_big_endian
        )
        self.arranged_results = ArrangedResults()
        self.interceptors = Interceptors(self.user_code)

    def now(self) -> int:
        """The time in milliseconds since the epoch."""
        return int(self.clock() * 1000)

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

    @property
    def serialization(self) -> SerializationService:
        """Reads keys, values and what clients send to be run, where that is needed."""
        return self.user_code.serialization

    # -- who is there -------------------------------------------------------------------------

    @property
    def data_members(self) -> list[Member]:
        """The living members that may hold partitions, the oldest first."""
        return [member for member in self.members if not member.lite]

    def join(self, host: str, port: int, *, lite: bool = False) -> Member:
        """Let a member in: it takes over its share of the partitions, with their data.

        Args:
            host: where clients reach it.
            port: the same.
            lite: whether it holds no partition.

        Returns:
            The member.
        """
        if not self.members:
            self._begin()
        member = Member(self.new_uuid(), host, port, self.options.partition_count, lite=lite)
        for other in self.members[:1]:
            member.schemas.update(other.schemas)
        # A new list, since other threads may be reading the old one.
        self.members = [*self.members, member]
        self.member_version += 1
        self.views.members_changed()
        self._reassign(self.data_members)
        return member

    def leave(self, member: Member) -> None:
        """Let a member go: it hands its partitions over first, so nothing is lost."""
        self._reassign([one for one in self.data_members if one is not member])
        self.members = [one for one in self.members if one is not member]
        self.member_version += 1
        self.views.members_changed()
        self.invalidations.member_left(member, alive=True)
        member.forget()

    def kill(self, member: Member) -> None:
        """Lose a member with its memory: backups are promoted and made anew elsewhere."""
        member.forget()
        self.invalidations.member_left(member, alive=False)
        self.members = [one for one in self.members if one is not member]
        self.member_version += 1
        self.views.members_changed()
        self._reassign(self.data_members)

    def migrate(self, partition_ids: Iterable[int], to: str | None) -> None:
        """Let partitions change owners, with all that they hold; who owned them backs them up.

        Args:
            partition_ids: which; all if there are none.
            to: the UUID of their new owner, as text; that of the first backup, or of the next
                data member where there is no backup, if None.
        """
        rows = [(replicas.owner, *replicas.backups) for replicas in self.table]
        for partition_id in partition_ids or range(len(rows)):
            if partition_id < len(rows):
                row = rows[partition_id]
                new = self._migrated(row, to)
                self._move(partition_id, row, new)
                rows[partition_id] = new
        self._assign(rows)

    def _migrated(self, row: tuple[Member, ...], to: str | None) -> tuple[Member, ...]:
        """Who holds a partition after it migrated."""
        members = self.data_members
        if to is not None:
            heirs = [member for member in members if str(member.uuid) == to]
        else:
            at = members.index(row[0])
            heirs = [*row[1:], *members[at + 1 :], *members[:at]]
        if not heirs or heirs[0] is row[0]:
            return row
        others = [member for member in row if member is not heirs[0]]
        # As many replicas as before: who owned it backs it up, and the last backup may go.
        return (heirs[0], *others)[: len(row)]

    def _begin(self) -> None:
        """A first member founds a cluster; it knows nothing of one that was there before."""
        self.uuid = self.new_uuid()
        self.member_version = 0
        self.partition_version = 0
        self.objects = DistributedObjects()
        self.entry_listeners = EntryListeners()
        self.invalidations = Invalidations(self)
        self.locks.clear()
        self.user_code.begin_anew()
        self.interceptors.by_map.clear()

    def _reassign(self, members: list[Member]) -> None:
        """Spread the partitions over these members, and move the data accordingly."""
        rows = [(replicas.owner, *replicas.backups) for replicas in self.table]
        if not rows:
            rows = [()] * self.options.partition_count
        new_rows = assigned(rows, members, self.options.backup_count)
        for partition_id, (old, new) in enumerate(zip(rows, new_rows, strict=True)):
            self._move(partition_id, old, new)
        self._assign(new_rows)

    def _assign(self, rows: Sequence[tuple[Member, ...]]) -> None:
        """Let these members hold the partitions, and tell clients so if that is new."""
        table = [Replicas(row[0], row[1:]) for row in rows if row]
        if table != self.table:
            self.table = table
            self.partition_version += 1
            self.views.partitions_changed()
        self.faults.refresh()
        lost, self._lost = self._lost, []
        if lost:
            self.losses.publish(lost)

    def _move(self, partition_id: int, old: tuple[Member, ...], new: tuple[Member, ...]) -> None:
        if old and not old[0].alive:
            self.invalidations.owner_lost(partition_id)
        # All replicas are equal, so any that survived will do.
        source = next((member for member in old if member.alive), None)
        if source is None:
            if old and new:
                self._lost.append(partition_id)
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
        told = self.dialect.numbers >= _EXPIRY_TOLD_SINCE
        for key in keys:
            value = store.drop(key)
            for backup in backups:
                backup.adopt(partition_id, name, key, None)
            change = EntryChange(name, EXPIRED, owner.uuid, partition_id, key, None, value)
            self.entry_listeners.publish(owner, change)
            if told and name in self.invalidations.by_map:
                self.invalidations.key_changed(name, partition_id, key, owner.uuid)

    def sweep(self) -> None:
        """Remove all entries whose life is over, as members do from time to time."""
        self.locks.expire()
        now = self.now()
        for partition_id, replicas in enumerate(self.table):
            for name, store in replicas.owner.partitions[partition_id].items():
                if store.limited:
                    self.expire(partition_id, name, store.expired(now))

    def clear(self) -> None:
        """Destroy all maps, as if clients had, but without telling who listens to objects."""
        names = {name for _, name in self.objects.names()}
        for member in self.members:
            names.update(name for stores in member.partitions for name in stores)
        # Where no member lives, nothing is left but the names.
        if self.members:
            for name in sorted(names):
                self.destroy_map(name, self.members[0].uuid)
        self.objects.clear()

    def destroy_map(self, name: str, source: UUID) -> None:
        """Forget a map, with its entries and listeners, and let near caches forget it too.

        Args:
            name: of the map.
            source: the member that was asked to.
        """
        for member in self.members:
            member.drop_map(name)
        self.entry_listeners.drop_map(name)
        self.losses.drop_map(name)
        self.interceptors.drop_map(name)
        self.locks.drop_map(name)
        self.waiting.drop_map(name)
        self.invalidations.map_destroyed(name, source)

    def drop_session(self, session: Session) -> None:
        """Forget a connection that ended."""
        self.views.drop(session)
        self.entry_listeners.drop_session(session)
        self.invalidations.drop_session(session)
        self.losses.drop_session(session)
        self.waiting.drop_session(session)
        self.locks.session_ended(session)
        self.objects.drop_session(session)
        for member in self.members:
            registered = member.ack_listeners.get(session.client_uuid)
            if registered is not None and registered[0] is session:
                del member.ack_listeners[session.client_uuid]
