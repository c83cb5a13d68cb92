# SPDX-License-Identifier: Apache-2.0
"""A reply counts when its backups have said so, in whatever order they say it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gridwire.hazelcast.cluster import acks as module
from gridwire.hazelcast.cluster.acks import GENERATIONS, BackupAcks, Held


class Waiter:
    """Waits for one reply, and is completed once."""

    def __init__(self) -> None:
        self.ends: list[Any] = []
        self.gave_up = False

    def done(self) -> bool:
        return self.gave_up or bool(self.ends)

    def set_result(self, result: Any) -> None:
        assert not self.done()
        self.ends.append(result)

    def set_exception(self, exception: Any) -> None:
        raise AssertionError("acks never fail a call")


@pytest.fixture
def acks() -> BackupAcks:
    return BackupAcks()


@pytest.fixture
def waiter() -> Waiter:
    return Waiter()


def reply(acks: BackupAcks, correlation: int, backups: int, waiter: Waiter, message: str) -> None:
    """The session and the request are for whoever tells that acks are missing."""
    acks.reply(correlation, backups, waiter, message, session=None, request=None)


def age(acks: BackupAcks, times: int) -> list[tuple[Any, Any]]:
    return ended([held for _ in range(times) for held in acks.age()])


def ended(held: list[Held]) -> list[tuple[Any, Any]]:
    """Who waited, for which reply."""
    return [(one.waiter, one.message) for one in held]


def test_a_reply_that_is_held_can_be_withdrawn(acks: BackupAcks, waiter: Waiter):
    reply(acks, 1, 1, waiter, "message")
    assert acks.withdraw(1) == "message"
    assert acks.withdraw(1) is None
    acks.acknowledge(1)
    assert waiter.ends == []


@pytest.mark.parametrize("early", [0, 1, 2, 3])
def test_the_last_of_reply_and_acks_completes(acks: BackupAcks, waiter: Waiter, early: int):
    for _ in range(early):
        acks.acknowledge(1)
    reply(acks, 1, 3, waiter, "message")
    for _ in range(3 - early):
        assert waiter.ends == []
        assert len(acks) == 1
        acks.acknowledge(1)
    assert waiter.ends == ["message"]
    assert (len(acks), acks.busy) == (0, False)


def test_more_early_acks_than_backups(acks: BackupAcks, waiter: Waiter):
    acks.acknowledge(1)
    acks.acknowledge(1)
    reply(acks, 1, 1, waiter, "message")
    assert waiter.ends == ["message"]
    assert not acks.busy


def test_calls_do_not_share_acks(acks: BackupAcks):
    one, two = Waiter(), Waiter()
    reply(acks, 1, 1, one, "one")
    reply(acks, 2, 1, two, "two")
    acks.acknowledge(2)
    assert (one.ends, two.ends) == ([], ["two"])
    acks.acknowledge(2)
    assert one.ends == []
    acks.acknowledge(1)
    assert one.ends == ["one"]


@pytest.mark.parametrize("early", [0, 1])
def test_who_gave_up_is_not_completed(acks: BackupAcks, waiter: Waiter, early: int):
    waiter.gave_up = True
    for _ in range(early):
        acks.acknowledge(1)
    reply(acks, 1, 1, waiter, "message")
    acks.acknowledge(1)
    assert waiter.ends == []
    assert len(acks) == 0


def test_a_forgotten_call_is_not_completed(acks: BackupAcks, waiter: Waiter):
    reply(acks, 1, 1, waiter, "message")
    assert acks.forget(1)
    assert not acks.forget(1)
    assert not acks.busy
    acks.acknowledge(1)
    assert waiter.ends == []


def test_patience_ends_after_all_generations(acks: BackupAcks, waiter: Waiter):
    reply(acks, 1, 1, waiter, "message")
    assert age(acks, GENERATIONS) == []
    assert age(acks, 1) == [(waiter, "message")]
    assert (acks.busy, waiter.ends) == (False, [])
    assert age(acks, 20) == []


def test_when_a_member_is_gone_patience_ends_after_a_generation(acks: BackupAcks, waiter: Waiter):
    later = Waiter()
    reply(acks, 1, 1, waiter, "reply")
    acks.hurry()
    reply(acks, 2, 1, later, "later")
    assert age(acks, 1) == []
    assert age(acks, 1) == [(waiter, "reply")]
    assert age(acks, GENERATIONS - 2) == []
    assert age(acks, 1) == [(later, "later")]


def test_a_reply_on_its_way_when_a_member_went_is_not_waited_for_as_long(acks: BackupAcks):
    first, on_its_way, after = Waiter(), Waiter(), Waiter()
    reply(acks, 1, 1, first, "held")
    acks.hurry(before=5)
    age(acks, 1)
    reply(acks, 7, 1, after, "after")
    reply(acks, 4, 1, on_its_way, "on its way")
    assert age(acks, 1) == [(first, "held")]
    assert age(acks, 1) == [(on_its_way, "on its way")]
    assert age(acks, GENERATIONS - 2) == []
    assert age(acks, 1) == [(after, "after")]


def test_how_long_a_reply_was_held_is_known(acks: BackupAcks, waiter: Waiter):
    acks.acknowledge(1)
    acks.reply(1, 3, waiter, "reply", "session", "request")
    acks.hurry()
    (held,) = [one for _ in range(3) for one in acks.age()]
    assert (held.backups, held.missing, held.session, held.request) == (3, 2, "session", "request")
    assert acks.waited(held) == 3


def test_an_ack_in_time_completes_a_hurried_call(acks: BackupAcks, waiter: Waiter):
    reply(acks, 1, 1, waiter, "reply")
    acks.hurry()
    assert age(acks, 1) == []
    acks.acknowledge(1)
    assert waiter.ends == ["reply"]
    assert age(acks, GENERATIONS) == []


def test_each_call_has_patience_of_its_own(acks: BackupAcks):
    one, two = Waiter(), Waiter()
    reply(acks, 1, 1, one, "one")
    age(acks, 3)
    reply(acks, 2, 1, two, "two")
    assert age(acks, GENERATIONS - 2) == [(one, "one")]
    assert age(acks, 2) == []
    assert age(acks, 1) == [(two, "two")]


def test_who_gave_up_is_not_told_that_patience_ended(acks: BackupAcks, waiter: Waiter):
    reply(acks, 1, 1, waiter, "message")
    waiter.gave_up = True
    assert age(acks, 20) == []
    assert not acks.busy


def test_whose_replies_are_held(acks: BackupAcks, waiter: Waiter):
    for correlation in (1, 5, 9):
        reply(acks, correlation, 1, waiter, "message")
    acks.acknowledge(2)
    assert [number in acks for number in (1, 2, 5)] == [True, False, True]
    assert acks.older(1) == []
    assert acks.older(9) == [1, 5]
    assert acks.older(99) == [1, 5, 9]


def test_who_waits_for_backups_can_be_taken_out(acks: BackupAcks, waiter: Waiter):
    reply(acks, 1, 1, waiter, "message")
    held = acks.take(1)
    assert held is not None
    assert (held.waiter, held.message) == (waiter, "message")
    assert acks.take(1) is None
    assert not acks.busy
    acks.acknowledge(1)
    assert waiter.ends == []


def test_early_acks_are_forgotten_too(acks: BackupAcks):
    acks.acknowledge(1)
    assert not acks.forget(1)
    assert not acks.busy


def test_at_the_end_all_that_were_held_are_released(acks: BackupAcks):
    one, gone, two = Waiter(), Waiter(), Waiter()
    gone.gave_up = True
    for correlation, waiter in enumerate((one, gone, two)):
        reply(acks, correlation, 2, waiter, f"message {correlation}")
    acks.acknowledge(2)
    acks.acknowledge(99)
    assert ended(acks.release()) == [(one, "message 0"), (two, "message 2")]
    assert not acks.busy
    acks.acknowledge(0)
    assert one.ends == []
    assert acks.release() == []


def test_early_acks_are_not_kept_for_ever(acks: BackupAcks, waiter: Waiter):
    acks.acknowledge(1)
    assert acks.busy
    age(acks, GENERATIONS)
    assert acks.busy
    acks.age()
    assert not acks.busy
    reply(acks, 1, 1, waiter, "message")
    assert waiter.ends == []


def test_a_second_early_ack_keeps_the_first(acks: BackupAcks, waiter: Waiter):
    acks.acknowledge(1)
    age(acks, GENERATIONS)
    acks.acknowledge(1)
    age(acks, GENERATIONS)
    reply(acks, 1, 2, waiter, "message")
    assert waiter.ends == ["message"]


def test_early_acks_are_bounded(acks: BackupAcks, waiter: Waiter, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_MAX_EARLY", 2)
    for correlation in (1, 2, 3, 2):
        acks.acknowledge(correlation)
    reply(acks, 2, 2, waiter, "message")
    assert waiter.ends == ["message"]
    late = Waiter()
    reply(acks, 3, 1, late, "message")
    assert late.ends == []


class Raced(dict[int, Any]):
    """A table whose entries another thread takes out just after they were seen."""

    def get(self, key: int, default: Any = None) -> Any:
        return self.pop(key, default)

    def items(self) -> Any:
        found = list(super().items())
        self.clear()
        return found


def test_a_thread_that_gives_up_meanwhile_wins(acks: BackupAcks, waiter: Waiter):
    reply(acks, 1, 1, waiter, "message")
    acks._held = Raced(acks._held)
    acks.acknowledge(1)
    assert waiter.ends == []
    reply(acks, 2, 1, waiter, "message")
    assert age(acks, 20) == []
    acks.acknowledge(3)
    acks._early = Raced(acks._early)
    assert age(acks, 20) == []
    assert not acks.busy


class AnyOrder(RuleBasedStateMachine):
    """Replies, acks, patience and callers who give up, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.acks = BackupAcks()
        self.generation = 0
        self.waiters: list[Waiter] = []
        self.replied: dict[int, int] = {}  # to the generation of the reply
        self.missing: dict[int, int] = {}
        self.early: dict[int, tuple[int, int]] = {}
        self.expected: set[int] = set()
        self.over: set[int] = set()

    @rule()
    def call(self) -> None:
        self.waiters.append(Waiter())

    @precondition(lambda self: self.waiters)
    @rule(pick=st.integers(0), backups=st.integers(1, 3))
    def reply(self, pick: int, backups: int) -> None:
        call = pick % len(self.waiters)
        if call in self.replied or call in self.over:
            return
        reply(self.acks, call, backups, self.waiters[call], f"message {call}")
        self.replied[call] = self.generation
        self.missing[call] = backups - self.early.pop(call, (0, 0))[0]
        self._settle(call)

    @precondition(lambda self: self.waiters)
    @rule(pick=st.integers(0))
    def acknowledge(self, pick: int) -> None:
        call = pick % len(self.waiters)
        self.acks.acknowledge(call)
        if call in self.missing:
            self.missing[call] -= 1
            self._settle(call)
        else:
            count, _ = self.early.pop(call, (0, 0))
            self.early[call] = (count + 1, self.generation)

    def _settle(self, call: int) -> None:
        if self.missing[call] <= 0:
            del self.missing[call]
            self.over.add(call)
            self.expected.add(call)

    @precondition(lambda self: self.waiters)
    @rule(pick=st.integers(0))
    def forget(self, pick: int) -> None:
        call = pick % len(self.waiters)
        if call not in self.over:
            self.waiters[call].gave_up = True
        self.acks.forget(call)
        self.missing.pop(call, None)
        self.early.pop(call, None)
        self.over.add(call)

    @rule(times=st.integers(1, 3))
    def age(self, times: int) -> None:
        for _ in range(times):
            self.generation += 1
            old = self.generation - GENERATIONS
            gone = [call for call in self.missing if self.replied[call] < old]
            found = ended(self.acks.age())
            assert found == [(self.waiters[call], f"message {call}") for call in gone]
            self.early = {call: early for call, early in self.early.items() if early[1] >= old}
            for call in gone:
                del self.missing[call]
                self.over.add(call)

    @invariant()
    def nobody_is_lost(self) -> None:
        completed = {call for call, waiter in enumerate(self.waiters) if waiter.ends}
        assert completed == self.expected
        for call in completed:
            assert self.waiters[call].ends == [f"message {call}"]
        assert len(self.acks) == len(self.missing)
        assert self.acks.busy == bool(self.missing or self.early)

    def teardown(self) -> None:
        """With time, nothing is left."""
        expired = [held.waiter for _ in range(2 * GENERATIONS) for held in self.acks.age()]
        assert expired == [self.waiters[call] for call in self.missing]
        assert not self.acks.busy


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=40)
