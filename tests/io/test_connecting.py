# SPDX-License-Identifier: Apache-2.0
"""Every address of a name is tried."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from typing import Any

import pytest

from gridwire._io.connecting import (
    MAX_ADDRESSES,
    addresses_of,
    look_up,
    open_blocking_socket,
    open_socket,
)


def resolve_to(monkeypatch: pytest.MonkeyPatch, addresses: Sequence[tuple[str, int]]) -> None:
    """Have every name resolve to these addresses."""

    async def getaddrinfo(self: Any, host: str, port: int, **_: Any) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*kind, address) for address in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_first_address_that_answers_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        resolve_to(monkeypatch, [("127.0.0.2", closed_port()), ("127.0.0.1", port)])
        sock = asyncio.run(open_socket("members.test", 5701, []))
        assert sock.getpeername() == ("127.0.0.1", port)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        sock.close()


def test_when_none_answers_the_error_names_each(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [closed_port(), closed_port()]
    resolve_to(monkeypatch, [("127.0.0.1", port) for port in ports])
    with pytest.raises(OSError, match="no address of") as caught:
        asyncio.run(open_socket("members.test", 5701, []))
    assert all(str(port) in str(caught.value) for port in ports)


def test_a_name_without_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, [])
    with pytest.raises(OSError, match=r"members\.test"):
        asyncio.run(open_socket("members.test", 5701, []))


def test_options_are_set() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
        sock = asyncio.run(open_socket("127.0.0.1", server.getsockname()[1], options))
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert not sock.getblocking()
        sock.close()


def test_an_option_that_the_system_refuses_leaves_no_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OSError, match="rotocol"):
            asyncio.run(open_socket("127.0.0.1", port, [(-1, -1, 1)]))


@pytest.mark.parametrize("host", ["x" * 70 + ".test", "a..test"])
def test_what_cannot_be_a_name_is_an_error_as_of_a_resolver(host: str) -> None:
    for attempt in (open_socket(host, 5701, []), addresses_of(host, 5701)):
        with pytest.raises(OSError, match="cannot be the name"):
            asyncio.run(attempt)


@pytest.mark.parametrize("host", ["x" * 70 + ".test", "a..test"])
def test_threads_meet_the_same_error(host: str) -> None:
    for attempt in (lambda: open_blocking_socket(host, 5701, soon()), lambda: look_up(host, 5701)):
        with pytest.raises(OSError, match="cannot be the name"):
            attempt()


def soon() -> float:
    return time.monotonic() + 20


@pytest.mark.parametrize("more", [65_536, 10 * 65_536])
def test_a_port_that_is_none_leads_to_nobody(more: int) -> None:
    # A resolver takes the last 16 bits of a port, and somebody listens there.
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1] + more
        for attempt in (open_socket("127.0.0.1", port, []), addresses_of("127.0.0.1", port)):
            with pytest.raises(OSError, match=f"{port} is no port of TCP"):
                asyncio.run(attempt)
        with pytest.raises(OSError, match=f"{port} is no port of TCP"):
            open_blocking_socket("127.0.0.1", port, soon())


@pytest.mark.parametrize("port", [0, -5])
def test_ports_begin_at_one(port: int) -> None:
    with pytest.raises(OSError, match="no port of TCP"):
        asyncio.run(open_socket("members.test", port, []))


def test_all_addresses_of_a_name_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, [("127.0.0.2", 1), ("127.0.0.1", 1), ("127.0.0.2", 1)])
    assert asyncio.run(addresses_of("members.test", 1)) == ["127.0.0.2", "127.0.0.1"]
    resolve_to(monkeypatch, [("127.0.0.2", 1)])
    assert asyncio.run(addresses_of("members.test", 1)) == ["members.test"]
    assert asyncio.run(addresses_of("127.0.0.1", 1)) == ["127.0.0.1"]


def test_a_name_server_that_answers_without_end_does_not_keep_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolve_to(monkeypatch, [(f"10.0.{n // 250}.{n % 250}", 1) for n in range(5000)])
    assert len(asyncio.run(addresses_of("members.test", 1))) == MAX_ADDRESSES
