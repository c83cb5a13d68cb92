# SPDX-License-Identifier: Apache-2.0
"""`async_start`: the client is there at once, and offline until it is connected."""

from __future__ import annotations

import asyncio
import time

import pytest

from gridwire._core import retry
from gridwire.errors import Outcome
from gridwire.hazelcast import LifecycleState, predicate
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    IllegalStateError,
)
from gridwire.hazelcast.future import Future
from gridwire.testing import HazelcastCluster
from support.call_styles import error_of, make_style
from support.diary import Diary
from support.patience import until
from support.scripted_map import refuse
from support.scripted_replies import fail, silence

AT_ONCE = 5.0
"""Seconds; a call that waited would wait for its deadline, two minutes."""

CALLS = {
    "get": (1,),
    "set": (1, 2),
    "put_all": ({1: 2, 3: 4},),
    "get_all": ([1, 3],),
    "size": (),
    "values": (),
    "entry_set": (predicate.greater("this", 1),),
    "clear": (),
    "lock": (1,),
    "try_lock": (1,),
    "put_if_absent": (1, 2),
    "destroy": (),
}


def started_offline(styles, scripted, **options):
    """A client whose cluster is down, and the cluster."""
    cluster = scripted(2)
    for member in cluster.members:
        member.kill()
    return styles.client(cluster, async_start=True, **options), cluster


def come_up(cluster, states: Diary) -> None:
    for member in cluster.members:
        member.revive()
    states.until(LifecycleState.CONNECTED)


def test_the_client_is_there_at_once_and_is_told_later_that_it_is_connected(
    styles_and_uvloop, scripted
) -> None:
    states = Diary()
    client, cluster = started_offline(styles_and_uvloop, scripted, lifecycle_listeners=[states])
    assert [states.next(), states.next()] == ["STARTING", "STARTED"]
    assert states.empty
    assert client.lifecycle.is_running()
    come_up(cluster, states)
    assert styles_and_uvloop.call(client.map().get, 1) is None
    assert client.raw.diagnostics()["counters"]["reconnects"] == 0
    assert states.empty


def test_without_it_a_client_that_is_there_is_connected(styles, scripted) -> None:
    cluster = scripted()
    cluster.members[0].kill()
    starting = styles.aside(styles.client, cluster)
    assert not starting.done()
    cluster.members[0].revive()
    assert styles.call(starting.result(10).map().get, 1) is None


@pytest.mark.parametrize("name", CALLS)
def test_every_operation_fails_at_once_until_it_is_connected(styles, scripted, name) -> None:
    client, _ = started_offline(styles, scripted)
    method = getattr(client.map(), name)
    began = time.monotonic()
    error = styles.error(method, *CALLS[name])
    assert time.monotonic() - began < AT_ONCE
    assert type(error) is ClientOfflineError
    assert error.outcome is Outcome.NOT_SENT
    assert isinstance(error, ConnectionError)


@pytest.mark.parametrize("name", ["get", "set", "put_all", "size", "try_lock"])
def test_the_future_style_returns_a_failed_future(scripted, name) -> None:
    styles = make_style("future")
    client, _ = started_offline(styles, scripted)
    future = getattr(client.map(), name)(*CALLS[name])
    assert isinstance(future, Future)
    assert type(future.exception(AT_ONCE)) is ClientOfflineError
    styles.close()


def test_pages_fail_instead_of_being_empty(styles, scripted) -> None:
    client, _ = started_offline(styles, scripted)
    keys = client.map().iter_keys()
    with pytest.raises(ClientOfflineError):
        styles.listed(keys)


def test_a_processor_of_all_partitions_is_not_done_by_asking_none(styles, scripted) -> None:
    client, _ = started_offline(styles, scripted)
    assert type(styles.error(client.map().replace_all, "function")) is ClientOfflineError


