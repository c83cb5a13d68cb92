# SPDX-License-Identifier: Apache-2.0
"""A connected socket, for whichever driver: every address of a name is tried."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from time import monotonic

from gridwire._io.interfaces import SocketOption

__all__ = ["SMALLEST_SECONDS", "open_blocking_socket", "open_socket", "time_left"]

SMALLEST_SECONDS = 1e-6
"""The shortest timeout that is not taken for none."""


async def open_socket(host: str, port: int, options: Sequence[SocketOption]) -> socket.socket:
    """Connect to the first address of a name that answers.

    Args:
        host: a name or an address. A name is resolved anew each time, all its A and AAAA records
            are tried in the resolver's order.
        port: TCP port.
        options: set before connecting, after our own ``TCP_NODELAY``.

    Returns:
        A non-blocking, connected socket.

    Raises:
        OSError: nothing answered; when several addresses failed, the text names each.
    """
    loop = asyncio.get_running_loop()
    try:
        # An address needs no resolver, and so no thread.
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failures: list[tuple[object, OSError]] = []
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for level, name, value in options:
                sock.setsockopt(level, name, value)
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            failures.append((address, error))
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise _nobody(host, failures)


def open_blocking_socket(host: str, port: int, until: float) -> socket.socket:
    """The same for a thread that waits for it.

    Args:
        host: a name or an address. The resolver takes its own time.
        port: TCP port.
        until: when to give up, by the monotonic clock.

    Returns:
        A connected socket with whatever timeout.

    Raises:
        OSError: nothing answered, or not in time.
    """
    failures: list[tuple[object, OSError]] = []
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(time_left(until))
            sock.connect(address)
        except OSError as error:
            sock.close()
            failures.append((address, error))
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise _nobody(host, failures)


def time_left(until: float) -> float:
    """Seconds that are left.

    Raises:
        TimeoutError: none are.
    """
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return max(left, SMALLEST_SECONDS)


def _nobody(host: str, failures: Sequence[tuple[object, OSError]]) -> OSError:
    if len(failures) == 1:
        return failures[0][1]
    if not failures:
        return OSError(f"{host!r} resolves to no address")
    tried = "; ".join(f"{address}: {error}" for address, error in failures)
    return OSError(f"no address of {host!r} answers: {tried}")
