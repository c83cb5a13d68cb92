# SPDX-License-Identifier: Apache-2.0
"""What a field of a Compact record can be: `FieldKind`, and the rows that tell kinds apart."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

__all__ = ["BY_KIND", "ROWS", "FieldKind", "Form", "Kind"]


class FieldKind(IntEnum):
    """Kinds of fields, with the numbers and names that all languages share.

    ``CHAR`` and ``PORTABLE`` and their arrays are only numbers that are taken: no Compact record
    has such fields.
    """

    NOT_AVAILABLE = 0
    """There is no such field."""
    BOOLEAN = 1
    ARRAY_OF_BOOLEAN = 2
    INT8 = 3
    ARRAY_OF_INT8 = 4
    CHAR = 5
    ARRAY_OF_CHAR = 6
    INT16 = 7
    ARRAY_OF_INT16 = 8
    INT32 = 9
    ARRAY_OF_INT32 = 10
    INT64 = 11
    ARRAY_OF_INT64 = 12
    FLOAT32 = 13
    ARRAY_OF_FLOAT32 = 14
    FLOAT64 = 15
    ARRAY_OF_FLOAT64 = 16
    STRING = 17
    ARRAY_OF_STRING = 18
    DECIMAL = 19
    ARRAY_OF_DECIMAL = 20
    TIME = 21
    ARRAY_OF_TIME = 22
    DATE = 23
    ARRAY_OF_DATE = 24
    TIMESTAMP = 25
    ARRAY_OF_TIMESTAMP = 26
    TIMESTAMP_WITH_TIMEZONE = 27
    ARRAY_OF_TIMESTAMP_WITH_TIMEZONE = 28
    COMPACT = 29
    ARRAY_OF_COMPACT = 30
    PORTABLE = 31
    ARRAY_OF_PORTABLE = 32
    NULLABLE_BOOLEAN = 33
    ARRAY_OF_NULLABLE_BOOLEAN = 34
    NULLABLE_INT8 = 35
    ARRAY_OF_NULLABLE_INT8 = 36
    NULLABLE_INT16 = 37
    ARRAY_OF_NULLABLE_INT16 = 38
    NULLABLE_INT32 = 39
    ARRAY_OF_NULLABLE_INT32 = 40
    NULLABLE_INT64 = 41
    ARRAY_OF_NULLABLE_INT64 = 42
    NULLABLE_FLOAT32 = 43
    ARRAY_OF_NULLABLE_FLOAT32 = 44
    NULLABLE_FLOAT64 = 45
    ARRAY_OF_NULLABLE_FLOAT64 = 46


class Form(IntEnum):
    """Where a value lies, and in which form."""

    NUMBER = 0
    """Among the fields of fixed size."""
    BIT = 1
    """A bit behind the numbers."""
    VALUE = 2
    """Behind the fields of fixed size; an offset tells where, or that it is null."""
    NUMBERS = 3
    """As a value: a count, and items of the same size."""
    ITEMS = 4
    """As a value: items with offsets of their own, each of which may be null."""


class Kind(NamedTuple):
    """One kind.

    Attributes:
        kind: its number and name.
        form: where its values lie.
        item: the kind without "array of" and "nullable": what a single value is.
        letter: what a number is to `struct` and `array`; empty for what is none.
        size: bytes of a field of fixed size.
        other: the kind that differs in "nullable" alone, and can be read as this one.
        allows_null: whether the value can be null (for an array: an item of it).
    """

    kind: FieldKind
    form: Form
    item: FieldKind
    letter: str
    size: int
    other: FieldKind | None
    allows_null: bool


# The kinds of single values whose nullable form is another kind, with their letters and sizes.
_NUMBERS: Final = {
    "BOOLEAN": ("", 0),
    "INT8": ("b", 1),
    "INT16": ("h", 2),
    "INT32": ("i", 4),
    "INT64": ("q", 8),
    "FLOAT32": ("f", 4),
    "FLOAT64": ("d", 8),
}
# Those that may always be null, alone and as items.
_OBJECTS: Final = (
    *("STRING", "DECIMAL", "TIME", "DATE", "TIMESTAMP", "TIMESTAMP_WITH_TIMEZONE", "COMPACT"),
)


def _number_kinds(name: str) -> list[Kind]:
    letter, size = _NUMBERS[name]
    single, array = FieldKind[name], FieldKind[f"ARRAY_OF_{name}"]
    nullable, nullables = FieldKind[f"NULLABLE_{name}"], FieldKind[f"ARRAY_OF_NULLABLE_{name}"]
    return [
        Kind(single, Form.NUMBER if letter else Form.BIT, single, letter, size, nullable, False),
        Kind(array, Form.NUMBERS, single, letter, size, nullables, False),
        Kind(nullable, Form.VALUE, single, letter, size, single, True),
        Kind(nullables, Form.ITEMS, single, letter, size, array, True),
    ]


def _object_kinds(name: str) -> list[Kind]:
    single, array = FieldKind[name], FieldKind[f"ARRAY_OF_{name}"]
    return [
        Kind(single, Form.VALUE, single, "", 0, None, True),
        Kind(array, Form.ITEMS, single, "", 0, None, True),
    ]


ROWS: Final = tuple(
    [row for name in _NUMBERS for row in _number_kinds(name)]
    + [row for name in _OBJECTS for row in _object_kinds(name)]
)
"""All kinds that a field can have."""

BY_KIND: Final = {int(row.kind): row for row in ROWS}
"""The row of each kind, by its number."""
