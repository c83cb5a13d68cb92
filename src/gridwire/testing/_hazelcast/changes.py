# SPDX-License-Identifier: Apache-2.0
"""What follows a change of entries: backups, their acknowledgements, near caches, listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.protocol.frames import BACKUP_AWARE
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.testing._hazelcast.registrations import UNTOUCHED, EntryChange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridwire.testing._hazelcast.session import Session
    from gridwire.testing._hazelcast.state import Replicas

    KeyChange = tuple[bytes, int, bytes | None, bytes | None]

__all__ = ["KeyChange", "acknowledge", "back_up", "follow", "report"]

_ACK = client_messages.LOCAL_BACKUP_LISTENER.events[0]
_NO_PARTITION = -1


def back_up(
    session: Session, partition_id: int, replicas: Replicas, name: str, keys: Iterable[bytes]
) -> int:
    """Let the backups follow what the owner has under some keys, and acknowledge it.

    Args:
        session: who asked for the change.
        partition_id: where it happened.
        replicas: who holds the partition.
        name: of the map.
        keys: what was changed.

    Returns:
        How many acknowledgements the client is to wait for, see `acknowledge`.
    """
    follow(partition_id, replicas, name, keys)
    return acknowledge(session, replicas)


def follow(partition_id: int, replicas: Replicas, name: str, keys: Iterable[bytes]) -> None:
    """Let the backups have what the owner has under some keys; arguments as in `back_up`."""
    records = replicas.owner.store(partition_id, name).records
    for backup in replicas.backups:
        for key in keys:
            backup.adopt(partition_id, name, key, records.get(key))


def acknowledge(session: Session, replicas: Replicas) -> int:
    """Tell a client of each backup that was made, if it wants to know.

    Args:
        session: who asked for the change.
        replicas: who holds the partition.

    Returns:
        How many acknowledgements the client is to wait for. As on real members these are all
        backups, also those to which it has no connection (yet), and which cannot reach it.
    """
    if not session.flags & BACKUP_AWARE:
        return 0
    for backup in replicas.backups:
        registered = backup.ack_listeners.get(session.client_uuid)
        if registered is not None:
            listener, registration = registered
            listener.send(_ACK.encode(registration, _NO_PARTITION, session.correlation_id))
    return len(replicas.backups)


def report(
    session: Session,
    partition_id: int,
    replicas: Replicas,
    name: str,
    changes: Iterable[KeyChange],
) -> None:
    """Tell near caches and listeners of changes of one partition.

    Args:
        session: who asked for them.
        partition_id: where they happened.
        replicas: who holds the partition.
        name: of the map.
        changes: keys with the kind of the change, the new and the old value.
    """
    state = session.state
    near, listened = name in state.invalidations.by_map, name in state.entry_listeners.by_map
    if not near and not listened:
        return
    source = session.member.uuid
    for key, kind, value, old in changes:
        if near and kind != UNTOUCHED:
            state.invalidations.key_changed(name, partition_id, key, session.client_uuid)
        if listened:
            change = EntryChange(name, kind, source, partition_id, key, value, old)
            state.entry_listeners.publish(replicas.owner, change)
