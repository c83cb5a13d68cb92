# SPDX-License-Identifier: Apache-2.0
"""A client's connection to a node, without the socket: bytes in, bytes out."""

from __future__ import annotations

from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.proto import (
    ADMIN,
    COMPRESSED,
    INFO,
    MAX_PROTO_BYTES,
    MESSAGE,
    PROTO_VERSION,
    ProtoReader,
)
from gridwire.testing._aerospike.node import Node

__all__ = ["Session"]

_INTERNAL = 5
_OLD_VERSION = 0

_HEADS = [(PROTO_VERSION, kind) for kind in (INFO, ADMIN, MESSAGE, COMPRESSED, _INTERNAL)]
_HEADS.append((_OLD_VERSION, ADMIN))


class Session:
    """One connection.

    Args:
        node: the node that was connected to.
        max_bytes: largest message that is read; a node closes on an announcement of more.

    Attributes:
        connection: what the node knows of it.
        closing: true when the connection is to be closed after what was answered.
    """

    __slots__ = ("_node", "_reader", "closing", "connection")

    def __init__(self, node: Node, max_bytes: int = MAX_PROTO_BYTES) -> None:
        self._node = node
        self._reader = ProtoReader(max_bytes, heads=_HEADS)
        self.connection = node.connect()
        self.closing = False

    def receive(self, data: bytes) -> list[bytes]:
        """Handle received bytes.

        Args:
            data: the next chunk of the stream.

        Returns:
            The messages to be sent, in order.
        """
        if self.closing:
            return []
        try:
            messages = self._reader.feed(data)
        except ProtocolError:
            self.closing = True
            return []
        answers: list[bytes] = []
        for message in messages:
            answers += self._node.handle(self.connection, message)
        return answers

    def end(self) -> None:
        """The connection is gone."""
        self.closing = True
        self._node.disconnect(self.connection)
