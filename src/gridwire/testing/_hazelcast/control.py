# SPDX-License-Identifier: Apache-2.0
"""The inside of the process of a cluster: orders come in by lines of JSON, answers go out.

An order is ``{"do": "kill", "uuid": "..."}``; the first is ``{"do": "start", "options": {...}}``.
`orders` has all others. The answer has the members that live then and what the order gave,
``{"members": [[uuid, address, lite], ...], "result": ...}``, or what went wrong,
``{"error": class, "message": text}``. When standard input ends, everything ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from gridwire.testing._hazelcast.cluster import LoopCluster
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.orders import perform
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

__all__ = ["obey"]

_READ_BYTES = 65536


async def obey(clock: Callable[[], float], random: Random) -> None:
    """Do what standard input says until it ends.

    Args:
        clock: gives the time in seconds since the epoch.
        random: where UUIDs come from.
    """
    orders: asyncio.Queue[bytes] = asyncio.Queue()
    # A thread, because not every system can wait for a pipe in an event loop.
    loop = asyncio.get_running_loop()
    reader = threading.Thread(target=_read_lines, args=(loop, orders), daemon=True)
    reader.start()
    cluster: LoopCluster | None = None
    try:
        while line := await orders.get():
            try:
                order = json.loads(line)
                if order["do"] == "start":
                    options = ClusterOptions.from_json(order["options"])
                    cluster = LoopCluster(options, clock=clock, random=random)
                answer = await _done(cluster, order)
            except ClusterError as error:
                answer = {"error": type(error).__name__, "message": error.message}
                answer["hint"] = error.hint
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    finally:
        if cluster is not None:
            await cluster.stop()


async def _done(cluster: LoopCluster | None, order: dict[str, Any]) -> dict[str, Any]:
    assert cluster is not None
    result = await perform(cluster, order)
    members = [[str(member.uuid), member.address, member.lite] for member in cluster.members]
    return {"result": result, "members": members}


def _read_lines(loop: asyncio.AbstractEventLoop, orders: asyncio.Queue[bytes]) -> None:
    """Hand over the lines of standard input, and an empty one at its end."""
    rest = b""
    # Not by `sys.stdin`, whose lock a thread that waits would still hold when the program ends.
    while data := os.read(0, _READ_BYTES):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            loop.call_soon_threadsafe(orders.put_nowait, line)
    loop.call_soon_threadsafe(orders.put_nowait, b"")
