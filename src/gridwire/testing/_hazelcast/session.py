# SPDX-License-Identifier: Apache-2.0
"""A client's connection to a member, without the socket: bytes in, requests handled, bytes out."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Protocol

from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.frames import (
    DEFAULT_MAX_MESSAGE_BYTES,
    PROTOCOL_PREAMBLE,
    FrameReader,
)
from gridwire.hazelcast.protocol.messages import by_type
from gridwire.testing._hazelcast.refusals import (
    Refusal,
    encode_refusal,
    illegal_argument,
    not_authenticated,
    unsupported,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.protocol.table import Encoded, Message
    from gridwire.testing._hazelcast.client_statistics import Report
    from gridwire.testing._hazelcast.member import Member
    from gridwire.testing._hazelcast.state import ClusterState

    Handler = Callable[["Session", Buffer], None]

__all__ = ["FIRST_MESSAGE_BYTES", "EarlierSession", "Outlet", "Session"]

FIRST_MESSAGE_BYTES = 4096
"""Largest message before the authentication, in bytes, as members 5.x have it: who is not known
yet cannot make a member allocate more."""

_read_header = Struct("<iHiqi").unpack_from
_HEADER_BYTES = 22


class Outlet(Protocol):
    """The driver of a session, which takes away what it has to send."""

    def deliver(self) -> None:
        """Take and send it, now."""


class Session:
    """One connection.

    Args:
        state: the cluster.
        member: the member that was connected to.
        entrance: handlers of the messages that need no authentication, by message type.
        handlers: those of all others.

    Attributes:
        client_uuid: who the client is, once it is authenticated.
        client_name: what it called itself when it wanted to be let in.
        outlet: the driver that sends, if there is one; the session does not call it.
        closing: true when the connection is to be closed after what is unsent.
        now: when the bytes in work arrived, in milliseconds.
        flags: frame flags of the request in work.
        correlation_id: its correlation id, which all that answers it carries.
        partition_id: the partition it names, -1 for none.
        report: what the client said of itself here the last time.
    """

    __slots__ = (
        "_ended",
        "_handlers",
        "_open",
        "_outbox",
        "_preamble",
        "_reader",
        "client_name",
        "client_uuid",
        "closing",
        "correlation_id",
        "flags",
        "member",
        "now",
        "outlet",
        "partition_id",
        "report",
        "state",
    )

    def __init__(
        self,
        state: ClusterState,
        member: Member,
        entrance: Mapping[int, Handler],
        handlers: Mapping[int, Handler],
    ) -> None:
        self.state = state
        self.member = member
        self.client_uuid: UUID | None = None
        self.client_name: str | None = None
        self.outlet: Outlet | None = None
        self.closing = False
        self.now = 0
        self.flags = 0
        self.correlation_id = 0
        self.partition_id = -1
        self.report: Report | None = None
        self._open = entrance
        self._handlers = handlers
        self._reader = FrameReader(FIRST_MESSAGE_BYTES)
        self._preamble: bytes | None = b""
        self._outbox: list[Buffer] = []
        self._ended = False

    def receive(self, data: bytes) -> None:
        """Handle received bytes; answers and events wait in the sessions that are to send them.

        Args:
            data: the next chunk of the stream.
        """
        for message in self.messages(data):
            self.handle(message)

    def messages(self, data: bytes) -> list[Buffer]:
        """Take received bytes, give the requests that they complete.

        Args:
            data: the next chunk of the stream.
        """
        if self._preamble is not None:
            data = self._greet(self._preamble + data)
        if self.closing or not data:
            return []
        self.now = self.state.now()
        try:
            return self._reader.feed(data)
        except ProtocolError:
            self.closing = True
            return []

    def handle(self, message: Buffer, refused: Refusal | None = None) -> None:
        """Handle a request; its answer waits in the session that is to send it.

        Args:
            message: whole.
            refused: an error to answer instead.
        """
        if len(message) < _HEADER_BYTES:
            self.closing = True
        if self.closing:
            return
        _, self.flags, kind, self.correlation_id, self.partition_id = _read_header(message)
        try:
            if refused is not None:
                raise refused
            handler = self._open.get(kind) or self._explain(kind)
            handler(self, message)
        except Refusal as refusal:
            self.send(encode_refusal(self.correlation_id, refusal))
        except ProtocolError as error:
            self.send(encode_refusal(self.correlation_id, illegal_argument(str(error))))

    def admit(self, client_uuid: UUID) -> None:
        """The client is authenticated: all messages are open to it."""
        self.client_uuid = client_uuid
        self.state.locks.session_began(self)
        self._reader.max_message_bytes = DEFAULT_MAX_MESSAGE_BYTES
        self._open = self._handlers

    def answer(self, message: Message, *values: object) -> None:
        """Answer the request in work.

        Args:
            message: what kind of request it is.
            *values: the parameters of the response.
        """
        self.send(message.encode_response(self.correlation_id, 0, *values))

    def send(self, message: Encoded) -> None:
        """Put a message into the queue of what the driver sends."""
        if self._ended:
            return
        outbox = self._outbox
        if not outbox:
            self.state.unsent.append(self)
        if type(message) is list:
            outbox += message
        else:
            outbox.append(message)  # type: ignore[arg-type]

    def take(self) -> list[Buffer]:
        """What is to be sent; the driver takes it, and closes then if `closing` says so."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def end(self) -> None:
        """The connection is gone: nobody is told anything through it any more."""
        if not self._ended:
            self._ended = True
            self.closing = True
            self._outbox.clear()
            self.state.drop_session(self)

    def _greet(self, data: bytes) -> bytes:
        """Take the preamble from the first bytes; anything else ends the connection."""
        size = len(PROTOCOL_PREAMBLE)
        if data[:size] != PROTOCOL_PREAMBLE[: len(data)]:
            self.closing = True
            return b""
        self._preamble = data if len(data) < size else None
        return data[size:]

    def _explain(self, kind: int) -> Handler:
        """There is no handler for a message: say why.

        Raises:
            Refusal: always.
        """
        if self.client_uuid is None:
            self.closing = True
            raise not_authenticated()
        try:
            message = by_type(kind)
        except ProtocolError:
            message = None
        known = message is not None and self.state.dialect.knows(message)
        if message is None or not known or message.request_type != kind:
            raise unsupported(f"Unrecognized client message received with type: {kind:#x}")
        raise unsupported(f"{message.name} is not supported by this test member")


class EarlierSession(Session):
    """A connection to a member whose line does not send all that the newest one does."""

    __slots__ = ()

    def send(self, message: Encoded) -> None:
        """Put a message into the queue of what the driver sends, without what came later."""
        super().send(self.state.dialect.shortened(message))
