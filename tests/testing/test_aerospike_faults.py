# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in an Aerospike test cluster, seen from the outside."""

from __future__ import annotations

import socket
import threading
from base64 import b64decode

import pytest

from gridwire.aerospike.protocol.digest import partition_of, record_digest
from gridwire.aerospike.protocol.errors import ProtocolError
from gridwire.aerospike.protocol.info import encode_info
from gridwire.aerospike.protocol.proto import ProtoReader
from gridwire.testing import AerospikeCluster, ClusterError, ClusterOptionError
from support.aerospike_socket import SocketTalk

NOT_FOUND, TIMEOUT, UNAVAILABLE, OVERLOAD = 2, 9, 11, 18
NODE = encode_info(["node"])


@pytest.fixture(scope="module", params=["thread", "process"])
def home(request):
    """Clusters in every home that other programs' clients can reach; asyncio's has its own test."""
    with AerospikeCluster(nodes=2, process=request.param == "process") as cluster:
        yield cluster


@pytest.fixture
def cluster(home):
    yield home
    home.clear()


@pytest.fixture
def talk(cluster):
    with SocketTalk(cluster.nodes[0]) as talk:
        yield talk


def test_a_delayed_request_is_done_when_the_fault_ends_and_what_follows_waits(cluster, talk):
    with cluster.delay(requests="info.node") as fault:
        talk.write(NODE + encode_info(["build"]))
        fault.wait()
        assert talk.is_silent()
    assert b"node\t" in talk.read()
    assert b"build\t" in talk.read()
    assert fault.hits == 1


def test_a_delay_passes_by_itself(cluster, talk):
    with cluster.delay(0.001, answers="record.*") as fault:
        assert talk.put(1, {"a": 1}).code == 0
        assert [talk.get(1).bins for _ in range(3)] == [[("a", 1)]] * 3
        assert fault.hits == 4


def test_other_connections_do_not_wait(cluster, talk):
    with cluster.delay(requests="info.node", nodes=cluster.nodes[0]):
        talk.write(NODE)
        with SocketTalk(cluster.nodes[1]) as other:
            assert other.info("node") == cluster.nodes[1].name
    assert b"node\t" in talk.read()


def test_a_lost_request_is_not_done_a_lost_answer_is_and_both_end_the_talk(cluster, talk):
    for where, is_done in (("requests", False), ("answers", True)):
        cluster.clear()
        with SocketTalk(cluster.nodes[0]) as lost:
            with cluster.drop(**{where: "record.write"}, times=1) as fault:
                writer = threading.Thread(target=_write_in_vain, args=(lost,))
                writer.start()
                fault.wait()
                lost.write(NODE)
            assert lost.is_silent()
            assert (talk.get(1).code == 0) is is_done
            lost.socket.shutdown(socket.SHUT_RDWR)
            writer.join()


def _write_in_vain(talk):
    with pytest.raises(ConnectionError, match="closed"):
        talk.put(1, {"a": 1})


def test_a_connection_breaks_before_the_answer(cluster, talk):
    with cluster.cut_off(answers="record.write"), pytest.raises(ConnectionError):
        talk.put(1, {"a": 1})
    with SocketTalk(cluster.nodes[0]) as again:
        assert again.get(1).code == 0
        with cluster.cut_off(requests="record.delete"), pytest.raises(ConnectionError):
            again.delete(1)
    with SocketTalk(cluster.nodes[0]) as again:
        assert again.get(1).code == 0


def test_refusals_do_nothing_and_are_counted(cluster, talk):
    with cluster.refuse(OVERLOAD, requests="record.write", skip=1, times=2) as fault:
        assert [talk.put(key, {"a": 1}).code for key in range(4)] == [0, OVERLOAD, OVERLOAD, 0]
        assert fault.hits == 2
    assert talk.get(1).code == 2


def test_a_write_whose_replica_is_silent_is_done_and_called_timed_out(cluster, talk):
    with cluster.lose_replica_acks(times=2) as fault:
        assert talk.put(1, {"a": 1}).code == TIMEOUT
        assert talk.get(1).bins == [("a", 1)]
        assert talk.delete(2).code == NOT_FOUND  # There is nothing to replicate.
        assert talk.put(1, {"a": 2}).code == 0
        assert fault.hits == 2


@pytest.mark.parametrize("how", ["length", "type", "version"])
def test_damaged_answers_are_no_protocol(cluster, talk, how):
    with cluster.garble(answers="info.node", how=how):
        talk.write(NODE)
        with pytest.raises(ProtocolError):
            ProtoReader().feed(talk.socket.recv(4096))


