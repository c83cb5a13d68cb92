# SPDX-License-Identifier: Apache-2.0
"""A blocking socket of one owner at a time: how it is opened, looked after, and ended.

After a fork the child closes the descriptors, and nothing else: the connections are the parent's.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from enum import IntEnum
from struct import Struct
from time import monotonic
from typing import TYPE_CHECKING, NoReturn

from gridwire._io.connecting import SMALLEST_SECONDS, open_blocking_socket, time_left
from gridwire._io.forking import Heirs, Stage
from gridwire._io.tls_errors import (
    SILENT_HANDSHAKE,
    Attempt,
    demand_certificate,
    explain,
    no_such_name,
)

if TYPE_CHECKING:
    import ssl

    from gridwire._io.tls import Tls

__all__ = ["OLD_SECONDS", "OwnedSocket", "Phase", "wants_read"]

OLD_SECONDS = 0.02
"""A socket that was not used for so long may have been closed by the peer: it is looked at."""

_LATE_SECONDS = 1.0
"""How late a timeout of the kernel may be before it is helped: each signal begins it anew."""

# The timeout of the socket object costs a system call for each step; the kernel's own does not.
_KERNEL_TIMEOUT = sys.platform in ("linux", "darwin")
_timeval = Struct("@ll").pack
_NEVER = float("inf")


class Phase(IntEnum):
    """How far an exchange is."""

    NONE = 0
    SENDING = 1
    SENT = 2
    LATE = 3
    """Nobody waits for the answer any more, but the connection is kept until it has come."""


_SENDING, _SENT = Phase.SENDING, Phase.SENT


class OwnedSocket:
    """A connection; made closed, opened by the thread that needs it.

    Attributes:
        opened_at: when it was opened, by the monotonic clock.
        used: when the last exchange began, by the same.
        phase: how far it is.
        is_open: whether it can be used.
        was_open: whether it was opened once; it is not used again then.
    """

    __slots__ = (
        "__weakref__",
        "_recv",
        "_rest",
        "_sendall",
        "_sock",
        "_timeout",
        "_uses_kernel",
        "is_open",
        "opened_at",
        "phase",
        "used",
        "was_open",
    )

    def __init__(self) -> None:
        self._sock: socket.socket | None = None
        self._sendall: Callable[[bytes | bytearray], None] = _not_open
        self._recv: Callable[[int], bytes] = _not_open
        # What came behind the last message, or of one that was given up.
        self._rest = b""
        self._timeout: float | None = None
        self._uses_kernel = False
        self.is_open = False
        self.was_open = False
        self.phase = Phase.NONE
        self.opened_at = 0.0
        self.used = 0.0

    def __del__(self) -> None:
        # Not given back: whoever had it was interrupted in between.
        self.close()

    def open(
        self,
        host: str,
        port: int,
        until: float,
        tls: Tls | None = None,
        server_name: str | None = None,
    ) -> None:
        """Connect to the first address of a name that answers.

        Args:
            host: a name or an address.
            port: TCP port.
            until: when to give up, by the monotonic clock.
            tls: to speak TLS, and how.
            server_name: what the endpoint says that its certificate is for; None for nothing.

        Raises:
            TlsError: one of the two sides refused the other.
            OSError: nobody answered, or not in time.
        """
        try:
            # From here on a fork finds it.
            _open_sockets.add(self)
            sock = self._sock = open_blocking_socket(host, port, until)
            if tls is not None:
                name = tls.server_name(host, server_name)
                context = tls.context(time_left(until))
                sock.settimeout(time_left(until))
                # The new one has the descriptor from its first moment on, whatever happens.
                sock = self._sock = _wrapped(sock, context, name)
                _shake_hands(sock, tls, name)
            self._uses_kernel = _KERNEL_TIMEOUT and tls is None
            sock.settimeout(None)
            self._timeout = None
            self._sendall = sock.sendall
            self._recv = sock.recv
            self.is_open = self.was_open = True
            self.opened_at = self.used = monotonic()
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
            if isinstance(error, BlockingIOError) or wants_read(error):
                return True
            raise
        finally:
            sock.settimeout(self._timeout)

    def fileno(self) -> int:
        """The descriptor, for whoever watches it; -1 when it is closed."""
        return -1 if self._sock is None else self._sock.fileno()

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

    def _inherit(self) -> None:
        """In the child of a fork: nothing but closing, for all else would reach the parent's."""
        sock, self._sock = self._sock, None
        self.close()
        self._sendall = _not_open
        self._recv = _not_open
        if sock is not None:
            descriptor = sock.detach()
            if descriptor >= 0:
                os.close(descriptor)


def _wrapped(sock: socket.socket, context: ssl.SSLContext, name: str) -> ssl.SSLSocket:
    try:
        return context.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
    except ValueError as error:
        raise no_such_name(name, error) from error


def _shake_hands(sock: ssl.SSLSocket, tls: Tls, name: str) -> None:
    try:
        sock.do_handshake()
        demand_certificate(sock)
    except TimeoutError as error:
        raise TimeoutError(SILENT_HANDSHAKE) from error
    except OSError as error:
        # Of nothing that came OpenSSL tells, so that is taken to be nothing.
        raise explain(error, Attempt(sock, name, tls.has_certificate, heard=False)) from error


def wants_read(error: OSError) -> bool:
    # The module is there already when this is an error of TLS.
    tls = sys.modules.get("ssl")
    return tls is not None and isinstance(error, tls.SSLWantReadError)


def _not_open(_: object) -> NoReturn:
    raise ConnectionError("the connection is not open")


_open_sockets: Heirs[OwnedSocket] = Heirs(Stage.STREAMS, lambda one: one._inherit())
