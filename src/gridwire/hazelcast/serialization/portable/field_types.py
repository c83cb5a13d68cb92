# SPDX-License-Identifier: Apache-2.0
"""The types that a field of a Portable can have."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["PACKED_TYPES", "FieldType", "field_type_name"]


class FieldType(IntEnum):
    """Types of fields; the numbers are those in serialized data."""

    PORTABLE = 0
    BYTE = 1
    BOOLEAN = 2
    CHAR = 3
    SHORT = 4
    INT = 5
    LONG = 6
    FLOAT = 7
    DOUBLE = 8
    STRING = 9
    UTF = 9
    """The old name of `STRING`."""
    PORTABLE_ARRAY = 10
    BYTE_ARRAY = 11
    BOOLEAN_ARRAY = 12
    CHAR_ARRAY = 13
    SHORT_ARRAY = 14
    INT_ARRAY = 15
    LONG_ARRAY = 16
    FLOAT_ARRAY = 17
    DOUBLE_ARRAY = 18
    STRING_ARRAY = 19
    UTF_ARRAY = 19
    """The old name of `STRING_ARRAY`."""
    DECIMAL = 20
    DECIMAL_ARRAY = 21
    TIME = 22
    TIME_ARRAY = 23
    DATE = 24
    DATE_ARRAY = 25
    TIMESTAMP = 26
    TIMESTAMP_ARRAY = 27
    TIMESTAMP_WITH_TIMEZONE = 28
    TIMESTAMP_WITH_TIMEZONE_ARRAY = 29


PACKED_TYPES = frozenset(
    (
        *(FieldType.BYTE, FieldType.BOOLEAN, FieldType.SHORT, FieldType.INT, FieldType.LONG),
        *(FieldType.FLOAT, FieldType.DOUBLE),
    )
)
"""Types whose values `struct` packs and unpacks, in one go with the beginning of the field."""


def field_type_name(number: int) -> str:
    """The type as a text shows it: its name, or its number when Hazelcast defines none."""
    try:
        return FieldType(number).name
    except ValueError:
        return str(number)
