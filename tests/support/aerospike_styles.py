# SPDX-License-Identifier: Apache-2.0
"""Aerospike clients of both styles, called alike."""

from __future__ import annotations

import inspect
from contextlib import ExitStack
from typing import Any

from gridwire import aerospike
from gridwire._io.hosted import HostedLoop
from gridwire.aerospike.asyncio.client import AsyncClient

__all__ = ["STYLES", "OnLoop", "make_client", "waited_for"]

STYLES = ("threads", "asyncio")


def waited_for(result: Any, loop: HostedLoop) -> Any:
    """What a call gave, or what the coroutine that it gave ends with on a loop."""
    if not inspect.isawaitable(result):
        return result

    async def finish() -> Any:
        return await result

    return loop.run(finish)


class OnLoop:
    """An asyncio client on another thread's loop, called as the one for threads is."""

    def __init__(self, client: AsyncClient, loop: HostedLoop) -> None:
        self._loop = loop
        self._client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        return lambda *args, **named: waited_for(method(*args, **named), self._loop)


def make_client(style: str, config: dict[str, Any], stack: ExitStack) -> Any:
    """A client that is not connected.

    Args:
        style: one of `STYLES`.
        config: of the client.
        stack: closes it at its end.
    """
    if style == "threads":
        made: Any = aerospike.client(config)
    else:
        loop = HostedLoop("caller")
        stack.callback(loop.stop)
        made = OnLoop(AsyncClient(config), loop)
    stack.callback(made.close)
    return made
