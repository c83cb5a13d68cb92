# SPDX-License-Identifier: Apache-2.0
"""Aerospike clusters of several nodes: who holds what, what gets lost, and where nodes live."""

from __future__ import annotations

import asyncio
import socket
import threading
from base64 import b64decode

import pytest

from gridwire.aerospike.protocol.digest import PARTITIONS, partition_of, record_digest
from gridwire.testing import (
    AerospikeCluster,
    AsyncAerospikeCluster,
    ClusterError,
    ClusterOptionError,
)
from support.aerospike_socket import SocketTalk

NOT_FOUND, OUT_OF_SPACE = 2, 8
KEYS = range(60)


def held(node, namespace="test"):
    """The partitions that a node says it holds, for each copy."""
    with SocketTalk(node) as talk:
        answers = dict(part.split(":", 1) for part in talk.info("replicas").split(";"))
    _regime, count, *bitmaps = answers[namespace].split(",")
    assert int(count) == len(bitmaps)
    return [
        {at for at in range(PARTITIONS) if bits[at >> 3] & 0x80 >> (at & 7)}
        for bits in map(b64decode, bitmaps)
    ]


def put_all(node):
    with SocketTalk(node) as talk:
        assert {talk.put(key, {"n": key}).code for key in KEYS} == {0}


def found(node):
    with SocketTalk(node) as talk:
        return {key for key in KEYS if talk.get(key).bins == [("n", key)]}


@pytest.fixture
def cluster():
    with AerospikeCluster(nodes=3) as cluster:
        yield cluster


class TestPartitions:
    def test_each_has_one_master_and_its_copies_are_on_other_nodes(self, cluster):
        shares = [held(node) for node in cluster.nodes]
        for copy in range(2):
            assert sum(len(share[copy]) for share in shares) == PARTITIONS
            assert set().union(*(share[copy] for share in shares)) == set(range(PARTITIONS))
        assert all(not share[0] & share[1] for share in shares)
        assert all(len(share[0]) > PARTITIONS / 6 for share in shares)

    def test_namespaces_have_their_own_number_of_copies(self):
        namespaces = {"one": {"replication-factor": 1}, "all": {"replication-factor": 9}}
        with AerospikeCluster(nodes=3, namespaces=namespaces) as cluster:
            assert len(held(cluster.nodes[0], "one")) == 1
            shares = held(cluster.nodes[0], "all")
        assert len(shares) == 3
        assert set().union(*shares) == set(range(PARTITIONS))

    def test_a_node_that_joins_takes_only_its_own_share(self, cluster):
        before = [held(node)[0] for node in cluster.nodes]
        new = cluster.start_node()
        after = [held(node)[0] for node in cluster.nodes]
        assert all(later <= earlier for earlier, later in zip(before, after, strict=False))
        assert held(new)[0] == set(range(PARTITIONS)) - set().union(*after[:3])

    def test_whoever_asks_the_wrong_node_gets_the_record_all_the_same(self, cluster):
        put_all(cluster.nodes[0])
        before = cluster.proxied
        assert found(cluster.nodes[1]) == set(KEYS)
        assert cluster.proxied > before

    def test_they_change_masters_when_told(self, cluster):
        partition = partition_of(record_digest("s", 1))
        old = next(node for node in cluster.nodes if partition in held(node)[0])
        cluster.migrate([partition])
        assert partition in held(old)[1]
        heir = next(node for node in cluster.nodes if partition in held(node)[0])
        other = next(node for node in cluster.nodes if node not in {old, heir})
        cluster.migrate([partition], to=other)
        assert partition in held(other)[0]


class TestNodes:
    def test_they_know_each_other(self, cluster):
        first, *others = cluster.nodes
        with SocketTalk(first) as talk:
            generation, port, peers = talk.info("peers-clear-std").split(",", 2)
            assert talk.info("peers-generation") == generation
            assert talk.info("service-clear-std") == first.address
            assert talk.info("cluster-name") == cluster.cluster_name == "docker"
            assert talk.info("node") == first.name
            assert talk.info("peers-tls-std").startswith("ERROR")
        assert port == "3000"
        assert all(f"[{node.name},,[{node.address}]]" in peers for node in others)
        assert first.name not in peers

    def test_after_a_kill_the_copies_are_there_and_clients_can_see_the_change(self, cluster):
        put_all(cluster.nodes[0])
        with SocketTalk(cluster.nodes[1]) as talk:
            before = talk.info("peers-generation"), talk.info("partition-generation")
            victim = cluster.nodes[0]
            with SocketTalk(victim) as cut:
                victim.kill()
                assert cut.is_closed()
            after = talk.info("peers-generation"), talk.info("partition-generation")
            assert victim.name not in talk.info("peers-clear-std")
        assert before[0] != after[0]
        assert before[1] != after[1]
        assert victim not in cluster.nodes
        assert set().union(*(held(node)[0] for node in cluster.nodes)) == set(range(PARTITIONS))
        assert found(cluster.nodes[0]) == set(KEYS)
        with pytest.raises(ClusterError):
            victim.kill()
        with pytest.raises(ConnectionError):
            socket.create_connection((victim.host, victim.port), timeout=1)

    def test_without_copies_a_kill_loses_what_the_node_had_and_a_shutdown_nothing(self):
        with AerospikeCluster(nodes=3, replication_factor=1) as cluster:
            put_all(cluster.nodes[0])
            mine = held(cluster.nodes[0])[0]
            lost = {key for key in KEYS if partition_of(record_digest("s", key)) in mine}
            assert lost
            cluster.nodes[0].kill()
            assert found(cluster.nodes[0]) == set(KEYS) - lost
            cluster.nodes[0].shutdown()
            assert found(cluster.nodes[0]) == set(KEYS) - lost

    def test_the_last_one_takes_everything_with_it(self):
        with AerospikeCluster(nodes=1) as cluster:
            put_all(cluster.nodes[0])
            again = cluster.nodes[0].restart()
            assert found(again) == set()

    def test_a_killed_one_comes_back_as_itself(self, cluster):
        victim = cluster.nodes[2]
        victim.kill()
        again = victim.start()
        assert again == victim
        assert len(cluster.nodes) == 3
        assert held(again)[0]
        with pytest.raises(ClusterError):
            again.start()

    def test_one_may_come_back_elsewhere_as_another(self, cluster):
        old = cluster.nodes[0]
        new = old.restart_with_new_address()
        assert new.name != old.name
        assert new.port != old.port
        assert old not in cluster.nodes
        assert new in cluster.nodes

    def test_racks(self):
        with AerospikeCluster(nodes=2, racks=[1, 2]) as cluster:
            for node, rack in zip(cluster.nodes, (1, 2), strict=True):
                with SocketTalk(node) as talk:
                    assert talk.info("rack-ids") == f"test:{rack}"