def test_partitions_of_keys_are_not_guessed(styles, scripted) -> None:
    client, _ = started_offline(styles, scripted)
    with pytest.raises(ClientOfflineError):
        client.partitions.get_partition_id("key")
    assert client.partitions.get_partition_count() == 0
    assert client.cluster.get_members() == []


@pytest.mark.parametrize("mode", ["ON", "ASYNC", "OFF"])
def test_a_connection_that_is_lost_before_it_is_connected_changes_nothing(
    styles_and_uvloop, scripted, mode
) -> None:
    styles = styles_and_uvloop
    states = Diary()
    cluster = scripted()
    cluster.always("Client.AddClusterViewListener", silence)
    client = styles.client(
        cluster, async_start=True, lifecycle_listeners=[states], reconnect_mode=mode
    )
    # A member let it in, and its view is waited for.
    cluster.wait_for("Client.AddClusterViewListener")
    cluster.members[0].kill()
    early = client.map()
    began = time.monotonic()
    error = styles.error(early.get, 1, timeout=2 * AT_ONCE)
    assert time.monotonic() - began < AT_ONCE
    assert type(error) is ClientOfflineError
    assert [states.next(), states.next()] == ["STARTING", "STARTED"]
    assert states.empty
    cluster.behave("Client.AddClusterViewListener")
    come_up(cluster, states)
    assert styles.call(early.get, 1) is None


def test_a_call_that_waits_when_such_a_connection_is_lost_fails_at_once(
    styles, scripted, monkeypatch
) -> None:
    # The first retry comes at once, and the next one much later than this test waits.
    monkeypatch.setattr(retry, "_FIRST_PAUSE", 100.0)
    cluster = scripted()
    cluster.always("Client.AddClusterViewListener", silence)
    client = styles.client(cluster, async_start=True, invocation_retry_pause=100)
    cluster.wait_for("Client.AddClusterViewListener")
    cluster.always("Map.Set", fail(ErrorCode.PARTITION_MIGRATING))
    pending = styles.begin(client.map().set, 1, 2)
    # Nothing public tells that it waits.
    until(lambda: len(cluster.seen("Map.Set")) == 2 and client.raw._core.parking._parked)
    cluster.members[0].kill()
    error = error_of(pending, AT_ONCE)
    assert type(error) is ClientOfflineError
    assert error.outcome is Outcome.REJECTED


def test_members_learn_of_maps_that_were_made_before(styles, scripted) -> None:
    states = Diary()
    client, cluster = started_offline(styles, scripted, lifecycle_listeners=[states])
    early = client.map("early")
    come_up(cluster, states)
    (told,) = cluster.seen("Client.CreateProxies")
    assert told.fields.proxies == [("early", "hz:impl:mapService")]
    assert styles.call(early.size) == 0


def test_a_map_that_was_made_before_knows_where_keys_belong(styles_and_uvloop) -> None:
    styles = styles_and_uvloop
    states = Diary()
    with HazelcastCluster(members=3) as cluster:
        doors = cluster.partition(cluster.members, [])
        client = styles.client(cluster, async_start=True, lifecycle_listeners=[states])
        early = client.map()
        doors.end()
        states.until(LifecycleState.CONNECTED)
        written = {key: key * 7 for key in range(60)}
        for key, value in written.items():
            styles.call(early.set, key, value)
        styles.call(early.put_all, {f"k{key}": key for key in range(60)})
        other = styles.client(cluster).map()
        assert styles.call(other.get_all, list(written)) == written
        assert sorted(styles.listed(early.iter_keys()), key=str) == sorted(
            styles.call(other.key_set), key=str
        )
        assert styles.call(other.get, "k59") == 59


