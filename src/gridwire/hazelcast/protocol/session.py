# SPDX-License-Identifier: Apache-2.0
"""The conversation on one connection, without the connection.

Bytes go in by `receive`, requests by `send`; waiters are completed, events are handed on. The
table of calls and the table of backup acks belong to the client, because correlation ids are
unique for the client and acks come on other connections than their replies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from struct import Struct
from typing import Any, cast

from gridwire._core.counters import Counters
from gridwire._core.gate import Gate
from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire.hazelcast.cluster.acks import BackupAcks, Held, Waiter
from gridwire.hazelcast.errors import MaxMessageSizeExceededError
from gridwire.hazelcast.protocol.frames import Buffer, FrameReader

__all__ = ["CallTable", "Session", "SessionOver", "correlation_of"]

Write = Callable[[bytearray | Sequence[Buffer]], None]

_write_correlation = Struct("<q").pack_into
_read_correlation = Struct("<q").unpack_from
_read_head = Struct("<iqB").unpack_from

_TYPE_AT = 6
_CORRELATION_AT = 10
# An event's fixed parameters begin after type, correlation id and partition id.
_ACKED_CORRELATION_AT = 22
_ACK_EVENT_BYTES = _ACKED_CORRELATION_AT + 8


def correlation_of(payload: bytearray | Sequence[Buffer]) -> int:
    """The correlation id that a session wrote into a request's payload."""
    head = payload if isinstance(payload, bytearray) else payload[0]
    # The protocol's preamble is written like a payload and has none.
    return int(_read_correlation(head, _CORRELATION_AT)[0]) if len(head) >= 18 else 0


class SessionOver(Exception):
    """A request came too late for its connection; nothing of it was sent."""


def _too_large(request: Request[Any], size: int, limit: int) -> MaxMessageSizeExceededError:
    return MaxMessageSizeExceededError(
        f"the message has {size} bytes, more than the limit of {limit} (max_message_bytes)",
        outcome=Outcome.NOT_SENT,
        operation=request.operation,
    )


class CallTable:
    """The calls of one client that wait for a reply, on whatever connection.

    Args:
        limit: how many may be pending.
        counters: of the client.
        end_held: ends a call whose time is over, and whose reply is here but not all of its acks.

    Attributes:
        pending: correlation id to (waiter, the session that it was sent on, the request). Ids grow,
            so the oldest call stands first. Taking an entry out decides who completes the call.
        acks: replies and acks that wait for each other.
        gate: those who wait until fewer calls are pending.
        limit: how many may be pending.
        own_deadline: calls that do not end at the usual timeout.
        left: calls whose callers are gone, but not their effect: (waiter, session), complete at the
            latest with their session. They take no place among the pending ones.
        past_bytes: sent and received on connections that ended.
    """

    __slots__ = (
        "_end_held",
        "acks",
        "counters",
        "gate",
        "ids",
        "left",
        "limit",
        "own_deadline",
        "past_bytes",
        "pending",
    )

    def __init__(self, limit: int, counters: Counters, end_held: Callable[[Held], object]) -> None:
        self.pending: dict[int, tuple[Waiter, Session, Request[Any]]] = {}
        self.acks = BackupAcks()
        self.counters = counters
        self._end_held = end_held
        self.gate = Gate()
        self.limit = limit
        self.own_deadline: set[int] = set()
        self.left: dict[int, tuple[Waiter, Session]] = {}
        # Long runs must not wrap: at a million calls a second this takes 292,000 years.
        self.ids = count(1)
        self.past_bytes = (0, 0)

    def forget(self, correlation: int) -> bool:
        """Drop a call that nobody waits for any more; whether it was not complete yet."""
        found = self.pending.pop(correlation, None) is not None
        held = self.acks.forget(correlation)
        self.admit()
        return found or held

    def admit(self) -> None:
        """Let those in who wait for room, as many as there is room for."""
        if self.gate:
            self.gate.admit(self.limit - len(self.pending))

    def inherit(self) -> list[Waiter]:
        """In the child of a fork: those who wait are told by the parent; nobody waits here.

        Returns:
            Those who waited.
        """
        waiters = [entry[0] for entry in self.pending.values()]
        waiters.extend(held.waiter for held in self.acks.release())
        self.pending.clear()
        self.left.clear()
        self.own_deadline.clear()
        # Who stands in the queue would be woken on the parent's loop.
        self.gate = Gate()
        return waiters

    def expire(self, before: int, error: Callable[[], Exception]) -> int:
        """Fail the calls with the usual timeout that are older than an id.

        Args:
            before: of which id.
            error: makes the exception for each.

        Returns:
            How many there were.
        """
        old = self.acks.older(before)
        for correlation in list(self.pending):
            if correlation >= before:
                break
            old.append(correlation)
        return sum(self.fail(one, error()) for one in old if one not in self.own_deadline)

    def fail(self, correlation: int, error: Exception) -> bool:
        """End one call, unless it is complete: with an error, when it waits for its reply.

        When it only waits for its backups, the member has answered, and no error may hide that.
        """
        entry = self.pending.pop(correlation, None)
        if entry is None:
            held = self.acks.take(correlation)
            if held is None:
                return False
            self._end_held(held)
            return True
        self.acks.forget(correlation)
        if not entry[0].done():
            entry[0].set_exception(error)
        return True


