# SPDX-License-Identifier: Apache-2.0
"""Which faults are at work, and what they do to a message.

Two kinds. Some happen on the way, to the messages that they choose: late, lost, damaged. Others
hold inside the cluster: members that stand still or cannot reach each other, partitions that
migrate. Links (`link`) ask here only while `Faults.active` says so, which costs one look for
each chunk of bytes and nothing for each message.
"""

from __future__ import annotations

from enum import Enum
from struct import unpack_from
from typing import TYPE_CHECKING, NamedTuple

from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as map_messages
from gridwire.testing._hazelcast import fault_specs as specs
from gridwire.testing._hazelcast.active_fault import ActiveFault
from gridwire.testing._hazelcast.partition_refusals import (
    no_data_member,
    partition_migrating,
    wrong_target,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.testing._hazelcast.fault_specs import FaultSpec
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.refusals import Refusal
    from gridwire.testing._hazelcast.session import Session
    from gridwire.testing._hazelcast.state import ClusterState

__all__ = ["Action", "Faults", "Verdict"]

_MAP_SERVICE = 1
_BACKUP_ACK = client_messages.LOCAL_BACKUP_LISTENER.events[0].type

# What a member tells all others before it answers.
_BY_ALL_MEMBERS = frozenset(
    {client_messages.SEND_SCHEMA.request_type, client_messages.SEND_ALL_SCHEMAS.request_type}
)

# Map requests that the member answers by itself, though they name no partition.
_BY_ONE_MEMBER = frozenset(
    message.request_type
    for message in (
        map_messages.ADD_ENTRY_LISTENER,
        map_messages.ADD_ENTRY_LISTENER_TO_KEY,
        map_messages.ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE,
        map_messages.ADD_ENTRY_LISTENER_WITH_PREDICATE,
        map_messages.ADD_NEAR_CACHE_INVALIDATION_LISTENER,
        map_messages.ADD_PARTITION_LOST_LISTENER,
        map_messages.FETCH_NEAR_CACHE_INVALIDATION_METADATA,
        map_messages.REMOVE_ENTRY_LISTENER,
        map_messages.REMOVE_PARTITION_LOST_LISTENER,
    )
)


class Action(Enum):
    """What becomes of a message."""

    PASS = "pass"  # noqa: S105 - not a password
    DROP = "drop"
    HOLD = "hold"
    DAMAGE = "damage"
    REFUSE = "refuse"


class Verdict(NamedTuple):
    """What becomes of a message, and by which fault."""

    action: Action
    fault: ActiveFault | None = None
    refusal: Refusal | None = None


PASSES = Verdict(Action.PASS)

_ON_THE_WAY = {
    specs.DROP: Action.DROP,
    specs.DELAY: Action.HOLD,
    specs.GARBLE: Action.DAMAGE,
}


class Faults:
    """All faults of a cluster.

    Args:
        state: the cluster.

    Attributes:
        active: whether anything is out of order; only then is it worth to ask anything else.
    """

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self._faults: dict[int, ActiveFault] = {}
        self._hits: dict[int, int] = {}  # Of those that are over.
        self._last_id = 0
        self._at_work: Member | None = None
        self.active = False

    @property
    def ids(self) -> tuple[int, ...]:
        """What the faults at work are called, the oldest first."""
        return tuple(self._faults)

    def begin(self, spec: FaultSpec) -> ActiveFault:
        """Let a fault begin.

        Returns:
            The fault. It lasts until `end`.
        """
        self._last_id += 1
        fault = self._faults[self._last_id] = ActiveFault(self._last_id, spec)
        self.refresh()
        return fault

    def end(self, fault_id: int) -> ActiveFault | None:
        """Let a fault end.

        Returns:
            The fault, or None if it is over already.
        """
        fault = self._faults.pop(fault_id, None)
        self.refresh()
        if fault is not None:
            self._hits[fault_id] = fault.hits
            if fault.spec.kind == specs.MIGRATION:
                self._state.migrate(fault.spec.partitions, fault.spec.to)
        return fault

    def hits(self, fault_id: int) -> int:
        """How often a fault has hit, also one that is over.

        Args:
            fault_id: what it is called.
        """
        fault = self._faults.get(fault_id)
        return self._hits.get(fault_id, 0) if fault is None else fault.hits

    def refresh(self) -> None:
        """Look again whether anything is out of order."""
        self.active = bool(self._faults) or not self._state.table

    # -- what links ask ------------------------------------------------------------------------

    def stalling(self, session: Session) -> ActiveFault | None:
        """The fault because of which no byte goes through a connection, if there is one."""
        for fault in self._faults.values():
            kind = fault.spec.kind
            if kind == specs.PAUSE and fault.concerns(session):
                return fault
            if kind == specs.PARTITION and fault.parts(session):
                return fault
        return None

    def pausing(self, member: Member) -> bool:
        """Whether a member stands still."""
        paused = (fault.spec for fault in self._faults.values() if fault.spec.kind == specs.PAUSE)
        return any(
            spec.choice.members is None or str(member.uuid) in spec.choice.members
            for spec in paused
        )

    def dripping(self, session: Session) -> ActiveFault | None:
        """The fault because of which bytes trickle out of a connection, if there is one."""
        for fault in self._faults.values():
            if fault.spec.kind == specs.SLOW_DRIP and fault.concerns(session):
                return fault
        return None

    def keeping_out(
        self, member: Member, client_name: str, client_uuid: UUID | None
    ) -> ActiveFault | None:
        """The fault because of which a client is not let in, if there is one."""
        for fault in self._faults.values():
            if fault.spec.kind == specs.REFUSAL and fault.spec.choice.looks_at(
                member.uuid, client_name, client_uuid
            ):
                return fault
        return None

    def on_the_way(self, session: Session, message: Buffer) -> Verdict:
        """What becomes of a message that enters or leaves a member.

        Args:
            session: the connection that it goes through.
            message: whole.
        """
        (kind,) = unpack_from("<i", message, 6)
        for fault in self._faults.values():
            action = _ON_THE_WAY.get(fault.spec.kind)
            if action is not None and fault.strikes(kind, session):
                return Verdict(action, fault)
        if kind == _BACKUP_ACK and self._at_work is not None:
            # The backup has not heard of the write, so it cannot acknowledge it.
            return self._reached(session.member, (self._at_work,))
        return PASSES

    def inside(self, session: Session, message: Buffer) -> Verdict:
        """What becomes of a request that has reached a member.

        Args:
            session: the connection that it came through.
            message: whole.
        """
        self._at_work = None
        kind, partition_id = unpack_from("<i8xi", message, 6)
        if kind in _BY_ALL_MEMBERS:
            return self._reached(session.member, self._state.members)
        if kind >> 16 != _MAP_SERVICE or kind in _BY_ONE_MEMBER:
            return PASSES
        table = self._state.table
        if not table:
            return Verdict(Action.REFUSE, refusal=no_data_member(partition_id >= 0))
        if partition_id >= len(table):
            return PASSES
        if partition_id < 0:
            return self._reached(session.member, self._state.data_members)
        verdict = self._migrating(session, kind, partition_id)
        if verdict.action is not Action.PASS:
            return verdict
        # Looked up after it, because a migration may have come to its end there.
        self._at_work = self._state.table[partition_id].owner
        return self._reached(session.member, (self._at_work,))

    def done(self) -> None:
        """A request was handled, and what it caused has left."""
        self._at_work = None

    def _reached(self, member: Member, others: Sequence[Member]) -> Verdict:
        for fault in self._faults.values():
            if any(fault.divides(member, other) for other in others):
                fault.hits += 1
                return Verdict(Action.HOLD, fault)
        return PASSES

    def _migrating(self, session: Session, kind: int, partition_id: int) -> Verdict:
        for fault in tuple(self._faults.values()):
            spec = fault.spec
            if spec.kind != specs.MIGRATION:
                continue
            if spec.partitions and partition_id not in spec.partitions:
                continue
            if fault.spent:
                # It was to hinder so many requests; now it is over.
                self.end(fault.id)
                continue
            fault.hits += 1
            if spec.how == "wait":
                return Verdict(Action.HOLD, fault)
            if spec.how == "migrating":
                refusal = partition_migrating(session.member, partition_id, kind)
            else:
                owner = self._state.table[partition_id].owner
                refusal = wrong_target(session.member, owner, partition_id, kind)
            return Verdict(Action.REFUSE, fault, refusal)
        return PASSES
