# SPDX-License-Identifier: Apache-2.0
"""Locks of keys and requests that wait for them, as real members 5.7.0 have them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gridwire.hazelcast.protocol.messages import client as client_messages
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.testing._hazelcast import waiting
from gridwire.testing._hazelcast.locks import Lock, lease_end, taken
from gridwire.testing._hazelcast.objects import MAP_SERVICE
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.records import FOREVER
from gridwire.testing._hazelcast.state import ClusterState
from support.hazelcast_wire import Failure, MemoryWire, encoded, int_data, text_data

K, K2 = int_data(1), int_data(2)
A, B, C = text_data("a"), text_data("b"), text_data("c")
NO_LEASE = -1
OURS, THEIRS = 1, 7


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """A client with one connection, which may leave requests unanswered."""

    references = iter(range(1, 2**62))

    def __init__(self, state: ClusterState, member=None, uuid=None) -> None:
        self.wire = MemoryWire(state, member or state.members[0], uuid).enter()
        self.uuid = self.wire.client_uuid

    def call(self, message, *values, key=K, name="m", **how):
        return self.wire.on_key(message, name, key, *values, **how)

    def send(self, message, *values, key=K, name="m") -> int:
        """Send a request that may have to wait; its correlation id."""
        correlation_id = next(self.wire._ids)
        partition_id = partition_of(key, 271)
        self.wire.write(
            encoded(
                message, correlation_id, name, key, *values, partition_id=partition_id, aware=True
            )
        )
        return correlation_id

    def answered(self, correlation_id: int) -> bool:
        self.wire.events += self.wire.heard()
        return correlation_id in self.wire._replies

    def reply(self, message, correlation_id: int):
        assert self.answered(correlation_id)
        return self.wire.reply_to(correlation_id, message)

    def lock(self, thread=OURS, lease=NO_LEASE, reference=None, **how):
        reference = next(self.references) if reference is None else reference
        return self.call(messages.LOCK, thread, lease, reference, **how)

    def wait_for_lock(self, thread=OURS, lease=NO_LEASE):
        return self.send(messages.LOCK, thread, lease, next(self.references))

    def try_lock(self, thread=OURS, lease=NO_LEASE, timeout=0, **how) -> bool:
        reference = next(self.references)
        return self.call(messages.TRY_LOCK, thread, lease, timeout, reference, **how).value

    def unlock(self, thread=OURS, reference=None, **how):
        reference = next(self.references) if reference is None else reference
        return self.call(messages.UNLOCK, thread, reference, **how)

    def force_unlock(self, **how):
        return self.call(messages.FORCE_UNLOCK, next(self.references), **how)

    def is_locked(self, **how) -> bool:
        return self.call(messages.IS_LOCKED, **how).value

    def set(self, value, thread=OURS, **how):
        return self.call(messages.SET, value, thread, -1, **how)

    def get(self, **how):
        return self.call(messages.GET, OURS, **how).value


class Cluster:
    def __init__(self, members=3, **options) -> None:
        self.clock = Clock()
        self.state = ClusterState(
            ClusterOptions("blue", members=members, **options), clock=self.clock, random=Random(3)
        )
        for port in range(members):
            self.state.join("127.0.0.1", 5701 + port)

    def client(self, at=0, uuid=None) -> Client:
        return Client(self.state, self.state.members[at], uuid)

    def pass_time(self, seconds: float) -> None:
        self.clock.now += seconds
        self.state.timers.run()


@pytest.fixture
def cluster():
    return Cluster()


@pytest.fixture
def ann(cluster):
    return cluster.client(0)


@pytest.fixture
def bob(cluster):
    return cluster.client(1)


# -- who holds a lock -----------------------------------------------------------------------------


def test_a_lock_belongs_to_a_thread_of_a_client(ann, bob):
    ann.lock()
    assert ann.is_locked()
    assert bob.is_locked()
    assert ann.try_lock()
    assert not ann.try_lock(thread=2)
    assert not bob.try_lock()
    assert not bob.is_locked(name="other")
    assert not bob.is_locked(key=K2)


def test_it_is_given_back_as_often_as_it_was_taken(ann, bob):
    for _ in range(3):
        ann.lock()
    for _ in range(2):
        ann.unlock()
        assert not bob.try_lock()
    ann.unlock()
    assert not bob.is_locked()
    assert bob.try_lock()


def test_a_repeated_request_is_done_already(ann):
    ann.lock(reference=5)
    ann.lock(reference=5)
    ann.unlock(reference=6)
    assert not ann.is_locked()
    ann.lock(reference=7)
    ann.lock(reference=8)
    ann.unlock(reference=9)
    ann.unlock(reference=9)
    assert ann.is_locked()
    # Even if it is the reference of what took the lock: real members look at nothing else.
    ann.force_unlock()
    ann.lock(reference=10)
    ann.unlock(reference=10)
    assert ann.is_locked()


UNLOCKED = "Owner info: <not-locked>"
TEXT = (
    "Current thread is not owner of the lock! Key: HeapData{type=-7, hashCode=768969306, "
    "partitionHash=768969306, totalSize=12, dataSize=4, heapCost=44}, TID: 1, Name: m, "
)


def test_who_has_no_lock_cannot_give_it_back(ann, bob):
    with pytest.raises(Failure) as caught:
        ann.unlock()
    assert (caught.value.code, caught.value.class_name, caught.value.message) == (
        26,
        "java.lang.IllegalMonitorStateException",
        TEXT + UNLOCKED,
    )
    ann.lock()
    for who, thread in ((bob, OURS), (ann, 2)):
        with pytest.raises(Failure) as caught:
            who.unlock(thread=thread)
        owner = f"Owner info: Owner: {ann.uuid}, thread ID: 1"
        assert caught.value.message == TEXT.replace("TID: 1", f"TID: {thread}") + owner
    assert ann.is_locked()


def test_earlier_members_say_less():
    ann = Cluster(version="4.2.8").client()
    with pytest.raises(Failure) as caught:
        ann.unlock()
    assert caught.value.message == "Current thread is not owner of the lock! -> <not-locked>"


def test_anybody_may_force_a_lock_open(ann, bob):
    ann.lock()
    ann.lock()
    bob.force_unlock()
    assert not ann.is_locked()
    bob.force_unlock()
    with pytest.raises(Failure):
        ann.unlock()


def test_locks_are_backed_up_like_entries(cluster):
    ann = cluster.client()
    for member in cluster.state.members:
        Client(cluster.state, member, ann.uuid).wire.call(client_messages.LOCAL_BACKUP_LISTENER)
    acks = [
        ann.lock(aware=True).acks,
        ann.lock(aware=True).acks,
        ann.unlock(aware=True).acks,
        ann.unlock(aware=True).acks,
        ann.force_unlock(aware=True).acks,
        ann.call(messages.TRY_LOCK, 1, -1, 0, 99, aware=True).acks,
        ann.call(messages.TRY_LOCK, 2, -1, 0, 98, aware=True).acks,
        ann.call(messages.IS_LOCKED, aware=True).acks,
        ann.force_unlock(aware=True).acks,
    ]
    assert acks == [1, 1, 1, 1, 0, 1, 0, 0, 1]


# -- leases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lease", "seconds"), [(1, 1), (700, 1), (1000, 1), (1200, 2), (2500, 3)])
def test_a_lease_has_whole_seconds(cluster, ann, bob, lease, seconds):
    ann.lock(lease=lease)
    waiter = bob.wait_for_lock()
    cluster.pass_time(seconds - 0.01)
    assert ann.is_locked()
    assert not bob.answered(waiter)
    cluster.pass_time(0.02)
    assert bob.answered(waiter)
    with pytest.raises(Failure):
        ann.unlock()


@pytest.mark.parametrize("lease", [-1, -5, FOREVER])
def test_a_lock_without_a_lease_stays(cluster, ann, lease):
    ann.lock(lease=lease)
    cluster.pass_time(10_000)
    cluster.state.sweep()
    assert ann.is_locked()


def test_a_lease_of_nothing_is_over_at_once(cluster, ann, bob):
    assert ann.try_lock(lease=0)
    assert not ann.is_locked()
    ann.lock(lease=0)
    waiter = bob.wait_for_lock()
    assert bob.answered(waiter)
    assert bob.is_locked()
    bob.unlock()
    assert bob.try_lock(lease=-5)
    cluster.pass_time(10_000)
    assert bob.is_locked()


@pytest.mark.parametrize(
    ("first", "second", "locked"),
    [(1000, NO_LEASE, True), (NO_LEASE, 500, False), (9000, 500, False)],
)
def test_taking_a_lock_again_begins_a_new_lease(cluster, ann, first, second, locked):
    ann.lock(lease=first)
    ann.lock(lease=second)
    cluster.pass_time(1.5)
    assert ann.is_locked() is locked


def test_giving_it_back_once_does_not_change_the_lease(cluster, ann):
    ann.lock(lease=9000)
    ann.lock(lease=500)
    ann.unlock()
    assert ann.is_locked()
    cluster.pass_time(1.5)
    assert not ann.is_locked()


def test_a_clock_that_leaps_ends_leases(cluster, ann, bob):
    ann.lock(lease=60_000)
    waiter = bob.wait_for_lock()
    cluster.state.clock.advance(61)
    cluster.state.sweep()
    assert bob.answered(waiter)


# -- who waits ------------------------------------------------------------------------------------

WRITES = [
    (messages.PUT, [B, THEIRS, -1]),
    (messages.SET, [B, THEIRS, -1]),
    (messages.PUT_TRANSIENT, [B, THEIRS, -1]),
    (messages.PUT_IF_ABSENT, [B, THEIRS, -1]),
    (messages.PUT_WITH_MAX_IDLE, [B, THEIRS, -1, -1]),
    (messages.SET_WITH_MAX_IDLE, [B, THEIRS, -1, -1]),
    (messages.PUT_TRANSIENT_WITH_MAX_IDLE, [B, THEIRS, -1, -1]),
    (messages.PUT_IF_ABSENT_WITH_MAX_IDLE, [B, THEIRS, -1, -1]),
    (messages.REPLACE, [B, THEIRS]),
    (messages.REPLACE_IF_SAME, [A, B, THEIRS]),
    (messages.REMOVE, [THEIRS]),
    (messages.REMOVE_IF_SAME, [A, THEIRS]),
    (messages.DELETE, [THEIRS]),
    (messages.EVICT, [THEIRS]),
    (messages.SET_TTL, [100_000]),
    (messages.TRY_PUT, [B, THEIRS, -1]),
    (messages.TRY_REMOVE, [THEIRS, -1]),
    (messages.LOCK, [THEIRS, -1, 10**9]),
    (messages.TRY_LOCK, [THEIRS, -1, -1, 10**9]),
]


@pytest.mark.parametrize(("message", "arguments"), WRITES, ids=[one[0].name for one in WRITES])
def test_what_others_change_waits_for_ever(cluster, ann, bob, message, arguments):
    ann.set(A)
    ann.lock()
    waiting_request = bob.send(message, *arguments)
    cluster.pass_time(100_000)
    assert not bob.answered(waiting_request)
    assert bob.get() == A
    ann.unlock()
    reply = bob.reply(message, waiting_request)
    assert reply.acks == (
        message is not messages.PUT_IF_ABSENT
        and message is not messages.PUT_IF_ABSENT_WITH_MAX_IDLE
    )
    assert len(cluster.state.waiting) == 0


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (messages.TRY_PUT, [B, THEIRS]),
        (messages.TRY_REMOVE, [THEIRS]),
        (messages.TRY_LOCK, [THEIRS, -1]),
    ],
    ids=["TryPut", "TryRemove", "TryLock"],
)
def test_tries_wait_as_long_as_they_say(cluster, ann, bob, message, arguments):
    rest = [10**9] if message is messages.TRY_LOCK else []
    ann.set(A)
    ann.lock()
    assert bob.call(message, *arguments, 0, *rest) == (False, 0)
    request = bob.send(message, *arguments, 300, *rest)
    cluster.pass_time(0.29)
    assert not bob.answered(request)
    cluster.pass_time(0.01)
    assert bob.reply(message, request) == (False, 0)
    ann.unlock()
    assert bob.get() == A
    assert not bob.is_locked()


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (messages.GET, [THEIRS]),
        (messages.CONTAINS_KEY, [THEIRS]),
        (messages.GET_ENTRY_VIEW, [THEIRS]),
        (messages.IS_LOCKED, []),
    ],
    ids=["Get", "ContainsKey", "GetEntryView", "IsLocked"],
)
def test_reads_do_not_wait(ann, bob, message, arguments):
    ann.set(A)
    ann.lock()
    assert bob.call(message, *arguments).value


def test_other_keys_maps_and_bulk_writes_do_not_wait(ann, bob):
    ann.lock()
    bob.set(B, key=K2)
    bob.set(B, name="other")
    bob.wire.call(messages.PUT_ALL, "m", [(K, C)], True, partition_id=partition_of(K, 271))
    assert bob.get() == C
    reply = bob.wire.call(messages.GET_ALL, "m", [K], partition_id=partition_of(K, 271))
    assert reply.value == [(K, C)]


def test_who_holds_the_lock_writes(ann):
    ann.lock()
    ann.set(A)
    assert ann.get() == A
    request = ann.send(messages.SET, B, 2, -1)
    assert not ann.answered(request)
    ann.unlock()
    assert ann.answered(request)
    assert ann.get() == B


def test_a_change_of_the_time_to_live_names_no_thread(ann):
    ann.set(A)
    ann.lock()
    assert not ann.answered(ann.send(messages.SET_TTL, 100_000))
    ann.unlock()
    ann.lock(thread=0)
    assert ann.call(messages.SET_TTL, 100_000).value is True


def test_who_waits_is_served_in_turn_until_somebody_locks_again(cluster, ann):
    ann.lock()
    clients = [cluster.client() for _ in range(5)]
    requests = [
        clients[0].send(messages.SET, A, 1, -1),
        clients[1].send(messages.PUT, B, 1, -1),
        clients[2].wait_for_lock(),
        clients[3].send(messages.PUT, C, 1, -1),
        clients[4].send(messages.TRY_LOCK, 1, -1, 100_000, 10**9),
    ]

    def answered():
        each = zip(clients, requests, strict=True)
        return [client.answered(request) for client, request in each]

    assert answered() == [False] * 5
    ann.unlock()
    assert answered() == [True, True, True, False, False]
    assert ann.get() == B
    clients[2].unlock()
    assert answered() == [True] * 5
    assert ann.get() == C
    assert not ann.try_lock()


def test_a_repeated_wait_gets_one_lock_and_two_answers(ann, bob):
    ann.lock()
    requests = [bob.send(messages.LOCK, 1, -1, 10**9) for _ in range(2)]
    ann.unlock()
    assert all(bob.answered(request) for request in requests)
    bob.unlock()
    assert not bob.is_locked()


def test_a_forced_lock_lets_in(ann, bob):
    ann.lock()
    request = bob.wait_for_lock()
    ann.force_unlock()
    assert bob.answered(request)


# -- what else meets locks ------------------------------------------------------------------------


@pytest.mark.parametrize("message", [messages.CLEAR, messages.EVICT_ALL])
def test_locked_entries_stay_in_an_emptied_map(cluster, ann, bob, message):
    bob.wire.call(messages.ADD_ENTRY_LISTENER, "m", True, 1023, False)
    for number in range(10):
        ann.set(A, key=int_data(number))
    ann.lock()
    bob.wire.heard()
    for who in (bob, ann):
        who.wire.call(message, "m")
        assert who.wire.call(messages.SIZE, "m").value == 1
    assert [one.fields.number_of_affected_entries for one in bob.wire.heard()] == [9]
    ann.unlock()
    ann.wire.call(message, "m")
    assert ann.wire.call(messages.SIZE, "m").value == 0
    assert [one.fields.number_of_affected_entries for one in bob.wire.heard()] == [1]


def test_a_locked_entry_does_not_expire(cluster, ann):
    ann.call(messages.SET, A, OURS, 1000)
    ann.lock()
    cluster.pass_time(5)
    cluster.state.sweep()
    assert ann.get() == A
    ann.unlock()
    assert ann.get() is None


def test_a_destroyed_map_has_no_locks_and_nobody_waits(cluster, ann, bob):
    ann.lock()
    request = bob.wait_for_lock()
    bob.wire.call(client_messages.DESTROY_PROXY, "m", MAP_SERVICE)
    with pytest.raises(Failure) as caught:
        bob.wire.reply_to(request, messages.LOCK)
    assert caught.value.code == 14
    assert caught.value.class_name.endswith(".DistributedObjectDestroyedException")
    assert not ann.is_locked()
    assert len(cluster.state.waiting) == 0


def test_locks_outlive_their_owner_if_there_are_backups(cluster):
    state = cluster.state
    owner = state.table[partition_of(K, 271)].owner
    at = next(at for at, one in enumerate(state.members) if one is not owner)
    ann, bob = cluster.client(at), cluster.client(at)
    ann.lock(lease=60_000)
    request = bob.send(messages.SET, B, 1, -1)
    state.kill(owner)
    assert ann.is_locked()
    state.leave(state.table[partition_of(K, 271)].owner if len(state.members) > 2 else owner)
    joined = state.join("127.0.0.1", 5800)
    assert ann.is_locked()
    assert not bob.answered(request)
    ann.unlock()
    assert bob.answered(request)
    assert Client(state, joined).get() == B


def test_locks_without_backups_are_lost_with_their_owner():
    cluster = Cluster(backup_count=0)
    owner = cluster.state.table[partition_of(K, 271)].owner
    at = next(at for at, one in enumerate(cluster.state.members) if one is not owner)
    ann, bob = cluster.client(at), cluster.client(at)
    ann.lock()
    request = bob.wait_for_lock()
    cluster.state.kill(owner)
    cluster.state.sweep()
    assert bob.answered(request)


# -- clients that are gone ------------------------------------------------------------------------


def test_locks_of_a_client_that_is_gone_end_after_a_while(cluster, ann, bob):
    ann.lock()
    ann.lock(key=K2, name="other", lease=60_000)
    request = bob.wait_for_lock()
    ann.wire.session.end()
    cluster.pass_time(9.9)
    assert not bob.answered(request)
    cluster.pass_time(0.2)
    assert bob.answered(request)
    assert not bob.is_locked(key=K2, name="other")


def test_locks_of_a_client_that_comes_back_stay(cluster, ann, bob):
    ann.lock()
    ann.wire.session.end()
    cluster.pass_time(9)
    again = cluster.client(2, ann.uuid)
    cluster.pass_time(100)
    assert not bob.try_lock()
    again.unlock()
    assert bob.try_lock()


def test_a_client_with_another_connection_is_not_gone(cluster, ann, bob):
    other = cluster.client(1, ann.uuid)
    ann.lock()
    ann.wire.session.end()
    cluster.pass_time(100)
    assert bob.is_locked()
    other.wire.session.end()
    cluster.pass_time(100)
    assert not bob.is_locked()


def test_the_time_to_come_back_can_be_set():
    cluster = Cluster(properties={"hazelcast.client.cleanup.period.millis": "500"})
    ann, bob = cluster.client(), cluster.client()
    ann.lock()
    ann.wire.session.end()
    cluster.pass_time(0.5)
    assert not bob.is_locked()


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (messages.LOCK, [1, -1, 10**9]),
        (messages.TRY_LOCK, [1, -1, 9000, 10**9]),
        (messages.SET, [B, 1, -1]),
    ],
    ids=["Lock", "TryLock", "Set"],
)
def test_what_a_client_that_is_gone_waits_for_is_not_done(cluster, ann, bob, message, arguments):
    ann.lock()
    ann.set(A)
    bob.send(message, *arguments)
    bob.wire.session.end()
    assert len(cluster.state.waiting) == 0
    ann.unlock()
    assert not ann.is_locked()
    assert ann.get() == A
    cluster.pass_time(20)
    assert cluster.state.timers.next_moment() is None


def test_too_many_cannot_wait(cluster, ann, bob, monkeypatch):
    monkeypatch.setattr(waiting, "MAX_WAITING_PER_CONNECTION", 3)
    monkeypatch.setattr(waiting, "MAX_WAITING", 5)
    ann.lock()
    requests = [bob.wait_for_lock(thread) for thread in (1, 2, 3)]
    with pytest.raises(Failure, match=r"^20 com\.hazelcast\.core\.HazelcastOverloadException"):
        bob.lock()
    other = cluster.client()
    others = [other.wait_for_lock() for _ in range(2)]
    with pytest.raises(Failure, match=r"^20 "):
        other.lock()
    ann.unlock()
    assert [bob.answered(request) for request in requests] == [True, False, False]
    assert not any(other.answered(request) for request in others)


# -- any order of things --------------------------------------------------------------------------


def test_the_end_of_a_lease():
    assert lease_end(-1, 5) == lease_end(2**63 - 1, 5) == FOREVER
    assert lease_end(0, 5) == 5
    assert lease_end(1, 5) == lease_end(1000, 5) == 1005


def test_taking_a_lock():
    lock = taken(None, None, 1, 7, FOREVER)
    assert lock == Lock(None, 1, 1, 7, FOREVER)
    assert taken(lock, None, 1, 7, 5) is lock
    assert taken(lock, None, 2, 8, 5) is None
    assert taken(lock, None, 1, 8, 5) == Lock(None, 1, 2, 8, 5)


class LockMachine(RuleBasedStateMachine):
    """Two clients with two threads each, against a model of one lock."""

    def __init__(self) -> None:
        super().__init__()
        self.cluster = Cluster()
        self.clients = [self.cluster.client(0), self.cluster.client(1)]
        self.owner: tuple[int, int] | None = None
        self.times = 0
        self.ends: float | None = None
        self.waiters: list[tuple[int, int, int]] = []

    def _settle(self) -> None:
        if self.ends is not None and self.cluster.clock.now >= self.ends:
            self._free()

    def _free(self) -> None:
        self.owner, self.times, self.ends = None, 0, None
        left = []
        for waiter in self.waiters:
            who, thread, request = waiter
            if self.owner in (None, (who, thread)):
                assert self.clients[who].reply(messages.LOCK, request).value is None
                self.owner = (who, thread)
                self.times += 1
            else:
                assert not self.clients[who].answered(request)
                left.append(waiter)
        self.waiters = left

    @rule(who=st.integers(0, 1), thread=st.integers(1, 2), lease=st.sampled_from([-1, 1, 1500]))
    def try_lock(self, who, thread, lease):
        free = self.owner in (None, (who, thread))
        assert self.clients[who].try_lock(thread, lease) is free
        if free:
            self.owner, self.times = (who, thread), self.times + 1
            whole = -(-lease // 1000)
            self.ends = None if lease < 0 else self.cluster.clock.now + whole

    @rule(who=st.integers(0, 1), thread=st.integers(1, 2))
    def lock(self, who, thread):
        request = self.clients[who].wait_for_lock(thread)
        if self.owner in (None, (who, thread)):
            assert self.clients[who].reply(messages.LOCK, request).value is None
            self.owner, self.times, self.ends = (who, thread), self.times + 1, None
        else:
            self.waiters.append((who, thread, request))

    @rule(who=st.integers(0, 1), thread=st.integers(1, 2))
    def unlock(self, who, thread):
        if self.owner == (who, thread):
            self.clients[who].unlock(thread)
            self.times -= 1
            if not self.times:
                self._free()
        else:
            with pytest.raises(Failure, match="not owner"):
                self.clients[who].unlock(thread)

    @rule()
    def force_unlock(self):
        self.clients[0].force_unlock()
        if self.owner is not None:
            self._free()

    @rule(seconds=st.sampled_from([0.25, 1, 2]))
    def pass_time(self, seconds):
        self.cluster.pass_time(seconds)
        self.cluster.state.sweep()
        self._settle()

    @rule()
    def migrate(self):
        state = self.cluster.state
        state.migrate([partition_of(K, 271)], None)

    @invariant()
    def all_agree(self):
        for client in self.clients:
            assert client.is_locked() is (self.owner is not None)
        assert len(self.cluster.state.waiting) == len(self.waiters)
        partition = partition_of(K, 271)
        owner, backups = self.cluster.state.table[partition]
        locks = [one.store(partition, "m").locks.get(K) for one in (owner, *backups)]
        assert len(set(locks)) == 1
        assert (locks[0].times if locks[0] else 0) == self.times


LockMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestLocks = LockMachine.TestCase
