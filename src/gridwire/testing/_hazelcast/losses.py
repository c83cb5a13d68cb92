# SPDX-License-Identifier: Apache-2.0
"""Who wants to hear of partitions that were lost with all members that held them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gridwire.hazelcast.protocol.messages import map as messages

if TYPE_CHECKING:
    from uuid import UUID

    from gridwire.testing._hazelcast.session import Session
    from gridwire.testing._hazelcast.state import ClusterState

__all__ = ["LossListener", "Losses"]

_EVENT = messages.ADD_PARTITION_LOST_LISTENER.events[0]
_NO_PARTITION = -1


class LossListener(NamedTuple):
    """A registration; fields as in `EntryListener`."""

    session: Session
    correlation_id: int
    name: str
    local_only: bool


class Losses:
    """All registrations of a cluster.

    Args:
        state: the cluster.
    """

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self._listeners: dict[UUID, LossListener] = {}

    def add(self, uuid: UUID, listener: LossListener) -> None:
        """Register."""
        self._listeners[uuid] = listener

    def remove(self, name: str, uuid: UUID | None) -> bool:
        """End a registration of a map; whether there was one."""
        listener = self._listeners.get(uuid) if uuid is not None else None
        if uuid is None or listener is None or listener.name != name:
            return False
        del self._listeners[uuid]
        return True

    def drop_session(self, session: Session) -> None:
        """End all registrations of a connection."""
        self._listeners = {
            uuid: one for uuid, one in self._listeners.items() if one.session is not session
        }

    def drop_map(self, name: str) -> None:
        """End all registrations of a map, as its destruction does."""
        self._listeners = {uuid: one for uuid, one in self._listeners.items() if one.name != name}

    def publish(self, partition_ids: list[int]) -> None:
        """Tell of lost partitions; their new owners speak.

        Args:
            partition_ids: what was lost, and has new owners now.
        """
        for listener in self._listeners.values():
            if not self._exists(listener.name):
                continue
            for partition_id in partition_ids:
                owner = self._state.table[partition_id].owner
                if not listener.local_only or listener.session.member is owner:
                    listener.session.send(
                        _EVENT.encode(
                            listener.correlation_id, _NO_PARTITION, partition_id, owner.uuid
                        )
                    )

    def _exists(self, name: str) -> bool:
        """Whether anything is known of a map: members tell nothing of one that nobody used."""
        members = self._state.members
        return any(name in stores for member in members for stores in member.partitions)
