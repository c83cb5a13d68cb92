# SPDX-License-Identifier: Apache-2.0
"""Things of which there are only so many: never more, never lost, in the order of asking."""

from __future__ import annotations

import random
import threading
from collections import deque

import pytest

from gridwire._io.slots import NoSlot, Slots


class Thing:
    """Something that there are only so many of."""

    __slots__ = ("__weakref__", "used_by")

    def __init__(self) -> None:
        self.used_by = 0


def ask(
    slots: Slots[Thing], names: list[int], name: int, done: threading.Event
) -> threading.Thread:
    """A thread that waits for a thing, notes when it has it, and gives it back when told so."""

    def run() -> None:
        thing = slots.take(30)
        names.append(name)
        done.wait(30)
        slots.give(thing)

    before = len(slots.waiting)
    thread = threading.Thread(target=run)
    thread.start()
    while len(slots.waiting) == before:
        assert thread.is_alive()
    return thread


def test_no_more_are_made_than_there_may_be():
    slots = Slots(2, Thing)
    first, second = slots.take(1), slots.take(1)
    assert first is not second
    assert len(slots) == 2
    with pytest.raises(NoSlot):
        slots.take(0.01)
    assert not slots.waiting
    assert slots.try_take() is None
    slots.give(first)
    assert slots.take(1) is first


def test_the_last_one_that_was_given_back_is_taken_first():
    slots = Slots(3, Thing)
    things = [slots.take(1) for _ in range(3)]
    for thing in things:
        slots.give(thing)
    assert [slots.take(1) for _ in range(3)] == things[::-1]


def test_who_waits_longest_is_served_first():
    slots = Slots(1, Thing)
    thing = slots.take(1)
    names: list[int] = []
    done = threading.Event()
    threads = [ask(slots, names, number, done) for number in range(8)]
    done.set()
    slots.give(thing)
    for thread in threads:
        thread.join(30)
    assert names == list(range(8))


def test_a_newcomer_does_not_overtake():
    slots = Slots(1, Thing)
    thing = slots.take(1)
    names: list[int] = []
    done = threading.Event()
    thread = ask(slots, names, 1, done)
    slots.give(thing)
    assert slots.try_take() is None
    done.set()
    assert slots.take(30) is thing
    assert names == [1]
    thread.join(30)


def test_what_is_forgotten_makes_room_for_another():
    slots = Slots(1, Thing)
    thing = slots.take(1)
    names: list[int] = []
    done = threading.Event()
    done.set()
    thread = ask(slots, names, 1, done)
    slots.forget(thing)
    thread.join(30)
    assert names == [1]
    assert len(slots) == 1


def test_what_got_lost_makes_room_for_another():
    slots = Slots(1, Thing)
    thing = slots.take(1)
    names: list[int] = []
    done = threading.Event()
    done.set()
    thread = ask(slots, names, 1, done)
    # As if its thread had been interrupted before it could give it back.
    del thing
    thread.join(30)
    assert names == [1]


def test_an_interrupted_waiter_leaves_its_place():
    slots = Slots(1, Thing)
    thing = slots.take(1)

    def interrupted() -> None:
        raise KeyboardInterrupt

    serve, slots.serve = slots.serve, interrupted
    with pytest.raises(KeyboardInterrupt):
        slots.take(30)
    slots.serve = serve
    assert not slots.waiting
    slots.give(thing)
    assert slots.take(1) is thing


def test_what_should_not_be_made_now_is_waited_for():
    allowed = deque([True])
    slots: Slots[Thing] = Slots(2, lambda: Thing() if allowed else None)
    thing = slots.take(1)
    allowed.clear()
    with pytest.raises(NoSlot):
        slots.take(0.01)
    slots.give(thing)
    assert slots.take(1) is thing


def test_closing_sends_waiters_away():
    slots = Slots(2, Thing)
    held, spare = slots.take(1), slots.take(1)
    slots.give(spare)
    assert slots.close() == [spare]
    assert set(slots) == {held, spare}
    with pytest.raises(NoSlot) as caught:
        slots.take(None)
    assert caught.value.is_closed


def test_closing_wakes_who_waits_already():
    slots = Slots(1, Thing)
    thing = slots.take(1)
    ends: list[bool] = []

    def run() -> None:
        try:
            slots.take(None)
        except NoSlot as error:
            ends.append(error.is_closed)

    thread = threading.Thread(target=run)
    thread.start()
    while not slots.waiting:
        assert thread.is_alive()
    slots.close()
    thread.join(30)
    assert ends == [True]
    del thing


def test_a_thread_finds_what_lies_in_another_shard():
    slots = Slots(1, Thing, shards=4)
    thing = slots.take(1)
    slots.give(thing)
    found: list[Thing] = []

    def run() -> None:
        found.append(slots.take(5))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert found == [thing]
    assert len(slots) == 1


def test_a_thread_keeps_to_its_shard():
    slots = Slots(8, Thing, shards=2)
    assert slots.shard() is slots.shard()
    thing = slots.take(1)
    slots.give(thing)
    assert list(slots.shard()) == [thing]


@pytest.mark.parametrize("shards", [1, 3])
def test_many_threads_never_share_one(shards: int):
    slots = Slots(3, Thing, shards)
    wrong: list[int] = []

    def run(seed: int) -> None:
        chance = random.Random(seed)
        me = seed + 1
        for _ in range(300):
            try:
                if slots.waiting:
                    raise IndexError
                thing = slots.shard().pop()
            except IndexError:
                thing = slots.take(30)
            if thing.used_by or len(slots) > 3:
                wrong.append(me)
            thing.used_by = me
            fate = chance.random()
            if thing.used_by != me:
                wrong.append(me)
            thing.used_by = 0
            if fate < 0.1:
                slots.forget(thing)
            elif fate < 0.9:
                slots.give(thing)
            # Else it gets lost.
            del thing

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []
    assert not slots.waiting
