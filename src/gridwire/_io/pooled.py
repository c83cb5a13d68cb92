# SPDX-License-Identifier: Apache-2.0
"""A blocking socket that one thread at a time uses: it sends a request and reads the answer.

Nothing is handed to another thread. Whatever goes wrong inside an exchange, an exception from
outside (Ctrl-C) too, closes the socket: the answer may still come, and must not become another's.
"""

from __future__ import annotations

import os
import selectors
import socket
import sys
import weakref
from collections.abc import Callable, Sequence
from enum import IntEnum
from struct import Struct
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, NoReturn, cast

from gridwire._io.connecting import SMALLEST_SECONDS, open_blocking_socket, time_left

if TYPE_CHECKING:
    import ssl

__all__ = ["OLD_SECONDS", "Framing", "Phase", "PooledSocket", "wait_for_any"]

_READ_BYTES = 4096
"""What is read at first: most answers are shorter, and a larger buffer costs more to make."""

_LONG_READ_BYTES = 256 * 1024
"""What is read at once of a longer answer. Memory grows with what came, not with what was said."""

_LONG_SEND_BYTES = 64 * 1024
"""From this size on a request may take several steps to send, which have one deadline together."""

OLD_SECONDS = 0.02
"""A socket that was not used for so long may have been closed by the peer: it is looked at."""

_LATE_SECONDS = 1.0
"""How late a timeout of the kernel may be before it is helped: each signal begins it anew."""

# The timeout of the socket object costs a system call for each step; the kernel's own does not.
_KERNEL_TIMEOUT = sys.platform in ("linux", "darwin")
_timeval = Struct("@ll").pack
_NEVER = float("inf")

_AT_ONCE = -_NEVER
"""Instead of a time to give up: what is here already, or nothing."""


class Framing(NamedTuple):
    """How to find the end of a message.

    Attributes:
        head_bytes: as many must have come.
        size_of: the size of a message with its head, from bytes that begin with it; an exception
            ends the connection.
    """

    head_bytes: int
    size_of: Callable[[bytes], int]


class Phase(IntEnum):
    """How far an exchange is."""

    NONE = 0
    SENDING = 1
    SENT = 2
    LATE = 3
    """Nobody waits for the answer any more, but the connection is kept until it has come."""


# Looking them up in the class takes time in each exchange.
_NONE, _SENDING, _SENT, _LATE = Phase


