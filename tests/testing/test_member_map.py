# SPDX-License-Identifier: Apache-2.0
"""What members do with Map messages: answers, acks and events as real members 5.7.0 give them."""

from __future__ import annotations

from random import Random
from struct import pack

import pytest

from gridwire.hazelcast.protocol.error_message import decode_error
from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.records import FOREVER
from gridwire.testing._hazelcast.registrations import (
    ADDED,
    CLEAR_ALL,
    EVICT_ALL,
    EVICTED,
    EXPIRED,
    REMOVED,
    UPDATED,
)
from gridwire.testing._hazelcast.state import ClusterState
from support.hazelcast_wire import (
    THREAD_ID,
    Failure,
    MemoryWire,
    encoded,
    int_data,
    keys_of,
    text_data,
)

K, K2 = int_data(1), int_data(2)
A, B, C = text_data("a"), text_data("b"), text_data("c")
T = THREAD_ID
ALL_KINDS = 1023
NOW = 1_700_000_000.25


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def state(clock):
    state = ClusterState(ClusterOptions("blue", members=3), clock=clock, random=Random(3))
    for port in (5701, 5702, 5703):
        state.join("127.0.0.1", port)
    return state


@pytest.fixture
def wires(state):
    """One client with a connection to each member, told of backups by each."""
    first = MemoryWire(state, state.members[0])
    wires = [first] + [MemoryWire(state, one, first.client_uuid) for one in state.members[1:]]
    for wire in wires:
        wire.enter()
        wire.call(client_messages.LOCAL_BACKUP_LISTENER)
    return wires


@pytest.fixture
def wire(wires):
    return wires[0]


@pytest.fixture
def listener(state):
    """Another client, which hears of everything in the map `m`."""
    listener = MemoryWire(state, state.members[2]).enter()
    listener.call(messages.ADD_ENTRY_LISTENER, "m", True, ALL_KINDS, False)
    return listener


def events(listener):
    """Kind, key, value and old value of what was heard."""
    return [
        (one.fields.event_type, one.fields.key, one.fields.value, one.fields.old_value)
        for one in listener.heard()
    ]


# Message, arguments after the key, what is there before, answer, acks, what is there after, event.
KEYED = [
    (messages.GET, [T], None, None, 0, None, None),
    (messages.GET, [T], A, A, 0, A, None),
    (messages.CONTAINS_KEY, [T], None, False, 0, None, None),
    (messages.CONTAINS_KEY, [T], A, True, 0, A, None),
    (messages.PUT, [B, T, -1], None, None, 1, B, (ADDED, B, None)),
    (messages.PUT, [B, T, -1], A, A, 1, B, (UPDATED, B, A)),
    (messages.SET, [B, T, -1], None, None, 1, B, (ADDED, B, None)),
    (messages.SET, [A, T, 0], A, None, 1, A, (UPDATED, A, A)),
    (messages.PUT_WITH_MAX_IDLE, [B, T, -1, 9000], A, A, 1, B, (UPDATED, B, A)),
    (messages.SET_WITH_MAX_IDLE, [B, T, -1, -1], A, None, 1, B, (UPDATED, B, A)),
    (messages.PUT_TRANSIENT, [B, T, -1], None, None, 1, B, (ADDED, B, None)),
    (messages.PUT_TRANSIENT, [B, T, -1], A, None, 1, B, (UPDATED, B, A)),
    (messages.PUT_TRANSIENT_WITH_MAX_IDLE, [B, T, -1, 9000], A, None, 1, B, (UPDATED, B, A)),
    (messages.PUT_IF_ABSENT, [B, T, -1], A, A, 0, A, None),
    (messages.PUT_IF_ABSENT, [B, T, -1], None, None, 1, B, (ADDED, B, None)),
    (messages.PUT_IF_ABSENT_WITH_MAX_IDLE, [B, T, -1, 9000], A, A, 0, A, None),
    (messages.PUT_IF_ABSENT_WITH_MAX_IDLE, [B, T, -1, 9000], None, None, 1, B, (ADDED, B, None)),
    # An update by TryPut is reported as an addition.
    (messages.TRY_PUT, [B, T, 0], A, True, 1, B, (ADDED, B, None)),
    (messages.REPLACE, [B, T], None, None, 0, None, None),
    (messages.REPLACE, [B, T], A, A, 1, B, (UPDATED, B, A)),
    (messages.REPLACE_IF_SAME, [A, B, T], None, False, 0, None, None),
    (messages.REPLACE_IF_SAME, [C, B, T], A, False, 0, A, None),
    (messages.REPLACE_IF_SAME, [A, B, T], A, True, 1, B, (UPDATED, B, A)),
    (messages.REMOVE, [T], None, None, 0, None, None),
    (messages.REMOVE, [T], A, A, 1, None, (REMOVED, None, A)),
    (messages.REMOVE_IF_SAME, [B, T], A, False, 0, A, None),
    (messages.REMOVE_IF_SAME, [A, T], A, True, 1, None, (REMOVED, None, A)),
    (messages.REMOVE_IF_SAME, [A, T], None, False, 0, None, None),
    (messages.DELETE, [T], None, False, 0, None, None),
    (messages.DELETE, [T], A, True, 1, None, (REMOVED, None, None)),
    (messages.TRY_REMOVE, [T, 0], None, False, 0, None, None),
    (messages.TRY_REMOVE, [T, 0], A, True, 1, None, (REMOVED, None, A)),
    (messages.EVICT, [T], None, False, 0, None, None),
    (messages.EVICT, [T], A, True, 1, None, (EVICTED, None, A)),
    (messages.SET_TTL, [5000], None, False, 1, None, None),
    (messages.SET_TTL, [5000], A, True, 1, A, None),
]


