# SPDX-License-Identifier: Apache-2.0
"""Real members: listeners, loss and return of members."""

from __future__ import annotations

import queue
import threading
import time
import uuid

import pytest

from support.call_styles import make_style

pytestmark = pytest.mark.real_member

QUICK = {
    "hazelcast.client.max.no.heartbeat.seconds": "10",
    "hazelcast.max.no.heartbeat.seconds": "10",
}


def told(heard: queue.SimpleQueue, count: int) -> list[tuple]:
    events = []
    for _ in range(count):
        name, event = heard.get(timeout=20)
        events.append((name, event.key, event.old_value, event.value))
    return events


def functions(heard: queue.SimpleQueue) -> dict:
    kinds = ("added", "removed", "updated", "evicted", "expired", "evict_all", "clear_all")
    return {f"{kind}_func": lambda event, kind=kind: heard.put((kind, event)) for kind in kinds}


def test_listeners_are_told_every_kind_of_event(styles, real_cluster) -> None:
    numbers = styles.client(real_cluster).map(f"events {uuid.uuid4()}")
    heard: queue.SimpleQueue = queue.SimpleQueue()
    registration = styles.call(numbers.add_entry_listener, True, **functions(heard))
    styles.call(numbers.set, 1, "a")
    styles.call(numbers.put, 1, "b")
    styles.call(numbers.remove, 1)
    styles.call(numbers.set, 1, "c")
    styles.call(numbers.evict, 1)
    styles.call(numbers.set, 1, "e")
    styles.call(numbers.delete, 1)
    styles.call(numbers.set, 1, "d", ttl=1)
    assert told(heard, 8) == [
        ("added", 1, None, "a"),
        ("updated", 1, "a", "b"),
        ("removed", 1, "b", None),
        ("added", 1, None, "c"),
        ("evicted", 1, "c", None),
        ("added", 1, None, "e"),
        ("removed", 1, None, None),  # a delete does not look at the value
        ("added", 1, None, "d"),
    ]
    # The member notices when the second is over and somebody looks, or by itself some time later.
    deadline = time.monotonic() + 15
    while styles.call(numbers.get, 1) is not None:
        assert time.monotonic() < deadline
    assert told(heard, 1)[0][:2] == ("expired", 1)
    styles.call(numbers.put_all, {1: 1, 2: 2, 3: 3})
    assert {event[0] for event in told(heard, 3)} == {"added"}
    styles.call(numbers.evict_all)
    assert told(heard, 1) == [("evict_all", None, None, None)]
    styles.call(numbers.put_all, {1: 1, 2: 2, 3: 3})
    told(heard, 3)
    styles.call(numbers.clear)
    assert told(heard, 1) == [("clear_all", None, None, None)]
    assert styles.call(numbers.remove_entry_listener, registration) is True
    styles.call(numbers.set, 9, "x")
    assert styles.call(numbers.get, 9) == "x"
    assert heard.empty()


def test_a_listener_about_one_key_without_values(styles, real_cluster) -> None:
    numbers = styles.client(real_cluster).map(f"events {uuid.uuid4()}")
    heard: queue.SimpleQueue = queue.SimpleQueue()
    styles.call(numbers.add_entry_listener, False, "mine", **functions(heard))
    styles.call(numbers.set, "other", 1)
    styles.call(numbers.set, "mine", 2)
    styles.call(numbers.remove, "mine")
    assert told(heard, 2) == [("added", "mine", None, None), ("removed", "mine", None, None)]
    assert heard.empty()


def test_every_member_is_known_and_used(styles_and_uvloop, real_cluster_factory) -> None:
    styles = styles_and_uvloop
    cluster = real_cluster_factory("5.7.0", 3)
    client = styles.client(
        cluster, operation_backup_timeout=30.0, fail_on_indeterminate_operation_state=True
    )
    assert sorted(str(one.address) for one in client.cluster.get_members()) == sorted(
        cluster.addresses
    )
    numbers = client.map(f"all {uuid.uuid4()}")
    # With an owner and a backup for each, every write waits for an ack from another member.
    for key in range(300):
        styles.call(numbers.set, key, key)
    assert styles.call(numbers.get_all, range(300)) == {key: key for key in range(300)}
    owners = {client.partitions.get_partition_owner(partition) for partition in range(271)}
    assert owners == {one.uuid for one in client.cluster.get_members()}


