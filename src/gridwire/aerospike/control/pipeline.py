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
from typing import TYPE_CHECKING, NamedTuple

from gridwire._io.interfaces import Payload, Stream
from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.message import FIRST_FIELD
from gridwire.aerospike.protocol.proto import MESSAGE, ProtoReader

if TYPE_CHECKING:
    from gridwire.aerospike.control.async_node import AsyncNode

__all__ = ["AttemptFailed", "Entry", "Pipeline"]


class AttemptFailed(Exception):
    """An attempt ended without an answer.

    Args:
        failure: how.
        cause: what said so.
    """

    def __init__(self, failure: Failure, cause: BaseException | None = None) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.cause = cause


class Entry(NamedTuple):
    """A request on its way.

    Attributes:
        future: gets the answer's frame; done already when nobody waits for it any more.
        deadline: when the attempt is given up, in seconds of the loop's clock.
        payload: what is sent.
        is_write: whether it must not be sent a second time.
        turn: of the loop, when it was made.
        collect: for a request that has the connection for itself, since it has many answers or a
            long one: takes each frame and says whether it was the last. Must not wait.
    """

    future: asyncio.Future[bytes]
    deadline: float
    payload: bytearray
    is_write: bool
    turn: int
    collect: Callable[[bytes], bool] | None = None


class Pipeline:
    """One authenticated connection of an asyncio client to a node.

    Args:
        node: whose it is.

    Attributes:
        entries: requests whose answers are still to come, the next one first.
        is_closed: whether it is of no use any more.
        is_ready: whether it stands among the node's connections with room.
        is_blocked: whether the first answer is overdue, so that nothing new may go here.
        used_at: when something was sent or came last, in seconds of the loop's clock.
        waits_since: since when the first of `entries` is the next.
    """

    __slots__ = (
        "_collect",
        "_node",
        "_reader",
        "entries",
        "is_blocked",
        "is_closed",
        "is_ready",
        "stream",
        "used_at",
        "waits_since",
    )

    def __init__(self, node: AsyncNode) -> None:
        self._node = node
        self._reader = ProtoReader()
        # Takes every frame, while somebody has the connection for himself; says when it is over.
        self._collect: Callable[[bytes], bool] | None = None
        self.entries: deque[Entry] = deque()
        self.stream: Stream | None = None
        self.is_closed = False
        self.is_ready = False
        self.is_blocked = False
        self.used_at = 0.0
        self.waits_since = 0.0

    def send(self, entry: Entry) -> None:
        """Send a request behind those that are on their way."""
        assert self.stream is not None
        if not self.entries:
            self.waits_since = self._node.now()
        self.entries.append(entry)
        self._collect = entry.collect
        self.stream.write(entry.payload)

    # -- what the stream tells ----------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """See `Receiver`."""
        entries = self.entries
        answered = 0
        turn = -1
        for message in self._reader.feed(data):
            if self._collect is not None and not self._collect(message):
                self.waits_since = self._node.now()
                continue
            if not entries:
                raise ProtocolError("an answer that nobody asked for")
            if self._collect is None and (len(message) < FIRST_FIELD or message[1] != MESSAGE):
                raise ProtocolError(f"not the answer to a record operation: {message[:8].hex()}")
            future, _, _, _, turn, _ = entries.popleft()
            self._collect = None
            answered += 1
            if not future.done():
                future.set_result(message)
        if answered:
            self._node.answered(self, answered, len(data), turn)

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
        self._collect = None
        for entry in entries:
            if not entry.future.done():
                left = id(entry.payload) not in never_left
                failure = Failure.LOST if left else Failure.NOT_SENT
                entry.future.set_exception(AttemptFailed(failure, error))
        self._node.connection_lost(self, error)

    def drained(self) -> None:
        """See `Receiver`."""
        self._node.has_room(self)

    def orphaned(self) -> None:
        """See `Receiver`: asyncio clients do not outlive a fork."""

    def still_wanted(self, payload: Payload) -> bool:
        """See `Receiver`: what had to wait and lost its caller does not leave at all."""
        for entry in self.entries:
            if entry.payload is payload:
                if not entry.future.done():
                    return True
                # It was never sent, so there will be no answer in its place.
                self.entries.remove(entry)
                return False
        return False

    # -- time ---------------------------------------------------------------------------------

    @property
    def is_alone(self) -> bool:
        """Whether somebody has the connection for himself."""
        return self._collect is not None

    def expire(self, now: float) -> bool:
        """Give up what is overdue; whether somebody still waits for an answer."""
        waiting = False
        for entry in self.entries:
            if entry.future.done():
                continue
            if entry.deadline <= now:
                entry.future.set_exception(AttemptFailed(Failure.TIMEOUT))
            else:
                waiting = True
        return waiting

    def reads_behind(self) -> list[Entry]:
        """Reads that wait behind the first, and may as well be sent elsewhere."""
        behind = iter(self.entries)
        next(behind, None)
        return [one for one in behind if not one.is_write and not one.future.done()]

    def replace(self, moved: Entry) -> None:
        """Leave a tombstone where an entry stood that was sent elsewhere."""
        stone: asyncio.Future[bytes] = moved.future.get_loop().create_future()
        stone.cancel()
        index = self.entries.index(moved)
        self.entries[index] = moved._replace(future=stone)

    def close(self, error: BaseException | None = None) -> None:
        """End it; callers who wait learn at once."""
        if not self.is_closed and self.stream is not None:
            self.stream.close(error)
