# SPDX-License-Identifier: Apache-2.0
"""Columns of fixed-size SQL values, and decimals.

A frame of fixed-size values has a byte that says which values are there (none, all, some), an int32
count, and the values. When some are null, each group of eight begins with a byte whose bits tell
which of them follow.

Members before 5.0 write the year of a date in two bytes instead of four. Nothing says which of the
two a frame has, except that only one of them fits its length.
"""

from __future__ import annotations

import struct
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.errors import GridwireError
from gridwire.hazelcast.protocol.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "FIXED_COLUMNS",
    "MAX_DECIMAL_BYTES",
    "UnrepresentableValueError",
    "read_decimal",
    "read_fixed_column",
    "write_decimal",
    "write_fixed_column",
]

MAX_DECIMAL_BYTES = 4096
"""Longest unscaled value of a decimal that is accepted, in bytes.

Turning digits into decimal takes time that grows with the square of their number. SQL decimals have
76 digits at most (32 bytes); what a user stored may have more, up to about 9800 digits here.
"""

_ALL_NULL, _NONE_NULL, _SOME_NULL = 1, 2, 3
_HEADER = struct.Struct("<bi")
_INT32 = struct.Struct("<i")


class UnrepresentableValueError(GridwireError, ValueError):
    """A member sent a valid value that Python's types cannot hold, such as the year 10000.

    The message is in order and so is its connection.
    """


class FixedColumn(NamedTuple):
    """How values of a column type are packed.

    Attributes:
        structs: what to unpack; the second one is that of old members.
        value: makes a value of what was unpacked. None: it is the value.
        parts: makes what is packed of a value. None: it is the value.
    """

    structs: tuple[struct.Struct, ...]
    value: Callable[..., Any] | None = None
    parts: Callable[[Any], tuple[int, ...]] | None = None


def _date(year: int, month: int, day: int) -> date:
    _check_year(year)
    return date(year, month, day)


