# SPDX-License-Identifier: Apache-2.0
"""A scripted member's end of a connection, and the requests that come in on it."""

from __future__ import annotations

import array
import asyncio
import fcntl
import queue
import termios
import threading
import uuid
from collections.abc import Callable
from struct import unpack_from
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.error_message import encode_error
from gridwire.hazelcast.protocol.frames import BACKUP_AWARE, PROTOCOL_PREAMBLE, FrameReader
from gridwire.hazelcast.protocol.messages import by_type

if TYPE_CHECKING:
    from support.scripted import ScriptedMember

__all__ = ["PATIENCE", "Behaviour", "Connection", "Hold", "Incoming", "joined"]

PATIENCE = 10.0
"""Seconds that a test waits for something that should happen at once."""


class Incoming:
    """A request that a member received."""

    def __init__(self, connection: Connection, buffer: Any) -> None:
        self.connection = connection
        self.member = connection.member
        self.cluster = connection.member.cluster
        self.buffer = buffer
        kind, self.correlation, self.partition = unpack_from("<iqi", buffer, 6)
        self.message = by_type(kind)
        self.name = self.message.name

    @property
    def fields(self) -> Any:
        """What it says."""
        return self.message.decode_request(self.buffer)

    @property
    def wants_acks(self) -> bool:
        """Whether the client collects acks of backups by itself."""
        return bool(unpack_from("<H", self.buffer, 4)[0] & BACKUP_AWARE)

    def response(self, *values: Any, backups: int = 0) -> bytes:
        """The bytes of an answer."""
        return joined(self.message.encode_response(self.correlation, backups, *values))

    def answer(self, *values: Any, backups: int = 0) -> None:
        """Answer it; `backups` acks are promised."""
        self.connection.write(self.response(*values, backups=backups))

    def answer_as_usual(self) -> None:
        """Answer as without a script."""
        self.cluster.post(self.cluster.usual, self)

    def fail(self, code: int, text: str = "told to fail", class_name: str = "x.Failure") -> None:
        """Answer with an error."""
        holder = customs.ErrorHolder(code, class_name, text, [])
        self.connection.write(bytes(encode_error(self.correlation, [holder])))

    def ack(self, member: ScriptedMember | None = None) -> None:
        """Have a member say that it stored a backup; some other one by default."""
        others = [one for one in self.cluster.members if one is not self.member]
        chosen = member or (others or [self.member])[0]
        chosen.ack(self.connection.client_uuid, self.correlation)

    def __repr__(self) -> str:
        return f"<{self.name} {self.correlation} at {self.member.address}>"


Behaviour = Callable[[Incoming], object]


class Hold:
    """Requests that wait for the test to answer them."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Incoming] = queue.SimpleQueue()

    def __call__(self, request: Incoming) -> None:
        self._waiting.put(request)

    def next(self, timeout: float = PATIENCE) -> Incoming:
        """The oldest one; waits until there is one."""
        return self._waiting.get(timeout=timeout)

    def take(self, count: int) -> list[Incoming]:
        """The oldest ones; waits until there are so many."""
        return [self.next() for _ in range(count)]

    @property
    def empty(self) -> bool:
        """Whether none waits."""
        return self._waiting.empty()


class Connection(asyncio.Protocol):
    """One accepted connection."""

    def __init__(self, member: ScriptedMember) -> None:
        self.member = member
        self.client_uuid: uuid.UUID | None = None
        self.identity: Any = None
        self.ack_correlation: int | None = None
        self.preamble = b""
        self.closed = threading.Event()
        self._transport: asyncio.Transport | None = None
        self._reader = FrameReader()

    # -- asyncio ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.member.connections.append(self)
        if self.member._server is None:
            # It was accepted while the member was killed.
            transport.abort()
            return
        on_connect = self.member.on_connect
        self.member.cluster.changed()
        if on_connect is not None:
            on_connect(self)

    def data_received(self, data: bytes) -> None:
        if len(self.preamble) < 3:
            taken = 3 - len(self.preamble)
            self.preamble += data[:taken]
            data = data[taken:]
            assert self.preamble == PROTOCOL_PREAMBLE[: len(self.preamble)]
        for buffer in self._reader.feed(data):
            self.member.cluster.take(Incoming(self, buffer))

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()
        self.member.connections.remove(self)
        self.member.cluster.changed()

    # -- for behaviours and tests -------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Send any bytes."""
        self._on_loop(lambda transport: transport.write(data))

    def close(self) -> None:
        """End it with a reset; what was not sent yet is lost."""
        self._on_loop(lambda transport: transport.abort())

    def finish(self) -> None:
        """End it after what was written."""
        self._on_loop(lambda transport: transport.close())

    def stop_reading(self) -> None:
        """Leave what comes in the kernel's buffers."""
        self._on_loop(lambda transport: transport.pause_reading())

    @property
    def unread(self) -> int:
        """Bytes that arrived while nobody reads."""
        assert self._transport is not None
        count = array.array("i", [0])
        fcntl.ioctl(self._transport.get_extra_info("socket"), termios.FIONREAD, count)
        return count[0]

    def socket_option(self, level: int, name: int) -> int:
        """An option of the member's end."""
        assert self._transport is not None
        value: int = self._transport.get_extra_info("socket").getsockopt(level, name)
        return value

    def resume_reading(self) -> None:
        """Read again."""
        self._on_loop(lambda transport: transport.resume_reading())

    def _on_loop(self, action: Callable[[asyncio.Transport], object]) -> None:
        def act() -> None:
            if self._transport is not None and not self.closed.is_set():
                action(self._transport)

        self.member.cluster.post(act)


def joined(encoded: Any) -> bytes:
    """What an encoder gave, as bytes."""
    return bytes(encoded) if isinstance(encoded, bytearray) else b"".join(encoded)
