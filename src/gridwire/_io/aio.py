# SPDX-License-Identifier: Apache-2.0
"""The asyncio driver: a stream on the caller's own loop.

What is written within one tick of the loop leaves in one `transport.write`. While the transport
says that its buffer is full, payloads stay here, where they can still be joined, or dropped when
nobody wants them any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from gridwire._io.connecting import open_socket
from gridwire._io.forking import Heirs, Stage
from gridwire._io.interfaces import Payload, Receiver, SocketOption
from gridwire._io.tls_pipe import TlsPipe, shake_hands

if TYPE_CHECKING:
    from gridwire._io.tls import Tls

__all__ = ["AioConnector", "AioStream", "Turn", "hand_over", "open_stream", "size_of"]

# From here on a part is given to the transport by itself: joining it would copy it.
_JOIN_BELOW = 64 * 1024


class Turn:
    """The streams that are written to in one turn of a loop; they are flushed together.

    Args:
        loop: the running loop.
    """

    __slots__ = ("_call_soon", "_streams", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._call_soon = loop.call_soon
        self._streams: list[AioStream] = []

    def add(self, stream: AioStream) -> None:
        """Flush a stream when the turn is over."""
        if not self._streams:
            self._call_soon(self._flush)
        self._streams.append(stream)

    def _flush(self) -> None:
        streams, self._streams = self._streams, []
        for stream in streams:
            try:
                stream.flush()
            except Exception as error:  # one that fails does not keep the others from writing
                stream.close(error)


class AioStream(asyncio.Protocol):
    """One connection on an asyncio loop.

    Args:
        receiver: takes what comes in.
        turn: of the running loop; shared by streams that may be written to in the same turn.
    """

    __slots__ = (
        "__weakref__",
        "_add_to_turn",
        "_closed",
        "_filler",
        "_handed_bytes",
        "_known_sent",
        "_out",
        "_paused",
        "_receiver",
        "_scheduled",
        "_transport",
        "local_address",
        "unsent_bytes",
    )

    def __init__(self, receiver: Receiver, turn: Turn) -> None:
        self._receiver = receiver
        self._add_to_turn = turn.add
        self._transport: asyncio.Transport | None = None
        self._filler: _Filler | None = None
        self._out: list[Payload] = []
        self._scheduled = False
        self._paused = False
        self._closed = False
        self.unsent_bytes = 0
        # What the transport was given, and how much of it is known to have left. The latter never
        # goes back, although TLS holds a little more than it was given.
        self._handed_bytes = self._known_sent = 0
        self.local_address: tuple[str, int] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether writing is over."""
        return self._closed

    @property
    def waiting_bytes(self) -> int:
        """See `Stream`; what the transport holds is counted as it stands there, encrypted."""
        return self.unsent_bytes + self._held_bytes()

    @property
    def sent_bytes(self) -> int:
        """See `Stream`."""
        self._note_sent()
        return self._known_sent

    def _held_bytes(self) -> int:
        transport = self._transport
        return 0 if transport is None or self._closed else transport.get_write_buffer_size()

    def _note_sent(self) -> None:
        if not self._closed:
            # In this order: what happens in between, on the loop's thread, makes it less.
            sent = self._handed_bytes - self._held_bytes()
            self._known_sent = max(self._known_sent, sent)

    def write(self, payload: Payload) -> None:
        """Send with everything else that this tick of the loop writes."""
        self._out.append(payload)
        if type(payload) is bytearray:
            self.unsent_bytes += len(payload)
        else:
            self.unsent_bytes += sum(map(len, payload))  # type: ignore[arg-type]
        if not self._scheduled:
            self._scheduled = True
            self._add_to_turn(self)

    post = write

    def close(self, error: BaseException | None = None) -> None:
        """End the stream; the receiver learns at once."""
        if self._closed:
            return
        transport = self._transport
        if transport is not None:
            # Now, for the transport forgets what it holds.
            self._note_sent()
            transport.abort()
        self._end(error)

    def flush(self) -> None:
        """Hand everything that was written to the transport, unless its buffer is full."""
        self._scheduled = False
        if self._paused or self._closed:
            return
        out, self._out = self._out, []
        size, self.unsent_bytes = self.unsent_bytes, 0
        if not out:
            return
        transport = self._transport
        assert transport is not None
        if len(out) == 1 and type(out[0]) is bytearray:
            transport.write(out[0])
        else:
            hand_over(transport, out)
        self._handed_bytes += size

    nudge = flush

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the transport is there."""
        # Not an instance of it on every loop: uvloop's transports only behave like one.
        self._transport = cast("asyncio.Transport", transport)
        _open_streams.add(self)
        name = transport.get_extra_info("sockname")
        self.local_address = None if name is None else tuple(name[:2])

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came."""
        try:
            self._receiver.receive(data)
            if self._receiver.wanted() is not None:
                self._read_in_place()
        except Exception as error:  # malformed bytes end this connection and nothing else
            self.close(error)

    def pause_writing(self) -> None:
        """asyncio: the transport's buffer is full."""
        self._paused = True
        # Should the connection break, the transport does not say how much it still held. So it is
        # asked as soon as it has everything that is being handed over.
        asyncio.get_running_loop().call_soon(self._note_sent)

    def resume_writing(self) -> None:
        """asyncio: it has room again. Some of what waited may have lost its caller."""
        self._paused = False
        self._out = [payload for payload in self._out if self._receiver.still_wanted(payload)]
        self.unsent_bytes = sum(map(size_of, self._out))
        self.flush()
        if not self._paused:
            self._receiver.drained()

    def eof_received(self) -> bool:
        """asyncio: the peer will send no more, so the connection is of no use."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the transport is closed."""
        if not self._closed and not self._paused:
            # It held little, if anything.
            self._known_sent = self._handed_bytes
        self._end(exc)

    def _inherit(self) -> None:
        """In the child of a fork: whatever is done with the transport is the parent's to do."""
        if not self._closed:
            self._closed = True
            self._out.clear()
            _inherited.append(self._transport)
            self._receiver.orphaned()

    def _end(self, error: BaseException | None) -> None:
        if self._closed:
            return
        self._closed = True
        unsent, self._out = self._out, []
        self.unsent_bytes = 0
        self._receiver.lost(error, unsent)

    def _read_in_place(self) -> None:
        if self._filler is None:
            self._filler = _Filler(self, self._receiver)
        assert self._transport is not None
        self._transport.set_protocol(self._filler)

    def _read_chunks(self) -> None:
        assert self._transport is not None
        if not self._closed:
            self._transport.set_protocol(self)


