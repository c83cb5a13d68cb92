# SPDX-License-Identifier: Apache-2.0
"""Opens streams as a client's options say: addresses, TLS, who logs in."""

from __future__ import annotations

import asyncio
from errno import EAGAIN
from typing import TYPE_CHECKING

from gridwire._core.logs import reason_of
from gridwire._io.aio import AioConnector
from gridwire._io.interfaces import Receiver, Stream
from gridwire._io.tls import Tls
from gridwire._io.tls_context import VERSIONS
from gridwire._io.tls_errors import in_handshake

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions, TlsOptions
    from gridwire.aerospike.cluster.node import Endpoint
    from gridwire.aerospike.protocol.greeting import Credentials

__all__ = ["Opener", "tls_of", "why_not_opened"]


def tls_of(tls: TlsOptions | None) -> Tls | None:
    """How a client speaks TLS, None for plain connections.

    Args:
        tls: options of the client.

    Raises:
        UsageError: a file cannot be read, or is not what it should be.
    """
    if tls is None:
        return None
    if tls.context is not None:
        return Tls(context=tls.context, name=tls.name)
    return Tls(
        cafile=tls.cafile,
        certfile=tls.certfile,
        keyfile=tls.keyfile,
        password=tls.keyfile_password,
        check_hostname=tls.check_hostname,
        ciphers=tls.ciphers,
        version=None if tls.protocol is None else VERSIONS[tls.protocol],
        name=tls.name,
    )


def why_not_opened(error: BaseException, seconds: float) -> str:
    """Why a connection could not be opened, in one line.

    Args:
        error: what ended the attempt.
        seconds: that it had.
    """
    # A loop says nothing, the kernel that the resource is unavailable, a socket "timed out".
    if isinstance(error, (TimeoutError, BlockingIOError)) and error.errno in {None, EAGAIN}:
        where = in_handshake(error) if isinstance(error, TimeoutError) else ""
        return f"no answer within {seconds:g} s{where}"
    return reason_of(error)


class Opener:
    """Opens streams of one client on its loop.

    Args:
        options: of the client.
        version: of this library, as servers list it.

    Attributes:
        credentials: who logs in, None for nobody.
        timeout: seconds that opening, or one question for control, may take.
        application_id: what servers list this client as.
        version: as given.
        tls: how all connections speak TLS, None for plain ones.
    """

    def __init__(self, options: ClientOptions, version: str) -> None:
        self._options = options
        self._connector = AioConnector()
        self.now = asyncio.get_running_loop().time
        self.credentials: Credentials | None = None
        self.timeout = options.timeout
        self.application_id = options.application_id
        self.version = version
        self.tls = tls_of(options.tls)

    async def open(self, receiver: Receiver, endpoint: Endpoint) -> Stream:
        """Open a stream.

        Raises:
            TlsError: one of the two sides refused the other.
            OSError: nobody answered.
        """
        return await self._connector.connect(
            receiver,
            endpoint.host,
            endpoint.port,
            (),
            self.tls,
            endpoint.tls_name,
        )
