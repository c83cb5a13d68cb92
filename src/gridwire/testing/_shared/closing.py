# SPDX-License-Identifier: Apache-2.0
"""How a server stops listening without losing what it is accepting just now."""

from __future__ import annotations

import asyncio

__all__ = ["stop_listening"]

_ACCEPT_TURNS = 3
"""Turns of the loop within which an accepted socket becomes a connection."""


async def stop_listening(server: asyncio.Server) -> None:
    """Accept nobody from now on; who was accepted is a connection when this returns.

    asyncio turns an accepted socket into a connection some turns later, and when the server was
    closed meanwhile it forgets the socket without closing it. So no more is accepted first, then
    those on their way arrive, then the server is closed.

    Args:
        server: of the running loop; one that is closed stays so.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        try:
            loop.remove_reader(listening.fileno())
        except NotImplementedError:
            break  # a loop that accepts in another way than by waiting for readers
    for _ in range(_ACCEPT_TURNS):
        await asyncio.sleep(0)
    server.close()