_open_streams: Heirs[AioStream] = Heirs(Stage.STREAMS, lambda one: one._inherit())

# Transports of the parent. They are kept: their ends would be told to its loop.
_inherited: list[asyncio.Transport | None] = []


class _Filler(asyncio.BufferedProtocol):
    """Stands in for the stream while a long frame is read straight into its memory."""

    __slots__ = ("_receiver", "_stream")

    def __init__(self, stream: AioStream, receiver: Receiver) -> None:
        self._stream = stream
        self._receiver = receiver

    def get_buffer(self, sizehint: int) -> memoryview:
        """asyncio: where to read into."""
        view = self._receiver.wanted()
        assert view is not None
        return view

    def buffer_updated(self, nbytes: int) -> None:
        """asyncio: so much was read."""
        try:
            self._receiver.filled(nbytes)
            if self._receiver.wanted() is None:
                self._stream._read_chunks()
        except Exception as error:  # as in data_received
            self._stream.close(error)

    def pause_writing(self) -> None:
        """asyncio: as the stream's."""
        self._stream.pause_writing()

    def resume_writing(self) -> None:
        """asyncio: as the stream's."""
        self._stream.resume_writing()

    def eof_received(self) -> bool:
        """asyncio: as the stream's."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: as the stream's."""
        self._stream.connection_lost(exc)


def hand_over(transport: asyncio.Transport, payloads: list[Payload]) -> None:
    """Write payloads in their order; small parts are joined, large ones are not copied."""
    parts: list[bytes | bytearray | memoryview] = []
    for payload in payloads:
        if type(payload) is bytearray:
            parts.append(payload)
            continue
        for part in payload:
            if len(part) < _JOIN_BELOW:  # type: ignore[arg-type]
                parts.append(part)  # type: ignore[arg-type]
                continue
            if parts:
                transport.write(b"".join(parts))
                parts = []
            transport.write(part)  # type: ignore[arg-type]
    if parts:
        transport.write(b"".join(parts))


def size_of(payload: Payload) -> int:
    """Bytes of a payload."""
    return len(payload) if isinstance(payload, bytearray) else sum(map(len, payload))


class AioConnector:
    """Opens streams on the running loop."""

    def __init__(self) -> None:
        self._turn: Turn | None = None

    async def connect(
        self,
        receiver: Receiver,
        host: str,
        port: int,
        options: Sequence[SocketOption],
        tls: Tls | None = None,
        server_name: str | None = None,
    ) -> AioStream:
        """See `Connector`.

        Args:
            receiver: takes what comes in.
            host: a name or an address.
            port: TCP port.
            options: socket options.
            tls: to speak TLS, and how.
            server_name: what the endpoint says that its certificate is for; None for nothing.

        Raises:
            TlsError: one of the two sides refused the other.
            OSError: nobody answered.
        """
        loop = asyncio.get_running_loop()
        turn = self._turn
        if turn is None or turn.loop is not loop:
            turn = self._turn = Turn(loop)
        stream = AioStream(receiver, turn)
        await open_stream(stream, host, port, options, tls, server_name)
        return stream


async def open_stream(
    stream: AioStream,
    host: str,
    port: int,
    options: Sequence[SocketOption],
    tls: Tls | None = None,
    server_name: str | None = None,
) -> None:
    """Give a new stream its connection; for the arguments see `AioConnector.connect`.

    Raises:
        TlsError: one of the two sides refused the other.
        OSError: nobody answered.
    """
    sock = await open_socket(host, port, options)
    protocol: asyncio.Protocol = stream
    try:
        if tls is not None:
            session = await shake_hands(sock, tls, tls.server_name(host, server_name))
            protocol = TlsPipe(stream, session)
        await asyncio.get_running_loop().create_connection(lambda: protocol, sock=sock)
    except BaseException:
        sock.close()
        raise
