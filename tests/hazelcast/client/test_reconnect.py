# SPDX-License-Identifier: Apache-2.0
"""A client comes back by itself, whatever leaves, returns or moves."""

from __future__ import annotations

import queue
import threading
import time
import uuid

import pytest

from gridwire.hazelcast import LifecycleState
from gridwire.testing import HazelcastCluster
from support.scripted_replies import fail, silence


class Diary:
    """Collects what a listener is told."""

    def __init__(self) -> None:
        self._entries: queue.SimpleQueue = queue.SimpleQueue()

    def __call__(self, entry) -> None:
        self._entries.put(entry)

    def next(self):
        """The next entry; waits for it."""
        return self._entries.get(timeout=10)

    @property
    def empty(self) -> bool:
        return self._entries.empty()


def wait_for_state(diary: Diary, state: str) -> list[str]:
    """All states up to one."""
    seen = []
    while not seen or seen[-1] != state:
        seen.append(diary.next())
    return seen


def test_the_life_of_a_client_is_told_in_order(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    diary = Diary()
    cluster = scripted()
    client = styles.client(cluster, lifecycle_listeners=[diary])
    assert wait_for_state(diary, "CONNECTED") == ["STARTING", "STARTED", "CONNECTED"]
    assert client.lifecycle.is_running()
    cluster.members[0].kill()
    assert diary.next() == LifecycleState.DISCONNECTED
    cluster.members[0].revive()
    assert diary.next() == LifecycleState.CONNECTED
    client.shutdown()
    assert wait_for_state(diary, "SHUTDOWN") == ["SHUTTING_DOWN", "SHUTDOWN"]
    assert not client.lifecycle.is_running()
    assert diary.empty


def test_lifecycle_listeners_come_and_go(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    stays, leaves = Diary(), Diary()
    styles.here(client.lifecycle.add_listener, stays)
    registration = styles.here(client.lifecycle.add_listener, leaves)
    assert styles.here(client.lifecycle.remove_listener, registration) is True
    assert styles.here(client.lifecycle.remove_listener, registration) is False
    client.shutdown()
    assert wait_for_state(stays, "SHUTDOWN") == ["SHUTTING_DOWN", "SHUTDOWN"]
    assert leaves.empty


def test_a_start_that_fails_is_told_too(styles) -> None:
    diary = Diary()
    with pytest.raises(Exception, match="joined"):
        styles.client(
            cluster_members=["127.0.0.1:9"],
            cluster_connect_timeout=0.01,
            lifecycle_listeners=[diary],
        )
    assert wait_for_state(diary, "SHUTDOWN") == [
        "STARTING",
        "STARTED",
        "SHUTTING_DOWN",
        "SHUTDOWN",
    ]


def test_members_are_told_as_they_come_and_go(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    came, left = Diary(), Diary()
    client = styles.client(cluster, membership_listeners=[(came, left)])
    assert [came.next().uuid, came.next().uuid] == [one.uuid for one in cluster.members]
    third = cluster.start_member()
    assert came.next().uuid == third.uuid
    assert [one.uuid for one in client.cluster.get_members()][-1] == third.uuid
    gone = cluster.members[0]
    cluster.remove(gone)
    assert left.next().uuid == gone.uuid
    assert came.empty
    assert left.empty


def test_a_membership_listener_may_ask_for_those_who_are_there(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    told, quiet = Diary(), Diary()
    styles.here(client.cluster.add_listener, told, None, fire_for_existing=True)
    registration = styles.here(client.cluster.add_listener, quiet, quiet)
    assert [told.next().uuid, told.next().uuid] == [one.uuid for one in cluster.members]
    assert styles.here(client.cluster.remove_listener, registration) is True
    assert styles.here(client.cluster.remove_listener, registration) is False
    new = cluster.start_member()
    assert told.next().uuid == new.uuid
    assert quiet.empty


def test_members_are_selected(styles, scripted) -> None:
    cluster = scripted(3)
    client = styles.client(cluster)
    wanted = cluster.members[1].uuid
    found = client.cluster.get_members(lambda member: member.uuid == wanted)
    assert [one.uuid for one in found] == [wanted]


def test_a_listener_that_raises_harms_nothing(styles, scripted, caplog) -> None:
    cluster = scripted()
    after = Diary()

    def broken(state: object) -> None:
        raise ValueError("the listener is broken")

    client = styles.client(
        cluster,
        lifecycle_listeners=[broken, after],
        membership_listeners=[(broken, broken), (after, None)],
    )
    assert styles.call(client.map().get, 1) is None
    seen = [after.next() for _ in range(4)]
    assert "CONNECTED" in seen
    texts = [record.exc_text or "" for record in caplog.records]
    assert any("the listener is broken" in text and "Traceback" in text for text in texts)


def test_a_new_member_is_connected_to(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    new = cluster.start_member()
    cluster.wait_until(lambda: bool(new.connections))
    cluster.wait_for("Client.LocalBackupListener", 2)
    key = next(k for k in range(99) if client.partitions.get_partition_id(k) % 2)

    def reaches_it() -> bool:
        styles.call(client.map().get, key)
        return bool(new.seen("Map.Get"))

    deadline = time.monotonic() + 10
    while not reaches_it():
        assert time.monotonic() < deadline


def test_a_lost_connection_is_made_again(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    lost = cluster.members[1]
    lost.connections[0].close()
    cluster.wait_until(lambda: len(lost.seen("Client.Authentication")) == 2)
    assert styles.call(client.map().size) == 0


def test_the_view_is_told_by_another_when_its_source_is_lost(styles, scripted) -> None:
    cluster = scripted(3)
    came = Diary()
    client = styles.client(cluster)
    styles.here(client.cluster.add_listener, came)
    source = cluster.viewers[0][0].member
    source.kill()
    cluster.wait_for("Client.AddClusterViewListener", 2)
    new = cluster.start_member()
    assert came.next().uuid == new.uuid


def test_a_member_that_refuses_to_tell_the_view_is_left_and_joined_again(styles, scripted) -> None:
    # Where it is the last one, its connection must not be asked again until its end is noticed.
    cluster = scripted(2)
    client = styles.client(cluster)
    source = cluster.viewers[0][0].member
    cluster.script("Client.AddClusterViewListener", fail(22))
    source.kill()
    (other,) = (member for member in cluster.members if member is not source)
    cluster.wait_until(lambda: len(other.seen("Client.AddClusterViewListener")) == 2)
    cluster.remove(source)
    assert styles.call(client.map().size) == 0


def test_a_connection_whose_end_went_unnoticed_is_not_asked_for_ever(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    core = client.raw._core
    ended = threading.Event()

    def spoil() -> None:
        source = core.views._source
        (dead,) = (one for one in core.state.routes.connections if one is not source)
        dead.close()
        core.state.add_connection(dead)
        source.close()
        ended.set()

    core._loop.call_soon_threadsafe(spoil)
    assert ended.wait(10)
    cluster.wait_for("Client.AddClusterViewListener", 2)
    assert not any(one.is_closed for one in core.state.routes.connections)
    assert styles.call(client.map().size) == 0


def test_a_member_that_does_not_let_us_in_does_not_keep_the_client_from_starting(
    styles, scripted
) -> None:
    cluster = scripted(2)
    cluster.members[1].always("Client.Authentication", silence)
    client = styles.client(
        cluster,
        cluster_members=cluster.addresses[:1],
        heartbeat_interval=0.03,
        heartbeat_timeout=0.1,
    )
    assert styles.call(client.map().size) == 0


def test_a_member_that_does_not_let_us_in_keeps_nobody_else_out(styles, scripted) -> None:
    cluster = scripted(1)
    styles.client(cluster)
    silent = cluster.start_member(announce=False)
    silent.always("Client.Authentication", silence)
    cluster.announce()
    cluster.wait_until(lambda: bool(silent.seen("Client.Authentication")))
    new = cluster.start_member()
    cluster.wait_until(lambda: bool(new.seen("Client.Authentication")), 2)


def test_all_members_may_return_with_another_identity(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    came, left, states = Diary(), Diary(), Diary()
    cluster = scripted(2)
    client = styles.client(cluster, lifecycle_listeners=[states])
    styles.here(client.cluster.add_listener, came, left)
    styles.call(client.map().set, 1, "old")
    old = [one.uuid for one in cluster.members]
    for member in cluster.members:
        member.kill()
    wait_for_state(states, "DISCONNECTED")
    cluster.cluster_id = uuid.uuid4()
    cluster.version = 1
    cluster.maps.clear()
    for member in cluster.members:
        member.uuid = uuid.uuid4()
        member.revive()
    wait_for_state(states, "CONNECTED")
    assert styles.call(client.map().get, 1) is None
    assert {left.next().uuid, left.next().uuid} == set(old)
    assert {came.next().uuid, came.next().uuid} == {one.uuid for one in cluster.members}


def test_all_members_may_return_at_other_addresses_of_a_known_name(styles, scripted) -> None:
    # The configured address is a door that always leads to the cluster of the day.
    door, states = scripted(1), Diary()
    client = styles.client(door, lifecycle_listeners=[states])
    first = door.members[0]
    later = door.start_member()
    wait_for_state(states, "CONNECTED")
    later.kill()
    first.kill()
    wait_for_state(states, "DISCONNECTED")
    door.members = [first]
    first.uuid = uuid.uuid4()
    new = door.start_member(announce=False)
    first.revive()
    wait_for_state(states, "CONNECTED")
    door.wait_until(lambda: bool(new.connections))
    assert styles.call(client.map().size) == 0


def test_no_acknowledged_write_is_lost_when_a_member_is_killed(styles_and_uvloop) -> None:
    styles = styles_and_uvloop
    with HazelcastCluster(members=3) as cluster:
        client = styles.client(cluster, operation_backup_timeout=0.4)
        numbers = client.map("numbers")
        written: dict[int, int] = {}
        stop, half = threading.Event(), threading.Event()

        def write(first: int) -> None:
            key = first
            while not stop.is_set():
                try:
                    styles.call(numbers.set, key, key * 7)
                except ConnectionError:
                    # It was on its way to the member that died; nobody said it was done.
                    continue
                written[key] = key * 7
                key += 4
                if key > 300:
                    half.set()

        writers = [styles.aside(write, first) for first in range(4)]
        assert half.wait(10)
        cluster.members[1].kill()
        goal = len(written) + 400
        deadline = time.monotonic() + 10
        while len(written) < goal:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        stop.set()
        for writer in writers:
            writer.result(10)
        assert styles.call(numbers.get_all, list(written)) == written


def test_a_cluster_that_restarts_as_a_whole_is_joined_again(styles_and_uvloop) -> None:
    styles = styles_and_uvloop
    states = Diary()
    with HazelcastCluster(members=2) as cluster:
        name = cluster.cluster_name
        ports = [int(address.rpartition(":")[2]) for address in cluster.addresses]
        client = styles.client(cluster, lifecycle_listeners=[states])
        styles.call(client.map().set, 1, "x")
    wait_for_state(states, "DISCONNECTED")
    with HazelcastCluster(members=2, cluster_name=name, ports=ports):
        wait_for_state(states, "CONNECTED")
        assert styles.call(client.map().get, 1) is None
        styles.call(client.map().set, 1, "y")
        assert styles.call(client.map().get, 1) == "y"


def test_a_client_gives_up_when_the_time_to_come_back_is_over(styles, scripted) -> None:
    states = Diary()
    cluster = scripted()
    client = styles.client(cluster, cluster_connect_timeout=0.1, lifecycle_listeners=[states])
    numbers = client.map()
    cluster.members[0].kill()
    wait_for_state(states, "SHUTDOWN")
    error = styles.error(numbers.get, 1)
    assert type(error).__name__ == "HazelcastClientNotActiveError"
    assert "shut down" in str(error)
    assert not client.lifecycle.is_running()
