# SPDX-License-Identifier: Apache-2.0
"""Opens streams as a client's options say: addresses, TLS, who logs in."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from gridwire._io.aio import AioConnector
from gridwire._io.interfaces import Receiver, Stream
from gridwire._io.tls import make_context

if TYPE_CHECKING:
    from gridwire.aerospike._options.client_options import ClientOptions, TlsOptions
    from gridwire.aerospike.cluster.node import Endpoint
    from gridwire.aerospike.protocol.greeting import Credentials

__all__ = ["Opener", "context_of", "server_name_of"]


def context_of(tls: TlsOptions | None) -> ssl.SSLContext | None:
    """The context of a client, None for plain connections.

    Args:
        tls: options of the client.

    Raises:
        UsageError: a file cannot be read, or is not what it should be.
    """
    if tls is None:
        return None
    if tls.context is not None:
        context: ssl.SSLContext = tls.context
        return context
    return make_context(
        tls.cafile, tls.certfile, tls.keyfile, tls.keyfile_password, tls.check_hostname
    )


def server_name_of(tls: TlsOptions | None, endpoint: Endpoint) -> str | None:
    """The name that a node's certificate must have, None without TLS."""
    if tls is None:
        return None
    return endpoint.tls_name or tls.name or endpoint.host


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
        tls: context of all connections, None for plain ones.
    """

    def __init__(self, options: ClientOptions, version: str) -> None:
        self._options = options
        self._connector = AioConnector()
        self.now = asyncio.get_running_loop().time
        self.credentials: Credentials | None = None
        self.timeout = options.timeout
        self.application_id = options.application_id
        self.version = version
        self.tls = context_of(options.tls)

    async def open(self, receiver: Receiver, endpoint: Endpoint) -> Stream:
        """Open a stream.

        Raises:
            OSError: nobody answered, or his certificate was not accepted.
        """
        return await self._connector.connect(
            receiver,
            endpoint.host,
            endpoint.port,
            (),
            self.tls,
            server_name_of(self._options.tls, endpoint),
        )
