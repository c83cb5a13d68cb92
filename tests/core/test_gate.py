# SPDX-License-Identifier: Apache-2.0
"""Who waits longest goes first, and nobody searches."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

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
    gate.admit(2)
    assert woken == ["a", "b", "c"]


def test_as_many_as_there_is_room_for():
    gate = Gate()
    woken, _ = waiting(gate, "a", "b", "c", "d")
    gate.admit(3)
    assert woken == ["a", "b", "c"]
    assert len(gate) == 1
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
    assert len(gate) == 1
    gate.admit(1)
    assert woken == ["a", "b"]


def test_who_was_woken_in_vain_may_stand_again_at_the_end():
    gate = Gate()
    woken, wakers = waiting(gate, "a", "b")
    gate.admit(1)
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

    @rule(room=st.integers(-1, 5))
    def admit(self, room: int) -> None:
        self.woken.clear()
        self.gate.admit(room)
        count = max(room, 0)
        assert self.woken == self.model[:count]
        del self.model[:count]

    @invariant()
    def as_many_wait(self) -> None:
        assert len(self.gate) == len(self.model)
        assert bool(self.gate) == bool(self.model)


TestGateAgainstList = GateAgainstList.TestCase
