# SPDX-License-Identifier: Apache-2.0
"""The keys of records as users write them: ``(namespace, set, user_key)``."""

from __future__ import annotations

import struct
from struct import Struct
from typing import Any

from gridwire.aerospike.protocol.digest import DIGEST_BYTES, Hash, hash_of_set, record_digest
from gridwire.aerospike.protocol.texts import encode_text
from gridwire.aerospike.types import AerospikeKey

__all__ = ["read_key"]

_MAX_NAMESPACE_BYTES = 31
_MAX_SET_BYTES = 63


MAX_PLACES = 1024
"""Pairs of a namespace and a set that are remembered as possible ones, with the hash of the set."""

_INTEGER, _TEXT = 1, b"\3"
_pack_int = Struct(">Bq").pack

_tuple = tuple.__new__
_places: dict[tuple[str, str], Hash] = {}


def read_key(key: Any) -> AerospikeKey:
    """Check a key and compute its digest.

    Args:
        key: ``(namespace, set, user_key)``, or ``(namespace, set, None, digest)``.

    Raises:
        TypeError: it is not a tuple, a name is not text, or the key has an unknown type.
        ValueError: it is too short, or a part of it cannot be.
        OverflowError: an integer key does not fit into 64 bits with a sign.
    """
    try:
        # What most keys are: text or a number, in a set that was seen before.
        namespace, set_name, user_key = key
        kind = type(user_key)
        if kind is str:
            typed = _TEXT + user_key.encode()
        elif kind is int:
            typed = _pack_int(_INTEGER, user_key)
        else:
            return _read_other(key)
        made = _places[key[:2]].copy()
    except (KeyError, TypeError, ValueError, struct.error):
        return _read_other(key)
    made.update(typed)
    return _tuple(AerospikeKey, (namespace, set_name, user_key, made.digest()))


def _read_other(key: Any) -> AerospikeKey:
    if not isinstance(key, tuple):
        raise TypeError(f"Key must be a tuple (namespace, set, key), not {type(key).__name__}")
    if len(key) < 3:
        raise ValueError("Key tuple must have at least 3 elements: (namespace, set, key)")
    namespace, set_name, user_key = key[:3]
    _check_names(namespace, set_name)
    if user_key is None:
        return AerospikeKey(namespace, set_name, None, _given_digest(key))
    digest = record_digest(set_name, user_key)
    if len(_places) >= MAX_PLACES:
        _places.clear()
    _places[namespace, set_name] = hash_of_set(set_name)
    return AerospikeKey(namespace, set_name, user_key, digest)


def _check_names(namespace: Any, set_name: Any) -> None:
    for what, name in (("namespace", namespace), ("set", set_name)):
        if not isinstance(name, str):
            raise TypeError(f"the {what} of a key must be a str, not {type(name).__name__}")
    if not 0 < len(encode_text(namespace)) <= _MAX_NAMESPACE_BYTES:
        raise ValueError(f"a namespace has 1 to {_MAX_NAMESPACE_BYTES} bytes: {namespace!r}")
    if len(encode_text(set_name)) > _MAX_SET_BYTES:
        raise ValueError(f"a set has at most {_MAX_SET_BYTES} bytes: {set_name!r}")


def _given_digest(key: tuple[Any, ...]) -> bytes:
    if len(key) < 4 or key[3] is None:
        raise ValueError("Invalid key: neither a user key nor a digest is given")
    digest = key[3]
    if not isinstance(digest, (bytes, bytearray)):
        raise TypeError(f"a digest must be bytes, not {type(digest).__name__}")
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"Key digest must be exactly {DIGEST_BYTES} bytes, got {len(digest)}")
    return bytes(digest)
