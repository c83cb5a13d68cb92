# SPDX-License-Identifier: Apache-2.0
"""A connected socket, for whichever driver: every address of a name is tried."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from time import monotonic
from typing import Any

from gridwire._io.forking import Heirs, Stage, let_go
from gridwire._io.interfaces import SocketOption

__all__ = [
    "MAX_ADDRESSES",
    "SMALLEST_SECONDS",
    "addresses_of",
    "check_port",
    "look_up",
    "open_blocking_socket",
    "open_socket",
    "time_left",
]

MAX_ADDRESSES = 64
"""Addresses of one name that are tried; those of a large cluster are fewer, and a name server may
answer anything."""

_MOST_PORT = 65_535

SMALLEST_SECONDS = 1e-6
"""The shortest timeout that is not taken for none."""


async def addresses_of(host: str, port: int) -> list[str]:
    """The addresses of a name, all its A and AAAA records, resolved anew each time.

    Args:
        host: a name or an address.
        port: TCP port.

    Returns:
        Each once, in the resolver's order. Who has only one is returned as given.

    Raises:
        OSError: the resolver does not know the name, or the port is none.
    """
    addresses = _texts_of(await _resolved(host, port))
    # The text of an address is not always the one that was given.
    return [host] if len(addresses) == 1 else addresses


def look_up(host: str, port: int, flags: int = 0) -> list[str]:
    """The same for a thread that waits for it; who has one address has its text, not the name.

    Args:
        host: a name or an address. The resolver takes its own time.
        port: TCP port.
        flags: of ``getaddrinfo``.

    Raises:
        OSError: the resolver does not know the name, or the port is none.
    """
    return _texts_of(_ask(host, port, flags))


def check_port(port: int) -> None:
    """Refuse what is no TCP port. A resolver takes its last bits, and so leads to somebody else.

    Args:
        port: as somebody gave it, who may be a peer.

    Raises:
        OSError: it is none.
    """
    if not 0 < port <= _MOST_PORT:
        raise OSError(f"{port} is no port of TCP, which are 1 to {_MOST_PORT}")


_Found = Sequence[tuple[Any, Any, int, str, Any]]


async def _resolved(host: str, port: int) -> _Found:
    try:
        # An address needs no resolver, and so no thread.
        return _ask(host, port, socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass
    loop = asyncio.get_running_loop()
    try:
        return await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise _no_name(host, error) from error


def _ask(host: str, port: int, flags: int = 0) -> _Found:
    check_port(port)
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except UnicodeError as error:
        raise _no_name(host, error) from error


def _no_name(host: str, error: UnicodeError) -> OSError:
    return OSError(f"{host!r} cannot be the name of a host: {error}")


def _texts_of(found: _Found) -> list[str]:
    """Each address once, and not without end."""
    return list(dict.fromkeys(_text_of(address) for *_, address in found))[:MAX_ADDRESSES]


def _text_of(address: Sequence[object]) -> str:
    # An IPv6 address of one link has the number of the link behind it.
    zone = f"%{address[3]}" if len(address) > 3 and address[3] else ""
    return f"{address[0]}{zone}"


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
        OSError: nothing answered, or the port is none; when several addresses failed, the text
            names each.
    """
    loop = asyncio.get_running_loop()
    found = await _resolved(host, port)
    failures: list[tuple[object, OSError]] = []
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        _sockets.add(sock)
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
        OSError: nothing answered, or not in time, or the port is none.
    """
    failures: list[tuple[object, OSError]] = []
    for family, kind, protocol, _, address in _ask(host, port):
        sock = socket.socket(family, kind, protocol)
        _sockets.add(sock)
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


# Some are still connecting, and nobody else knows them. Others have loops, whose selectors may be
# asked to forget them, and are the parent's after a fork.
_sockets: Heirs[socket.socket] = Heirs(Stage.SOCKETS, lambda one: let_go(one.fileno()))


def _nobody(host: str, failures: Sequence[tuple[object, OSError]]) -> OSError:
    if len(failures) == 1:
        return failures[0][1]
    if not failures:
        return OSError(f"{host!r} resolves to no address")
    tried = "; ".join(f"{address}: {error}" for address, error in failures)
    return OSError(f"no address of {host!r} answers: {tried}")
