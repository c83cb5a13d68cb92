# SPDX-License-Identifier: Apache-2.0
"""The digest of a key: RIPEMD-160 of the set's name, a type byte and the key's bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from struct import Struct
from typing import Any, Protocol

from gridwire.aerospike.protocol.ripemd import ripemd160
from gridwire.aerospike.protocol.texts import encode_text

__all__ = [
    "DIGEST_BYTES",
    "PARTITIONS",
    "Hash",
    "hash_of_set",
    "key_particle",
    "partition_of",
    "record_digest",
]

DIGEST_BYTES = 20
PARTITIONS = 4096

_INTEGER, _STRING, _BLOB = b"\1", b"\3", b"\4"
_pack_int = Struct(">q").pack


def _openssl() -> Callable[[bytes], Hash] | None:
    """OpenSSL's hash, which some builds and all in FIPS mode lack."""
    try:
        hashlib.new("ripemd160", b"")
    except ValueError:
        return None
    base = hashlib.new("ripemd160")

    def begin(data: bytes) -> Hash:
        # Copying a hash that is ready costs a third of looking it up by name.
        made = base.copy()
        made.update(data)
        return made

    return begin


class Hash(Protocol):
    """A hash that has taken the beginning of what it is of."""

    def copy(self) -> Hash:
        """Another one that goes on from here."""

    def update(self, data: bytes, /) -> None:
        """Take more."""

    def digest(self) -> bytes:
        """Of all that it took."""


class _OwnHash:
    """The same without OpenSSL."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def copy(self) -> _OwnHash:
        return _OwnHash(self._data)

    def update(self, data: bytes, /) -> None:
        self._data += data

    def digest(self) -> bytes:
        return ripemd160(self._data)


_begin: Callable[[bytes], Hash] = _openssl() or _OwnHash


@lru_cache(maxsize=1024)
def hash_of_set(set_name: str) -> Hash:
    """What the digests of a set begin with; copy it before it takes a key.

    Args:
        set_name: name of the set, may be empty.
    """
    return _begin(encode_text(set_name))


def _digest(set_name: str, key: bytes) -> bytes:
    made = hash_of_set(set_name).copy()
    made.update(key)
    return made.digest()


def record_digest(set_name: str, user_key: str | int | bytes | bytearray) -> bytes:
    """The 20 bytes by which the cluster knows a record.

    A `bytes` key is hashed as if it were text, as the official Python client does, so that both
    find the same records; a `bytearray` is hashed as a blob, as in other languages.

    Args:
        set_name: name of the set, may be empty.
        user_key: the key within it.

    Raises:
        OverflowError: an integer does not fit into 64 bits with a sign.
        TypeError: the key has a type that Aerospike does not know.
        ValueError: it has another one that cannot be a key, or is a text that cannot be stored.
    """
    kind = type(user_key)
    if kind is str:
        return _digest(set_name, _STRING + encode_text(user_key))  # type: ignore[arg-type]
    if kind is int:
        return _digest(set_name, _INTEGER + _integer(user_key))  # type: ignore[arg-type]
    if kind is bytes:
        return _digest(set_name, _STRING + user_key)  # type: ignore[operator]
    return _digest_of_other(set_name, user_key)


def _digest_of_other(set_name: str, user_key: Any) -> bytes:
    if user_key is None or isinstance(user_key, (bool, float, list, dict)):
        kind = type(user_key).__name__
        raise ValueError(f"Invalid key: {kind} is not str, int, bytes or bytearray")
    if isinstance(user_key, str):
        return _digest(set_name, _STRING + encode_text(user_key))
    if isinstance(user_key, int):
        return _digest(set_name, _INTEGER + _integer(user_key))
    if isinstance(user_key, bytes):
        return _digest(set_name, _STRING + user_key)
    if isinstance(user_key, bytearray):
        return _digest(set_name, _BLOB + user_key)
    kind = type(user_key).__name__
    raise TypeError(f"Unsupported type for Aerospike key: {kind} is not str, int, bytes, bytearray")


def _integer(value: int) -> bytes:
    if not -(1 << 63) <= value < 1 << 63:
        raise OverflowError(f"key {value} does not fit into 64 bits with a sign")
    return _pack_int(value)


def key_particle(user_key: str | int | bytes | bytearray) -> bytes:
    """The type byte and bytes of a key, as a record keeps them when it is sent along."""
    if isinstance(user_key, str):
        return _STRING + encode_text(user_key)
    if isinstance(user_key, int):
        return _INTEGER + _integer(user_key)
    return _BLOB + user_key


def partition_of(digest: bytes) -> int:
    """The partition of a record."""
    return (digest[0] | digest[1] << 8) & (PARTITIONS - 1)
