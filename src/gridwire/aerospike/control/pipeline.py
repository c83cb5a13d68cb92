# SPDX-License-Identifier: Apache-2.0
"""A connection that carries several requests at once: position decides whose an answer is.

A server answers the requests of a connection one by one, in their order. So the caller who stands
first in the queue gets the next answer, and nobody may leave the queue: who is cancelled, or out
of time, stays as a tombstone that swallows its answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from gridwire._io.interfaces import Payload, Stream
from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.control.exchange import AttemptFailed, Entry, Exchange
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.greeting import Conversation
from gridwire.aerospike.protocol.message import FIRST_FIELD
from gridwire.aerospike.protocol.proto import MESSAGE, ProtoReader

if TYPE_CHECKING:
    from gridwire.aerospike.control.async_node import AsyncNode

__all__ = ["Pipeline"]


class Pipeline:
    """One connection of an asyncio client to a node.

    Args:
        node: whose it is.
        now: the loop's clock.

    Attributes:
        opened_at: when it was opened, by the loop's clock.
        entries: requests whose answers are still to come, the next one first.
        stream: the connection, None until it is open.
        is_closed: whether it is of no use any more.
        is_ready: whether it stands among the node's connections with room.
        is_blocked: whether nothing new may go here: the first answer is overdue, or the node has
            not taken the connection into use yet.
        waits_since: since when the first of `entries` is the next; without entries, when the
            connection was used last.
        waits_tick: the same in ticks of the loop.
        sample_left: answers that come before that of the request of which a sample is taken; below
            0 while there is none.
        sample_ahead: how many were under way when it was sent.
        sampled_at: when that was.
        stuck_since: since when the first of `entries` is both overdue and without its caller.
        patience: seconds that late answers are waited for when nobody waits for them.
    """

    __slots__ = (
        "_alone",
        "_node",
        "_now",
        "_reader",
        "entries",
        "is_blocked",
        "is_closed",
        "is_ready",
        "opened_at",
        "patience",
        "sample_ahead",
        "sample_left",
        "sampled_at",
        "stream",
        "stuck_since",
        "waits_since",
        "waits_tick",
        "write",
    )

    def __init__(self, node: AsyncNode, now: Callable[[], float]) -> None:
        self._node = node
        self._now = now
        self._reader = ProtoReader()
        # Who has the connection for himself.
        self._alone: Exchange | None = None
        self.entries: deque[Entry] = deque()
        self.stream: Stream | None = None
        self.write: Callable[[Payload], None] = _not_open
        self.is_closed = False
        self.is_ready = False
        # Until the node takes it into use.
        self.is_blocked = True
        self.opened_at = self.waits_since = now()
        self.waits_tick = 0
        self.sample_left = -1
        self.sample_ahead = 0
        self.sampled_at = 0.0
        self.stuck_since: float | None = None
        self.patience = 0.0

    def attach(self, stream: Stream) -> None:
        """The stream is open."""
        self.stream = stream
        self.write = stream.write
        self.opened_at = self._now()

    @property
    def buffered_bytes(self) -> int:
        """What has come of an answer that is not complete."""
        return self._reader.buffered_bytes

    @property
    def is_alone(self) -> bool:
        """Whether somebody has the connection for himself."""
        return self._alone is not None

    def sample(self, ahead: int, now: float) -> None:
        """Look how long the request takes that is about to be sent.

        Args:
            ahead: how many are under way.
            now: the loop's clock.
        """
        self.sample_left = self.sample_ahead = ahead
        self.sampled_at = now

    def send_alone(self, future: asyncio.Future[bytes], deadline: float, what: Exchange) -> None:
        """Send what has this connection for itself; nothing else is under way."""
        assert not self.entries
        self._alone = what
        self.waits_since = self._now()
        self.entries.append((future, deadline, what))
        self.write(what.payload)

    async def converse(self, conversation: Conversation) -> None:
        """Say what has to be said before the connection is used.

        Raises:
            AttemptFailed: it ended meanwhile.
            AerospikeError: the node does not let this client in.
        """
        loop = asyncio.get_running_loop()
        try:
            said = next(conversation)
            while True:
                if self.is_closed:
                    raise AttemptFailed(Failure.LOST)
                future: asyncio.Future[bytes] = loop.create_future()
                self.send_alone(future, float("inf"), Exchange(bytearray(said)))
                said = conversation.send(await future)
        except StopIteration:
            return

    def heard(self) -> None:
        """The answer came that was overdue."""
        self.is_blocked = False
        self.stuck_since = None
        self.patience = 0.0

    # -- what the stream tells ----------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """See `Receiver`."""
        try:
            messages = self._reader.feed(data)
        except ProtocolError:
            # The connection ends, but who had his answer before that gets it.
            self._take(self._trusted(self._reader.whole), len(data))
            raise
        self._take(messages, len(data))

    def _trusted(self, whole: list[bytes]) -> list[bytes]:
        """Those of the answers before bytes that are no answer of which values may be made.

        Where a part of an answer is missing, it is filled up with the beginning of the next one,
        and what is left of that is no header. So the last one with data is not to be believed when
        somebody waits behind it.
        """
        if whole and len(whole[-1]) > FIRST_FIELD and len(self.entries) > len(whole):
            return whole[:-1]
        return whole

    def _take(self, messages: list[bytes], size: int) -> None:
        if self._alone is not None:
            self._take_alone(messages)
            return
        if not messages:
            return
        entries = self.entries
        for message in messages:
            if not entries:
                raise ProtocolError("an answer that nobody asked for")
            if message[1] != MESSAGE or len(message) < FIRST_FIELD:
                raise ProtocolError(f"not the answer to a record operation: {message[:8].hex()}")
            future = entries.popleft()[0]
            if not future.done():
                future.set_result(message)
            else:
                self._node.counters.late_replies += 1
        self._node.answered(self, len(messages), size, self._now())

    def _take_alone(self, messages: list[bytes]) -> None:
        for message in messages:
            if self._alone is None:
                raise ProtocolError("an answer that nobody asked for")
            self.waits_since = self._now()
            future = self.entries[0][0]
            collect = self._alone.collect
            if future.done():
                self._node.counters.late_replies += 1
                # What comes belongs to a call that is over, and must not change its result.
                if collect is not None:
                    self.close()
                    return
                self.stuck_since = None
                self.patience = 0.0
            else:
                try:
                    if collect is not None and not collect(message):
                        continue
                except ProtocolError:
                    raise
                except AerospikeError as error:
                    future.set_exception(error)
                else:
                    future.set_result(message)
            self.entries.popleft()
            self._alone = None
        if self._alone is None:
            self._node.has_room(self)

    def wanted(self) -> memoryview | None:
        """See `Receiver`: chunks will do."""
        return None

    def filled(self, count: int) -> None:
        """See `Receiver`: never called, for nothing is `wanted`."""

    def lost(self, error: BaseException | None, unsent: list[Payload]) -> None:
        """See `Receiver`."""
        self.is_closed = True
        never_left = {id(payload) for payload in unsent}
        entries, self.entries = self.entries, deque()
        self._alone = None
        # First the node, so that what is tried again goes elsewhere.
        in_use = any(not entry[0].done() for entry in entries)
        self._node.connection_lost(self, error, in_use)
        for future, _, request in entries:
            if not future.done():
                left = id(request.payload) not in never_left
                failure = Failure.LOST if left else Failure.NOT_SENT
                future.set_exception(AttemptFailed(failure, error))

    def drained(self) -> None:
        """See `Receiver`."""
        self._node.has_room(self)

    def orphaned(self) -> None:
        """See `Receiver`: asyncio clients do not outlive a fork."""

    def still_wanted(self, payload: Payload) -> bool:
        """See `Receiver`: what had to wait and lost its caller does not leave at all."""
        for entry in self.entries:
            if entry[2].payload is payload:
                if not entry[0].done() or self._alone is not None:
                    return True
                # It was never sent, so there will be no answer in its place.
                self.entries.remove(entry)
                return False
        return False

    # -- time ---------------------------------------------------------------------------------

    def expire(self, now: float) -> float:
        """Give up what is overdue; the first deadline of those who still wait."""
        due = float("inf")
        for future, deadline, request in self.entries:
            if future.done():
                continue
            if deadline <= now:
                future.set_exception(AttemptFailed(Failure.TIMEOUT))
                self.patience = max(self.patience, request.timeout_delay)
            elif deadline < due:
                due = deadline
        return due

    @property
    def has_callers(self) -> bool:
        """Whether somebody still waits for an answer."""
        return any(not entry[0].done() for entry in self.entries)

    def take_reads_behind(self) -> list[Entry]:
        """Take out the reads behind the first, which may as well be sent elsewhere.

        A tombstone stays where each stood, for its answer will come here all the same.
        """
        taken: list[Entry] = []
        for index, entry in enumerate(self.entries):
            future, deadline, request = entry
            if not index or request.is_write or future.done():
                continue
            taken.append(entry)
            stone: asyncio.Future[bytes] = future.get_loop().create_future()
            stone.cancel()
            self.entries[index] = (stone, deadline, request)
        return taken

    def close(self, error: BaseException | None = None) -> None:
        """End it; callers who wait learn at once."""
        if self.stream is not None and not self.is_closed:
            self.stream.close(error)


def _not_open(payload: Payload) -> None:
    raise RuntimeError("the connection has no stream yet")
