# SPDX-License-Identifier: Apache-2.0
"""A control connection: one question at a time, asked and answered on the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar

from gridwire._io.interfaces import Payload, Stream
from gridwire._io.tls_errors import TlsError, TlsFault, ended_unheard
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.proto import ProtoReader

if TYPE_CHECKING:
    from gridwire._io.tls import Tls

__all__ = ["Channel"]

T = TypeVar("T")

_TLS_OPTIONS = ("tls", "certfile")

_ALERT = b"\x15\x03"
"""What an alert of TLS begins with, and no answer."""

_MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""Largest answer that a control connection takes: what nodes tell of themselves, and what a user
asks for; a peer that has not let us in is not trusted with more."""


class Channel:
    """One connection for control; the receiver of its stream.

    Args:
        tls: how the client speaks TLS, None for plain connections.
    """

    __slots__ = ("_error", "_heard", "_reader", "_tls", "_waiter", "is_closed", "stream")

    def __init__(self, tls: Tls | None = None) -> None:
        self._tls = tls
        self._heard = False
        self._reader = ProtoReader(_MAX_ANSWER_BYTES)
        self._waiter: asyncio.Future[bytes] | None = None
        self._error: BaseException | None = None
        self.stream: Stream | None = None
        self.is_closed = False

    async def exchange(self, question: bytes) -> bytes:
        """Ask; the whole frame of the answer. Whoever does not wait for it closes the channel.

        Raises:
            ConnectionError: the connection ended.
            ProtocolError: what came makes no sense.
        """
        assert self._waiter is None
        assert self.stream is not None
        if self.is_closed:
            raise self._ended()
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            self.stream.write(bytearray(question))
            return await self._waiter
        except BaseException:
            # Its answer may still come, and would be taken for that of the next question.
            self.close()
            raise
        finally:
            self._waiter = None

    async def converse(self, conversation: Generator[bytes, bytes, T]) -> T:
        """Carry out a conversation; its result."""
        try:
            said = next(conversation)
            while True:
                said = conversation.send(await self.exchange(said))
        except StopIteration as stop:
            result: T = stop.value
            return result

    def close(self) -> None:
        """End it."""
        if self.stream is not None and not self.is_closed:
            self.stream.close()

    def _ended(self) -> BaseException:
        if isinstance(self._error, ProtocolError):
            return self._error
        if self._heard and not isinstance(self._error, TlsError):
            ended = ConnectionError("the connection to the node ended")
        else:
            ended = ended_unheard("node", self._tls, _TLS_OPTIONS, self._error)
        ended.__cause__ = self._error
        return ended

    # -- what the stream tells ----------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """See `Receiver`."""
        if not self._heard:
            if self._tls is None and data.startswith(_ALERT):
                raise TlsError(TlsFault.REFUSED, "this port wants TLS, and tls is not configured")
            self._heard = True
        try:
            messages = self._reader.feed(data)
        except ProtocolError:
            # The connection ends, but the answer before that is one.
            self._take(self._reader.whole)
            raise
        self._take(messages)

    def _take(self, messages: list[bytes]) -> None:
        for message in messages:
            if self._waiter is None or self._waiter.done():
                raise ProtocolError("an answer that nobody asked for")
            self._waiter.set_result(message)

    def wanted(self) -> memoryview | None:
        """See `Receiver`: chunks will do."""
        return None

    def filled(self, count: int) -> None:
        """See `Receiver`: never called, for nothing is `wanted`."""

    def lost(self, error: BaseException | None, unsent: list[Payload]) -> None:
        """See `Receiver`."""
        self.is_closed = True
        self._error = error
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(self._ended())

    def drained(self) -> None:
        """See `Receiver`: one question at a time never waits for room."""

    def orphaned(self) -> None:
        """See `Receiver`: control connections do not outlive a fork."""

    def still_wanted(self, payload: Payload) -> bool:
        """See `Receiver`."""
        return True
