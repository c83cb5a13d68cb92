# SPDX-License-Identifier: Apache-2.0
"""A member's sockets: asyncio around the sessions, which know nothing of it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from gridwire.testing._hazelcast.link import Link, flush
from gridwire.testing._homes.server_tls import TlsEntrance
from gridwire.testing._shared.closing import stop_listening
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.state import ClusterState
    from gridwire.testing._hazelcast.traffic import Traffic

__all__ = ["MemberServer"]

_HOST = "127.0.0.1"

_GOODBYE_SECONDS = 1.0
"""How long a member that leaves waits for clients to take what it has sent."""


class MemberServer:
    """A listening socket and the connections that were made to it.

    Args:
        state: the cluster that the member joins.
        traffic: what delays, drops and damages messages.
        lite: whether the member holds no partition.

    Attributes:
        lite: the same.
    """

    def __init__(self, state: ClusterState, traffic: Traffic, *, lite: bool = False) -> None:
        self.lite = lite
        self._state = state
        self._traffic = traffic
        self._links: set[Link] = set()
        self._server: asyncio.Server | None = None
        self._entrance: TlsEntrance | None = None
        self._member: Member | None = None
        self._over = False
        self._silence: asyncio.Future[None] | None = None

    @property
    def member(self) -> Member:
        """The member; it is there once `join` is done."""
        assert self._member is not None
        return self._member

    @property
    def links(self) -> tuple[Link, ...]:
        """The connections that are open."""
        return tuple(self._links)

    async def bind(self, port: int, tls: ssl.SSLContext | None = None) -> None:
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
            server = await loop.create_server(accept, _HOST, port, start_serving=False)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise ClusterError(f"cannot listen on {_HOST}:{port}: {reason}") from error
        self._server = server

    async def join(self) -> None:
        """Join the cluster; clients are answered from then on."""
        server = self._server
        assert server is not None
        host, port = server.sockets[0].getsockname()[:2]
        self._member = self._state.join(host, port, lite=self.lite)
        await server.start_serving()
        flush(self._state)

    async def leave(self) -> None:
        """Hand everything over to the other members, then close."""
        await self._stop_listening()
        self._state.leave(self.member)
        flush(self._state)
        for link in list(self._links):
            link.close()
        if not await self._silent(_GOODBYE_SECONDS):
            await self.abort()

    async def kill(self) -> None:
        """End as a process that was killed: connections break, memory is lost."""
        await self._cut()
        self._state.kill(self.member)
        flush(self._state)
        await self._silent(None)

    async def abort(self) -> None:
        """Close all sockets at once and wait until they are closed."""
        await self._cut()
        await self._silent(None)

    def opened(self, link: Link) -> None:
        """A connection is there."""
        self._links.add(link)
        if self._over:
            link.abort()

    def closed(self, link: Link) -> None:
        """A connection is gone."""
        self._links.discard(link)
        if not self._links and self._silence is not None and not self._silence.done():
            self._silence.set_result(None)

    def _accept(self) -> Link:
        return Link(self, self._state, self.member, self._traffic)

    async def _cut(self) -> None:
        await self._stop_listening()
        for link in list(self._links):
            link.abort()

    async def _stop_listening(self) -> None:
        self._over = True
        if self._server is not None:
            await stop_listening(self._server)
        if self._entrance is not None:
            self._entrance.close()

    async def _silent(self, seconds: float | None) -> bool:
        """Wait until all connections are gone; whether they are."""
        if not self._links:
            return True
        self._silence = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._silence], timeout=seconds)
        return not self._links
