# SPDX-License-Identifier: Apache-2.0
"""One fault at work: which connections it concerns, which messages it hits, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.testing._hazelcast import fault_specs as specs
from gridwire.testing._hazelcast.choice import matches_client

if TYPE_CHECKING:
    from gridwire.testing._hazelcast.fault_specs import FaultSpec
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.session import Session

__all__ = ["ActiveFault"]


class ActiveFault:
    """A fault at work.

    Attributes:
        id: what it is called.
        spec: what it does.
        hits: how many messages it has hit, or connections where it is about those.
    """

    __slots__ = ("_seen", "_types", "hits", "id", "spec")

    def __init__(self, fault_id: int, spec: FaultSpec) -> None:
        self.id = fault_id
        self.spec = spec
        self.hits = 0
        self._seen = 0
        self._types = spec.choice.types()

    @property
    def spent(self) -> bool:
        """Whether it has hit as often as it was to."""
        times = self.spec.choice.times
        return times is not None and self.hits >= times

    def strikes(self, kind: int, session: Session) -> bool:
        """Whether it hits a message; this counts.

        Args:
            kind: the message's type.
            session: the connection that the message goes through.
        """
        if kind not in self._types or self.spent or not self.concerns(session):
            return False
        self._seen += 1
        if self._seen <= self.spec.choice.skip:
            return False
        self.hits += 1
        return True

    def concerns(self, session: Session) -> bool:
        """Whether it looks at a connection at all."""
        look = self.spec.choice.looks_at
        return look(session.member.uuid, session.client_name, session.client_uuid)

    def parts(self, session: Session) -> bool:
        """Whether a partition has a client and its member on different sides."""
        sides = self.spec.groups
        there = {at for at, (uuids, _) in enumerate(sides) if str(session.member.uuid) in uuids}
        client = (session.client_name, session.client_uuid)
        here = {at for at, (_, names) in enumerate(sides) if matches_client(names, *client)}
        return bool(there and here) and not there & here

    def divides(self, one: Member, other: Member) -> bool:
        """Whether a member does not hear another; it always hears itself."""
        if one is other:
            return False
        if self.spec.kind == specs.PAUSE:
            paused = self.spec.choice.members
            return paused is None or str(one.uuid) in paused or str(other.uuid) in paused
        if self.spec.kind != specs.PARTITION:
            return False
        uuids = [uuids for uuids, _ in self.spec.groups]
        there = next((at for at, each in enumerate(uuids) if str(one.uuid) in each), None)
        here = next((at for at, each in enumerate(uuids) if str(other.uuid) in each), None)
        return None not in {there, here} and there != here
