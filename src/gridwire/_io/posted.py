# SPDX-License-Identifier: Apache-2.0
"""A stream that any thread may write to, and that lives on the hosted loop alone.

TLS connections of a threaded client are such streams: OpenSSL's object of a connection is not made
for several threads, so it has one owner. Who writes queues what he writes, and wakes the loop once
for all that is queued until it gets there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from gridwire._io.aio import AioStream, Turn, hand_over, size_of
from gridwire._io.forking import let_go
from gridwire._io.hosted import HostedLoop, HostedLoopClosed

if TYPE_CHECKING:
    from gridwire._io.interfaces import Payload, Receiver

__all__ = ["PostedStream"]


class PostedStream(AioStream):
    """One connection of a threaded client, whose owner is the loop.

    A signal handler may raise between any two bytecodes of the main thread, so `write` is made of
    steps that are whole by themselves; what an interrupt leaves behind in the queue is sent with
    what comes next, or by `nudge`.

    Args:
        receiver: takes what comes in, on the loop's thread.
        hosted: the client's loop.
    """

    __slots__ = ("_closing", "_hosted", "_posted", "_woken")

    def __init__(self, receiver: Receiver, hosted: HostedLoop) -> None:
        super().__init__(receiver, Turn(hosted.loop))
        self._hosted = hosted
        self._posted: deque[Payload] = deque()
        # The loop was asked to drain the queue and has not begun yet.
        self._woken = False
        # Another thread has asked for the end.
        self._closing = False

    @property
    def is_closed(self) -> bool:
        """Whether writing is over."""
        return self._closing or self._closed

    @property
    def waiting_bytes(self) -> int:
        """See `Stream`; what is queued is counted anew, for threads that count may lose some."""
        queued = list(self._posted)
        queued += self._out
        return sum(map(size_of, queued)) + self._held_bytes()

    # -- on any thread -------------------------------------------------------------------------

    def write(self, payload: Payload) -> None:
        """Send soon, with everything else that is written until the loop gets there."""
        # Counted first: a count that comes behind the sending would stand until the next one. What
        # gets lost of it, when two threads count at once, is put right by the loop.
        self.unsent_bytes += size_of(payload)
        self._posted.append(payload)
        if not self._woken:
            try:
                self._woken = True
                self._ask(self.nudge)
            except BaseException:
                # Interrupted, and nobody knows whether the loop was asked: the next one asks.
                self._woken = False
                raise

    post = write

    def close(self, error: BaseException | None = None) -> None:
        """End the stream; from any thread. The receiver learns on the loop's thread, once."""
        if self._hosted.is_current:
            super().close(error)
            return
        self._closing = True
        self._ask(self.close, error)

    def _ask(self, function: Callable[..., object], *args: object) -> None:
        try:
            self._hosted.call(function, *args)
        except HostedLoopClosed:
            self._closing = True

    # -- on the loop's thread ------------------------------------------------------------------

    def nudge(self) -> None:
        """See `Stream`; sends what is queued."""
        # Cleared before the queue is emptied: what is written from now on wakes the loop again.
        self._woken = False
        if self.is_closed:
            return
        self._take_posted()
        if not self._paused:
            self.flush()
            if not self._paused:
                self._receiver.drained()

    def flush(self) -> None:
        """Hand over what has come to the loop, and count that alone: threads go on writing."""
        if self._paused or self._closed:
            return
        out, self._out = self._out, []
        self.unsent_bytes = 0
        if out:
            assert self._transport is not None
            hand_over(self._transport, out)
            self._handed_bytes += sum(map(size_of, out))

    def _take_posted(self) -> None:
        posted, out = self._posted, self._out
        while posted:
            out.append(posted.popleft())

    def _end(self, error: BaseException | None) -> None:
        self._take_posted()
        super()._end(error)

    def _inherit(self) -> None:
        self._closing = True
        self._posted.clear()
        if self._transport is not None and not self._closed:
            sock = self._transport.get_extra_info("socket")
            let_go(-1 if sock is None else sock.fileno())
        super()._inherit()
