# SPDX-License-Identifier: Apache-2.0
"""`client.diagnostics()`: the shape is always the same, and the numbers are true."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from typing import Any

import pytest

from gridwire._core.counters import COUNTERS
from gridwire._core.outcome import Outcome
from gridwire.hazelcast.diagnostics import Diagnostics
from gridwire.testing import HazelcastCluster
from support.call_styles import PATIENCE, Client
from support.patience import until
from support.scripted_replies import acked, as_usual
from support.shapes import assert_shape

KIB = 1024
SMALL_BUFFERS = [(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * KIB)]
BEATS = {"heartbeat_interval": 0.03, "heartbeat_timeout": 30}


def of(client: Client) -> dict[str, Any]:
    """What it tells; its shape is looked at whatever the state is."""
    told: dict[str, Any] = client.raw.diagnostics()
    assert_shape(told, Diagnostics)
    assert json.loads(json.dumps(told)) == told
    assert set(told["counters"]) == set(COUNTERS)
    return told


@pytest.fixture
def one():
    with HazelcastCluster(members=1, partition_count=7) as running:
        yield running


@pytest.fixture
def three():
    with HazelcastCluster(members=3, partition_count=7) as running:
        yield running


def test_a_connected_client(three, styles) -> None:
    began = time.time()
    client = styles.client(three, client_name="told")
    told = of(client)
    assert began <= told["taken_at"] <= time.time()
    who = told["client"]
    assert (who["name"], who["cluster"], who["state"]) == ("told", three.cluster_name, "connected")
    assert (who["routing"], who["failure"], who["pid"]) == ("smart", None, os.getpid())
    assert began <= who["since"] <= told["taken_at"]
    members = {str(one.uuid): one.address for one in three.members}
    assert {one["uuid"]: one["address"] for one in told["members"]["known"]} == members
    assert all(one["connected"] and not one["lite"] for one in told["members"]["known"])
    assert {one["member"]: one["address"] for one in told["connections"]} == members
    for one in told["connections"]:
        assert 0 <= one["idle"] <= one["age"] <= time.time() - began
        assert one["local_address"].startswith("127.0.0.1:")
        assert one["counts_backups"]
        assert one["sent_bytes"] > 0
        assert one["received_bytes"] > 0
    assert told["partitions"]["count"] == 7
    assert told["partitions"]["without_owner"] == told["partitions"]["without_connection"] == 0
    assert told["counters"]["connections_opened"] == 3
    assert told["traffic"]["sent"] == sum(one["sent_bytes"] for one in told["connections"])


def test_each_connection_has_its_own_age(three, styles) -> None:
    client = styles.client(three)
    member = three.members[1]
    looked = time.monotonic()
    young = {one["member"]: one["age"] for one in of(client)["connections"]}
    began = time.monotonic()
    assert three.disconnect(members=member) == 1
    told = until(
        lambda: (
            (now := of(client))["counters"]["connections_opened"] == 4
            and len(now["connections"]) == 3
            and now
        )
    )
    now = time.monotonic()
    ages = {one["member"]: one["age"] for one in told["connections"]}
    newest = ages.pop(str(member.uuid))
    assert [one["member"] for one in told["connections"]][-1] == str(member.uuid)
    assert 0 < newest < now - began
    for uuid, age in ages.items():
        assert newest < age
        assert young[uuid] < age <= young[uuid] + now - looked


def test_the_version_of_the_partition_table(three, styles) -> None:
    client = styles.client(three)
    before = of(client)["partitions"]["version"]
    three.migrate(range(7), three.members[0])
    until(lambda: of(client)["partitions"]["version"] > before)
    assert of(client)["partitions"]["without_owner"] == 0


def test_calls_in_flight_are_counted_where_they_are(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster, max_pending_invocations=2)
    numbers = client.map()
    held = cluster.hold("Map.Get")
    calls = [styles.begin(numbers.get, number) for number in range(2)]
    requests = [held.next(), held.next()]
    # Futures are given out when there is room, so that this one may block whoever makes it.
    calls.append(styles.aside(styles.call, numbers.get, 2))
    told = until(lambda: (now := of(client))["calls"]["waiting_for_room"] == 1 and now)
    assert told["calls"]["pending"] == told["calls"]["limit"] == 2
    assert [one["in_flight"] for one in told["connections"]] == [2]
    cluster.behave("Map.Get")
    for one in requests:
        as_usual(one)
    for call in calls:
        call.result()
    told = of(client)
    assert [one["in_flight"] for one in told["connections"]] == [0]
    assert told["calls"]["pending"] == told["calls"]["waiting_for_room"] == 0


def test_a_paused_member_is_seen_by_its_silence(three, styles) -> None:
    client = styles.client(three, **BEATS)
    quiet = three.members[1]
    numbers = client.map()

    def connection(told: dict[str, Any], uuid: object) -> dict[str, Any]:
        return next(one for one in told["connections"] if one["member"] == str(uuid))

    with quiet.pause():
        calls = [styles.begin(numbers.put, number, "x" * 1000) for number in range(20)]
        told = until(
            lambda: (
                connection(now := of(client), quiet.uuid)["idle"] > 0.2
                and connection(now, quiet.uuid)["in_flight"] > 0
                and connection(now, three.members[0].uuid)["idle"] < 0.2
                and now
            )
        )
        assert told["client"]["state"] == "connected"
        # The heartbeat waits for an answer too, so that there may be more calls than ours.
        in_flight = sum(one["in_flight"] for one in told["connections"])
        assert abs(in_flight - told["calls"]["pending"]) <= 2
    for call in calls:
        assert call.result() is None
    until(lambda: connection(of(client), quiet.uuid)["idle"] < 0.1)


def test_an_answer_of_which_a_part_has_come(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    held = cluster.hold("Map.Size")
    call = styles.begin(client.map().size)
    request = held.next()
    whole = request.response(7)
    request.connection.write(whole[:-5])
    there = len(whole) - 5
    told = until(lambda: (now := of(client))["memory"]["receive_buffers"] == there and now)
    assert [one["buffered_bytes"] for one in told["connections"]] == [there]
    assert told["memory"]["unsent"] == 0
    request.connection.write(whole[-5:])
    assert call.result() == 7
    told = of(client)
    assert told["memory"]["receive_buffers"] == told["connections"][0]["buffered_bytes"] == 0


def test_what_a_member_that_does_not_read_keeps_waiting(styles, scripted) -> None:
    cluster = scripted(1, receive_buffer=16 * KIB)
    client = styles.client(
        cluster, socket_options=SMALL_BUFFERS, heartbeat_interval=60, heartbeat_timeout=120
    )
    numbers, count, size = client.map(), 8, 256 * KIB
    connection = cluster.members[0].connections[0]
    connection.stop_reading()
    cluster.settle()
    calls = [styles.aside(styles.call, numbers.set, key, bytes(size)) for key in range(count)]
    # The kernel takes a little, and asyncio keeps a part of what it was given.
    most, least = count * (size + KIB), (count - 2) * size
    told = until(lambda: (now := of(client))["memory"]["unsent"] > least and now)
    assert told["memory"]["unsent"] < most
    assert [one["unsent_bytes"] for one in told["connections"]] == [told["memory"]["unsent"]]
    assert told["memory"]["receive_buffers"] == 0
    connection.resume_reading()
    for call in calls:
        call.result()
    told = of(client)
    assert told["memory"]["unsent"] == told["connections"][0]["unsent_bytes"] == 0


def test_a_large_value_that_waits_is_unsent_and_not_sent(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1, receive_buffer=16 * KIB)
    client = styles.client(
        cluster, socket_options=SMALL_BUFFERS, heartbeat_interval=60, heartbeat_timeout=120
    )
    numbers, size, connection = client.map(), KIB * KIB, cluster.members[0].connections[0]
    connection.stop_reading()
    cluster.settle()
    before = of(client)["traffic"]["sent"]
    call = styles.begin(numbers.set, 1, bytes(size))
    # Whatever the kernel takes, what was written is either here or there.
    told = until(
        lambda: (now := of(client))["memory"]["unsent"] and now["traffic"]["sent"] > before and now
    )
    unsent, sent = told["memory"]["unsent"], told["traffic"]["sent"] - before
    assert size * 3 // 4 < unsent
    assert 0 < sent < size // 4
    assert size < unsent + sent < size + KIB
    assert [one["unsent_bytes"] for one in told["connections"]] == [unsent]
    connection.resume_reading()
    call.result()
    told = of(client)
    assert told["memory"]["unsent"] == 0
    assert size < told["traffic"]["sent"] - before < size + KIB


def test_backups_that_are_not_acknowledged(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster, operation_backup_timeout=0.3)
    cluster.always("Map.Set", acked(lost=1))
    call = styles.begin(client.map().set, 1, 2)
    until(lambda: of(client)["calls"]["waiting_for_backups"] == 1)
    call.result()
    told = of(client)
    assert told["calls"]["waiting_for_backups"] == 0
    assert told["counters"]["lost_backup_acks"] == 1


def test_listeners_callbacks_and_near_caches(three, styles) -> None:
    client = styles.client(three, near_caches={"near": {}}, notice_listeners=[print])
    near = client.map("near")
    styles.call(near.set, 1, "a")
    for _ in range(3):
        styles.call(near.get, 1)
    gate, entered = threading.Event(), threading.Event()

    def slow(state: str) -> None:
        entered.set()
        if styles.name != "asyncio":
            gate.wait(PATIENCE)

    client.lifecycle.add_listener(slow)
    styles.here(client.raw.notice_service.add_listener, print)
    styles.call(client.map("plain").add_entry_listener, added_func=lambda event: None)
    told = of(client)
    assert told["listeners"] == {
        "registered": 2,
        "incomplete": 0,
        "lifecycle": 1,
        "membership": 0,
        "notices": 2,
    }
    cache = told["near_caches"]["near"]
    assert (cache["hits"], cache["misses"], cache["owned_entry_count"]) == (2, 1, 1)
    assert told["memory"]["near_caches"] == cache["owned_entry_memory_cost"] > 0
    assert told["callbacks"] == {"waiting": 0, "dropped": 0}
    gate.set()


def test_callbacks_that_wait_are_counted(three, styles) -> None:
    client = styles.client(three)
    gate, entered = threading.Event(), threading.Event()

    def slow(event: object) -> None:
        entered.set()
        gate.wait(PATIENCE)

    numbers = client.map("slowly told")
    styles.call(numbers.add_entry_listener, added_func=slow)
    # On a loop a callback keeps everything waiting, and counts until it is over.
    waiting = 1 if styles.name == "asyncio" else 3
    calls = [styles.begin(numbers.set, number, 0) for number in range(1 if waiting == 1 else 4)]
    assert entered.wait(PATIENCE)
    until(lambda: of(client)["callbacks"]["waiting"] == waiting)
    gate.set()
    for call in calls:
        call.result()
    until(lambda: of(client)["callbacks"]["waiting"] == 0)


def test_without_a_cluster_and_after_the_end(three, styles) -> None:
    client = styles.client(three)
    for member in three.members:
        member.kill()
    told = until(lambda: (now := of(client))["client"]["state"] == "disconnected" and now)
    assert told["connections"] == []
    assert told["partitions"]["without_connection"] == told["partitions"]["count"]
    assert told["counters"]["connections_lost"] == 3
    until(lambda: of(client)["counters"]["connections_failed"] >= 1)
    client.shutdown()
    told = of(client)
    assert told["client"]["state"] == "shut down"
    assert told["connections"] == []
    assert told["counters"]["connections_lost"] == 3
    assert told["traffic"]["sent"] > 0


def test_coming_back_is_counted(one, styles) -> None:
    client = styles.client(one)
    one.disconnect()
    told = until(lambda: (now := of(client))["counters"]["reconnects"] and now)
    assert told["client"]["state"] == "connected"
    counters = {name: told["counters"][name] for name in ("connections_opened", "reconnects")}
    assert counters == {"connections_opened": 2, "reconnects": 1}
    assert told["counters"]["connections_lost"] == 1


def test_while_it_looks_for_its_cluster_and_when_it_gave_up(styles) -> None:
    client = styles.client(
        cluster_members=["127.0.0.1:1"],
        async_start=True,
        retry_initial_backoff=0.01,
        cluster_connect_timeout=0.5,
    )
    told = of(client)
    assert (told["client"]["state"], told["client"]["cluster_id"]) == ("connecting", None)
    assert told["members"] == {"version": -1, "known": []}
    told = until(lambda: (now := of(client))["client"]["state"] == "shut down" and now)
    assert "127.0.0.1:1" in told["client"]["failure"]
    assert told["client"]["failure"].endswith(
        "Check cluster_members and cluster_name, and that a member is running."
    )
    assert told["counters"]["connections_failed"] >= 1


def test_why_it_gave_up_speaks_of_no_call(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster, reconnect_mode="OFF")
    cluster.members[0].kill()
    told = until(lambda: (now := of(client))["client"]["state"] == "shut down" and now)
    assert "reconnect_mode is OFF" in told["client"]["failure"]
    assert not any(one.sentence in told["client"]["failure"] for one in Outcome)


def test_any_thread_may_ask_while_everything_changes(three, styles) -> None:
    client = styles.client(three, near_caches={"near": {}})
    near, plain = client.map("near"), client.map()
    stop = threading.Event()

    def ask() -> int:
        count = 0
        while True:
            of(client)
            count += 1
            # Three that never pause would leave the interpreter to nobody else.
            if stop.wait(0.001):
                return count

    asking = [styles.aside(ask) for _ in range(3)]
    try:
        for turn in range(3):
            calls = [styles.begin(plain.put, number, turn) for number in range(200)]
            styles.call(near.get, turn)
            registration = styles.call(plain.add_entry_listener, added_func=lambda event: None)
            styles.call(plain.remove_entry_listener, registration)
            three.disconnect(members=three.members[turn])
            for call in calls:
                styles.outcome(call)
        client.shutdown()
    finally:
        stop.set()
    assert all(one.result() > 0 for one in asking)


def test_before_it_is_started() -> None:
    import asyncio

    from gridwire.hazelcast.asyncio import HazelcastClient

    async def main() -> None:
        client = HazelcastClient(cluster_members=["127.0.0.1:1"])
        told = client.diagnostics()
        assert_shape(told, Diagnostics)
        assert told["client"]["state"] == "not started"
        assert told["partitions"]["count"] == 0
        await client.shutdown()

    asyncio.run(main())
