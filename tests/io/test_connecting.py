# SPDX-License-Identifier: Apache-2.0
"""Every address of a name is tried."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import pytest

from gridwire._io.connecting import open_socket


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
