# SPDX-License-Identifier: Apache-2.0
"""The inside of the process of a cluster: orders come in by lines of JSON, answers go out.

An order is ``{"do": "kill", "name": "..."}``; the first is ``{"do": "start", "options": {...}}``.
The answer has what identifies the nodes that live then and what the order gave,
``{"facts": [[...], ...], "result": ...}``, or what went wrong,
``{"error": class, "message": text}``. When standard input ends, everything ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.testing._homes.tenants import Tenant

__all__ = ["obey"]

_READ_BYTES = 65536


async def obey(make: Callable[[dict[str, Any]], Tenant]) -> None:
    """Do what standard input says until it ends.

    Args:
        make: makes the cluster of its options.
    """
    orders: asyncio.Queue[bytes] = asyncio.Queue()
    # A thread, because not every system can wait for a pipe in an event loop.
    loop = asyncio.get_running_loop()
    reader = threading.Thread(target=_read_lines, args=(loop, orders), daemon=True)
    reader.start()
    cluster: Tenant | None = None
    try:
        while line := await orders.get():
            try:
                order = json.loads(line)
                if order["do"] == "start":
                    cluster = make(order.pop("options"))
                assert cluster is not None
                result = await cluster.perform(order)
                answer = {"result": result, "facts": cluster.facts}
            except ClusterError as error:
                answer = {"error": type(error).__name__, "message": error.message}
                answer["hint"] = error.hint
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    finally:
        if cluster is not None:
            await cluster.stop()


def _read_lines(loop: asyncio.AbstractEventLoop, orders: asyncio.Queue[bytes]) -> None:
    """Hand over the lines of standard input, and an empty one at its end."""
    rest = b""
    # Not by `sys.stdin`, whose lock a thread that waits would still hold when the program ends.
    while data := os.read(0, _READ_BYTES):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            loop.call_soon_threadsafe(orders.put_nowait, line)
    loop.call_soon_threadsafe(orders.put_nowait, b"")
