# SPDX-License-Identifier: Apache-2.0
"""Bytes to messages: the frame layer of the Hazelcast Open Binary Client Protocol 2.x.

A message is a chain of frames; each frame is ``int32 length, uint16 flags, content`` in little
endian, and the last one carries ``FINAL``. There is no total length, so the reader walks the
chain. A large message may also come in fragments, which the reader puts together again.

The reader works for linear time and bounded memory whatever the chunks look like: it remembers
how far it walked, it never joins a growing buffer to each chunk, and a frame of known length
that is still far from complete is offered as a buffer to be filled directly (`wanted`).

This module is compiled when a compiler is there (`frames.pxd`); it means the same when not.
"""

from __future__ import annotations

from struct import Struct

from gridwire.hazelcast.protocol.errors import ProtocolError

__all__ = [
    "BACKUP_AWARE",
    "BACKUP_EVENT",
    "BEGIN",
    "BEGIN_FRAGMENT",
    "DEFAULT_MAX_MESSAGE_BYTES",
    "END",
    "END_FRAGMENT",
    "EVENT",
    "FINAL",
    "FRAME_HEADER",
    "NULL",
    "PROTOCOL_PREAMBLE",
    "UNFRAGMENTED",
    "Buffer",
    "FrameReader",
    "fragments",
]

Buffer = bytes | bytearray | memoryview

PROTOCOL_PREAMBLE = b"CP2"
"""The three bytes that a client sends once, before its first message."""

BEGIN_FRAGMENT = 0x8000
END_FRAGMENT = 0x4000
UNFRAGMENTED = 0xC000
FINAL = 0x2000
BEGIN = 0x1000
END = 0x0800
NULL = 0x0400
EVENT = 0x0200
BACKUP_AWARE = 0x0100
BACKUP_EVENT = 0x0080

FRAME_HEADER = Struct("<iH")

DEFAULT_MAX_MESSAGE_BYTES = 1 << 30
"""Largest message that is accepted, in bytes.

A length comes from the peer and is used for an allocation, so it needs a bound. Members hold
values in byte arrays of at most 2 GiB; half of that is far above anything in use.
"""

_HEADER_BYTES = 6
_FRAGMENT_HEADER_BYTES = _HEADER_BYTES + 8
# Requests, responses and events all begin with type (4), correlation id (8) and at least one byte
# more: the number of backup acks. Whoever reads a message may rely on them.
_LEAST_MESSAGE_BYTES = _HEADER_BYTES + 13
# Below this, a message is copied out of its chunk (cheap, and the chunk can go); above, the
# message keeps the memory that it was received into.
_LARGE_BYTES = 64 * 1024
# From this many missing bytes on, reading straight into place beats collecting chunks.
_DIRECT_BYTES = 128 * 1024
# Fragments of different messages may interleave; nobody needs more unfinished ones than this.
_MAX_OPEN_FRAGMENTS = 1024

_read_header = FRAME_HEADER.unpack_from
_read_fragment_id = Struct("<q").unpack_from
_write_fragment_header = Struct("<iHq").pack


