# SPDX-License-Identifier: Apache-2.0
"""TLS between a stream and its transport, on a loop of whatever kind.

OpenSSL works in memory here: bytes go in and out by hand, and all of it happens on the loop. So one
error can be told from another, which a loop's own TLS keeps to itself, and the same code serves
every loop and both call styles.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from gridwire._io import forking
from gridwire._io.tls_errors import (
    SILENT_HANDSHAKE,
    Attempt,
    TlsError,
    demand_certificate,
    explain,
    no_such_name,
)

if TYPE_CHECKING:
    from gridwire._io.tls import Tls

__all__ = ["TlsPipe", "TlsSession", "shake_hands"]

_READ_BYTES = 64 * 1024

_ENCRYPT_BYTES = 256 * 1024
"""What is encrypted at once: a larger value is not held in memory a second time as a whole."""

_Data = bytes | bytearray | memoryview


class TlsSession(NamedTuple):
    """A connection over which both sides have agreed."""

    connection: ssl.SSLObject
    incoming: ssl.MemoryBIO
    outgoing: ssl.MemoryBIO
    attempt: Attempt


async def shake_hands(sock: socket.socket, tls: Tls, server_name: str) -> TlsSession:
    """Agree with the peer, and look at its certificate.

    Args:
        sock: connected and non-blocking. It stays the caller's.
        tls: how.
        server_name: what the certificate must be for.

    Raises:
        TlsError: one side refused.
        OSError: the connection failed.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        context = await tls.context_on_loop()
        connection = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
    except ValueError as error:
        raise no_such_name(server_name, error) from error
    attempt = Attempt(connection, server_name, tls.has_certificate, heard=False)
    loop = asyncio.get_running_loop()
    try:
        while not _agreed(connection):
            await _send(loop, sock, outgoing)
            data = await loop.sock_recv(sock, _READ_BYTES)
            if data:
                attempt = attempt._replace(heard=True)
                incoming.write(data)
            else:
                incoming.write_eof()
        demand_certificate(connection)
        await _send(loop, sock, outgoing)
    except OSError as error:
        _tell(sock, outgoing)
        raise explain(error, attempt) from error
    except asyncio.CancelledError as error:
        # Whoever's time is over says so in his error.
        error.add_note(SILENT_HANDSHAKE)
        raise
    return TlsSession(connection, incoming, outgoing, attempt._replace(established=True))


def _agreed(connection: ssl.SSLObject) -> bool:
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


async def _send(
    loop: asyncio.AbstractEventLoop, sock: socket.socket, outgoing: ssl.MemoryBIO
) -> None:
    data = outgoing.read()
    if data:
        await loop.sock_sendall(sock, data)


def _tell(sock: socket.socket, outgoing: ssl.MemoryBIO) -> None:
    """The other side may learn why, if that costs no time."""
    try:
        sock.send(outgoing.read())
    except OSError:
        return


class _Stream(Protocol):
    """What a pipe needs of its stream, besides what asyncio does."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...
    def close(self, error: BaseException | None = None) -> None: ...


class TlsPipe(asyncio.Protocol):
    """Is the protocol of the transport, and the transport of the stream.

    Args:
        stream: what is written and read in clear.
        session: the connection.
    """

    def __init__(self, stream: _Stream, session: TlsSession) -> None:
        self._stream = stream
        self._connection, self._incoming, self._outgoing, self._attempt = session
        self._protocol: Any = stream
        self._transport: asyncio.Transport | None = None
        # Data that must wait until the peer has said something, when TLS wants it so.
        self._stuck: list[_Data] = []
        self._over = False
        self._process = forking.here

    # -- the transport's protocol --------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the transport is there. What came behind the handshake is read at once."""
        self._transport = cast("asyncio.Transport", transport)
        self._stream.connection_made(cast("asyncio.BaseTransport", self))
        self._read()

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came."""
        self._incoming.write(data)
        self._read()

    def pause_writing(self) -> None:
        """asyncio: the transport's buffer is full."""
        self._stream.pause_writing()

    def resume_writing(self) -> None:
        """asyncio: it has room again."""
        self._stream.resume_writing()

    def eof_received(self) -> bool:
        """asyncio: the peer will send no more, so the connection is of no use."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the transport is closed."""
        self._over = True
        self._stream.connection_lost(exc)

    # -- the stream's transport ----------------------------------------------------------------

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """asyncio: what is known of the connection."""
        assert self._transport is not None
        return self._transport.get_extra_info(name, default)

    def set_protocol(self, protocol: Any) -> None:
        """asyncio: from now on this one is told what comes."""
        self._protocol = protocol

    def is_closing(self) -> bool:
        """asyncio: whether it has ended, or is about to."""
        return self._over or self._transport is None or self._transport.is_closing()

    def get_write_buffer_size(self) -> int:
        """asyncio: bytes that have not left: encrypted ones, and those that wait for the peer."""
        held = 0 if self._transport is None else self._transport.get_write_buffer_size()
        return held + sum(map(len, list(self._stuck)))

    def write(self, data: _Data) -> None:
        """asyncio: encrypt, and send soon."""
        if self._over:
            return
        if self._stuck:
            self._stuck.append(data)
            return
        self._encrypt(data)

    def close(self) -> None:
        """asyncio: end it once everything was sent."""
        self._say_goodbye()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """asyncio: end it at once."""
        self._say_goodbye()
        if self._transport is not None:
            self._transport.abort()

    # -- in between ----------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            while not self._over:
                if not self._read_some():
                    self._lose(None)
                    return
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self._fail(error)
            return
        # Also what TLS has to say for itself.
        self._flush()
        if self._stuck:
            stuck, self._stuck = self._stuck, []
            for data in stuck:
                self.write(data)

    def _read_some(self) -> int:
        """Hand one record on; 0 when the peer has said goodbye."""
        protocol = self._protocol
        if isinstance(protocol, asyncio.BufferedProtocol):
            view = cast("memoryview", protocol.get_buffer(-1))
            count = cast("int", self._connection.read(len(view), view))
            if count:
                protocol.buffer_updated(count)
            return count
        data = self._connection.read(_READ_BYTES)
        if data:
            protocol.data_received(data)
        return len(data)

    def _encrypt(self, data: _Data) -> None:
        view = memoryview(data)
        try:
            for at in range(0, len(view), _ENCRYPT_BYTES):
                piece = view[at : at + _ENCRYPT_BYTES]
                try:
                    self._connection.write(piece)
                except ssl.SSLWantReadError:
                    self._stuck.append(view[at:])
                    break
                self._flush()
        except ssl.SSLError as error:
            self._fail(error)

    def _flush(self) -> None:
        data = self._outgoing.read()
        # In the child of a fork the connection is the parent's, who goes on with it: a goodbye from
        # here would end it, and anything else would be out of turn.
        if data and self._transport is not None and self._process is forking.here:
            self._transport.write(data)

    def _fail(self, error: ssl.SSLError) -> None:
        self._flush()
        self._lose(explain(error, self._attempt))

    def _lose(self, error: TlsError | None) -> None:
        """The connection is of no more use."""
        self._stream.close(error)

    def _say_goodbye(self) -> None:
        if self._over:
            return
        self._over = True
        try:
            # It only writes it: nobody waits for the peer's.
            self._connection.unwrap()
        except (ssl.SSLError, ValueError):
            pass
        self._flush()
