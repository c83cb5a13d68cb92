# SPDX-License-Identifier: Apache-2.0
"""Who holds which partition: an immutable snapshot, and how a node's claim makes the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from gridwire.aerospike.cluster.replicas import Claim
from gridwire.aerospike.protocol.digest import PARTITIONS

__all__ = ["Owners", "PartitionTable"]

N = TypeVar("N")


class Owners(Generic[N]):
    """The nodes of one namespace.

    Attributes:
        masters: the master of each partition, None while nobody claims it.
        replicas: for each replica (the master first) the holder of each partition.
        regimes: of each partition; a claim with an older one is out of date.
    """

    __slots__ = ("masters", "regimes", "replicas")

    def __init__(self, replicas: list[list[N | None]], regimes: list[int]) -> None:
        self.replicas = replicas
        self.masters = replicas[0]
        self.regimes = regimes

    @classmethod
    def empty(cls, count: int) -> Owners[N]:
        """Owners of a namespace of which nothing is known yet."""
        return cls([[None] * PARTITIONS for _ in range(count)], [0] * PARTITIONS)

    @property
    def is_complete(self) -> bool:
        """Whether every partition has a master."""
        return None not in self.masters


class PartitionTable(Generic[N]):
    """Who holds which partition, for all namespaces.

    Attributes:
        namespaces: owners by namespace. Never changed, always replaced.
    """

    __slots__ = ("namespaces",)

    def __init__(self, namespaces: Mapping[str, Owners[N]] | None = None) -> None:
        self.namespaces: Mapping[str, Owners[N]] = MappingProxyType(dict(namespaces or {}))

    def owners(self, namespace: str) -> Owners[N] | None:
        """The nodes of a namespace, None when no node has it."""
        return self.namespaces.get(namespace)

    def claimed(self, node: N, claims: Mapping[str, Claim]) -> tuple[PartitionTable[N], set[N]]:
        """The table after a node said what it holds.

        Args:
            node: who speaks.
            claims: what it holds, by namespace.

        Returns:
            The next table, and the nodes that lost a partition to this one: what they said last
            is out of date.
        """
        namespaces = dict(self.namespaces)
        losers: set[N] = set()
        for name in [*namespaces, *claims]:
            claim = claims.get(name, Claim(0, ()))
            known = namespaces.get(name)
            namespaces[name] = _claimed(known, node, claim, losers)
        losers.discard(node)
        return PartitionTable(namespaces), losers

    def without(self, gone: Iterable[N]) -> PartitionTable[N]:
        """The table after nodes were removed."""
        lost = set(gone)
        namespaces: dict[str, Owners[N]] = {}
        for name, owners in self.namespaces.items():
            replicas = [
                [None if node in lost else node for node in holders] for holders in owners.replicas
            ]
            if any(node is not None for holders in replicas for node in holders):
                namespaces[name] = Owners(replicas, list(owners.regimes))
        return PartitionTable(namespaces)


def _claimed(known: Owners[N] | None, node: N, claim: Claim, losers: set[N]) -> Owners[N]:
    count = max(1, len(claim.partitions), len(known.replicas) if known else 0)
    replicas: list[list[N | None]] = [list(one) for one in known.replicas] if known else []
    replicas += [[None] * PARTITIONS for _ in range(count - len(replicas))]
    regimes = list(known.regimes) if known else [0] * PARTITIONS
    for index, holders in enumerate(replicas):
        held = claim.partitions[index] if index < len(claim.partitions) else ()
        mine = set(held)
        # What it does not claim any more has no holder until somebody else claims it.
        for partition, holder in enumerate(holders):
            if holder == node and partition not in mine:
                holders[partition] = None
        for partition in held:
            if claim.regime < regimes[partition]:
                continue
            before = holders[partition]
            if before is not None and before != node:
                losers.add(before)
            holders[partition] = node
            regimes[partition] = claim.regime
    return Owners(replicas, regimes)
