# SPDX-License-Identifier: Apache-2.0
"""The dialect of MessagePack inside lists and maps (protocol notes, section 5).

Text, bytes and GeoJSON are MessagePack strings whose first byte is the particle type. Extensions
mark ordered lists and maps, and two values that only comparisons know.
"""

from __future__ import annotations

import struct
from struct import Struct
from typing import Any

from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.values import HLL, GeoJSON

__all__ = ["MAX_DEPTH", "pack", "unpack"]

MAX_DEPTH = 64
"""How deep lists and maps may be nested: deeper is refused both ways, so that neither a value nor
a peer can exhaust the stack."""

_STRING, _BLOB, _HLL, _GEOJSON = 3, 4, 18, 23

_pack_float = Struct(">Bd").pack
_pack_u8 = Struct(">BB").pack
_pack_u16 = Struct(">BH").pack
_pack_u32 = Struct(">BI").pack
_pack_u64 = Struct(">BQ").pack
_pack_i8 = Struct(">Bb").pack
_pack_i16 = Struct(">Bh").pack
_pack_i32 = Struct(">Bi").pack
_pack_i64 = Struct(">Bq").pack

# Extension 0xff: infinity is 1, the wildcard 0. They come back as None, as a result has no use.
_ORDER_EXTENSION = 0xC7


def pack(value: Any) -> bytes:
    """Serialize a list, a map or a scalar.

    Args:
        value: None, bool, int, float, str, bytes, list or dict, nested up to `MAX_DEPTH`.

    Raises:
        TypeError: a value of another type is in it.
        ValueError: it is nested too deep.
        OverflowError: an integer does not fit into 64 bits.
    """
    out = bytearray()
    _pack(value, out, 0)
    return bytes(out)


def _pack(value: Any, out: bytearray, depth: int) -> None:
    kind = type(value)
    if kind is str:
        raw = value.encode("utf-8", "surrogateescape")
        _pack_raw(_STRING, raw, out)
    elif kind is int:
        _pack_int(value, out)
    elif kind is bool:
        out.append(0xC3 if value else 0xC2)
    elif value is None:
        out.append(0xC0)
    elif kind is float:
        out += _pack_float(0xCB, value)
    elif kind is bytes or kind is bytearray:
        _pack_raw(_BLOB, value, out)
    elif isinstance(value, (list, dict)):
        _pack_container(value, out, depth)
    else:
        _pack_other(value, out, depth)


