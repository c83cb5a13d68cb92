# SPDX-License-Identifier: Apache-2.0
"""Entry listeners with keys and predicates, and what is told of lost partitions and merged entries.

What each listener hears is what it hears of real members 5.7.0.
"""

from __future__ import annotations

from random import Random

import pytest

from gridwire.hazelcast import predicate
from gridwire.hazelcast.protocol import customs
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.testing._hazelcast.objects import MAP_SERVICE
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.records import FOREVER
from gridwire.testing._hazelcast.registrations import (
    ADDED,
    CLEAR_ALL,
    EVICT_ALL,
    EVICTED,
    EXPIRED,
    MERGED,
    REMOVED,
    UPDATED,
)
from gridwire.testing._hazelcast.state import ClusterState
from support.hazelcast_wire import Failure, MemoryWire, int_data

K, K2 = int_data(1), int_data(2)
T = 1
EVERYTHING = 1023
SERIALIZATION = SerializationService()


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def cluster(clock, **options):
    state = ClusterState(ClusterOptions("blue", **options), clock=clock, random=Random(3))
    for port in range(3):
        state.join("127.0.0.1", 5701 + port)
    return state


@pytest.fixture
def state(clock):
    return cluster(clock)


@pytest.fixture
def wire(state):
    return MemoryWire(state, state.members[0]).enter()


def filtered(state, filter_, key=None, *, flags=EVERYTHING, values=True):
    """A client that listens with a predicate."""
    wire = MemoryWire(state, state.members[1]).enter()
    data = bytes(SERIALIZATION.to_data(filter_))
    if key is None:
        message = messages.ADD_ENTRY_LISTENER_WITH_PREDICATE
        wire.call(message, "m", data, values, flags, False)
    else:
        message = messages.ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE
        wire.call(message, "m", key, data, values, flags, False)
    return wire


def number(data):
    return None if data is None else int.from_bytes(data[-4:], "big", signed=True)


def heard(listener):
    fields = [one.fields for one in listener.heard()]
    return [
        (one.event_type, number(one.key), number(one.value), number(one.old_value))
        for one in fields
    ]


def test_a_predicate_looks_at_what_is_new_or_at_what_is_gone(state, wire, clock):
    large = filtered(state, predicate.greater("this", 5))
    bare = filtered(state, predicate.greater("this", 5), values=False)
    small = filtered(state, predicate.not_(predicate.greater("this", 5)))
    first = filtered(state, predicate.equal("__key", 1))
    nothing = filtered(state, predicate.equal("this", None))
    both = filtered(state, predicate.greater("this", 5), K)

    def step(message, *values, on=K):
        wire.on_key(message, "m", on, *values)
        told = heard(large)
        # Without values it hears of the same changes.
        assert heard(bare) == [(kind, key, None, None) for kind, key, _, _ in told]
        return told, heard(small), heard(first), heard(nothing), heard(both)

    three, nine = int_data(3), int_data(9)
    added, updated = (ADDED, 1, 3, None), (UPDATED, 1, 9, 3)
    assert step(messages.SET, three, T, -1) == ([], [added], [added], [], [])
    assert step(messages.SET, nine, T, -1) == ([updated], [], [updated], [], [updated])
    changed = (UPDATED, 1, 3, 9)
    assert step(messages.SET, three, T, -1) == ([], [changed], [changed], [], [])
    # A try is told as an addition, and what is deleted without its value.
    tried, deleted = (ADDED, 1, 9, None), (REMOVED, 1, None, None)
    assert step(messages.TRY_PUT, nine, T, 0) == ([tried], [], [tried], [], [tried])
    assert step(messages.DELETE, T) == ([], [deleted], [deleted], [deleted], [])
    step(messages.SET, nine, T, -1)
    removed = (REMOVED, 1, None, 9)
    assert step(messages.REMOVE, T) == ([removed], [], [removed], [], [removed])
    step(messages.SET, three, T, -1)
    evicted = (EVICTED, 1, None, 3)
    assert step(messages.EVICT, T) == ([], [evicted], [evicted], [], [])
    step(messages.SET, nine, T, 1000)
    clock.now += 2
    expired = (EXPIRED, 1, None, 9)
    assert step(messages.GET, T) == ([expired], [], [expired], [], [expired])
    other = (ADDED, 2, 9, None)
    assert step(messages.SET, nine, T, -1, on=K2) == ([other], [], [], [], [])


