# SPDX-License-Identifier: Apache-2.0
"""Clients by others take our nodes for real ones."""

from __future__ import annotations

import pytest

from gridwire.testing import AerospikeCluster
from support.patience import until

KEYS = [("test", "s", number) for number in range(40)]


@pytest.mark.parametrize("nodes", [1, 3])
@pytest.mark.parametrize("process", [False, True], ids=["thread", "process"])
@pytest.mark.parametrize("peer", ["aerospike", "aerospike_py"])
def test_they_find_all_nodes_and_their_records(peer, process, nodes):
    module = pytest.importorskip(peer)
    with AerospikeCluster(nodes, process=process) as cluster:
        client = module.client({"hosts": cluster.hosts}).connect()
        try:
            for key in KEYS:
                client.put(key, {"n": key[2]})
            assert [client.get(key)[2] for key in KEYS] == [{"n": key[2]} for key in KEYS]
            assert len(client.get_node_names()) == nodes
            # Each went to the node that has it.
            assert cluster.proxied == 0
            client.remove(KEYS[0])
            assert not client.exists(KEYS[0])[1]
        finally:
            client.close()


def test_the_official_client_goes_on_when_a_node_dies_and_another_comes():
    aerospike = pytest.importorskip("aerospike")
    errors = aerospike.exception
    with AerospikeCluster(3) as cluster:
        client = aerospike.client({"hosts": cluster.hosts}).connect()
        try:
            for key in KEYS:
                client.put(key, {"n": key[2]})
            cluster.nodes[0].kill()
            until(lambda: len(client.get_nodes()) == 2)
            assert [client.get(key)[2] for key in KEYS] == [{"n": key[2]} for key in KEYS]
            cluster.start_node()
            until(lambda: len(client.get_nodes()) == 3)
            with cluster.refuse(22, requests="record.write"), pytest.raises(errors.AerospikeError):
                client.put(KEYS[0], {"n": 1})
        finally:
            client.close()


def test_the_official_client_logs_in():
    aerospike = pytest.importorskip("aerospike")
    pytest.importorskip("bcrypt")
    with AerospikeCluster(2, users={"ann": "secret"}) as cluster:
        config = {"hosts": cluster.hosts, "user": "ann"}
        client = aerospike.client({**config, "password": "secret"}).connect()
        client.put(KEYS[0], {"n": 1})
        client.close()
        with pytest.raises(aerospike.exception.InvalidPassword):
            aerospike.client({**config, "password": "wrong"}).connect()
