# SPDX-License-Identifier: Apache-2.0
"""Who waits longest goes first, and nobody searches."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gridwire._core.gate import Gate


def waiting(gate: Gate, *names: str) -> tuple[list[str], dict[str, Callable[[], None]]]:
    """Have these stand in the queue; who was woken so far, and the wakers by name."""
    woken: list[str] = []

    def waker(name: str) -> Callable[[], None]:
        return lambda: woken.append(name)

    wakers = {name: waker(name) for name in names}
    for wake in wakers.values():
        gate.join(wake)
    return woken, wakers


def test_who_waits_longest_goes_first():
    gate = Gate()
    woken, _ = waiting(gate, "a", "b", "c")
    gate.admit(1)
    assert woken == ["a"]
    gate.arrived()
    gate.admit(2)
    assert woken == ["a", "b", "c"]


def test_the_place_of_one_who_is_on_the_way_is_not_free():
    gate = Gate()
    woken, _ = waiting(gate, "a", "b", "c")
    gate.admit(1)
    gate.admit(1)
    assert woken == ["a"]
    gate.admit(2)
    assert woken == ["a", "b"]
    gate.arrived()
    gate.arrived()
    gate.admit(1)
    assert woken == ["a", "b", "c"]


def test_who_found_no_room_after_all_stands_first():
    gate = Gate()
    woken, wakers = waiting(gate, "a", "b")
    gate.admit(1)
    gate.arrived()
    gate.join(wakers["a"], first=True)
    gate.admit(2)
    assert woken == ["a", "a", "b"]


def test_as_many_as_there_is_room_for():
    gate = Gate()
    woken, _ = waiting(gate, "a", "b", "c", "d")
    gate.admit(3)
    assert woken == ["a", "b", "c"]
    assert len(gate) == 1
    for _ in range(3):
        gate.arrived()
    gate.admit(100)
    assert woken == ["a", "b", "c", "d"]
    assert not gate
    gate.admit(100)
    assert len(woken) == 4


def test_without_room_nobody_is_woken():
    gate = Gate()
    woken, _ = waiting(gate, "a")
    gate.admit(0)
    gate.admit(-5)
    assert (woken, len(gate)) == ([], 1)


def test_who_leaves_is_passed_over():
    gate = Gate()
    woken, wakers = waiting(gate, "a", "b", "c")
    gate.leave(wakers["b"])
    gate.leave(wakers["b"])
    gate.admit(2)
    assert woken == ["a", "c"]


def test_leaving_after_being_woken_is_harmless():
    gate = Gate()
    woken, wakers = waiting(gate, "a", "b")
    gate.admit(1)
    gate.leave(wakers["a"])
    gate.arrived()
    assert len(gate) == 1
    gate.admit(1)
    assert woken == ["a", "b"]


def test_who_was_woken_in_vain_may_stand_again_at_the_end():
    gate = Gate()
    woken, wakers = waiting(gate, "a", "b")
    gate.admit(1)
    gate.arrived()
    gate.join(wakers["a"])
    gate.admit(2)
    assert woken == ["a", "b", "a"]


def test_who_is_woken_may_change_the_queue():
    gate = Gate()
    woken, wakers = waiting(gate, "b", "c")
    late = Gate()
    late.join(lambda: (gate.leave(wakers["b"]), late.join(wakers["c"])))
    late.admit(2)
    assert woken == ["c"]
    assert len(gate) == 1


class _Waker:
    """Counts how often it is compared with others."""

    compared = 0

    def __call__(self) -> None:
        """Nobody waits for it."""

    def __eq__(self, other: object) -> bool:
        _Waker.compared += self is not other
        return self is other

    __hash__ = object.__hash__


def test_nobody_is_searched_for_in_a_long_queue():
    gate = Gate()
    wakers = [_Waker() for _ in range(3000)]
    for waker in wakers:
        gate.join(waker)
    for waker in wakers[2000:]:
        gate.leave(waker)
    for waker in wakers[:2000]:
        gate.admit(1)
        gate.arrived()
        gate.leave(waker)
    assert not gate
    # Hashes may collide now and then; a search would compare millions of times.
    assert _Waker.compared < 3000


class GateAgainstList(RuleBasedStateMachine):
    """The gate does what a plain list does."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate()
        self.wakers: list[Callable[[], None]] = []
        self.model: list[int] = []
        self.woken: list[int] = []
        self.on_the_way: list[int] = []

    @rule()
    def join(self) -> None:
        number = len(self.wakers)
        self.wakers.append(lambda: self.woken.append(number))
        self.gate.join(self.wakers[number])
        self.model.append(number)

    @rule(pick=st.integers(min_value=0))
    def leave(self, pick: int) -> None:
        if self.wakers:
            number = pick % len(self.wakers)
            self.gate.leave(self.wakers[number])
            if number in self.model:
                self.model.remove(number)

    @rule(room=st.integers(-1, 8))
    def admit(self, room: int) -> None:
        self.woken.clear()
        self.gate.admit(room)
        count = max(room - len(self.on_the_way), 0)
        assert self.woken == self.model[:count]
        self.on_the_way += self.woken
        del self.model[:count]

    @precondition(lambda self: self.on_the_way)
    @rule(again=st.booleans())
    def arrive(self, again: bool) -> None:
        """One who was woken takes the place, or finds it taken and stands first again."""
        number = self.on_the_way.pop()
        self.gate.arrived()
        if again:
            self.gate.join(self.wakers[number], first=True)
            self.model.insert(0, number)

    @invariant()
    def as_many_wait(self) -> None:
        assert len(self.gate) == len(self.model)
        assert bool(self.gate) == bool(self.model)


TestGateAgainstList = GateAgainstList.TestCase
TestGateAgainstList.settings = settings(max_examples=40)
