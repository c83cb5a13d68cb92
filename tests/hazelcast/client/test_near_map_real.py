# SPDX-License-Identifier: Apache-2.0
"""Near caches on real members, while the official client writes."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

import hazelcast as official
from support.call_styles import STYLES, make_style
from support.near_caches import KEYS, Churn

pytestmark = pytest.mark.real_member

AT_ONCE = {"hazelcast.map.invalidation.batch.enabled": "false"}
NEAR: dict[str, Any] = {"near_caches": {"near *": {"reconcile_interval": 0.5}}}
OLD_LIVES_SECONDS = 60
"""More than the half minute in which a member may be destroying a map whose listener comes anew."""


@pytest.fixture
def peer():
    """Start official clients; they end with the test."""
    clients = []
    logging.getLogger("hazelcast").setLevel(logging.ERROR)

    def start(cluster):
        clients.append(
            official.HazelcastClient(
                cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
            )
        )
        return clients[-1]

    yield start
    for client in clients:
        client.shutdown()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + OLD_LIVES_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.02)


def hits(near: Any) -> float:
    return float(near.near_cache.get_statistics()["hits"])


def is_kept(call: Callable[..., Any], near: Any, value: str) -> bool:
    before = hits(near)
    return bool(call(near.get, "k") == value and hits(near) > before)


def assert_nothing_stale(call: Callable[..., Any], near: Any, other: Any) -> None:
    keys = list(range(KEYS))
    truth = other.get_all(keys)
    until(lambda: call(near.get_all, keys) == truth)
    before = hits(near)
    until(lambda: call(near.get_all, keys) == truth and hits(near) > before)


def test_another_client_writes(own_real_cluster, peer) -> None:
    cluster = own_real_cluster("5.7.0", 3, properties=AT_ONCE)
    writer = peer(cluster)
    for name in STYLES:
        style = make_style(name)
        try:
            map_name = f"near {uuid.uuid4()}"
            near = style.client(cluster, **NEAR).map(map_name)
            other = writer.get_map(map_name).blocking()
            # News of this very write may come behind the first read, and drop it.
            other.set("k", "old")
            until(lambda near=near, style=style: is_kept(style.call, near, "old"))
            other.set("k", "new")
            until(lambda near=near, style=style: style.call(near.get, "k") == "new")
            Churn(style.call, near, other, 5).run(400)
            assert_nothing_stale(style.call, near, other)
            expiry_and_destruction(style, near, writer, map_name)
        finally:
            style.close()


def expiry_and_destruction(style: Any, near: Any, writer: Any, map_name: str) -> None:
    other = writer.get_map(map_name).blocking()
    other.set("short", 1, ttl=2)
    assert style.call(near.get, "short") == 1
    until(lambda: style.call(near.get, "short") is None)
    other.set("k", "old")
    until(lambda: style.call(near.get, "k") == "old")
    other.destroy()
    until(lambda: style.call(near.get, "k") is None)
    again = writer.get_map(map_name).blocking()
    again.set("k", "after")
    until(lambda: is_kept(style.call, near, "after"))
    again.set("k", "heard")
    until(lambda: style.call(near.get, "k") == "heard")


def test_batches_of_every_version(real_cluster, peer) -> None:
    # As members are by default, news of a change wait for up to ten seconds.
    style = make_style("blocking")
    try:
        map_name = f"near {uuid.uuid4()}"
        near = style.client(real_cluster, near_caches={"near *": {}}).map(map_name)
        other = peer(real_cluster).get_map(map_name).blocking()
        Churn(style.call, near, other, 3).run(200)
        assert_nothing_stale(style.call, near, other)
    finally:
        style.close()


def test_what_this_client_wrote_for_a_time_does_not_stay_longer(styles, real_cluster) -> None:
    # Members before 5.0 do not tell when an entry's time is over.
    near = styles.client(real_cluster, near_caches={"near *": {}}).map(f"near {uuid.uuid4()}")
    styles.call(near.set, "short", 1, ttl=2)
    began = time.monotonic()
    styles.call(near.get, "short")
    while time.monotonic() < began + 2.1:
        styles.call(near.get, "short")
        threading.Event().wait(0.05)
    assert styles.call(near.get, "short") is None


def test_a_member_dies(own_real_cluster, peer) -> None:
    cluster = own_real_cluster("5.7.0", 3, properties=AT_ONCE)
    style = make_style("blocking")
    try:
        map_name = f"near {uuid.uuid4()}"
        near = style.client(cluster, operation_backup_timeout=0.5, **NEAR).map(map_name)
        other = peer(cluster).get_map(map_name).blocking()
        Churn(style.call, near, other, 8).run(200)
        cluster.kill(1)
        Churn(style.call, near, other, 9).run(200)
        assert_nothing_stale(style.call, near, other)
    finally:
        style.close()
