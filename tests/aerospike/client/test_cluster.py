# SPDX-License-Identifier: Apache-2.0
"""Finding a cluster and keeping track of it."""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest

from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.exception import AerospikeError, ClusterError
from gridwire.errors import Outcome
from support.aerospike_scripted import ScriptedCluster, until

QUICK = {"tend_interval": 20}


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def names(client: AsyncClient) -> set[str]:
    return set(client.get_node_names())


async def read_all(client: AsyncClient, count: int = 64) -> None:
    """Reads that reach every node."""
    for number in range(count):
        record = await client.get(("test", "demo", number))
        assert record.bins == {"d": record.key.digest}


def test_one_seed_leads_to_all_nodes(connected) -> None:
    async def main() -> None:
        async with ScriptedCluster(3) as cluster:
            client = AsyncClient({"hosts": cluster.hosts[1:2]})
            await client.connect()
            assert names(client) == {node.name for node in cluster.nodes}
            await read_all(client)
            assert all(node.requests for node in cluster.nodes)
            await client.close()

    asyncio.run(main())


def test_seeds_that_do_not_answer_are_passed_over(connected) -> None:
    async def main() -> None:
        async with ScriptedCluster() as cluster:
            hosts = [("127.0.0.1", closed_port()), *cluster.hosts]
            async with AsyncClient({"hosts": hosts}) as client:
                await client.connect()
                assert client.is_connected()

    asyncio.run(main())


def test_when_no_seed_answers_the_error_names_each() -> None:
    async def main() -> None:
        ports = [closed_port(), closed_port()]
        client = AsyncClient({"hosts": [("127.0.0.1", port) for port in ports]})
        with pytest.raises(ClusterError, match=r"Failed to connect to host\(s\)") as caught:
            await client.connect()
        assert all(f"127.0.0.1:{port}" in str(caught.value) for port in ports)
        assert caught.value.code == -1
        assert str(caught.value).count("Connection error") == 1
        assert caught.value.outcome is Outcome.NOT_SENT
        assert not client.is_connected()
        await client.close()

    asyncio.run(main())


def test_a_seed_that_accepts_and_says_nothing() -> None:
    async def main() -> None:
        async with ScriptedCluster() as cluster:
            cluster.nodes[0].is_mute = True
            # The second time, on a busy machine, that has to be enough.
            client = AsyncClient({"hosts": cluster.hosts, "timeout": 500})
            with pytest.raises(ClusterError, match=r"no answer within 0\.5 s"):
                await client.connect()
            # A connect that failed may be tried again.
            cluster.nodes[0].is_mute = False
            for link in list(cluster.nodes[0].links):
                link.transport.abort()
            await client.connect()
            await client.close()

    asyncio.run(main())


def test_a_cluster_of_another_name_is_not_ours() -> None:
    async def main() -> None:
        async with ScriptedCluster(name="theirs") as cluster:
            client = AsyncClient({"hosts": cluster.hosts, "cluster_name": "ours"})
            with pytest.raises(ClusterError, match="'theirs', not 'ours'"):
                await client.connect()

    asyncio.run(main())


def test_a_server_of_another_kind() -> None:
    async def main() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await reader.read()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(ClusterError, match="not a header of this protocol"):
                await AsyncClient({"hosts": [("127.0.0.1", port)]}).connect()
            await asyncio.sleep(0.01)

    asyncio.run(main())


def test_connecting_waits_for_a_cluster_that_is_just_forming() -> None:
    async def main() -> None:
        async with ScriptedCluster() as cluster:
            node = cluster.nodes[0]
            node.infos["partition-generation"] = "-1"
            client = AsyncClient({"hosts": cluster.hosts})
            connecting = asyncio.create_task(client.connect())
            await until(lambda: node.asked.count("node") >= 2)
            assert not connecting.done()
            del node.infos["partition-generation"]
            await connecting
            await read_all(client, 4)
            await client.close()

    asyncio.run(main())


