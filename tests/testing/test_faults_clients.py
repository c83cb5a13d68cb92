# SPDX-License-Identifier: Apache-2.0
"""What a client sees of each fault: ours in its three call styles, with real sockets."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from gridwire.errors import GridwireError, Outcome
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from gridwire.hazelcast.errors import (
    ClientNotAllowedInClusterError,
    IndeterminateOperationStateError,
)
from gridwire.testing import AsyncHazelcastCluster, ClusterError, HazelcastCluster
from gridwire.testing.faults import ENTRY_EVENTS, AsyncFault
from support.call_styles import STYLES, error_of, make_style

ENTRIES = {number: f"value {number}" for number in range(200)}


@pytest.fixture(params=STYLES)
def styles(request):
    style = make_style(request.param)
    yield style
    style.close()


@pytest.fixture(scope="module")
def shared():
    with HazelcastCluster(3) as cluster:
        yield cluster


@pytest.fixture
def cluster(shared):
    yield shared
    shared.clear()


@pytest.fixture
def own():
    with HazelcastCluster(3) as cluster:
        yield cluster


def key_owned_by(client, member) -> int:
    return next(
        key
        for key in range(1000)
        if client.partitions.get_partition_owner(client.partitions.get_partition_id(key))
        == member.uuid
    )


def test_a_late_answer_is_waited_for_and_a_later_one_times_out(styles, cluster):
    client = styles.client(cluster)
    numbers = client.map()
    styles.call(numbers.set, 1, "one")
    with cluster.delay(answers="Map.Get") as fault:
        late = styles.begin(numbers.get, 1)
        too_late = styles.begin(numbers.get, 1, timeout=0.1)
        fault.wait(2)
        assert styles.call(numbers.size) == 1
        error = error_of(too_late)
        assert isinstance(error, GridwireError)
        assert isinstance(error, TimeoutError)
        assert not late.done()
    assert late.result() == "one"
    assert styles.call(numbers.get, 1) == "one"


@pytest.mark.parametrize("what", ["requests", "answers"])
def test_of_a_lost_write_the_outcome_is_unknown(styles, cluster, what):
    numbers = styles.client(cluster).map()
    with cluster.drop(**{what: "Map.Set"}) as fault:
        error = styles.error(numbers.set, 1, "one", timeout=0.2)
        assert error.outcome is Outcome.UNKNOWN
        assert fault.hits == 1
    assert styles.call(numbers.get, 1) == (None if what == "requests" else "one")


def test_lost_events_are_heard_by_nobody(styles, cluster):
    numbers = styles.client(cluster).map()
    heard, arrived = [], threading.Semaphore(0)

    def note(event):
        heard.append(event.key)
        arrived.release()

    styles.call(numbers.add_entry_listener, added_func=note)
    with cluster.drop(events=ENTRY_EVENTS, times=2) as fault:
        for key in range(5):
            styles.call(numbers.set, key, key)
        fault.wait(2)
        for _ in range(3):
            assert arrived.acquire(timeout=20)
    assert len(heard) == 3


@pytest.mark.parametrize("fails", [False, True], ids=["done", "error"])
def test_lost_backup_acks(styles, cluster, fails):
    numbers = styles.client(
        cluster, operation_backup_timeout=0.1, fail_on_indeterminate_operation_state=fails
    ).map()
    styles.call(numbers.set, 1, "one")
    with cluster.lose_backup_acks() as fault:
        begin = time.monotonic()
        if fails:
            error = styles.error(numbers.set, 1, "two")
            assert isinstance(error, IndeterminateOperationStateError)
        else:
            styles.call(numbers.set, 1, "two")
        assert time.monotonic() - begin > 0.08
        assert fault.hits == 1
    assert styles.call(numbers.get, 1) == "two"


@pytest.mark.parametrize("how", ["length", "type", "cut", "noise", "correlation"])
def test_damaged_answers_are_no_answers(styles, cluster, how):
    client = styles.client(cluster, invocation_timeout=2.0)
    numbers = client.map()
    for key, value in ENTRIES.items():
        styles.call(numbers.set, key, value)
    with cluster.garble(answers="Map.Get", how=how, times=1) as fault:
        value = styles.error_or_value(numbers.get, 1, timeout=0.5)
        assert value == "value 1" or isinstance(value, GridwireError), value
        assert fault.hits == 1
    # Whatever it made of it, everybody gets his own answers afterwards.
    deadline = time.monotonic() + 20
    for key, value in ENTRIES.items():
        while (got := styles.error_or_value(numbers.get, key)) != value:
            assert isinstance(got, GridwireError), got
            assert time.monotonic() < deadline


def test_answers_that_trickle_are_put_together(styles, cluster):
    numbers = styles.client(cluster).map()
    with cluster.slow_drip(11, 0.0005) as fault:
        slow = styles.client(cluster).map()
        styles.call(slow.set, 1, "x" * 2000)
        assert styles.call(slow.get, 1) == "x" * 2000
        assert fault.hits >= 1
    assert styles.call(numbers.get, 1) == "x" * 2000


def test_a_paused_member_keeps_its_callers_waiting(styles, cluster):
    client = styles.client(cluster)
    numbers = client.map()
    theirs = key_owned_by(client, cluster.members[0])
    others = key_owned_by(client, cluster.members[1])
    styles.call(numbers.set, theirs, "one")
    with cluster.members[0].pause():
        waiting = styles.begin(numbers.get, theirs)
        assert styles.call(numbers.get, others) is None
        error = styles.error(numbers.get, theirs, timeout=0.1)
        assert isinstance(error, TimeoutError)
        assert not waiting.done()
    assert waiting.result() == "one"


def test_a_silent_member_is_left_and_found_again(styles, cluster):
    client = styles.client(cluster, heartbeat_interval=0.1, heartbeat_timeout=0.4)
    numbers = client.map()
    theirs = key_owned_by(client, cluster.members[0])
    with cluster.partition([cluster.members[0]], ["*"]) as fault:
        fault.wait()
        error = styles.error(numbers.set, theirs, "one", timeout=2.0)
        assert error.outcome is Outcome.UNKNOWN
    styles.call(numbers.set, theirs, "two")
    assert styles.call(numbers.get, theirs) == "two"


@pytest.mark.parametrize("answer", ["migrating", "wrong_target", "wait"])
def test_calls_go_on_while_partitions_migrate(styles, cluster, answer):
    client = styles.client(cluster, invocation_retry_pause=0.05)
    numbers = client.map()
    for key, value in ENTRIES.items():
        styles.call(numbers.set, key, value)
    heir = cluster.members[2]
    with cluster.migrating(to=heir, answer=answer) as fault:
        writes = [styles.begin(numbers.put, key, "new") for key in range(30)]
        fault.wait(30)
    assert [write.result() for write in writes] == [ENTRIES[key] for key in range(30)]
    assert styles.call(numbers.size) == len(ENTRIES)
    deadline = time.monotonic() + 20
    while client.partitions.get_partition_owner(0) != heir.uuid:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    cluster.migrate()


def test_no_entry_is_lost_while_owners_change(styles, cluster):
    numbers = styles.client(cluster).map()
    over = threading.Event()

    def shuffle() -> None:
        while not over.is_set():
            cluster.migrate()

    shuffler = threading.Thread(target=shuffle)
    shuffler.start()
    try:
        for key, value in ENTRIES.items():
            assert styles.call(numbers.put, key, value) is None
        for key, value in ENTRIES.items():
            assert styles.call(numbers.put, key, key) == value
    finally:
        over.set()
        shuffler.join()
    assert styles.call(numbers.get_all, list(ENTRIES)) == {key: key for key in ENTRIES}


def test_all_members_may_come_back_elsewhere_one_after_the_other(styles, own):
    numbers = styles.client(own).map()
    for key, value in ENTRIES.items():
        styles.call(numbers.set, key, value)
    before = set(own.addresses)
    for member in own.members:
        member.restart_with_new_address()
        assert styles.call(numbers.size) == len(ENTRIES)
    assert not before & set(own.addresses)
    for key, value in ENTRIES.items():
        assert styles.call(numbers.get, key) == value


def test_members_may_leave_and_come_back_at_their_addresses(styles, own):
    numbers = styles.client(own).map()
    for key, value in ENTRIES.items():
        styles.call(numbers.set, key, value)
    own.members[0].shutdown()
    assert styles.call(numbers.size) == len(ENTRIES)
    own.members[0].restart()
    own.start_member(lite=True)
    for key, value in ENTRIES.items():
        assert styles.call(numbers.get, key) == value


def test_connections_that_break_are_made_again(styles, cluster):
    numbers = styles.client(cluster).map()
    styles.call(numbers.set, 1, "one")
    for _ in range(3):
        cluster.disconnect()
        assert styles.call(numbers.get, 1) == "one"


def test_clients_that_are_not_wanted_are_told_so(styles, cluster):
    styles.client(cluster, client_name="good")
    with cluster.refuse_clients("bad*") as fault:
        with pytest.raises(ClientNotAllowedInClusterError):
            styles.client(cluster, client_name="bad-1")
        assert fault.hits >= 1
    assert styles.call(styles.client(cluster, client_name="bad-1").map().size) == 0


def test_the_clock_is_moved(styles, cluster):
    numbers = styles.client(cluster).map()
    cluster.stop_time()
    styles.call(numbers.set, 1, "one", ttl=60)
    styles.call(numbers.set, 2, "two", max_idle=30)
    cluster.advance_time(29)
    assert styles.call(numbers.get, 2) == "two"
    cluster.advance_time(29)
    assert [styles.call(numbers.get, key) for key in (1, 2)] == ["one", "two"]
    cluster.advance_time(2)
    assert [styles.call(numbers.get, key) for key in (1, 2)] == [None, "two"]
    cluster.advance_time(31)
    assert styles.call(numbers.is_empty)


# -- everything on one loop ---------------------------------------------------------------------


async def asyncio_scenario() -> None:
    async with AsyncHazelcastCluster(3, lite_members=1) as cluster:
        assert [member.lite for member in cluster.members] == [False, False, False, True]
        assert cluster.version == "5.7.0"
        options = {"cluster_members": cluster.addresses, "cluster_name": cluster.cluster_name}
        async with AsyncioClient(**options, retry_initial_backoff=0.05) as client:
            numbers = await client.get_map("m")
            for key, value in ENTRIES.items():
                await numbers.set(key, value)
            with cluster.delay(answers="Map.Get") as fault:
                assert isinstance(fault, AsyncFault)
                late = asyncio.ensure_future(numbers.get(1))
                await fault.wait()
                assert not late.done()
            assert await late == "value 1"
            with cluster.members[1].pause() as fault:
                waiting = asyncio.ensure_future(numbers.size())
                await fault.wait()
                assert not waiting.done()
                with pytest.raises(ClusterError, match="pause: "):
                    await fault.wait(1000, timeout=0.01)
            assert await waiting == len(ENTRIES)
            with cluster.migrating(answer="wrong_target", times=3):
                assert await numbers.get(1) == "value 1"
            cluster.migrate(to=cluster.members[0])
            moved = await cluster.members[0].restart_with_new_address()
            same = await cluster.members[0].restart()
            assert {moved, same} <= set(cluster.members)
            await (await cluster.start_member(lite=True)).shutdown()
            assert await numbers.get_all(list(ENTRIES)) == ENTRIES
            cluster.stop_time()
            await numbers.set(1, "short", ttl=5)
            cluster.advance_time(5)
            assert await numbers.get(1) is None
            cluster.run_time()
            with pytest.raises(ClusterError, match="is paused"), cluster.pause(moved):
                await moved.shutdown()
            cluster.clear()
            assert await numbers.size() == 0
    with pytest.raises(ClusterError, match="the cluster does not run"):
        cluster.pause()
    with pytest.raises(ClusterError, match="the cluster does not run"):
        await moved.kill()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_members_clients_and_faults_on_one_loop(loop):
    factory = None if loop == "asyncio" else pytest.importorskip("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(asyncio_scenario())
