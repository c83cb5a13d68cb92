# SPDX-License-Identifier: Apache-2.0
"""Members and partitions as a client sees them: immutable snapshots, one after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from gridwire.hazelcast.core import (
    Address,
    EndpointQualifier,
    MemberInfo,
    MemberVersion,
    ProtocolType,
)

__all__ = ["MembersView", "PartitionsView", "member_of"]


# Where clients reach a member that has sockets of several kinds, the best first.
_FOR_CLIENTS = (
    EndpointQualifier(ProtocolType.CLIENT, None),
    EndpointQualifier(ProtocolType.MEMBER, None),
)


def member_of(info: Any) -> MemberInfo:
    """A member as users see it, from a decoded `MemberInfo` of the protocol.

    Its address is the one for clients. Members of 4.0 tell one address alone.
    """
    address = Address(info.address.host, info.address.port)
    places = {
        EndpointQualifier(qualifier.type, qualifier.identifier): Address(place.host, place.port)
        for qualifier, place in (info.address_map or {}).items()
    } or {_FOR_CLIENTS[-1]: address}
    return MemberInfo(
        next((places[qualifier] for qualifier in _FOR_CLIENTS if qualifier in places), address),
        info.uuid,
        dict(info.attributes),
        info.lite_member,
        MemberVersion(info.version.major, info.version.minor, info.version.patch),
        None,
        places,
    )


@dataclass(frozen=True, slots=True)
class MembersView:
    """The members in the cluster's order, the oldest first.

    Args:
        version: grows with every change that the cluster makes; -1 before the first.
        members: in order.
    """

    version: int = -1
    members: tuple[MemberInfo, ...] = ()

    def after(self, version: int, infos: Iterable[Any]) -> MembersView | None:
        """The next view, or None when this one is as new."""
        if version <= self.version:
            return None
        return MembersView(version, tuple(member_of(info) for info in infos))

    def find(self, uuid: object) -> MemberInfo | None:
        """The member with this UUID."""
        for member in self.members:
            if member.uuid == uuid:
                return member
        return None

    def changes(self, new: MembersView) -> tuple[list[MemberInfo], list[MemberInfo]]:
        """Who left and who joined from this view to `new`. A new address is a new member."""
        before = {(member.uuid, member.address) for member in self.members}
        after = {(member.uuid, member.address) for member in new.members}
        gone = [one for one in self.members if (one.uuid, one.address) not in after]
        joined = [one for one in new.members if (one.uuid, one.address) not in before]
        return gone, joined


@dataclass(frozen=True, slots=True)
class PartitionsView:
    """Which member owns which partition.

    Args:
        version: grows with every migration; -1 before the first table.
        source: the connection that told it: versions of different members are not compared.
        owners: partition id to the owner's UUID; not every partition has one at every time.
    """

    version: int = -1
    source: object = None
    owners: Mapping[int, UUID] = field(default_factory=lambda: MappingProxyType({}))

    def after(
        self, version: int, source: object, table: Iterable[tuple[UUID, list[int]]]
    ) -> PartitionsView | None:
        """The next table, or None when this one is as new or the new one is empty."""
        if source is self.source and version <= self.version:
            return None
        owners = {partition: uuid for uuid, partitions in table for partition in partitions}
        if not owners:
            return None
        return PartitionsView(version, source, MappingProxyType(owners))
