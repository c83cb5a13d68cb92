# SPDX-License-Identifier: Apache-2.0
"""Which node holds which partition: every node can work it out from the names alone.

Each node has a number for each partition, mixed from its name; the nodes with the largest ones hold
it, in this order. So a node that comes or goes moves only the partitions that it gets or had.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from gridwire.aerospike.protocol.digest import PARTITIONS

__all__ = ["successions"]

_MASK = (1 << 64) - 1
_FACTOR = 0x9E3779B97F4A7C15


def successions(names: Sequence[str]) -> list[tuple[str, ...]]:
    """For each partition all nodes, the one first that is to be its master.

    Args:
        names: ids of the nodes.
    """
    if len(names) <= 1:
        return [tuple(names)] * PARTITIONS
    seeds = [(_seed(name), name) for name in sorted(names)]
    found: list[tuple[str, ...]] = []
    for partition in range(PARTITIONS):
        ranked = sorted(((_mixed(seed, partition), name) for seed, name in seeds), reverse=True)
        found.append(tuple(name for _, name in ranked))
    return found


def _seed(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big")


def _mixed(seed: int, partition: int) -> int:
    value = (seed ^ (partition + 1) * _FACTOR) & _MASK
    value = ((value ^ value >> 32) * _FACTOR) & _MASK
    return value ^ value >> 29
