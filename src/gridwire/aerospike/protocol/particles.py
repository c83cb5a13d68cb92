# SPDX-License-Identifier: Apache-2.0
"""Values of bins: a particle type and bytes (protocol notes, section 5)."""

from __future__ import annotations

import struct
from struct import Struct
from typing import Any

from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.msgpack import LANGUAGE_BLOBS, pack, unpack
from gridwire.aerospike.protocol.texts import decode_text, encode_text
from gridwire.aerospike.protocol.values import HLL, GeoJSON, LanguageBlob

__all__ = [
    "BLOB",
    "BOOL",
    "FLOAT",
    "GEOJSON",
    "HYPERLOGLOG",
    "INTEGER",
    "LIST",
    "MAP",
    "NULL",
    "STRING",
    "decode_particle",
    "encode_particle",
    "out_of_range",
]

NULL = 0
INTEGER = 1
FLOAT = 2
STRING = 3
BLOB = 4
BOOL = 17
HYPERLOGLOG = 18
MAP = 19
LIST = 20
GEOJSON = 23

_pack_int = Struct(">q").pack
_pack_float = Struct(">d").pack
_unpack_int = Struct(">q").unpack_from
_unpack_float = Struct(">d").unpack_from

# A flags byte and a count of cells, which only servers fill in.
_GEOJSON_HEAD = b"\0\0\0"
_CELL_BYTES = 8


def encode_particle(value: Any) -> tuple[int, bytes]:
    """The particle type and the bytes of a value.

    Args:
        value: None, bool, int, float, str, bytes, bytearray, list, dict, `GeoJSON`, `HLL` or
            `LanguageBlob`.

    Raises:
        TypeError: the type is none of those.
        OverflowError: an integer does not fit into 64 bits with a sign.
        ValueError: it is nested too deep, or a text in it cannot be stored (see `texts`).
    """
    kind = type(value)
    if kind is str:
        return STRING, encode_text(value)
    if kind is int:
        return INTEGER, _integer(value)
    if kind is float:
        return FLOAT, _pack_float(value)
    if kind is bytes:
        return BLOB, value
    if kind is list:
        return LIST, pack(value)
    if kind is dict:
        return MAP, pack(value)
    return _encode_other(value)


def _encode_other(value: Any) -> tuple[int, bytes]:
    if value is None:
        return NULL, b""
    if isinstance(value, bool):
        return BOOL, b"\1" if value else b"\0"
    if isinstance(value, GeoJSON):
        return GEOJSON, _GEOJSON_HEAD + encode_text(value)
    if isinstance(value, HLL):
        return HYPERLOGLOG, bytes(value)
    if isinstance(value, LanguageBlob):
        return value.particle_type, bytes(value)
    if isinstance(value, (bytes, bytearray)):
        return BLOB, bytes(value)
    if isinstance(value, str):
        return STRING, encode_text(value)
    if isinstance(value, int):
        return INTEGER, _integer(int(value))
    if isinstance(value, float):
        return FLOAT, _pack_float(value)
    if isinstance(value, list):
        return LIST, pack(value)
    if isinstance(value, dict):
        return MAP, pack(value)
    raise TypeError(f"Unsupported type for Aerospike value: {type(value).__name__}")


def _integer(value: int) -> bytes:
    try:
        return _pack_int(value)
    except struct.error:
        raise out_of_range(value) from None


def out_of_range(value: int) -> OverflowError:
    """What is raised for an integer that servers cannot store."""
    return OverflowError(f"{value} does not fit into 64 bits with a sign")


def decode_particle(kind: int, data: bytes, start: int, end: int) -> Any:
    """The value of a particle.

    Args:
        kind: particle type.
        data: where it is.
        start: where it begins.
        end: where it ends; within `data`.

    Raises:
        ProtocolError: these bytes are no such particle.
    """
    if kind == INTEGER:
        if end - start != 8:
            raise ProtocolError(f"an integer of {end - start} bytes")
        return _unpack_int(data, start)[0]
    if kind == STRING:
        return decode_text(data[start:end])
    if kind == BLOB:
        return data[start:end]
    if kind == FLOAT:
        if end - start != 8:
            raise ProtocolError(f"a float of {end - start} bytes")
        return _unpack_float(data, start)[0]
    if kind in (LIST, MAP):
        return unpack(data, start, end)
    return _decode_other(kind, data, start, end)


def _decode_other(kind: int, data: bytes, start: int, end: int) -> Any:
    if kind == NULL:
        return None
    if kind == BOOL:
        if end - start != 1:
            raise ProtocolError(f"a boolean of {end - start} bytes")
        return data[start] != 0
    if kind == HYPERLOGLOG:
        return HLL(data[start:end])
    if kind == GEOJSON:
        return _geojson(data, start, end)
    if kind in LANGUAGE_BLOBS:
        return LanguageBlob(data[start:end], kind)
    raise ProtocolError(f"particle type {kind} is unknown")


def _geojson(data: bytes, start: int, end: int) -> GeoJSON:
    if end - start < len(_GEOJSON_HEAD):
        raise ProtocolError(f"a GeoJSON value of {end - start} bytes")
    cells = int.from_bytes(data[start + 1 : start + 3], "big")
    text_at = start + len(_GEOJSON_HEAD) + cells * _CELL_BYTES
    if text_at > end:
        raise ProtocolError(f"a GeoJSON value with {cells} cells ends too early")
    return GeoJSON(decode_text(data[text_at:end]))