def _time(hour: int, minute: int, second: int, nanos: int) -> time:
    return time(hour, minute, second, nanos // 1000)


def _timestamp(year: int, month: int, day: int, *clock: int) -> datetime:
    _check_year(year)
    return datetime.combine(date(year, month, day), _time(*clock))


def _timestamp_with_zone(*parts: int) -> datetime:
    zone = timezone(timedelta(seconds=parts[-1]))
    return _timestamp(*parts[:-1]).replace(tzinfo=zone)


def _check_year(year: int) -> None:
    if not 1 <= year <= 9999:
        raise UnrepresentableValueError(f"the year {year} is outside what datetime can hold")


def _date_parts(value: date) -> tuple[int, ...]:
    return value.year, value.month, value.day


def _time_parts(value: time | datetime) -> tuple[int, ...]:
    return value.hour, value.minute, value.second, value.microsecond * 1000


def _timestamp_parts(value: datetime) -> tuple[int, ...]:
    return _date_parts(value) + _time_parts(value)


def _timestamp_with_zone_parts(value: datetime) -> tuple[int, ...]:
    offset = value.utcoffset() or timedelta()
    return (*_timestamp_parts(value), int(offset.total_seconds()))


def _structs(*formats: str) -> tuple[struct.Struct, ...]:
    return tuple(struct.Struct(f"<{each}") for each in formats)


FIXED_COLUMNS = {
    1: FixedColumn(_structs("?")),  # BOOLEAN
    2: FixedColumn(_structs("b")),  # TINYINT
    3: FixedColumn(_structs("h")),  # SMALLINT
    4: FixedColumn(_structs("i")),  # INTEGER
    5: FixedColumn(_structs("q")),  # BIGINT
    7: FixedColumn(_structs("f")),  # REAL
    8: FixedColumn(_structs("d")),  # DOUBLE
    9: FixedColumn(_structs("ibb", "hbb"), _date, _date_parts),  # DATE
    10: FixedColumn(_structs("bbbi"), _time, _time_parts),  # TIME
    11: FixedColumn(_structs("ibbbbbi", "hbbbbbi"), _timestamp, _timestamp_parts),  # TIMESTAMP
    12: FixedColumn(  # TIMESTAMP_WITH_TIME_ZONE
        _structs("ibbbbbii", "hbbbbbii"), _timestamp_with_zone, _timestamp_with_zone_parts
    ),
}
"""Column types of fixed size, by their id in SQL metadata."""


def read_fixed_column(type_id: int, content: bytes, max_nulls: int) -> tuple[list[Any], int]:
    """Read the frame of a column.

    Args:
        type_id: the column type.
        content: the frame without its header, at least 5 bytes.
        max_nulls: how many nulls may be announced by a count alone.

    Returns:
        The values, and how many nulls were announced by a count alone.

    Raises:
        ProtocolError: the bytes are not such a column.
        UnrepresentableValueError: a value is beyond what Python has.
    """
    kind, count = _HEADER.unpack_from(content)
    if kind == _ALL_NULL and 0 <= count <= max_nulls:
        return [None] * count, count
    column = FIXED_COLUMNS[type_id]
    for layout in column.structs:
        offsets = _offsets(kind, count, content, layout.size)
        if offsets is not None:
            try:
                return _unpack(column, layout, content, offsets), 0
            except UnrepresentableValueError:
                raise
            except ValueError as error:
                raise ProtocolError(f"SQL column of type {type_id}: {error}") from None
    raise ProtocolError(
        f"SQL column of type {type_id}: {len(content)} bytes of kind {kind} for {count} values"
    )


def _offsets(kind: int, count: int, content: bytes, size: int) -> Sequence[int] | None:
    """Where the values are, 0 for a null. None if they do not fill the frame exactly."""
    at = _HEADER.size
    if kind == _NONE_NULL:
        fits = count >= 0 and at + count * size == len(content)
        return range(at, len(content), size) if fits else None
    if kind != _SOME_NULL or count < 0:
        return None
    offsets: list[int] = []
    while len(offsets) < count:
        if at >= len(content):
            return None
        present = content[at]
        at += 1
        for bit in range(min(8, count - len(offsets))):
            if present >> bit & 1:
                offsets.append(at)
                at += size
            else:
                offsets.append(0)
    return offsets if at == len(content) else None


def _unpack(
    column: FixedColumn, layout: struct.Struct, content: bytes, offsets: Sequence[int]
) -> list[Any]:
    unpack, make = layout.unpack_from, column.value
    if make is None:
        return [unpack(content, at)[0] if at else None for at in offsets]
    return [make(*unpack(content, at)) if at else None for at in offsets]


def write_fixed_column(type_id: int, values: Sequence[Any]) -> bytes:
    """Write the content of the frame of a column, as members since 5.0 do.

    Args:
        type_id: the column type.
        values: its values.

    Returns:
        The frame without its header.
    """
    column = FIXED_COLUMNS[type_id]
    pack, parts = column.structs[0].pack, column.parts
    count = len(values)
    packed = [
        None if value is None else pack(*parts(value)) if parts else pack(value) for value in values
    ]
    present = [each for each in packed if each is not None]
    if not present:
        return _HEADER.pack(_ALL_NULL, count)
    if len(present) == count:
        return _HEADER.pack(_NONE_NULL, count) + b"".join(present)
    content = bytearray(_HEADER.pack(_SOME_NULL, count))
    for start in range(0, count, 8):
        group = packed[start : start + 8]
        content.append(sum(1 << bit for bit, each in enumerate(group) if each is not None))
        content += b"".join([each for each in group if each is not None])
    return bytes(content)


def read_decimal(content: bytes) -> Decimal:
    """Read a decimal: int32 length, unscaled value (big endian, two's complement), int32 scale.

    Args:
        content: the frame without its header.

    Returns:
        The decimal, exactly.

    Raises:
        ProtocolError: the bytes are not a decimal, or it is longer than `MAX_DECIMAL_BYTES`.
    """
    (length,) = _INT32.unpack_from(content)
    if not 0 < length <= MAX_DECIMAL_BYTES:
        raise ProtocolError(f"a decimal of {length} bytes (MAX_DECIMAL_BYTES)")
    (scale,) = _INT32.unpack_from(content, 4 + length)
    unscaled = int.from_bytes(content[4 : 4 + length], "big", signed=True)
    sign, digits, _ = Decimal(unscaled).as_tuple()
    return Decimal((sign, digits, -scale))


def write_decimal(value: Decimal) -> bytes:
    """Write a decimal as `read_decimal` reads it.

    Args:
        value: a finite decimal.

    Returns:
        The frame without its header.

    Raises:
        ValueError: the value is not finite.
    """
    sign, digits, exponent = value.as_tuple()
    if not value.is_finite() or not isinstance(exponent, int):
        raise ValueError(f"SQL has no decimal {value}")
    unscaled = int(Decimal((sign, digits, 0)))
    size = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
    body = unscaled.to_bytes(size, "big", signed=True)
    return _INT32.pack(len(body)) + body + _INT32.pack(-exponent)
