# SPDX-License-Identifier: Apache-2.0
"""One accepted connection: asyncio around a session, and the faults that it goes through."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol, cast

from gridwire.hazelcast.protocol.frames import FrameReader
from gridwire.testing._hazelcast.dispatch import connect
from gridwire.testing._shared.dripping import Drip

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.state import ClusterState
    from gridwire.testing._hazelcast.traffic import Traffic

__all__ = ["Door", "Link", "flush"]

_JOINED_BYTES = 64 * 1024
"""Messages up to this size are joined into one write; a copy of a longer one costs more."""

_UNREAD_BYTES = 64 * 1024 * 1024
"""Answers that a client may leave unread before its requests wait, in bytes.

Real members have no such limit, so it is far above what a client that is well leaves.
"""


def flush(state: ClusterState) -> None:
    """Write what the sessions of a cluster have to send, one write a connection.

    Args:
        state: the cluster.
    """
    unsent, state.unsent = state.unsent, []
    for session in unsent:
        if session.outlet is not None:
            session.outlet.deliver()


class Door(Protocol):
    """Whoever accepts connections, and wants to know of them."""

    def opened(self, link: Link) -> None:
        """A connection is there."""

    def closed(self, link: Link) -> None:
        """A connection is gone."""


class Link(asyncio.Protocol):
    """One accepted connection.

    While there are faults, requests and answers go through `traffic` one by one.

    Args:
        door: whom to tell that it is open or closed.
        state: the cluster.
        member: the member that was connected to.
        traffic: what delays, drops and damages messages.

    Attributes:
        session: the connection without the socket.
    """

    def __init__(self, door: Door, state: ClusterState, member: Member, traffic: Traffic) -> None:
        self._door = door
        self._state = state
        self._traffic = traffic
        self.session = connect(state, member)
        self.session.outlet = self
        self._transport: asyncio.Transport | None = None
        self._client_name: str | None = None  # As far as faults know it.
        self._choked = False  # The client leaves too many answers unread.
        self._stalled = False  # No byte goes through.
        self._unhandled: deque[Buffer] = deque()
        self._unwritten: list[Buffer] = []
        self._drip: Drip | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_UNREAD_BYTES)
        self._door.opened(self)
        if self._state.faults.active:
            self.adjust()

    def data_received(self, data: bytes) -> None:
        if self._state.faults.active:
            self._unhandled.extend(self.session.messages(data))
            self._handle_all()
        else:
            self.session.receive(data)
        flush(self._state)
        if self.session.closing:
            self.close()

    def deliver(self) -> None:
        """Write what the session has to send."""
        if not self._state.faults.active:
            self._write(self.session.take())
            return
        if self.session.client_name != self._client_name:
            # The first answer: only now it is known which faults concern the client.
            self._client_name = self.session.client_name
            self.adjust()
        if not self._stalled:
            # In pieces as they are sent, messages cannot be told apart.
            messages = FrameReader().feed(b"".join(self.session.take()))
            self.write([kept for each in messages for kept in self._traffic.leave(self, each)])

    def write(self, messages: list[Buffer]) -> None:
        """Write messages, as fast as faults let them through.

        Args:
            messages: in their order.
        """
        if self._drip is not None:
            self._drip.add(messages)
        elif messages:
            self._write(messages)

    def pause_writing(self) -> None:
        self._choked = True
        self._read_or_not()

    def resume_writing(self) -> None:
        self._choked = False
        self._read_or_not()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        self._door.closed(self)

    def close(self) -> None:
        """Close after what was written so far."""
        self._forget()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once, as the kernel does for a process that was killed."""
        self._forget()
        if self._transport is not None:
            self._transport.abort()

    # -- faults --------------------------------------------------------------------------------

    def adjust(self) -> None:
        """Faults began or ended, or the client is known now: look which ones concern this."""
        faults, session = self._state.faults, self.session
        if session.closing:
            return
        stalling = faults.stalling(session)
        dripping = faults.dripping(session)
        if stalling is not None and not self._stalled:
            stalling.hits += 1
        if self._drip is not None and dripping is None:
            self._drip.end()
            self._drip = None
        elif dripping is not None and self._drip is None:
            dripping.hits += 1
            spec = dripping.spec
            self._drip = Drip(self._write, spec.size, spec.seconds or 0.0)
        resumes = self._stalled and stalling is None
        self._stalled = stalling is not None
        self._read_or_not()
        if resumes:
            unwritten, self._unwritten = self._unwritten, []
            self._write(unwritten)
            self._handle_all()
            self.deliver()

    def _handle_all(self) -> None:
        """Handle the requests that are there, as long as bytes go through."""
        while self._unhandled and not self._stalled:
            self._traffic.enter(self, self._unhandled.popleft())

    def _read_or_not(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._choked or self._stalled:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def _forget(self) -> None:
        self.session.end()
        self._unhandled.clear()
        self._unwritten.clear()
        if self._drip is not None:
            self._drip.end()
            self._drip = None

    def _write(self, buffers: list[Buffer]) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._stalled:
            self._unwritten += buffers
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