def test_noise_comes_from_the_seed_and_a_cut_message_is_not_whole(cluster, talk):
    seen = []
    for seed in (1, 1, 2):
        with cluster.garble(answers="info.node", how="noise", seed=seed):
            seen.append(talk.send(NODE)[0])
    assert seen[0] == seen[1] != seen[2]
    with cluster.garble(answers="info.node", how="cut"):
        talk.write(NODE)
        assert ProtoReader().feed(talk.socket.recv(4096)) == []


def test_answers_trickle(cluster, talk):
    with cluster.slow_drip(size=3, seconds=0.001) as fault:
        assert talk.info("node") == cluster.nodes[0].name
        assert fault.hits == 1
    with cluster.slow_drip(size=1, seconds=3600):
        talk.write(NODE)
        assert len(talk.socket.recv(4096)) == 1
    assert len(talk.socket.recv(4096)) > 1


def test_a_paused_node_answers_when_it_goes_on_and_others_wait_for_its_records(cluster):
    paused, other = cluster.nodes
    with SocketTalk(paused) as talk, SocketTalk(other) as around:
        mine = _key_of(paused)
        with paused.pause() as fault:
            talk.write(NODE)
            assert talk.is_silent()
            assert around.info("node") == other.name
            assert fault.hits >= 1
        assert b"node\t" in talk.read()
        assert around.put(mine, {"a": 1}).code == 0


def _key_of(node):
    """A key whose record a node is the master of."""
    return next(key for key in range(1000) if _is_master(node, key))


def _is_master(node, key):
    with SocketTalk(node) as talk:
        bitmap = b64decode(talk.info("replicas").split(",")[2])
    at = partition_of(record_digest("s", key))
    return bool(bitmap[at >> 3] & 0x80 >> (at & 7))


def test_proxied_requests_wait_for_a_node_that_cannot_be_reached():
    with AerospikeCluster(nodes=2, replication_factor=1) as cluster:
        one, other = cluster.nodes
        key = _key_of(other)
        with SocketTalk(one) as talk:
            with cluster.partition(one, other) as fault:
                thread = threading.Thread(target=talk.get, args=(key,))
                thread.start()
                fault.wait()
                assert thread.is_alive()
            thread.join(10)
            assert not thread.is_alive()


def test_a_partition_separates_clients_from_nodes(cluster, talk):
    with cluster.partition(cluster.nodes[0], ["*", cluster.nodes[1]]):
        talk.write(NODE)
        assert talk.is_silent()
        with SocketTalk(cluster.nodes[1]) as other:
            assert other.info("node") == cluster.nodes[1].name
    assert b"node\t" in talk.read()


def test_connections_are_broken_and_refused(cluster, talk):
    assert cluster.disconnect(nodes=cluster.nodes[1]) == 0
    assert cluster.disconnect() == 1
    assert talk.is_closed()
    with cluster.refuse_clients() as fault:
        with SocketTalk(cluster.nodes[0]) as refused:
            assert refused.is_closed()
        fault.wait()
    with SocketTalk(cluster.nodes[0]) as again:
        assert again.info("node")


def test_moving_partitions_are_not_available_and_then_have_moved(cluster, talk):
    partition = partition_of(record_digest("s", 1))
    with cluster.migrating([partition], times=1) as fault:
        assert talk.put(1, {"a": 1}).code == UNAVAILABLE
        assert talk.put(1, {"a": 1}).code == 0
        assert fault.hits == 1
    with cluster.migrating([partition], answer="wait") as fault:
        reader = threading.Thread(target=talk.get, args=(1,))
        reader.start()
        fault.wait()
    reader.join(10)
    assert not reader.is_alive()
    assert talk.get(1).bins == [("a", 1)]


def test_faults_that_cannot_be(cluster):
    for wrong in (
        lambda: cluster.delay(1.0),
        lambda: cluster.delay(-1.0, requests="batch"),
        lambda: cluster.drop(requests="record.raed"),
        lambda: cluster.drop(requests=[1]),
        lambda: cluster.refuse(0),
        lambda: cluster.garble(answers="batch", how="nicely"),
        lambda: cluster.partition(cluster.nodes[0]),
        lambda: cluster.partition("bob", cluster.nodes[0]),
        lambda: cluster.migrating([4096]),
        lambda: cluster.migrating(answer="no"),
        lambda: cluster.pause("node"),
        lambda: cluster.advance_time(-1),
    ):
        with pytest.raises(ClusterOptionError):
            wrong()
    gone = cluster.nodes[1]
    gone.kill()
    with pytest.raises(ClusterError, match="not running"):
        cluster.pause(gone)
