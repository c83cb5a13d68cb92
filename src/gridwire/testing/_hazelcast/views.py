# SPDX-License-Identifier: Apache-2.0
"""Members and partitions as clients are told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import client as client_messages

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.session import Session
    from gridwire.testing._hazelcast.state import ClusterState

__all__ = ["Views", "address_of", "member_infos", "partition_owners"]

_MEMBERS, _PARTITIONS, _GROUPS, _VERSION = client_messages.ADD_CLUSTER_VIEW_LISTENER.events

# The kind of an address by which members themselves reach a member.
_MEMBER_PROTOCOL = 0
# The kind of an address that clients from outside may use, and the first line that has it.
_CLIENT_PROTOCOL = 1
_FIRST_PUBLIC = (4, 2)
_NO_PARTITION = -1


def address_of(state: ClusterState, member: Member) -> Any:
    """The address of a member as the protocol carries it."""
    return customs.Address(state.options.advertised_host or member.host, member.port)


def member_infos(state: ClusterState) -> list[Any]:
    """All members, the oldest first."""
    version = customs.MemberVersion(*state.dialect.numbers)
    return [
        customs.MemberInfo(
            address_of(state, member), member.uuid, {}, member.lite, version, _places(state, member)
        )
        for member in state.members
    ]


def _places(state: ClusterState, member: Member) -> dict[Any, Any]:
    """The addresses of a member by their kind."""
    places = {customs.EndpointQualifier(_MEMBER_PROTOCOL, None): address_of(state, member)}
    public = state.options.public_host
    if public is not None and state.dialect.numbers >= _FIRST_PUBLIC:
        kind = customs.EndpointQualifier(_CLIENT_PROTOCOL, "public")
        places[kind] = customs.Address(public, member.port)
    return places


def partition_owners(state: ClusterState) -> list[tuple[UUID, list[int]]]:
    """The partitions of each member that owns any."""
    owned: dict[UUID, list[int]] = {}
    for partition_id, replicas in enumerate(state.table):
        owned.setdefault(replicas.owner.uuid, []).append(partition_id)
    return list(owned.items())


class Views:
    """The clients that want to hear of changes, and how they are told.

    Args:
        state: what they are told about.
    """

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self._listeners: dict[Session, int] = {}

    def subscribe(self, session: Session, correlation_id: int) -> None:
        """Tell a client all that is, now, and all changes from now on."""
        self._listeners[session] = correlation_id
        state = self._state
        session.send(self._members(correlation_id))
        if state.table:
            session.send(self._partitions(correlation_id))
        if state.dialect.knows(_GROUPS):
            session.send(_GROUPS.encode(correlation_id, _NO_PARTITION, state.member_version, []))
        if state.dialect.knows(_VERSION):
            version = customs.Version(*state.dialect.numbers[:2])
            session.send(_VERSION.encode(correlation_id, _NO_PARTITION, version))

    def drop(self, session: Session) -> None:
        """Forget a client whose connection ended."""
        self._listeners.pop(session, None)

    def members_changed(self) -> None:
        """Tell everybody who the members are."""
        for session, correlation_id in self._listeners.items():
            session.send(self._members(correlation_id))

    def partitions_changed(self) -> None:
        """Tell everybody who owns which partition."""
        for session, correlation_id in self._listeners.items():
            session.send(self._partitions(correlation_id))

    def _members(self, correlation_id: int) -> Any:
        state = self._state
        infos = member_infos(state)
        return _MEMBERS.encode(correlation_id, _NO_PARTITION, state.member_version, infos)

    def _partitions(self, correlation_id: int) -> Any:
        state = self._state
        owners = partition_owners(state)
        return _PARTITIONS.encode(correlation_id, _NO_PARTITION, state.partition_version, owners)
