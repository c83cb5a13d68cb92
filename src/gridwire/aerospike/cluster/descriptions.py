# SPDX-License-Identifier: Apache-2.0
"""How nodes describe themselves and each other: the answers to info names, read."""

from __future__ import annotations

import re
from typing import NamedTuple

from gridwire.aerospike.cluster.node import Endpoint
from gridwire.aerospike.protocol.errors import ProtocolError

__all__ = [
    "MAX_ADDRESSES",
    "MAX_PEERS",
    "Peer",
    "Peers",
    "read_build",
    "read_number",
    "read_peers",
    "read_racks",
    "read_services",
]

MAX_PEERS = 1024
"""Nodes in one list of peers; clusters have at most 256."""

MAX_ADDRESSES = 64
"""Addresses of one node; each is tried, one after the other."""

# `int` takes more, blanks and other scripts' digits, and does not take very long numbers.
_NUMBER = re.compile("-?[0-9]{1,20}")

_MAX_TEXT = 256 * 1024
"""Characters of one answer that is read here."""


class Peer(NamedTuple):
    """Another node of the cluster.

    Attributes:
        name: its id.
        endpoints: where it can be reached, any of them.
    """

    name: str
    endpoints: tuple[Endpoint, ...]


class Peers(NamedTuple):
    """The other nodes, as one node knows them; `generation` grows when that changes."""

    generation: int
    peers: tuple[Peer, ...]


def read_peers(text: str) -> Peers:
    """Read ``generation,port,[[name,tls_name,[address,...]],...]``.

    Raises:
        ProtocolError: it is no such list.
    """
    if len(text) > _MAX_TEXT:
        raise ProtocolError(f"a list of peers of {len(text)} characters")
    generation, _, rest = text.partition(",")
    port, _, listed = rest.partition(",")
    try:
        number, default = int(generation), int(port or 0)
    except ValueError:
        raise ProtocolError(f"not a list of peers: {text[:80]!r}") from None
    found = _Lists(listed).read()
    if len(found) > MAX_PEERS:
        raise ProtocolError(f"{len(found)} peers")
    return Peers(number, tuple(_peer(one, default) for one in found))


def _peer(described: object, default: int) -> Peer:
    if not isinstance(described, list) or len(described) < 3:
        raise ProtocolError(f"not a peer: {described!r:.80}")
    name, tls_name, addresses = described[:3]
    if not isinstance(name, str) or not name or not isinstance(addresses, list):
        raise ProtocolError(f"not a peer: {described!r:.80}")
    if len(addresses) > MAX_ADDRESSES:
        raise ProtocolError(f"{len(addresses)} addresses of a peer")
    tls = tls_name if isinstance(tls_name, str) and tls_name else None
    endpoints = tuple(_endpoint(one, default, tls) for one in addresses if isinstance(one, str))
    return Peer(name, endpoints)


def _endpoint(text: str, default: int, tls_name: str | None) -> Endpoint:
    host, port = text, ""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        number = int(port) if port else default
    except ValueError:
        raise ProtocolError(f"not an address: {text[:80]!r}") from None
    if not host or not 0 < number < 65536:
        raise ProtocolError(f"not an address: {text[:80]!r}")
    return Endpoint(host, number, tls_name)


class _Lists:
    """Reads nested lists in brackets whose items are plain text; IPv6 addresses have brackets too.

    Args:
        text: what is to be read.
    """

    _MAX_DEPTH = 3

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def read(self) -> list[object]:
        """The one list that the text is."""
        if not self._text.startswith("["):
            raise ProtocolError(f"not a list: {self._text[:80]!r}")
        found = self._list(1)
        if self._at != len(self._text):
            raise ProtocolError(f"more than a list: {self._text[:80]!r}")
        return found

    def _list(self, depth: int) -> list[object]:
        self._at += 1
        items: list[object] = []
        is_empty = True
        while True:
            if self._at >= len(self._text):
                raise ProtocolError(f"a list without its end: {self._text[:80]!r}")
            here = self._text[self._at]
            if here == "]":
                self._at += 1
                return items
            if here == ",":
                # Nothing before a comma is a text too: the TLS name of a node that has none.
                if is_empty:
                    items.append("")
                is_empty = True
                self._at += 1
                continue
            is_empty = False
            if here == "[" and depth < self._MAX_DEPTH:
                items.append(self._list(depth + 1))
            else:
                items.append(self._item())

    def _item(self) -> str:
        begin = self._at
        if self._text[begin] == "[":
            end = self._text.find("]", begin)
            if end < 0:
                raise ProtocolError(f"a list without its end: {self._text[:80]!r}")
            self._at = end + 1
        while self._at < len(self._text) and self._text[self._at] not in ",[]":
            self._at += 1
        if self._at == begin:
            raise ProtocolError(f"not a list: {self._text[:80]!r}")
        return self._text[begin : self._at]


def read_services(text: str, tls_name: str | None = None) -> tuple[Endpoint, ...]:
    """Read ``host:port,host:port``: where a node says that it listens.

    Args:
        text: the answer; empty when it says nothing.
        tls_name: the name in its certificate.

    Raises:
        ProtocolError: it is no such list.
    """
    parts = [part for part in text.replace(";", ",").split(",") if part]
    if len(parts) > MAX_ADDRESSES:
        raise ProtocolError(f"{len(parts)} addresses of a node")
    return tuple(_endpoint(part, 0, tls_name) for part in parts)


def read_racks(text: str) -> dict[str, int]:
    """Read ``namespace:rack;namespace:rack``; what is no number is left out."""
    racks: dict[str, int] = {}
    for part in text.split(";")[:MAX_ADDRESSES]:
        namespace, _, rack = part.partition(":")
        number = read_number(rack)
        if namespace and number is not None:
            racks[namespace] = number
    return racks


def read_build(text: str) -> tuple[int, ...]:
    """Read a version, ``8.1.2.0-rc1``, as far as it is numbers."""
    numbers: list[int] = []
    for part in text.split(".")[:4]:
        number = read_number(part.split("-")[0])
        if number is None:
            break
        numbers.append(number)
    return tuple(numbers)


def read_number(text: str) -> int | None:
    """Read a whole number of at most 20 digits; None for what is none."""
    return int(text) if _NUMBER.fullmatch(text) else None
