# SPDX-License-Identifier: Apache-2.0
"""Members, lite members and partitions that come, go and move: nothing is lost that may not be."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.state import ClusterState
from gridwire.testing._shared.clock import ClusterClock
from support.hazelcast_wire import Failure, MemoryWire, int_data

COUNT = 13
KEYS = [int_data(number) for number in range(40)]


def cluster(members: int = 0, lite: int = 0, backups: int = 1) -> ClusterState:
    options = ClusterOptions("blue", partition_count=COUNT, backup_count=backups)
    state = ClusterState(options, clock=lambda: 1e9, random=Random(7))
    for number in range(members + lite):
        state.join("127.0.0.1", 5701 + number, lite=number >= members)
    return state


def on_key(wire: MemoryWire, message, key, *values):
    return wire.on_key(message, "m", key, *values, partition_id=partition_of(key, COUNT))


def views(wire: MemoryWire) -> list[str]:
    return [event.name for event in wire.heard()]


def test_a_lite_member_serves_and_holds_nothing():
    state = cluster(2, 1)
    lite = state.members[2]
    wire = MemoryWire(state, lite).enter()
    for key in KEYS:
        on_key(wire, messages.SET, key, key, 1, -1)
    assert wire.call(messages.SIZE, "m").value == len(KEYS)
    assert all(lite not in (replicas.owner, *replicas.backups) for replicas in state.table)
    assert not any(lite.partitions)
    answer = MemoryWire(state, state.members[0]).authenticate("blue")
    assert [info.lite_member for info in answer.member_infos] == [False, False, True]
    assert lite.uuid not in dict(answer.partitions)


def test_partitions_stay_where_they_are_when_a_lite_member_comes():
    state = cluster(2)
    wire = MemoryWire(state, state.members[0]).enter()
    wire.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
    wire.heard()
    lite = state.join("127.0.0.1", 1, lite=True)
    assert views(wire) == ["MembersView"]
    state.leave(lite)
    assert views(wire) == ["MembersView"]
    state.join("127.0.0.1", 2)
    assert views(wire) == ["MembersView", "PartitionsView"]
    state.leave(state.members[-1])
    assert views(wire) == ["PartitionsView", "MembersView"]
    state.kill(state.members[-1])
    assert views(wire) == ["MembersView", "PartitionsView"]


@pytest.mark.parametrize("begin", ["alone", "left alone"])
def test_without_a_data_member_there_are_no_partitions(begin):
    if begin == "alone":
        state = cluster(0, 1)
    else:
        state = cluster(1, 1)
        state.kill(state.members[0])
    wire = MemoryWire(state, state.members[0])
    answer = wire.authenticate("blue")
    assert (answer.partition_list_version, answer.partitions) == (-1, [])
    assert state.faults.active
    wire.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
    assert "PartitionsView" not in views(wire)
    state.join("127.0.0.1", 1)
    assert not state.faults.active
    assert "PartitionsView" in views(wire)
    on_key(wire, messages.SET, KEYS[0], KEYS[0], 1, -1)
    assert wire.call(messages.SIZE, "m").value == 1


def test_partitions_migrate_with_what_they_hold():
    state = cluster(3)
    wire = MemoryWire(state, state.members[0]).enter()
    for key in KEYS:
        on_key(wire, messages.SET, key, key, 1, -1)
    wire.call(client_messages.ADD_CLUSTER_VIEW_LISTENER)
    wire.heard()
    before = list(state.table)
    version = state.partition_version
    state.migrate([3], None)
    assert state.table[3] == (before[3].backups[0], (before[3].owner,))
    assert state.table[:3] + state.table[4:] == before[:3] + before[4:]
    assert state.partition_version == version + 1
    assert views(wire) == ["PartitionsView"]
    third = next(one for one in state.members if one not in (before[3].owner, *before[3].backups))
    state.migrate([3], str(third.uuid))
    assert state.table[3] == (third, (before[3].backups[0],))
    assert not before[3].owner.partitions[3]
    state.migrate([3], str(third.uuid))
    assert state.partition_version == version + 2, "it is there already"
    assert [on_key(wire, messages.GET, key, 1).value for key in KEYS] == KEYS
    for member in state.members[1:]:
        state.kill(member)
    assert wire.call(messages.SIZE, "m").value >= len(KEYS) // 3


def test_without_backups_partitions_go_to_the_next_member():
    state = cluster(3, backups=0)
    a, b, c = state.members
    owners = [replicas.owner for replicas in state.table]
    state.migrate([], None)
    heirs = {a: b, b: c, c: a}
    assert [replicas.owner for replicas in state.table] == [heirs[owner] for owner in owners]
    assert all(not replicas.backups for replicas in state.table)


def test_a_member_alone_keeps_what_it_has():
    state = cluster(1)
    version = state.partition_version
    state.migrate([], None)
    assert state.partition_version == version


Step = st.one_of(
    st.tuples(st.just("join"), st.booleans()),
    st.tuples(st.just("leave"), st.integers(0, 9)),
    st.tuples(st.just("kill"), st.integers(0, 9)),
    st.tuples(st.just("migrate"), st.integers(0, COUNT - 1)),
    st.tuples(st.just("migrate all"), st.just(0)),
    st.tuples(st.just("set"), st.integers(0, len(KEYS) - 1)),
)


@settings(deadline=None)
@given(steps=st.lists(Step, max_size=25), backups=st.integers(1, 2))
def test_whatever_happens_to_members_written_entries_are_there(steps, backups):
    state = cluster(2, 1, backups)
    written: set[bytes] = set()
    for number, (what, which) in enumerate(steps):
        act(state, what, which, number, written)
        data = state.data_members
        if not data:
            assert state.table == []
            written.clear()
            continue
        owned = Counter(replicas.owner for replicas in state.table)
        assert set(owned) <= set(data)
        copies = min(backups, len(data) - 1)
        for replicas in state.table:
            assert len({replicas.owner, *replicas.backups}) == copies + 1
        if state.members:
            wire = MemoryWire(state, state.members[-1]).enter()
            assert wire.call(messages.SIZE, "m").value == len(written)
            for key in written:
                assert on_key(wire, messages.GET, key, 1).value == key


def act(state: ClusterState, what: str, which: int, number: int, written: set[bytes]) -> None:
    if what == "join":
        state.join("127.0.0.1", 6000 + number, lite=bool(which))
    elif not state.members:
        return
    elif what == "migrate":
        state.migrate([which], str(state.members[which % len(state.members)].uuid))
    elif what == "migrate all":
        state.migrate([], None)
    elif what == "set" and state.data_members:
        wire = MemoryWire(state, state.members[0]).enter()
        on_key(wire, messages.SET, KEYS[which], KEYS[which], 1, -1)
        written.add(KEYS[which])
    elif what in {"leave", "kill"}:
        getattr(state, what)(state.members[which % len(state.members)])


def test_clients_hear_no_more_of_a_map_that_is_cleared_away():
    state = cluster(2)
    wire = MemoryWire(state, state.members[0]).enter()
    wire.call(client_messages.CREATE_PROXY, "m", "hz:impl:mapService")
    wire.call(messages.ADD_ENTRY_LISTENER, "m", True, 1023, False)
    on_key(wire, messages.SET, KEYS[0], KEYS[0], 1, -1)
    wire.heard()
    state.clear()
    assert wire.call(messages.SIZE, "m").value == 0
    assert wire.call(client_messages.GET_DISTRIBUTED_OBJECTS).value == []
    on_key(wire, messages.SET, KEYS[0], KEYS[0], 1, -1)
    assert wire.heard() == []


def test_a_clock():
    now = [100.0]
    clock = ClusterClock(lambda: now[0])
    assert clock() == 100
    clock.advance(5)
    now[0] += 1
    assert clock() == 106
    clock.stop_at(50)
    now[0] += 1
    assert clock() == 50
    clock.advance(0.5)
    assert clock() == 50.5
    clock.run()
    assert clock() == 102


def test_requests_that_no_member_can_serve_are_refused():
    state = cluster(0, 1)
    wire = MemoryWire(state, state.members[0]).enter()
    request = messages.GET.encode_request(3, "m", KEYS[0], 1)
    verdict = state.faults.inside(wire.session, request)
    wire.session.handle(request, verdict.refusal)
    with pytest.raises(Failure) as caught:
        wire.reply_to(0, messages.GET)
    assert caught.value.code == 67
    assert caught.value.class_name == "com.hazelcast.partition.NoDataMemberInClusterException"
