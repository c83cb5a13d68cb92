# SPDX-License-Identifier: Apache-2.0
"""Aerospike clients of both styles, called alike."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

from gridwire import aerospike
from gridwire._io.hosted import HostedLoop
from gridwire.aerospike.asyncio.client import AsyncClient

__all__ = ["STYLES", "make_client"]

STYLES = ("threads", "asyncio")


class _OnLoop:
    """An asyncio client on a loop of its own, called as the one for threads is."""

    def __init__(self, config: dict[str, Any], loop: HostedLoop) -> None:
        self._loop = loop
        self._client = AsyncClient(config)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(*args: Any, **named: Any) -> Any:
            result = method(*args, **named)
            return self._loop.run(result) if asyncio.iscoroutine(result) else result

        return call


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
        made = _OnLoop(config, loop)
    stack.callback(made.close)
    return made