@pytest.mark.parametrize(
    ("message", "arguments", "before", "answer", "acks", "after", "event"),
    KEYED,
    ids=[f"{row[0].name}-{'present' if row[2] else 'absent'}-{i}" for i, row in enumerate(KEYED)],
)
def test_messages_that_name_a_key(
    wires, listener, message, arguments, before, answer, acks, after, event
):
    wire = wires[0]
    if before is not None:
        wire.on_key(messages.SET, "m", K, before, T, -1)
    events(listener)
    assert wire.on_key(message, "m", K, *arguments, aware=True) == (answer, acks)
    assert events(listener) == ([] if event is None else [(event[0], K, *event[1:])])
    assert wire.on_key(messages.GET, "m", K, T).value == after
    told = [one for each in wires for one in each.heard()]
    assert [one.name for one in told] == ["backup"] * acks


def test_backups_are_acknowledged_by_the_member_that_made_them(state, wires):
    partition = partition_of(K, 271)
    owner, (backup,) = state.table[partition]
    wire = next(one for one in wires if one.session.member is owner)
    reply = wire.on_key(messages.SET, "m", K, A, T, -1, aware=True)
    assert reply.acks == 1
    heard = {one.session.member: one.heard() for one in wires}
    assert [member for member, events in heard.items() if events] == [backup]
    (ack,) = heard[backup]
    assert ack.fields.source_invocation_correlation_id > 0
    assert backup.partitions[partition]["m"].records[K].value == A


def test_who_does_not_ask_gets_no_acks(wires):
    assert wires[0].on_key(messages.SET, "m", K, A, T, -1).acks == 0
    assert [one for wire in wires for one in wire.heard()] == []


def test_the_owner_announces_backups_also_to_who_cannot_hear_of_them(state):
    wire = MemoryWire(state, state.members[0]).enter()
    assert wire.on_key(messages.SET, "m", K, A, T, -1, aware=True).acks == 1


def test_any_member_does_what_it_is_asked_at_the_owner(state, wires, listener):
    for number, wire in enumerate(wires):
        wire.on_key(messages.SET, "m", int_data(number), A, T, -1)
        # The event names the member that was asked.
        (event,) = listener.heard()
        assert event.fields.uuid == wire.session.member.uuid
        assert event.partition_id == partition_of(int_data(number), 271)
    for number in range(3):
        key = int_data(number)
        owner = state.table[partition_of(key, 271)].owner
        assert owner.partitions[partition_of(key, 271)]["m"].records[key].value == A


@pytest.mark.parametrize("partition_id", [-1, 271, 2**31 - 1])
def test_a_partition_that_is_none_is_an_illegal_argument(wire, partition_id):
    with pytest.raises(Failure, match=r"^23 java\.lang\.IllegalArgumentException"):
        wire.on_key(messages.GET, "m", K, T, partition_id=partition_id)


@pytest.mark.parametrize("flags", [0, 0x0400], ids=["empty", "null"])
def test_null_is_no_value(wire, flags):
    request = encoded(messages.SET, 99, "m", K, b"", T, -1, partition_id=31)
    assert request[-6:] == pack("<iH", 6, 0x2000)
    wire.session.receive(request[:-6] + pack("<iH", 6, 0x2000 | flags))
    (error,) = decode_error(b"".join(wire.session.take()))
    assert (error.error_code, error.class_name) == (23, "java.lang.IllegalArgumentException")


