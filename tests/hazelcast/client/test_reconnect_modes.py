# SPDX-License-Identifier: Apache-2.0
"""What becomes of calls, by `reconnect_mode`, when the last connection is lost."""

from __future__ import annotations

import time

import pytest

from gridwire._core import retry
from gridwire.errors import Outcome
from gridwire.hazelcast.config import ReconnectMode
from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    OperationTimeoutError,
    TargetDisconnectedError,
)
from support.call_styles import error_of
from support.diary import Diary
from support.patience import until
from support.scripted_replies import fail

FAMILIES = {"ON": (ReconnectMode.ON, "ON", 1), "ASYNC": (ReconnectMode.ASYNC, "ASYNC", 2)}

AT_ONCE = 5.0
"""Seconds; a call that waited would wait for its deadline, two minutes."""


def begin(styles, scripted, mode, **options):
    """A client that is connected to one member, that member, its map and its states."""
    states = Diary()
    cluster = scripted()
    client = styles.client(cluster, reconnect_mode=mode, lifecycle_listeners=[states], **options)
    numbers = client.map()
    states.until("CONNECTED")
    return client, cluster.members[0], numbers, states


def lose(member, states) -> None:
    member.kill()
    states.until("DISCONNECTED")


def lose_in_flight(styles, member, name, method, *args):
    """Begin a call, and lose the connection when the member has the request."""
    held = member.hold(name)
    pending = styles.begin(method, *args)
    held.next()
    member.kill()
    member.behave(name)
    return pending


@pytest.mark.parametrize("mode", [ReconnectMode.OFF, "OFF", 0])
def test_off_shuts_the_client_down(styles_and_uvloop, scripted, mode) -> None:
    styles = styles_and_uvloop
    client, member, numbers, states = begin(styles, scripted, mode)
    member.kill()
    assert states.until("SHUTDOWN") == ["DISCONNECTED", "SHUTTING_DOWN", "SHUTDOWN"]
    member.revive()
    error = styles.error(numbers.get, 1)
    assert type(error) is HazelcastClientNotActiveError
    assert "reconnect_mode" in str(error)
    assert member.address in str(error)
    assert not client.lifecycle.is_running()
    assert len(member.seen("Client.Authentication")) == 1


def test_off_outlasts_the_loss_of_one_of_two_members(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, reconnect_mode="OFF")
    lost = cluster.members[1]
    lost.connections[0].close()
    cluster.wait_until(lambda: len(lost.seen("Client.Authentication")) == 2)
    assert styles.call(client.map().size) == 0


@pytest.mark.parametrize("name", ["get", "set"])
def test_off_ends_calls_that_wait(styles, scripted, name) -> None:
    _, member, numbers, _ = begin(styles, scripted, "OFF")
    args = (1,) if name == "get" else (1, 2)
    error = error_of(
        lose_in_flight(styles, member, f"Map.{name.title()}", getattr(numbers, name), *args)
    )
    assert isinstance(error, HazelcastClientNotActiveError | TargetDisconnectedError)
    assert error.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("mode", FAMILIES["ON"])
def test_on_has_new_calls_wait_for_the_next_connection(styles_and_uvloop, scripted, mode) -> None:
    styles = styles_and_uvloop
    _, member, numbers, states = begin(styles, scripted, mode)
    lose(member, states)
    waiting = [styles.begin(numbers.set, 1, "x"), styles.begin(numbers.size)]
    styles.settle()
    assert not any(one.done() for one in waiting)
    member.revive()
    assert [one.result(10) for one in waiting] == [None, 1]
    assert len(member.seen("Map.Set")) == 1


def test_on_is_the_default(styles, scripted) -> None:
    states = Diary()
    cluster = scripted()
    client = styles.client(cluster, lifecycle_listeners=[states])
    numbers = client.map()
    states.until("CONNECTED")
    lose(cluster.members[0], states)
    waiting = styles.begin(numbers.size)
    cluster.members[0].revive()
    assert waiting.result(10) == 0


def test_on_waits_no_longer_than_the_call_may_take(styles, scripted) -> None:
    _, member, numbers, states = begin(styles, scripted, "ON")
    lose(member, states)
    error = styles.error(numbers.set, 1, 2, timeout=0.1)
    assert type(error) is OperationTimeoutError
    assert error.outcome is Outcome.NOT_SENT
    member.revive()
    states.until("CONNECTED")
    assert not member.seen("Map.Set")


def test_on_sends_a_read_again_after_the_reconnect(styles, scripted) -> None:
    _, member, numbers, states = begin(styles, scripted, "ON")
    pending = lose_in_flight(styles, member, "Map.Get", numbers.get, 1)
    states.until("DISCONNECTED")
    assert not pending.done()
    member.revive()
    assert pending.result(10) is None
    assert len(member.seen("Map.Get")) == 2


