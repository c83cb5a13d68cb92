# SPDX-License-Identifier: Apache-2.0
"""A socket that calling threads and the hosted loop share.

The loop reads. Callers write: whoever gets the write claim sends what everybody has queued, the
others leave at once. Nobody waits inside a write; what the kernel does not take is finished by the
loop. Only the loop closes.

A signal handler may raise between any two bytecodes of the main thread, so nothing here may be
half done when it does (each rule below broke a prototype under 20,000 timer signals):

* The claim is one dictionary entry, taken by one C call inside the ``try`` and given back by
  subscript and ``del`` alone.
* A step that must not be lost or done twice is one C call or one store: payloads move from the
  queue to the batch by one ``extend``, sent counts are recorded by the call that sends.
* The state of an unfinished write stands in the stream; the next writer goes on with it.
* The claim is given back before the queue is looked at again, so nothing stays behind.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Sequence
from itertools import repeat
from threading import get_ident
from typing import TYPE_CHECKING

from gridwire._core.outcome import Outcome
from gridwire._io.aio import open_stream, size_of
from gridwire._io.connecting import open_socket
from gridwire._io.forking import Heirs, Stage
from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire._io.interfaces import Payload, Receiver, SocketOption
from gridwire._io.posted import PostedStream
from gridwire.errors import UsageError

if TYPE_CHECKING:
    from gridwire._io.tls import Tls

__all__ = ["ReentrantCallError", "SharedConnector", "SharedStream"]

_READ_BYTES = 128 * 1024
_JOIN_BELOW = 64 * 1024
_BATCH = 512
_CLOSE_RETRY = 0.001

_REENTRANT_HINT = "Let the handler set a flag, and make the call outside of it."

_Buffer = bytes | bytearray | memoryview


class ReentrantCallError(UsageError, RuntimeError):
    """A signal handler or finalizer called the client in the middle of the same thread's write.

    The write that it interrupted goes on only after it has returned, so its call could not end.
    """

    default_outcome = Outcome.NOT_SENT
    default_message = (
        "a signal handler or finalizer called the client while it had interrupted the same "
        "thread inside a write"
    )


def _local_address(sock: socket.socket) -> tuple[str, int] | None:
    try:
        name = sock.getsockname()
    except OSError:
        return None
    return (name[0], name[1]) if isinstance(name, tuple) else None


class _Batch:
    """Payloads on their way to the kernel, and how far they got."""

    __slots__ = ("parts", "payloads", "progress")

    def __init__(self, sent_before: int) -> None:
        self.payloads: list[Payload] = []
        self.parts: list[_Buffer] | None = None
        # Index of the current part, what was sent of it, and what the stream had sent before it.
        # Replaced as a whole, so that they never disagree.
        self.progress: tuple[int, list[int], int] = (0, [], sent_before)

    def prepare(self) -> list[_Buffer]:
        """Join small payloads, keep large buffers as they are."""
        parts: list[_Buffer] = []
        small: list[_Buffer] = []
        for payload in self.payloads:
            for part in (payload,) if isinstance(payload, bytearray) else payload:
                if len(part) < _JOIN_BELOW:
                    small.append(part)
                    continue
                if small:
                    parts.append(small[0] if len(small) == 1 else b"".join(small))
                    small = []
                parts.append(part)
        if small:
            parts.append(small[0] if len(small) == 1 else b"".join(small))
        self.parts = parts
        return parts

    def sent_bytes(self) -> int:
        """How much of it the kernel has taken."""
        index, counts, _ = self.progress
        return sum(counts) + sum(map(len, (self.parts or ())[:index]))

    def unsent(self) -> list[Payload]:
        """Payloads of which not every byte was taken by the kernel."""
        sent = self.sent_bytes()
        result: list[Payload] = []
        for payload in self.payloads:
            sent -= size_of(payload)
            if sent < 0:
                result.append(payload)
        return result


class SharedStream:
    """One connection of a threaded client.

    Args:
        sock: connected and non-blocking; the stream closes it.
        receiver: takes what comes in, on the loop's thread.
        hosted: the client's loop.
    """

    __slots__ = (
        "__weakref__",
        "_batch",
        "_blocked",
        "_claim",
        "_closed",
        "_ended",
        "_error",
        "_hosted",
        "_outbox",
        "_receiver",
        "_sent_before",
        "_sock",
        "_suspect",
        "_woken",
        "local_address",
    )

    def __init__(self, sock: socket.socket, receiver: Receiver, hosted: HostedLoop) -> None:
        self._sock = sock
        self._receiver = receiver
        self._hosted = hosted
        self._outbox: deque[Payload] = deque()
        self._claim: dict[int, int] = {}
        self._batch: _Batch | None = None
        # The kernel's buffer is full: until it has room only the loop writes.
        self._blocked = False
        # Some of what is queued has waited for long: callers may have given up.
        self._suspect = False
        # The loop was asked to flush and has not begun yet.
        self._woken = False
        self._closed = False
        self._ended = False
        self._error: BaseException | None = None
        # Bytes that had been sent when the present batch began.
        self._sent_before = 0
        self.local_address = _local_address(sock)
        _open_streams.add(self)

    @property
    def is_closed(self) -> bool:
        """Whether writing is over."""
        return self._closed

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the kernel did not take yet. Only while it refuses are they many."""
        if not self._blocked:
            return 0
        batch = self._batch
        waiting = list(self._outbox)
        if batch is not None:
            waiting += batch.payloads
        return sum(map(size_of, waiting))

    @property
    def waiting_bytes(self) -> int:
        """See `Stream`; at the moment of the question, whatever the writers are at."""
        batch = self._batch
        waiting = list(self._outbox)
        sent = 0
        if batch is not None:
            # First what has left: what leaves from now on counts as if it waited.
            sent = batch.sent_bytes()
            waiting += batch.payloads
        return max(0, sum(map(size_of, waiting)) - sent)

    @property
    def sent_bytes(self) -> int:
        """See `Stream`."""
        batch = self._batch
        if batch is None:
            return self._sent_before
        _, counts, before = batch.progress
        return before + sum(counts)

    # -- writing, on any thread ---------------------------------------------------------------

    def write(self, payload: Payload) -> None:
        """Send now, together with what others queued meanwhile.

        Raises:
            ReentrantCallError: this thread was interrupted inside a write, and what interrupted
                it now writes too.
        """
        if self._claim.get(0) == get_ident():
            raise ReentrantCallError(hint=_REENTRANT_HINT)
        self._outbox.append(payload)
        self.flush()

    def post(self, payload: Payload) -> None:
        """Send soon, on the loop's thread, with everything else that is posted until then.

        Raises:
            ReentrantCallError: as `write`.
        """
        if self._claim.get(0) == get_ident():
            raise ReentrantCallError(hint=_REENTRANT_HINT)
        self._outbox.append(payload)
        if not self._woken:
            try:
                self._woken = True
                self._ask(self.nudge)
            except BaseException:
                # Interrupted, and nobody knows whether the loop was asked: the next one asks.
                self._woken = False
                raise

    def flush(self) -> None:
        """Send what is queued, unless somebody else is at it."""
        me = get_ident()
        claim = self._claim
        while (self._outbox or self._batch is not None) and not self._blocked and not self._closed:
            try:
                if claim.setdefault(0, me) is not me:
                    return
                self._send_some()
            except OSError as error:
                self._error = error
                self._closed = True
                self._ask(self.close, error)
            except BaseException:
                # Others may have left because the claim was taken: somebody must go on.
                self._ask(self.flush)
                raise
            finally:
                if 0 in claim and claim[0] is me:
                    del claim[0]

    def _send_some(self) -> None:
        """Under the claim: go on with the batch, or begin one."""
        batch = self._batch
        if batch is None:
            batch = self._batch = _Batch(self._sent_before)
        payloads = batch.payloads
        if not payloads:
            outbox = self._outbox
            payloads.extend(map(deque.popleft, repeat(outbox, min(len(outbox), _BATCH))))
            if self._suspect:
                payloads[:] = [one for one in payloads if self._receiver.still_wanted(one)]
                self._suspect = bool(outbox)
        parts = batch.parts or batch.prepare()
        send = self._sock.send
        try:
            index, counts, before = batch.progress
            while index < len(parts):
                part = parts[index]
                done = sum(counts)
                if done < len(part):
                    counts.extend(map(send, (memoryview(part)[done:] if done else part,)))
                    continue
                batch.progress = index, counts, before = index + 1, [], before + done
        except (BlockingIOError, InterruptedError):
            self._blocked = self._suspect = True
            self._ask(self._watch)
            return
        self._sent_before = before
        self._batch = None

    def _ask(self, function: object, *args: object) -> None:
        try:
            self._hosted.call(function, *args)  # type: ignore[arg-type]
        except HostedLoopClosed:
            self._closed = True

    # -- on the loop's thread -----------------------------------------------------------------

    def start(self) -> None:
        """Begin to read."""
        self._hosted.loop.add_reader(self._sock.fileno(), self._readable)

    def _readable(self) -> None:
        receiver = self._receiver
        try:
            view = receiver.wanted()
            if view is None:
                data = self._sock.recv(_READ_BYTES)
                if data:
                    receiver.receive(data)
                    return
            else:
                count = self._sock.recv_into(view)
                if count:
                    view.release()
                    receiver.filled(count)
                    return
            self.close(None)
        except (BlockingIOError, InterruptedError):
            return
        except Exception as error:  # malformed bytes end this connection and nothing else
            self.close(error)

    def nudge(self) -> None:
        """See `Stream`; sends what was posted."""
        # Cleared before the queue is emptied: what is posted from now on wakes the loop again.
        self._woken = False
        if self._closed:
            self.close(self._error)
        elif self._blocked:
            self._watch()
        else:
            self.flush()

    def _watch(self) -> None:
        if not self._closed:
            self._hosted.loop.add_writer(self._sock.fileno(), self._writable)

    def _writable(self) -> None:
        self._hosted.loop.remove_writer(self._sock.fileno())
        self._blocked = False
        self.flush()
        if not self._blocked:
            self._receiver.drained()

    def close(self, error: BaseException | None = None) -> None:
        """End the stream; from any thread. The receiver learns on the loop's thread, once."""
        if not self._hosted.is_current:
            self._closed = True
            self._ask(self.close, error)
            return
        if self._ended:
            return
        self._ended = self._closed = True
        self._error = error
        loop = self._hosted.loop
        fileno = self._sock.fileno()
        loop.remove_reader(fileno)
        loop.remove_writer(fileno)
        try:
            # Whoever is inside a send comes out of it.
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._finish()

    def _finish(self) -> None:
        """Close the descriptor when nobody can be inside a system call on it."""
        me = get_ident()
        if self._claim.setdefault(0, me) is not me:
            self._hosted.loop.call_later(_CLOSE_RETRY, self._finish)
            return
        self._sock.close()
        _open_streams.discard(self)
        unsent: list[Payload] = []
        if self._batch is not None:
            unsent = self._batch.unsent()
            self._sent_before = self.sent_bytes
        unsent.extend(self._outbox)
        self._outbox.clear()
        self._batch = None
        self._receiver.lost(self._error, unsent)

    def _inherit(self) -> None:
        """In the child of a fork: nothing but closing, for all else would reach the parent's."""
        self._closed = self._ended = True
        self._receiver.orphaned()
        os.close(self._sock.detach())


_open_streams: Heirs[SharedStream] = Heirs(Stage.STREAMS, lambda one: one._inherit())


class SharedConnector:
    """Opens streams for the threads of a client; its methods run on the hosted loop.

    Args:
        hosted: the client's loop.
    """

    def __init__(self, hosted: HostedLoop) -> None:
        self._hosted = hosted

    async def connect(
        self,
        receiver: Receiver,
        host: str,
        port: int,
        options: Sequence[SocketOption],
        tls: Tls | None = None,
        server_name: str | None = None,
    ) -> SharedStream | PostedStream:
        """See `Connector`."""
        if tls is not None:
            posted = PostedStream(receiver, self._hosted)
            await open_stream(posted, host, port, options, tls, server_name)
            return posted
        sock = await open_socket(host, port, options)
        stream = SharedStream(sock, receiver, self._hosted)
        stream.start()
        return stream