class Session:
    """One connection's side of the protocol.

    Args:
        calls: the client's table of calls.
        write: takes a payload to be sent (the driver's).
        on_error: makes an exception of an error reply.
        on_event: takes the events of one received chunk, in order: pairs of registration
            correlation id and message.
        max_message_bytes: largest message that is accepted or sent, in bytes.
    """

    __slots__ = (
        "_calls",
        "_max_message_bytes",
        "_on_error",
        "_on_event",
        "_pending",
        "_post",
        "_reader",
        "_write",
        "abandoned",
        "backup_aware",
        "heard",
        "peer",
        "received_bytes",
    )

    def __init__(
        self,
        calls: CallTable,
        write: Write,
        on_error: Callable[[Buffer], Exception],
        on_event: Callable[[list[tuple[int, Buffer]]], None],
        max_message_bytes: int,
    ) -> None:
        self._calls = calls
        self._pending = calls.pending
        self._write = self._post = write
        self._on_error = on_error
        self._on_event = on_event
        self._reader = FrameReader(max_message_bytes)
        self._max_message_bytes = max_message_bytes
        # The connection is gone and its calls were failed: nobody will complete a new one.
        self.abandoned = False
        # Whether requests ask the owner to count on this client for backup acks.
        self.backup_aware = False
        # Set by every read, cleared by the heartbeat: no clock call for each read.
        self.heard = False
        self.received_bytes = 0
        # Whoever carries this session, for facts about its calls.
        self.peer: Any = None

    def set_write(self, write: Write, post: Write | None = None) -> None:
        """From now on what is sent goes to `write`, or to `post` when it need not leave at once."""
        self._write = write
        self._post = post or write

    def set_max_message_bytes(self, limit: int) -> None:
        """Change the limit: little is accepted from a peer that is not authenticated yet."""
        self._reader.max_message_bytes = self._max_message_bytes = limit

    def send(self, request: Request[Any], waiter: Waiter, soon: bool = False) -> int:
        """Send a request; its correlation id, under which the waiter is completed.

        Args:
            request: what to send.
            waiter: whom to complete.
            soon: more will follow, so it may wait a moment to leave together with others.

        Raises:
            SessionOver: the connection is gone. Nothing was sent.
            MaxMessageSizeExceededError: it is larger than allowed. Nothing was sent.
        """
        payload = request.payload
        if isinstance(payload, bytearray):
            head, size = payload, len(payload)
        else:
            head, size = cast("bytearray", payload[0]), sum(map(len, payload))
        if size > self._max_message_bytes:
            raise _too_large(request, size, self._max_message_bytes)
        correlation = next(self._calls.ids)
        _write_correlation(head, _CORRELATION_AT, correlation)
        if self.backup_aware:
            head[5] |= 0x01
        elif head[5] & 0x01:
            # A repeated request: it was sent first where acks would have come.
            head[5] &= 0xFE
        self._pending[correlation] = (waiter, self, request)
        try:
            if soon:
                self._post(payload)
            else:
                self._write(payload)
        except BaseException as error:
            # The caller knows already; nobody is left to complete.
            if self._pending.pop(correlation, None) and not isinstance(error, SessionOver):
                # Interrupted; it may have left.
                self._calls.counters.indeterminate_writes += not request.retryable
            raise
        # `abandon` may have run on the loop's thread before this call was in the table.
        if self.abandoned and self._pending.pop(correlation, None) is not None:
            raise SessionOver
        return correlation

    def receive(self, data: bytes) -> None:
        """Take bytes from the connection.

        Raises:
            ProtocolError: they are not messages; the connection is of no more use.
        """
        self.heard = True
        self.received_bytes += len(data)
        self._take(self._reader.feed(data))

    def wanted(self) -> memoryview | None:
        """See `FrameReader.wanted`."""
        return self._reader.wanted()

    def filled(self, count: int) -> None:
        """See `FrameReader.filled`."""
        self.heard = True
        self.received_bytes += count
        self._take(self._reader.filled(count))

    @property
    def buffered_bytes(self) -> int:
        """Bytes held for messages that are not complete yet."""
        return self._reader.buffered_bytes

    def _take(self, messages: Iterable[Buffer]) -> None:
        pending = self._pending
        events: list[tuple[int, Buffer]] | None = None
        for message in messages:
            kind, correlation, backups = _read_head(message, _TYPE_AT)
            if message[5] & 0x02 or message[4] & 0x80:
                if message[4] & 0x80:
                    if len(message) >= _ACK_EVENT_BYTES:
                        self._calls.acks.acknowledge(
                            _read_correlation(message, _ACKED_CORRELATION_AT)[0]
                        )
                    continue
                if events is None:
                    events = []
                events.append((correlation, message))
                continue
            entry = pending.pop(correlation, None)
            if entry is None:
                self._came_late(kind, correlation, message)
                continue
            waiter = entry[0]
            if kind == 0:
                self._calls.acks.forget(correlation)
                self._refuse(waiter, message)
            elif backups:
                self._calls.acks.reply(correlation, backups, waiter, message, self, entry[2])
            elif not waiter.done():
                waiter.set_result(message)
        if events is not None:
            self._on_event(events)
        if self._calls.gate:
            self._calls.admit()

    def _came_late(self, kind: int, correlation: int, message: Buffer) -> None:
        """A reply to a call that has no caller any more."""
        self._calls.counters.late_replies += 1
        entry = self._calls.left.pop(correlation, None)
        if entry is None:
            return
        if kind == 0:
            self._refuse(entry[0], message)
        else:
            # Nobody who would count on its backups waits, so neither does this.
            entry[0].set_result(message)

    def _refuse(self, waiter: Waiter, message: Buffer) -> None:
        """Complete a call with the error that a member replied."""
        try:
            error = self._on_error(message)
        except BaseException as malformed:
            # The connection ends by this, and the call is not in the table any more.
            if not waiter.done():
                waiter.set_exception(malformed)
            raise
        if not waiter.done():
            waiter.set_exception(error)

    def abandon(
        self,
        unsent: Iterable[bytearray | Sequence[Buffer]],
        error: Callable[[bool], Exception],
    ) -> None:
        """The connection is gone: fail the calls that were sent on it.

        Args:
            unsent: payloads of which not every byte left.
            error: makes the exception; its argument says whether the request was sent.
        """
        self.abandoned = True
        never_left = {correlation_of(payload) for payload in unsent}
        for correlation, (_, session, _) in list(self._pending.items()):
            if session is self:
                self._calls.fail(correlation, error(correlation not in never_left))
        for correlation, (waiter, session) in list(self._calls.left.items()):
            if session is self and self._calls.left.pop(correlation, None) is not None:
                waiter.set_exception(error(correlation not in never_left))
        self._calls.admit()
