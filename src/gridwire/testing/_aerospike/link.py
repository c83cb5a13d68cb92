# SPDX-License-Identifier: Apache-2.0
"""One accepted connection: asyncio around a session, and the faults that it goes through.

Answers have nothing that says which request they belong to but their order, so a connection's
requests are handled one after the other, and whatever holds one back holds back all that follow.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol, cast

from gridwire.testing._aerospike.session import Session
from gridwire.testing._shared.dripping import Drip

if TYPE_CHECKING:
    from gridwire.testing._aerospike.node import Node
    from gridwire.testing._aerospike.traffic import Traffic

__all__ = ["Door", "Link"]

_UNREAD_BYTES = 4 * 1024 * 1024
"""Answers that a client may leave unread before its requests wait, in bytes; as with real nodes."""

_TOGETHER_BYTES = 64 * 1024
"""Answers to requests that came together are written together up to this size, in bytes."""

_UNHANDLED_REQUESTS = 1000
"""Requests that wait behind one that a fault holds back, before no more are read."""


class Door(Protocol):
    """Whoever accepts connections, and wants to know of them."""

    def opened(self, link: Link) -> None:
        """A connection is there."""

    def closed(self, link: Link) -> None:
        """A connection is gone."""


class Link(asyncio.Protocol):
    """One accepted connection.

    While there are faults, messages go through `traffic` one by one.

    Args:
        door: whom to tell that it is open or closed.
        node: the node that was connected to.
        traffic: what delays, drops and damages messages; None where nothing ever does.

    Attributes:
        session: the connection without the socket.
        is_over: whether it is closed, or is being closed.
    """

    def __init__(self, door: Door, node: Node, traffic: Traffic | None) -> None:
        self._door = door
        self._traffic = traffic
        self.session = Session(node)
        self.is_over = False
        self._transport: asyncio.Transport | None = None
        self._choked = False  # The client leaves too many answers unread.
        self._stalled = False  # No byte goes through.
        self._mute = False  # Something was lost, so nothing that follows can be answered.
        self._waits = False  # The message in work is held back.
        self._unhandled: deque[bytes] = deque()
        self._unwritten: list[bytes] = []
        self._drip: Drip | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_UNREAD_BYTES)
        self.session.connection.certified = _common_name(transport.get_extra_info("peercert"))
        self._door.opened(self)
        if self._traffic is not None and self._traffic.faults.active:
            self.adjust()

    def data_received(self, data: bytes) -> None:
        self._unhandled.extend(self.session.messages(data))
        self.go_on()
        if len(self._unhandled) > _UNHANDLED_REQUESTS:
            self._read_or_not()

    def write(self, messages: list[bytes]) -> None:
        """Write messages, as fast as faults let them through.

        Args:
            messages: in their order.
        """
        if self._stalled:
            self._unwritten += messages
        elif self._drip is not None:
            self._drip.add(messages)
        else:
            self._write(messages)

    def pause_writing(self) -> None:
        self._choked = True
        self._read_or_not()

    def resume_writing(self) -> None:
        self._choked = False
        self._read_or_not()
        self.go_on()

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

    def wait(self) -> None:
        """The message in work is held back, and with it all that follow, until `resume`."""
        self._waits = True

    def resume(self) -> None:
        """What was held back goes on."""
        self._waits = False

    def fall_silent(self) -> None:
        """Something was lost: nothing that follows is done or answered any more."""
        self._mute = True
        self._unhandled.clear()

    def go_on(self) -> None:
        """Handle the requests that are there, as long as nothing holds them back."""
        was_behind = len(self._unhandled) > _UNHANDLED_REQUESTS
        if self._mute:
            self._unhandled.clear()
        answers: list[bytes] = []
        size = 0
        # What goes through faults is written on its way; other answers leave together.
        while self._unhandled and not (self._waits or self._stalled or self._choked):
            message = self._unhandled.popleft()
            if self._traffic is not None and self._traffic.faults.active:
                self._traffic.enter(self, message)
                continue
            for answer in self.session.handle(message):
                answers.append(answer)
                size += len(answer)
            if size > _TOGETHER_BYTES:
                self.write(answers)
                answers, size = [], 0
        if answers:
            self.write(answers)
        if was_behind:
            self._read_or_not()
        if self.session.closing and not (self._unhandled or self._waits or self._stalled):
            self.close()

    def adjust(self) -> None:
        """Faults began or ended: look which ones concern this connection as a whole."""
        assert self._traffic is not None
        faults, node = self._traffic.faults, self.session.node.name
        if self.is_over:
            return
        stalling, dripping = faults.stalling(node), faults.dripping(node)
        if stalling is not None and not self._stalled:
            stalling.hits += 1
        if self._drip is not None and dripping is None:
            self._drip.end()
            self._drip = None
        elif dripping is not None and self._drip is None:
            dripping.hits += 1
            self._drip = Drip(self._drop, dripping.spec.size, dripping.spec.seconds or 0.0)
        resumes = self._stalled and stalling is None
        self._stalled = stalling is not None
        self._read_or_not()
        if resumes:
            unwritten, self._unwritten = self._unwritten, []
            self.write(unwritten)
            self.go_on()

    def _read_or_not(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._choked or self._stalled or len(self._unhandled) > _UNHANDLED_REQUESTS:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def _forget(self) -> None:
        self.is_over = True
        self.session.end()
        self._unhandled.clear()
        self._unwritten.clear()
        if self._drip is not None:
            self._drip.end()
            self._drip = None

    def _drop(self, buffers: list[bytes | bytearray | memoryview]) -> None:
        if self._stalled:
            self._unwritten += map(bytes, buffers)
        else:
            self._write([bytes(buffer) for buffer in buffers])

    def _write(self, buffers: list[bytes]) -> None:
        transport = self._transport
        if buffers and transport is not None and not transport.is_closing():
            transport.write(buffers[0] if len(buffers) == 1 else b"".join(buffers))


def _common_name(certificate: Any) -> str:
    """Whom a certificate names, empty without one."""
    for names in (certificate or {}).get("subject", ()):
        for kind, value in names:
            if kind == "commonName":
                return str(value)
    return ""
