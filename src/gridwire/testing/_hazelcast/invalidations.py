# SPDX-License-Identifier: Apache-2.0
"""What near caches of clients are told: that what they hold of a key, or of a map, is stale.

Each partition numbers what happened to a map in it, and has a UUID that changes when its memory was
lost. So a client can tell whether it missed something. As on real members the owner of the
partition speaks, and it counts only while somebody listens to it. A map that is emptied is a step
in each of its partitions, but one message, from the owner of the partition of the map's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of

if TYPE_CHECKING:
    from uuid import UUID

    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.session import Session
    from gridwire.testing._hazelcast.state import ClusterState
    from gridwire.testing._hazelcast.timers import Timer

__all__ = ["INVALIDATION", "InvalidationListener", "Invalidations"]

INVALIDATION = 256
"""The listener flag without which a registration hears nothing."""

_ONE, _BATCH = messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER.events
_NO_PARTITION = -1


class InvalidationListener(NamedTuple):
    """A registration; fields as in `EntryListener`."""

    uuid: UUID
    session: Session
    member: Member
    correlation_id: int
    name: str
    flags: int
    local_only: bool

    def hears(self, speaker: Member) -> bool:
        """Whether it is told what this member says."""
        return bool(self.flags & INVALIDATION) and (not self.local_only or self.member is speaker)


class _Invalidation(NamedTuple):
    """One step of a map in a partition."""

    key: bytes | None
    source: UUID | None
    partition_uuid: UUID
    sequence: int


class _Partition:
    """What the owner of a partition remembers for near caches.

    Attributes:
        uuid: changes when it was forgotten.
        sequences: the last number of each map that has any.
    """

    __slots__ = ("sequences", "uuid")

    def __init__(self, uuid: UUID) -> None:
        self.uuid = uuid
        self.sequences: dict[str, int] = {}

    def step(self, name: str) -> int:
        """The next number of a map."""
        sequence = self.sequences[name] = self.sequences.get(name, 0) + 1
        return sequence


class Invalidations:
    """Who wants to hear of stale entries, and what there is to hear.

    Args:
        state: the cluster.

    Attributes:
        by_map: registrations by the name of the map; only maps that have some.
    """

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self._partitions: dict[int, _Partition] = {}
        self._queues: dict[tuple[Member, str], list[_Invalidation]] = {}
        self._senders: dict[Member, Timer] = {}
        self.by_map: dict[str, list[InvalidationListener]] = {}

    # -- registrations ------------------------------------------------------------------------

    def add(self, listener: InvalidationListener) -> None:
        """Register."""
        self.by_map.setdefault(listener.name, []).append(listener)

    def remove(self, name: str, uuid: UUID | None) -> bool:
        """End a registration; whether there was one."""
        listeners = self.by_map.get(name, [])
        left = [listener for listener in listeners if listener.uuid != uuid]
        self._keep(name, left)
        return len(left) < len(listeners)

    def drop_session(self, session: Session) -> None:
        """End all registrations of a connection."""
        for name, listeners in list(self.by_map.items()):
            self._keep(name, [one for one in listeners if one.session is not session])

    def _keep(self, name: str, listeners: list[InvalidationListener]) -> None:
        if listeners:
            self.by_map[name] = listeners
        else:
            self.by_map.pop(name, None)

    # -- what happens -------------------------------------------------------------------------

    def key_changed(self, name: str, partition_id: int, key: bytes, source: UUID | None) -> None:
        """Say that what is known of a key is stale.

        Args:
            name: of a map that has registrations.
            partition_id: that of the key.
            key: the key.
            source: the client that changed it, or the member where it expired.
        """
        owner = self._state.table[partition_id].owner
        if not self._is_heard(name, owner):
            return
        partition = self._partition(partition_id)
        step = _Invalidation(key, source, partition.uuid, partition.step(name))
        properties = self._state.properties
        if not properties.batch_invalidations:
            self._send(owner, name, step, partition_id)
            return
        self._start_sender(owner)
        queue = self._queues.setdefault((owner, name), [])
        queue.append(step)
        if len(queue) >= properties.batch_size:
            self._send_batch(owner, name)

    def map_changed(self, name: str, source: UUID | None) -> None:
        """Say that whatever is known of a map is stale; what waits in batches still follows.

        Args:
            name: of the map.
            source: the client that emptied it, or the member that destroyed it.
        """
        table = self._state.table
        if name not in self.by_map or not table:
            return
        heard = {owner: self._is_heard(name, owner) for owner, _ in table}
        for partition_id, (owner, _) in enumerate(table):
            if heard[owner]:
                self._partition(partition_id).step(name)
        key = self._state.serialization.to_data(name)
        assert key is not None, "a name is no null"
        home = partition_of(key, len(table))
        if heard[table[home].owner]:
            partition = self._partition(home)
            step = _Invalidation(None, source, partition.uuid, partition.sequences[name])
            self._send(table[home].owner, name, step, _NO_PARTITION)

    def map_destroyed(self, name: str, source: UUID) -> None:
        """Tell near caches of the end of a map, and forget it and them."""
        self.map_changed(name, source)
        self.by_map.pop(name, None)
        for partition in self._partitions.values():
            partition.sequences.pop(name, None)
        for queue in [queue for queue in self._queues if queue[1] == name]:
            del self._queues[queue]

    def owner_lost(self, partition_id: int) -> None:
        """The owner of a partition is gone with its memory: backups know nothing of this."""
        self._partitions.pop(partition_id, None)

    def member_left(self, member: Member, *, alive: bool) -> None:
        """A member goes.

        Args:
            member: which.
            alive: whether it can still send what it has collected.
        """
        timer = self._senders.pop(member, None)
        if timer is not None:
            timer.cancel()
        for owner, name in list(self._queues):
            if owner is member:
                if alive:
                    self._send_batch(member, name)
                del self._queues[owner, name]

    # -- what is known ------------------------------------------------------------------------

    def metadata(
        self, names: list[str], member: Member
    ) -> tuple[list[tuple[str, list[tuple[int, int]]]], list[tuple[int, UUID]]]:
        """What a member knows of the partitions that it owns.

        Args:
            names: of maps.
            member: the member.

        Returns:
            For each map the partitions in which something happened, with their last numbers, and
            the UUIDs of all its partitions.
        """
        table = self._state.table
        owned = [number for number, replicas in enumerate(table) if replicas.owner is member]
        sequences = [
            (
                name,
                [
                    (number, partition.sequences[name])
                    for number in owned
                    if name in (partition := self._partition(number)).sequences
                ],
            )
            for name in names
        ]
        return sequences, [(number, self._partition(number).uuid) for number in owned]

    def _partition(self, partition_id: int) -> _Partition:
        partition = self._partitions.get(partition_id)
        if partition is None:
            partition = self._partitions[partition_id] = _Partition(self._state.new_uuid())
        return partition

    # -- who is told --------------------------------------------------------------------------

    def _is_heard(self, name: str, speaker: Member) -> bool:
        return any(listener.hears(speaker) for listener in self.by_map.get(name, ()))

    def _send(self, speaker: Member, name: str, step: _Invalidation, partition_id: int) -> None:
        for listener in self.by_map.get(name, ()):
            if listener.hears(speaker):
                event = _ONE.encode(listener.correlation_id, partition_id, *step)
                listener.session.send(event)

    def _send_batch(self, speaker: Member, name: str) -> None:
        queue = self._queues[speaker, name]
        steps, queue[:] = list(queue), ()
        if not steps:
            return
        columns = [list(column) for column in zip(*steps, strict=True)]
        for listener in self.by_map.get(name, ()):
            if listener.hears(speaker):
                event = _BATCH.encode(listener.correlation_id, _NO_PARTITION, *columns)
                listener.session.send(event)

    def _start_sender(self, member: Member) -> None:
        """From the first step on, a member sends what it has collected again and again."""
        if member not in self._senders:
            seconds = self._state.properties.batch_seconds
            send = self._send_collected
            timer = self._state.timers.after(seconds, lambda: send(member))
            self._senders[member] = timer

    def _send_collected(self, member: Member) -> None:
        del self._senders[member]
        if member.alive:
            self._start_sender(member)
            for owner, name in list(self._queues):
                if owner is member:
                    self._send_batch(owner, name)
