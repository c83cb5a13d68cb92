# SPDX-License-Identifier: Apache-2.0
"""What the configuration and the cluster's handling promise, in both call styles."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from gridwire import aerospike as a
from gridwire._core.outcome import Outcome
from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.testing import AerospikeCluster
from gridwire.testing.aerospike import UserOptions
from support.aerospike_styles import STYLES, make_client
from support.patience import until

Make = Callable[..., Any]

KEY = ("test", "demo", "ann")
QUICK = {"tend_interval": 50}


@pytest.fixture(params=STYLES)
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes a client that is not connected; one that is left is closed."""
    with ExitStack() as stack:

        def client(hosts: Any, **config: Any) -> Any:
            config = {"hosts": hosts, **config}
            return make_client(request.param, config, stack)

        yield client


@pytest.fixture
def connect(make: Make) -> Make:
    """Makes a client and connects it."""

    def client(hosts: Any, **config: Any) -> Any:
        made = make(hosts, **config)
        made.connect()
        return made

    return client


@pytest.fixture(scope="module")
def cluster() -> Iterator[AerospikeCluster]:
    """A cluster that tests share; they leave it as they found it."""
    with AerospikeCluster(nodes=2, racks=[7, 8]) as nodes:
        yield nodes


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# -- the configuration ------------------------------------------------------------------------


def test_hosts_may_be_written_in_several_ways(connect: Make, cluster: AerospikeCluster):
    (host, port), *_ = cluster.hosts
    for given in ((host, port), [host, port], f"{host}:{port}", (host, port, "any")):
        assert connect([given]).is_connected()


def test_a_cluster_of_another_name_is_refused(make: Make, cluster: AerospikeCluster):
    with pytest.raises(a.ClusterError, match=r"'docker', not 'shop'") as caught:
        make(cluster.hosts, cluster_name="shop").connect()
    assert caught.value.outcome is Outcome.NOT_SENT
    assert str(caught.value).count("Connection error") == 1
    client = make(cluster.hosts, cluster_name="docker")
    client.connect()
    assert client.ping()


def test_an_unknown_key_is_one_warning_with_the_nearest(make: Make, cluster: AerospikeCluster):
    with pytest.warns(UserWarning, match="did you mean") as told:
        make(cluster.hosts, max_conn_per_node=4).connect()
    (one,) = told
    assert "'max_conn_per_node'" in str(one.message)
    assert "'max_conns_per_node'" in str(one.message)


def test_an_idle_timeout_in_milliseconds_is_one_warning(make: Make, cluster: AerospikeCluster):
    with pytest.warns(UserWarning, match="idle_timeout") as told:
        make(cluster.hosts, idle_timeout=55_000).connect()
    (one,) = told
    assert "seconds" in str(one.message)


def test_a_wrong_configuration_leaves_nothing_connected(make: Make):
    client = make([])
    with pytest.raises(ValueError, match="hosts list must not be empty"):
        client.connect()
    assert not client.is_connected()


def test_what_has_no_effect_yet_is_refused(connect: Make, cluster: AerospikeCluster):
    client = connect(cluster.hosts)
    for call in (client.get, client.exists):
        with pytest.raises(a.InvalidArgError, match="filter_expression"):
            call(KEY, {"filter_expression": {"__expr__": "eq"}})
    with pytest.raises(a.InvalidArgError, match="filter_expression"):
        client.batch_read([KEY], None, {"filter_expression": {}})
    policies = {"read": {"filter_expression": {}}}
    with pytest.raises(a.InvalidArgError, match="filter_expression"):
        connect(cluster.hosts, policies=policies)


def test_defaults_of_policies_hold_for_each_kind(connect: Make, cluster: AerospikeCluster):
    create = {"exists": a.POLICY_EXISTS_CREATE_ONLY}
    cluster.clear()
    client = connect(cluster.hosts, policies={"write": create, "batch": create})
    client.put(KEY, {"n": 1})
    with pytest.raises(a.RecordExistsError):
        client.put(KEY, {"n": 2})
    # What a call says comes over it.
    client.put(KEY, {"n": 3}, policy={"exists": a.POLICY_EXISTS_IGNORE})
    (row,) = client.batch_write([(KEY, {"n": 4})]).batch_records
    assert row.result == 5
    slow = connect(cluster.hosts, policies={"read": {"total_timeout": 60, "max_retries": 0}})
    slow.get(KEY)
    with cluster.pause(*cluster.nodes), pytest.raises(a.AerospikeTimeoutError):
        slow.get(KEY)


