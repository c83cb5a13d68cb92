# SPDX-License-Identifier: Apache-2.0
"""A connected socket, for whichever driver: every address of a name is tried."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from gridwire._io.interfaces import SocketOption

__all__ = ["open_socket"]


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
        found = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )
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
    if len(failures) == 1:
        raise failures[0][1]
    if not failures:
        raise OSError(f"{host!r} resolves to no address")
    tried = "; ".join(f"{address}: {error}" for address, error in failures)
    raise OSError(f"no address of {host!r} answers: {tried}")
