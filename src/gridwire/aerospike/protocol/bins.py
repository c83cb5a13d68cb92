# SPDX-License-Identifier: Apache-2.0
"""The bins of an answer, and the results of operations, which look the same.

This is what most of the time of a read is spent on. So lengths are checked once a bin where that
is enough: a slice never reaches beyond the message, and who reads too far is told at the end.
"""

from __future__ import annotations

import struct
from struct import Struct
from typing import Any

from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.particles import INTEGER, NULL, STRING, decode_particle
from gridwire.aerospike.protocol.texts import decode_text

__all__ = ["MAX_NAMES", "bins_end", "bins_of", "ordered_bins_of"]

MAX_NAMES = 4096
"""Names of bins that are remembered as text; a peer may send ever new ones."""

# The size behind it, the particle's type, and the size of the name.
_read_head = Struct(">IxBxB").unpack_from
# A name of each length, and the integer behind it: read at once, they cost a third less.
_named_ints = tuple(Struct(f">{size}sq").unpack_from for size in range(256))
_HEAD_BYTES = 8


class _Names(dict[bytes, str]):
    """Names as text: the same few come again and again, and bring their hashes along."""

    def __missing__(self, raw: bytes) -> str:
        name = decode_text(raw)
        if len(self) >= MAX_NAMES:
            self.clear()
        self[raw] = name
        return name


_names = _Names()


def bins_of(message: bytes, offset: int, count: int) -> tuple[dict[str, Any], int]:
    """The bins of a record that was read, and where they end; those without a value are left out.

    Args:
        message: the answer.
        offset: where the bins begin.
        count: how many there are.

    Raises:
        ProtocolError: they do not end within the message, or a value makes no sense.
    """
    bins: dict[str, Any] = {}
    names = _names
    try:
        for _ in range(count):
            length, kind, name_size = _read_head(message, offset)
            name_at = offset + _HEAD_BYTES
            value_at = name_at + name_size
            offset += 4 + length
            if kind == INTEGER:
                if offset - value_at != 8:
                    raise _wrong_integer(offset - value_at)
                name, value = _named_ints[name_size](message, name_at)
                bins[names[name]] = value
            elif value_at > offset or offset > len(message):
                raise _ends_early()
            elif kind == STRING:
                try:
                    text = message[value_at:offset].decode()
                except UnicodeDecodeError:
                    text = decode_particle(STRING, message, value_at, offset)
                bins[names[message[name_at:value_at]]] = text
            elif kind != NULL:
                value = decode_particle(kind, message, value_at, offset)
                bins[names[message[name_at:value_at]]] = value
    except struct.error:
        raise _ends_early() from None
    if offset > len(message):
        raise _ends_early()
    return bins, offset


def ordered_bins_of(message: bytes, offset: int, count: int) -> tuple[list[tuple[str, Any]], int]:
    """The results of operations in the order of the message, and where they end.

    Args:
        message: the answer.
        offset: where the operations begin.
        count: how many there are.

    Raises:
        ProtocolError: they do not end within the message, or a value makes no sense.
    """
    results: list[tuple[str, Any]] = []
    try:
        for _ in range(count):
            length, kind, name_size = _read_head(message, offset)
            name_at = offset + _HEAD_BYTES
            value_at = name_at + name_size
            offset += 4 + length
            if value_at > offset or offset > len(message):
                raise _ends_early()
            value = decode_particle(kind, message, value_at, offset)
            results.append((_names[message[name_at:value_at]], value))
    except struct.error:
        raise _ends_early() from None
    if offset > len(message):
        raise _ends_early()
    return results, offset


def bins_end(message: bytes, offset: int, count: int) -> int:
    """Where the bins of a message end.

    Args:
        message: the answer.
        offset: where they begin.
        count: how many there are.

    Raises:
        ProtocolError: not within the message.
    """
    try:
        for _ in range(count):
            length = _read_head(message, offset)[0]
            if length < _HEAD_BYTES - 4:
                raise ProtocolError(f"a bin of {length} bytes")
            offset += 4 + length
    except struct.error:
        raise _ends_early() from None
    if offset > len(message):
        raise _ends_early()
    return offset


def _ends_early() -> ProtocolError:
    return ProtocolError("a message ends within its bins")


def _wrong_integer(size: int) -> ProtocolError:
    return ProtocolError(f"an integer of {size} bytes")
