# SPDX-License-Identifier: Apache-2.0
"""A member's sockets: asyncio around the sessions, which know nothing of it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, cast

from gridwire.testing._hazelcast.dispatch import connect
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.state import ClusterState

__all__ = ["MemberServer", "flush"]

_HOST = "127.0.0.1"

_JOINED_BYTES = 64 * 1024
"""Messages up to this size are joined into one write; a copy of a longer one costs more."""

_UNREAD_BYTES = 64 * 1024 * 1024
"""Answers that a client may leave unread before its requests wait, in bytes.

Real members have no such limit, so it is far above what a client that is well leaves.
"""

_GOODBYE_SECONDS = 1.0
"""How long a member that leaves waits for clients to take what it has sent."""


def flush(state: ClusterState) -> None:
    """Write what the sessions of a cluster have to send, one write a connection.

    Args:
        state: the cluster.
    """
    unsent, state.unsent = state.unsent, []
    for session in unsent:
        if session.outlet is not None:
            session.outlet.deliver()


class _Link(asyncio.Protocol):
    """One accepted connection."""

    def __init__(self, server: MemberServer, state: ClusterState, member: Member) -> None:
        self._server = server
        self._state = state
        self.session = connect(state, member)
        self.session.outlet = self
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_UNREAD_BYTES)
        self._server.opened(self)

    def data_received(self, data: bytes) -> None:
        self.session.receive(data)
        flush(self._state)
        if self.session.closing:
            self.close()

    def deliver(self) -> None:
        """Write what the session has to send."""
        buffers = self.session.take()
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if len(buffers) == 1:
            transport.write(buffers[0])
            return
        small: list[Buffer] = []
        for buffer in buffers:
            if len(buffer) <= _JOINED_BYTES:
                small.append(buffer)
                continue
            transport.write(b"".join(small))
            transport.write(buffer)
            small = []
        transport.write(b"".join(small))

    def pause_writing(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.session.end()
        self._server.closed(self)

    def close(self) -> None:
        """Close after what was written so far."""
        self.session.end()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once, as the kernel does for a process that was killed."""
        self.session.end()
        if self._transport is not None:
            self._transport.abort()


class MemberServer:
    """A listening socket and the connections that were made to it.

    Args:
        state: the cluster that the member joins.
    """

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self._links: set[_Link] = set()
        self._server: asyncio.Server | None = None
        self._member: Member | None = None
        self._over = False
        self._silence: asyncio.Future[None] | None = None

    @property
    def member(self) -> Member:
        """The member; it is there once `start` is done."""
        assert self._member is not None
        return self._member

    async def start(self, port: int) -> None:
        """Listen, and join the cluster; clients are answered from then on.

        Args:
            port: where to listen on 127.0.0.1, 0 for any free port.

        Raises:
            ClusterError: the port is taken.
        """
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(self._accept, _HOST, port, start_serving=False)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise ClusterError(f"cannot listen on {_HOST}:{port}: {reason}") from error
        self._server = server
        self._member = self._state.join(*server.sockets[0].getsockname()[:2])
        await server.start_serving()
        flush(self._state)

    async def leave(self) -> None:
        """Hand everything over to the other members, then close."""
        self._state.leave(self.member)
        flush(self._state)
        self._stop_listening()
        for link in list(self._links):
            link.close()
        if not await self._silent(_GOODBYE_SECONDS):
            await self.abort()

    async def kill(self) -> None:
        """End as a process that was killed: connections break, memory is lost."""
        self._cut()
        self._state.kill(self.member)
        flush(self._state)
        await self._silent(None)

    async def abort(self) -> None:
        """Close all sockets at once and wait until they are closed."""
        self._cut()
        await self._silent(None)

    def opened(self, link: _Link) -> None:
        """A connection is there."""
        self._links.add(link)
        if self._over:
            link.abort()

    def closed(self, link: _Link) -> None:
        """A connection is gone."""
        self._links.discard(link)
        if not self._links and self._silence is not None and not self._silence.done():
            self._silence.set_result(None)

    def _accept(self) -> _Link:
        return _Link(self, self._state, self.member)

    def _cut(self) -> None:
        self._stop_listening()
        for link in list(self._links):
            link.abort()

    def _stop_listening(self) -> None:
        self._over = True
        if self._server is not None:
            self._server.close()

    async def _silent(self, seconds: float | None) -> bool:
        """Wait until all connections are gone; whether they are."""
        if not self._links:
            return True
        self._silence = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._silence], timeout=seconds)
        return not self._links
