# SPDX-License-Identifier: Apache-2.0
"""The outermost frame: 8 bytes of header (version, type, 48-bit length), then a body.

The reader works for linear time and bounded memory whatever the chunks look like. It never trusts
an announced length with an allocation of that size: memory grows with what has really come.
"""

from __future__ import annotations

from struct import Struct

from gridwire.aerospike.protocol.errors import ProtocolError

__all__ = [
    "ADMIN",
    "COMPRESSED",
    "HEADER_BYTES",
    "INFO",
    "MAX_PROTO_BYTES",
    "MESSAGE",
    "PROTO_VERSION",
    "Buffer",
    "ProtoReader",
    "frame",
    "kind_of",
    "size_of",
]

Buffer = bytes | bytearray | memoryview

PROTO_VERSION = 2
INFO = 1
ADMIN = 2
MESSAGE = 3
COMPRESSED = 4

HEADER_BYTES = 8

MAX_PROTO_BYTES = 128 * 1024 * 1024
"""Largest body that is accepted, in bytes: servers take and send no larger ones."""

_LENGTH_MASK = (1 << 48) - 1
_VERSION_BITS = PROTO_VERSION << 56
_KINDS = (INFO, ADMIN, MESSAGE, COMPRESSED)
_HEADS = frozenset(PROTO_VERSION << 8 | kind for kind in _KINDS)

pack_header = Struct(">Q").pack
_read_header = Struct(">Q").unpack_from


def frame(kind: int, body: Buffer) -> bytes:
    """A body with its header before it.

    Args:
        kind: `INFO`, `ADMIN`, `MESSAGE` or `COMPRESSED`.
        body: everything after the header.
    """
    return pack_header(_VERSION_BITS | kind << 48 | len(body)) + body


def kind_of(message: Buffer) -> int:
    """The type of a message that starts with its header."""
    return message[1]


def size_of(message: Buffer) -> int:
    """How long a message is with its header.

    Args:
        message: at least its header.

    Raises:
        ProtocolError: it cannot be the protocol. The connection is of no use any more.
    """
    header = _read_header(message)[0]
    length: int = header & _LENGTH_MASK
    if header >> 48 not in _HEADS:
        raise ProtocolError(f"not a header of this protocol: {header:016x}")
    if length > MAX_PROTO_BYTES:
        raise ProtocolError(
            f"a message of {length} bytes, more than the limit of {MAX_PROTO_BYTES}"
        )
    return HEADER_BYTES + length


class ProtoReader:
    """Cuts what a peer sends into messages.

    Args:
        max_bytes: largest body that is accepted.
        kinds: the types that may come.
        others: further pairs of a version and a type that may come.

    Attributes:
        whole: once `feed` has raised, the messages that had come whole before what it could not
            read; a server still answers these, a client still hands them out.
    """

    __slots__ = ("_chunks", "_heads", "_missing", "_rest", "max_bytes", "whole")

    def __init__(
        self,
        max_bytes: int = MAX_PROTO_BYTES,
        kinds: tuple[int, ...] = _KINDS,
        others: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.max_bytes = max_bytes
        allowed = [*((PROTO_VERSION, kind) for kind in kinds), *others]
        self._heads = frozenset(version << 8 | kind for version, kind in allowed)
        # Either a beginning that is too short to tell its length, or the chunks of a message of
        # which `_missing` bytes are still to come.
        self._rest = b""
        self._chunks: list[bytes] = []
        self._missing = 0
        self.whole: list[bytes] = []

    @property
    def is_between(self) -> bool:
        """Whether no part of a message has come yet: only then may a connection be reused."""
        return not self._rest and not self._chunks

    @property
    def buffered_bytes(self) -> int:
        """Bytes held for a message that is not complete yet."""
        return len(self._rest) + sum(map(len, self._chunks))

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; the messages that are complete now, each with its header.

        Args:
            data: what the peer sent next.

        Raises:
            ProtocolError: they cannot be the protocol. The connection is of no use any more.
        """
        if self._chunks:
            if len(data) < self._missing:
                self._chunks.append(data)
                self._missing -= len(data)
                return []
            self._chunks.append(data[: self._missing])
            messages = [b"".join(self._chunks)]
            data = data[self._missing :]
            self._chunks = []
            self._missing = 0
        else:
            messages = []
            if self._rest:
                data = self._rest + data
                self._rest = b""
        start, size = 0, len(data)
        while size - start >= HEADER_BYTES:
            header = _read_header(data, start)[0]
            length = header & _LENGTH_MASK
            if header >> 48 not in self._heads:
                self.whole = messages
                raise ProtocolError(f"not a header of this protocol: {header:016x}")
            if length > self.max_bytes:
                self.whole = messages
                raise ProtocolError(
                    f"a message of {length} bytes, more than the limit of {self.max_bytes}"
                )
            end = start + HEADER_BYTES + length
            if end > size:
                self._chunks = [data[start:]]
                self._missing = end - size
                return messages
            messages.append(data[start:end])
            start = end
        self._rest = data[start:]
        return messages