class PooledSocket:
    """One connection; made closed, opened by the thread that needs it.

    Args:
        framing: how to find the end of a message.

    Attributes:
        used: when the last exchange began, by the monotonic clock.
        phase: how far it is.
        patience: seconds that an answer which is `Phase.LATE` may still take.
        is_open: whether it can be used.
        was_open: whether it was opened once; it is not used again then.
    """

    __slots__ = (
        "__weakref__",
        "_framing",
        "_recv",
        "_rest",
        "_sendall",
        "_sock",
        "_timeout",
        "_uses_kernel",
        "is_open",
        "patience",
        "phase",
        "used",
        "was_open",
    )

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._sock: socket.socket | None = None
        self._sendall: Callable[[bytes | bytearray], None] = _not_open
        self._recv: Callable[[int], bytes] = _not_open
        self._rest = b""
        self._timeout: float | None = None
        self._uses_kernel = False
        self.is_open = False
        self.was_open = False
        self.phase = Phase.NONE
        self.patience = 0.0
        self.used = 0.0

    def __del__(self) -> None:
        # Not given back: whoever had it was interrupted in between.
        self.close()

    # -- life ---------------------------------------------------------------------------------

    def open(
        self,
        host: str,
        port: int,
        until: float,
        tls: ssl.SSLContext | None = None,
        server_name: str | None = None,
    ) -> None:
        """Connect to the first address of a name that answers.

        Args:
            host: a name or an address.
            port: TCP port.
            until: when to give up, by the monotonic clock.
            tls: to speak TLS, with this context.
            server_name: what the certificate must be for, None for `host`.

        Raises:
            OSError: nobody answered, not in time, or the certificate was not accepted.
        """
        try:
            sock = self._sock = open_blocking_socket(host, port, until)
            if tls is not None:
                sock.settimeout(time_left(until))
                sock = self._sock = tls.wrap_socket(sock, server_hostname=server_name or host)
            self._uses_kernel = _KERNEL_TIMEOUT and tls is None
            sock.settimeout(None)
            self._timeout = None
            self._sendall = sock.sendall
            self._recv = sock.recv
            self.is_open = self.was_open = True
            self.used = monotonic()
            _open_sockets.add(self)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the connection; for the thread that has it."""
        self.is_open = False
        self.phase = Phase.NONE
        # An unused one that is closed looks old, and so is looked at.
        self.used = -_NEVER
        # It may be collected before it was made to its end.
        sock = getattr(self, "_sock", None)
        if sock is not None:
            sock.close()

    def abort(self) -> None:
        """End the connection from another thread: whoever is inside an exchange comes out."""
        self.is_open = False
        self.used = -_NEVER
        sock = self._sock
        if sock is None:
            return
        try:
            # Closing it could give its number to another socket, in which a thread would read.
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def watch(self, now: float) -> None:
        """End an exchange that is overdue, from another thread.

        Args:
            now: the monotonic clock.
        """
        timeout = self._timeout
        under_way = self.phase in (_SENDING, _SENT)
        if under_way and timeout is not None and now > self.used + timeout + _LATE_SECONDS:
            self.abort()

    def is_stale(self, now: float) -> bool:
        """Whether it is of no use any more, looked at closely when it was not used just now."""
        return now - self.used > OLD_SECONDS and not self._is_silent()

    def _is_silent(self) -> bool:
        if not self.is_open or self._rest or self._sock is None:
            return False
        try:
            # Between exchanges a peer that is alive says nothing. TLS may: tickets, for one.
            if self._uses_kernel:
                self._sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
                return False
            return self._is_silent_by_mode(self._sock)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False

    def _is_silent_by_mode(self, sock: socket.socket) -> bool:
        sock.setblocking(False)
        try:
            # Also takes in what TLS says for itself.
            sock.recv(1)
            return False
        except OSError as error:
            if isinstance(error, BlockingIOError) or _wants_read(error):
                return True
            raise
        finally:
            sock.settimeout(self._timeout)

    # -- exchanges ----------------------------------------------------------------------------

    def exchange(
        self,
        request: bytes | bytearray,
        timeout: float | None,
        started: float,
        patience: float = 0.0,
    ) -> bytes:
        """Send a request and read its answer of one message.

        What came behind the answer closes the socket, but the answer is this caller's.

        Args:
            request: all of it.
            timeout: seconds for both, None for ever.
            started: the monotonic clock.
            patience: seconds that the answer may come too late, without closing the socket: the
                phase is `Phase.LATE` then, and `receive_late` has to be called until it came.

        Raises:
            OSError: the connection ended, or the time was over (`BlockingIOError` and
                `TimeoutError`); `phase` still says how far it was. The socket is closed.
        """
        try:
            self.used = started
            self.phase = _SENDING
            if timeout != self._timeout:
                self._set_timeout(timeout)
            if len(request) < _LONG_SEND_BYTES:
                self._sendall(request)
            else:
                self._send_long(request, timeout, started)
            self.phase = _SENT
            data = self._recv(_READ_BYTES)
            head_bytes, size_of = self._framing
            if len(data) < head_bytes or size_of(data) != len(data):
                self._rest = data
                data = self._receive(None if timeout is None else started + timeout)
                if self._rest:
                    self.close()
            self.phase = _NONE
            return data
        except (BlockingIOError, TimeoutError):
            if not patience or self.phase is not _SENT:
                self._fail()
                raise
            self.phase, self.patience = _LATE, patience
            raise
        except BaseException:
            self._fail()
            raise

    def receive_late(self) -> bool:
        """Take in what is here of an answer that is `Phase.LATE`, without waiting.

        Returns:
            Whether it is complete; nobody gets it, and the socket can be used again.

        Raises:
            OSError: the connection ended; the socket is closed.
        """
        sock = self._sock
        try:
            assert sock is not None
            sock.setblocking(False)
            try:
                self._receive(_AT_ONCE, _LONG_READ_BYTES)
            except OSError as error:
                if isinstance(error, BlockingIOError) or _wants_read(error):
                    return False
                raise
            # The kernel's timeout is as it was.
            sock.settimeout(None if self._uses_kernel else self._timeout)
            self.done()
            return True
        except BaseException:
            self._fail()
            raise

    def send(self, request: bytes | bytearray, timeout: float | None, started: float) -> None:
        """Send a request whose answer has several messages; `receive` takes them.

        Args:
            request: all of it.
            timeout: seconds for everything, None for ever.
            started: the monotonic clock.

        Raises:
            OSError: as `exchange`.
        """
        try:
            self.used = started
            self.phase = Phase.SENDING
            self._send_long(request, timeout, started)
            self.phase = Phase.SENT
        except BaseException:
            self._fail()
            raise

    def receive(self, until: float | None) -> bytes:
        """The next message of an answer.

        Args:
            until: when to give up, by the monotonic clock.

        Raises:
            OSError: as `exchange`.
        """
        try:
            return self._receive(until, _LONG_READ_BYTES)
        except BaseException:
            self._fail()
            raise

    @property
    def has_more(self) -> bool:
        """Whether bytes are here already, so that the kernel need not be asked for them."""
        pending = getattr(self._sock, "pending", None)
        return bool(self._rest) or (pending is not None and pending() > 0)

    def fileno(self) -> int:
        """The descriptor, for whoever watches it; -1 when it is closed."""
        return -1 if self._sock is None else self._sock.fileno()

    def done(self) -> None:
        """The answer is complete. What came behind it closes the socket."""
        if self._rest:
            self.close()
        self.phase = Phase.NONE

    def _fail(self) -> None:
        phase = self.phase
        self.close()
        self.phase = phase

    def _send_long(self, request: bytes | bytearray, timeout: float | None, started: float) -> None:
        sock = self._sock
        assert sock is not None
        if timeout is None:
            self._set_timeout(None)
            sock.sendall(request)
            return
        # Only the object's own timeout is one for all steps together.
        sock.settimeout(time_left(started + timeout))
        sock.sendall(request)
        sock.settimeout(None)
        self._timeout = None
        self._set_timeout(timeout)

    def _receive(self, until: float | None, at_once: int = _READ_BYTES) -> bytes:
        head_bytes, size_of = self._framing
        chunks = [self._rest] if self._rest else []
        came = len(self._rest)
        size = size_of(self._rest) if came >= head_bytes else 0
        try:
            while not size or came < size:
                if until != _AT_ONCE:
                    self._set_timeout(None if until is None else time_left(until))
                data = self._recv(min(max(size - came, at_once), _LONG_READ_BYTES))
                if not data:
                    raise ConnectionResetError("the peer closed the connection")
                chunks.append(data)
                came += len(data)
                if not size and came >= head_bytes:
                    chunks = [b"".join(chunks)]
                    size = size_of(chunks[0])
        except OSError:
            # Whoever is patient goes on from here.
            self._rest = b"".join(chunks)
            raise
        whole = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._rest = whole[size:]
        return whole[:size] if self._rest else whole

    def _set_timeout(self, seconds: float | None) -> None:
        sock = self._sock
        assert sock is not None
        if self._uses_kernel:
            whole, part = (
                divmod(max(seconds, SMALLEST_SECONDS), 1) if seconds is not None else (0, 0)
            )
            value = _timeval(int(whole), int(part * 1_000_000))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)
        else:
            sock.settimeout(seconds)
        self._timeout = seconds


def wait_for_any(sockets: Sequence[PooledSocket], until: float) -> list[PooledSocket]:
    """Wait for bytes on some connections; those that have some.

    Args:
        sockets: in the middle of exchanges.
        until: when to give up, by the monotonic clock; all are returned then, to fail one by one.
    """
    ready = [one for one in sockets if len(sockets) == 1 or one.has_more or one.fileno() < 0]
    if ready:
        return ready
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        left = None if until == _NEVER else max(0.0, until - monotonic())
        ready = [cast("PooledSocket", key.fileobj) for key, _ in selector.select(left)]
    return ready or list(sockets)


def _wants_read(error: OSError) -> bool:
    # The module is there already when this is an error of TLS.
    tls = sys.modules.get("ssl")
    return tls is not None and isinstance(error, tls.SSLWantReadError)


def _not_open(_: object) -> NoReturn:
    raise ConnectionError("the connection is not open")


_open_sockets: weakref.WeakSet[PooledSocket] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    """Close the descriptors, and nothing else: every other call would reach the parent's peer."""
    for one in list(_open_sockets):
        sock, one._sock = one._sock, None
        one.close()
        one._sendall = _not_open
        one._recv = _not_open
        if sock is not None:
            descriptor = sock.detach()
            if descriptor >= 0:
                os.close(descriptor)
    _open_sockets.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