def _pack_container(value: list[Any] | dict[Any, Any], out: bytearray, depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise ValueError(f"Value nesting exceeds maximum depth of {MAX_DEPTH}")
    count = len(value)
    if isinstance(value, list):
        _pack_head(count, 0x90, 0xDC, out)
        for item in value:
            _pack(item, out, depth + 1)
        return
    _pack_head(count, 0x80, 0xDE, out)
    for key, item in value.items():
        _pack(key, out, depth + 1)
        _pack(item, out, depth + 1)


def _pack_other(value: Any, out: bytearray, depth: int) -> None:
    """Subclasses: of the types above they are their base."""
    if isinstance(value, GeoJSON):
        _pack_raw(_GEOJSON, value.encode(), out)
    elif isinstance(value, HLL):
        _pack_raw(_HLL, value, out)
    elif isinstance(value, str):
        _pack(str.__str__(value), out, depth)
    elif isinstance(value, int):
        _pack_int(int(value), out)
    elif isinstance(value, float):
        out += _pack_float(0xCB, value)
    elif isinstance(value, (bytes, bytearray)):
        _pack_raw(_BLOB, value, out)
    else:
        raise TypeError(f"Unsupported type for Aerospike value: {type(value).__name__}")


def _pack_raw(kind: int, raw: bytes | bytearray, out: bytearray) -> None:
    size = len(raw) + 1
    if size < 32:
        out.append(0xA0 | size)
    elif size < 0x100:
        out += _pack_u8(0xD9, size)
    elif size < 0x10000:
        out += _pack_u16(0xDA, size)
    else:
        out += _pack_u32(0xDB, size)
    out.append(kind)
    out += raw


def _pack_head(count: int, short: int, long: int, out: bytearray) -> None:
    if count < 16:
        out.append(short | count)
    elif count < 0x10000:
        out += _pack_u16(long, count)
    else:
        out += _pack_u32(long + 1, count)


def _pack_int(value: int, out: bytearray) -> None:
    if value >= 0:
        if value < 0x80:
            out.append(value)
        elif value < 0x100:
            out += _pack_u8(0xCC, value)
        elif value < 0x10000:
            out += _pack_u16(0xCD, value)
        elif value < 0x100000000:
            out += _pack_u32(0xCE, value)
        elif value < 1 << 63:
            out += _pack_u64(0xCF, value)
        else:
            raise OverflowError(f"{value} does not fit into 64 bits with a sign")
    elif value >= -32:
        out.append(value & 0xFF)
    elif value >= -0x80:
        out += _pack_i8(0xD0, value)
    elif value >= -0x8000:
        out += _pack_i16(0xD1, value)
    elif value >= -0x80000000:
        out += _pack_i32(0xD2, value)
    elif value >= -(1 << 63):
        out += _pack_i64(0xD3, value)
    else:
        raise OverflowError(f"{value} does not fit into 64 bits with a sign")


# -- reading ----------------------------------------------------------------------------------

_SCALARS: dict[int, Struct] = {
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
_SIZES: dict[int, Struct] = {
    0xC4: Struct(">B"),
    0xC5: Struct(">H"),
    0xC6: Struct(">I"),
    0xD9: Struct(">B"),
    0xDA: Struct(">H"),
    0xDB: Struct(">I"),
    0xDC: Struct(">H"),
    0xDD: Struct(">I"),
    0xDE: Struct(">H"),
    0xDF: Struct(">I"),
}
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_LONG_EXTENSIONS = {0xC7: Struct(">B"), 0xC8: Struct(">H"), 0xC9: Struct(">I")}

_PRESERVE_ORDER = 0x08


_NO_ORDER = -1


class _Order:
    """An extension: what its type says about a list's or map's order, or that it says nothing."""

    __slots__ = ("flags",)

    def __init__(self, flags: int) -> None:
        self.flags = flags


def unpack(data: bytes, start: int = 0, end: int | None = None) -> Any:
    """Read one value that fills the bytes.

    Args:
        data: where it is.
        start: where it begins.
        end: where it ends, the end of `data` if None.

    Returns:
        None, bool, int, float, str, bytes, list or dict. A map whose order the server was asked to
        keep is a list of pairs.

    Raises:
        ProtocolError: that is not one value of this dialect.
    """
    stop = len(data) if end is None else end
    try:
        value, offset = _unpack(data, start, stop, 0)
    except (IndexError, struct.error):
        raise ProtocolError("a list or map ends too early") from None
    if offset != stop:
        raise ProtocolError(f"{stop - offset} bytes behind a list or map")
    return None if type(value) is _Order else value


def _unpack(data: bytes, offset: int, end: int, depth: int) -> tuple[Any, int]:
    if offset >= end:
        raise ProtocolError("a list or map ends too early")
    code = data[offset]
    offset += 1
    if code < 0x80:
        return code, offset
    if code >= 0xE0:
        return code - 0x100, offset
    if code >= 0xA0 and code < 0xC0:
        return _raw(data, offset, code & 0x1F, end)
    if code < 0x90:
        return _map(data, offset, code & 0x0F, end, depth)
    if code < 0xA0:
        return _list(data, offset, code & 0x0F, end, depth)
    if code == 0xC0:
        return None, offset
    if code in {0xC2, 0xC3}:
        return code == 0xC3, offset
    scalar = _SCALARS.get(code)
    if scalar is not None:
        return scalar.unpack_from(data, offset)[0], offset + scalar.size
    return _long(data, offset, end, code, depth)


def _long(data: bytes, offset: int, end: int, code: int, depth: int) -> tuple[Any, int]:
    sized = _SIZES.get(code)
    if sized is not None:
        size = sized.unpack_from(data, offset)[0]
        offset += sized.size
        if code >= 0xDE:
            return _map(data, offset, size, end, depth)
        if code >= 0xDC:
            return _list(data, offset, size, end, depth)
        return _raw(data, offset, size, end)
    if code in _FIXED_EXTENSIONS:
        size = _FIXED_EXTENSIONS[code]
    elif code in _LONG_EXTENSIONS:
        size = _LONG_EXTENSIONS[code].unpack_from(data, offset)[0]
        offset += _LONG_EXTENSIONS[code].size
    else:
        raise ProtocolError(f"0x{code:02x} begins no value")
    stop = offset + 1 + size
    if stop > end:
        raise ProtocolError("a list or map ends too early")
    return _Order(data[offset] if code == _ORDER_EXTENSION else _NO_ORDER), stop


def _raw(data: bytes, offset: int, size: int, end: int) -> tuple[Any, int]:
    stop = offset + size
    if stop > end:
        raise ProtocolError("a list or map ends too early")
    if size == 0:
        return "", stop
    kind = data[offset]
    raw = bytes(data[offset + 1 : stop])
    if kind == _STRING:
        return raw.decode("utf-8", "surrogateescape"), stop
    if kind == _GEOJSON:
        return GeoJSON(raw.decode("utf-8", "surrogateescape")), stop
    if kind == _HLL:
        return HLL(raw), stop
    if kind == _BLOB or 7 <= kind <= 12:
        return raw, stop
    # A string without its type byte, as servers keep it when somebody sends one.
    return bytes(data[offset:stop]).decode("utf-8", "surrogateescape"), stop


def _list(data: bytes, offset: int, count: int, end: int, depth: int) -> tuple[Any, int]:
    _check_container(offset, count, end, depth)
    items: list[Any] = []
    for index in range(count):
        item, offset = _unpack(data, offset, end, depth + 1)
        if type(item) is _Order:
            if index == 0 and item.flags != _NO_ORDER:
                continue
            item = None
        items.append(item)
    return items, offset


def _map(data: bytes, offset: int, count: int, end: int, depth: int) -> tuple[Any, int]:
    _check_container(offset, 2 * count, end, depth)
    pairs: list[tuple[Any, Any]] = []
    flags = 0
    for index in range(count):
        key, offset = _unpack(data, offset, end, depth + 1)
        value, offset = _unpack(data, offset, end, depth + 1)
        if type(key) is _Order:
            if index == 0 and key.flags != _NO_ORDER:
                flags = key.flags
                continue
            key = None
        pairs.append((key, None if type(value) is _Order else value))
    if flags & _PRESERVE_ORDER:
        return pairs, offset
    try:
        return dict(pairs), offset
    except TypeError:
        raise ProtocolError("a map has a list or a map as key") from None


def _check_container(offset: int, items: int, end: int, depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise ProtocolError(f"lists and maps are nested deeper than {MAX_DEPTH}")
    # Each item takes a byte at least: a count beyond that is a lie, found before memory is spent.
    if items > end - offset:
        raise ProtocolError("a list or map ends too early")
