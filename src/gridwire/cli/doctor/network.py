# SPDX-License-Identifier: Apache-2.0
"""Gathers what the network says: the addresses of a name, and who takes a connection there."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from dataclasses import dataclass
from time import monotonic

from gridwire._io.aside import run_aside
from gridwire._io.connecting import check_port, look_up, open_socket

__all__ = ["Attempt", "Resolution", "knock", "resolve"]

_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name stands for.

    Attributes:
        host: the name, or an address.
        addresses: each once, in the resolver's order.
        seconds: how long that took.
        is_name: whether a resolver was asked.
        error: why there is no address.
    """

    host: str
    addresses: tuple[str, ...]
    seconds: float
    is_name: bool
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A TCP connection that was tried.

    Attributes:
        address: to which address.
        seconds: how long that took.
        failure: ``refused``, ``timeout``, ``unreachable``, ``other``, or None.
        error: the same as the system says it.
    """

    address: str
    seconds: float
    failure: str | None = None
    error: str | None = None


async def resolve(host: str, port: int, seconds: float) -> Resolution:
    """Ask the resolver of this machine.

    Args:
        host: a name or an address.
        port: TCP port.
        seconds: how long to wait.
    """
    began = monotonic()
    try:
        check_port(port)
    except OSError as failure:
        return Resolution(host, (), 0.0, is_name=False, error=str(failure))
    try:
        found = look_up(host, port, socket.AI_NUMERICHOST)
    except OSError:
        pass
    else:
        return Resolution(host, tuple(found), monotonic() - began, is_name=False)
    error: str | None = None
    found = []
    try:
        async with asyncio.timeout(seconds):
            # The loop would wait at its end for a resolver that is silent.
            found = await run_aside(look_up, host, port, name="gridwire-doctor-resolver")
    except TimeoutError:
        error = f"the resolver gave no answer within {seconds:g} s"
    except OSError as failure:
        error = failure.strerror or str(failure)
    if not found and error is None:
        error = "the name has no address"
    return Resolution(host, tuple(found), monotonic() - began, is_name=True, error=error)


async def knock(address: str, port: int, seconds: float) -> Attempt:
    """Open a TCP connection, and close it.

    Args:
        address: no name.
        port: TCP port.
        seconds: how long to wait.
    """
    began = monotonic()
    try:
        async with asyncio.timeout(seconds):
            sock = await open_socket(address, port, ())
    except TimeoutError:
        return Attempt(address, monotonic() - began, "timeout", f"no answer within {seconds:g} s")
    except OSError as error:
        # The text of asyncio's own error names the address once more, and not the reason.
        text = os.strerror(error.errno) if error.errno else str(error)
        return Attempt(address, monotonic() - began, _kind(error), text)
    sock.close()
    return Attempt(address, monotonic() - began)


def _kind(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "unreachable" if error.errno in _UNREACHABLE else "other"