def test_racks_that_are_preferred_must_be_named(connect: Make, cluster: AerospikeCluster):
    prefer = {"replica": a.POLICY_REPLICA_PREFER_RACK}
    client = connect(cluster.hosts)
    with pytest.raises(a.InvalidArgError, match="names no rack"):
        client.get(KEY, prefer)
    for config in ({"rack_id": 8}, {"rack_ids": [8, 7]}):
        near = connect(cluster.hosts, **config)
        near.put(KEY, {"n": 1}, policy=prefer)
        assert near.get(KEY, prefer).bins == {"n": 1}
        with cluster.pause(cluster.nodes[0]):
            # Reads never go to the other rack.
            for number in range(16):
                assert near.exists(("test", "demo", number), prefer).meta is None


def test_one_limit_for_the_connections_of_all_shards(cluster: AerospikeCluster):
    client = a.client({"hosts": cluster.hosts, "max_conns_per_node": 3, "conn_pools_per_node": 4})
    client.connect()
    held = []

    def work(number: int) -> None:
        for turn in range(5):
            client.exists(("test", "demo", number * 10 + turn))
            nodes = client._connected()._nodes()
            held.append(max(len(node.pool) for node in nodes))

    with cluster.delay(0.005, answers="record.exists"):
        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    client.close()
    assert len(held) == 80
    assert max(held) == 3


def connections(client: Any) -> int:
    """How many a client has for commands."""
    engine = getattr(client, "_client", client)._connected()
    core = engine.core if hasattr(engine, "core") else engine._running().core
    return sum(len(getattr(node, "connections", node.pool)) for node in core.nodes.values())


def test_idle_connections_are_closed_and_the_minimum_is_kept(
    connect: Make, cluster: AerospikeCluster
):
    config = {"idle_timeout": 0.2, "tend_interval": 30, "pipeline_depth": 1}
    client = connect(cluster.hosts, min_conns_per_node=2, **config)
    assert connections(client) == 4
    with cluster.delay(0.3, answers="record.exists"):
        threads = [
            threading.Thread(target=client.exists, args=(("test", "demo", number),))
            for number in range(24)
        ]
        for thread in threads:
            thread.start()
        until(lambda: connections(client) > 8)
        for thread in threads:
            thread.join()
    until(lambda: connections(client) == 4)
    assert client.ping()


# -- life -------------------------------------------------------------------------------------


def test_a_client_before_and_after_its_connection(make: Make, cluster: AerospikeCluster):
    client = make(cluster.hosts)

    def is_refused() -> None:
        assert not client.is_connected()
        assert not client.ping()
        for call in (client.get_node_names, client.get_node_states, lambda: client.get(KEY)):
            with pytest.raises(a.ClientError, match="not connected"):
                call()

    is_refused()
    client.close()
    client.connect()
    assert client.is_connected()
    with pytest.raises(a.ClientError, match="already connected"):
        client.connect()
    assert client.ping()
    client.close()
    client.close()
    is_refused()
    client.connect()
    assert client.ping()


def test_a_context_does_not_connect(cluster: AerospikeCluster):
    async def main() -> None:
        async with AsyncClient({"hosts": cluster.hosts}) as client:
            assert not client.is_connected()
            assert await client.connect() is client
            assert client.is_connected()
        assert not client.is_connected()

    asyncio.run(main())
    with a.client({"hosts": cluster.hosts}) as client:
        assert not client.is_connected()
        assert client.connect() is client
    assert not client.is_connected()


def test_closing_while_it_connects_leaves_it_closed(make: Make, cluster: AerospikeCluster):
    client = make(cluster.hosts)
    ended: list[a.AerospikeError | None] = []

    def connect() -> None:
        try:
            client.connect()
            ended.append(None)
        except a.AerospikeError as error:
            ended.append(error)

    fault = cluster.pause(*cluster.nodes)
    thread = threading.Thread(target=connect)
    with fault:
        thread.start()
        until(lambda: fault.hits)
        with pytest.raises(a.ClientError, match="already connecting"):
            client.connect()
        client.close()
    thread.join()
    (error,) = ended
    assert isinstance(error, a.ClientError | a.ClusterError)
    assert not client.is_connected()
    client.connect()
    assert client.ping()


