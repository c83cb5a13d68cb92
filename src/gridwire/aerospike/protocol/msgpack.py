# SPDX-License-Identifier: Apache-2.0
"""The dialect of MessagePack inside lists and maps (protocol notes, section 5).

Text, bytes and GeoJSON are MessagePack strings whose first byte is the particle type. Extensions
mark ordered lists and maps, and two values that only comparisons know, which come back as None.
Nothing is lost in reading: what Python cannot tell apart, or what is not known, is an error.
"""

from __future__ import annotations

import struct
from struct import Struct
from typing import Any

from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.texts import decode_text, encode_text
from gridwire.aerospike.protocol.values import HLL, GeoJSON, LanguageBlob

__all__ = ["LANGUAGE_BLOBS", "MAX_DEPTH", "pack", "unpack"]

MAX_DEPTH = 64
"""How deep lists and maps may be nested: deeper is refused both ways, so that neither a value nor
a peer can exhaust the stack."""

LANGUAGE_BLOBS = range(7, 13)
"""Types of what another language's client serialized: Java, C#, Python, Ruby, PHP, Erlang."""

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

# The first item of a list, or the first key of a map: the extension's type says how it is ordered.
_ORDER_EXTENSIONS = frozenset({0xC7, 0xC8, 0xC9})

# The wildcard and infinity. Servers compare with them and store neither.
_COMPARED_ONLY = frozenset({b"\xff\x00", b"\xff\x01"})


def pack(value: Any) -> bytes:
    """Serialize a list, a map or a scalar.

    Args:
        value: what `encode_particle` takes, nested up to `MAX_DEPTH`.

    Raises:
        TypeError: a value of another type is in it.
        ValueError: it is nested too deep, or a text in it cannot be stored (see `texts`).
        OverflowError: an integer does not fit into 64 bits.
    """
    out = bytearray()
    _pack(value, out, 0)
    return bytes(out)


def _pack(value: Any, out: bytearray, depth: int) -> None:
    kind = type(value)
    if kind is str:
        _pack_raw(_STRING, encode_text(value), out)
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
        _pack_other(value, out)


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


def _pack_other(value: Any, out: bytearray) -> None:
    """Subclasses: of the types above they are their base."""
    if isinstance(value, GeoJSON):
        _pack_raw(_GEOJSON, encode_text(value), out)
    elif isinstance(value, HLL):
        _pack_raw(_HLL, value, out)
    elif isinstance(value, LanguageBlob):
        _pack_raw(value.particle_type, value, out)
    elif isinstance(value, str):
        _pack_raw(_STRING, encode_text(value), out)
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


class _Order:
    """What stands before the items of a list or a map that has an order."""

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
        None, bool, int, float, str, bytes, list, dict, `GeoJSON`, `HLL` or `LanguageBlob`. A map
        whose order the server was asked to keep is a list of pairs.

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
    return _value(value)


def _value(item: Any) -> Any:
    """What was read, where no order can stand."""
    if type(item) is _Order:
        raise ProtocolError(f"an extension of type {item.flags} is no value")
    return item


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
    if code in _ORDER_EXTENSIONS:
        return _Order(data[offset]), stop
    if data[offset:stop] in _COMPARED_ONLY:
        return None, stop
    raise ProtocolError(f"an extension of type {data[offset]} is no value")


def _raw(data: bytes, offset: int, size: int, end: int) -> tuple[Any, int]:
    stop = offset + size
    if stop > end:
        raise ProtocolError("a list or map ends too early")
    if size == 0:
        return "", stop
    kind = data[offset]
    raw = bytes(data[offset + 1 : stop])
    if kind == _STRING:
        return decode_text(raw), stop
    if kind == _GEOJSON:
        return GeoJSON(decode_text(raw)), stop
    if kind == _HLL:
        return HLL(raw), stop
    if kind == _BLOB:
        return raw, stop
    if kind in LANGUAGE_BLOBS:
        return LanguageBlob(raw, kind), stop
    # A string without its type byte, as servers keep it when somebody sends one.
    return decode_text(bytes(data[offset:stop])), stop


def _list(data: bytes, offset: int, count: int, end: int, depth: int) -> tuple[Any, int]:
    _check_container(offset, count, end, depth)
    items: list[Any] = []
    for index in range(count):
        item, offset = _unpack(data, offset, end, depth + 1)
        if type(item) is _Order and index == 0:
            continue
        items.append(_value(item))
    return items, offset


def _map(data: bytes, offset: int, count: int, end: int, depth: int) -> tuple[Any, int]:
    _check_container(offset, 2 * count, end, depth)
    pairs: list[tuple[Any, Any]] = []
    flags = 0
    for index in range(count):
        key, offset = _unpack(data, offset, end, depth + 1)
        value, offset = _unpack(data, offset, end, depth + 1)
        if type(key) is _Order and index == 0 and value is None:
            flags = key.flags
            continue
        pairs.append((_value(key), _value(value)))
    if flags & _PRESERVE_ORDER:
        return pairs, offset
    return _dict(pairs), offset


def _dict(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    try:
        made = dict(pairs)
    except TypeError:
        raise ProtocolError("a map has a list or a map as key") from None
    if len(made) != len(pairs):
        # Servers tell 1, 1.0 and True apart, and a blob from that of another language.
        raise ProtocolError("a map has keys that are equal in Python, of which a dict keeps one")
    return made


def _check_container(offset: int, items: int, end: int, depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise ProtocolError(f"lists and maps are nested deeper than {MAX_DEPTH}")
    # Each item takes a byte at least: a count beyond that is a lie, found before memory is spent.
    if items > end - offset:
        raise ProtocolError("a list or map ends too early")