@pytest.mark.parametrize(
    ("message", "kind"), [(messages.CLEAR, CLEAR_ALL), (messages.EVICT_ALL, EVICT_ALL)]
)
def test_changes_of_the_whole_map_are_told_to_all_who_want_the_kind(state, wire, message, kind):
    listeners = [
        filtered(state, predicate.false()),
        filtered(state, predicate.false(), K2),
        filtered(state, predicate.true(), flags=kind),
    ]
    deaf = filtered(state, predicate.true(), flags=EVERYTHING & ~kind & ~ADDED)
    wire.on_key(messages.SET, "m", K, int_data(9), T, -1)
    wire.call(message, "m")
    assert [heard(one) for one in listeners] == [[(kind, None, None, None)]] * 3
    assert heard(deaf) == []


def test_a_predicate_that_fails_is_told_nothing_of_entries(state, wire):
    listener = filtered(state, predicate.sql("no.such > 5"))
    wire.on_key(messages.SET, "m", K, int_data(9), T, -1)
    assert wire.on_key(messages.GET, "m", K, T).value == int_data(9)
    wire.call(messages.CLEAR, "m")
    assert heard(listener) == [(CLEAR_ALL, None, None, None)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (int_data(4), 10),
        (b"\0\0\0\0\xff\xff\xff\xfe\x01\0\0\x03\xe7\0\0\0\x01", 21),
        (b"\0\0\0\0\xff\xff\xff\xfe\x01", 21),
        (b"", 23),
    ],
    ids=["int", "factory", "short", "empty"],
)
def test_what_is_no_predicate_is_refused(state, wire, data, code):
    with pytest.raises(Failure) as caught:
        wire.call(messages.ADD_ENTRY_LISTENER_WITH_PREDICATE, "m", data, True, 1, False)
    assert caught.value.code == code
    assert state.entry_listeners.by_map == {}


# -- merged entries -------------------------------------------------------------------------------


def view(value, expires=FOREVER, ttl=FOREVER, max_idle=FOREVER, written=0):
    return customs.SimpleEntryView(K, value, 1, 2, expires, 3, 4, 5, written, 6, ttl, max_idle)


def test_entries_with_metadata_are_merged(state, wire):
    listener = filtered(state, predicate.true())
    partition = partition_of(K, 271)

    def merge(*views):
        return wire.call(
            messages.PUT_ALL_WITH_METADATA, "m", list(views), partition_id=partition, aware=True
        )

    def life():
        found = wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T).value.response
        return found.expiration_time, found.ttl, found.max_idle, found.last_update_time

    assert merge().acks == 0
    assert merge(view(int_data(3))).acks == 1
    assert merge(view(int_data(4))).acks == 1
    assert heard(listener) == [(MERGED, 1, 3, None), (MERGED, 1, 4, 3)]
    assert life() == (FOREVER, FOREVER, FOREVER, -1)
    soon = 1_700_000_050_123
    merge(view(int_data(4), soon, 50_000, FOREVER, 1_600_000_000_999))
    assert life() == (1_700_000_050_000, 50_000, FOREVER, 1_600_000_000_000)
    found = wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T).value.response
    assert found.version == 1  # The same value is no new version.
    owner, (backup,) = state.table[partition]
    assert backup.store(partition, "m").records[K] is owner.store(partition, "m").records[K]
    merge(view(int_data(4), 5, -1, -1))
    assert wire.on_key(messages.GET, "m", K, T).value is None
    assert heard(listener)[-1] == (EXPIRED, 1, None, 4)


