# SPDX-License-Identifier: Apache-2.0
"""Record messages: a fixed head, fields, operations (protocol notes, sections 3 to 5)."""

from __future__ import annotations

import struct
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

from gridwire.aerospike.exception import InvalidArgError
from gridwire.aerospike.protocol.bins import bins_end, ordered_bins_of
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.flags import FIELD_DIGEST, FIELD_NAMESPACE, FIELD_SET, INFO3_LAST
from gridwire.aerospike.protocol.proto import HEADER_BYTES, MAX_PROTO_BYTES, MESSAGE, PROTO_VERSION
from gridwire.aerospike.protocol.texts import encode_text

__all__ = [
    "EPOCH",
    "FIRST_FIELD",
    "MAX_MESSAGE_BYTES",
    "MESSAGE_HEAD_BYTES",
    "NEVER_EXPIRES",
    "Head",
    "Section",
    "encode_message",
    "field",
    "operation",
    "place",
    "read_head",
    "sections",
    "set_operation_count",
    "set_server_timeout",
    "set_size",
    "too_large",
    "ttl_of",
]

EPOCH = 1262304000
"""2010-01-01T00:00:00Z in seconds of Unix time; servers count void times from it."""

NEVER_EXPIRES = 0xFFFFFFFF

MESSAGE_HEAD_BYTES = 22
FIRST_FIELD = HEADER_BYTES + MESSAGE_HEAD_BYTES
"""Where the first field of a message begins, from its frame's first byte."""

MAX_MESSAGE_BYTES = HEADER_BYTES + MAX_PROTO_BYTES
"""Largest message with its frame's header, in bytes: a server ends the connection at a larger."""

_TIMEOUT_AT = HEADER_BYTES + 14
_OPERATION_COUNT_AT = HEADER_BYTES + 20
_FRAME_BITS = PROTO_VERSION << 56 | MESSAGE << 48

# Frame header; header size, info1 to info4, result; generation, ttl, timeout; two counts.
_pack_head = Struct(">QBBBBBBIIIHH").pack
_read_whole_head = Struct(">BBBBBBIIIHH").unpack_from
# The head's size, info3, result code; generation, void time, index of the row; two counts.
_read_section = Struct(">BxxBxBIIIHH").unpack_from
_pack_field = Struct(">IB").pack
_read_field = Struct(">IB").unpack_from
_pack_operation = Struct(">IBBBB").pack
_pack_frame = Struct(">Q").pack_into
_pack_count = Struct(">H").pack_into
_pack_timeout = Struct(">I").pack_into


def field(kind: int, value: bytes | bytearray) -> bytes:
    """One field of a message."""
    return _pack_field(len(value) + 1, kind) + value


def operation(code: int, particle: int, name: bytes, value: bytes = b"") -> bytes:
    """One operation of a message.

    Args:
        code: operation code of the wire.
        particle: type of the value.
        name: of the bin.
        value: the particle's bytes.

    Raises:
        InvalidArgError: no message can hold it.
    """
    size = 4 + len(name) + len(value)
    if size > MAX_PROTO_BYTES:
        raise too_large(size + MESSAGE_HEAD_BYTES + HEADER_BYTES)
    return _pack_operation(size, code, particle, 0, len(name)) + name + value


@lru_cache(maxsize=1024)
def place(namespace: str, set_name: str) -> tuple[int, bytes]:
    """The fields that say where a record is: how many, and their bytes.

    Args:
        namespace: name of the namespace.
        set_name: name of the set; an empty one is left out.
    """
    fields = field(FIELD_NAMESPACE, encode_text(namespace))
    if not set_name:
        return 1, fields
    return 2, fields + field(FIELD_SET, encode_text(set_name))


DIGEST_HEAD = _pack_field(21, FIELD_DIGEST)
"""What stands before the 20 bytes of a digest."""


def encode_message(
    info1: int,
    info2: int,
    info3: int,
    generation: int,
    ttl: int,
    timeout_ms: int,
    field_count: int,
    fields: bytes,
    operation_count: int = 0,
    operations: bytes = b"",
) -> bytearray:
    """A whole message with its frame.

    Args:
        info1: bits about reading.
        info2: bits about writing.
        info3: more bits.
        generation: the one that is expected, 0 without.
        ttl: seconds for a write, percent for a read; see the protocol notes.
        timeout_ms: how long the server may take; 0 leaves it to the server.
        field_count: how many fields there are.
        fields: their bytes.
        operation_count: how many operations there are.
        operations: their bytes.
    """
    size = MESSAGE_HEAD_BYTES + len(fields) + len(operations)
    head = _pack_head(
        _FRAME_BITS | size,
        MESSAGE_HEAD_BYTES,
        info1,
        info2,
        info3,
        0,
        0,
        generation,
        ttl,
        timeout_ms,
        field_count,
        operation_count,
    )
    message = bytearray(head)
    message += fields
    message += operations
    return message


