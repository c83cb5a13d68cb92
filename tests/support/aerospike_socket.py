# SPDX-License-Identifier: Apache-2.0
"""A client of few words: one socket to a node of a test cluster."""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING, Any, Self

from gridwire.aerospike.protocol.admin import read_admin
from gridwire.aerospike.protocol.proto import HEADER_BYTES
from support.aerospike_nodes import Talk

if TYPE_CHECKING:
    import ssl

PATIENCE_SECONDS = 10.0


class SocketTalk(Talk):
    """Commands in the words of tests, sent through a socket.

    Args:
        node: a handle of a node of a cluster.
        tls: speak TLS.
    """

    def __init__(self, node: Any, tls: ssl.SSLContext | None = None) -> None:
        self.sent: list[bytes] = []
        address = (node.host, node.port)
        self.socket = socket.create_connection(address, timeout=PATIENCE_SECONDS)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self._rest = b""

    def send(self, message: bytes) -> list[bytes]:
        self.write(message)
        return [self.read()]

    def write(self, message: bytes) -> None:
        self.socket.sendall(message)

    def admin(self, message: bytes) -> Any:
        return read_admin(self.send(message)[0])

    def read(self) -> bytes:
        """The next message.

        Raises:
            ConnectionError: the node closed the connection.
        """
        header = self._exactly(HEADER_BYTES)
        return header + self._exactly(int.from_bytes(header[2:], "big"))

    def is_silent(self, seconds: float = 0.05) -> bool:
        """Whether nothing comes for some time, without TLS."""
        # Not by a timeout of the socket, which another thread may be reading.
        return not self._rest and not select.select([self.socket], [], [], seconds)[0]

    def is_closed(self) -> bool:
        """Whether the node has closed the connection, with nothing more to say."""
        try:
            return not self.socket.recv(1)
        except ConnectionError:
            return True

    def _exactly(self, size: int) -> bytes:
        data, self._rest = self._rest[:size], self._rest[size:]
        while len(data) < size:
            chunk = self.socket.recv(size - len(data))
            if not chunk:
                raise ConnectionError("closed")
            data += chunk
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()
