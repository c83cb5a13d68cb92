# SPDX-License-Identifier: Apache-2.0
"""Near caches on a cluster where another client writes and messages get lost or late."""

from __future__ import annotations

import random
import threading
import uuid
from typing import Any

import pytest

from gridwire.hazelcast import HazelcastClient
from gridwire.testing import HazelcastCluster
from support.call_styles import PATIENCE, make_style
from support.near_caches import KEYS, Churn
from support.patience import until

AT_ONCE = {"hazelcast.map.invalidation.batch.enabled": "false"}
IN_BATCHES = {
    "hazelcast.map.invalidation.batch.size": "7",
    "hazelcast.map.invalidation.batchfrequency.seconds": "1",
}
INVALIDATIONS = ("Map.IMapInvalidation", "Map.IMapBatchInvalidation")


@pytest.fixture(scope="module")
def cluster():
    with HazelcastCluster(members=3, partition_count=17, properties=AT_ONCE) as running:
        yield running


@pytest.fixture
def name() -> str:
    return f"near {uuid.uuid4()}"


@pytest.fixture
def plain(cluster):
    with client_of(cluster) as client:
        yield client


def client_of(cluster: HazelcastCluster, **options: Any) -> HazelcastClient:
    return HazelcastClient(
        cluster_name=cluster.cluster_name,
        cluster_members=cluster.addresses,
        retry_initial_backoff=0.05,
        **options,
    )


def near_options(**options: Any) -> dict[str, Any]:
    return {"near_caches": {"near *": {"reconcile_interval": 0.1, **options}}}


def assert_nothing_stale(styles, near, other) -> None:
    """All is quiet: what got lost is repaired, and it stays so."""
    keys = list(range(KEYS))
    truth = other.get_all(keys)
    until(lambda: styles.call(near.get_all, keys) == truth)
    before = near.near_cache.get_statistics()
    assert styles.call(near.get_all, keys) == truth
    assert near.near_cache.get_statistics()["hits"] >= before["hits"]


@pytest.mark.parametrize("seed", range(2))
def test_nothing_stale_is_left(styles, cluster, plain, name, seed) -> None:
    near = styles.client(cluster, **near_options(eviction_max_size=20)).map(name)
    other = plain.get_map(name).blocking()
    Churn(styles.call, near, other, seed).run(400)
    assert_nothing_stale(styles, near, other)
    assert near.near_cache.get_statistics()["hits"] > 20


@pytest.mark.parametrize("kind", ["lost", "late", "late answers", "migrations", "disconnects"])
def test_nothing_stale_is_left_by_trouble(styles, cluster, plain, name, kind) -> None:
    client = styles.client(
        cluster,
        client_name=f"near {kind} {styles.name}",
        operation_backup_timeout=0.2,
        **near_options(),
    )
    near, other = client.map(name), plain.get_map(name).blocking()
    mine = {"clients": [client.raw.name]}
    faults: list[Any] = []

    def trouble(dice: random.Random) -> None:
        while faults:
            faults.pop().end()
        match kind:
            case "lost":
                fault = cluster.drop(events=INVALIDATIONS, times=dice.randrange(1, 4), **mine)
                faults.append(fault)
            case "late":
                faults.append(cluster.delay(0.02, events=INVALIDATIONS, **mine))
            case "late answers":
                faults.append(cluster.delay(0.01, answers=["Map.Get*"], **mine))
            case "migrations":
                cluster.migrate([dice.randrange(17) for _ in range(3)])
            case "disconnects" if dice.random() < 0.2:
                cluster.disconnect(members=[dice.choice(cluster.members)], **mine)

    try:
        Churn(styles.call, near, other, 7).run(200, trouble)
    finally:
        while faults:
            faults.pop().end()
    assert_nothing_stale(styles, near, other)


def test_an_answer_that_makes_no_sense_does_not_end_the_repair(
    styles, cluster, plain, name
) -> None:
    client = styles.client(cluster, client_name=f"near nonsense {styles.name}", **near_options())
    near, other = client.map(name), plain.get_map(name).blocking()
    mine = {"clients": [client.raw.name]}
    with cluster.garble(
        answers="Map.AddNearCacheInvalidationListener", how="type", times=1, **mine
    ) as fault:
        fault.wait()

    def is_kept() -> bool:
        styles.call(near.get, 1)
        return near.near_cache.get_statistics()["owned_entry_count"] == 1

    other.set(1, "old")
    until(is_kept)
    with cluster.drop(events=INVALIDATIONS, **mine):
        other.set(1, "new")
    until(lambda: styles.call(near.get, 1) == "new")


