# SPDX-License-Identifier: Apache-2.0
"""Serialized data to values with their kinds, and the plain forms back to bytes.

The plain form of a value is what it compares by: an int, float, str, bool, `Decimal`, `UUID`; for
dates and times a tuple of numbers; for all other kinds the bytes after the type id, which are in
the byte order of the members.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import Any, Final, NamedTuple
from uuid import UUID

from gridwire.hazelcast.serialization.byte_order import BIG_ENDIAN, LITTLE_ENDIAN, ByteOrder
from gridwire.hazelcast.serialization.data import HEADER, HEADER_BYTES
from gridwire.hazelcast.serialization.limits import DEFAULT_LIMITS
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.errors import serialization_error
from gridwire.testing._hazelcast.query.kinds import Typed

__all__ = ["day_number", "payload_size", "typed", "typed_as", "typed_inside", "writers_of"]

_MASK = (1 << 64) - 1
_DAY_SECONDS = 86_400
_DAMAGED = (StructError, IndexError, UnicodeDecodeError)

Reader = Callable[[bytes, int], Any]
Writer = Callable[[Any], bytes]


class _Form(NamedTuple):
    """How values of a kind lie in data: of their place, to data, and their size if it is fixed."""

    read: Reader
    write: Writer
    size: int | None = None


def typed(data: bytes, order: ByteOrder) -> Typed | None:
    """The value of data.

    Args:
        data: serialized, with its header, which is big-endian in either order.
        order: of the payload.

    Returns:
        Its kind and plain form; None for a null.

    Raises:
        Refusal: it ends too early, or is none.
    """
    try:
        kind: int = HEADER.unpack_from(data)[1]
        read = _READERS[order].get(kind)
        if read is not None:
            return kind, read(data, HEADER_BYTES)
    except _DAMAGED:
        raise _too_short() from None
    return (kind, data[HEADER_BYTES:]) if kind else None


def typed_inside(data: bytes, at: int, order: ByteOrder) -> Typed | None:
    """As `typed`, of a value that another one ends with.

    Args:
        data: whatever it is a part of.
        at: where the value begins, after its type id.
        order: of all that.
    """
    kind: int = order.int32.unpack_from(data, at - 4)[0]
    if kind in _READERS[order]:
        return typed_as(kind, data, at, order)
    return (kind, data[at:]) if kind else None


def typed_as(kind: int, data: bytes, at: int, order: ByteOrder) -> Typed:
    """The value of data in which no type id stands.

    Args:
        kind: one of those with a plain form of their own.
        data: whatever it is a part of.
        at: where the value begins.
        order: of all that.

    Returns:
        Its kind and plain form.

    Raises:
        Refusal: it ends too early, or is none.
    """
    try:
        return kind, _READERS[order][kind](data, at)
    except _DAMAGED:
        raise _too_short() from None


def payload_size(data: bytes, at: int, order: ByteOrder) -> int | None:
    """How many bytes a value takes after its type id, or None if only its class knows."""
    kind = order.int32.unpack_from(data, at - 4)[0]
    if kind == 0:
        return 0
    if kind in _COUNTED:
        length = order.int32.unpack_from(data, at)[0]
        tail = 4 if kind == TypeId.BIG_DECIMAL else 0
        return 4 + max(0, int(length)) + tail
    form = _FORMS[order].get(kind)
    return None if form is None else form.size


def writers_of(order: ByteOrder) -> Mapping[int, Writer]:
    """How the plain forms are written, by kind."""
    return _WRITERS[order]


def day_number(year: int, month: int, day: int) -> int:
    """The number of a day, counted in the proleptic Gregorian calendar; for any year."""
    shifted = year - (month <= 2)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year


def _too_short() -> Exception:
    return serialization_error("java.io.EOFException: the data ends too early")


def _number(struct: Struct) -> _Form:
    unpack = struct.unpack_from
    return _Form(lambda data, at: unpack(data, at)[0], struct.pack, struct.size)


def _tuple(struct: Struct) -> _Form:
    return _Form(struct.unpack_from, lambda value: struct.pack(*value), struct.size)


def _counted(order: ByteOrder, data: bytes, at: int) -> bytes:
    length = order.int32.unpack_from(data, at)[0]
    part = data[at + 4 : at + 4 + length]
    if length < 0 or len(part) != length:
        raise IndexError
    return part


def _char(order: ByteOrder) -> _Form:
    number = order.uint16
    return _Form(
        lambda data, at: chr(number.unpack_from(data, at)[0]),
        lambda value: number.pack(ord(value)),
        number.size,
    )


def _text(order: ByteOrder) -> _Form:
    def write(text: str) -> bytes:
        encoded = text.encode("utf-8", "surrogatepass")
        return order.int32.pack(len(encoded)) + encoded

    return _Form(lambda data, at: _counted(order, data, at).decode(), write)


def _uuid(order: ByteOrder) -> _Form:
    """Two numbers, each in the order of all others."""
    halves = Struct(order.prefix + "QQ")

    def read(data: bytes, at: int) -> UUID:
        high, low = halves.unpack_from(data, at)
        return UUID(int=high << 64 | low)

    return _Form(read, lambda value: halves.pack(value.int >> 64, value.int & _MASK), halves.size)


def _digits(order: ByteOrder, value: int) -> bytes:
    """A whole number of any size, which is big-endian in either order; its length is not."""
    length = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return order.int32.pack(length) + value.to_bytes(length, "big", signed=True)


def _big_integer(order: ByteOrder) -> _Form:
    return _Form(
        lambda data, at: int.from_bytes(_counted(order, data, at), "big", signed=True),
        lambda value: _digits(order, value),
    )


def _big_decimal(order: ByteOrder) -> _Form:
    def read(data: bytes, at: int) -> Decimal:
        raw = _counted(order, data, at)
        if len(raw) > DEFAULT_LIMITS.decimal_bytes:
            raise serialization_error(f"A BigDecimal has {len(raw)} bytes of digits")
        unscaled = int.from_bytes(raw, "big", signed=True)
        scale: int = order.int32.unpack_from(data, at + 4 + len(raw))[0]
        sign, digits, _ = Decimal(unscaled).as_tuple()
        return Decimal((sign, digits, -scale))

    def write(value: Decimal) -> bytes:
        sign, digits, exponent = value.as_tuple()
        unscaled = int(Decimal((sign, digits, 0)))
        return _digits(order, unscaled) + order.int32.pack(-int(exponent))

    return _Form(read, write)


def _offset_date_time(order: ByteOrder) -> _Form:
    """The moment first, then the local time, which decides between equal moments."""
    struct = Struct(order.prefix + "ibbbbbii")

    def read(data: bytes, at: int) -> tuple[int, ...]:
        year, month, day, hour, minute, second, nanosecond, offset = struct.unpack_from(data, at)
        of_day = hour * 3600 + minute * 60 + second
        local = day_number(year, month, day) * _DAY_SECONDS + of_day
        moment = local - offset
        return (moment, nanosecond, local, year, month, day, hour, minute, second, offset)

    def write(value: tuple[int, ...]) -> bytes:
        _, nanosecond, _, year, month, day, hour, minute, second, offset = value
        return struct.pack(year, month, day, hour, minute, second, nanosecond, offset)

    return _Form(read, write, struct.size)


def _forms(order: ByteOrder) -> dict[int, _Form]:
    """How the kinds with a plain form of their own lie in data."""
    return {
        TypeId.BYTE: _number(order.int8),
        TypeId.BOOLEAN: _Form(
            lambda data, at: data[at] != 0, lambda value: b"\1" if value else b"\0", 1
        ),
        TypeId.CHAR: _char(order),
        TypeId.SHORT: _number(order.int16),
        TypeId.INT: _number(order.int32),
        TypeId.LONG: _number(order.int64),
        TypeId.FLOAT: _number(order.float),
        TypeId.DOUBLE: _number(order.double),
        TypeId.STRING: _text(order),
        TypeId.JSON: _text(order),
        TypeId.UUID: _uuid(order),
        TypeId.DATE: _number(order.int64),
        TypeId.BIG_INTEGER: _big_integer(order),
        TypeId.BIG_DECIMAL: _big_decimal(order),
        TypeId.LOCAL_DATE: _tuple(Struct(order.prefix + "ibb")),
        TypeId.LOCAL_TIME: _tuple(Struct(order.prefix + "bbbi")),
        TypeId.LOCAL_DATE_TIME: _tuple(Struct(order.prefix + "ibbbbbi")),
        TypeId.OFFSET_DATE_TIME: _offset_date_time(order),
    }


_FORMS: Final = {order: _forms(order) for order in (BIG_ENDIAN, LITTLE_ENDIAN)}
_READERS: Final = {
    order: {kind: form.read for kind, form in forms.items()} for order, forms in _FORMS.items()
}
_WRITERS: Final = {
    order: {kind: form.write for kind, form in forms.items()} for order, forms in _FORMS.items()
}
_COUNTED = frozenset({TypeId.STRING, TypeId.JSON, TypeId.BIG_INTEGER, TypeId.BIG_DECIMAL})
