# SPDX-License-Identifier: Apache-2.0
"""The keys of records as users write them: ``(namespace, set, user_key)``."""

from __future__ import annotations

from typing import Any

from gridwire.aerospike.protocol.digest import DIGEST_BYTES, record_digest
from gridwire.aerospike.types import AerospikeKey

__all__ = ["read_key"]

_MAX_NAMESPACE_BYTES = 31
_MAX_SET_BYTES = 63


def read_key(key: Any) -> AerospikeKey:
    """Check a key and compute its digest.

    Args:
        key: ``(namespace, set, user_key)``, or ``(namespace, set, None, digest)``.

    Raises:
        TypeError: it is not a tuple, or a name is not text.
        ValueError: it is too short, or a part of it cannot be.
        OverflowError: an integer key does not fit into 64 bits with a sign.
    """
    if not isinstance(key, tuple):
        raise TypeError(f"Key must be a tuple (namespace, set, key), not {type(key).__name__}")
    if len(key) < 3:
        raise ValueError("Key tuple must have at least 3 elements: (namespace, set, key)")
    namespace, set_name, user_key = key[:3]
    if type(namespace) is not str or type(set_name) is not str:
        _check_names(namespace, set_name)
    if len(namespace) > 10 or len(set_name) > 20 or not namespace:
        _check_lengths(namespace, set_name)
    if user_key is None:
        return AerospikeKey(namespace, set_name, None, _given_digest(key))
    return AerospikeKey(namespace, set_name, user_key, record_digest(set_name, user_key))


def _check_names(namespace: Any, set_name: Any) -> None:
    for what, name in (("namespace", namespace), ("set", set_name)):
        if not isinstance(name, str):
            raise TypeError(f"the {what} of a key must be a str, not {type(name).__name__}")


def _check_lengths(namespace: str, set_name: str) -> None:
    if not 0 < len(namespace.encode()) <= _MAX_NAMESPACE_BYTES:
        raise ValueError(f"a namespace has 1 to {_MAX_NAMESPACE_BYTES} bytes: {namespace!r}")
    if len(set_name.encode()) > _MAX_SET_BYTES:
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
