# SPDX-License-Identifier: Apache-2.0
"""A server that stops listening drops nobody whom it was accepting."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket

import pytest

from gridwire.testing._shared.closing import stop_listening

PATIENCE = 10.0


class Door(asyncio.Protocol):
    def __init__(self, made: list[asyncio.Transport]) -> None:
        self.made = made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.made.append(transport)


@pytest.mark.parametrize("turns", range(6))
def test_who_is_being_accepted_becomes_a_connection(turns):
    async def main() -> None:
        made: list[asyncio.Transport] = []
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Door(made), "127.0.0.1", 0)
        with socket.socket() as client:
            client.connect(server.sockets[0].getsockname())
            for _ in range(turns):
                await asyncio.sleep(0)
            await stop_listening(server)
            assert not server.is_serving()
            for transport in made:
                transport.abort()
            client.setblocking(False)
            # Whoever was accepted is told of the end; whoever was not yet, by the kernel.
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(loop.sock_recv(client, 1), PATIENCE) == b""
        if turns >= 2:
            assert made

    asyncio.run(main())
    gc.collect()


def test_stopping_twice_is_once():
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        await stop_listening(server)
        await stop_listening(server)
        assert not server.sockets

    asyncio.run(main())
