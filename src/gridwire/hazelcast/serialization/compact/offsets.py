# SPDX-License-Identifier: Apache-2.0
"""Offsets: where values and items begin, in the fewest bytes that are enough for all of them."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from gridwire.hazelcast.serialization.faults import too_long
from gridwire.hazelcast.serialization.limits import MAX_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridwire.hazelcast.serialization.byte_order import ByteOrder

__all__ = ["WIDTHS", "packed_offsets", "width_of"]

WIDTHS: Final = (("B", 1, 0xFF), ("H", 2, 0xFFFF), ("i", 4, -1))
"""Forms of offsets: letter, size in bytes, and what means null."""

_SHORTEST = 0xFF
_SHORT = 0xFFFF


def width_of(length: int) -> int:
    """Which of `WIDTHS` the offsets into a section of that many bytes have."""
    return 0 if length < _SHORTEST else 1 if length < _SHORT else 2


def packed_offsets(order: ByteOrder, length: int, offsets: Iterable[int]) -> bytes:
    """Offsets into a section of that many bytes; -1 for null.

    Raises:
        HazelcastSerializationError: the section is too long.
    """
    if length < _SHORTEST:
        return bytes([offset & _SHORTEST for offset in offsets])
    if length < _SHORT:
        return order.packed(array("H", [offset & _SHORT for offset in offsets]))
    if length > MAX_LENGTH:
        raise too_long("A Compact object", length)
    return order.packed(array("i", offsets))
