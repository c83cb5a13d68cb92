# SPDX-License-Identifier: Apache-2.0
"""What `client.diagnostics()` tells of buffers that are not empty; threads have none."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.control.async_node import LARGE_BYTES
from support.aerospike_scripted import HOLD, ScriptedCluster, until

KEYS = [("test", "demo", number) for number in range(8)]
POLICY = {"total_timeout": 0, "socket_timeout": 0, "max_retries": 0}
ONE = {"max_conns_per_node": 1, "tend_interval": 60_000}


def pool(client: AsyncClient) -> dict[str, Any]:
    (node,) = client.diagnostics()["nodes"]
    return dict(node["pool"])


def test_what_a_node_that_does_not_read_keeps_waiting(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        await client.put(KEYS[0], {"a": 1})
        (link,) = cluster.nodes[0].data_links
        link.transport.pause_reading()
        keep_little(client, link)
        # Larger ones would go alone, each when the one before it was answered.
        size = LARGE_BYTES - 1024
        calls = [
            asyncio.create_task(client.put(key, {"a": bytes(size)}, policy=POLICY)) for key in KEYS
        ]
        # The kernel takes a little, and the transport keeps a part of what it was given.
        await until(lambda: pool(client)["in_flight"] == len(calls))
        await until(lambda: 0 < pool(client)["unsent_bytes"] < len(calls) * LARGE_BYTES)
        for _ in range(10):
            await asyncio.sleep(0)
        assert pool(client)["unsent_bytes"] > 3 * size
        assert pool(client)["in_flight"] == len(calls)
        link.transport.resume_reading()
        await asyncio.gather(*calls)
        assert pool(client)["unsent_bytes"] == 0

    connected(body, **ONE)


def keep_little(client: AsyncClient, link: Any) -> None:
    """Make the kernel's buffers of the only connection small, at both ends."""
    (node,) = client._engine.described_core.nodes.values()
    (connection,) = node.connections
    ends = (
        (connection.stream._transport, socket.SO_SNDBUF),
        (link.transport, socket.SO_RCVBUF),
    )
    for transport, which in ends:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, which, 16 * 1024)


def test_an_answer_of_which_a_part_has_come(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        node.script = lambda node, message: HOLD
        call = asyncio.create_task(client.get(KEYS[0], policy=POLICY))
        await until(lambda: node.held)
        link, message = node.held.pop()
        whole = node.answer_to(link, message)
        link.transport.write(whole[:-3])
        await until(lambda: pool(client)["buffered_bytes"] == len(whole) - 3)
        assert pool(client)["unsent_bytes"] == 0
        link.transport.write(whole[-3:])
        await call
        assert pool(client)["buffered_bytes"] == 0

    connected(body, **ONE)
