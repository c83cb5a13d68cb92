# SPDX-License-Identifier: Apache-2.0
"""What a program gives to be written: is it what it must be, and what are its bytes."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from gridwire.hazelcast.serialization.faults import not_writable

__all__ = ["BITS", "in_order", "raw_bytes", "side_by_side", "utf8"]

BITS: Final = {False: 0, True: 1}
"""The bit of a boolean; a lookup fails for what is neither."""


def side_by_side(typecode: str, value: Any) -> array[Any] | None:
    """A copy of what holds just such numbers side by side, as `array` and numpy do; else None."""
    if isinstance(value, list | tuple):
        return None
    try:
        view = memoryview(value)
    except TypeError:
        return None
    # Both letters may mean 8 bytes.
    code = "q" if view.format == "l" and view.itemsize == 8 else view.format
    return array(typecode, view.tobytes()) if code == typecode and view.ndim == 1 else None


def in_order(method: str, value: Any) -> Any:
    """The same value, if its items are in an order, and are all that it has.

    Raises:
        HazelcastSerializationError: it is a set or a mapping.
    """
    if isinstance(value, Mapping | AbstractSet):
        raise not_writable(method, value, "items in an order, such as those of a list")
    return value


def utf8(text: str) -> bytes:
    """Encode a string.

    Raises:
        HazelcastSerializationError: it has half of a surrogate pair, which UTF-8 has no form for.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        allowed = f"characters of Unicode ({error.reason} at {error.start})"
    # Outside of the clause above: its error holds the whole string.
    raise not_writable("A string", text, allowed)


def raw_bytes(method: str, value: Any) -> bytes | bytearray | memoryview:
    """The bytes of a bytes-like object, so that `len` counts bytes; without a copy if possible.

    Raises:
        HazelcastSerializationError: it is none, or its items are larger than a byte.
    """
    if isinstance(value, bytes | bytearray):
        return value
    if not isinstance(value, memoryview):
        raise not_writable(method, value, "bytes, bytearray or memoryview")
    if value.itemsize != 1:
        raise not_writable(method, value, f"items of a byte (not {value.itemsize} bytes)")
    return value if value.c_contiguous and value.ndim == 1 else value.tobytes()
