# SPDX-License-Identifier: Apache-2.0
"""`client.diagnostics()` in both call styles: one shape in every state, and true numbers."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from gridwire import aerospike as a
from gridwire._core.counters import COUNTERS
from gridwire._core.outcome import Outcome
from gridwire.aerospike.asyncio.client import AsyncClient
from gridwire.aerospike.diagnostics import Diagnostics
from gridwire.testing import AerospikeCluster
from support.aerospike_styles import STYLES, make_client
from support.patience import until
from support.shapes import assert_shape

Make = Callable[..., Any]
PATIENCE = 20.0


REPEATED = {"total_timeout": 5000, "max_retries": 5}


@pytest.fixture(params=STYLES)
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes a client that is not connected."""
    with ExitStack() as stack:

        def client(hosts: Any, **config: Any) -> Any:
            config = {"hosts": hosts, "tend_interval": 50, **config}
            return make_client(request.param, config, stack)

        yield client


@pytest.fixture
def two() -> Iterator[AerospikeCluster]:
    with AerospikeCluster(nodes=2, racks=[7, 8]) as nodes:
        yield nodes


def of(client: Any) -> dict[str, Any]:
    told: dict[str, Any] = client.diagnostics()
    assert_shape(told, Diagnostics)
    assert json.loads(json.dumps(told)) == told
    assert set(told["counters"]) == set(COUNTERS)
    return told


def in_all_pools(told: dict[str, Any], name: str) -> int:
    return sum(one["pool"][name] for one in told["nodes"])


def aside(function: Callable[..., Any], *args: Any) -> threading.Thread:
    def run() -> None:
        try:
            function(*args)
        except a.AerospikeError:
            return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_before_while_and_after_it_is_connected(make: Make, two: AerospikeCluster) -> None:
    client = make(two.hosts, rack_id=7)
    told = of(client)
    assert (told["client"]["state"], told["client"]["since"]) == ("not connected", None)
    assert (told["nodes"], told["tend"], told["gate"]) == ([], None, None)
    began = time.time()
    client.connect()
    for number in range(20):
        client.put(("test", "demo", number), {"n": number})
    told = until(lambda: (now := of(client))["tend"]["rounds"] >= 3 and now)
    assert told["client"]["state"] == "connected"
    assert told["client"]["hosts"] == [f"{host[0]}:{host[1]}" for host in two.hosts]
    assert told["client"]["pid"] == os.getpid()
    assert began <= told["client"]["since"] <= told["taken_at"] <= time.time()
    assert 0 <= told["tend"]["age"] < 10
    assert told["tend"]["interval"] == 0.05
    assert {one["name"] for one in told["nodes"]} == set(client.get_node_names())
    assert sorted(one["racks"]["test"] for one in told["nodes"]) == [7, 8]
    for node in told["nodes"]:
        assert not node["left_alone"]
        assert node["session"] is None
        pool = node["pool"]
        assert (pool["open"], pool["idle"], pool["in_use"], pool["in_flight"]) == (1, 1, 0, 0)
        assert (pool["limit"], pool["waiting"], pool["late_heads"]) == (256, 0, 0)
    owners = told["partitions"]["test"]
    assert (owners["replicas"], owners["without_master"]) == (2, 0)
    assert sum(owners["masters"].values()) == 4096
    assert told["counters"]["connections_opened"] == 2
    client.close()
    told = of(client)
    assert told["client"]["state"] == "closed"
    assert told["client"]["hosts"] == [f"{host[0]}:{host[1]}" for host in two.hosts]
    assert told["nodes"] == []
    assert told["counters"]["connections_opened"] == 2


def test_each_connection_has_its_own_age(make: Make, two: AerospikeCluster) -> None:
    client, began = make(two.hosts), time.monotonic()
    client.connect()
    for number in range(20):
        client.put(("test", "demo", number), {"n": number})
    lost, kept = two.nodes
    looked = time.monotonic()
    young = ages(client)
    told = time.monotonic()
    assert 0 < young[lost.name] < told - began
    assert 0 < young[kept.name] < told - began
    began = time.monotonic()
    two.disconnect(nodes=lost)
    for number in range(20):
        client.put(("test", "demo", number), {"n": number}, None, REPEATED)
    asked = time.monotonic()
    old = ages(client)
    now = time.monotonic()
    assert 0 < old[lost.name] < now - began
    assert asked - told <= old[kept.name] - young[kept.name] <= now - looked


