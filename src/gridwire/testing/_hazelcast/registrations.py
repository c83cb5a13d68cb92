# SPDX-License-Identifier: Apache-2.0
"""Entry listeners: who wants to hear of which changes in which map."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gridwire.testing._hazelcast.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from gridwire.hazelcast.protocol.table import Encoded, Event
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.session import Session

__all__ = [
    "ADDED",
    "CLEAR_ALL",
    "EVICTED",
    "EVICT_ALL",
    "EXPIRED",
    "MERGED",
    "REMOVED",
    "SILENT",
    "UNTOUCHED",
    "UPDATED",
    "EntryChange",
    "EntryListener",
    "EntryListeners",
]

SILENT = 0
"""A change that backups and near caches follow, but of which no listener hears."""

UNTOUCHED = -(2**31)
"""No change, but one that is backed up all the same: the response counts the backups."""

ADDED = 1
REMOVED = 2
UPDATED = 4
EVICTED = 8
EXPIRED = 16
EVICT_ALL = 32
CLEAR_ALL = 64
MERGED = 128

_GOING = REMOVED | EVICTED | EXPIRED
_NULL = bytes(8)
_NO_PARTITION = -1


class EntryChange(NamedTuple):
    """Something that happened in a map.

    Attributes:
        name: of the map.
        kind: one of the constants of this module.
        source: the member that the client asked, or that acted by itself.
        partition_id: where it happened, -1 for the whole map.
        key: None for the whole map.
        value: what is there now, if listeners are told so.
        old_value: what was there before, if listeners are told so.
        affected: how many entries it concerns.
    """

    name: str
    kind: int
    source: UUID
    partition_id: int = _NO_PARTITION
    key: bytes | None = None
    value: bytes | None = None
    old_value: bytes | None = None
    affected: int = 1


class EntryListener(NamedTuple):
    """A registration.

    Attributes:
        uuid: what the client was told to name it by.
        session: the connection that gets the events.
        member: the member at the other end of it.
        correlation_id: of the registration; events carry it.
        name: of the map.
        key: only changes of this key, and of the whole map.
        include_value: whether events carry values.
        flags: a sum of the kinds that it wants to hear of.
        local_only: only what its member publishes.
        event: the event message that belongs to its registration.
        predicate: only changes of entries that pass it, by their serialized key and value; None
            for all. It is asked about the new value, or the old one of what is gone.
    """

    uuid: UUID
    session: Session
    member: Member
    correlation_id: int
    name: str
    key: bytes | None
    include_value: bool
    flags: int
    local_only: bool
    event: Event
    predicate: Callable[[bytes, bytes], bool] | None = None

    def wants(self, change: EntryChange) -> bool:
        """Whether it wants to hear of a change; of one of the whole map, whatever it looks for."""
        if not self.flags & change.kind:
            return False
        if change.key is None:
            return True
        if self.key is not None and change.key != self.key:
            return False
        if self.predicate is None:
            return True
        value = change.old_value if change.kind & _GOING else change.value
        try:
            return self.predicate(change.key, _NULL if value is None else value)
        except Refusal:
            # Nobody asked: a real member logs it, and tells the listener nothing.
            return False


class EntryListeners:
    """All registrations in a cluster, by map.

    Attributes:
        by_map: registrations by the name of the map; only maps that have some.
    """

    def __init__(self) -> None:
        self.by_map: dict[str, list[EntryListener]] = {}

    def add(self, listener: EntryListener) -> None:
        """Register."""
        self.by_map.setdefault(listener.name, []).append(listener)

    def remove(self, name: str, uuid: UUID | None) -> bool:
        """End a registration; whether there was one."""
        listeners = self.by_map.get(name, [])
        for listener in listeners:
            if listener.uuid == uuid:
                listeners.remove(listener)
                if not listeners:
                    del self.by_map[name]
                return True
        return False

    def drop_session(self, session: Session) -> None:
        """End all registrations of a connection."""
        for name, listeners in list(self.by_map.items()):
            left = [listener for listener in listeners if listener.session is not session]
            if left:
                self.by_map[name] = left
            else:
                del self.by_map[name]

    def drop_map(self, name: str) -> None:
        """End all registrations of a map, as its destruction does."""
        self.by_map.pop(name, None)

    def publish(self, publisher: Member, change: EntryChange) -> None:
        """Tell whoever wants to hear of it.

        Args:
            publisher: the member that speaks: the partition's owner, or for changes of the whole
                map the member that was asked for it. Each change has one.
            change: what happened.
        """
        for listener in self.by_map.get(change.name, ()):
            if listener.local_only and listener.member is not publisher:
                continue
            if listener.wants(change):
                listener.session.send(_event(listener, change))


def _event(listener: EntryListener, change: EntryChange) -> Encoded:
    values = (change.value, change.old_value) if listener.include_value else (None, None)
    return listener.event.encode(
        listener.correlation_id,
        change.partition_id,
        change.key,
        *values,
        None,
        change.kind,
        change.source,
        change.affected,
    )