def fill(wire, count=20):
    for number in range(count):
        wire.on_key(messages.SET, "m", int_data(number), text_data(str(number)), T, -1)


def test_messages_about_the_whole_map(wire):
    assert wire.call(messages.IS_EMPTY, "m").value is True
    assert wire.call(messages.SIZE, "m").value == 0
    fill(wire)
    assert wire.call(messages.IS_EMPTY, "m").value is False
    assert wire.call(messages.SIZE, "m").value == 20
    keys = wire.call(messages.KEY_SET, "m").value
    values = wire.call(messages.VALUES, "m").value
    assert sorted(keys) == [int_data(number) for number in range(20)]
    assert sorted(values) == sorted(text_data(str(number)) for number in range(20))
    assert wire.call(messages.ENTRY_SET, "m").value == list(zip(keys, values, strict=True))
    assert wire.call(messages.CONTAINS_VALUE, "m", text_data("7")).value is True
    assert wire.call(messages.CONTAINS_VALUE, "m", text_data("77")).value is False
    assert wire.call(messages.SIZE, "another").value == 0
    assert wire.call(messages.FLUSH, "m").value is None


@pytest.mark.parametrize(
    ("message", "kind"), [(messages.CLEAR, CLEAR_ALL), (messages.EVICT_ALL, EVICT_ALL)]
)
def test_emptying_is_one_event_and_none_if_there_was_nothing(wires, listener, message, kind):
    fill(wires[1])
    listener.heard()
    assert wires[1].call(message, "m", aware=True) == (None, 0)
    (event,) = listener.heard()
    assert event.partition_id == -1
    assert event.fields.event_type == kind
    assert event.fields.number_of_affected_entries == 20
    assert event.fields.uuid == wires[1].session.member.uuid
    assert (event.fields.key, event.fields.value, event.fields.old_value) == (None, None, None)
    assert wires[0].call(messages.SIZE, "m").value == 0
    wires[1].call(message, "m")
    assert listener.heard() == []


def test_loading_needs_a_map_store(wire):
    with pytest.raises(Failure, match=r"23 .*: First you should configure a map store"):
        wire.call(messages.LOAD_ALL, "m", True)
    with pytest.raises(Failure, match=r"37 java\.lang\.NullPointerException: None"):
        wire.call(messages.LOAD_GIVEN_KEYS, "m", [K], True)


def test_many_keys_of_one_partition(wires, listener):
    keys = keys_of(5, 4)
    entries = [(key, text_data(str(at))) for at, key in enumerate(keys[:3])]
    wire = wires[0]
    reply = wire.call(messages.PUT_ALL, "m", entries, True, partition_id=5, aware=True)
    assert reply == (None, 1)
    assert next(one for each in wires for one in each.heard()).name == "backup"
    assert events(listener) == [(ADDED, key, value, None) for key, value in entries]
    assert wire.call(messages.GET_ALL, "m", keys, partition_id=5).value == entries
    wire.call(messages.PUT_ALL, "m", entries[:1], True, partition_id=5)
    value = entries[0][1]
    assert events(listener) == [(UPDATED, keys[0], value, value)]


def test_pages_of_keys_and_entries(wire):
    keys = keys_of(5, 60)
    wire.call(messages.PUT_ALL, "m", [(key, key) for key in keys], True, partition_id=5)
    pointers, found = [(2**31 - 1, -1)], []
    while pointers[-1][0] >= 0:
        page = wire.call(messages.FETCH_KEYS, "m", pointers, 10, partition_id=5).value
        pointers = page.iteration_pointers
        found += page.keys
    assert sorted(found) == sorted(keys)
    page = wire.call(messages.FETCH_ENTRIES, "m", [(2**31 - 1, -1)], 99, partition_id=5).value
    assert sorted(page.entries) == sorted((key, key) for key in keys)
    assert page.iteration_pointers == [(-1, 256)]


def test_pages_that_cannot_be(wire):
    with pytest.raises(Failure, match=r"23 .*Illegal Capacity: -1"):
        wire.call(messages.FETCH_KEYS, "m", [(2**31 - 1, -1)], -1, partition_id=5)
    with pytest.raises(Failure, match=r"1 java.*ArrayIndexOutOfBoundsException"):
        wire.call(messages.FETCH_KEYS, "m", [], 1, partition_id=5)