def ages(client: Any) -> dict[str, float]:
    """How old the only connection to each node is."""
    pools = {one["name"]: one["pool"] for one in of(client)["nodes"]}
    assert [(pool["open"], len(pool["ages"])) for pool in pools.values()] == [(1, 1), (1, 1)]
    return {name: pool["ages"][0] for name, pool in pools.items()}


def test_the_partition_table_and_the_round_that_brought_it(
    make: Make, two: AerospikeCluster
) -> None:
    client = make(two.hosts)
    client.connect()

    def generations() -> dict[str, int | None]:
        return {one["name"]: one["partition_generation"] for one in of(client)["nodes"]}

    before = until(lambda: None not in (now := generations()).values() and now)
    for node in two.nodes:
        two.migrate(range(100), node)
    names = [node.name for node in two.nodes]
    until(lambda: all((generations()[name] or 0) > before[name] for name in names))
    with two.pause():
        until(lambda: set(generations().values()) == {None})
    client.close()
    seldom = make(two.hosts, tend_interval=60_000)
    seldom.connect()
    first = of(seldom)["tend"]
    second = until(lambda: (now := of(seldom)["tend"])["age"] > first["age"] + 0.05 and now)
    assert second["rounds"] == first["rounds"]


def test_what_is_under_way_at_a_paused_node(make: Make, two: AerospikeCluster) -> None:
    client = make(two.hosts)
    client.connect()
    for number in range(20):
        client.put(("test", "demo", number), {"n": number})
    policy = {"total_timeout": 2000, "socket_timeout": 2000, "max_retries": 0}
    with two.pause():
        calls = [aside(client.get, ("test", "demo", number), policy) for number in range(6)]

        def everybody_waits() -> dict[str, Any] | None:
            told = of(client)
            # Reads behind a late answer look for another connection.
            waiting = in_all_pools(told, "in_flight") + in_all_pools(told, "waiting")
            return told if waiting == 6 else None

        told = until(everybody_waits)
        assert in_all_pools(told, "in_use") >= 1
        for node in told["nodes"]:
            pool = node["pool"]
            assert pool["in_use"] + pool["idle"] == pool["open"]
    for call in calls:
        call.join(PATIENCE)
    told = of(client)
    assert in_all_pools(told, "in_flight") == in_all_pools(told, "waiting") == 0


def test_a_late_answer_is_counted_and_harms_nobody(make: Make, two: AerospikeCluster) -> None:
    client = make(two.hosts)
    client.connect()
    key = ("test", "demo", 1)
    client.put(key, {"n": 1})
    policy = {"total_timeout": 100, "socket_timeout": 100, "max_retries": 0, "timeout_delay": 5000}
    with two.delay(answers="record.read"):
        with pytest.raises(a.AerospikeTimeoutError):
            client.get(key, policy)
        told = until(lambda: in_all_pools(now := of(client), "late_heads") and now)
        assert told["counters"]["late_replies"] == 0
    until(lambda: of(client)["counters"]["late_replies"] == 1)
    until(lambda: not in_all_pools(of(client), "late_heads"))


def test_retries_losses_and_doubts_are_counted(make: Make, two: AerospikeCluster) -> None:
    client = make(two.hosts, tend_interval=60_000)
    client.connect()
    key = ("test", "demo", 1)
    client.put(key, {"n": 1})
    with two.drop(answers="record.write"):
        policy = {"total_timeout": 100, "socket_timeout": 100, "max_retries": 0}
        with pytest.raises(a.AerospikeError) as caught:
            client.put(key, {"n": 2}, None, policy)
    assert caught.value.outcome is Outcome.UNKNOWN
    counters = of(client)["counters"]
    assert (counters["indeterminate_writes"], counters["retries"]) == (1, 0)
    with two.cut_off(answers="record.read", times=1):
        assert client.get(key, {"max_retries": 2, "sleep_between_retries": 1}).bins
    counters = of(client)["counters"]
    assert (counters["connections_lost"], counters["retries"]) == (1, 1)