def test_batches(styles, name) -> None:
    with (
        HazelcastCluster(members=2, properties=IN_BATCHES) as cluster,
        client_of(cluster) as writer,
    ):
        style = make_style(styles.name)
        near = style.client(cluster, **near_options(reconcile_interval=60)).map(name)
        other = writer.get_map(name).blocking()
        Churn(style.call, near, other, 3).run(200)
        assert_nothing_stale(style, near, other)
        style.close()


def test_members_that_die_take_nothing_old_with_them(name) -> None:
    with (
        HazelcastCluster(members=3, properties=AT_ONCE) as cluster,
        client_of(cluster, operation_backup_timeout=0.2) as writer,
        client_of(cluster, operation_backup_timeout=0.2, **near_options()) as client,
    ):
        near, other = client.get_map(name).blocking(), writer.get_map(name).blocking()
        for round_ in range(3):
            Churn(lambda method, *args: method(*args), near, other, round_).run(100)
            victim = cluster.members[round_ % len(cluster.members)]
            victim.restart() if round_ == 1 else victim.kill()
            if round_ == 0:
                cluster.start_member()
        keys = list(range(KEYS))
        until(lambda: near.get_all(keys) == other.get_all(keys))


def test_what_expires_is_gone(styles, cluster, plain, name) -> None:
    near = styles.client(cluster, **near_options()).map(name)
    other = plain.get_map(name).blocking()
    other.set("theirs", 1, ttl=100)
    styles.call(near.set, "mine", 1, ttl=100)
    assert [styles.call(near.get, key) for key in ("theirs", "mine")] == [1, 1]
    cluster.advance_time(101)
    until(lambda: styles.call(near.get, "theirs") is styles.call(near.get, "mine") is None)


def test_a_map_that_another_client_destroys(styles, cluster, plain, name) -> None:
    near = styles.client(cluster, **near_options(reconcile_interval=60)).map(name)
    other = plain.get_map(name).blocking()
    other.set(1, "old")
    assert styles.call(near.get, 1) == "old"
    plain.get_map(name).destroy().result()
    until(lambda: styles.call(near.get, 1) is None)
    other = plain.get_map(name).blocking()

    def is_kept() -> bool:
        styles.call(near.get, 1)
        before = near.near_cache.get_statistics()["hits"]
        styles.call(near.get, 1)
        return near.near_cache.get_statistics()["hits"] > before

    other.set(1, "new")
    until(is_kept)
    other.set(1, "newer")
    until(lambda: styles.call(near.get, 1) == "newer")


def test_no_update_is_lost_under_locks(name) -> None:
    # The news of a change takes up to ten seconds here; who has the lock does not rely on it.
    with (
        HazelcastCluster(members=2) as cluster,
        client_of(cluster, **near_options()) as one,
        client_of(cluster, **near_options()) as two,
    ):

        def count(client: HazelcastClient) -> None:
            counters = client.get_map(name).blocking()
            for _ in range(50):
                counters.get("counter")
                with counters.lock_context("counter"):
                    counters.set("counter", (counters.get("counter") or 0) + 1)

        threads = [threading.Thread(target=count, args=(client,)) for client in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        with client_of(cluster) as reader:
            assert reader.get_map(name).blocking().get("counter") == 100


def test_threads_read_what_they_wrote(cluster, plain, name) -> None:
    wrong: list[Any] = []
    with client_of(cluster, **near_options(eviction_max_size=5)) as client:
        near, futures = client.get_map(name).blocking(), client.get_map(name)

        def work(number: int) -> None:
            for value in range(150):
                key = f"{number} {value % 7}"
                if value % 3:
                    near.set(key, value)
                else:
                    futures.set(key, value).result()
                near.get(f"{(number + 1) % 4} {value % 7}")
                both = near.get(key), futures.get(key).result()
                if both != (value, value):
                    wrong.append((key, both, value))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert wrong == []
        keys = [f"{number} {value}" for number in range(4) for value in range(7)]
        other = plain.get_map(name).blocking()
        until(lambda: near.get_all(keys) == other.get_all(keys))