class FrameReader:
    """Turns received chunks into whole messages.

    Args:
        max_message_bytes: largest accepted message, in bytes, fragments together.
    """

    __slots__ = (
        "_at",
        "_filled",
        "_fragment_bytes",
        "_fragments",
        "_limit",
        "_partial",
        "_whole",
    )

    def __init__(self, max_message_bytes: int = DEFAULT_MAX_MESSAGE_BYTES) -> None:
        self._limit = max_message_bytes
        # The unfinished message: `_partial` from its first byte, walked up to `_at`.
        self._partial = bytearray()
        self._at = 0
        # Or, while a long frame is filled directly: its memory, and how much of it is there.
        self._whole: bytearray | None = None
        self._filled = 0
        self._fragments: dict[int, bytearray] = {}
        self._fragment_bytes = 0

    @property
    def max_message_bytes(self) -> int:
        """Largest accepted message, in bytes. A connection raises it once it is authenticated."""
        return self._limit

    @max_message_bytes.setter
    def max_message_bytes(self, limit: int) -> None:
        self._limit = limit

    @property
    def buffered_bytes(self) -> int:
        """Bytes held for messages that are not complete yet."""
        held = len(self._partial) if self._whole is None else len(self._whole)
        return held + self._fragment_bytes

    def feed(self, data: bytes) -> list[Buffer]:
        """Take received bytes, give the messages that they complete.

        Args:
            data: the next chunk of the stream, of any length.

        Returns:
            Whole messages in order, each one contiguous buffer that begins with the header of its
            initial frame: `bytes` for small ones, a `memoryview` over memory of its own for large.

        Raises:
            ProtocolError: the bytes are not a chain of frames, or exceed a limit.
        """
        messages: list[Buffer] = []
        if self._whole is not None or self._partial:
            data = self._continue(data, messages)
            if not data:
                # Walking nothing would forget how far the unfinished message was walked.
                return messages
        start = 0
        while True:
            end = self._walk(data, start, start)
            if end < 0:
                break
            message = data[start:end]
            if message[5] >= 0xC0 and end - start >= _LEAST_MESSAGE_BYTES:
                messages.append(message)
            else:
                self._unusual(message, messages)
            start = end
        if start < len(data):
            self._partial += memoryview(data)[start:]
            self._at -= start
            self._go_direct()
        return messages

    def wanted(self) -> memoryview | None:
        """Memory to read the rest of a long frame into, or None while chunks are as good.

        Whoever fills it calls `filled` with the number of bytes. It must be released (or dropped)
        before the next call to the reader.
        """
        if self._whole is None:
            return None
        return memoryview(self._whole)[self._filled :]

    def filled(self, count: int) -> list[Buffer]:
        """Account for bytes that were written into `wanted()`.

        Args:
            count: how many bytes were written, from its beginning.

        Returns:
            As `feed`: at most one message.

        Raises:
            ProtocolError: as `feed`.
        """
        whole = self._whole
        if whole is None:
            raise ValueError("nothing was wanted")
        self._filled += count
        messages: list[Buffer] = []
        if self._filled < len(whole):
            return messages
        self._whole = None
        end = self._walk(whole, 0, self._at)
        if end >= 0:
            self._at = 0
            self._deliver(memoryview(whole), messages)
        else:
            # The long frame was not the last of its message: collect the rest in chunks.
            self._partial = whole
        return messages

    def _continue(self, data: bytes, messages: list[Buffer]) -> bytes:
        """Add a chunk to what is unfinished; what remains of the chunk when it is finished."""
        while self._whole is not None:
            count = min(len(self._whole) - self._filled, len(data))
            self._whole[self._filled : self._filled + count] = memoryview(data)[:count]
            messages += self.filled(count)
            data = data[count:]
            if not data:
                return data
        if not self._partial:
            return data
        before = len(self._partial)
        self._partial += data
        end = self._walk(self._partial, 0, self._at)
        if end < 0:
            self._go_direct()
            return b""
        whole, self._partial, self._at = self._partial, bytearray(), 0
        # A large message keeps this memory, with the beginning of the next one as its slack.
        view = memoryview(whole)[:end]
        self._deliver(view if end >= _LARGE_BYTES else bytes(view), messages)
        return data[end - before :]

    def _walk(self, data: Buffer, start: int, at: int) -> int:
        """Follow the chain of the message at `start` from its frame at `at`.

        Returns:
            The end of the message, or -1 when bytes are missing (`_at` then says how far it went).
        """
        size = len(data)
        limit = start + self._limit
        while size - at >= 6:
            length, flags = _read_header(data, at)
            if length < 6 or at + length > limit:
                raise self._refusal(length, at + length - start)
            at += length
            if at > size:
                at -= length
                break
            if flags & 0x2000:
                return at
        self._at = at
        return -1

    def _go_direct(self) -> None:
        """When the frame at `_at` is known to be long, prepare memory to read it into."""
        partial = self._partial
        if len(partial) - self._at < _HEADER_BYTES:
            return
        length, flags = _read_header(partial, self._at)
        # It is waited for, so it has to be one. Where a part of a message was missing, the rest
        # of the next one is taken for a message, and a long one would swallow all that comes.
        if self._at == 0 and flags < END_FRAGMENT and length != _FRAGMENT_HEADER_BYTES:
            raise ProtocolError(
                f"no message begins with a frame of {length} bytes and flags {flags:#06x}"
            )
        size = self._at + length
        filled = len(partial)
        missing = size - filled
        if missing < _DIRECT_BYTES:
            return
        try:
            if filled <= missing:
                whole = bytearray(size)
                whole[:filled] = partial
            else:
                # Grown in place: many long frames of one message must not each copy all before.
                whole = partial
                whole += bytes(missing)
        except MemoryError:
            raise ProtocolError(f"there is no memory for a message of {size} bytes") from None
        self._whole, self._filled, self._partial = whole, filled, bytearray()

    def _deliver(self, message: Buffer, messages: list[Buffer]) -> None:
        if message[5] >= 0xC0 and len(message) >= _LEAST_MESSAGE_BYTES:
            messages.append(message)
        else:
            self._unusual(message, messages)

    def _unusual(self, message: Buffer, messages: list[Buffer]) -> None:
        """A fragment, or something that is too short to be a message."""
        length, flags = _read_header(message, 0)
        if flags & UNFRAGMENTED == UNFRAGMENTED:
            raise ProtocolError(
                f"a message of {len(message)} bytes has no room for type and correlation id"
            )
        if length != _FRAGMENT_HEADER_BYTES:
            raise ProtocolError(f"a fragment begins with a frame of {length} bytes, not 14")
        if len(message) == length:
            raise ProtocolError("a fragment without a frame of its message")
        (fragment_id,) = _read_fragment_id(message, _HEADER_BYTES)
        body = bytearray(memoryview(message)[length:])
        if flags & BEGIN_FRAGMENT:
            if fragment_id in self._fragments:
                raise ProtocolError(f"fragment {fragment_id} begins twice")
            if len(self._fragments) >= _MAX_OPEN_FRAGMENTS:
                raise ProtocolError(f"more than {_MAX_OPEN_FRAGMENTS} fragmented messages at once")
            self._fragments[fragment_id] = bytearray()
        parts = self._fragments.get(fragment_id)
        if parts is None:
            raise ProtocolError(f"a continuation of fragment {fragment_id}, which never began")
        if self._fragment_bytes + len(body) > self._limit:
            raise self._refusal(len(body), self._fragment_bytes + len(body))
        if not flags & END_FRAGMENT:
            _clear_final(body)
        parts += body
        self._fragment_bytes += len(body)
        if flags & END_FRAGMENT:
            del self._fragments[fragment_id]
            self._fragment_bytes -= len(parts)
            if parts[5] < 0xC0:
                raise ProtocolError("a fragment inside a fragment")
            large = len(parts) >= _LARGE_BYTES
            self._deliver(memoryview(parts) if large else bytes(parts), messages)

    def _refusal(self, length: int, total: int) -> ProtocolError:
        if length < _HEADER_BYTES:
            return ProtocolError(f"a frame of {length} bytes is shorter than its header of 6")
        return ProtocolError(
            f"a message of at least {total} bytes is over the limit of {self._limit} bytes "
            "(max_message_bytes)"
        )


