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
from gridwire._io.interfaces import Payload, Receiver, SocketOption

if TYPE_CHECKING:
    import ssl

__all__ = ["AioConnector", "AioStream"]

# From here on a part is given to the transport by itself: joining it would copy it.
_JOIN_BELOW = 64 * 1024


class _Turn:
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
        "_add_to_turn",
        "_closed",
        "_filler",
        "_out",
        "_paused",
        "_receiver",
        "_scheduled",
        "_transport",
        "unsent_bytes",
    )

    def __init__(self, receiver: Receiver, turn: _Turn) -> None:
        self._receiver = receiver
        self._add_to_turn = turn.add
        self._transport: asyncio.Transport | None = None
        self._filler: _Filler | None = None
        self._out: list[Payload] = []
        self._scheduled = False
        self._paused = False
        self._closed = False
        self.unsent_bytes = 0

    @property
    def is_closed(self) -> bool:
        """Whether writing is over."""
        return self._closed

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
            transport.abort()
        self._end(error)

    def close_after_writing(self) -> None:
        """End the stream once what was written has left."""
        if self._closed or self._transport is None:
            return
        self._paused = False
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        """Hand everything that was written to the transport, unless its buffer is full."""
        self._scheduled = False
        if self._paused or self._closed:
            return
        out, self._out = self._out, []
        self.unsent_bytes = 0
        if not out:
            return
        transport = self._transport
        assert transport is not None
        if len(out) == 1 and type(out[0]) is bytearray:
            transport.write(out[0])
            return
        parts: list[bytes | bytearray | memoryview] = []
        for payload in out:
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

    nudge = flush

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the transport is there."""
        # Not an instance of it on every loop: uvloop's transports only behave like one.
        self._transport = cast("asyncio.Transport", transport)

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

    def resume_writing(self) -> None:
        """asyncio: it has room again. Some of what waited may have lost its caller."""
        self._paused = False
        self._out = [payload for payload in self._out if self._receiver.still_wanted(payload)]
        self.flush()
        if not self._paused:
            self._receiver.drained()

    def eof_received(self) -> bool:
        """asyncio: the peer will send no more, so the connection is of no use."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the transport is closed."""
        self._end(exc)

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


class AioConnector:
    """Opens streams on the running loop."""

    def __init__(self) -> None:
        self._turn: _Turn | None = None

    async def connect(
        self,
        receiver: Receiver,
        host: str,
        port: int,
        options: Sequence[SocketOption],
        tls: ssl.SSLContext | None = None,
        server_name: str | None = None,
    ) -> AioStream:
        """See `Connector`.

        Args:
            receiver: takes what comes in.
            host: a name or an address.
            port: TCP port.
            options: socket options.
            tls: to speak TLS, with this context.
            server_name: what the certificate must be for, None for `host`.

        Raises:
            OSError: nobody answered, or the certificate was not accepted.
        """
        loop = asyncio.get_running_loop()
        turn = self._turn
        if turn is None or turn.loop is not loop:
            turn = self._turn = _Turn(loop)
        sock = await open_socket(host, port, options)
        try:
            _, stream = await loop.create_connection(
                lambda: AioStream(receiver, turn),
                sock=sock,
                ssl=tls,
                server_hostname=None if tls is None else server_name or host,
            )
        except BaseException:
            sock.close()
            raise
        return stream
