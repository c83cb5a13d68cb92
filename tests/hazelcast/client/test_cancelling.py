# SPDX-License-Identifier: Apache-2.0
"""A call that nobody waits for any more is gone; its late answer reaches nobody."""

from __future__ import annotations

import concurrent.futures

import pytest

from support.call_styles import error_of
from support.scripted_replies import silence

CANCELLED = concurrent.futures.CancelledError


def cancel(pending) -> None:
    assert pending.cancel() is True
    assert isinstance(error_of(pending), CANCELLED)


def test_the_late_answer_of_a_cancelled_call_reaches_nobody(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    numbers = client.map()
    styles.call(numbers.set, 1, "right")
    held = cluster.hold("Map.Get")
    pending = styles.begin(numbers.get, 2)
    request = held.next()
    cancel(pending)
    following = styles.begin(numbers.get, 1)
    late = held.next()
    request.fail(22, "meant for another")
    late.answer_as_usual()
    assert following.result() == "right"
    assert late.correlation != request.correlation


def test_the_place_of_a_cancelled_call_is_free_at_once(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=2)
    numbers = client.map()
    held = cluster.hold("Map.Get")
    stuck = [styles.begin(numbers.get, key) for key in range(2)]
    held.take(2)
    cancel(stuck[0])
    styles.call(numbers.set, 1, "x")
    cancel(stuck[1])


def test_a_call_without_an_owner_is_cancelled_too(cancelling_styles, scripted) -> None:
    # These take the careful way from the beginning.
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=1)
    numbers = client.map()
    held = cluster.hold("Map.Size")
    pending = styles.begin(numbers.size)
    held.next()
    cancel(pending)
    assert styles.call(numbers.is_empty) is True


def test_a_call_that_waits_for_room_leaves_the_queue(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=1)
    numbers = client.map()
    held = cluster.hold("Map.Get")
    first = styles.begin(numbers.get, 1)
    request = held.next()
    if styles.name == "future":
        pytest.skip("the thread that makes the future waits itself")
    waiting = styles.begin(numbers.set, 1, "never")
    behind = styles.begin(numbers.set, 2, "sent")
    styles.settle()
    cancel(waiting)
    styles.settle()
    request.answer(None)
    first.result()
    behind.result()
    assert [bytes(one.fields.key)[-1] for one in cluster.seen("Map.Set")] == [2]


def test_a_call_that_waits_for_a_connection_is_cancelled(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    numbers = client.map()
    cluster.members[0].kill()
    styles.error(numbers.get, 1, timeout=0.05)
    pending = styles.begin(numbers.set, 1, "never")
    cancel(pending)
    cluster.members[0].revive()
    assert styles.call(numbers.get, 1) is None
    assert not cluster.seen("Map.Set")


def test_a_call_between_two_attempts_is_cancelled(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Set")
    pending = styles.begin(client.map().set, 1, "x")
    for _ in range(6):
        held.next().fail(46)
    last = held.next()
    last.fail(46)
    cluster.settle()
    cancel(pending)
    styles.call(client.map().get, 1)


@pytest.mark.parametrize("method", ["get_all", "put_all"])
def test_an_operation_of_many_messages_gives_back_all_places(
    cancelling_styles, scripted, method
) -> None:
    styles = cancelling_styles
    cluster = scripted(2)
    client = styles.client(cluster, max_pending_invocations=8)
    numbers = client.map()
    keys = list(range(8))
    name = {"get_all": "Map.GetAll", "put_all": "Map.PutAll"}[method]
    held = cluster.hold(name)
    arguments = {"get_all": keys, "put_all": dict.fromkeys(keys, 1)}[method]
    partitions = {client.partitions.get_partition_id(key) for key in keys}
    pending = styles.begin(getattr(numbers, method), arguments)
    held.take(len(partitions))
    cancel(pending)
    # As many calls as are allowed find room.
    cluster.always("Map.Get", silence)
    others = [styles.begin(numbers.get, key) for key in keys]
    cluster.wait_for("Map.Get", len(others), 3)
    for other in others:
        cancel(other)


def test_cancelling_what_is_done_changes_nothing(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    client = styles.client(scripted())
    pending = styles.begin(client.map().put, 1, 2)
    assert pending.result() is None
    assert pending.cancel() is False
    assert pending.result() is None


def test_cancelling_twice_is_cancelling_once(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Get")
    pending = styles.begin(client.map().get, 1)
    request = held.next()
    cancel(pending)
    pending.cancel()
    request.answer(None)
    cluster.settle()
    styles.call(client.map().set, 1, 2)
    assert isinstance(error_of(pending), CANCELLED)
    cluster.behave("Map.Get")
    assert styles.call(client.map().get, 1) == 2


def test_an_abandoned_listener_is_registered_nowhere(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    called: list[object] = []
    held = cluster.members[1].hold("Map.AddEntryListener")
    pending = styles.begin(numbers.add_entry_listener, added_func=called.append)
    request = held.next()
    before = len(cluster.wait_for("Map.AddEntryListener", 2))
    cancel(pending)
    cluster.members[1].behave("Map.AddEntryListener")
    request.answer_as_usual()
    new = cluster.start_member()
    cluster.wait_until(lambda: bool(new.seen("Client.LocalBackupListener")))
    key = next(k for k in range(99) if cluster.owner(client.partitions.get_partition_id(k)) is new)
    while not new.seen("Map.Get"):
        styles.call(numbers.get, key)
    assert len(cluster.seen("Map.AddEntryListener")) == before