def _clear_final(frames: bytearray) -> None:
    """The last frame of an unfinished fragment says FINAL for the fragment, not the message."""
    at = last = 0
    while at < len(frames):
        last = at
        at += _read_header(frames, at)[0]
    frames[last + 5] &= 0xFF ^ (FINAL >> 8)


def fragments(message: Buffer, fragment_id: int, max_bytes: int) -> list[Buffer]:
    """Split a message into fragments; a message that fits is given back as it is.

    Frames are never cut, so a fragment that holds one long frame may be larger than asked for.

    Args:
        message: a whole message.
        fragment_id: the id that names this message among those in flight on a connection.
        max_bytes: size of a fragment to aim for, in bytes, its own header included.

    Returns:
        Buffers to be sent in this order, others may come between.
    """
    if len(message) <= max_bytes:
        return [message]
    view = memoryview(message)
    room = max_bytes - _FRAGMENT_HEADER_BYTES
    bodies: list[bytearray] = []
    lasts: list[int] = []
    at = 0
    while at < len(view):
        length = _read_header(view, at)[0]
        if not bodies or len(bodies[-1]) + length > room:
            bodies.append(bytearray())
            lasts.append(0)
        lasts[-1] = len(bodies[-1])
        bodies[-1] += view[at : at + length]
        at += length
    if len(bodies) == 1:
        return [message]
    result: list[Buffer] = []
    for index, body in enumerate(bodies):
        flags = BEGIN_FRAGMENT if index == 0 else 0
        if index == len(bodies) - 1:
            flags = END_FRAGMENT
        body[lasts[index] + 5] |= FINAL >> 8
        result.append(_write_fragment_header(_FRAGMENT_HEADER_BYTES, flags, fragment_id) + body)
    return result