def test_a_client_of_one_connection(styles, real_cluster_factory) -> None:
    cluster = real_cluster_factory("5.7.0", 3)
    client = styles.client(cluster, smart_routing=False)
    numbers = client.map(f"unisocket {uuid.uuid4()}")
    styles.call(numbers.put_all, {key: key for key in range(100)})
    assert styles.call(numbers.size) == 100
    heard: queue.SimpleQueue = queue.SimpleQueue()
    styles.call(numbers.add_entry_listener, True, **functions(heard))
    for key in range(20):
        styles.call(numbers.set, key, "x")
    assert {key for _, key, _, _ in told(heard, 20)} == set(range(20))
    assert heard.empty()


def test_a_wrong_cluster_name_is_named(styles, real_cluster) -> None:
    with pytest.raises(Exception, match="another name") as caught:
        styles.client(real_cluster, cluster_name="another name", cluster_connect_timeout=0.2)
    assert type(caught.value).__name__ == "IllegalStateError"


def test_no_acknowledged_write_is_lost_and_members_may_return(own_real_cluster) -> None:
    # Three clients, one of each style, through the same accident.
    cluster = own_real_cluster("5.7.0", 3, properties=QUICK)
    styles = [make_style(name) for name in ("blocking", "future", "asyncio")]
    name = f"survivors {uuid.uuid4()}"
    stop = threading.Event()
    written: list[dict[str, int]] = [{} for _ in styles]
    clients = [style.client(cluster, operation_backup_timeout=1.0) for style in styles]
    maps = [client.map(name) for client in clients]
    heard: queue.SimpleQueue = queue.SimpleQueue()
    styles[0].call(maps[0].add_entry_listener, False, "the end", **functions(heard))

    def write(index: int) -> None:
        number = 0
        while not stop.is_set():
            key = f"{styles[index].name} {number}"
            number += 1
            try:
                styles[index].call(maps[index].set, key, number)
            except ConnectionError:
                continue
            written[index][key] = number

    def wait_for_writes(more: int) -> None:
        goals = [len(one) + more for one in written]
        deadline = time.monotonic() + 60
        while any(len(one) < goal for one, goal in zip(written, goals, strict=True)):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    writers = [styles[0].aside(write, index) for index in range(3)]
    wait_for_writes(200)
    cluster.kill(1)
    wait_for_writes(500)
    cluster.restart_member(1)
    wait_for_writes(500)
    stop.set()
    for writer in writers:
        writer.result(30)
    for style, a_map, mine in zip(styles, maps, written, strict=True):
        assert style.call(a_map.get_all, list(mine)) == mine
    for client in clients:
        assert len(client.cluster.get_members()) == 3
    # The listener stands on every member, the returned one too.
    styles[2].call(maps[2].set, "the end", 1)
    assert told(heard, 1)[0][:2] == ("added", "the end")
    for style in styles:
        style.close()


def test_a_member_that_restarts_alone_is_found_again(own_real_cluster) -> None:
    styles = make_style("asyncio")  # the scripted members show it in each style
    cluster = own_real_cluster("5.7.0", 1)
    states: queue.SimpleQueue = queue.SimpleQueue()
    client = styles.client(cluster, lifecycle_listeners=[states.put])
    numbers = client.map()
    styles.call(numbers.set, 1, "old")
    cluster.kill(0)
    while states.get(timeout=20) != "DISCONNECTED":
        continue
    cluster.restart_member(0)
    while states.get(timeout=20) != "CONNECTED":
        continue
    assert styles.call(numbers.get, 1) is None
    styles.call(numbers.set, 1, "new")
    assert styles.call(numbers.get, 1) == "new"
    styles.close()
