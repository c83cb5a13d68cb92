# SPDX-License-Identifier: Apache-2.0
"""Which partitions a node says that it holds: the answer to ``replicas``."""

from __future__ import annotations

import binascii
from typing import NamedTuple

from gridwire.aerospike.cluster.descriptions import read_number
from gridwire.aerospike.protocol.digest import PARTITIONS
from gridwire.aerospike.protocol.errors import ProtocolError

__all__ = ["MAX_NAMESPACES", "MAX_REPLICAS", "Claim", "read_replicas"]

MAX_NAMESPACES = 64
"""Namespaces of one answer; servers have at most 32, and each costs tables of 4096 entries."""

MAX_REPLICAS = 256
"""Replicas of a namespace: the largest cluster that servers form."""

_BITMAP_BYTES = PARTITIONS // 8


class Claim(NamedTuple):
    """What a node holds of one namespace.

    Attributes:
        regime: grows with each change of a strongly consistent namespace; 0 for others.
        partitions: for each replica (the master first) the partitions that this node holds.
    """

    regime: int
    partitions: tuple[tuple[int, ...], ...]


def read_replicas(text: str) -> dict[str, Claim]:
    """Read an answer.

    Args:
        text: ``ns:regime,count,bitmap,...;ns2:...``.

    Raises:
        ProtocolError: it is none.
    """
    claims: dict[str, Claim] = {}
    for part in text.split(";"):
        if not part:
            continue
        namespace, colon, rest = part.partition(":")
        fields = rest.split(",")
        regime, count = (*map(read_number, fields[:2]), None)[:2]
        if not colon or regime is None or count is None:
            raise ProtocolError(f"not an answer to replicas: {part[:80]!r}")
        if count > MAX_REPLICAS or len(fields) != count + 2 or len(claims) >= MAX_NAMESPACES:
            raise ProtocolError(f"replicas of {namespace!r}: {len(fields) - 2} bitmaps for {count}")
        bitmaps = tuple(_partitions(bitmap) for bitmap in fields[2:])
        claims[namespace] = Claim(regime, bitmaps)
    return claims


def _partitions(bitmap: str) -> tuple[int, ...]:
    try:
        raw = binascii.a2b_base64(bitmap, strict_mode=True)
    except binascii.Error:
        raise ProtocolError(f"not a bitmap of partitions: {bitmap[:40]!r}") from None
    if len(raw) != _BITMAP_BYTES:
        raise ProtocolError(f"a bitmap of {len(raw)} bytes for {PARTITIONS} partitions")
    found: list[int] = []
    for index, byte in enumerate(raw):
        if byte:
            base = index << 3
            found += [base + bit for bit in range(8) if byte & 0x80 >> bit]
    return tuple(found)
