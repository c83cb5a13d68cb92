# SPDX-License-Identifier: Apache-2.0
"""Addresses that members announce: those of their own network, and public ones for all others.

Members 4.2 and later can announce a public address. What else helps when the announced ones cannot
be reached is said here as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire._core.addresses import Endpoint
from gridwire._core.logs import ClientLog
from gridwire.hazelcast.core import EndpointQualifier, MemberInfo, MemberVersion, ProtocolType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gridwire.hazelcast.core import Address

__all__ = ["PUBLIC", "PublicPlaces", "advice_on"]

PUBLIC = EndpointQualifier(ProtocolType.CLIENT, "public")
"""The kind of an address for clients from outside."""

_FIRST_VERSION = MemberVersion(4, 2, 0)

_MAX_TOLD = 1000
"""Members of which it was said that they announce nothing; after that it is said again."""


class PublicPlaces:
    """Where members are reached from outside their network.

    Args:
        log: of the client.
    """

    def __init__(self, log: ClientLog) -> None:
        self._log = log
        self._told: set[UUID | None] = set()

    def place_of(self, member: MemberInfo) -> Endpoint:
        """The public address; the member's own, and a word in the log, when it announces none."""
        public = member.address_map.get(PUBLIC)
        if public is None:
            self._tell(member)
            public = member.address
        return Endpoint(public.host, public.port)

    def _tell(self, member: MemberInfo) -> None:
        if member.uuid in self._told:
            return
        if len(self._told) >= _MAX_TOLD:
            self._told.clear()
        self._told.add(member.uuid)
        self._log.warning(
            "use_public_ip is on, but member %s announces no public address (%s); its own is used",
            member,
            _why_none(member),
            member=member.uuid,
            address=member.address,
        )


def _why_none(member: MemberInfo) -> str:
    """Why a member announces no public address, as far as its version tells."""
    if member.version < _FIRST_VERSION:
        return f"it is of version {member.version}, and those before 4.2 cannot"
    return f"it is of version {member.version}, and could"


def advice_on(member: MemberInfo, connected: Sequence[Address], by_public: bool) -> str:
    """What to change when members are reached by configured addresses, and not by announced ones.

    Args:
        member: who cannot be reached.
        connected: what does work.
        by_public: whether public addresses were used.
    """
    public = member.address_map.get(PUBLIC)
    if by_public and public is not None:
        return (
            f"Its public address is {public} (use_public_ip): check the configuration of the "
            f"member and the way there, or set {_OTHERS}."
        )
    if by_public:
        return (
            f"It announces no public address ({_why_none(member)}): configure one there, or set "
            f"{_OTHERS}."
        )
    what = (
        f"Addresses from cluster_members work ({', '.join(map(str, connected[:_MAX_SHOWN]))}), and "
        "so far none that members announce: are those good in the cluster's network alone?"
    )
    if public is not None:
        return f"{what} Members announce public ones too, such as {public}: set use_public_ip=True."
    return f"{what} Set {_OTHERS}."


_OTHERS = "address_translator, or smart_routing=False to use one connection alone"

_MAX_SHOWN = 3
"""Addresses that one piece of advice shows."""