def test_the_view_of_an_entry(wire, clock):
    assert wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T).value == (None, 0)
    for _ in range(3):
        wire.on_key(messages.SET, "m", K, A, T, -1)
    view, max_idle = wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T).value
    assert (view.key, view.value, view.version, view.cost) == (K, A, 2, 65)
    assert (view.ttl, view.max_idle, view.expiration_time, max_idle) == (FOREVER,) * 4
    # Real members count and time accesses only in maps configured for it.
    assert {view.creation_time, view.hits, view.last_access_time, view.last_stored_time} == {-1}
    assert view.last_update_time == -1
    wire.on_key(messages.SET_WITH_MAX_IDLE, "m", K, A, T, 50_000, 20_000)
    view, max_idle = wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T).value
    assert (view.ttl, view.max_idle, max_idle) == (50_000, 20_000, 20_000)
    assert view.last_update_time == int(NOW) * 1000
    assert view.expiration_time == (int(NOW) + 20) * 1000


def test_an_entry_ends_with_its_time_to_live(wires, state, clock, listener):
    wire = wires[0]
    wire.on_key(messages.SET, "m", K, A, T, 3000)
    wire.on_key(messages.SET, "m", K2, B, T, -1)
    events(listener)
    clock.now += 2.7
    assert wire.on_key(messages.GET, "m", K, T).value == A
    clock.now += 0.1
    assert wire.on_key(messages.GET, "m", K, T).value is None
    (event,) = listener.heard()
    assert (event.fields.event_type, event.fields.key) == (EXPIRED, K)
    assert (event.fields.value, event.fields.old_value) == (None, A)
    owner, (backup,) = state.table[partition_of(K, 271)]
    assert event.fields.uuid == owner.uuid
    assert not backup.partitions[partition_of(K, 271)]["m"].records
    assert wire.call(messages.SIZE, "m").value == 1


@pytest.mark.parametrize(
    "look",
    [
        lambda wire: wire.call(messages.SIZE, "m").value == 0,
        lambda wire: wire.call(messages.IS_EMPTY, "m").value,
        lambda wire: wire.call(messages.KEY_SET, "m").value == [],
        lambda wire: not wire.call(messages.CONTAINS_VALUE, "m", A).value,
        lambda wire: wire.call(messages.GET_ALL, "m", [K], partition_id=31).value == [],
        lambda wire: wire.on_key(messages.GET_ENTRY_VIEW, "m", K, T).value == (None, 0),
        lambda wire: wire.on_key(messages.PUT_IF_ABSENT, "m", K, B, T, -1).value is None,
        lambda wire: wire.on_key(messages.REMOVE, "m", K, T).value is None,
        lambda wire: (
            wire.call(messages.FETCH_KEYS, "m", [(2**31 - 1, -1)], 9, partition_id=31).value.keys
            == []
        ),
    ],
)
def test_what_expired_is_never_seen(wire, clock, listener, look):
    wire.on_key(messages.SET, "m", K, A, T, 1000)
    listener.heard()
    clock.now += 5
    assert look(wire)
    assert events(listener)[0] == (EXPIRED, K, None, A)


def test_members_look_for_what_expired_by_themselves(wire, state, clock, listener):
    wire.on_key(messages.SET, "m", K, A, T, 1000)
    listener.heard()
    state.sweep()
    assert events(listener) == []
    clock.now += 1
    state.sweep()
    assert events(listener) == [(EXPIRED, K, None, A)]


@pytest.mark.parametrize(
    ("message", "arguments", "counts"),
    [
        (messages.GET, [T], True),
        (messages.CONTAINS_KEY, [T], True),
        (messages.GET_ENTRY_VIEW, [T], False),
    ],
)
def test_what_counts_as_an_access(wire, clock, message, arguments, counts):
    wire.on_key(messages.SET_WITH_MAX_IDLE, "m", K, A, T, -1, 3000)
    clock.now += 2
    wire.on_key(message, "m", K, *arguments)
    clock.now += 2
    assert wire.on_key(messages.CONTAINS_KEY, "m", K, T).value is counts


def test_every_write_sets_the_life_anew(wire, clock):
    wire.on_key(messages.SET, "m", K, A, T, 1000)
    wire.on_key(messages.REPLACE, "m", K, B, T)
    clock.now += 100
    assert wire.on_key(messages.GET, "m", K, T).value == B


# -- listeners ----------------------------------------------------------------------------------


