# SPDX-License-Identifier: Apache-2.0
"""Values as bins hold them, and what becomes of them when they are added to."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from gridwire.aerospike.protocol.particles import (
    BLOB,
    BOOL,
    FLOAT,
    GEOJSON,
    HYPERLOGLOG,
    INTEGER,
    LIST,
    MAP,
    STRING,
)
from gridwire.testing._aerospike import codes, collections, geo
from gridwire.testing._aerospike.request import Refused

__all__ = ["Particle", "incremented", "joined", "stored"]

_VECTOR = 16
_OPAQUE = frozenset({STRING, BLOB, *range(7, 13), _VECTOR})
"""Types whose bytes are kept as they come, whatever they are."""

_INTEGER_BYTES = (1, 2, 4, 8)
_WORD = 8
_SMALL_TYPES = (INTEGER, FLOAT, BOOL)

_HLL_HEAD_BYTES = 11
_HLL_INDEX_BITS = range(4, 17)
_HLL_MINHASH_BITS = (0, *range(4, 52))
_HLL_MOST_BITS = 64
_HLL_REGISTER_BITS = 6

_pack_int = Struct(">q").pack
_unpack_int = Struct(">q").unpack
_pack_float = Struct(">d").pack
_unpack_float = Struct(">d").unpack


class Particle(NamedTuple):
    """A value: the type and the bytes that are sent for it."""

    kind: int
    data: bytes

    @property
    def stored_bytes(self) -> int:
        """How much of a record's limit it takes."""
        if self.kind in _SMALL_TYPES:
            return 1 + len(self.data)
        return 5 + len(self.data)


def stored(kind: int, data: bytes) -> Particle:
    """A value that a client wants to store.

    Args:
        kind: particle type; not null, which stores nothing.
        data: the particle's bytes.

    Raises:
        Refused: it cannot be stored.
    """
    if kind in _OPAQUE:
        return Particle(kind, data)
    if kind == INTEGER:
        if len(data) not in _INTEGER_BYTES:
            raise Refused(codes.PARAMETER)
        return Particle(kind, data.rjust(_WORD, b"\0"))
    if kind in {LIST, MAP}:
        return Particle(kind, collections.normalized(kind, data))
    if kind == GEOJSON:
        return Particle(kind, geo.normalized(data))
    if (
        (kind == FLOAT and len(data) == _WORD)
        or (kind == BOOL and data in {b"\0", b"\1"})
        or (kind == HYPERLOGLOG and _is_hll(data))
    ):
        return Particle(kind, data)
    raise Refused(codes.PARAMETER)


def _is_hll(data: bytes) -> bool:
    """Whether a head (flags, index bits, minhash bits, a cached count) suits the registers."""
    if len(data) < _HLL_HEAD_BYTES:
        return False
    index, minhash = data[1], data[2]
    if index not in _HLL_INDEX_BITS or minhash not in _HLL_MINHASH_BITS:
        return False
    bits = (_HLL_REGISTER_BITS + minhash) << index
    return index + minhash <= _HLL_MOST_BITS and len(data) == _HLL_HEAD_BYTES + -(-bits // 8)


def incremented(old: Particle | None, kind: int, data: bytes) -> Particle:
    """A number after something was added to it.

    Args:
        old: the number; None when the bin is not there.
        kind: particle type of what is added.
        data: its bytes.

    Raises:
        Refused: they are not both integers or both floats.
    """
    _check_changeable(old)
    if kind == 0:
        raise Refused(codes.PARAMETER)
    if kind not in {INTEGER, FLOAT} or (old is not None and old.kind != kind):
        raise Refused(codes.BIN_TYPE)
    added = stored(kind, data)
    if old is None:
        return added
    if kind == FLOAT:
        return Particle(FLOAT, _pack_float(_unpack_float(old.data)[0] + _unpack_float(data)[0]))
    total = _unpack_int(old.data)[0] + _unpack_int(added.data)[0]
    # Beyond 64 bits it goes round, as the server's processor does.
    return Particle(INTEGER, _pack_int((total + (1 << 63)) % (1 << 64) - (1 << 63)))


def joined(old: Particle | None, kind: int, data: bytes, *, before: bool) -> Particle:
    """Text or bytes after something was put behind or before them.

    Args:
        old: the value; None when the bin is not there.
        kind: particle type of what is put there.
        data: its bytes.
        before: put before, not behind.

    Raises:
        Refused: they are not both text, or both blobs of the same type.
    """
    _check_changeable(old)
    if kind == 0:
        raise Refused(codes.PARAMETER)
    if kind not in _OPAQUE or (old is not None and old.kind != kind):
        raise Refused(codes.BIN_TYPE)
    rest = b"" if old is None else old.data
    return Particle(kind, data + rest if before else rest + data)


def _check_changeable(old: Particle | None) -> None:
    # Servers have no answer of its own for GeoJSON here, only the general one.
    if old is not None and old.kind == GEOJSON:
        raise Refused(codes.SERVER)
