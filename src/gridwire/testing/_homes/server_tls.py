# SPDX-License-Identifier: Apache-2.0
"""How the nodes of a test cluster speak TLS.

They do it by hand and not by the loop's own TLS, which breaks a connection without a word: real
servers tell clients by an alert why they are refused.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any, cast

from gridwire._io.tls_errors import Attempt, TlsError
from gridwire._io.tls_pipe import TlsPipe, TlsSession
from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.testing._shared.tls_files import TlsFiles

__all__ = ["TlsEntrance", "server_context"]

_HANDSHAKE_SECONDS = 10.0
"""How long a client may take for the handshake."""

_LISTEN_SECONDS = 1.0
"""How long a client that was refused may still send: a reset would overtake what it was told."""

_VERIFY = {"required": ssl.CERT_REQUIRED, "optional": ssl.CERT_OPTIONAL}
_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def server_context(files: TlsFiles | None) -> ssl.SSLContext | None:
    """The context of a node that starts now; None for a plain one.

    Raises:
        ClusterOptionError: the files cannot be used.
    """
    if files is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if files.version is not None:
        context.minimum_version = context.maximum_version = _VERSIONS[files.version]
    try:
        # Without a password OpenSSL would ask for one at the terminal.
        context.load_cert_chain(files.certfile, files.keyfile, "")
        if files.cafile is not None:
            context.load_verify_locations(files.cafile)
            context.verify_mode = _VERIFY[files.client_certificates]
    except OSError as error:
        raise ClusterOptionError(f"tls: these files cannot be used: {error}") from error
    return context


class TlsEntrance:
    """Agrees with clients before they become connections.

    Args:
        context: of the node.
        accept: makes the protocol of a connection.
    """

    def __init__(self, context: ssl.SSLContext, accept: Callable[[], asyncio.Protocol]) -> None:
        self.context = context
        self.accept = accept
        self.guests: set[_Guest] = set()

    def enter(self) -> asyncio.Protocol:
        """Somebody has connected."""
        return _Guest(self)

    def close(self) -> None:
        """End those with whom nothing was agreed yet."""
        for guest in list(self.guests):
            guest.leave()


class _Guest(asyncio.Protocol):
    """A connection in its handshake."""

    def __init__(self, entrance: TlsEntrance) -> None:
        self._entrance = entrance
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._connection = entrance.context.wrap_bio(
            self._incoming, self._outgoing, server_side=True
        )
        self._refused = False
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._entrance.guests.add(self)
        self._limit(_HANDSHAKE_SECONDS)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._incoming.write(data)
        try:
            self._connection.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError:
            self._refuse()
        else:
            self._flush()
            self._come_in()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()

    def leave(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()

    def _refuse(self) -> None:
        assert self._transport is not None
        self._refused = True
        self._flush()
        self._transport.write_eof()
        self._limit(_LISTEN_SECONDS)

    def _come_in(self) -> None:
        transport = self._transport
        assert transport is not None
        self._forget()
        attempt = Attempt(self._connection, "", None, established=True)
        session = TlsSession(self._connection, self._incoming, self._outgoing, attempt)
        pipe = _ServedPipe(cast("Any", self._entrance.accept()), session)
        transport.set_protocol(pipe)
        pipe.connection_made(transport)

    def _flush(self) -> None:
        assert self._transport is not None
        self._transport.write(self._outgoing.read())

    def _limit(self, seconds: float) -> None:
        self._forget_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.leave)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _forget(self) -> None:
        self._forget_timer()
        self._entrance.guests.discard(self)


class _ServedPipe(TlsPipe):
    """TLS at the side of a node, whose protocol uses more of its transport."""

    def __init__(self, stream: Any, session: TlsSession) -> None:
        super().__init__(stream, session)
        self._reads = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "peercert":
            return self._connection.getpeercert()
        return super().get_extra_info(name, default)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert self._transport is not None
        self._transport.set_write_buffer_limits(high, low)

    def pause_reading(self) -> None:
        assert self._transport is not None
        self._reads = False
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        assert self._transport is not None
        self._transport.resume_reading()
        if not self._reads:
            self._reads = True
            # What was decrypted meanwhile; not inside of whoever calls this.
            asyncio.get_running_loop().call_soon(self._read)

    def abort(self) -> None:
        # A process that was killed says no goodbye.
        self._over = True
        if self._transport is not None:
            self._transport.abort()

    def _read_some(self) -> int:
        if not self._reads:
            raise ssl.SSLWantReadError
        return super()._read_some()

    def _lose(self, error: TlsError | None) -> None:
        if self._transport is not None:
            self._transport.close()
