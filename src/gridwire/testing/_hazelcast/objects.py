# SPDX-License-Identifier: Apache-2.0
"""The distributed objects of a cluster, and the listeners that hear of new and destroyed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gridwire.hazelcast.protocol.messages import client as client_messages

if TYPE_CHECKING:
    from uuid import UUID

    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.session import Session

__all__ = ["CREATED", "DESTROYED", "MAP_SERVICE", "DistributedObjects", "ObjectListener"]

CREATED = "CREATED"
DESTROYED = "DESTROYED"

MAP_SERVICE = "hz:impl:mapService"

_EVENT = client_messages.ADD_DISTRIBUTED_OBJECT_LISTENER.events[0]
_NO_PARTITION = -1


class ObjectListener(NamedTuple):
    """A registration for new and destroyed objects; fields as in `EntryListener`."""

    uuid: UUID
    session: Session
    member: Member
    correlation_id: int
    local_only: bool


class DistributedObjects:
    """What clients have asked for by name.

    Real members know the proxy of an object where it was first asked for, and report from there;
    using a map without asking for its proxy makes no object.
    """

    def __init__(self) -> None:
        self._homes: dict[tuple[str, str], Member] = {}
        self._listeners: dict[UUID, ObjectListener] = {}

    def create(self, service: str, name: str, session: Session) -> None:
        """Make an object known, if it is not."""
        if (service, name) not in self._homes:
            self._homes[service, name] = session.member
            self._publish(session.member, service, name, CREATED, session)

    def destroy(self, service: str, name: str, session: Session) -> None:
        """Forget an object, if it is known."""
        home = self._homes.pop((service, name), None)
        if home is not None:
            speaker = home if home.alive else session.member
            self._publish(speaker, service, name, DESTROYED, session)

    def names(self) -> list[tuple[str, str]]:
        """Service and name of each object, in the order of their creation."""
        return list(self._homes)

    def clear(self) -> None:
        """Forget all objects, and tell nobody."""
        self._homes.clear()

    def add_listener(self, listener: ObjectListener) -> None:
        """Register."""
        self._listeners[listener.uuid] = listener

    def remove_listener(self, uuid: UUID | None) -> bool:
        """End a registration; whether there was one."""
        return uuid is not None and self._listeners.pop(uuid, None) is not None

    def drop_session(self, session: Session) -> None:
        """End all registrations of a connection."""
        self._listeners = {
            uuid: listener
            for uuid, listener in self._listeners.items()
            if listener.session is not session
        }

    def _publish(self, home: Member, service: str, name: str, kind: str, session: Session) -> None:
        for listener in self._listeners.values():
            if listener.local_only and listener.member is not home:
                continue
            event = _EVENT.encode(
                listener.correlation_id, _NO_PARTITION, name, service, kind, session.client_uuid
            )
            listener.session.send(event)
