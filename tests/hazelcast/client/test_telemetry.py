# SPDX-License-Identifier: Apache-2.0
"""Calls are told to OpenTelemetry by the conventions for database clients, in every style."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from gridwire._telemetry import calls
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.control.asyncio_engine import AsyncioEngine
from gridwire.hazelcast.control.blocking_engine import BlockingEngine
from gridwire.hazelcast.control.future_engine import FutureEngine
from gridwire.hazelcast.control.near_engines import NearBlockingEngine, NearFutureEngine
from gridwire.telemetry import Telemetry
from gridwire.testing import HazelcastCluster
from support.call_styles import Style, make_style
from support.telemetry import Listener

ENDED_SECONDS = 10.0
SECRET = "a-key-of-a-user"


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def cluster():
    with HazelcastCluster(members=2, cluster_name="shop") as cluster:
        yield cluster


def ended(listener: Listener, count: int = 1) -> list:
    """So many spans: a caller of a future may go on a moment before its span has ended."""
    spans = listener.spans()
    deadline = time.monotonic() + ENDED_SECONDS
    while len(spans) < count and time.monotonic() < deadline:
        time.sleep(0.005)
        spans += listener.spans()
    assert len(spans) == count, [span.name for span in spans]
    return spans


def test_a_call_is_a_span_with_the_attributes_of_the_conventions(
    styles: Style, cluster: HazelcastCluster, listener: Listener
):
    client = styles.client(cluster, telemetry=listener.telemetry)
    prices = client.map("prices")
    styles.call(prices.set, SECRET, 3)
    (span,) = ended(listener)
    assert span.name == "Map.Set prices"
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    attributes = dict(span.attributes)
    address = f"{attributes['server.address']}:{attributes['server.port']}"
    owner = client.partitions.get_partition_owner(client.partitions.get_partition_id(SECRET))
    assert [str(m.address) for m in client.cluster.get_members() if m.uuid == owner] == [address]
    assert attributes == {
        "db.system.name": "hazelcast",
        "db.operation.name": "Map.Set",
        "db.namespace": "shop",
        "db.collection.name": "prices",
        "server.address": "127.0.0.1",
        "server.port": attributes["server.port"],
        "network.peer.address": "127.0.0.1",
        "network.peer.port": attributes["server.port"],
    }


def test_the_duration_of_a_call_is_measured_once(
    styles: Style, cluster: HazelcastCluster, listener: Listener
):
    prices = styles.client(cluster, telemetry=listener.telemetry).map("prices")
    with cluster.delay(0.2, answers="Map.Get"):
        styles.call(prices.get, "tea")
    (span,) = ended(listener)
    ((attributes, point),) = listener.metric("db.client.operation.duration")
    assert attributes["db.operation.name"] == "Map.Get"
    assert "network.peer.address" not in attributes
    assert point.count == 1
    assert list(point.explicit_bounds) == [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
    seconds = (span.end_time - span.start_time) / 1e9
    assert 0.2 <= point.sum < 0.2 + ENDED_SECONDS
    assert seconds == pytest.approx(point.sum, abs=0.05)


def test_a_span_is_a_child_of_the_callers(
    styles: Style, cluster: HazelcastCluster, listener: Listener
):
    prices = styles.client(cluster, telemetry=listener.telemetry).map("prices")
    with listener.tracers.get_tracer("test").start_as_current_span("work") as work:
        styles.call(prices.get, "tea")
    spans = ended(listener, 2)
    (call,) = [span for span in spans if span.name == "Map.Get prices"]
    assert call.parent.span_id == work.get_span_context().span_id


def test_a_failed_write_says_what_is_known_of_it(
    styles: Style, cluster: HazelcastCluster, listener: Listener
):
    prices = styles.client(cluster, telemetry=listener.telemetry).map("prices")
    with cluster.drop(answers="Map.Set"):
        error = styles.error(prices.set, SECRET, 3, timeout=0.2)
    (span,) = ended(listener)
    assert span.status.status_code is StatusCode.ERROR
    kind = type(error)
    assert span.attributes["error.type"] == f"{kind.__module__}.{kind.__qualname__}"
    assert span.attributes["gridwire.outcome"] == "unknown"
    assert SECRET not in span.to_json()
    ((attributes, _),) = listener.metric("db.client.operation.duration")
    assert attributes["error.type"] == span.attributes["error.type"]


def test_a_failed_read_has_no_outcome(styles: Style, cluster: HazelcastCluster, listener: Listener):
    prices = styles.client(cluster, telemetry=listener.telemetry).map("prices")
    with cluster.drop(answers="Map.Get"):
        styles.error(prices.get, SECRET, timeout=0.2)
    (span,) = ended(listener)
    assert span.status.status_code is StatusCode.ERROR
    assert "gridwire.outcome" not in span.attributes


def test_an_answer_that_cannot_be_read_is_an_error(
    styles: Style, cluster: HazelcastCluster, listener: Listener
):
    prices = styles.client(cluster, telemetry=listener.telemetry).map("prices")
    styles.call(prices.set, "tea", "green")
    ended(listener)
    with cluster.garble(answers="Map.Get", how="noise", times=1):
        error = styles.error_or_value(prices.get, "tea")
    (span,) = ended(listener)
    assert isinstance(error, Exception)
    assert span.status.status_code is StatusCode.ERROR


def test_a_cancelled_call_ends_its_span(
    cancelling_styles: Style, cluster: HazelcastCluster, listener: Listener
):
    styles = cancelling_styles
    prices = styles.client(cluster, telemetry=listener.telemetry).map("prices")
    with cluster.drop(requests="Map.Set") as fault:
        pending = styles.begin(prices.set, "tea", 3)
        fault.wait()
        assert pending.cancel()
        (span,) = ended(listener)
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"].endswith("CancelledError")
    assert span.attributes["gridwire.outcome"] == "unknown"


def test_an_operation_of_several_round_trips_is_one_span(
    styles: Style, cluster: HazelcastCluster, listener: Listener
):
    prices = styles.client(cluster, telemetry=listener.telemetry).map("prices")
    styles.call(prices.put_all, {number: number for number in range(20)})
    styles.call(prices.get_all, range(20))
    assert [span.name for span in ended(listener, 2)] == ["Map.PutAll prices", "Map.GetAll prices"]


def test_locks_and_listeners_are_told(styles: Style, cluster: HazelcastCluster, listener: Listener):
    prices = styles.client(cluster, telemetry=listener.telemetry).map("prices")
    if styles.name == "blocking":
        prices.lock("tea")
        prices.unlock("tea")
        ended(listener, 2)
    identity = styles.call(prices.add_entry_listener, added_func=lambda _: None)
    styles.call(prices.remove_entry_listener, identity)
    assert [span.name for span in ended(listener, 2)] == [
        "Map.AddListener prices",
        "Map.RemoveListener prices",
    ]


def test_a_hit_of_a_near_cache_is_no_call(
    styles: Style, cluster: HazelcastCluster, listener: Listener
):
    client = styles.client(cluster, telemetry=listener.telemetry, near_caches={"prices": {}})
    prices = client.map("prices")
    styles.call(prices.set, "tea", 3)
    assert styles.call(prices.get, "tea") == 3
    ended(listener, 2)
    assert styles.call(prices.get, "tea") == 3
    styles.call(prices.set, "tea", 4)
    assert styles.call(prices.get, "tea") == 4
    assert [span.name for span in ended(listener, 2)] == ["Map.Set prices", "Map.Get prices"]


def test_connections_and_counters_are_told(
    styles: Style, cluster: HazelcastCluster, listener: Listener
):
    client = styles.client(cluster, telemetry=listener.telemetry, client_name="till")
    styles.call(client.map("prices").get, "tea")
    points = listener.metric("db.client.connection.count")
    assert {attributes["db.client.connection.pool.name"] for attributes, _ in points} == {
        f"till/{address}" for address in cluster.addresses
    }
    assert {attributes["db.client.connection.state"] for attributes, _ in points} == {"used"}
    ((attributes, point),) = listener.metric("gridwire.connections_opened")
    assert attributes["gridwire.client"] == "till"
    assert point.value == client.raw.diagnostics()["counters"]["connections_opened"]


def test_two_clients_of_a_provider_share_its_instruments(
    styles: Style, cluster: HazelcastCluster, listener: Listener, caplog: pytest.LogCaptureFixture
):
    for name in ("one", "two"):
        styles.client(cluster, telemetry=listener.telemetry, client_name=name)
    names = {each["gridwire.client"] for each, _ in listener.metric("gridwire.retries")}
    assert names == {"one", "two"}
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]


def test_a_client_that_is_gone_is_told_no_more(cluster: HazelcastCluster, listener: Listener):
    options = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
    with HazelcastClient(telemetry=listener.telemetry, **options):
        assert listener.metric("gridwire.retries")
    gc.collect()
    assert not listener.metric("db.client.connection.count")


@pytest.mark.parametrize(("spans", "metrics"), [(True, False), (False, True)])
def test_spans_and_metrics_can_be_left_out(
    cluster: HazelcastCluster, listener: Listener, spans: bool, metrics: bool
):
    chosen = Telemetry(listener.tracers, listener.meters, spans=spans, metrics=metrics)
    options = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
    with HazelcastClient(telemetry=chosen, **options) as client:
        client.get_map("prices").blocking().get("tea")
    assert bool(listener.spans()) is spans
    assert bool(listener.metric("db.client.operation.duration")) is metrics


class Clock:
    """What calls are timed by; each look at it is noted."""

    def __init__(self) -> None:
        self.looks = threading.Semaphore(0)
        self.told: list[int] = []

    def __call__(self) -> int:
        self.told.append(time.time_ns())
        self.looks.release()
        return self.told[-1]


def test_a_future_is_measured_until_it_is_complete_not_until_others_have_looked(
    cluster: HazelcastCluster, listener: Listener, monkeypatch: pytest.MonkeyPatch
):
    clock = Clock()
    monkeypatch.setattr(calls, "time_ns", clock)
    options = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
    with HazelcastClient(telemetry=listener.telemetry, **options) as client:
        prices = client.get_map("prices")
        go_on = threading.Event()
        busy = threading.Event()

        def keep_the_dispatcher(_: object) -> None:
            busy.set()
            go_on.wait(ENDED_SECONDS)

        with cluster.delay(requests="Map.Set"):
            prices.set("tea", 1).add_done_callback(keep_the_dispatcher)
        assert busy.wait(ENDED_SECONDS)
        prices.get("tea").result()
        # Both are complete, and one of them nobody has been told of.
        assert all(clock.looks.acquire(timeout=ENDED_SECONDS) for _ in range(2))
        complete_at = time.time_ns()
        go_on.set()
        spans = {span.name: span for span in ended(listener, 2)}
    assert spans["Map.Get prices"].end_time == clock.told[1]
    assert spans["Map.Get prices"].end_time <= complete_at


def test_without_it_the_engines_are_the_plain_ones(cluster: HazelcastCluster):
    options = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
    with HazelcastClient(near_caches={"near": {}}, **options) as client:
        plain, near = client.get_map("plain"), client.get_map("near")
        assert type(plain._engine) is FutureEngine
        assert type(plain.blocking()._engine) is BlockingEngine
        assert type(near._engine) is NearFutureEngine
        assert type(near.blocking()._engine) is NearBlockingEngine


def test_without_it_the_engines_of_asyncio_are_the_plain_ones(make_asyncio_client):
    prices = make_asyncio_client()
    assert type(prices._engine) is AsyncioEngine


@pytest.fixture
def make_asyncio_client(cluster: HazelcastCluster):
    style = make_style("asyncio")
    yield lambda: style.client(cluster).map("plain")
    style.close()


def test_without_it_nothing_of_opentelemetry_is_imported():
    code = (
        "import sys, gridwire.hazelcast, gridwire.hazelcast.asyncio, gridwire.aerospike\n"
        "print([name for name in sys.modules if 'opentelemetry' in name or '_telemetry' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "gridwire.hazelcast.control.telemetry", None)
    with pytest.raises(Exception, match=r"gridwire\[otel\]"):
        HazelcastClient(telemetry=True)


def test_true_takes_the_providers_of_the_program(
    cluster: HazelcastCluster, listener: Listener, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: listener.tracers)
    options = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
    with HazelcastClient(telemetry=True, **options) as client:
        client.get_map("prices").blocking().get("tea")
    assert listener.span().name == "Map.Get prices"


@pytest.mark.parametrize("value", [1, "yes"])
def test_another_value_of_the_option_is_refused(value: object):
    with pytest.raises(TypeError, match="telemetry"):
        HazelcastClient(telemetry=value)


@pytest.mark.parametrize("name", ["tracer_provider", "meter_provider"])
def test_what_is_no_provider_is_refused_by_its_name(name: str):
    with pytest.raises(TypeError, match=f"{name} must be a .*Provider of OpenTelemetry, not int"):
        Telemetry(**{name: 3})
