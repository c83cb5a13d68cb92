# SPDX-License-Identifier: Apache-2.0
"""Both ends of a connection for tests of drivers: a plain server, and a receiver that notes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["NotingReceiver", "accepting", "read_exactly"]


class NotingReceiver:
    """Notes what a driver tells it; each note can be waited for."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.ends: list[BaseException | None] = []
        self.unsent: list[Any] = []
        self.unwanted: list[Any] = []
        self.buffer: bytearray | None = None
        self.filled_bytes = 0
        self.refuse = False
        self.was_orphaned = False
        self.drains = 0
        self.changed = threading.Condition()

    def receive(self, data: bytes) -> None:
        if self.refuse:
            raise ValueError("nonsense")
        with self.changed:
            self.data += data
            self.changed.notify_all()

    def wanted(self) -> memoryview | None:
        if self.buffer is None or self.filled_bytes == len(self.buffer):
            return None
        return memoryview(self.buffer)[self.filled_bytes :]

    def filled(self, count: int) -> None:
        with self.changed:
            self.filled_bytes += count
            self.changed.notify_all()

    def lost(self, error: BaseException | None, unsent: list[Any]) -> None:
        with self.changed:
            self.ends.append(error)
            self.unsent += unsent
            self.changed.notify_all()

    def drained(self) -> None:
        with self.changed:
            self.drains += 1
            self.changed.notify_all()

    def orphaned(self) -> None:
        self.was_orphaned = True

    def still_wanted(self, payload: Any) -> bool:
        return payload not in self.unwanted

    def wait_for(self, condition: Any, timeout: float = 20.0) -> None:
        """Wait on this thread until a condition holds."""
        with self.changed:
            assert self.changed.wait_for(condition, timeout), "it did not happen"


@contextmanager
def accepting() -> Iterator[tuple[str, int, Any]]:
    """A listening socket on loopback, and a function that accepts one connection from it."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def accept() -> socket.socket:
            connection, _ = server.accept()
            connection.settimeout(20)
            accepted.append(connection)
            return connection

        try:
            yield (*server.getsockname()[:2], accept)
        finally:
            for connection in accepted:
                connection.close()


def read_exactly(connection: socket.socket, count: int) -> bytes:
    """So many bytes, however they come."""
    data = bytearray()
    while len(data) < count:
        chunk = connection.recv(min(count - len(data), 1 << 20))
        assert chunk, f"the stream ended after {len(data)} of {count} bytes"
        data += chunk
    return bytes(data)
