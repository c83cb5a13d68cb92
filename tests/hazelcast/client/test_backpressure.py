# SPDX-License-Identifier: Apache-2.0
"""More calls than allowed wait in order; what does not get room in time was never sent."""

from __future__ import annotations

import socket

import pytest

from gridwire.errors import BackpressureError, Outcome
from support.call_styles import error_of, make_style
from support.patience import until
from support.scripted_replies import silence

SMALL_BUFFERS = [
    (socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384),
    (socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384),
]
KIB = 1024


def begin_all(styles, calls: list) -> list:
    """Begin calls one after the other, each waiting where the style waits.

    In the future style the thread that makes a future waits for room, so each has its own thread;
    so it is in the blocking style.
    """
    return [styles.aside(styles.call, *call) for call in calls]


def test_no_more_calls_are_pending_than_allowed(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=3)
    numbers = client.map()
    held = cluster.hold("Map.Get")
    calls = begin_all(styles, [(numbers.get, key) for key in range(8)])
    most = 3
    for _ in range(8):
        request = held.next()
        assert len(cluster.seen("Map.Get")) <= most
        most += 1
        request.answer(request.fields.key)
    assert [one.result() for one in calls] == list(range(8))


def test_those_who_wait_get_in_in_order(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=1)
    numbers = client.map()
    held = cluster.hold("Map.Get")
    calls = []
    for key in range(10):
        calls += begin_all(styles, [(numbers.get, key)])
        if key == 0:
            first = held.next()
        else:
            until(lambda key=key: client.waiting == key)
    first.answer(first.fields.key)
    for _ in range(9):
        request = held.next()
        request.answer(request.fields.key)
    assert [one.result() for one in calls] == list(range(10))
    order = [bytes(request.fields.key)[-1] for request in cluster.seen("Map.Get")]
    assert order == list(range(10))


def test_a_call_that_gets_no_room_was_never_sent(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=2)
    numbers = client.map()
    cluster.always("Map.Get", silence)
    stuck = [styles.aside(styles.error, numbers.get, key, timeout=0.15) for key in range(2)]
    cluster.wait_for("Map.Get", 2)
    error = error_of(styles.aside(styles.call, numbers.set, 1, 2, timeout=0.08))
    assert isinstance(error, BackpressureError)
    assert error.outcome is Outcome.NOT_SENT
    assert error.facts["operation"] == "Map.Set"
    assert error.facts["phase"] == "waiting for room"
    assert 0.07 <= error.facts["elapsed"] < 3
    assert "max_pending_invocations" in error.hint
    assert not cluster.seen("Map.Set")
    for one in stuck:
        one.result()
    styles.call(numbers.set, 1, 2)


def test_invocation_timeout_bounds_the_wait_for_room(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=1, invocation_timeout=0.12)
    numbers = client.map()
    held = cluster.hold("Map.Get")
    stuck = styles.aside(styles.call, numbers.get, 1, timeout=30)
    request = held.next()
    error = error_of(styles.aside(styles.call, numbers.set, 1, 2))
    assert isinstance(error, BackpressureError)
    assert error.outcome is Outcome.NOT_SENT
    assert not cluster.seen("Map.Set")
    request.answer(None)
    stuck.result()
    styles.call(numbers.set, 1, 2)


def stuck_client(styles, scripted, **options):
    """A client whose member has stopped reading, in the middle of a long value."""
    cluster = scripted(receive_buffer=16 * KIB)
    client = styles.client(
        cluster,
        socket_options=SMALL_BUFFERS,
        # Nothing but what the test does wakes anybody.
        heartbeat_interval=60,
        heartbeat_timeout=120,
        **options,
    )
    numbers = client.map()
    connection = cluster.members[0].connections[0]
    connection.stop_reading()
    cluster.settle()
    large = styles.begin(numbers.set, 0, bytes(1024 * KIB))
    until(lambda: connection.unread > 0)
    return cluster, numbers, connection, large


def test_bytes_that_the_network_does_not_take_are_bounded(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    limit, size, count = 256 * KIB, 64 * KIB, 40
    cluster, numbers, connection, large = stuck_client(styles, scripted, max_queued_bytes=limit)
    calls = [
        styles.aside(styles.error_or_value, numbers.set, key, bytes(size), timeout=0.1)
        for key in range(1, count)
    ]
    results = [one.result() for one in calls]
    refused = [one for one in results if isinstance(one, BackpressureError)]
    # Threads that look at the same moment may each go over the limit by one request.
    assert len(refused) >= count // 2
    assert all(one.outcome is Outcome.NOT_SENT for one in refused)
    assert "max_queued_bytes" in str(refused[0])
    connection.resume_reading()
    large.result()
    styles.call(numbers.set, 0, b"after")
    assert styles.call(numbers.get, 0) == b"after"
    # What was refused was really never sent.
    assert len(cluster.seen("Map.Set")) <= count - len(refused) + 1


def test_who_waits_for_bytes_to_leave_is_woken_when_they_have_left(
    styles_and_uvloop, scripted
) -> None:
    styles = styles_and_uvloop
    _, numbers, connection, large = stuck_client(styles, scripted, max_queued_bytes=16 * KIB)
    # It fills the queue and gives up.
    styles.error(numbers.set, 1, bytes(48 * KIB), timeout=0.1)
    waiting = styles.aside(styles.call, numbers.set, 2, "waits", timeout=5)
    large_gone = styles.aside(large.result)
    connection.resume_reading()
    waiting.result()
    large_gone.result()


def test_a_value_larger_than_the_limit_can_be_sent(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted()
    client = styles.client(cluster, max_queued_bytes=64 * KIB, socket_options=SMALL_BUFFERS)
    numbers = client.map()
    value = bytes(range(256)) * 1024
    for key in range(3):
        styles.call(numbers.set, key, value)
    assert styles.call(numbers.get, 2) == value


def test_calls_that_gave_up_while_they_waited_to_be_written_are_not_written(
    styles_and_uvloop, scripted
) -> None:
    styles = styles_and_uvloop
    cluster, numbers, connection, large = stuck_client(styles, scripted)
    late = [styles.begin(numbers.set, key, "late", timeout=0.1) for key in range(1, 6)]
    errors = [error_of(one) for one in late]
    assert all(isinstance(error, TimeoutError) for error in errors)
    connection.resume_reading()
    large.result()
    styles.call(numbers.set, 9, "after")
    assert len(cluster.seen("Map.Set")) == 2


@pytest.mark.parametrize("limit", [1, 3])
def test_operations_of_many_messages_wait_for_room_too(styles_and_uvloop, scripted, limit) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    numbers = styles.client(cluster, max_pending_invocations=limit).map()
    entries = {key: key * 3 for key in range(100)}
    styles.call(numbers.put_all, entries)
    assert styles.call(numbers.get_all, entries) == entries


def test_threads_wait_for_room_as_long_as_they_must(scripted) -> None:
    styles = make_style("blocking")
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=4)
    numbers = client.map()
    calls = begin_all(styles, [(numbers.put, key, key) for key in range(64)])
    assert [one.result() for one in calls] == [None] * 64
    assert styles.call(numbers.size) == 64
    styles.close()
