# SPDX-License-Identifier: Apache-2.0
"""A near cache against a model of members and of what can go wrong on the way to it.

Reads, own writes and their answers, writes of others, invalidations, lost listeners, destroyed
maps, questions about missed numbers: each is a step of its own, and hypothesis chooses their
order. Invalidations may be late, in any order, or lost. Values are numbers that grow with every
write. At every moment:

- a client reads nothing older than what it wrote itself, once it has the answer;
- after an invalidation of somebody else's write nothing older than it is read.

And when all is quiet, and members were asked once more, what is kept is what members have.
"""

from __future__ import annotations

import itertools
import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gridwire.hazelcast.cluster.near_cache import MISS, NearCache, NearCacheSettings
from gridwire.hazelcast.cluster.near_cache.own_writes import OwnWrites
from gridwire.hazelcast.serialization.service import SerializationService

PARTITIONS = 2
KEYS = [b"%d" % number for number in range(4)]
HOME = 0
SERIALIZATION = SerializationService()
ME, OTHER = True, False

keys = st.sampled_from(KEYS)
TROUBLES = [
    "clear by another",
    "write everything",
    "lock",
    "disconnect",
    "move a partition",
    "destroy",
]
troubles = st.sampled_from(TROUBLES)
picks = st.integers(min_value=0, max_value=1000)


def partition(key: bytes) -> int:
    return int(key) % PARTITIONS


@dataclass
class Event:
    """An invalidation on its way; without a key, of everything."""

    key: bytes | None
    mine: bool
    uuid: uuid.UUID
    sequence: int
    version: int
    destroyed: bool = False


@dataclass
class Members:
    """What members have, and what they say about it."""

    ids: Any
    values: dict[bytes, int] = field(default_factory=dict)
    versions: Any = field(default_factory=lambda: itertools.count(1))
    sequences: list[int] = field(default_factory=lambda: [0] * PARTITIONS)
    uuids: list[uuid.UUID] = field(default_factory=list)
    listened: bool = True
    sent: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.uuids = [self._uuid() for _ in range(PARTITIONS)]

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=next(self.ids))

    def write(self, key: bytes, mine: bool) -> int:
        version = self.values[key] = next(self.versions)
        self._say(key, mine)
        return version

    def remove(self, key: bytes) -> None:
        self.values.pop(key, None)
        self._say(key, OTHER)

    def _say(self, key: bytes, mine: bool) -> None:
        if self.listened:
            at = partition(key)
            self.sequences[at] += 1
            version = self.values.get(key, 0)
            self.sent.append(Event(key, mine, self.uuids[at], self.sequences[at], version))

    def clear(self, destroyed: bool = False) -> None:
        self.values.clear()
        if not self.listened:
            return
        for at in range(PARTITIONS):
            self.sequences[at] += 1
        self.sent.append(Event(None, OTHER, self.uuids[HOME], self.sequences[HOME], 0, destroyed))

    def destroy(self) -> None:
        self.clear(destroyed=True)
        self.listened = False
        self.sequences = [0] * PARTITIONS

    def move(self, at: int) -> None:
        """Another member owns the partition, and cannot go on counting."""
        self.uuids[at] = self._uuid()
        self.sequences[at] = 0


@dataclass
class Read:
    key: bytes
    reservation: Any
    reply: Any = None
    executed: bool = False


@dataclass
class Write:
    key: bytes
    tells: bool
    executed: int = 0