def test_on_fails_a_write_that_was_sent_at_once(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    _, member, numbers, _ = begin(styles, scripted, "ON")
    began = time.monotonic()
    error = error_of(lose_in_flight(styles, member, "Map.Set", numbers.set, 1, 2))
    assert time.monotonic() - began < AT_ONCE
    assert type(error) is TargetDisconnectedError
    assert error.outcome is Outcome.UNKNOWN


def test_on_sends_a_write_again_if_the_user_allows_it(styles, scripted) -> None:
    _, member, numbers, _ = begin(styles, scripted, "ON", redo_operation=True)
    pending = lose_in_flight(styles, member, "Map.Set", numbers.set, 1, 2)
    member.revive()
    assert pending.result(10) is None
    assert len(member.seen("Map.Set")) == 2


@pytest.mark.parametrize("mode", FAMILIES["ASYNC"])
def test_async_fails_new_calls_until_it_is_connected(styles_and_uvloop, scripted, mode) -> None:
    styles = styles_and_uvloop
    client, member, numbers, states = begin(styles, scripted, mode)
    lose(member, states)
    began = time.monotonic()
    for error in (styles.error(numbers.get, 1), styles.error(numbers.set, 1, 2)):
        assert type(error) is ClientOfflineError
        assert error.outcome is Outcome.NOT_SENT
    another = client.map("another")
    assert type(styles.error(another.size)) is ClientOfflineError
    assert time.monotonic() - began < AT_ONCE
    member.revive()
    states.until("CONNECTED")
    assert styles.call(numbers.get, 1) is None
    assert styles.call(another.size) == 0
    (told,) = member.seen("Client.CreateProxies")
    assert told.fields.proxies == [("another", "hz:impl:mapService")]
    assert client.raw.diagnostics()["counters"]["reconnects"] == 1


def test_async_leaves_the_outcome_of_a_write_that_was_sent_open(styles, scripted) -> None:
    _, member, numbers, _ = begin(styles, scripted, "ASYNC")
    error = error_of(lose_in_flight(styles, member, "Map.Set", numbers.set, 1, 2))
    assert isinstance(error, ConnectionError)
    assert error.outcome is Outcome.UNKNOWN


def test_async_leaves_it_open_too_where_writes_may_be_repeated(styles, scripted) -> None:
    _, member, numbers, _ = begin(styles, scripted, "ASYNC", redo_operation=True)
    error = error_of(lose_in_flight(styles, member, "Map.Set", numbers.set, 1, 2))
    assert type(error) is ClientOfflineError
    assert error.outcome is Outcome.UNKNOWN
    assert type(error.__cause__) is TargetDisconnectedError


def test_async_fails_a_read_that_was_sent(styles, scripted) -> None:
    _, member, numbers, _ = begin(styles, scripted, "ASYNC")
    error = error_of(lose_in_flight(styles, member, "Map.Get", numbers.get, 1))
    assert type(error) is ClientOfflineError


def keep_retrying(styles, member, code, method, *args):
    """Begin a call that a member sends away again and again, and wait until pauses are long."""
    busy = Diary()

    def send_away(request) -> None:
        busy(request)
        request.fail(code)

    member.always("Map.Set", send_away)
    pending = styles.begin(method, *args)
    for _ in range(9):
        busy.next()
    return pending


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(ErrorCode.PARTITION_MIGRATING, Outcome.REJECTED), (ErrorCode.MEMBER_LEFT, Outcome.UNKNOWN)],
)
def test_async_fails_calls_that_wait_for_their_next_attempt(
    styles, scripted, monkeypatch, code, outcome
) -> None:
    # The first retry comes at once, and the next one much later than this test waits.
    monkeypatch.setattr(retry, "_FIRST_PAUSE", 100.0)
    client, member, numbers, states = begin(styles, scripted, "ASYNC", invocation_retry_pause=100)
    member.always("Map.Set", fail(code))
    pending = styles.begin(numbers.set, 1, 2)
    # Nothing public tells that it waits.
    until(lambda: len(member.seen("Map.Set")) == 2 and client.raw._core.parking._parked)
    began = time.monotonic()
    lose(member, states)
    error = error_of(pending)
    assert time.monotonic() - began < AT_ONCE
    assert type(error) is ClientOfflineError
    assert error.outcome is outcome


def test_the_end_of_the_client_makes_no_outcome_better_than_it_is(styles, scripted) -> None:
    client, member, numbers, _ = begin(styles, scripted, "ON", invocation_retry_pause=100)
    pending = keep_retrying(styles, member, ErrorCode.MEMBER_LEFT, numbers.set, 1, 2)
    client.shutdown()
    error = error_of(pending)
    assert type(error) is HazelcastClientNotActiveError
    assert error.outcome is Outcome.UNKNOWN
    assert error.facts["attempts"] >= 9


def test_async_fails_calls_that_wait_for_room(styles, scripted) -> None:
    client, member, numbers, _ = begin(styles, scripted, "ASYNC", max_pending_invocations=1)
    held = member.hold("Map.Set")
    first = styles.begin(numbers.set, 1, 2)
    held.next()
    second = styles.aside(styles.error, numbers.set, 2, 3)
    deadline = time.monotonic() + 10
    while not client.waiting:
        assert time.monotonic() < deadline
    member.kill()
    assert error_of(first).outcome is Outcome.UNKNOWN
    error = second.result(10)
    assert type(error) is ClientOfflineError
    assert error.outcome is Outcome.NOT_SENT


def test_a_lock_that_nobody_holds_is_given_back_after_the_reconnect(styles, scripted) -> None:
    # Giving back is the client's own business, and outlasts what callers need not wait for.
    _, member, numbers, states = begin(styles, scripted, "ASYNC")
    error = error_of(lose_in_flight(styles, member, "Map.TryLock", numbers.try_lock, 1))
    assert isinstance(error, ConnectionError)
    member.revive()
    states.until("CONNECTED")
    member.cluster.wait_for("Map.Unlock")
