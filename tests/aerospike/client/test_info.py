# SPDX-License-Identifier: Apache-2.0
"""Info commands of a client, and what is made of them."""

from __future__ import annotations

import logging

import pytest

from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.exception import (
    AerospikeTimeoutError,
    ClientError,
    ClusterError,
    ServerError,
)
from gridwire.aerospike.types import InfoNodeResult
from support.aerospike_scripted import ScriptedCluster


def test_every_node_is_asked(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        answers = await client.info_all("build")
        assert sorted(answers) == [
            InfoNodeResult(node.name, 0, "8.1.2.0") for node in cluster.nodes
        ]
        # What a node says against it is an answer too.
        assert {one.response for one in await client.info_all("nonsense")} == {
            "ERROR:4:unrecognized"
        }
        assert await client.info_random_node("cluster-name") == "docker"

    connected(body, 3)


def test_a_node_that_does_not_answer_is_one_row(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        await client.info_all("build")
        cluster.nodes[1].is_mute = True
        answers = {one.node_name: one for one in await client.info_all("build", {"timeout": 50})}
        assert answers[cluster.nodes[0].name].response == "8.1.2.0"
        assert answers[cluster.nodes[1].name].error_code == -1
        cluster.nodes[0].is_mute = True
        with pytest.raises(AerospikeTimeoutError) as caught:
            await client.info_random_node("build", {"timeout": 50})
        # Either on the connection that is there, or because none could be opened.
        assert "time" in caught.value.facts["phase"]
        assert not await client.ping()

    connected(body, 2, timeout=100, tend_interval=60_000)


def test_an_info_command_is_one_line(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        with pytest.raises(ValueError, match="one line"):
            await client.info_random_node("build\nnode")

    connected(body)


def test_truncating(connected, caplog: pytest.LogCaptureFixture) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        (node,) = cluster.nodes
        await client.truncate("test", "demo")
        await client.truncate("test", "", 1_700_000_000_000_000_000)
        assert node.asked[-2:] == [
            "truncate:namespace=test;set=demo",
            "truncate-namespace:namespace=test;lut=1700000000000000000",
        ]
        node.infos["truncate:namespace=test;set=demo"] = "ERROR:4:bad namespace"
        with pytest.raises(ServerError, match="bad namespace") as caught:
            await client.truncate("test", "demo")
        assert caught.value.code == 4
        for bad in (("te;st", "demo", 0), ("test", "a=b", 0), ("", "demo", 0), ("test", "s", -1)):
            with pytest.raises(ValueError, match=r"cannot be part|nanos is"):
                await client.truncate(*bad)
        with pytest.raises(TypeError):
            await client.truncate("test", "demo", 1.5)

    with caplog.at_level(logging.WARNING, "gridwire"):
        connected(body)
    assert "Truncating: ns=test set=demo" in caplog.text


def test_without_a_connection_there_is_no_answer() -> None:
    import asyncio

    async def main() -> None:
        client = AsyncClient({"hosts": ["localhost"]})
        for call in (
            client.info_all("build"),
            client.info_random_node("build"),
            client.truncate("test", "demo"),
            client.get(("test", "demo", 1)),
            client.batch_read([("test", "demo", 1)]),
        ):
            with pytest.raises(ClientError, match=r"not connected\. Call connect"):
                await call
        assert not await client.ping()

    asyncio.run(main())


def test_with_no_node_left_nobody_can_be_asked(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        await cluster.nodes[0].stop()
        with pytest.raises(ClusterError):
            await client.info_random_node("build")

    connected(body)
