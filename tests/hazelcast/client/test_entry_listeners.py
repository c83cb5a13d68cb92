# SPDX-License-Identifier: Apache-2.0
"""Listeners of a map: each kind of event, what it carries, who is told and for how long."""

from __future__ import annotations

import asyncio
import queue
import time
import uuid

import pytest

from gridwire.hazelcast.errors import (
    HazelcastError,
    OperationTimeoutError,
    PagingNotSupportedError,
)
from gridwire.hazelcast.predicate import paging, sql
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.proxy.base import EntryEvent, EntryEventType
from gridwire.testing import HazelcastCluster
from support.scripted_replies import fail, hang_up, silence

KINDS = {
    "added_func": EntryEventType.ADDED,
    "removed_func": EntryEventType.REMOVED,
    "updated_func": EntryEventType.UPDATED,
    "evicted_func": EntryEventType.EVICTED,
    "expired_func": EntryEventType.EXPIRED,
    "evict_all_func": EntryEventType.EVICT_ALL,
    "clear_all_func": EntryEventType.CLEAR_ALL,
    "merged_func": EntryEventType.MERGED,
    "loaded_func": EntryEventType.LOADED,
}


class Ears:
    """Listens for everything, and keeps what it hears in order."""

    def __init__(self) -> None:
        self._heard: queue.SimpleQueue[tuple[str, EntryEvent]] = queue.SimpleQueue()

    def functions(self, *names: str) -> dict[str, object]:
        """Keyword arguments of `add_entry_listener`."""
        return {name: self._function(name) for name in names or KINDS}

    def _function(self, name: str):
        return lambda event: self._heard.put((name, event))

    def next(self) -> tuple[str, EntryEvent]:
        """What comes next; waits for it."""
        return self._heard.get(timeout=10)

    def told(self, count: int) -> list[tuple]:
        """The next events: function, key, old value, value."""
        found = []
        for _ in range(count):
            name, event = self.next()
            found.append((name.removesuffix("_func"), event.key, event.old_value, event.value))
        return found

    @property
    def silent(self) -> bool:
        return self._heard.empty()


