# SPDX-License-Identifier: Apache-2.0
"""A blocking socket that one thread at a time uses: it sends a request and reads the answer.

Nothing is handed to another thread. Whatever goes wrong inside an exchange, an exception from
outside (Ctrl-C) too, closes the socket: the answer may still come, and must not become another's.
"""

from __future__ import annotations

import selectors
from collections.abc import Callable, Sequence
from time import monotonic
from typing import NamedTuple, cast

from gridwire._io.connecting import time_left
from gridwire._io.owned_socket import OLD_SECONDS, OwnedSocket, Phase, wants_read

__all__ = ["OLD_SECONDS", "Framing", "Phase", "PooledSocket", "wait_for_any"]

_READ_BYTES = 4096
"""What is read at first: most answers are shorter, and a larger buffer costs more to make."""

_LONG_READ_BYTES = 256 * 1024
"""What is read at once of a longer answer. Memory grows with what came, not with what was said."""

_LONG_SEND_BYTES = 64 * 1024
"""From this size on a request may take several steps to send, which have one deadline together."""

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


# Looking them up in the class takes time in each exchange.
_NONE, _SENDING, _SENT, _LATE = Phase


class PooledSocket(OwnedSocket):
    """One connection; made closed, opened by the thread that needs it.

    Args:
        framing: how to find the end of a message.

    Attributes:
        patience: seconds that an answer which is `Phase.LATE` may still take.
    """

    __slots__ = ("_framing", "patience")

    def __init__(self, framing: Framing) -> None:
        super().__init__()
        self._framing = framing
        self.patience = 0.0

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
                if isinstance(error, BlockingIOError) or wants_read(error):
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