def test_a_cluster_that_goes_and_comes_back(make: Make) -> None:
    with AerospikeCluster(nodes=1) as cluster:
        client = make(cluster.hosts, timeout=100)
        client.connect()
        with cluster.pause():
            told = until(lambda: (now := of(client))["client"]["state"] == "without nodes" and now)
            assert told["nodes"] == []
            assert told["counters"]["reconnects"] == 0
            until(lambda: of(client)["tend"]["problems"])
        told = until(lambda: (now := of(client))["client"]["state"] == "connected" and now)
        assert told["counters"]["reconnects"] == 1
        assert told["client"]["since"] <= told["taken_at"]


def test_what_a_paused_node_does_not_take(two: AerospikeCluster) -> None:
    size = 32 << 20

    async def main() -> None:
        async with AsyncClient({"hosts": two.hosts, "tend_interval": 60_000}) as client:
            await client.connect()
            await client.put(("test", "demo", 1), {"light": 1})  # So that a connection is there.
            policy = {"total_timeout": 0, "socket_timeout": 0, "max_retries": 0}
            with two.pause():
                call = asyncio.create_task(
                    client.put(("test", "demo", 1), {"heavy": bytes(size)}, None, policy)
                )
                async with asyncio.timeout(PATIENCE):
                    while not (unsent := in_all_pools(of(client), "unsent_bytes")):
                        assert not call.done()
                        await asyncio.sleep(0.005)
                assert size // 2 < unsent < size + 1000
            with suppress(a.AerospikeError):  # It is too large for a record.
                await call
            assert in_all_pools(of(client), "unsent_bytes") == 0

    asyncio.run(main())


def test_a_long_answer_that_is_not_complete(two: AerospikeCluster) -> None:
    async def main() -> None:
        async with AsyncClient({"hosts": two.hosts}) as client:
            await client.connect()
            await client.put(("test", "demo", 1), {"text": "x" * 100_000})
            with two.slow_drip(1000, 0.01):
                call = asyncio.create_task(client.get(("test", "demo", 1)))
                while not in_all_pools(of(client), "buffered_bytes"):
                    assert not call.done()
                    await asyncio.sleep(0.005)
            await call
            assert in_all_pools(of(client), "buffered_bytes") == 0

    asyncio.run(main())


def test_the_gate(make: Make, two: AerospikeCluster) -> None:
    client = make(two.hosts, max_concurrent_operations=1)
    client.connect()
    assert of(client)["gate"] == {"limit": 1, "waiting": 0}
    with two.pause():
        calls = [aside(client.get, ("test", "demo", number)) for number in range(3)]
        until(lambda: of(client)["gate"] == {"limit": 1, "waiting": 2})
    for call in calls:
        call.join(PATIENCE)


def test_sessions_without_their_secrets(make: Make) -> None:
    with AerospikeCluster(nodes=1, users={"ann": "s3cret"}) as cluster:
        client = make(cluster.hosts, user="ann", password="s3cret")
        client.connect()
        told = of(client)
        assert told["client"]["authenticated"]
        (node,) = told["nodes"]
        assert node["session"]["has_token"]
        assert node["session"]["renews_in"] is None or node["session"]["renews_in"] > 0
        assert "s3cret" not in json.dumps(told)


def test_any_thread_may_ask_while_everything_changes(make: Make, two: AerospikeCluster) -> None:
    client = make(two.hosts)
    client.connect()
    stop, asked = threading.Event(), []

    def ask() -> None:
        asked.append(of(client)["client"]["state"])
        # Three that never pause would leave the interpreter to nobody else.
        while not stop.wait(0.001):
            asked.append(of(client)["client"]["state"])

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for one in asking:
        one.start()
    try:
        for turn in range(3):
            for number in range(50):
                client.put(("test", "demo", number), {"n": turn}, None, {"max_retries": 3})
            two.disconnect()
        client.close()
    finally:
        stop.set()
    for one in asking:
        one.join(PATIENCE)
    assert {"connected", "closed"} >= set(asked) >= {"connected"}
