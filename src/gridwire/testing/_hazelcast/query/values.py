# SPDX-License-Identifier: Apache-2.0
"""Serialized data to values with their kinds, and back.

The plain form of a value is what it compares by: an int, float, str, bool, `Decimal`, `UUID`; for
dates and times a tuple of numbers; for all other kinds the bytes after the type id.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import Any
from uuid import UUID

from gridwire.hazelcast.serialization.data import HEADER_BYTES
from gridwire.hazelcast.serialization.limits import DEFAULT_LIMITS
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.errors import serialization_error
from gridwire.testing._hazelcast.query.kinds import NON_TERMINAL, UNCOMPARABLE, WHOLE_JSON, Typed

__all__ = [
    "as_data",
    "data_of",
    "day_number",
    "map_entry",
    "nested",
    "object_array",
    "object_set",
    "payload_size",
    "typed",
]

_NO_HASH = b"\0\0\0\0"  # in front of data that names no partition

_NULL = b"\0\0\0\0"  # inside another object

_INT = Struct(">i")
_LONG = Struct(">q")
_TWO_LONGS = Struct(">qq")
_DATE = Struct(">ibb")
_TIME = Struct(">bbbi")
_MASK = (1 << 64) - 1
_DAY_SECONDS = 86_400

# An object of a class of its own, as Java serializes it: no client but Java's reads it.
_NON_TERMINAL = (
    b"\xac\xed\x00\x05sr\x000com.hazelcast.internal.json.NonTerminalJsonValue"
    b"\xfe\xfa\x91\xe5:7\xf3x\x02\x00\x00xr\x00%com.hazelcast.internal.json.JsonValue"
    b"\xe2\xaa\xaa6\xe0\xfe\xc8?\x02\x00\x00xp"
)


def typed(data: bytes, at: int = HEADER_BYTES) -> Typed | None:
    """The value of data.

    Args:
        data: serialized, with its header.
        at: where the payload begins, after the type id.

    Returns:
        Its kind and plain form; None for a null.

    Raises:
        Refusal: it ends too early, or is none.
    """
    try:
        kind: int = _INT.unpack_from(data, at - 4)[0]
        read = _READERS.get(kind)
        if read is not None:
            return kind, read(data, at)
    except (StructError, IndexError, UnicodeDecodeError):
        raise serialization_error("java.io.EOFException: the data ends too early") from None
    return (kind, data[at:]) if kind else None


def payload_size(data: bytes, at: int) -> int | None:
    """How many bytes a value takes after its type id, or None if only its class knows."""
    kind = _INT.unpack_from(data, at - 4)[0]
    if kind in _SIZES:
        return _SIZES[kind]
    if kind in _COUNTED:
        length = _INT.unpack_from(data, at)[0]
        tail = 4 if kind == TypeId.BIG_DECIMAL else 0
        return 4 + max(0, int(length)) + tail
    return None


def nested(value: Typed | None) -> bytes:
    """A value as it stands inside another object: type id and payload."""
    if value is None:
        return _NULL
    kind, plain = value
    write = _WRITERS.get(kind)
    if write is not None:
        return _INT.pack(kind) + write(plain)
    if kind in {NON_TERMINAL, WHOLE_JSON, UNCOMPARABLE}:
        return _INT.pack(TypeId.JAVA_SERIALIZABLE) + _NON_TERMINAL
    return _INT.pack(kind) + bytes(plain)


def data_of(value: Typed | None) -> bytes | None:
    """A value as data; None for a null."""
    return None if value is None else _NO_HASH + nested(value)


def map_entry(key: bytes, value: bytes) -> bytes:
    """The data of an entry, of the data of its key and value."""
    return _identified(-4, 120, key[4:] + value[4:])


def object_set(factory_id: int, class_id: int, items: list[bytes]) -> bytes:
    """The data of a set of nested values, in a class of Hazelcast's own."""
    return _identified(factory_id, class_id, _INT.pack(len(items)) + b"".join(items))


def object_array(items: list[bytes]) -> bytes:
    """The data of an array of nested values."""
    head = _NO_HASH + _INT.pack(TypeId.OBJECT_ARRAY)
    return head + _INT.pack(len(items)) + b"".join(items)


def _identified(factory_id: int, class_id: int, fields: bytes) -> bytes:
    head = _NO_HASH + _INT.pack(TypeId.IDENTIFIED_DATA_SERIALIZABLE) + b"\1"
    return head + _INT.pack(factory_id) + _INT.pack(class_id) + fields


def as_data(nested_value: bytes) -> bytes:
    """Data of a type id and payload."""
    return _NO_HASH + nested_value


def _number(form: str) -> tuple[Callable[[bytes, int], Any], Callable[[Any], bytes]]:
    struct = Struct(form)
    unpack, pack = struct.unpack_from, struct.pack
    return (lambda data, at: unpack(data, at)[0]), pack


def _counted(data: bytes, at: int) -> bytes:
    length = _INT.unpack_from(data, at)[0]
    part = data[at + 4 : at + 4 + length]
    if length < 0 or len(part) != length:
        raise IndexError
    return part


def _text(data: bytes, at: int) -> str:
    return _counted(data, at).decode()


def _write_text(text: str) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    return _INT.pack(len(encoded)) + encoded


def _uuid(data: bytes, at: int) -> UUID:
    high, low = _TWO_LONGS.unpack_from(data, at)
    return UUID(int=(high & _MASK) << 64 | (low & _MASK))


def _big_integer(data: bytes, at: int) -> int:
    return int.from_bytes(_counted(data, at), "big", signed=True)


