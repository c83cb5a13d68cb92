# SPDX-License-Identifier: Apache-2.0
"""Calls of threads: everybody gets his own answer, in his turn, within his time."""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import trustme

from gridwire._core.outcome import Outcome
from gridwire.aerospike import constants as c
from gridwire.aerospike.exception import (
    AdminError,
    AerospikeError,
    AerospikeTimeoutError,
    BackpressureError,
    ClientError,
    ClusterError,
    RecordNotFound,
    ServerError,
)
from gridwire.aerospike.protocol.digest import record_digest
from gridwire.aerospike.protocol.proto import INFO, frame
from support.aerospike_scripted import CUT, HALF, HOLD, reply

KEY = ("test", "demo", "ann")


def key(number: int) -> tuple[str, str, int]:
    return ("test", "demo", number)


def is_own(client: Any, number: int, **policy: Any) -> bool:
    """Whether a read gives the record that it asked for."""
    record = client.get(key(number), policy or None)
    return record.bins == {"d": record_digest("demo", number)}


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Work in several threads at once; what goes wrong in one goes wrong in the test."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    for failure in failures:
        raise failure


def test_a_client_that_is_not_connected(serve: Any, connect: Any):
    client = connect(serve())
    client.close()
    assert not client.is_connected()
    with pytest.raises(ClientError, match="not connected") as caught:
        client.get(KEY)
    assert caught.value.outcome is Outcome.NOT_SENT
    client.close()


def test_one_connection_serves_one_thread(serve: Any, connect: Any):
    nodes = serve()
    client = connect(nodes)
    assert all(is_own(client, number) for number in range(200))
    client.put(KEY, {"a": 1})
    assert len(nodes.first.data_links) == 1


@pytest.mark.parametrize("pools", [1, 3])
def test_many_threads_get_their_own_answers(serve: Any, connect: Any, pools: int):
    nodes = serve(2)
    client = connect(nodes, max_conns_per_node=4, conn_pools_per_node=pools)
    wrong: list[int] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(100):
            number = chance.randrange(1000)
            if not is_own(client, number, total_timeout=30_000):
                wrong.append(number)

    in_threads(12, work)
    assert wrong == []
    # Of all that ever carried a command; the control connection is another.
    assert all(node.carriers <= 4 for node in nodes.cluster.nodes)


def test_more_threads_than_connections_wait_in_order(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes, max_conns_per_node=1)
    is_own(client, 0)
    nodes.first.script = lambda node, message: HOLD
    (pool,) = [node.pool for node in client._engine._control.core.nodes.values()]
    order: list[int] = []

    def work(number: int) -> None:
        is_own(client, number, total_timeout=30_000)
        order.append(number)

    threads = []
    for number in range(5):
        thread = threading.Thread(target=work, args=(number,))
        thread.start()
        threads.append(thread)
        until(lambda number=number: len(pool.waiting) == number if number else nodes.first.held)
    nodes.first.script = lambda node, message: None
    nodes.release_all()
    for thread in threads:
        thread.join(30)
    assert sorted(order) == list(range(5))
    assert nodes.first.requests == 6
    assert len(nodes.first.data_links) == 1


def test_who_finds_no_connection_in_time(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes, max_conns_per_node=1)
    nodes.first.script = lambda node, message: HOLD
    thread = threading.Thread(target=lambda: is_own(client, 1, total_timeout=30_000))
    thread.start()
    until(lambda: nodes.first.held)
    with pytest.raises(AerospikeTimeoutError) as caught:
        client.put(KEY, {"a": 1}, policy={"total_timeout": 50})
    assert caught.value.outcome is Outcome.NOT_SENT
    assert not caught.value.in_doubt
    nodes.release_all()
    thread.join(30)


def test_an_answer_that_comes_too_late(serve: Any, connect: Any):
    nodes = serve()
    client = connect(nodes)
    nodes.first.script = lambda node, message: HOLD
    with pytest.raises(AerospikeTimeoutError) as caught:
        client.put(KEY, {"a": 1}, policy={"total_timeout": 50})
    error = caught.value
    assert (error.in_doubt, error.outcome) == (True, Outcome.UNKNOWN)
    assert error.facts["attempts"] == 1
    assert error.facts["phase"] == "no answer came in time"
    nodes.first.script = lambda node, message: None
    nodes.release_all()
    assert all(is_own(client, number) for number in range(20))


