# SPDX-License-Identifier: Apache-2.0
"""Lists and maps as a server stores them: checked, in shortest form, maps sorted by key.

Bytes come from clients in a dialect of MessagePack (protocol notes, section 5). What a server keeps
differs from what was sent in three ways: numbers and headers have their shortest form, unordered
maps are kept sorted by key, and what is not well-formed is refused.
"""

from __future__ import annotations

import struct
from struct import Struct
from typing import Any, NamedTuple

from gridwire.aerospike.protocol.msgpack import MAX_DEPTH
from gridwire.aerospike.protocol.particles import BLOB, GEOJSON, LIST, STRING
from gridwire.testing._aerospike import codes
from gridwire.testing._aerospike.request import Refused

__all__ = ["normalized"]

# How values of different types compare.
_NIL_RANK, _BOOL_RANK, _INT_RANK, _STRING_RANK, _LIST_RANK, _MAP_RANK = range(1, 7)
_BLOB_RANK, _FLOAT_RANK, _GEOJSON_RANK = range(7, 10)
_RANKS = {STRING: _STRING_RANK, BLOB: _BLOB_RANK, GEOJSON: _GEOJSON_RANK}

_ORDERED = 0x01

_NUMBERS = {
    0xCA: Struct(">f"),
    0xCB: Struct(">d"),
    0xCC: Struct(">B"),
    0xCD: Struct(">H"),
    0xCE: Struct(">I"),
    0xCF: Struct(">Q"),
    0xD0: Struct(">b"),
    0xD1: Struct(">h"),
    0xD2: Struct(">i"),
    0xD3: Struct(">q"),
}
_FLOATS = (0xCA, 0xCB)
_LENGTHS = {
    code: Struct(layout)
    for layout, several in ((">B", (0xC4, 0xD9)), (">H", (0xC5, 0xDA, 0xDC, 0xDE)))
    for code in several
} | {code: Struct(">I") for code in (0xC6, 0xDB, 0xDD, 0xDF)}
_STRINGS = (0xC4, 0xC5, 0xC6, 0xD9, 0xDA, 0xDB)
_LISTS = (0xDC, 0xDD)
_ORDER_EXTENSION = 0xC7
_KEY_RANKS = (_INT_RANK, _STRING_RANK, _BLOB_RANK)

_HEADS = {
    # Up to what count a header has one byte, which; then the codes of the longer ones.
    "string": (32, 0xA0, 0xD9, 0xDA, 0xDB),
    "list": (16, 0x90, None, 0xDC, 0xDD),
    "map": (16, 0x80, None, 0xDE, 0xDF),
}


class _Value(NamedTuple):
    """A value: its bytes, and what it is compared by."""

    data: bytes
    order: tuple[Any, ...]


def normalized(kind: int, data: bytes) -> bytes:
    """The bytes of a list or map as they are stored.

    Args:
        kind: particle type, of a list or of a map.
        data: as a client sent them.

    Raises:
        Refused: they are not what a server stores.
    """
    reader = _Reader(data)
    try:
        value = reader.value(0)
    except (IndexError, struct.error):
        raise Refused(codes.SERVER) from None
    expected = _LIST_RANK if kind == LIST else _MAP_RANK
    if value.order[0] != expected or reader.offset != len(data):
        raise Refused(codes.SERVER)
    return value.data