def set_size(message: bytearray) -> None:
    """Say in a frame's header how long its message is, after something came behind it."""
    _pack_frame(message, 0, _FRAME_BITS | len(message) - HEADER_BYTES)


def too_large(size: int) -> InvalidArgError:
    """The error for a message that no server takes.

    Args:
        size: of the message with its frame's header, in bytes.
    """
    return InvalidArgError(
        f"a request of {size} bytes, servers take at most {MAX_MESSAGE_BYTES}",
        hint="Spread what is written over several records or calls.",
    )


def set_operation_count(message: bytearray, count: int) -> None:
    """Say how many operations a message has."""
    _pack_count(message, _OPERATION_COUNT_AT, count)


def set_server_timeout(message: bytearray, timeout_ms: int) -> None:
    """Change how long the server may take, for an attempt that has less time left."""
    _pack_timeout(message, _TIMEOUT_AT, timeout_ms)


class Head(NamedTuple):
    """The fixed part of a message. `timeout` is a batch's index in answers to batches."""

    size: int
    info1: int
    info2: int
    info3: int
    info4: int
    result: int
    generation: int
    void_time: int
    timeout: int
    field_count: int
    operation_count: int


def read_head(message: bytes, offset: int = HEADER_BYTES) -> Head:
    """The fixed part of a message.

    Args:
        message: with its frame's header.
        offset: where the fixed part begins.
    """
    if len(message) < offset + MESSAGE_HEAD_BYTES:
        raise ProtocolError("a message ends within its head")
    head = Head._make(_read_whole_head(message, offset))
    if head.size != MESSAGE_HEAD_BYTES:
        raise ProtocolError(f"a message head of {head.size} bytes")
    return head


def ttl_of(void_time: int, now: float) -> int:
    """Seconds that a record still lives.

    Args:
        void_time: from a message's head; 0 for a record that never expires.
        now: Unix time in seconds.

    Returns:
        At least 1, or `NEVER_EXPIRES`.
    """
    if void_time == 0:
        return NEVER_EXPIRES
    return max(1, void_time + EPOCH - int(now))


def fields_of(message: bytes, offset: int, count: int) -> tuple[dict[int, bytes], int]:
    """The fields of a message by type, and where they end."""
    fields: dict[int, bytes] = {}
    size = len(message)
    for _ in range(count):
        if offset + 5 > size:
            raise ProtocolError("a message ends within its fields")
        length, kind = _read_field(message, offset)
        end = offset + 4 + length
        if length < 1 or end > size:
            raise ProtocolError("a message ends within its fields")
        fields[kind] = message[offset + 5 : end]
        offset = end
    return fields, offset


class Section(NamedTuple):
    """One of several answers in a frame: of a batch, of a query.

    Attributes:
        row: the index of what it answers, as the request had it.
        code: result code.
        info3: bits about the answer itself.
        generation: of the record.
        void_time: when it expires; see `ttl_of`.
        field_count: how many fields it has.
        operation_count: how many bins, or results of operations.
        operations_at: where those begin.
        message: the frame.
    """

    row: int
    code: int
    info3: int
    generation: int
    void_time: int
    field_count: int
    operation_count: int
    operations_at: int
    message: bytes

    @property
    def is_last(self) -> bool:
        """Whether nothing more follows for the request."""
        return bool(self.info3 & INFO3_LAST)

    def ordered_bins(self) -> list[tuple[str, Any]]:
        """The results of operations that it carries, in order."""
        return ordered_bins_of(self.message, self.operations_at, self.operation_count)[0]


# The constructors of named tuples are Python functions, one more for each answer.
_tuple = tuple.__new__


def sections(message: bytes) -> list[Section]:
    """The answers that a frame holds, one after the other.

    Args:
        message: the frame with its header.

    Raises:
        ProtocolError: it does not end where its last answer ends.
    """
    if message[1] != MESSAGE:
        raise ProtocolError(f"not the answer to a record operation: {message[:8].hex()}")
    found: list[Section] = []
    offset, size = HEADER_BYTES, len(message)
    while offset < size:
        try:
            head, info3, code, generation, void_time, row, fields, count = _read_section(
                message, offset
            )
        except struct.error:
            raise ProtocolError("a message ends within its head") from None
        if head != MESSAGE_HEAD_BYTES:
            raise ProtocolError(f"a message head of {head} bytes")
        offset += MESSAGE_HEAD_BYTES
        if fields:
            _, offset = fields_of(message, offset, fields)
        found.append(
            _tuple(
                Section,
                (row, code, info3, generation, void_time, fields, count, offset, message),
            )
        )
        offset = bins_end(message, offset, count)
    return found
