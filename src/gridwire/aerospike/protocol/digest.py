# SPDX-License-Identifier: Apache-2.0
"""The digest of a key: RIPEMD-160 of the set's name, a type byte and the key's bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from struct import Struct
from typing import Any

from gridwire.aerospike.protocol.ripemd import ripemd160

__all__ = ["DIGEST_BYTES", "PARTITIONS", "key_particle", "partition_of", "record_digest"]

DIGEST_BYTES = 20
PARTITIONS = 4096

_INTEGER, _STRING, _BLOB = b"\1", b"\3", b"\4"
_pack_int = Struct(">q").pack


def _openssl() -> Callable[[bytes], Any] | None:
    """OpenSSL's hash, which some builds and all in FIPS mode lack."""
    try:
        hashlib.new("ripemd160", b"")
    except ValueError:
        return None
    base = hashlib.new("ripemd160")

    def begin(data: bytes) -> Any:
        # Copying a hash that is ready costs a third of looking it up by name.
        made = base.copy()
        made.update(data)
        return made

    return begin


_begin = _openssl()

if _begin is not None:

    @lru_cache(maxsize=1024)
    def _hash_of_set(set_name: str) -> Any:
        assert _begin is not None
        return _begin(set_name.encode())

    def _digest(set_name: str, key: bytes) -> bytes:
        made = _hash_of_set(set_name).copy()
        made.update(key)
        digest: bytes = made.digest()
        return digest

else:

    def _digest(set_name: str, key: bytes) -> bytes:
        return ripemd160(set_name.encode() + key)


def record_digest(set_name: str, user_key: str | int | bytes | bytearray) -> bytes:
    """The 20 bytes by which the cluster knows a record.

    A `bytes` key is hashed as if it were text, as the official Python client does, so that both
    find the same records; a `bytearray` is hashed as a blob, as in other languages.

    Args:
        set_name: name of the set, may be empty.
        user_key: the key within it.

    Raises:
        OverflowError: an integer does not fit into 64 bits with a sign.
        ValueError: the key has another type.
    """
    kind = type(user_key)
    if kind is str:
        return _digest(set_name, _STRING + user_key.encode("utf-8", "surrogateescape"))  # type: ignore[union-attr]
    if kind is int:
        return _digest(set_name, _INTEGER + _integer(user_key))  # type: ignore[arg-type]
    if kind is bytes:
        return _digest(set_name, _STRING + user_key)  # type: ignore[operator]
    return _digest_of_other(set_name, user_key)


def _digest_of_other(set_name: str, user_key: Any) -> bytes:
    if isinstance(user_key, bool) or user_key is None:
        raise ValueError(f"Invalid key: {user_key!r} is not a str, int, bytes or bytearray")
    if isinstance(user_key, str):
        return _digest(set_name, _STRING + user_key.encode("utf-8", "surrogateescape"))
    if isinstance(user_key, int):
        return _digest(set_name, _INTEGER + _integer(user_key))
    if isinstance(user_key, bytes):
        return _digest(set_name, _STRING + user_key)
    if isinstance(user_key, bytearray):
        return _digest(set_name, _BLOB + user_key)
    raise ValueError(f"Invalid key: {type(user_key).__name__} is not str, int, bytes or bytearray")


def _integer(value: int) -> bytes:
    if not -(1 << 63) <= value < 1 << 63:
        raise OverflowError(f"key {value} does not fit into 64 bits with a sign")
    return _pack_int(value)


def key_particle(user_key: str | int | bytes | bytearray) -> bytes:
    """The type byte and bytes of a key, as a record keeps them when it is sent along."""
    if isinstance(user_key, str):
        return _STRING + user_key.encode("utf-8", "surrogateescape")
    if isinstance(user_key, int):
        return _INTEGER + _integer(user_key)
    return _BLOB + user_key


def partition_of(digest: bytes) -> int:
    """The partition of a record."""
    return (digest[0] | digest[1] << 8) & (PARTITIONS - 1)
