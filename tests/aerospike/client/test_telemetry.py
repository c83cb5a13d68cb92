# SPDX-License-Identifier: Apache-2.0
"""Calls are told to OpenTelemetry by the conventions for database clients, in both styles."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from gridwire import aerospike as a
from gridwire.aerospike._options.client_options import read_config
from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.control import asyncio_engine, blocking_engine
from gridwire.testing import AerospikeCluster
from support.aerospike_styles import STYLES, make_client
from support.telemetry import Listener

SECRET = "a-key-of-a-user"
KEY = ("test", "prices", SECRET)
SHORT = {"total_timeout": 200, "max_retries": 0}


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def cluster():
    with AerospikeCluster(nodes=2) as cluster:
        yield cluster


@pytest.fixture(params=STYLES)
def client(
    request: pytest.FixtureRequest, cluster: AerospikeCluster, listener: Listener
) -> Iterator[Any]:
    with ExitStack() as stack:
        config = {"hosts": cluster.hosts, "telemetry": listener.telemetry}
        made = make_client(request.param, config, stack)
        made.connect()
        yield made


def test_a_command_is_a_span_with_the_attributes_of_the_conventions(
    client: Any, listener: Listener, cluster: AerospikeCluster
):
    client.put(KEY, {"cents": 310})
    span = listener.span()
    assert span.name == "put prices"
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    port = span.attributes["server.port"]
    assert port in {node.port for node in cluster.nodes}
    assert dict(span.attributes) == {
        "db.system.name": "aerospike",
        "db.operation.name": "put",
        "db.namespace": "test",
        "db.collection.name": "prices",
        "server.address": "127.0.0.1",
        "server.port": port,
        "network.peer.address": "127.0.0.1",
        "network.peer.port": port,
    }
    ((attributes, point),) = listener.metric("db.client.operation.duration")
    assert attributes["db.operation.name"] == "put"
    assert point.count == 1


def test_a_command_that_was_repeated_elsewhere_names_no_server_for_certain(
    client: Any, listener: Listener, cluster: AerospikeCluster
):
    client.put(KEY, {"cents": 310})
    listener.spans()
    with cluster.refuse(18, requests="record.read", times=1):
        client.get(KEY, {"max_retries": 2, "total_timeout": 5000})
    assert "server.address" not in listener.span().attributes


def test_no_such_record_is_an_answer_and_no_error(client: Any, listener: Listener):
    with pytest.raises(a.RecordNotFound):
        client.get(KEY)
    span = listener.span()
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["db.response.status_code"] == "2"
    assert "error.type" not in span.attributes


def test_a_failed_write_says_what_is_known_of_it(
    client: Any, listener: Listener, cluster: AerospikeCluster
):
    with cluster.drop(answers="record.write"), pytest.raises(a.AerospikeError):
        client.put(KEY, {"cents": 310}, policy=SHORT)
    span = listener.span()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"].startswith("gridwire.aerospike.exception.")
    assert span.attributes["gridwire.outcome"] == "unknown"
    assert SECRET not in span.to_json()


def test_what_the_server_refused_has_its_code(
    client: Any, listener: Listener, cluster: AerospikeCluster
):
    cluster.set_full("test")
    with pytest.raises(a.AerospikeError):
        client.put(KEY, {"cents": 310}, policy=SHORT)
    span = listener.span()
    assert span.attributes["db.response.status_code"] == "8"
    assert span.attributes["gridwire.outcome"] == "rejected"


def test_a_batch_is_one_span(client: Any, listener: Listener):
    client.batch_read([("test", "prices", number) for number in range(7)])
    span = listener.span()
    assert span.name == "batch_read prices"
    assert span.attributes["db.operation.batch.size"] == 7


def test_a_batch_of_several_sets_names_none(client: Any, listener: Listener):
    client.batch_read([("test", "prices", 1), ("test", "rooms", 1)])
    span = listener.span()
    assert span.name == "batch_read test"
    assert "db.collection.name" not in span.attributes


def test_questions_to_nodes_are_told(client: Any, listener: Listener):
    client.info_random_node("build")
    client.info_all("build")
    assert [span.name for span in listener.spans()] == ["info", "info_all"]


def test_connections_and_counters_are_told(
    client: Any, listener: Listener, cluster: AerospikeCluster
):
    client.put(KEY, {"cents": 310})
    points = listener.metric("db.client.connection.count")
    by_state: dict[str, int] = {}
    for attributes, point in points:
        state = attributes["db.client.connection.state"]
        by_state[state] = by_state.get(state, 0) + point.value
    assert by_state["used"] == 0
    assert by_state["idle"] >= 1
    ((attributes, point),) = listener.metric("gridwire.connections_opened")
    assert point.value == client.diagnostics()["counters"]["connections_opened"]
    # Its clients have neither, and so there is nothing to tell.
    assert not listener.metric("gridwire.lost_backup_acks")
    assert not listener.metric("gridwire.gaps")
    client.close()
    assert not listener.metric("db.client.connection.count")


def test_a_cancelled_command_ends_its_span_in_the_context_of_its_caller(
    cluster: AerospikeCluster, listener: Listener
):
    tracer = listener.tracers.get_tracer("test")

    async def main() -> None:
        client = AsyncClient({"hosts": cluster.hosts, "telemetry": listener.telemetry})
        await client.connect()
        try:
            with (
                cluster.drop(answers="record.write") as fault,
                tracer.start_as_current_span("work"),
            ):
                task = asyncio.ensure_future(client.put(KEY, {"cents": 1}))
                await asyncio.to_thread(fault.wait)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
        finally:
            await client.close()

    asyncio.run(main())
    call, work = listener.spans()
    assert call.parent.span_id == work.get_span_context().span_id
    assert call.attributes["error.type"].endswith("CancelledError")
    assert call.attributes["gridwire.outcome"] == "unknown"


@pytest.mark.parametrize("most", [0, 5], ids=["plain", "gated"])
def test_without_it_the_engines_are_the_plain_ones(cluster: AerospikeCluster, most: int):
    options = read_config({"hosts": cluster.hosts, "max_concurrent_operations": most})

    async def make() -> object:
        return asyncio_engine.make_engine(options, "1")

    for module, engine, plain in (
        (asyncio_engine, asyncio.run(make()), asyncio_engine.AsyncioEngine),
        (
            blocking_engine,
            blocking_engine.make_engine(options, "1"),
            blocking_engine.BlockingEngine,
        ),
    ):
        assert type(engine) is (module._GatedEngine if most else plain)


def test_a_client_with_a_limit_at_once_is_told_as_well(
    cluster: AerospikeCluster, listener: Listener
):
    config = {
        "hosts": cluster.hosts,
        "telemetry": listener.telemetry,
        "max_concurrent_operations": 2,
    }
    with a.client(config) as client:
        client.connect()
        client.put(KEY, {"cents": 1})
        assert client.diagnostics()["gate"] is not None
    assert listener.span().name == "put prices"


def test_true_takes_the_providers_of_the_program(
    cluster: AerospikeCluster, listener: Listener, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: listener.tracers)
    with a.client({"hosts": cluster.hosts, "telemetry": True}) as client:
        client.connect()
        client.put(KEY, {"cents": 1})
    assert listener.span().name == "put prices"


def test_another_value_of_the_key_is_refused():
    with pytest.raises(TypeError, match="telemetry"):
        read_config({"hosts": ["127.0.0.1"], "telemetry": "yes"})