def test_a_near_cache_that_was_made_before_works(styles) -> None:
    states = Diary()
    at_once = {"hazelcast.map.invalidation.batch.enabled": "false"}
    with HazelcastCluster(members=2, properties=at_once) as cluster:
        with cluster.pause():
            client = styles.client(
                cluster,
                async_start=True,
                lifecycle_listeners=[states],
                near_caches={"m": {}},
            )
            near = client.map("m")
            assert type(styles.error(near.get, 1)) is ClientOfflineError
        states.until(LifecycleState.CONNECTED)
        other = styles.client(cluster).map("m")
        styles.call(other.set, 1, "first")
        deadline = time.monotonic() + 10
        while not near.near_cache.get_statistics()["hits"]:
            # News of the write may come later than the first read.
            assert styles.call(near.get, 1) == "first"
            assert time.monotonic() < deadline
        styles.call(other.set, 1, "second")
        while styles.call(near.get, 1) != "second":
            assert time.monotonic() < deadline
        assert near.near_cache.get_statistics()["invalidations"] >= 1


def test_a_listener_that_was_added_before_hears_the_first_change(styles, scripted) -> None:
    states, heard = Diary(), Diary()
    with HazelcastCluster(members=2) as cluster:
        with cluster.pause():
            client = styles.client(cluster, async_start=True, lifecycle_listeners=[states])
            early = client.map()
            styles.call(early.add_entry_listener, added_func=heard)
        states.until(LifecycleState.CONNECTED)
        for key in range(20):
            styles.call(early.set, key, key)
        assert {heard.next().key for _ in range(20)} == set(range(20))


def test_giving_up_later_shuts_the_client_down_and_is_told_by_later_calls(
    styles_and_uvloop, scripted
) -> None:
    styles = styles_and_uvloop
    states = Diary()
    client, cluster = started_offline(
        styles, scripted, lifecycle_listeners=[states], cluster_connect_timeout=0.1
    )
    early = client.map()
    assert states.until("SHUTDOWN") == ["STARTING", "STARTED", "SHUTTING_DOWN", "SHUTDOWN"]
    assert not client.lifecycle.is_running()
    error = styles.error(early.get, 1)
    assert type(error) is HazelcastClientNotActiveError
    assert type(error.__cause__) is IllegalStateError
    assert all(address in str(error) for address in cluster.addresses)
    client.shutdown()


def test_a_refusal_is_found_in_the_background_too(styles, scripted) -> None:
    states = Diary()
    cluster = scripted()
    cluster.always("Client.Authentication", refuse(1))
    client = styles.client(cluster, async_start=True, lifecycle_listeners=[states])
    states.until("SHUTDOWN")
    with pytest.raises(HazelcastClientNotActiveError, match="credentials"):
        client.map()


def test_a_client_that_looks_for_its_cluster_can_be_shut_down(styles, scripted) -> None:
    states = Diary()
    client, _ = started_offline(styles, scripted, lifecycle_listeners=[states])
    client.shutdown()
    states.until("SHUTDOWN")
    assert states.empty


def test_all_ways_to_start_the_asyncio_client_return_at_once(scripted) -> None:
    cluster = scripted()
    cluster.members[0].kill()
    options = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}

    async def play() -> None:
        created = await AsyncioClient.create_and_start(**options, async_start=True)
        begun = AsyncioClient(**options, async_start=True)
        await begun.start()
        async with AsyncioClient(**options, async_start=True) as entered:
            for client in (created, begun, entered):
                numbers = await client.get_map("numbers")
                with pytest.raises(ClientOfflineError):
                    await numbers.get(1)
        await created.shutdown()
        await begun.shutdown()

    asyncio.run(play())


def test_a_listener_that_is_added_while_the_first_connection_is_set_up_is_registered(
    styles, scripted
) -> None:
    cluster = scripted(1)
    door = cluster.hold("Client.Authentication")
    held = cluster.hold("Client.CreateProxies")
    client = styles.client(cluster, async_start=True)
    numbers = client.map()
    door.next().answer_as_usual()
    request = held.next()
    styles.call(numbers.add_entry_listener, added_func=print)
    request.answer()
    until(lambda: client.raw._core.state.routes.connections)
    assert len(cluster.seen("Map.AddEntryListener")) == 1
