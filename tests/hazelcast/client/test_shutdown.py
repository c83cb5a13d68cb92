# SPDX-License-Identifier: Apache-2.0
"""A client that is shut down ends everything, says so to whoever waits, and leaves nothing."""

from __future__ import annotations

import gc
import os
import threading
import time

import pytest

from gridwire import hazelcast
from gridwire.errors import ClientClosedError, Outcome
from gridwire.hazelcast.errors import HazelcastClientNotActiveError
from gridwire.testing import HazelcastCluster
from support.call_styles import error_of, make_style
from support.scripted_replies import acked, fail, silence


def check_ended(error: BaseException, outcome: Outcome) -> None:
    assert isinstance(error, HazelcastClientNotActiveError)
    assert isinstance(error, ClientClosedError)
    assert error.outcome is outcome
    assert "shut down" in str(error)


@pytest.mark.parametrize("count", [1, 40])
def test_calls_that_wait_for_an_answer_end(styles_and_uvloop, scripted, count) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.always("Map.Set", silence)
    pending = [styles.begin(numbers.set, key, key) for key in range(count)]
    cluster.wait_for("Map.Set", count)
    client.shutdown()
    for one in pending:
        check_ended(error_of(one), Outcome.UNKNOWN)


def test_calls_without_an_owner_end(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.always("Map.Clear", silence)
    pending = [styles.begin(numbers.clear) for _ in range(20)]
    cluster.wait_for("Map.Clear", 20)
    client.shutdown()
    for one in pending:
        check_ended(error_of(one), Outcome.UNKNOWN)


def test_calls_with_a_timeout_of_their_own_end(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.always("Map.Set", silence)
    pending = [styles.begin(numbers.set, key, key, timeout=60) for key in range(20)]
    cluster.wait_for("Map.Set", 20)
    client.shutdown()
    for one in pending:
        check_ended(error_of(one), Outcome.UNKNOWN)


def test_calls_that_wait_for_backups_end(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=60.0)
    numbers = client.map()
    cluster.always("Map.Set", acked(lost=1))
    pending = [styles.begin(numbers.set, key, key, timeout=30) for key in range(4)]
    cluster.wait_for("Map.Set", 4)
    # The answers are here: another call behind them has its own.
    for _ in range(2):
        styles.call(numbers.size)
    client.shutdown()
    for one in pending:
        result = styles.outcome(one, 5)
        # The owner did it, so a success would be true, too.
        if result is not None:
            check_ended(result, Outcome.UNKNOWN)


def test_calls_that_wait_for_room_end(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    client = styles.client(cluster, max_pending_invocations=1)
    numbers = client.map()
    cluster.always("Map.Get", silence)
    stuck = styles.aside(styles.call, numbers.get, 1)
    cluster.wait_for("Map.Get")
    waiting = [styles.aside(styles.call, numbers.set, key, key) for key in range(8)]
    pause = threading.Event()
    while client.waiting < 8:
        pause.wait(0.001)
    client.shutdown()
    check_ended(error_of(stuck), Outcome.UNKNOWN)
    for one in waiting:
        check_ended(error_of(one), Outcome.NOT_SENT)
    assert not cluster.seen("Map.Set")


def test_calls_that_wait_for_a_connection_end(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.members[0].kill()
    styles.error(numbers.get, 1, timeout=0.1)
    pending = [styles.begin(numbers.set, key, key) for key in range(8)]
    styles.settle()
    client.shutdown()
    for one in pending:
        check_ended(error_of(one), Outcome.NOT_SENT)


def test_calls_between_two_attempts_end(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.always("Map.Set", fail(46))
    pending = [styles.begin(numbers.set, key, key) for key in range(8)]
    cluster.wait_for("Map.Set", 40)
    client.shutdown()
    for one in pending:
        error = error_of(one)
        assert isinstance(error, HazelcastClientNotActiveError)
        assert error.outcome in (Outcome.UNKNOWN, Outcome.NOT_SENT, Outcome.REJECTED)


def test_operations_of_many_messages_end(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.always("Map.GetAll", silence)
    cluster.always("Map.PutAll", silence)
    reads = [styles.begin(numbers.get_all, range(50)) for _ in range(8)]
    writes = [styles.begin(numbers.put_all, {key: key for key in range(50)}) for _ in range(8)]
    cluster.wait_for("Map.GetAll", 8 * 13)
    cluster.wait_for("Map.PutAll", 8 * 13)
    client.shutdown()
    for one in reads:
        check_ended(error_of(one, 5), Outcome.UNKNOWN)
    for one in writes:
        error = error_of(one, 5)
        assert error.outcome is Outcome.UNKNOWN
        assert all(isinstance(part, HazelcastClientNotActiveError) for part in error.failures)
        assert set(error.outcomes.values()) == {Outcome.UNKNOWN}


def test_listeners_that_are_being_registered_end(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.always("Map.AddEntryListener", silence)
    pending = [styles.begin(numbers.add_entry_listener, added_func=print) for _ in range(8)]
    cluster.wait_for("Map.AddEntryListener", 16)
    client.shutdown()
    for one in pending:
        check_ended(error_of(one, 5), Outcome.UNKNOWN)


def test_use_after_shutdown_is_an_error_at_once(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    client.shutdown()
    for method, args in [
        (numbers.get, (1,)),
        (numbers.set, (1, 2)),
        (numbers.size, ()),
        (numbers.get_all, ([1],)),
        (numbers.try_put, (1, 2, 1)),
    ]:
        check_ended(styles.error(method, *args), Outcome.NOT_SENT)
    error = styles.error(numbers.put_all, {1: 2})
    assert error.outcome is Outcome.NOT_SENT
    with pytest.raises(HazelcastClientNotActiveError):
        client.map("another")
    assert client.lifecycle.is_running() is False
    assert "m" in repr(numbers)


def test_listeners_of_a_closed_client_are_refused(styles, scripted) -> None:
    client = styles.client(scripted(1))
    numbers = client.map()
    client.shutdown()
    error = styles.error(numbers.add_entry_listener, added_func=print)
    assert isinstance(error, HazelcastClientNotActiveError)
    # Removing what is gone anyway may succeed or be refused, but not hang.
    styles.error_or_value(numbers.remove_entry_listener, "unknown")


def test_shutting_down_twice_is_shutting_down_once(styles_and_uvloop, scripted) -> None:
    states: list[str] = []
    client = styles_and_uvloop.client(scripted(2), lifecycle_listeners=[states.append])
    client.shutdown()
    client.shutdown()
    assert states.count("SHUTTING_DOWN") == states.count("SHUTDOWN") == 1


def test_several_may_shut_down_at_once(styles, scripted) -> None:
    states: list[str] = []
    client = styles.client(scripted(3), lifecycle_listeners=[states.append])
    together = [styles.aside(client.shutdown) for _ in range(6)]
    for one in together:
        one.result(10)
        assert not client.lifecycle.is_running()
    assert states.count("SHUTDOWN") == 1


def test_shutting_down_while_the_cluster_is_away(styles_and_uvloop, scripted) -> None:
    cluster = scripted(1)
    client = styles_and_uvloop.client(cluster, retry_initial_backoff=30.0)
    cluster.members[0].kill()
    client.shutdown()
    assert not client.lifecycle.is_running()


def test_shutting_down_while_a_member_is_silent(styles_and_uvloop, scripted) -> None:
    cluster = scripted(1)
    client = styles_and_uvloop.client(cluster)
    silent = cluster.start_member(announce=False)
    silent.always("Client.Authentication", silence)
    cluster.announce()
    cluster.wait_until(lambda: bool(silent.seen("Client.Authentication")))
    client.shutdown()
    cluster.wait_until(lambda: not silent.connections)


def test_connections_are_closed_at_once(styles_and_uvloop, scripted) -> None:
    cluster = scripted(3)
    client = styles_and_uvloop.client(cluster)
    client.shutdown()
    cluster.wait_until(lambda: not any(member.connections for member in cluster.members))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_descriptors_are_given_back(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(3)

    def one_life() -> None:
        client = styles.client(cluster)
        styles.call(client.map().set, 1, 2)
        client.shutdown()
        cluster.wait_until(lambda: not any(member.connections for member in cluster.members))

    one_life()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        one_life()
    pause = threading.Event()
    deadline = time.monotonic() + 5
    while len(os.listdir("/proc/self/fd")) > before:
        # The members' ends are closed in the next turns of their loop.
        assert time.monotonic() < deadline
        pause.wait(0.001)


def test_a_client_with_much_to_send_is_shut_down_all_the_same(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    connection = cluster.members[0].connections[0]
    connection.stop_reading()
    cluster.settle()
    pending = [styles.begin(numbers.set, key, bytes(4 << 20)) for key in range(4)]
    pause = threading.Event()
    while not connection.unread:
        pause.wait(0.001)
    client.shutdown()
    for one in pending:
        error = error_of(one)
        assert isinstance(error, HazelcastClientNotActiveError)
        assert error.outcome in (Outcome.UNKNOWN, Outcome.NOT_SENT)


def test_a_client_may_be_shut_down_by_a_listener(scripted) -> None:
    # On the thread of the callbacks, which ends with the client.
    styles = make_style("future")
    cluster = scripted(1)
    ended = threading.Event()
    client = styles.client(cluster)

    def end(_: object) -> None:
        client.shutdown()
        ended.set()

    client.map().get(1).add_done_callback(end)
    assert ended.wait(10)
    assert not client.lifecycle.is_running()
    styles.close()


def test_a_listener_may_shut_down_what_is_being_shut_down(scripted) -> None:
    styles = make_style("blocking")
    ended = threading.Event()

    def again(state: str) -> None:
        if state == "SHUTTING_DOWN":
            client.shutdown()
            ended.set()

    client = styles.client(scripted(3), lifecycle_listeners=[again])
    client.shutdown()
    assert ended.wait(5)
    styles.close()


def test_two_clients_do_not_disturb_each_other(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    red, blue = scripted(2), scripted(1)
    one, other = styles.client(red), styles.client(blue)
    for key in range(20):
        styles.call(one.map().set, key, "red")
        styles.call(other.map().set, key, "blue")
    assert styles.call(one.map().get, 7) == "red"
    assert styles.call(other.map().get, 7) == "blue"
    one.shutdown()
    assert styles.call(other.map().get, 7) == "blue"
    assert other.lifecycle.is_running()


def test_a_closed_client_can_be_collected(styles) -> None:
    with HazelcastCluster(members=1) as cluster:
        client = styles.client(cluster)
        styles.call(client.map().set, 1, 2)
        client.shutdown()
        assert styles.error(client.map().get, 1) is not None
    gc.collect()


def test_maps_are_the_same_object_for_the_same_name(scripted) -> None:
    cluster = scripted(1)
    options = {"cluster_name": cluster.cluster_name, "cluster_members": cluster.addresses}
    with hazelcast.HazelcastClient(**options) as client:
        assert client.get_map("a") is client.get_map("a")
        assert client.get_map("a") is not client.get_map("b")
    assert not client.lifecycle_service.is_running()
    assert len(cluster.seen("Client.CreateProxy")) == 2
