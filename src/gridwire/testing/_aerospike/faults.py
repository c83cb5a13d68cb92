# SPDX-License-Identifier: Apache-2.0
"""Which faults are at work, and what they do to a message.

Some happen on the way, to the messages that they choose: late, lost, damaged, refused. Others hold
for whole nodes: they stand still, cannot reach each other, or hand partitions over.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gridwire.aerospike.protocol import flags
from gridwire.aerospike.protocol.digest import DIGEST_BYTES, partition_of
from gridwire.testing._aerospike import fault_specs as specs
from gridwire.testing._aerospike.request import Refused, read_request

if TYPE_CHECKING:
    from gridwire.testing._aerospike.fault_specs import FaultSpec
    from gridwire.testing._aerospike.membership import Membership

__all__ = ["ActiveFault", "Faults"]


class ActiveFault:
    """A fault at work.

    Attributes:
        id: what it is called.
        spec: what it does.
        hits: how many messages it has hit, or connections where it is about those.
    """

    __slots__ = ("_seen", "hits", "id", "spec")

    def __init__(self, fault_id: int, spec: FaultSpec) -> None:
        self.id = fault_id
        self.spec = spec
        self.hits = 0
        self._seen = 0

    @property
    def spent(self) -> bool:
        """Whether it has hit as often as it was to."""
        return self.spec.times is not None and self.hits >= self.spec.times

    def concerns(self, node: str) -> bool:
        """Whether it looks at a node's connections."""
        return self.spec.nodes is None or node in self.spec.nodes

    def strikes(self, node: str, names: Iterable[str], *, is_answer: bool) -> bool:
        """Whether it hits a message; this counts.

        Args:
            node: where it is.
            names: of the request.
            is_answer: it is about the answer.
        """
        patterns = self.spec.answers if is_answer else self.spec.requests
        chosen = any(fnmatchcase(name, pattern) for pattern in patterns for name in names)
        if not chosen or self.spent or not self.concerns(node):
            return False
        self._seen += 1
        if self._seen <= self.spec.skip:
            return False
        self.hits += 1
        return True

    def divides(self, one: str, other: str) -> bool:
        """Whether a node, or everybody outside, does not hear another node."""
        if one == other:
            return False
        if self.spec.kind == specs.PAUSE:
            return self.concerns(one) or self.concerns(other)
        if self.spec.kind != specs.PARTITION:
            return False
        there = next((at for at, group in enumerate(self.spec.groups) if one in group), None)
        here = next((at for at, group in enumerate(self.spec.groups) if other in group), None)
        return None not in {there, here} and there != here


class Faults:
    """All faults of a cluster.

    Args:
        membership: the cluster.

    Attributes:
        active: whether there are any; only then is it worth to ask anything else.
    """

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._faults: dict[int, ActiveFault] = {}
        self._hits: dict[int, int] = {}  # Of those that are over.
        self._last_id = 0
        self.active = False

    @property
    def ids(self) -> tuple[int, ...]:
        """What the faults at work are called, the oldest first."""
        return tuple(self._faults)

    def begin(self, spec: FaultSpec) -> ActiveFault:
        """Let a fault begin; it lasts until `end`."""
        self._last_id += 1
        fault = self._faults[self._last_id] = ActiveFault(self._last_id, spec)
        self.active = True
        self._refresh()
        return fault

    def end(self, fault_id: int) -> ActiveFault | None:
        """Let a fault end; None if it is over already."""
        fault = self._faults.pop(fault_id, None)
        self.active = bool(self._faults)
        self._refresh()
        if fault is not None:
            self._hits[fault_id] = fault.hits
        return fault

    def hits(self, fault_id: int) -> int:
        """How often a fault has hit, also one that is over."""
        fault = self._faults.get(fault_id)
        return self._hits.get(fault_id, 0) if fault is None else fault.hits

    def of_kind(self, kind: str) -> list[ActiveFault]:
        """The faults at work that do a certain thing."""
        return [fault for fault in self._faults.values() if fault.spec.kind == kind]

    # -- what connections ask ------------------------------------------------------------------

    def stalling(self, node: str) -> ActiveFault | None:
        """The fault because of which no byte goes through connections to a node."""
        for fault in self._faults.values():
            if fault.spec.kind == specs.PAUSE and fault.concerns(node):
                return fault
            if fault.divides(node, specs.EVERYBODY):
                return fault
        return None

    def dripping(self, node: str) -> ActiveFault | None:
        """The fault because of which bytes trickle out of connections to a node."""
        return next(
            (fault for fault in self.of_kind(specs.SLOW_DRIP) if fault.concerns(node)), None
        )

    def keeping_out(self, node: str) -> ActiveFault | None:
        """The fault because of which a node takes no new connections."""
        return next((fault for fault in self.of_kind(specs.KEEP_OUT) if fault.concerns(node)), None)

    def on_the_way(self, node: str, names: Iterable[str], *, is_answer: bool) -> ActiveFault | None:
        """The fault that hits a message that enters or leaves a node."""
        for fault in self._faults.values():
            if fault.spec.kind in specs.ON_THE_WAY and fault.strikes(
                node, names, is_answer=is_answer
            ):
                return fault
        return None

    def inside(self, node: str, message: bytes) -> ActiveFault | None:
        """The fault because of which a request about a record has to wait inside the cluster.

        Args:
            node: which the request has reached.
            message: the request.
        """
        for namespace, digest in _records(message):
            if namespace not in self._membership.namespaces:
                continue
            partition = partition_of(digest)
            owners = self._membership.owners(namespace, partition)
            for fault in self._faults.values():
                spec = fault.spec
                moves = spec.kind == specs.MIGRATION and spec.how == "wait"
                if (moves and _is_among(spec, partition)) or (
                    node not in owners and owners and fault.divides(node, owners[0])
                ):
                    fault.hits += 1
                    return fault
        return None

    def _refresh(self) -> None:
        """Tell the cluster which partitions answer nothing, as long as they move."""
        moving = [
            fault for fault in self.of_kind(specs.MIGRATION) if fault.spec.how == "unavailable"
        ]
        self._membership.hindered = self._hinders if moving else None

    def _hinders(self, partition: int) -> bool:
        for fault in self.of_kind(specs.MIGRATION):
            spec = fault.spec
            if spec.how != "unavailable" or fault.spent or not _is_among(spec, partition):
                continue
            fault.hits += 1
            return True
        return False


def _is_among(spec: FaultSpec, partition: int) -> bool:
    return not spec.partitions or partition in spec.partitions


def _records(message: bytes) -> list[tuple[bytes, bytes]]:
    """The namespaces and digests that a message names by itself; a batch's are in its rows."""
    try:
        request = read_request(message)
    except Refused:
        return []
    digest = request.fields.get(flags.FIELD_DIGEST)
    if digest is None or len(digest) != DIGEST_BYTES:
        return []
    return [(request.namespace, digest)]