class NearCacheModel(RuleBasedStateMachine):
    @initialize(seed=picks)
    def begin(self, seed: int) -> None:
        self.now = 100.0
        self.members = Members(itertools.count(1))
        self.cache = NearCache(
            NearCacheSettings(max_entries=3),
            PARTITIONS,
            SERIALIZATION.to_object,
            lambda: self.now,
            random.Random(seed).random,
            threading.RLock(),
        )
        self.connected = True
        self.reads: list[Read] = []
        self.writes: list[Write] = []
        # Own writes whose answer was lost before they were executed.
        self.late: list[bytes] = []
        self.asked = False
        self.answer: tuple[dict[int, uuid.UUID], dict[int, int]] | None = None
        self.least = dict.fromkeys(KEYS, 0)
        self.cache.start_over()
        self.cache.cover([True] * PARTITIONS)

    # -- reads --------------------------------------------------------------------------------

    @rule(key=keys)
    def read(self, key: bytes) -> None:
        if self.cache.look_up(key) is MISS:
            self.reads.append(Read(key, self.cache.reserve(key, partition(key))))

    @precondition(lambda self: self.reads)
    @rule(pick=picks)
    def execute_read(self, pick: int) -> None:
        one = self.reads[pick % len(self.reads)]
        if not one.executed:
            one.executed, one.reply = True, self.members.values.get(one.key)

    @precondition(lambda self: self.reads)
    @rule(pick=picks, lost=st.sampled_from([False, False, False, True]))
    def finish_read(self, pick: int, lost: bool) -> None:
        one = self.reads.pop(pick % len(self.reads))
        if lost or one.reservation is None:
            return
        if not one.executed:
            one.reply = self.members.values.get(one.key)
        self.cache.keep(one.reservation, SERIALIZATION.to_data(one.reply), one.reply)

    @rule(key=keys)
    def read_at_once(self, key: bytes) -> None:
        if self.cache.look_up(key) is MISS:
            reservation = self.cache.reserve(key, partition(key))
            value = self.members.values.get(key)
            if reservation is not None:
                self.cache.keep(reservation, SERIALIZATION.to_data(value), value)

    # -- writes -------------------------------------------------------------------------------

    @rule(key=keys)
    def write_of_another(self, key: bytes) -> None:
        self.members.write(key, OTHER)

    @rule(key=keys)
    def removal_by_another(self, key: bytes) -> None:
        self.members.remove(key)

    @rule(key=keys, tells=st.booleans())
    def begin_write(self, key: bytes, tells: bool) -> None:
        self.cache.begin_write((key,), tells)
        self.writes.append(Write(key, tells))

    @precondition(lambda self: self.writes)
    @rule(pick=picks)
    def execute_write(self, pick: int) -> None:
        one = self.writes[pick % len(self.writes)]
        if not one.executed:
            one.executed = self.members.write(one.key, ME)

    @precondition(lambda self: self.writes)
    @rule(pick=picks, lost=st.booleans())
    def end_write(self, pick: int, lost: bool) -> None:
        one = self.writes.pop(pick % len(self.writes))
        if lost:
            if not one.executed:
                self.late.append(one.key)
            self.cache.end_write((one.key,), one.tells, False)
            return
        if not one.executed:
            one.executed = self.members.write(one.key, ME)
        self.cache.end_write((one.key,), one.tells, True)
        self.least[one.key] = max(self.least[one.key], one.executed)

    @precondition(lambda self: self.late)
    @rule(pick=picks)
    def execute_late(self, pick: int) -> None:
        self.members.write(self.late.pop(pick % len(self.late)), ME)

    def write_everything(self) -> None:
        self.cache.begin_write(None, False)
        self.members.clear()
        self.cache.end_write(None, False, True)

    def lock(self, key: bytes) -> None:
        self.cache.drop(key)
        self.least[key] = max(self.least[key], self.members.values.get(key, 0))

    # -- what is heard ------------------------------------------------------------------------

    @precondition(lambda self: self.members.sent)
    @rule(pick=st.sampled_from([0, 0, 0, 0, 1, 2, 3]))
    def deliver(self, pick: int) -> None:
        """Mostly in order."""
        event = self.members.sent.pop(pick % len(self.members.sent))
        if not self.connected:
            return
        if event.key is None:
            self.cache.invalidate_all(HOME, event.uuid, event.sequence)
            if event.destroyed:
                self.renew()
            return
        at = partition(event.key)
        self.cache.invalidate(at, event.key, event.uuid, event.sequence, event.mine)
        if not event.mine:
            self.least[event.key] = max(self.least[event.key], event.version)

    @precondition(lambda self: self.members.sent)
    @rule(pick=picks)
    def lose_one(self, pick: int) -> None:
        del self.members.sent[pick % len(self.members.sent)]

    def disconnect(self) -> None:
        """What was under way is lost; members go on and speak to nobody."""
        self.connected = self.members.listened = False
        self.members.sent.clear()
        self.cache.clear()
        self.cache.cover([False] * PARTITIONS)

    @precondition(lambda self: not self.connected)
    @rule()
    def connect(self) -> None:
        self.connected = self.members.listened = True
        self.cache.start_over()
        self.cache.cover([True] * PARTITIONS)

    @rule(kind=troubles, key=keys)
    def trouble(self, kind: str, key: bytes) -> None:
        """What drops more than one entry; seldom, or nothing would be there to become stale."""
        match kind:
            case "clear by another":
                self.members.clear()
            case "write everything":
                self.write_everything()
            case "lock":
                self.lock(key)
            case "disconnect":
                self.disconnect()
            case "move a partition":
                self.members.move(partition(key))
            case "destroy":
                self.members.destroy()

    def renew(self) -> None:
        """The listener is placed anew."""
        if self.connected:
            self.cache.cover([False] * PARTITIONS)
            self.members.listened = True
            # What is under way belongs to the registration that was taken back, or is an answer
            # to a question that is asked again.
            self.members.sent.clear()
            self.asked, self.answer = False, None
            self.cache.start_over()
            self.cache.cover([True] * PARTITIONS)

    # -- questions ----------------------------------------------------------------------------

    @rule()
    def ask(self) -> None:
        """Members are asked first whether they still have the listener."""
        if not self.members.listened:
            self.renew()
        self.asked, self.answer = True, None

    @precondition(lambda self: self.asked and self.answer is None)
    @rule()
    def execute_question(self) -> None:
        counted = {at: number for at, number in enumerate(self.members.sequences) if number}
        self.answer = dict(enumerate(self.members.uuids)), counted

    @precondition(lambda self: self.answer is not None)
    @rule()
    def take_answer(self) -> None:
        assert self.answer is not None
        self.cache.compare(*self.answer)
        self.asked, self.answer = False, None

    @rule(seconds=st.sampled_from([0.1, 2.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    # -- what must be true --------------------------------------------------------------------

    @invariant()
    def nothing_is_older_than_what_is_known(self) -> None:
        for key in KEYS:
            value = self.cache.look_up(key)
            if value is not MISS:
                assert value >= self.least[key], key
                assert self.connected, "nobody tells what becomes of it"

    def teardown(self) -> None:
        if not hasattr(self, "cache"):
            return
        for key in self.late:
            self.members.write(key, ME)
        while self.members.sent:
            self.deliver(0)
        while self.writes:
            self.end_write(0, lost=False)
        while self.reads:
            self.finish_read(0, lost=False)
        while self.members.sent:
            self.deliver(0)
        if not self.connected:
            self.connect()
        for _ in range(2):
            self.ask()
            self.execute_question()
            self.take_answer()
        for key in KEYS:
            assert self.cache.look_up(key) in (MISS, self.members.values.get(key)), key


# How often each step is taken by chance alone, whether it can be taken, and with what.
STEPS: list[tuple[int, str, Callable[[NearCacheModel], Any], Callable[[random.Random], Any]]] = [
    (6, "read", lambda _: True, lambda dice: {"key": dice.choice(KEYS)}),
    (10, "read_at_once", lambda _: True, lambda dice: {"key": dice.choice(KEYS)}),
    (3, "execute_read", lambda m: m.reads, lambda dice: {"pick": dice.randrange(9)}),
    (
        6,
        "finish_read",
        lambda m: m.reads,
        lambda dice: {"pick": dice.randrange(9), "lost": dice.random() < 0.1},
    ),
    (5, "write_of_another", lambda _: True, lambda dice: {"key": dice.choice(KEYS)}),
    (1, "removal_by_another", lambda _: True, lambda dice: {"key": dice.choice(KEYS)}),
    (
        4,
        "begin_write",
        lambda _: True,
        lambda dice: {"key": dice.choice(KEYS), "tells": dice.random() < 0.8},
    ),
    (3, "execute_write", lambda m: m.writes, lambda dice: {"pick": dice.randrange(9)}),
    (
        5,
        "end_write",
        lambda m: m.writes,
        lambda dice: {"pick": dice.randrange(9), "lost": dice.random() < 0.3},
    ),
    (1, "execute_late", lambda m: m.late, lambda dice: {"pick": dice.randrange(9)}),
    (12, "deliver", lambda m: m.members.sent, lambda dice: {"pick": dice.choice([0, 0, 0, 1, 2])}),
    (1, "lose_one", lambda m: m.members.sent, lambda dice: {"pick": dice.randrange(9)}),
    (
        1,
        "trouble",
        lambda _: True,
        lambda dice: {"kind": dice.choice(TROUBLES), "key": dice.choice(KEYS)},
    ),
    (2, "connect", lambda m: not m.connected, lambda _: {}),
    (1, "ask", lambda _: True, lambda _: {}),
    (2, "execute_question", lambda m: m.asked and not m.answer, lambda _: {}),
    (2, "take_answer", lambda m: m.answer, lambda _: {}),
    (1, "wait", lambda _: True, lambda dice: {"seconds": dice.choice([0.1, 2.0])}),
]


def by_chance(model: type[NearCacheModel], runs: int, steps: int = 60) -> int:
    """Take steps by chance; how many hits there were."""
    hits = 0
    for seed in range(runs):
        dice = random.Random(seed)
        one = model()
        one.begin(seed=seed)
        for _ in range(steps):
            ready = [step for step in STEPS if step[2](one)]
            (step,) = dice.choices(ready, [weight for weight, *_ in ready])
            getattr(one, step[1])(**step[3](dice))
            one.nothing_is_older_than_what_is_known()
        one.teardown()
        hits += one.cache.hits
    return hits


_FEW = settings(
    max_examples=25,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_nothing_stale_is_left():
    run_state_machine_as_test(NearCacheModel, settings=_FEW)


def test_nothing_stale_is_left_by_chance():
    assert by_chance(NearCacheModel, 400) > 10_000


@pytest.mark.slow
@pytest.mark.timeout(600)  # it works all the time: half a minute, on a machine of its own
def test_nothing_stale_is_left_however_long_it_goes_on():
    run_state_machine_as_test(
        NearCacheModel, settings=settings(_FEW, max_examples=500, stateful_step_count=100)
    )
    by_chance(NearCacheModel, 10_000, 100)


# -- the model sees what it is there for ----------------------------------------------------------


class KeepsAnything(NearCache):
    """Without reservations."""

    def keep(self, reservation: Any, data: Any, value: Any) -> None:
        with self._guard:
            if data is not None:
                self._store.insert(reservation.key, data, value, reservation.track, 0.0)


class HearsNoGaps(NearCache):
    """Without numbers."""

    def _drop_partition(self, track: Any) -> None:
        pass


class SkipsAllOwn(NearCache):
    """With a filter that goes by the source alone."""

    def invalidate(self, partition: int, key: bytes, *args: Any) -> None:
        if not args[-1]:
            super().invalidate(partition, key, *args)
        elif not self._tracks[partition].follow(*args[:2]):
            self._drop_partition(self._tracks[partition])


class SkipsWhatMayBeOwed(NearCache):
    """With a filter that still counts on invalidations when some were missed."""

    class _Own(OwnWrites):
        __slots__ = ()

        def forget(self) -> None:
            pass

    def begin_write(self, *args: Any) -> None:
        self._own.__class__ = self._Own
        super().begin_write(*args)


class ForgetsTheEnd(NearCache):
    """Own writes are dropped before they are sent, and not after."""

    def end_write(self, keys: Any, tells: bool, done: bool) -> None:
        for key in keys or () if tells else ():
            self._own.end(key, done)


class TrustsStrangers(NearCache):
    """What is read from members that tell nothing is kept."""

    def cover(self, covered: Any) -> None:
        super().cover([True] * PARTITIONS)


@pytest.mark.parametrize(
    "broken",
    [
        KeepsAnything,
        HearsNoGaps,
        SkipsAllOwn,
        SkipsWhatMayBeOwed,
        ForgetsTheEnd,
        TrustsStrangers,
    ],
)
def test_the_model_finds_what_is_broken(broken: type[NearCache]):
    class Broken(NearCacheModel):
        def begin(self, seed: int) -> None:
            super().begin(seed)
            self.cache.__class__ = broken

    with pytest.raises(AssertionError):
        by_chance(Broken, 3000)