@pytest.mark.parametrize("step", [CUT, HALF])
def test_a_connection_that_ends_in_an_exchange(serve: Any, connect: Any, step: str):
    nodes = serve()
    client = connect(nodes)
    steps = [step]
    nodes.first.script = lambda node, message: steps.pop() if steps else None
    assert is_own(client, 1)
    steps.append(step)
    with pytest.raises(ClusterError) as caught:
        client.put(KEY, {"a": 1})
    assert (caught.value.in_doubt, caught.value.outcome) == (True, Outcome.UNKNOWN)
    assert is_own(client, 2)


def test_a_connection_that_ended_while_nobody_used_it(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes)
    client.put(KEY, {"a": 1})
    nodes.cut_all(nodes.first)
    until(lambda: not nodes.first.data_links)
    time.sleep(0.03)  # as long as a connection counts as just used
    client.put(KEY, {"a": 2})
    assert nodes.first.requests == 2


def test_an_answer_of_another_kind(serve: Any, connect: Any):
    nodes = serve()
    client = connect(nodes)
    client.put(KEY, {"a": 1})
    right, nodes.first.answer = nodes.first.answer, lambda message: frame(INFO, b"build\t1\n")
    for _ in range(2):
        with pytest.raises(ClusterError) as caught:
            client.put(KEY, {"a": 1})
        assert (caught.value.in_doubt, caught.value.outcome) == (True, Outcome.UNKNOWN)
    nodes.first.answer = right
    assert is_own(client, 1)


def test_refusals_are_explained(serve: Any, connect: Any):
    nodes = serve()
    client = connect(nodes)
    nodes.first.answer = lambda message: reply(2)
    with pytest.raises(RecordNotFound) as caught:
        client.get(KEY)
    facts = caught.value.facts
    assert facts["node"] == nodes.first.name
    assert facts["attempts"] == 1
    assert facts["operation"] == "get"


def test_a_read_goes_on_to_the_other_replica(serve: Any, connect: Any):
    nodes = serve(2)
    client = connect(nodes)
    for node in nodes.cluster.nodes:
        node.answer = lambda message, answer=node.answer: (
            reply(18) if nodes.cluster.requests % 2 else answer(message)
        )
    assert is_own(client, 1)
    assert {node.requests for node in nodes.cluster.nodes} == {1}


def test_a_namespace_that_nobody_has(serve: Any, connect: Any):
    client = connect(serve())
    with pytest.raises(ServerError) as caught:
        client.get(("nowhere", "demo", 1))
    assert caught.value.code == 20


def test_a_node_that_comes_back_elsewhere(serve: Any, connect: Any):
    nodes = serve(2)
    client = connect(nodes, tend_interval=50)
    one = nodes.cluster.nodes[1]
    nodes.stop(one)
    policy = {"total_timeout": 20_000, "max_retries": 1000, "sleep_between_retries": 10}
    assert all(is_own(client, number, **policy) for number in range(50))
    nodes.start(one)
    requests = one.requests
    while one.requests == requests:
        assert all(is_own(client, number, **policy) for number in range(20))


def test_when_no_node_is_left(serve: Any, connect: Any):
    nodes = serve()
    client = connect(nodes, tend_interval=50)
    nodes.stop(nodes.first)
    began = time.monotonic()
    with pytest.raises(AerospikeError) as caught:
        client.put(KEY, {"a": 1}, policy={"total_timeout": 500})
    assert time.monotonic() - began < 5
    assert caught.value.outcome in (Outcome.NOT_SENT, Outcome.UNKNOWN)


# -- options --------------------------------------------------------------------------------------


def test_connections_that_must_be_there(serve: Any, connect: Any, until: Any):
    nodes = serve()
    connect(nodes, min_conns_per_node=3, tend_interval=50)
    assert nodes.first.opened == 4
    nodes.cut_all(nodes.first)


def test_idle_connections_are_closed(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes, idle_timeout=0.1, tend_interval=50)
    is_own(client, 1)
    until(lambda: not nodes.first.data_links)
    assert is_own(client, 2)