class Clock:
    """The time of an in-process cluster, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_each_change_is_told_with_what_was_and_what_is(styles_and_uvloop, cluster) -> None:
    styles = styles_and_uvloop
    client = styles.client(cluster)
    numbers = client.map(f"events {uuid.uuid4()}")
    ears = Ears()
    styles.call(numbers.add_entry_listener, True, **ears.functions())
    styles.call(numbers.set, 1, "a")
    styles.call(numbers.put, 1, "b")
    styles.call(numbers.replace, 1, "c")
    styles.call(numbers.remove, 1)
    assert ears.told(4) == [
        ("added", 1, None, "a"),
        ("updated", 1, "a", "b"),
        ("updated", 1, "b", "c"),
        ("removed", 1, "c", None),
    ]
    styles.call(numbers.set, 2, "x")
    assert ears.told(1) == [("added", 2, None, "x")]
    styles.call(numbers.evict, 2)
    assert ears.told(1) == [("evicted", 2, "x", None)]
    styles.call(numbers.set, 3, "y")
    styles.call(numbers.delete, 3)
    # A delete does not look at the value, as with real members.
    assert ears.told(2) == [("added", 3, None, "y"), ("removed", 3, None, None)]
    assert ears.silent


def test_an_event_says_where_it_comes_from(styles, cluster) -> None:
    client = styles.client(cluster)
    numbers = client.map(f"events {uuid.uuid4()}")
    ears = Ears()
    styles.call(numbers.add_entry_listener, True, **ears.functions())
    styles.call(numbers.set, "key", "value")
    _, event = ears.next()
    partition = client.partitions.get_partition_id("key")
    assert event.uuid == client.partitions.get_partition_owner(partition)
    assert event.event_type is EntryEventType.ADDED
    assert event.number_of_affected_entries == 1
    assert event.merging_value is None
    assert "'key'" in repr(event)
    assert "ADDED" in repr(event)


@pytest.mark.parametrize("kind", ["evict_all", "clear_all"])
def test_events_about_the_whole_map_have_no_key(styles, cluster, kind) -> None:
    client = styles.client(cluster)
    numbers = client.map(f"events {uuid.uuid4()}")
    for key in range(30):
        styles.call(numbers.set, key, key)
    ears = Ears()
    styles.call(numbers.add_entry_listener, True, **ears.functions(f"{kind}_func"))
    styles.call({"evict_all": numbers.evict_all, "clear_all": numbers.clear}[kind])
    told = 0
    while told < 30:
        _, event = ears.next()
        assert event.event_type is KINDS[f"{kind}_func"]
        assert (event.key, event.value, event.old_value) == (None, None, None)
        told += event.number_of_affected_entries
    assert told == 30


def test_expiry_is_told(styles) -> None:
    clock = Clock()
    with HazelcastCluster(members=1, clock=clock) as cluster:
        numbers = styles.client(cluster).map()
        ears = Ears()
        styles.call(numbers.add_entry_listener, True, **ears.functions())
        styles.call(numbers.set, 1, "x", ttl=10)
        clock.now += 11
        assert styles.call(numbers.get, 1) is None
        assert ears.told(2) == [("added", 1, None, "x"), ("expired", 1, "x", None)]


def test_values_come_only_when_asked_for(styles, cluster) -> None:
    client = styles.client(cluster)
    numbers = client.map(f"events {uuid.uuid4()}")
    ears = Ears()
    styles.call(numbers.add_entry_listener, **ears.functions())
    styles.call(numbers.set, 1, "a")
    styles.call(numbers.set, 1, "b")
    styles.call(numbers.remove, 1)
    assert ears.told(3) == [
        ("added", 1, None, None),
        ("updated", 1, None, None),
        ("removed", 1, None, None),
    ]


def test_a_listener_may_be_about_one_key(styles, cluster) -> None:
    client = styles.client(cluster)
    numbers = client.map(f"events {uuid.uuid4()}")
    ears, all_ears = Ears(), Ears()
    styles.call(numbers.add_entry_listener, True, "mine", **ears.functions())
    styles.call(numbers.add_entry_listener, True, **all_ears.functions())
    styles.call(numbers.set, "other", 1)
    styles.call(numbers.set, "mine", 2)
    styles.call(numbers.remove, "other")
    styles.call(numbers.remove, "mine")
    assert len(all_ears.told(4)) == 4
    assert ears.told(2) == [("added", "mine", None, 2), ("removed", "mine", 2, None)]
    assert ears.silent


def test_only_the_kinds_that_have_a_function_are_told(styles, cluster) -> None:
    client = styles.client(cluster)
    numbers = client.map(f"events {uuid.uuid4()}")
    ears = Ears()
    styles.call(numbers.add_entry_listener, True, **ears.functions("removed_func"))
    styles.call(numbers.set, 1, "a")
    styles.call(numbers.set, 1, "b")
    styles.call(numbers.remove, 1)
    assert ears.told(1) == [("removed", 1, "b", None)]
    assert ears.silent


def test_a_removed_listener_is_told_no_more(styles_and_uvloop, cluster) -> None:
    styles = styles_and_uvloop
    client = styles.client(cluster)
    numbers = client.map(f"events {uuid.uuid4()}")
    stays, leaves = Ears(), Ears()
    styles.call(numbers.add_entry_listener, True, **stays.functions())
    registration = styles.call(numbers.add_entry_listener, True, **leaves.functions())
    assert isinstance(registration, str)
    styles.call(numbers.set, 1, "a")
    assert leaves.told(1) == stays.told(1)
    assert styles.call(numbers.remove_entry_listener, registration) is True
    assert styles.call(numbers.remove_entry_listener, registration) is False
    assert styles.call(numbers.remove_entry_listener, "never registered") is False
    styles.call(numbers.set, 1, "b")
    assert stays.told(1) == [("updated", 1, "a", "b")]
    assert leaves.silent


def test_a_listener_without_a_function_is_refused(styles, cluster) -> None:
    numbers = styles.client(cluster).map()
    assert isinstance(styles.error(numbers.add_entry_listener, True), ValueError)
    error = styles.error(numbers.add_entry_listener, added_func="not a function")
    assert isinstance(error, TypeError)


@pytest.mark.parametrize(
    "raised", [ValueError("broken"), asyncio.CancelledError(), KeyError("x")], ids=repr
)
def test_a_listener_that_raises_is_logged_and_harms_nothing(
    styles, scripted, caplog, raised
) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    ears = Ears()

    def broken(event: EntryEvent) -> None:
        raise raised

    styles.call(numbers.add_entry_listener, added_func=broken)
    styles.call(numbers.add_entry_listener, True, **ears.functions())
    first, second = cluster.seen("Map.AddEntryListener")
    for key in (b"\1", b"\2"):
        tell(first, EntryEventType.ADDED, key=int_data(key))
        tell(second, EntryEventType.ADDED, key=int_data(key))
    assert ears.told(2) == [("added", 1, None, None), ("added", 2, None, None)]
    assert styles.call(numbers.get, 1) is None
    if isinstance(raised, Exception):
        logged = [record for record in caplog.records if record.exc_info]
        assert any(type(raised) is record.exc_info[0] for record in logged)


def int_data(tail: bytes) -> bytes:
    return b"\0\0\0\0\xff\xff\xff\xf9" + bytes(4 - len(tail)) + tail


def tell(registration, kind: int, key=None, value=None, old=None, merging=None, count=1) -> None:
    """Have a member send an entry event."""
    event = registration.message.events[0]
    source = registration.member.uuid
    encoded = event.encode(
        registration.correlation, -1, key, value, old, merging, int(kind), source, count
    )
    registration.connection.write(bytes(encoded))


@pytest.mark.parametrize("chosen", [False, True])
@pytest.mark.parametrize("key", [None, 1])
def test_key_and_predicate_go_to_every_member_and_to_those_that_come(
    styles, scripted, key, chosen
) -> None:
    cluster = scripted(2)
    numbers = styles.client(cluster).map()
    ears = Ears()
    predicate = sql("this > 3") if chosen else None
    styles.call(numbers.add_entry_listener, True, key, predicate, **ears.functions())
    name = "Map.AddEntryListener"
    if key is not None or chosen:
        name += ("ToKey" if key is not None else "") + ("WithPredicate" if chosen else "")
    requests = cluster.wait_for(name, 2)
    cluster.start_member()
    requests = cluster.wait_for(name, 3)
    assert len({one.member for one in requests}) == 3
    assert len({bytes(one.buffer)[22:] for one in requests}) == 1
    for request in requests:
        (event,) = request.message.events
        encoded = event.encode(
            request.correlation, -1, None, None, None, None, 64, request.member.uuid, 5
        )
        request.connection.write(bytes(encoded))
        kind, heard = ears.next()
        assert (kind, heard.uuid) == ("clear_all_func", request.member.uuid)
        assert heard.number_of_affected_entries == 5


def test_a_paging_predicate_is_refused(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    predicate = paging(sql("this > 3"), 2)
    error = styles.error(numbers.add_entry_listener, predicate=predicate, added_func=print)
    assert isinstance(error, PagingNotSupportedError)
    assert not cluster.seen("Map.AddEntryListenerWithPredicate")


@pytest.mark.parametrize("name", ["loaded_func", "merged_func"])
def test_kinds_that_need_a_map_store_or_a_split(styles, scripted, name) -> None:
    cluster = scripted(1)
    numbers = styles.client(cluster).map()
    ears = Ears()
    styles.call(numbers.add_entry_listener, True, **ears.functions(name))
    (registration,) = cluster.seen("Map.AddEntryListener")
    assert registration.fields.listener_flags == KINDS[name]
    merging = int_data(b"\3") if name == "merged_func" else None
    tell(registration, KINDS[name], int_data(b"\1"), int_data(b"\2"), None, merging)
    _, event = ears.next()
    assert (event.key, event.value, event.old_value) == (1, 2, None)
    assert event.merging_value == (3 if merging else None)
    assert event.event_type is KINDS[name]


def test_events_that_nobody_asked_for_are_ignored(styles, scripted) -> None:
    cluster = scripted(1)
    numbers = styles.client(cluster).map()
    ears = Ears()
    styles.call(numbers.add_entry_listener, **ears.functions("added_func"))
    (registration,) = cluster.seen("Map.AddEntryListener")
    for kind in (EntryEventType.REMOVED, 0, 3, 1 << 20, -1):
        tell(registration, kind, int_data(b"\1"))
    tell(registration, EntryEventType.ADDED, int_data(b"\2"))
    assert ears.told(1) == [("added", 2, None, None)]
    assert ears.silent


def test_a_malformed_event_is_logged_and_harms_nothing(styles_and_uvloop, scripted, caplog) -> None:
    styles = styles_and_uvloop
    cluster = scripted(1)
    numbers = styles.client(cluster).map()
    ears = Ears()
    styles.call(numbers.add_entry_listener, True, **ears.functions())
    (registration,) = cluster.seen("Map.AddEntryListener")
    event = messages.ADD_ENTRY_LISTENER.events[0]
    whole = bytes(
        event.encode(registration.correlation, -1, int_data(b"\1"), None, None, None, 1, None, 1)
    )
    # Its initial frame alone, and one whose key is no object.
    head = int.from_bytes(whole[:4], "little")
    registration.connection.write(whole[:5] + bytes([whole[5] | 0x20]) + whole[6:head])
    tell(registration, EntryEventType.ADDED, b"\0\0\0\0\xff\xff\xff\xf9")
    tell(registration, EntryEventType.ADDED, int_data(b"\2"))
    assert ears.told(1) == [("added", 2, None, None)]
    assert not registration.connection.closed.is_set()
    assert styles.call(numbers.get, 1) is None
    assert len([record for record in caplog.records if record.exc_info]) == 2


def test_events_of_no_registration_are_dropped(styles, scripted) -> None:
    cluster = scripted(1)
    numbers = styles.client(cluster).map()
    ears = Ears()
    registration_id = styles.call(numbers.add_entry_listener, **ears.functions())
    (registration,) = cluster.seen("Map.AddEntryListener")
    styles.call(numbers.remove_entry_listener, registration_id)
    (removal,) = cluster.seen("Map.RemoveEntryListener")
    assert removal.fields.name == "m"
    tell(registration, EntryEventType.ADDED, int_data(b"\1"))
    assert styles.call(numbers.get, 1) is None
    assert ears.silent


def test_every_member_is_asked_to_tell_its_own_events(styles, scripted) -> None:
    cluster = scripted(3)
    numbers = styles.client(cluster).map()
    ears = Ears()
    styles.call(numbers.add_entry_listener, True, "k", **ears.functions("added_func"))
    asked = cluster.seen("Map.AddEntryListenerToKey")
    assert {one.member for one in asked} == set(cluster.members)
    assert all(one.fields.local_only and one.fields.include_value for one in asked)
    for one in asked:
        tell(one, EntryEventType.ADDED, int_data(b"\1"))
    assert len(ears.told(3)) == 3


def test_a_unisocket_client_is_told_everything_by_one(styles, scripted) -> None:
    cluster = scripted(3)
    numbers = styles.client(cluster, smart_routing=False).map()
    styles.call(numbers.add_entry_listener, **Ears().functions("added_func"))
    (asked,) = cluster.seen("Map.AddEntryListener")
    assert asked.fields.local_only is False


def test_a_listener_survives_the_loss_of_its_connection(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    numbers = styles.client(cluster).map()
    ears = Ears()
    styles.call(numbers.add_entry_listener, **ears.functions())
    for lost in cluster.members:
        before = len(lost.seen("Map.AddEntryListener"))
        lost.connections[0].close()
        cluster.wait_until(lambda: len(lost.seen("Map.AddEntryListener")) > before)  # noqa: B023
        again = lost.seen("Map.AddEntryListener")[-1]
        tell(again, EntryEventType.ADDED, int_data(b"\1"))
        assert ears.told(1) == [("added", 1, None, None)]


def test_a_listener_covers_a_member_that_joins_later(styles_and_uvloop) -> None:
    styles = styles_and_uvloop
    with HazelcastCluster(members=1) as cluster:
        client = styles.client(cluster)
        numbers = client.map()
        ears = Ears()
        styles.call(numbers.add_entry_listener, True, **ears.functions("added_func"))
        new = cluster.start_member()
        owner, partition = (
            client.partitions.get_partition_owner,
            client.partitions.get_partition_id,
        )
        key = 0
        deadline = time.monotonic() + 10
        while ears.silent:
            # Until the listener stands there too, what it owns is told to nobody.
            assert time.monotonic() < deadline
            key += 1
            if owner(partition(key)) == new.uuid:
                styles.call(numbers.set, key, "x")
        _, event = ears.next()
        assert event.value == "x"
        assert owner(partition(event.key)) == new.uuid


def test_a_listener_that_comes_while_a_member_joins_is_placed_there_too(styles, scripted) -> None:
    cluster = scripted(1)
    numbers = styles.client(cluster).map()
    first, second = Ears(), Ears()
    styles.call(numbers.add_entry_listener, **first.functions())
    new = cluster.start_member(announce=False)
    held = new.hold("Map.AddEntryListener")
    cluster.announce()
    request = held.next()
    # The new member is being set up; it has not accepted the first listener yet.
    styles.call(numbers.add_entry_listener, **second.functions())
    new.behave("Map.AddEntryListener")
    request.answer_as_usual()
    cluster.wait_until(lambda: len(new.seen("Map.AddEntryListener")) == 2, 3)


def test_a_listener_that_goes_while_a_member_joins_is_taken_back_there(styles, scripted) -> None:
    cluster = scripted(1)
    numbers = styles.client(cluster).map()
    ears = Ears()
    registration = styles.call(numbers.add_entry_listener, **ears.functions())
    new = cluster.start_member(announce=False)
    held = new.hold("Map.AddEntryListener")
    cluster.announce()
    request = held.next()
    assert styles.call(numbers.remove_entry_listener, registration) is True
    request.answer_as_usual()
    cluster.wait_until(lambda: bool(new.seen("Map.RemoveEntryListener")))
    tell(request, EntryEventType.ADDED, int_data(b"\1"))
    assert styles.call(numbers.get, 1) is None
    assert ears.silent


def test_a_listener_that_a_member_refuses_is_registered_nowhere(styles, scripted) -> None:
    cluster = scripted(2)
    numbers = styles.client(cluster).map()
    ears = Ears()
    cluster.members[1].script("Map.AddEntryListener", fail(27, "no listeners here"))
    error = styles.error(numbers.add_entry_listener, **ears.functions())
    assert isinstance(error, HazelcastError)
    assert "no listeners here" in str(error)
    # Where it was accepted it is taken back, and later members are not asked.
    cluster.wait_until(lambda: bool(cluster.members[0].seen("Map.RemoveEntryListener")))
    new = cluster.start_member()
    cluster.wait_until(lambda: bool(new.seen("Client.LocalBackupListener")))
    assert not new.seen("Map.AddEntryListener")


def test_a_connection_that_ends_meanwhile_is_no_refusal(styles, scripted) -> None:
    cluster = scripted(2)
    numbers = styles.client(cluster).map()
    ears = Ears()
    away = cluster.members[1]
    away.script("Map.AddEntryListener", hang_up)
    styles.call(numbers.add_entry_listener, **ears.functions())
    cluster.wait_until(lambda: len(away.seen("Map.AddEntryListener")) == 2)
    tell(away.seen("Map.AddEntryListener")[-1], EntryEventType.ADDED, int_data(b"\1"))
    assert ears.told(1) == [("added", 1, None, None)]


def test_a_member_that_never_answers_does_not_keep_the_caller_for_ever(styles, scripted) -> None:
    cluster = scripted(1)
    numbers = styles.client(cluster, invocation_timeout=0.12).map()
    cluster.always("Map.AddEntryListener", silence)
    pending = styles.begin(numbers.add_entry_listener, **Ears().functions())
    with pytest.raises(OperationTimeoutError):
        pending.result(3)


def test_events_are_told_in_the_order_of_the_changes(styles_and_uvloop, cluster) -> None:
    styles = styles_and_uvloop
    numbers = styles.client(cluster).map(f"events {uuid.uuid4()}")
    ears = Ears()
    styles.call(numbers.add_entry_listener, True, **ears.functions())
    for value in range(200):
        styles.call(numbers.set, "key", value)
    told = ears.told(200)
    assert [value for _, _, _, value in told] == list(range(200))


def test_listeners_of_two_maps_do_not_mix(styles, cluster) -> None:
    client = styles.client(cluster)
    one, other = (client.map(f"events {uuid.uuid4()}") for _ in range(2))
    ears, other_ears = Ears(), Ears()
    styles.call(one.add_entry_listener, **ears.functions())
    styles.call(other.add_entry_listener, **other_ears.functions())
    styles.call(one.set, 1, "x")
    assert ears.told(1) == [("added", 1, None, None)]
    assert other_ears.silent
