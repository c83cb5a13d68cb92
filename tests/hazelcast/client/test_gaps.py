# SPDX-License-Identifier: Apache-2.0
"""A listener that asked for it is told when events may have been missed, and nobody else is."""

from __future__ import annotations

import threading
import time

import pytest

from gridwire.hazelcast.control import gaps as module
from gridwire.hazelcast.notices import Gap
from support.diary import Diary
from support.scripted_replies import fail


@pytest.fixture(autouse=True)
def heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gap that goes on is told soon."""
    monkeypatch.setattr(module, "TELL_AFTER_SECONDS", 0.2)


def gaps_of(client) -> int:
    return client.raw._core.counters.gaps


def listen(styles, numbers, gap: Diary | None, **functions: Diary) -> str:
    functions = functions or {"added_func": Diary()}
    return styles.call(numbers.add_entry_listener, gap_func=gap, **functions)


def test_a_lost_connection_is_a_gap_that_is_over_when_it_is_back(
    styles_and_uvloop, scripted
) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    told = Diary()
    client = styles.client(cluster, notice_listeners=[told])
    gap, began = Diary(), time.time()
    registration = listen(styles, client.map("m"), gap)
    lost = cluster.members[1]
    lost.connections[0].close()
    event = gap.next()
    assert isinstance(event, Gap)
    assert event.name == "m"
    assert event.registration_id == registration
    assert event.is_over
    assert began - 0.1 <= event.since <= event.until <= time.time() + 0.1
    assert str(lost.uuid) in event.why
    assert "m: events may have been missed" in str(event)
    assert len(lost.seen("Map.AddEntryListener")) == 2
    assert told.next() == event
    assert gaps_of(client) == 1
    assert gap.empty


def test_it_is_told_after_what_came_before_and_before_what_comes_after(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map("m")
    diary = Diary()
    listen(styles, numbers, diary)
    for _ in range(2):
        cluster.members[0].connections[0].close()
        assert isinstance(diary.next(), Gap)
    assert gaps_of(client) == 2


def test_only_who_listens_is_told(styles, scripted) -> None:
    cluster = scripted(2)
    told = Diary()
    client = styles.client(cluster, notice_listeners=[told])
    numbers = client.map()
    removed = Diary()
    registration = listen(styles, numbers, removed)
    assert styles.call(numbers.remove_entry_listener, registration) is True
    kept = Diary()
    # One that did not ask is counted all the same, and told to whoever listens for notices.
    listening = {listen(styles, numbers, None), listen(styles, numbers, kept)}
    cluster.members[1].connections[0].close()
    assert isinstance(kept.next(), Gap)
    assert {told.next().registration_id for _ in range(2)} == listening
    assert gaps_of(client) == 2
    assert removed.empty


def test_a_member_that_left_is_a_gap(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(3)
    client = styles.client(cluster)
    gap = Diary()
    listen(styles, client.map(), gap)
    cluster.remove(cluster.members[2])
    assert gap.next().is_over


def test_so_is_one_that_came_for_its_events_were_not_heard_at_first(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    gap = Diary()
    listen(styles, client.map(), gap)
    new = cluster.start_member()
    event = gap.next()
    assert event.is_over
    assert str(new.uuid) in event.why
    assert len(new.seen("Map.AddEntryListener")) == 1


def test_what_goes_on_is_told_meanwhile_and_once_more_at_its_end(styles_and_uvloop, scripted):
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    gap = Diary()
    listen(styles, client.map(), gap)
    gone = cluster.members[1]
    gone.kill()
    event = gap.next()
    assert not event.is_over
    assert "goes on" in str(event)
    gone.revive()
    end = gap.next()
    assert end.is_over
    assert end.since == event.since
    assert gap.empty
    assert gaps_of(client) == 1


def test_a_member_that_refuses_the_listener_is_told(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    gap = Diary()
    listen(styles, client.map(), gap)
    second = cluster.members[1]
    second.script("Map.AddEntryListener", fail(27))
    second.connections[0].close()
    event = gap.next()
    assert not event.is_over
    second.connections[0].close()
    assert gap.next().is_over


def test_a_listener_added_while_a_member_is_away_is_told_when_it_is_heard_there(
    styles, scripted
) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    gone = cluster.members[1]
    gone.kill()
    while gone.uuid in client.raw._core.state.routes.by_member:
        styles.error_or_value(numbers.get, 1)
    gap = Diary()
    listen(styles, numbers, gap)
    assert not gap.next().is_over
    gone.revive()
    assert gap.next().is_over


def test_a_cluster_that_comes_back_whole_is_one_gap(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(3)
    client = styles.client(cluster)
    gap = Diary()
    listen(styles, client.map(), gap)
    for member in cluster.members:
        member.kill()
    for member in cluster.members:
        member.revive()
    ends = [event for event in gap.until(lambda event: event.is_over) if event.is_over]
    assert len(ends) == 1
    assert gaps_of(client) == 1
    assert all(one.places for one in client.raw._core.listening._table.registrations.values())


def test_a_unisocket_client_is_told_too(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster, smart_routing=False)
    gap = Diary()
    listen(styles, client.map(), gap)
    # The one that there is now, and not also the one that comes after it.
    (connection,) = [one for member in cluster.members for one in member.connections]
    connection.close()
    assert gap.until(lambda event: event.is_over)
    # Where all events come by one connection, a new member is no gap.
    cluster.start_member()
    styles.call(client.map().get, 1)
    assert gap.empty


class Full:
    """A dispatcher that takes nothing more, until it does."""

    def __init__(self, dispatcher) -> None:
        self.is_full = True
        self._dispatcher = dispatcher

    def dispatch(self, function, *args) -> bool:
        return not self.is_full and self._dispatcher.dispatch(function, *args)


def test_who_is_slower_than_the_events_is_told(styles, scripted) -> None:
    # What it takes to have a million callbacks wait is not done here.
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    gap, added = Diary(), Diary()
    registration = listen(styles, numbers, gap, added_func=added)
    core = client.raw._core
    usual = core.dispatcher
    core.dispatcher = full = Full(usual)
    (place,) = core.listening._table.registrations[registration].places.values()
    heard = threading.Event()

    def hear() -> None:
        core.listening.deliver([(place[0], b"an event")])
        heard.set()

    core._loop.call_soon_threadsafe(hear)
    assert heard.wait(10)
    assert gaps_of(client) == 1
    assert gap.empty
    full.is_full = False
    event = gap.next()
    core.dispatcher = usual
    assert event.is_over
    assert "slower" in event.why
    assert added.empty


def test_what_is_no_function_is_refused(styles, scripted) -> None:
    client = styles.client(scripted(1))
    with pytest.raises(TypeError, match="function"):
        styles.call(client.map().add_entry_listener, added_func=print, gap_func="none")
    with pytest.raises(ValueError, match="at least one function"):
        styles.call(client.map().add_entry_listener, gap_func=print)


def test_a_client_that_ends_tells_no_gap(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    gap = Diary()
    listen(styles, client.map(), gap)
    client.shutdown()
    assert gap.empty
    assert gaps_of(client) == 0
