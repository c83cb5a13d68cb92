# SPDX-License-Identifier: Apache-2.0
"""Where the parts of a Portable lie in its data, and how it is moved to another place.

All places in a Portable are counted from the beginning of the data that it lies in. So a Portable
that comes out of one object, or goes into another one, is written anew.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, NamedTuple

from gridwire.hazelcast.serialization.portable.field_types import FieldType
from gridwire.testing._hazelcast.query.errors import serialization_error

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder

__all__ = ["ALONE", "Field", "Layout", "damaged", "layout_of", "moved", "places_of"]

ALONE = 16
"""Where version and fields begin in data that is a Portable: behind header, factory and class."""

_INT_BYTES = 4
_SHORT_BYTES = 2
_HEAD_BYTES = 12  # version, end, number of fields
_NULL_FLAG_AND_IDS = 9
_COUNT_AND_IDS = 12
_TYPES = frozenset(FieldType)
_WITH_PLACES = frozenset(
    {
        FieldType.DECIMAL_ARRAY,
        FieldType.TIME_ARRAY,
        FieldType.DATE_ARRAY,
        FieldType.TIMESTAMP_ARRAY,
        FieldType.TIMESTAMP_WITH_TIMEZONE_ARRAY,
    }
)


class Field(NamedTuple):
    """A field: its type, where its place is told, and where its value begins."""

    field_type: int
    told_at: int
    at: int


class Layout(NamedTuple):
    """The parts of a Portable."""

    version: int
    end: int
    raw_told_at: int
    fields: dict[str, Field]


def layout_of(data: bytes, at: int, order: ByteOrder) -> Layout:
    """Find the parts of a Portable.

    Args:
        data: what it lies in.
        at: where its version is.
        order: of all numbers.

    Raises:
        Refusal: the data is damaged.
    """
    try:
        number, short = order.int32.unpack_from, order.int16.unpack_from
        version, end = order.two_int32.unpack_from(data, at)
        table = at + _HEAD_BYTES
        count = number(data, table - _INT_BYTES)[0]
        if not 0 <= count <= len(data) // _INT_BYTES or not table <= end <= len(data):
            raise damaged()
        fields: dict[str, Field] = {}
        for told_at in range(table, table + count * _INT_BYTES, _INT_BYTES):
            place = number(data, told_at)[0]
            if not place:
                continue
            name_at = place + _SHORT_BYTES
            type_at = name_at + short(data, place)[0]
            if not table <= place < name_at <= type_at < end:
                raise damaged()
            if data[type_at] not in _TYPES:
                raise damaged()
            name = data[name_at:type_at].decode("latin-1")
            fields[name] = Field(data[type_at], told_at, type_at + 1)
        return Layout(version, end, table + count * _INT_BYTES, fields)
    except StructError:
        raise damaged() from None


def moved(data: bytes, start: int, end: int, to: int, order: ByteOrder) -> bytes:
    """Version and fields of a Portable, as they are at another place.

    Args:
        data: what it lies in.
        start: where its version is.
        end: where it ends.
        to: where its version will be.
        order: of all numbers.

    Raises:
        Refusal: the data is damaged.
    """
    if to == start:
        return data[start:end]
    target = bytearray(data)
    # Each part once, also of data in which parts share their bytes.
    waiting, seen = [start], {start}
    try:
        while waiting:
            inner = _shifted(data, waiting.pop(), to - start, target, order)
            waiting += inner - seen
            seen |= inner
    except StructError:
        raise damaged() from None
    return bytes(target[start:end])


def places_of(data: bytes, count: int, at: int, order: ByteOrder) -> tuple[int, ...]:
    """The places of the items of an array.

    Raises:
        Refusal: the data is damaged.
    """
    if not 0 <= count <= (len(data) - at) // _INT_BYTES:
        raise damaged()
    return Struct(f"{order.prefix}{count}i").unpack_from(data, at)


def _shifted(data: bytes, at: int, shift: int, target: bytearray, order: ByteOrder) -> set[int]:
    """Write the places of one Portable anew, and give the Portables that are in it."""
    number, put = order.int32.unpack_from, order.int32.pack_into
    layout = layout_of(data, at, order)
    inner: set[int] = set()
    told = [at + _INT_BYTES]
    if number(data, layout.raw_told_at)[0]:
        told.append(layout.raw_told_at)
    for field in layout.fields.values():
        told.append(field.told_at)
        if field.field_type == FieldType.PORTABLE and not data[field.at]:
            inner.add(field.at + _NULL_FLAG_AND_IDS)
        elif field.field_type == FieldType.PORTABLE_ARRAY or field.field_type in _WITH_PLACES:
            count = max(0, number(data, field.at)[0])
            of_portables = field.field_type == FieldType.PORTABLE_ARRAY
            first = field.at + (_COUNT_AND_IDS if of_portables else _INT_BYTES)
            places = places_of(data, count, first, order)
            told += range(first, first + count * _INT_BYTES, _INT_BYTES)
            if of_portables:
                inner.update(places)
    for each in told:
        put(target, each, number(data, each)[0] + shift)
    return inner


def damaged() -> Exception:
    """Data is no Portable."""
    return serialization_error("java.io.EOFException: a Portable that cannot be")