def test_of_many_threads_that_connect_one_does(cluster: AerospikeCluster):
    client = a.client({"hosts": cluster.hosts})
    start, ended = threading.Barrier(8), []

    def connect() -> None:
        start.wait()
        try:
            ended.append(client.connect())
        except a.ClientError as error:
            ended.append(error.code)

    before = threading.active_count()
    threads = [threading.Thread(target=connect) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one for one in ended if one is client] == [client]
    client.close()
    until(lambda: threading.active_count() <= before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
def test_an_interrupt_while_it_connects_leaves_nothing(cluster: AerospikeCluster):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    client = a.client({"hosts": cluster.hosts, "timeout": 60_000})
    before, old = set(threading.enumerate()), signal.signal(signal.SIGALRM, interrupt)
    try:
        with cluster.pause(*cluster.nodes):
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(KeyboardInterrupt):
                client.connect()
    finally:
        signal.signal(signal.SIGALRM, old)
    until(lambda: set(threading.enumerate()) <= before)
    assert not client.is_connected()
    client.connect()
    assert client.ping()
    client.close()


def test_another_loop_is_told_so(cluster: AerospikeCluster):
    client = AsyncClient({"hosts": cluster.hosts})

    async def elsewhere() -> None:
        for call in (
            lambda: client.get(KEY),
            lambda: client.put(KEY, {"n": 1}),
            lambda: client.batch_read([KEY]),
            lambda: client.info_all("build"),
            lambda: client.info_random_node("build"),
        ):
            with pytest.raises(a.ClientError, match="another event loop") as caught:
                await call()
            assert caught.value.outcome is Outcome.NOT_SENT

    async def main() -> None:
        await client.connect()
        await asyncio.to_thread(asyncio.run, elsewhere())
        with pytest.raises(a.ClientError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, client._engine.close())
        assert await client.ping()
        await client.close()

    asyncio.run(main())


@pytest.mark.allow_leaks
def test_a_client_that_its_loop_left_behind_is_harmless(cluster: AerospikeCluster):
    client = AsyncClient({"hosts": cluster.hosts, "min_conns_per_node": 2})

    async def main() -> None:
        await client.connect()
        await client.put(KEY, {"n": 1})

    async def again() -> None:
        with pytest.raises(a.ClientError, match="another event loop"):
            await client.get(KEY)
        await client.close()
        await client.connect()
        assert (await client.get(KEY)).bins == {"n": 1}
        # Nor does this one close it.

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(main())
        assert not client.is_connected()
        asyncio.run(again())
        gc.collect()


# -- the cluster ------------------------------------------------------------------------------


def test_the_names_of_seeds_are_resolved_again(
    make: Make, cluster: AerospikeCluster, monkeypatch: pytest.MonkeyPatch
):
    resolve, asked, known = socket.getaddrinfo, [], [False]

    def getaddrinfo(host: Any, *args: Any, **named: Any) -> Any:
        if host != "seed.test":
            return resolve(host, *args, **named)
        asked.append(host)
        if not known[0]:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return resolve("127.0.0.1", *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    client = make([("seed.test", cluster.nodes[0].port)], **QUICK)
    with pytest.raises(a.ClusterError, match=r"seed\.test"):
        client.connect()
    known[0] = True
    client.connect()
    # A name may stand for many nodes: they are reached where they say that they are.
    assert {state.address for state in client.get_node_states()} == {
        node.address for node in cluster.nodes
    }
    known[0] = False
    with cluster.refuse_clients():
        cluster.disconnect()
        before = len(asked)
        until(lambda: len(asked) >= before + 3)
        known[0] = True
    until(lambda: len(client.get_node_names()) == 2)
    until(client.ping)


def test_nodes_come_and_go_and_all_return_elsewhere(connect: Make):
    with AerospikeCluster(nodes=2, replication_factor=2) as nodes:
        client = connect(nodes.hosts, **QUICK)

        def is_known() -> bool:
            states = client.get_node_states()
            return {one.address for one in states} == {node.address for node in nodes.nodes}

        def is_served() -> None:
            until(is_known)
            patient = {"total_timeout": 10_000, "max_retries": 100, "sleep_between_retries": 10}
            for number in range(32):
                assert client.exists(("test", "demo", number), patient).meta is None

        nodes.start_node()
        is_served()
        nodes.nodes[0].kill()
        is_served()
        old = {node.port for node in nodes.nodes}
        for node in nodes.nodes:
            node.restart_with_new_address()
            is_served()
        assert not old & {node.port for node in nodes.nodes}


def test_alternate_addresses(connect: Make, cluster: AerospikeCluster):
    client = connect(cluster.hosts[:1], use_services_alternate=True)
    assert len(client.get_node_names()) == 2


def test_a_node_that_fails_too_often_is_seen_to_be_left_alone(connect: Make):
    with AerospikeCluster(nodes=1) as nodes:
        client = connect(nodes.hosts, max_error_rate=1, tend_interval=60_000)
        (state,) = client.get_node_states()
        assert state == (nodes.nodes[0].name, nodes.nodes[0].address, False, 0, 0)
        client.put(KEY, {"n": 1})
        once = {"total_timeout": 50, "max_retries": 0}
        with nodes.pause(nodes.nodes[0]):
            with pytest.raises(a.AerospikeTimeoutError):
                client.get(KEY, once)
            (state,) = client.get_node_states()
            assert (state.is_left_alone, state.errors, state.trips) == (True, 1, 1)
            started = time.monotonic()
            with pytest.raises(a.ClusterError, match="left alone") as caught:
                client.get(KEY, {"total_timeout": 5000, "max_retries": 0})
            assert time.monotonic() - started < 1
            assert caught.value.outcome is Outcome.NOT_SENT


def test_a_node_that_opens_no_connection_is_left_alone(connect: Make):
    with AerospikeCluster(nodes=1) as nodes:
        client = connect(nodes.hosts, max_error_rate=1, tend_interval=60_000, timeout=100)
        with nodes.pause(*nodes.nodes):
            with pytest.raises(a.AerospikeError):
                client.get(KEY, {"total_timeout": 50, "max_retries": 0})
            until(lambda: client.get_node_states()[0].is_left_alone)


def test_every_node_is_asked_at_once(connect: Make):
    with AerospikeCluster(nodes=4) as nodes, ThreadPoolExecutor(1) as aside:
        client = connect(nodes.hosts, tend_interval=60_000, min_conns_per_node=1)
        with nodes.delay(answers="info.*") as fault:
            asking = aside.submit(client.info_all, "build", {"timeout": 60_000})
            # All are asked, and none has answered.
            fault.wait(4)
        assert [one.error_code for one in asking.result()] == [0] * 4


def test_a_node_that_does_not_answer_is_told_of_beside_those_that_do(connect: Make):
    with AerospikeCluster(nodes=4) as nodes:
        client = connect(nodes.hosts, min_conns_per_node=1)
        with nodes.pause(*nodes.nodes[1:]):
            answers = client.info_all("build", {"timeout": 300})
        found = {one.node_name: one for one in answers}
        awake = found.pop(nodes.nodes[0].name)
        assert awake.error_code == 0
        assert awake.response
        for one in found.values():
            assert one.error_code == -1
            assert "no answer came in time" in one.response
        assert [one.error_code for one in client.info_all("build")] == [0] * 4


# -- getting in -------------------------------------------------------------------------------


def test_who_another_service_knows_logs_in_with_one_warning(make: Make):
    users = {"eve": UserOptions("s3cret", external=True)}
    with AerospikeCluster(nodes=2, users=users) as nodes:
        client = make(nodes.hosts, auth_mode=a.AUTH_EXTERNAL, user="eve", password="s3cret")
        with pytest.warns(UserWarning, match="travels in clear") as told:
            client.connect()
        assert len(told) == 1
        client.put(KEY, {"n": 1})


def test_sessions_that_the_server_forgot_are_renewed(connect: Make):
    with AerospikeCluster(nodes=2, users={"ann": "s3cret"}) as nodes:
        client = connect(nodes.hosts, user="ann", password="s3cret", **QUICK)
        client.put(KEY, {"n": 1})
        nodes.end_sessions()
        nodes.disconnect()
        patient = {"total_timeout": 10_000, "max_retries": 100, "sleep_between_retries": 5}
        for number in range(8):
            client.exists(("test", "demo", number), patient)


def test_a_certificate_as_user_needs_tls(make: Make, cluster: AerospikeCluster):
    with pytest.raises(a.ClientError, match="AUTH_PKI needs TLS"):
        make(cluster.hosts, auth_mode=a.AUTH_PKI).connect()


def test_tls_by_a_context_and_by_a_dict(connect: Make, tmp_path: Path):
    authority = trustme.CA()
    cafile, certfile = tmp_path / "ca.pem", tmp_path / "node.pem"
    authority.cert_pem.write_to_path(str(cafile))
    authority.issue_cert("node.test").private_key_and_cert_chain_pem.write_to_path(str(certfile))
    files = {"certfile": str(certfile), "name": "node.test"}
    with AerospikeCluster(nodes=2, tls=files) as nodes:
        context = ssl.create_default_context(cafile=str(cafile))
        # The name in the certificate comes with the hosts, and with the peers that they know.
        for tls in (context, {"cafile": str(cafile)}):
            client = connect(nodes.hosts, tls=tls)
            assert len(client.get_node_names()) == 2
            client.put(KEY, {"n": 1})
        bare = [(node.host, node.port) for node in nodes.nodes]
        assert connect(bare, tls={"cafile": str(cafile), "name": "node.test"}).ping()
        with pytest.raises(a.ClusterError, match="certificate"):
            connect(bare, tls={"cafile": str(cafile), "name": "other.test"})
