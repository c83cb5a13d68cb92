# SPDX-License-Identifier: Apache-2.0
"""One connection to one member: a session and the stream that carries it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from gridwire._core.logs import reason_of
from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire._io.interfaces import Payload, Stream
from gridwire.hazelcast.core import Address
from gridwire.hazelcast.errors import (
    HazelcastClientNotActiveError,
    HazelcastError,
    TargetDisconnectedError,
    error_from_holders,
)
from gridwire.hazelcast.protocol.error_message import decode_error
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import CallTable, Session, correlation_of

__all__ = ["Connection", "ConnectionOwner"]

T = TypeVar("T")

_NOBODY = UUID(int=0)


class ConnectionOwner(Protocol):
    """Who is told what happens on a connection, on the loop."""

    calls: CallTable

    def connection_events(self, connection: Connection, events: list[tuple[int, Buffer]]) -> None:
        """Events came, in order: registration correlation id and message."""

    def connection_lost(self, connection: Connection, error: BaseException | None) -> None:
        """The connection ended. Its calls are failed after this returns."""


class Connection:
    """A connection; the receiver of its stream.

    Args:
        owner: who is told about events and the end.
        address: the address that was connected to.
        max_message_bytes: largest accepted message, in bytes.
        opened_at: when, in seconds of the client's clock.
    """

    __slots__ = (
        "_owner",
        "address",
        "ended",
        "last_heard",
        "member_uuid",
        "opened_at",
        "server_version",
        "session",
        "stream",
    )

    def __init__(
        self, owner: ConnectionOwner, address: Address, max_message_bytes: int, opened_at: float
    ) -> None:
        self._owner = owner
        self.address = address
        self.member_uuid = _NOBODY
        self.server_version = ""
        self.opened_at = self.last_heard = opened_at
        self.stream: Stream | None = None
        # The stream has told its end: no thread is inside it, its calls were failed.
        self.ended = asyncio.Event()
        self.session = Session(
            owner.calls, self._not_open, _error_of, self._events, max_message_bytes
        )
        self.session.peer = self

    def attach(self, stream: Stream) -> None:
        """The stream is open: what the session sends goes there."""
        self.stream = stream
        self.session.set_write(stream.write, stream.post)

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self.stream is None or self.stream.is_closed

    @property
    def unsent_bytes(self) -> int:
        """Bytes that wait to be sent."""
        return 0 if self.stream is None else self.stream.unsent_bytes

    def close(self, error: BaseException | None = None) -> None:
        """End it; `error` is what its calls are told."""
        if self.stream is not None:
            self.stream.close(error)

    def decode(self, request: Request[T], reply: Buffer) -> T:
        """The value of a reply that came on this connection; runs where the caller is.

        Raises:
            ProtocolError: the reply is not what the protocol says. Whatever else comes on this
                connection is not to be trusted either, so it is closed.
        """
        try:
            return request.decode(reply)
        except ProtocolError as error:
            self.close(error)
            raise error.with_facts(
                operation=request.operation, member=str(self.member_uuid), address=str(self.address)
            ) from None

    def lost_error(self, error: BaseException | None, sent: bool) -> HazelcastError:
        """What a call on this connection is told about its end."""
        outcome = Outcome.UNKNOWN if sent else Outcome.NOT_SENT
        if isinstance(error, HazelcastClientNotActiveError):
            return HazelcastClientNotActiveError(error.message, outcome=outcome)
        reason = f": {reason_of(error)}" if error is not None else ""
        lost = TargetDisconnectedError(
            f"the connection to the member was lost{reason}",
            outcome=outcome,
            address=str(self.address),
            member=str(self.member_uuid),
        )
        lost.__cause__ = error
        return lost

    # -- the stream's receiver ----------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """See `Receiver`."""
        self.session.receive(data)

    def wanted(self) -> memoryview | None:
        """See `Receiver`."""
        return self.session.wanted()

    def filled(self, count: int) -> None:
        """See `Receiver`."""
        self.session.filled(count)

    def drained(self) -> None:
        """See `Receiver`."""
        self._owner.calls.admit()

    def orphaned(self) -> None:
        """See `Receiver`: requests on it fail before anything is written."""
        self.session.abandoned = True

    def still_wanted(self, payload: Payload) -> bool:
        """See `Receiver`: a call that is not in the table any more has no caller."""
        correlation = correlation_of(payload)
        # One that was left before it was sent never is, so that no effect needs looking after.
        self._owner.calls.left.pop(correlation, None)
        return correlation in self._owner.calls.pending

    def lost(self, error: BaseException | None, unsent: list[Payload]) -> None:
        """See `Receiver`. Routes change first, so that what is retried goes elsewhere."""
        self._owner.connection_lost(self, error)
        sent, received = self._owner.calls.past_bytes
        sent += 0 if self.stream is None else self.stream.sent_bytes
        self._owner.calls.past_bytes = sent, received + self.session.received_bytes
        self.session.abandon(unsent, lambda sent: self.lost_error(error, sent))
        self.ended.set()

    def _events(self, events: list[tuple[int, Buffer]]) -> None:
        self._owner.connection_events(self, events)

    def _not_open(self, payload: bytearray | Sequence[Any]) -> None:
        raise RuntimeError("the connection has no stream yet")

    def __repr__(self) -> str:
        return f"<Connection {self.address} to member {self.member_uuid}>"


def _error_of(message: Buffer) -> Exception:
    return error_from_holders(decode_error(message))