def test_a_listener_hears_what_it_asked_for(state, wire):
    listener = MemoryWire(state, state.members[0]).enter()
    listener.call(messages.ADD_ENTRY_LISTENER, "m", False, ADDED | REMOVED, False)
    for _ in range(2):
        wire.on_key(messages.SET, "m", K, A, T, -1)
    wire.on_key(messages.REMOVE, "m", K, T)
    wire.on_key(messages.SET, "another", K, A, T, -1)
    assert events(listener) == [(ADDED, K, None, None), (REMOVED, K, None, None)]


def test_a_listener_for_a_key_hears_of_the_key_and_of_the_whole_map(state, wire):
    listener = MemoryWire(state, state.members[0]).enter()
    listener.call(messages.ADD_ENTRY_LISTENER_TO_KEY, "m", K, True, ALL_KINDS, False)
    wire.on_key(messages.SET, "m", K, A, T, -1)
    wire.on_key(messages.SET, "m", K2, A, T, -1)
    wire.call(messages.CLEAR, "m")
    assert events(listener) == [(ADDED, K, A, None), (CLEAR_ALL, None, None, None)]


def test_of_local_listeners_one_hears_of_each_change(state, wires):
    listeners = [MemoryWire(state, member).enter() for member in state.members]
    for listener in listeners:
        listener.call(messages.ADD_ENTRY_LISTENER, "m", True, ALL_KINDS, True)
    fill(wires[1], 50)
    wires[1].call(messages.CLEAR, "m")
    heard = [listener.heard() for listener in listeners]
    for listener, events_ in zip(listeners, heard, strict=True):
        for event in events_:
            if event.fields.key is not None:
                owner = state.table[event.partition_id].owner
                assert owner is listener.session.member
    assert sum(map(len, heard)) == 51
    assert [one[-1].fields.event_type == CLEAR_ALL for one in heard] == [False, True, False]


def test_a_listener_can_be_removed_once(state, wire):
    listener = MemoryWire(state, state.members[0]).enter()
    uuid = listener.call(messages.ADD_ENTRY_LISTENER, "m", True, ALL_KINDS, False).value
    assert listener.call(messages.REMOVE_ENTRY_LISTENER, "m", uuid).value is True
    assert listener.call(messages.REMOVE_ENTRY_LISTENER, "m", uuid).value is False
    wire.on_key(messages.SET, "m", K, A, T, -1)
    assert listener.heard() == []


# -- distributed objects ------------------------------------------------------------------------


def test_objects_are_made_and_destroyed_by_name(state, wires):
    watcher = MemoryWire(state, state.members[2]).enter()
    watcher.call(client_messages.ADD_DISTRIBUTED_OBJECT_LISTENER, False)
    local = MemoryWire(state, state.members[1]).enter()
    uuid = local.call(client_messages.ADD_DISTRIBUTED_OBJECT_LISTENER, True).value
    wire = wires[0]
    for _ in range(2):
        wire.call(client_messages.CREATE_PROXY, "m", "hz:impl:mapService")
    wire.call(client_messages.CREATE_PROXIES, [("n", "hz:impl:mapService")])
    infos = wire.call(client_messages.GET_DISTRIBUTED_OBJECTS).value
    assert [(info.service_name, info.name) for info in infos] == [
        ("hz:impl:mapService", "m"),
        ("hz:impl:mapService", "n"),
    ]
    wire.on_key(messages.SET, "m", K, A, T, -1)
    wires[1].call(client_messages.DESTROY_PROXY, "m", "hz:impl:mapService")
    assert wire.on_key(messages.GET, "m", K, T).value is None
    heard = [(one.fields.name, one.fields.event_type) for one in watcher.heard()]
    assert heard == [("m", "CREATED"), ("n", "CREATED"), ("m", "DESTROYED")]
    assert local.heard() == []
    assert local.call(client_messages.REMOVE_DISTRIBUTED_OBJECT_LISTENER, uuid).value is True
    assert local.call(client_messages.REMOVE_DISTRIBUTED_OBJECT_LISTENER, uuid).value is False


def test_destroying_a_map_ends_its_listeners(wire, listener):
    wire.call(client_messages.DESTROY_PROXY, "m", "hz:impl:mapService")
    wire.on_key(messages.SET, "m", K, A, T, -1)
    assert listener.heard() == []


@pytest.mark.parametrize("message", [client_messages.CREATE_PROXY, client_messages.DESTROY_PROXY])
def test_a_structure_of_an_unknown_kind_is_refused(wire, message):
    with pytest.raises(Failure, match=r"18 .*Service with name 'hz:impl:nope' not found!"):
        wire.call(message, "x", "hz:impl:nope")
