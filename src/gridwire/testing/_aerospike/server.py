# SPDX-License-Identifier: Apache-2.0
"""A node's sockets: asyncio around the sessions, which know nothing of it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from gridwire.testing._aerospike.link import Link
from gridwire.testing._homes.server_tls import TlsEntrance
from gridwire.testing._shared.closing import stop_listening
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from gridwire.testing._aerospike.node import Node
    from gridwire.testing._aerospike.traffic import Traffic

__all__ = ["NodeServer"]

_HOST = "127.0.0.1"


class NodeServer:
    """A listening socket for a node, and the connections that were made to it.

    Args:
        node: the node.
        traffic: what delays, drops and damages messages; None where nothing ever does.
    """

    def __init__(self, node: Node, traffic: Traffic | None = None) -> None:
        self.node = node
        self._traffic = traffic
        self._links: set[Link] = set()
        self._server: asyncio.Server | None = None
        self._entrance: TlsEntrance | None = None
        self._silence: asyncio.Future[None] | None = None
        self._over = False

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; they are there once `bind` is done."""
        assert self._server is not None, "not started"
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    @property
    def links(self) -> tuple[Link, ...]:
        """The connections that are open."""
        return tuple(self._links)

    async def bind(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """Take an address, at which clients are not answered yet.

        Args:
            port: where to listen on 127.0.0.1, 0 for any free port.
            tls: speak TLS.

        Raises:
            ClusterError: the port is taken.
        """
        loop = asyncio.get_running_loop()
        accept: Callable[[], asyncio.Protocol] = self._accept
        if tls is not None:
            self._entrance = TlsEntrance(tls, self._accept)
            accept = self._entrance.enter
        try:
            self._server = await loop.create_server(accept, _HOST, port, start_serving=False)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise ClusterError(f"cannot listen on {_HOST}:{port}: {reason}") from error

    async def serve(self) -> None:
        """Answer clients from now on."""
        assert self._server is not None, "not bound"
        await self._server.start_serving()

    async def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """Listen, and answer clients: `bind` and `serve`.

        Args:
            port: where to listen on 127.0.0.1, 0 for any free port.
            tls: speak TLS.

        Raises:
            ClusterError: the port is taken.
        """
        await self.bind(port, tls)
        await self.serve()

    async def close(self) -> None:
        """Close all sockets at once, and wait until they are closed."""
        self._over = True
        if self._server is not None:
            await stop_listening(self._server)
        if self._entrance is not None:
            self._entrance.close()
        if not self._links:
            return
        self._silence = asyncio.get_running_loop().create_future()
        for link in list(self._links):
            link.abort()
        await self._silence

    def opened(self, link: Link) -> None:
        """A connection is there."""
        self._links.add(link)
        if self._over or (self._traffic is not None and self._traffic.keeps_out(self.node)):
            link.abort()

    def closed(self, link: Link) -> None:
        """A connection is gone."""
        self._links.discard(link)
        if not self._links and self._silence is not None and not self._silence.done():
            self._silence.set_result(None)

    def _accept(self) -> Link:
        return Link(self, self.node, self._traffic)
