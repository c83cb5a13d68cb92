# SPDX-License-Identifier: Apache-2.0
"""Damage to messages on their way: bytes of which a client must not make an answer."""

from __future__ import annotations

from struct import pack_into, unpack_from
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["damaged"]

_HUGE_LENGTH = 0x7FFFFF00
_NO_TYPE = 0x7F7F7F
_NO_CORRELATION = 0x7FFFFFFFFFFFFFFF
_TYPE_AT, _CORRELATION_AT, _FRAME_HEADER = 6, 10, 6
# Type, correlation id and the number of backup acks: what makes it the answer to a request.
_IDENTITY_END = 19
# No UTF-8 text has one of these bytes, and a type id that begins with one is of no type. Nothing in
# the protocol tells noise from a value, so it must not look like one of a type that could be.
_NONSENSE = bytes(range(0xF8, 0xFF))
_TEXT_AT, _TYPE_ID_AT = 0, 4


def damaged(message: bytes, how: str, noise: Callable[[int], bytes]) -> bytes:
    """Damage a message.

    Args:
        message: whole.
        how: one of `fault_specs.DAMAGES`.
        noise: gives that many bytes that mean nothing.

    Returns:
        What arrives instead.
    """
    data = bytearray(message)
    match how:
        case "length":
            pack_into("<i", data, 0, _HUGE_LENGTH)
        case "type":
            pack_into("<i", data, _TYPE_AT, _NO_TYPE)
        case "correlation":
            pack_into("<q", data, _CORRELATION_AT, _NO_CORRELATION)
        case "cut":
            del data[-max(1, len(data) // 3) :]
        case _:
            _fill(data, noise)
    return bytes(data)


def _fill(data: bytearray, noise: Callable[[int], bytes]) -> None:
    """Exchange what the frames hold, but neither their headers nor whose answer it is."""
    at = 0
    while at < len(data):
        (size,) = unpack_from("<i", data, at)
        end = at + size
        if at:
            data[at + _FRAME_HEADER : end] = _nonsense(noise(size - _FRAME_HEADER))
        elif end > _IDENTITY_END:
            data[_IDENTITY_END:end] = noise(end - _IDENTITY_END)
        at = end


def _nonsense(content: bytes) -> bytes:
    """Noise that is neither a text nor a serialized value."""
    changed = bytearray(content)
    for place in (_TEXT_AT, _TYPE_ID_AT):
        if place < len(changed):
            changed[place] = _NONSENSE[changed[place] % len(_NONSENSE)]
    return bytes(changed)