class TestTime:
    def test_records_live_by_the_clock_of_the_cluster(self, cluster):
        with SocketTalk(cluster.nodes[0]) as talk:
            talk.put(1, {"n": 1}, ttl=100)
            cluster.advance_time(99)
            cluster.stop_time()
            assert talk.get(1).code == 0
            cluster.advance_time(2)
            assert talk.get(1).code == NOT_FOUND

    def test_a_clock_of_the_test(self):
        now = [1_800_000_000.0]
        with (
            AerospikeCluster(nodes=1, clock=lambda: now[0]) as cluster,
            SocketTalk(cluster.nodes[0]) as talk,
        ):
            talk.put(1, {"n": 1}, ttl=10)
            now[0] += 11
            assert talk.get(1).code == NOT_FOUND
        with pytest.raises(ClusterOptionError):
            AerospikeCluster(process=True, clock=lambda: 0.0)


class TestWhole:
    def test_clear(self, cluster):
        put_all(cluster.nodes[0])
        fault = cluster.refuse(18)
        cluster.clear()
        assert found(cluster.nodes[0]) == set()
        fault.end()
        put_all(cluster.nodes[0])

    def test_full_namespaces_take_no_writes(self, cluster):
        cluster.set_full()
        with SocketTalk(cluster.nodes[0]) as talk:
            assert talk.put(1, {"n": 1}).code == OUT_OF_SPACE
            cluster.set_full(full=False)
            assert talk.put(1, {"n": 1}).code == 0
        with pytest.raises(ClusterError):
            cluster.set_full("none")

    def test_nothing_is_left_when_it_ends(self):
        before = threading.active_count()
        with AerospikeCluster(nodes=2) as cluster:
            hosts = cluster.hosts
            with pytest.raises(ClusterError):
                cluster.start()
        assert threading.active_count() == before
        for host in hosts:
            with pytest.raises(ConnectionError):
                socket.create_connection(host, timeout=1)
        with pytest.raises(ClusterError):
            cluster.start_node()
        assert cluster.nodes == []

    def test_a_taken_port_is_told(self, cluster):
        with pytest.raises(ClusterError, match="cannot listen"):
            AerospikeCluster(nodes=2, ports=[0, cluster.nodes[0].port]).start()

    @pytest.mark.parametrize(
        "options",
        [
            {"nodes": 0},
            {"nodes": True},
            {"nodes": 2, "ports": [1]},
            {"nodes": 2, "ports": [5000, 5000]},
            {"racks": [1]},
            {"replication_factor": 0},
            {"namespaces": []},
            {"namespaces": "a;b"},
            {"namespaces": {"test": {"no-such": 1}}},
            {"namespaces": {"test": {"default-ttl": "soon"}}},
            {"service": {"no-such": 1}},
            {"cluster_name": ""},
            {"users": {"ann": 5}},
            {"users": {"": "secret"}},
            {"users": {"ann": ("secret", ["king"])}},
            {"session_seconds": 0},
            {"tls": {"certfle": "x"}},
        ],
    )
    def test_options_that_cannot_be(self, options):
        with pytest.raises(ClusterOptionError):
            AerospikeCluster(**options)


class TestHomes:
    def test_a_process_of_its_own(self):
        with AerospikeCluster(nodes=2, process=True, namespaces=["a", "test"]) as cluster:
            put_all(cluster.nodes[0])
            with cluster.refuse(18, times=1) as fault:
                with SocketTalk(cluster.nodes[0]) as talk:
                    assert talk.get(1).code == 18
                fault.wait()
            cluster.nodes[0].kill()
            cluster.start_node()
            assert found(cluster.nodes[1]) == set(KEYS)
            cluster.nodes[1].restart_with_new_address()
            cluster.advance_time(5)
            with pytest.raises(ClusterError):
                cluster.set_full("none")
        assert cluster.nodes == []

    def test_the_running_loop(self):
        async def main():
            async with AsyncAerospikeCluster(nodes=2) as cluster:
                first = cluster.nodes[0]
                with pytest.raises(ClusterError):
                    await cluster.start()
                await asyncio.to_thread(put_all, first)
                with cluster.refuse(18, times=1) as fault:
                    await asyncio.to_thread(found, first)
                    await fault.wait()
                await first.kill()
                assert cluster.nodes != []
                again = await first.start()
                assert again == first
                await (await again.restart()).restart_with_new_address()
                extra = await cluster.start_node()
                await extra.shutdown()
                with cluster.nodes[0].pause():
                    pass
                assert await asyncio.to_thread(found, cluster.nodes[0]) == set(KEYS)
                assert len(cluster.hosts) == 2
            assert cluster.nodes == []

        asyncio.run(main())