class _Reader:
    """Reads values one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.offset = 0

    def value(self, depth: int) -> _Value:
        if depth > MAX_DEPTH:
            raise Refused(codes.SERVER)
        code = self._data[self.offset]
        self.offset += 1
        if code < 0x80 or code >= 0xE0:
            return _integer(code if code < 0x80 else code - 0x100)
        if code < 0x90:
            return self._map(code & 0x0F, depth)
        if code < 0xA0:
            return self._list(code & 0x0F, depth)
        if code < 0xC0:
            return self._string(code & 0x1F)
        if code == 0xC0:
            return _Value(b"\xc0", (_NIL_RANK,))
        if code in {0xC2, 0xC3}:
            return _Value(bytes((code,)), (_BOOL_RANK, code))
        return self._long(code, depth)

    def _long(self, code: int, depth: int) -> _Value:
        number = _NUMBERS.get(code)
        if number is not None:
            value = self._take(number)
            return _float(value) if code in _FLOATS else _integer(value)
        length = _LENGTHS.get(code)
        if length is None:
            # An extension marks order and comes first in its list or map; here it is out of place.
            raise Refused(codes.SERVER)
        count = self._take(length)
        if code in _STRINGS:
            return self._string(count)
        return self._list(count, depth) if code in _LISTS else self._map(count, depth)

    def _take(self, layout: Struct) -> Any:
        value = layout.unpack_from(self._data, self.offset)[0]
        self.offset += layout.size
        return value

    def _string(self, size: int) -> _Value:
        start, self.offset = self.offset, self.offset + size
        if self.offset > len(self._data):
            raise Refused(codes.SERVER)
        raw = self._data[start : self.offset]
        # Without a type byte that is known it is no string and no blob, but is kept.
        rank = _RANKS.get(raw[0], 0) if raw else 0
        return _Value(_head("string", size) + raw, (rank, raw[1:] if rank else raw))

    def _order(self) -> tuple[bytes, int]:
        """The extension that may come first: its bytes and its flags."""
        data, start = self._data, self.offset
        if data[start : start + 2] != b"\xc7\x00":
            return b"", 0
        self.offset += 3
        return data[start : self.offset], data[start + 2]

    def _list(self, count: int, depth: int) -> _Value:
        self._plausible(count)
        extension, bits = self._order() if count else (b"", 0)
        items = [self.value(depth + 1) for _ in range(count - bool(extension))]
        orders = [item.order for item in items]
        if bits & _ORDERED and orders != sorted(orders):
            raise Refused(codes.SERVER)
        body = b"".join(item.data for item in items)
        return _Value(_head("list", count) + extension + body, (_LIST_RANK, *orders))

    def _map(self, count: int, depth: int) -> _Value:
        self._plausible(2 * count)
        extension, bits = self._order() if count else (b"", 0)
        if extension:
            extension += self.value(depth + 1).data
        pairs = [
            (self.value(depth + 1), self.value(depth + 1)) for _ in range(count - bool(extension))
        ]
        keys = [key.order for key, _ in pairs]
        if any(key[0] not in _KEY_RANKS for key in keys) or len(set(keys)) < len(keys):
            raise Refused(codes.SERVER)
        ordered = sorted(pairs, key=lambda pair: pair[0].order)
        if bits & _ORDERED and ordered != pairs:
            raise Refused(codes.SERVER)
        body = b"".join(key.data + value.data for key, value in ordered)
        order = tuple((key.order, value.order) for key, value in ordered)
        return _Value(_head("map", count) + extension + body, (_MAP_RANK, len(order), order))

    def _plausible(self, items: int) -> None:
        # Each takes a byte at least: a count beyond that is refused before memory is spent.
        if items > len(self._data) - self.offset:
            raise Refused(codes.SERVER)


def _head(kind: str, count: int) -> bytes:
    limit, short, byte, word, long = _HEADS[kind]
    if count < limit:
        return bytes((short | count,))
    if byte is not None and count < 0x100:
        return bytes((byte, count))
    if count < 0x10000:
        return Struct(">BH").pack(word, count)
    return Struct(">BI").pack(long, count)


def _float(value: float) -> _Value:
    return _Value(b"\xcb" + _NUMBERS[0xCB].pack(value), (_FLOAT_RANK, value))


def _integer(value: int) -> _Value:
    order = (_INT_RANK, value)
    if 0 <= value < 0x80:
        return _Value(bytes((value,)), order)
    if -32 <= value < 0:
        return _Value(bytes((value & 0xFF,)), order)
    codes_by_size = (0xCC, 0xCD, 0xCE, 0xCF) if value > 0 else (0xD0, 0xD1, 0xD2, 0xD3)
    for index, code in enumerate(codes_by_size):
        bits = 8 << index
        if (value >> bits == 0) if value > 0 else (value >= -(1 << bits - 1)):
            return _Value(bytes((code,)) + _NUMBERS[code].pack(value), order)
    raise AssertionError("MessagePack has no integers of more than 64 bits")