def test_so_many_operations_at_once(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes, max_concurrent_operations=2, operation_queue_timeout_ms=50)
    nodes.first.script = lambda node, message: HOLD
    threads = [
        threading.Thread(target=is_own, args=(client, number), kwargs={"total_timeout": 30_000})
        for number in range(2)
    ]
    for thread in threads:
        thread.start()
    until(lambda: len(nodes.first.held) == 2)
    with pytest.raises(BackpressureError) as caught:
        client.get(KEY)
    assert caught.value.outcome is Outcome.NOT_SENT
    with pytest.raises(BackpressureError):
        client.batch_read([KEY])
    nodes.first.script = lambda node, message: None
    nodes.release_all()
    for thread in threads:
        thread.join(30)
    assert is_own(client, 3)


def test_the_gate_makes_wait_as_long_as_it_takes(serve: Any, connect: Any):
    nodes = serve()
    client = connect(nodes, max_concurrent_operations=1)
    nodes.first.script = lambda node, message: 0.005
    in_threads(6, lambda number: [is_own(client, number + one * 10) for one in range(5)])
    assert len(nodes.first.data_links) == 1


def test_a_broken_node_is_left_alone(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes, max_error_rate=3, tend_interval=200)
    nodes.first.script = lambda node, message: CUT
    for _ in range(10):
        with pytest.raises(AerospikeError):
            client.put(KEY, {"a": 1}, policy={"total_timeout": 100})
    assert nodes.first.requests < 10
    nodes.first.script = lambda node, message: None
    # It fails at once while the node is left alone, and pauses as it was told.
    patient = {"total_timeout": 20_000, "max_retries": 1000, "sleep_between_retries": 20}
    assert is_own(client, 1, **patient)


# -- getting in -----------------------------------------------------------------------------------


def test_logging_in(serve: Any, connect: Any):
    nodes = serve(users={"ann": "secret"})
    client = connect(nodes, user="ann", password="secret", min_conns_per_node=1)
    assert is_own(client, 1)
    with pytest.raises(AdminError):
        connect(nodes, user="ann", password="wrong")


def test_a_session_that_is_not_accepted_any_more(serve: Any, connect: Any, until: Any):
    nodes = serve(users={"ann": "secret"})
    client = connect(nodes, user="ann", password="secret")
    nodes.first.tokens.clear()
    assert is_own(client, 1)
    assert nodes.first.logins == 2


def test_tls(serve: Any, connect: Any):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("node.example").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    nodes = serve(tls=context)
    hosts = [(host, port, "node.example") for host, port in nodes.cluster.hosts]
    client = connect(nodes, hosts=hosts, tls=trusting)
    in_threads(4, lambda number: [is_own(client, number + one * 10) for one in range(20)])
    assert is_own(client, 7)
    with pytest.raises(ClusterError):
        connect(nodes, hosts=nodes.cluster.hosts, tls=True)


# -- the end --------------------------------------------------------------------------------------


def test_closing_waits_for_answers(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes)
    nodes.first.script = lambda node, message: 0.1
    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(is_own(client, 1)))
    thread.start()
    until(lambda: nodes.first.requests)
    client.close()
    thread.join(10)
    assert results == [True]


def test_closing_ends_who_waits_for_ever(serve: Any, connect: Any, until: Any):
    nodes = serve()
    client = connect(nodes, max_conns_per_node=1)
    nodes.first.script = lambda node, message: HOLD
    errors: list[AerospikeError] = []

    def work() -> None:
        try:
            client.get(KEY, {"total_timeout": 0, "socket_timeout": 0, "max_retries": 0})
        except AerospikeError as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: nodes.first.held)
    client.close()
    for thread in threads:
        thread.join(10)
    assert len(errors) == 3


def test_a_client_that_is_forgotten_leaves_nothing(serve: Any, until: Any):
    from gridwire.aerospike._client import Client

    nodes = serve()
    client = Client({"hosts": nodes.cluster.hosts}).connect()
    assert is_own(client, 1)
    del client
    until(lambda: not nodes.first.links)
    until(lambda: all("aerospike" not in one.name for one in threading.enumerate()))


def test_prefer_rack_goes_to_the_rack(serve: Any, connect: Any):
    nodes = serve(2)
    client = connect(nodes, rack_id=1, policies={"read": {"replica": c.POLICY_REPLICA_PREFER_RACK}})
    assert all(is_own(client, number) for number in range(20))
    assert [node.requests for node in nodes.cluster.nodes] == [0, 20]