def test_connecting_waits_until_every_partition_has_its_master() -> None:
    async def main() -> None:
        async with ScriptedCluster(2) as cluster:
            first, second = cluster.nodes
            second.infos["replicas"] = ""
            client = AsyncClient({"hosts": cluster.hosts})
            connecting = asyncio.create_task(client.connect())
            await until(lambda: second.asked.count("replicas") >= 1)
            await until(lambda: first.asked.count("node") >= 3)
            assert not connecting.done()
            del second.infos["replicas"]
            cluster.changed()
            await connecting
            await read_all(client)
            await client.close()

    asyncio.run(main())


def test_a_node_that_comes_is_used(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        await cluster.nodes[1].stop()
        await until(lambda: len(names(client)) == 1)
        before = cluster.nodes[1].requests
        await cluster.nodes[1].start()
        await until(lambda: len(names(client)) == 2)
        await until(lambda: client._engine.core._is_settled)
        await read_all(client)
        assert cluster.nodes[1].requests > before

    connected(body, 2, **QUICK)


def test_reads_and_writes_go_on_when_a_node_dies(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        failed = 0
        stop = asyncio.Event()

        async def load(start: int) -> None:
            nonlocal failed
            number = start
            while not stop.is_set():
                number += 8
                # Reads survive by the replica, with the retries that are usual.
                record = await client.get(("test", "demo", number))
                assert record.bins == {"d": record.key.digest}
                try:
                    await client.put(("test", "demo", number), {"a": 1})
                except AerospikeError:
                    failed += 1

        async with asyncio.TaskGroup() as group:
            for start in range(8):
                group.create_task(load(start))
            await until(lambda: cluster.requests > 100)
            await cluster.nodes[2].stop()
            await until(lambda: len(names(client)) == 2)
            await until(lambda: client._engine.core._is_settled)
            failures = failed
            asked = cluster.requests
            await until(lambda: cluster.requests > asked + 200)
            stop.set()
        assert failed == failures

    connected(body, 3, **QUICK)


def test_all_nodes_may_come_back_at_new_addresses(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        await read_all(client, 8)
        seed = cluster.nodes[0].port
        for node in cluster.nodes:
            await node.stop()
        with pytest.raises(AerospikeError):
            await client.get(("test", "demo", 1), {"total_timeout": 100, "max_retries": 1})
        # Only the seed's address is what it was, and another node is there now.
        await cluster.nodes[1].start(seed)
        await cluster.nodes[0].start()
        await cluster.nodes[2].start()
        core = client._engine.core
        there = {node.port for node in cluster.nodes}
        await until(lambda: {node.facts.endpoint.port for node in core.nodes.values()} == there)
        await until(lambda: core._is_settled)
        await read_all(client)

    connected(body, 3, **QUICK)


def test_a_call_waits_for_a_cluster_that_is_just_changing(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        (node,) = cluster.nodes
        port = node.port
        await node.stop()
        await until(lambda: not names(client))
        policy = {"total_timeout": 20_000, "max_retries": 1000}
        call = asyncio.create_task(client.get(("test", "demo", 1), policy))
        await asyncio.sleep(0.05)
        assert not call.done()
        await node.start(port)
        assert (await call).key.user_key == 1

    connected(body, tend_interval=20)


def test_nonsense_from_a_node_is_survived(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        node = cluster.nodes[0]
        for name, text in (
            ("replicas", "test:0,1,!!"),
            ("peers-clear-std", "1,3000,[[["),
            ("partition-generation", "many"),
            ("node", ""),
        ):
            node.infos[name] = text
            cluster.changed()
            asked = len(node.asked)
            await until(lambda asked=asked: len(node.asked) > asked + 8)
            del node.infos[name]
            cluster.changed()
            await until(lambda: client._engine.core._is_settled)
            await read_all(client, 4)

    connected(body, 2, **QUICK)


def test_alternate_addresses_are_asked_for() -> None:
    async def main() -> None:
        async with ScriptedCluster(2) as cluster:
            config = {"hosts": cluster.hosts[:1], "use_services_alternate": True}
            async with AsyncClient(config) as client:
                await client.connect()
                assert len(names(client)) == 2
            assert "peers-clear-alt" in cluster.nodes[0].asked
            assert "peers-clear-std" not in cluster.nodes[0].asked

    asyncio.run(main())


def announced(cluster: ScriptedCluster, kind: str, host: str) -> None:
    """Let each node announce the other at a host where nobody is."""
    for node, other in (cluster.nodes, reversed(cluster.nodes)):
        node.infos[f"peers-clear-{kind}"] = (
            f"9,{other.port},[[{other.name},,[{host}:{other.port}]]]"
        )


@pytest.mark.parametrize("alternate", [False, True])
def test_announced_addresses_that_do_not_work_are_told_with_the_option(
    caplog, monkeypatch, alternate
) -> None:
    monkeypatch.setattr("gridwire.aerospike.control.core._SETTLE_SECONDS", 0.2)

    async def main() -> None:
        async with ScriptedCluster(2) as cluster:
            announced(cluster, "alt" if alternate else "std", "127.66.0.1")
            config = {
                "hosts": cluster.hosts[:1],
                "use_services_alternate": alternate,
                "timeout": 200,
            }
            async with AsyncClient(config) as client:
                with caplog.at_level(logging.WARNING, "gridwire"):
                    await client.connect()
                assert len(names(client)) == 1
                failed = []
                for number in range(6):
                    try:
                        policy = {"replica": 0, "total_timeout": 300}
                        await client.get(("test", "demo", number), policy)
                    except AerospikeError as error:
                        failed.append(str(error))
            nowhere = [text for text in failed if "no node that may be asked" in text]
            option = "use_services_alternate is on" if alternate else "set use_services_alternate"
            for text in (caplog.text, nowhere[0]):
                assert option in text
                assert "127.66.0.1" in text
                assert cluster.nodes[1].name in text

    asyncio.run(main())


def test_a_node_that_is_down_makes_nobody_blame_addresses(caplog, monkeypatch) -> None:
    monkeypatch.setattr("gridwire.aerospike.control.core._SETTLE_SECONDS", 0.2)

    async def main() -> None:
        async with ScriptedCluster(3) as cluster:
            third = cluster.nodes[2]
            for node in cluster.nodes[:2]:
                peers = ",".join(
                    f"[{one.name},,[127.0.0.1:{one.port if one is not third else closed_port()}]]"
                    for one in cluster.nodes
                    if one is not node
                )
                node.infos["peers-clear-std"] = f"9,3000,[{peers}]"
            async with AsyncClient({"hosts": cluster.hosts[:1]}) as client:
                with caplog.at_level(logging.WARNING, "gridwire"):
                    await client.connect()
                assert len(names(client)) == 2
            assert "some partitions have no master" in caplog.text
            assert "use_services_alternate" not in caplog.text

    asyncio.run(main())


def test_reads_prefer_the_nearest_rack(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        for number in range(30):
            await client.get(("test", "demo", number), {"replica": 2})
        # Two nodes hold every partition, and the node's number is its rack.
        assert [node.requests for node in cluster.nodes] == [0, 30]

    connected(body, 2, rack_id=1)


def test_servers_are_told_who_the_client_is(connected) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        await client.get(("test", "demo", 1))
        (line,) = [line for line in cluster.nodes[0].asked if line.startswith("user-agent")]
        assert line.startswith("user-agent-set:value=")

    connected(body, application_id="shop")


def test_closing_an_unconnected_client_and_forgetting_to_close_are_harmless() -> None:
    async def main() -> None:
        await AsyncClient({"hosts": ["localhost"]}).close()
        async with AsyncClient({"hosts": ["localhost"]}) as client:
            assert not client.is_connected()
            assert repr(client) == "<AsyncClient not connected>"

    asyncio.run(main())


def test_a_round_that_fails_is_not_the_last(
    connected, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body(client: AsyncClient, cluster: ScriptedCluster) -> None:
        core = client._engine.core
        with monkeypatch.context() as patched:
            patched.setattr(core._tend, "end", lambda: 1 / 0)
            await until(lambda: "a round of tending failed" in caplog.text)
        await cluster.nodes[1].stop()
        await until(lambda: len(names(client)) == 1)

    with caplog.at_level(logging.ERROR, "gridwire"):
        connected(body, 2, **QUICK)