def _write_big_integer(value: int) -> bytes:
    length = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return _INT.pack(length) + value.to_bytes(length, "big", signed=True)


def _big_decimal(data: bytes, at: int) -> Decimal:
    raw = _counted(data, at)
    if len(raw) > DEFAULT_LIMITS.decimal_bytes:
        raise serialization_error(f"A BigDecimal has {len(raw)} bytes of digits")
    unscaled = int.from_bytes(raw, "big", signed=True)
    scale: int = _INT.unpack_from(data, at + 4 + len(raw))[0]
    sign, digits, _ = Decimal(unscaled).as_tuple()
    return Decimal((sign, digits, -scale))


def _write_big_decimal(value: Decimal) -> bytes:
    sign, digits, exponent = value.as_tuple()
    unscaled = int(Decimal((sign, digits, 0)))
    return _write_big_integer(unscaled) + _INT.pack(-int(exponent))


def _local_date(data: bytes, at: int) -> tuple[int, ...]:
    return _DATE.unpack_from(data, at)


def _local_time(data: bytes, at: int) -> tuple[int, ...]:
    return _TIME.unpack_from(data, at)


def _local_date_time(data: bytes, at: int) -> tuple[int, ...]:
    return _local_date(data, at) + _local_time(data, at + 6)


def _offset_date_time(data: bytes, at: int) -> tuple[int, ...]:
    """The moment first, then the local time, which decides between equal moments."""
    year, month, day, hour, minute, second, nanosecond = _local_date_time(data, at)
    offset = _INT.unpack_from(data, at + 13)[0]
    of_day = hour * 3600 + minute * 60 + second
    local = day_number(year, month, day) * _DAY_SECONDS + of_day
    moment = local - offset
    return (moment, nanosecond, local, year, month, day, hour, minute, second, offset)


def _write_offset_date_time(value: tuple[int, ...]) -> bytes:
    _, nanosecond, _, year, month, day, hour, minute, second, offset = value
    return (
        _DATE.pack(year, month, day)
        + _TIME.pack(hour, minute, second, nanosecond)
        + _INT.pack(offset)
    )


def day_number(year: int, month: int, day: int) -> int:
    """The number of a day, counted in the proleptic Gregorian calendar; for any year."""
    shifted = year - (month <= 2)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year


_byte, _write_byte = _number(">b")
_short, _write_short = _number(">h")
_int, _write_int = _number(">i")
_long, _write_long = _number(">q")
_float, _write_float = _number(">f")
_double, _write_double = _number(">d")

_READERS: dict[int, Callable[[bytes, int], Any]] = {
    TypeId.BYTE: _byte,
    TypeId.BOOLEAN: lambda data, at: data[at] != 0,
    TypeId.CHAR: lambda data, at: chr(int.from_bytes(data[at : at + 2], "big")),
    TypeId.SHORT: _short,
    TypeId.INT: _int,
    TypeId.LONG: _long,
    TypeId.FLOAT: _float,
    TypeId.DOUBLE: _double,
    TypeId.STRING: _text,
    TypeId.JSON: _text,
    TypeId.UUID: _uuid,
    TypeId.DATE: _long,
    TypeId.BIG_INTEGER: _big_integer,
    TypeId.BIG_DECIMAL: _big_decimal,
    TypeId.LOCAL_DATE: _local_date,
    TypeId.LOCAL_TIME: _local_time,
    TypeId.LOCAL_DATE_TIME: _local_date_time,
    TypeId.OFFSET_DATE_TIME: _offset_date_time,
}

_WRITERS: dict[int, Callable[[Any], bytes]] = {
    TypeId.BYTE: _write_byte,
    TypeId.BOOLEAN: lambda value: b"\1" if value else b"\0",
    TypeId.CHAR: lambda value: ord(value).to_bytes(2, "big"),
    TypeId.SHORT: _write_short,
    TypeId.INT: _write_int,
    TypeId.LONG: _write_long,
    TypeId.FLOAT: _write_float,
    TypeId.DOUBLE: _write_double,
    TypeId.STRING: _write_text,
    TypeId.JSON: _write_text,
    TypeId.UUID: lambda value: value.bytes,
    TypeId.DATE: _write_long,
    TypeId.BIG_INTEGER: _write_big_integer,
    TypeId.BIG_DECIMAL: _write_big_decimal,
    TypeId.LOCAL_DATE: lambda value: _DATE.pack(*value),
    TypeId.LOCAL_TIME: lambda value: _TIME.pack(*value),
    TypeId.LOCAL_DATE_TIME: lambda value: _DATE.pack(*value[:3]) + _TIME.pack(*value[3:]),
    TypeId.OFFSET_DATE_TIME: _write_offset_date_time,
}

_SIZES = {
    0: 0,
    TypeId.BYTE: 1,
    TypeId.BOOLEAN: 1,
    TypeId.CHAR: 2,
    TypeId.SHORT: 2,
    TypeId.INT: 4,
    TypeId.LONG: 8,
    TypeId.FLOAT: 4,
    TypeId.DOUBLE: 8,
    TypeId.UUID: 16,
    TypeId.DATE: 8,
    TypeId.LOCAL_DATE: 6,
    TypeId.LOCAL_TIME: 7,
    TypeId.LOCAL_DATE_TIME: 13,
    TypeId.OFFSET_DATE_TIME: 17,
}
_COUNTED = frozenset({TypeId.STRING, TypeId.JSON, TypeId.BIG_INTEGER, TypeId.BIG_DECIMAL})
