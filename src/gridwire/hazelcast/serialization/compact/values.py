# SPDX-License-Identifier: Apache-2.0
"""How the values of fields are written and read: a pair of functions for each kind of value."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gridwire.hazelcast.serialization.compact.arrays import (
    array_of_bits,
    array_of_items,
    array_of_numbers,
)
from gridwire.hazelcast.serialization.compact.kinds import ROWS, FieldKind, Form
from gridwire.hazelcast.serialization.compact.singles import Value, single_values

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.limits import Limits

__all__ = ["value_table"]


def value_table(order: ByteOrder, limits: Limits, compact: Value) -> dict[int, Value]:
    """How values of all kinds are written and read.

    Args:
        order: the byte order of payloads.
        limits: of the size of decimals.
        compact: how a record inside another one is written and read.

    Returns:
        Rows by the number of their kind, for all kinds that have an offset.
    """
    return {
        **_own_values(order, limits),
        FieldKind.COMPACT: compact,
        FieldKind.ARRAY_OF_COMPACT: array_of_items(order, compact, of_one_class=True),
    }


@lru_cache(maxsize=8)
def _own_values(order: ByteOrder, limits: Limits) -> dict[int, Value]:
    """All rows but those of records inside records, which are the same for all services."""
    singles = single_values(order, limits)
    table: dict[int, Value] = {}
    for row in ROWS:
        if row.item is FieldKind.COMPACT:
            continue
        if row.form is Form.VALUE:
            table[row.kind] = singles[row.item]
        elif row.form is Form.ITEMS:
            table[row.kind] = array_of_items(order, singles[row.item])
        elif row.form is Form.NUMBERS:
            table[row.kind] = array_of_numbers(order, row.letter) if row.letter else array_of_bits()
    return table
