# SPDX-License-Identifier: Apache-2.0
"""Values with their kinds to serialized data: what queries answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gridwire.hazelcast.serialization.data import HEADER, HEADER_BYTES, type_id_of
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.kinds import NON_TERMINAL, UNCOMPARABLE, WHOLE_JSON, Typed
from gridwire.testing._hazelcast.query.portable_layout import ALONE, moved
from gridwire.testing._hazelcast.query.values import writers_of

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder

__all__ = ["as_data", "data_of", "map_entry", "object_array", "object_set"]

_NO_HASH = b"\0\0\0\0"  # in front of data that names no partition

_NULL = b"\0\0\0\0"  # inside another object

_TWO_INTS = 8
_RECORDS = frozenset({TypeId.PORTABLE, TypeId.COMPACT})

# An object of a class of its own, as Java serializes it: no client but Java's reads it.
_NON_TERMINAL = (
    b"\xac\xed\x00\x05sr\x000com.hazelcast.internal.json.NonTerminalJsonValue"
    b"\xfe\xfa\x91\xe5:7\xf3x\x02\x00\x00xr\x00%com.hazelcast.internal.json.JsonValue"
    b"\xe2\xaa\xaa6\xe0\xfe\xc8?\x02\x00\x00xp"
)


class _Bytes(bytes):
    """The payload of a value whose plain form is not needed."""

    __slots__ = ()


def data_of(value: Typed | None, order: ByteOrder) -> bytes | None:
    """A value as data; None for a null."""
    if value is None:
        return None
    kind, payload = _written(value, HEADER_BYTES, order)
    return HEADER.pack(0, kind) + payload


def map_entry(key: bytes, value: bytes, order: ByteOrder) -> bytes:
    """The data of an entry, of the data of its key and value."""
    parts = [_part(key), _part(value)]
    return _with_items(_identified(-4, 120, order), parts, order)


def object_set(
    factory_id: int, class_id: int, items: Sequence[Typed | None], order: ByteOrder
) -> bytes:
    """The data of a set of values, in a class of Hazelcast's own."""
    head = _identified(factory_id, class_id, order)
    return _with_items(head + order.int32.pack(len(items)), items, order)


def object_array(items: Sequence[Typed | None], order: ByteOrder) -> bytes:
    """The data of an array of values."""
    head = HEADER.pack(0, TypeId.OBJECT_ARRAY)
    return _with_items(head + order.int32.pack(len(items)), items, order)


def _written(value: Typed, at: int, order: ByteOrder) -> tuple[int, bytes]:
    """A value as type id and payload.

    Args:
        value: the value.
        at: where the payload will be, which Portables depend on.
        order: of the payload.
    """
    kind, plain = value
    write = None if type(plain) is _Bytes else writers_of(order).get(kind)
    if write is not None:
        return kind, write(plain)
    if kind == TypeId.PORTABLE:
        return kind, _portable(plain, at, order)
    if kind == TypeId.OBJECT_ARRAY and isinstance(plain, tuple):
        return _written_array(plain, at, order)
    if kind == TypeId.ARRAY_LIST and isinstance(plain, tuple):
        return kind, _items(plain, at, order)
    if kind in {NON_TERMINAL, WHOLE_JSON, UNCOMPARABLE}:
        return TypeId.JAVA_SERIALIZABLE, _NON_TERMINAL
    return kind, bytes(plain)


def _with_items(head: bytes, items: Sequence[Typed | None], order: ByteOrder) -> bytes:
    """What begins with so many bytes, and goes on with values that tell their type ids."""
    data = bytearray(head)
    pack = order.int32.pack
    for item in items:
        if item is None:
            data += _NULL
        else:
            kind, payload = _written(item, len(data) + 4, order)
            data += pack(kind) + payload
    return bytes(data)


def _identified(factory_id: int, class_id: int, order: ByteOrder) -> bytes:
    head = HEADER.pack(0, TypeId.IDENTIFIED_DATA_SERIALIZABLE) + b"\1"
    return head + order.two_int32.pack(factory_id, class_id)


def _part(data: bytes) -> Typed:
    """A key or value for writing, in its own bytes."""
    return type_id_of(data), _Bytes(data[HEADER_BYTES:])


def _portable(payload: bytes, at: int, order: ByteOrder) -> bytes:
    """A Portable that lay at the beginning of data, for another place."""
    data = bytes(HEADER_BYTES) + payload
    return payload[:_TWO_INTS] + moved(data, ALONE, len(data), at + _TWO_INTS, order)


def _written_array(items: tuple[Typed | None, ...], at: int, order: ByteOrder) -> tuple[int, bytes]:
    """An array out of a record: of records, or of what only Java reads in an array."""
    if any(item is not None and item[0] not in _RECORDS for item in items):
        return TypeId.JAVA_SERIALIZABLE, _NON_TERMINAL
    return TypeId.OBJECT_ARRAY, _items(items, at, order)


def _items(items: tuple[Typed | None, ...], at: int, order: ByteOrder) -> bytes:
    """The payload of an array or list."""
    return _with_items(bytes(at) + order.int32.pack(len(items)), items, order)[at:]


def as_data(nested_value: bytes) -> bytes:
    """Data of a type id and payload."""
    return _NO_HASH + nested_value
