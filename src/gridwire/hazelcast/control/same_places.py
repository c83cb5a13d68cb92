# SPDX-License-Identifier: Apache-2.0
"""Whether members are reached where they say that they are, by whatever name or address.

A client that was given ``hz-0`` may be connected to ``10.0.0.1``, or the other way round.
"""

from __future__ import annotations

import asyncio
import ipaddress
from contextlib import suppress
from typing import TYPE_CHECKING

from gridwire._io.connecting import look_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridwire.hazelcast.core import Address

__all__ = ["any_same_place"]

_MAX_RESOLVED = 16
"""Pairs whose names are resolved; where so many say nothing, more would hardly."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


async def any_same_place(pairs: Sequence[tuple[Address, Address]], seconds: float) -> bool | None:
    """Whether in some pair both addresses lead to the same place.

    Args:
        pairs: where a member was reached, and where it says that it is.
        seconds: that resolvers may take.

    Returns:
        None when a resolver does not say in time.
    """
    if any(_is_surely_same(*pair) for pair in pairs):
        return True
    try:
        async with asyncio.timeout(seconds):
            for one, other in pairs[:_MAX_RESOLVED]:
                if one.port == other.port and await _hosts(one) & await _hosts(other):
                    return True
    except TimeoutError:
        return None
    return False


def _is_surely_same(one: Address, other: Address) -> bool:
    """Without asking a resolver."""
    if one.port != other.port:
        return False
    return one.host == other.host or {one.host, other.host} <= _LOOPBACK


async def _hosts(address: Address) -> set[str]:
    """The addresses of a host; none when its name is not known here."""
    known = _plain(address.host)
    if known is not None:
        return {known}
    found: list[str] = []
    with suppress(OSError):
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(None, look_up, address.host, address.port)
    return {_plain(one) or one for one in found}


def _plain(host: str) -> str | None:
    """An address in its one usual form; None when it is a name."""
    try:
        parsed = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)