@pytest.mark.parametrize("odd", [-(2**63), -1, 0, 2**63 - 2])
def test_times_of_merged_entries_may_be_odd(wire, odd):
    partition = partition_of(K, 271)
    views = [view(int_data(3), odd, odd, odd, odd)]
    wire.call(messages.PUT_ALL_WITH_METADATA, "m", views, partition_id=partition)
    wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T)
    wire.on_key(messages.GET, "m", K, T)
    expected = None if odd <= 0 else int_data(3)
    assert wire.on_key(messages.GET, "m", K, T).value == expected


# -- lost partitions ------------------------------------------------------------------------------


def lost(wire):
    return {
        (one.partition_id, one.fields.partition_id, one.fields.uuid)
        for one in wire.heard()
        if one.name == "MapPartitionLost"
    }


def test_the_new_owner_tells_of_lost_partitions(clock):
    state = cluster(clock, backup_count=0)
    wires = [MemoryWire(state, member).enter() for member in state.members]
    uuids = [one.call(messages.ADD_PARTITION_LOST_LISTENER, "m", True).value for one in wires]
    everything = MemoryWire(state, state.members[0]).enter()
    everything.call(messages.ADD_PARTITION_LOST_LISTENER, "m", False)
    unused = MemoryWire(state, state.members[0]).enter()
    unused.call(messages.ADD_PARTITION_LOST_LISTENER, "unused", False)
    for key in range(20):
        wires[0].on_key(messages.SET, "m", int_data(key), K, T, -1)
    dead = state.members[2]
    gone = {at for at, row in enumerate(state.table) if row.owner is dead}
    assert wires[1].call(messages.REMOVE_PARTITION_LOST_LISTENER, "other", uuids[1]).value is False
    wires[2].session.end()
    state.kill(dead)
    told = lost(everything)
    assert told == {(-1, number, state.table[number].owner.uuid) for number in gone}
    for wire in wires[:2]:
        mine = wire.session.member.uuid
        assert lost(wire) == {one for one in told if one[2] == mine}
    assert lost(unused) == set()
    for expected in (True, False):
        removed = wires[1].call(messages.REMOVE_PARTITION_LOST_LISTENER, "m", uuids[1])
        assert removed.value is expected
    everything.call(client_messages.DESTROY_PROXY, "m", MAP_SERVICE)
    wires[0].on_key(messages.SET, "m", K, K, T, -1)
    state.kill(state.members[1])
    assert lost(everything) == lost(wires[0]) == set()


def test_nothing_is_lost_that_a_backup_has(state):
    wire = MemoryWire(state, state.members[0]).enter()
    wire.call(messages.ADD_PARTITION_LOST_LISTENER, "m", False)
    wire.on_key(messages.SET, "m", K, K, T, -1)
    state.kill(state.members[2])
    state.leave(state.members[1])
    assert lost(wire) == set()


# -- what needs configuration ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "arguments", "what"),
    [
        (messages.EVENT_JOURNAL_SUBSCRIBE, [], "map 'm'"),
        (
            messages.EVENT_JOURNAL_READ,
            [0, 0, 1, None, None],
            "DistributedObjectNamespace{service='hz:impl:mapService', objectName='m'}",
        ),
    ],
    ids=["Subscribe", "Read"],
)
def test_a_map_has_no_journal_of_its_events(wire, message, arguments, what):
    with pytest.raises(Failure) as caught:
        wire.call(message, "m", *arguments, partition_id=3)
    assert caught.value.code == 61
    assert caught.value.message == (
        "Cannot subscribe to event journal because it is either not configured or disabled for "
        + what
    )


def test_all_map_messages_are_answered(wire):
    known = set(wire.session._handlers)
    every = {one for one in vars(messages).values() if hasattr(one, "request_type")}
    assert [one.name for one in every if one.request_type not in known] == []
