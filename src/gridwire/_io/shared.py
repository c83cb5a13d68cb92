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
import weakref
from collections import deque
from collections.abc import Sequence
from itertools import repeat
from threading import get_ident

from gridwire._core.outcome import Outcome
from gridwire._io.connecting import open_socket
from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire._io.interfaces import Payload, Receiver, SocketOption
from gridwire.errors import UsageError

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


def _size(payload: Payload) -> int:
    return len(payload) if isinstance(payload, bytearray) else sum(map(len, payload))


class _Batch:
    """Payloads on their way to the kernel, and how far they got."""

    __slots__ = ("parts", "payloads", "progress")

    def __init__(self) -> None:
        self.payloads: list[Payload] = []
        self.parts: list[_Buffer] | None = None
        # Index of the current part and what was sent of it. Replaced as a whole, so that the two
        # never disagree.
        self.progress: tuple[int, list[int]] = (0, [])

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

    def unsent(self) -> list[Payload]:
        """Payloads of which not every byte was taken by the kernel."""
        index, counts = self.progress
        sent = sum(counts)
        for part in (self.parts or ())[:index]:
            sent += len(part)
        result: list[Payload] = []
        for payload in self.payloads:
            sent -= _size(payload)
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
        "_sock",
        "_suspect",
        "_woken",
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
        return sum(map(_size, waiting))

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
            batch = self._batch = _Batch()
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
            index, counts = batch.progress
            while index < len(parts):
                part = parts[index]
                done = sum(counts)
                if done < len(part):
                    counts.extend(map(send, (memoryview(part)[done:] if done else part,)))
                    continue
                batch.progress = index, counts = index + 1, []
        except (BlockingIOError, InterruptedError):
            self._blocked = self._suspect = True
            self._ask(self._watch)
            return
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
        unsent: list[Payload] = self._batch.unsent() if self._batch is not None else []
        unsent.extend(self._outbox)
        self._outbox.clear()
        self._batch = None
        self._receiver.lost(self._error, unsent)


_open_streams: weakref.WeakSet[SharedStream] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    """Close the descriptors, and nothing else: every other call would reach the parent's socket."""
    for stream in list(_open_streams):
        stream._closed = stream._ended = True
        stream._receiver.orphaned()
        os.close(stream._sock.detach())
    _open_streams.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


class SharedConnector:
    """Opens streams for the threads of a client; its methods run on the hosted loop.

    Args:
        hosted: the client's loop.
    """

    def __init__(self, hosted: HostedLoop) -> None:
        self._hosted = hosted

    async def connect(
        self, receiver: Receiver, host: str, port: int, options: Sequence[SocketOption]
    ) -> SharedStream:
        """See `Connector`."""
        sock = await open_socket(host, port, options)
        stream = SharedStream(sock, receiver, self._hosted)
        stream.start()
        return stream
