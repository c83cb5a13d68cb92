# SPDX-License-Identifier: Apache-2.0
"""Addresses as users write them, and the order in which to try them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import NamedTuple, TypeAlias

from gridwire.errors import AddressSyntaxError

__all__ = ["Endpoint", "Shuffle", "candidates", "connection_order", "parse"]

# RFC 1035, section 2.3.4: the longest name and the longest label in it, in octets.
_MAX_NAME_CHARS = 253
_MAX_LABEL_CHARS = 63

# Characters of a malformed address that its error shows.
_MAX_SHOWN_CHARS = 100

# What no host name contains; it shows that something else was pasted.
_FOREIGN = frozenset("/@?#\\[]<>\"'`|{}^,;=&%()*!$+")


class Endpoint(NamedTuple):
    """A host, which may be a name still to be resolved, and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


Shuffle: TypeAlias = Callable[[list[Endpoint]], None]
"""Puts a list into random order in place, as `random.shuffle` does."""


def parse(text: str) -> tuple[str, int | None]:
    """Read an address.

    Args:
        text: ``host``, ``host:port``, an IPv4 or IPv6 address, ``[IPv6]`` or ``[IPv6]:port``;
            an IPv6 address may carry a zone (``fe80::1%eth0``). White space around it is ignored.

    Returns:
        The host without brackets, and the port or `None`.

    Raises:
        AddressSyntaxError: the text is none of these.
    """
    bare = text.strip()
    if not bare:
        raise AddressSyntaxError("An address is empty", hint='Write it as "host" or "host:port".')
    if "://" in bare:
        raise _malformed(text, "it is a URL", 'Write only its "host:port".')
    if bare.startswith("["):
        return _parse_bracketed(text, bare)
    if bare.count(":") > 1:
        # Without brackets there is no way to tell a port from the last group.
        return _ipv6(text, bare), None
    host, colon, port = bare.partition(":")
    _check_host(text, host)
    return host, _port(text, port) if colon else None


def candidates(text: str, default_ports: Sequence[int]) -> list[Endpoint]:
    """List the endpoints that an address stands for, the most likely first.

    Args:
        text: what `parse` reads.
        default_ports: the ports to try, in order, when the address names none. If this is empty,
            an address must name one.

    Returns:
        One endpoint when the address names a port, else one a default port.

    Raises:
        AddressSyntaxError: the text is not an address, or lacks its port.
    """
    host, port = parse(text)
    if port is not None:
        return [Endpoint(host, port)]
    if not default_ports:
        raise _malformed(text, "the port is missing", 'Write it as "host:port".')
    return [Endpoint(host, each) for each in default_ports]


def connection_order(
    addresses: Iterable[str],
    default_ports: Sequence[int],
    shuffle: Shuffle | None = None,
) -> list[Endpoint]:
    """List the endpoints of several addresses in the order in which to try them.

    The first candidate of every address comes before the second one of any, so that a member that
    is there is found before the ports are searched where none is.

    Args:
        addresses: what `parse` reads.
        default_ports: the ports to try when an address names none.
        shuffle: spreads clients over the members: called once with the first candidates and once
            with the others. `None` keeps the given order.

    Returns:
        The endpoints, each once.

    Raises:
        AddressSyntaxError: one of the texts is not an address.
    """
    primaries: list[Endpoint] = []
    secondaries: list[Endpoint] = []
    for text in addresses:
        first, *others = candidates(text, default_ports)
        primaries.append(first)
        secondaries += others
    if shuffle is not None:
        shuffle(primaries)
        shuffle(secondaries)
    return list(dict.fromkeys([*primaries, *secondaries]))


def _malformed(text: str, reason: str, hint: str | None = None) -> AddressSyntaxError:
    # A pasted URL may carry a password in front of the "@".
    shown = "***@" + text.rpartition("@")[2] if "@" in text else text
    return AddressSyntaxError(
        f"{shown[:_MAX_SHOWN_CHARS]!r} is not an address: {reason}", hint=hint
    )


def _parse_bracketed(text: str, bare: str) -> tuple[str, int | None]:
    inside, bracket, rest = bare[1:].partition("]")
    if not bracket:
        raise _malformed(text, 'the closing "]" is missing')
    host = _ipv6(text, inside)
    if not rest:
        return host, None
    if not rest.startswith(":"):
        raise _malformed(text, 'something else than ":port" follows the "]"')
    return host, _port(text, rest[1:])


def _ipv6(text: str, host: str) -> str:
    try:
        IPv6Address(host)
    except AddressValueError as error:
        raise _malformed(
            text, "it is not an IPv6 address", 'Write an IPv6 address as "[::1]:5701".'
        ) from error
    return host


def _check_host(text: str, host: str) -> None:
    if not host:
        raise _malformed(text, "the host is missing")
    foreign = next((char for char in host if char in _FOREIGN or not char.isprintable()), None)
    if foreign is not None or " " in host:
        raise _malformed(text, f"a host name has no {foreign or ' '!r}")
    if not host.strip("0123456789."):
        try:
            IPv4Address(host)
        except AddressValueError as error:
            raise _malformed(text, "it is not an IPv4 address") from error
        return
    labels = host.removesuffix(".").split(".")
    if len(host) > _MAX_NAME_CHARS or not all(0 < len(each) <= _MAX_LABEL_CHARS for each in labels):
        raise _malformed(
            text,
            f"a name has at most {_MAX_NAME_CHARS} characters, in parts of 1 to {_MAX_LABEL_CHARS}",
        )


def _port(text: str, port: str) -> int:
    if port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536:
        return int(port)
    raise _malformed(text, "a port is a number between 1 and 65535")
