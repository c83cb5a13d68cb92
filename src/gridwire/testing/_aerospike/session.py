# SPDX-License-Identifier: Apache-2.0
"""A client's connection to a node, without the socket: bytes in, bytes out."""

from __future__ import annotations

from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.proto import (
    ADMIN,
    MAX_PROTO_BYTES,
    PROTO_VERSION,
    ProtoReader,
)
from gridwire.testing._aerospike.node import Node

__all__ = ["Session"]

_INTERNAL = 5
_OLD_VERSION = 0

_OTHERS = ((PROTO_VERSION, _INTERNAL), (_OLD_VERSION, ADMIN))


class Session:
    """One connection.

    Args:
        node: the node that was connected to.
        max_bytes: largest message that is read; a node closes on an announcement of more.

    Attributes:
        node: as given.
        connection: what the node knows of it.
        closing: true when the connection is to be closed after what was answered.
    """

    __slots__ = ("_reader", "closing", "connection", "node")

    def __init__(self, node: Node, max_bytes: int = MAX_PROTO_BYTES) -> None:
        self.node = node
        self._reader = ProtoReader(max_bytes, others=_OTHERS)
        self.connection = node.connect()
        self.closing = False

    def receive(self, data: bytes) -> list[bytes]:
        """Handle received bytes.

        Args:
            data: the next chunk of the stream.

        Returns:
            The messages to be sent, in order.
        """
        answers: list[bytes] = []
        for message in self.messages(data):
            answers += self.handle(message)
        return answers

    def messages(self, data: bytes) -> list[bytes]:
        """Take received bytes, give the messages that they complete.

        Args:
            data: the next chunk of the stream.
        """
        if self.closing:
            return []
        try:
            return self._reader.feed(data)
        except ProtocolError:
            # What came whole before it is answered first, as by a server, which reads one by one.
            self.closing = True
            return self._reader.whole

    def handle(self, message: bytes) -> list[bytes]:
        """Do what a message asks for.

        Args:
            message: with its frame's header.

        Returns:
            The messages to be sent, in order.
        """
        return self.node.handle(self.connection, message)

    def end(self) -> None:
        """The connection is gone."""
        self.closing = True
        self.node.disconnect(self.connection)
