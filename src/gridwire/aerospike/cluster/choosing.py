# SPDX-License-Identifier: Apache-2.0
"""Which replica an attempt goes to (protocol notes, section 11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from gridwire.aerospike import constants as c
from gridwire.aerospike.cluster.node import Node
from gridwire.aerospike.cluster.partition_table import Owners

__all__ = ["choose"]

N = TypeVar("N", bound=Node)


def choose(
    owners: Owners[N],
    namespace: str,
    partition: int,
    replica: int,
    turn: int,
    rack_ids: Sequence[int] = (),
    avoid: N | None = None,
) -> N | None:
    """The node to ask.

    Args:
        owners: who holds the partitions of the namespace.
        namespace: its name, for the racks.
        partition: 0 to 4095.
        replica: `POLICY_REPLICA_*`.
        turn: 0 for the first attempt; each attempt that should go elsewhere adds one.
        rack_ids: racks to prefer, the best first.
        avoid: the node that just failed.

    Returns:
        None when no node that may be asked holds the partition.
    """
    if replica == c.POLICY_REPLICA_MASTER:
        master = owners.masters[partition]
        return master if master is not None and master.is_usable else None
    holders = [holders[partition] for holders in owners.replicas]
    turned = holders[turn % len(holders) :] + holders[: turn % len(holders)]
    usable = [node for node in turned if node is not None and node.is_usable]
    if replica == c.POLICY_REPLICA_PREFER_RACK:
        usable = _by_rack(usable, namespace, rack_ids, avoid)
    return usable[0] if usable else None


def _by_rack(nodes: list[N], namespace: str, rack_ids: Sequence[int], avoid: N | None) -> list[N]:
    """Nodes of better racks first; one that just failed only when there is no other."""

    def rank(node: N) -> tuple[bool, int]:
        rack = node.facts.racks.get(namespace)
        place = rack_ids.index(rack) if rack in rack_ids else len(rack_ids)
        return node is avoid, place

    return sorted(nodes, key=rank)
