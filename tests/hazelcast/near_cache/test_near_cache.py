# SPDX-License-Identifier: Apache-2.0
"""A near cache by itself: every order of a read and of what is heard meanwhile; its limits."""

from __future__ import annotations

import itertools
import random
import threading
import uuid
from typing import Any

import pytest

from gridwire.hazelcast.cluster.near_cache import MISS, RECORD_BYTES, NearCache, NearCacheSettings
from gridwire.hazelcast.cluster.near_cache.cache import SHARED_SECONDS
from gridwire.hazelcast.cluster.near_cache.store import MAX_LIVES
from gridwire.hazelcast.config import EvictionPolicy, NearCacheConfig
from gridwire.hazelcast.core import HazelcastJsonValue
from gridwire.hazelcast.serialization.service import SerializationService

KEY, OTHER = b"key", b"other"
OWNER, NEXT_OWNER = uuid.UUID(int=1), uuid.UUID(int=2)
SERIALIZATION = SerializationService()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(clock: Clock):
    def make(partitions: int = 2, **settings: Any) -> NearCache:
        cache = NearCache(
            NearCacheSettings(**settings),
            partitions,
            SERIALIZATION.to_object,
            clock,
            random.Random(7).random,
            threading.RLock(),
        )
        cache.cover([True] * partitions)
        return cache

    return make


@pytest.fixture
def cache(make) -> NearCache:
    return make()


def keep(cache: NearCache, key: bytes, value: Any, partition: int = 0) -> None:
    reservation = cache.reserve(key, partition)
    assert reservation is not None
    cache.keep(reservation, SERIALIZATION.to_data(value), value)


def heard(
    cache: NearCache, key: bytes, sequence: int, own: bool = False, owner: uuid.UUID = OWNER
) -> None:
    cache.invalidate(0, key, owner, sequence, own)


@pytest.fixture
def followed(cache: NearCache) -> NearCache:
    """A cache that follows the numbers of partition 0, and has heard the first."""
    heard(cache, b"before", 1)
    return cache


# -- reading and keeping --------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 0.0, "", False, [], b"", 1, "text", HazelcastJsonValue("0")])
def test_what_was_read_is_there_whatever_its_truth(cache: NearCache, value: Any):
    assert cache.look_up(KEY) is MISS
    keep(cache, KEY, value)
    found = cache.look_up(KEY)
    assert found == value
    assert type(found) is type(value)
    assert cache.holds(KEY)
    assert not cache.holds(OTHER)


def test_a_key_without_a_value_is_not_kept(cache: NearCache):
    reservation = cache.reserve(KEY, 0)
    assert reservation is not None
    cache.keep(reservation, None, None)
    assert cache.look_up(KEY) is MISS
    assert len(cache) == 0


def test_a_reply_is_kept_once(cache: NearCache):
    reservation = cache.reserve(KEY, 0)
    assert reservation is not None
    cache.keep(reservation, SERIALIZATION.to_data("first"), "first")
    cache.drop(KEY)
    cache.keep(reservation, SERIALIZATION.to_data("again"), "again")
    assert cache.look_up(KEY) is MISS


def test_mutable_values_are_not_shared(cache: NearCache):
    value = [1, [2]]
    keep(cache, KEY, value)
    first, second = cache.look_up(KEY), cache.look_up(KEY)
    first[1].append(3)
    value.append(4)
    assert second == cache.look_up(KEY) == [1, [2]]


def test_mutable_values_are_shared_on_request(make):
    cache = make(share_objects=True)
    value = [1]
    keep(cache, KEY, value)
    assert cache.look_up(KEY) is value


def test_sharing_needs_the_format_object():
    config = NearCacheConfig.from_dict({"share_objects": True})
    assert not NearCacheSettings.of(config).share_objects
    config.in_memory_format = "OBJECT"
    assert NearCacheSettings.of(config).share_objects


def test_kept_data_is_no_view_of_a_larger_message(cache: NearCache):
    message = bytearray(SERIALIZATION.to_data([1, 2]) or b"")
    reservation = cache.reserve(KEY, 0)
    assert reservation is not None
    cache.keep(reservation, memoryview(message), [1, 2])
    message[:] = bytes(len(message))
    assert cache.look_up(KEY) == [1, 2]


# -- every order of a read and of what is heard ---------------------------------------------------

SPEAKS_AGAINST_IT = {
    "an invalidation": lambda cache: heard(cache, KEY, 2),
    "an invalidation that comes late": lambda cache: heard(cache, KEY, 1),
    "an invalidation of this client's own": lambda cache: heard(cache, KEY, 2, own=True),
    "a gap": lambda cache: heard(cache, OTHER, 3),
    "another owner": lambda cache: heard(cache, OTHER, 2, owner=NEXT_OWNER),
    "a clearing": lambda cache: cache.invalidate_all(1, OWNER, 1),
    "the begin of an own write": lambda cache: cache.begin_write((KEY,), True),
    "the end of an own write": lambda cache: (
        cache.begin_write((KEY,), True),
        cache.end_write((KEY,), True, True),
    ),
    "a write of everything": lambda cache: cache.begin_write(None, False),
    "a missed number": lambda cache: cache.compare({0: OWNER}, {0: 2}),
    "a lost listener": lambda cache: cache.cover([False, True]),
    "a listener that comes back": lambda cache: (
        cache.cover([False, True]),
        cache.cover([True, True]),
    ),
    "a new listener": lambda cache: cache.start_over(),
    "a lock": lambda cache: cache.drop(KEY),
    "clear": lambda cache: cache.clear(),
    "close": lambda cache: cache.close(),
    "a fork": lambda cache: cache.abandon(threading.RLock()),
}
SPEAKS_NOT = {
    "nothing": lambda cache: None,
    "an invalidation of another key": lambda cache: heard(cache, OTHER, 2),
    "an old one of another key": lambda cache: heard(cache, OTHER, 1),
    "another partition's": lambda cache: cache.invalidate(1, OTHER, NEXT_OWNER, 9, False),
    "a write of another key": lambda cache: cache.begin_write((OTHER,), True),
    "the number that is known": lambda cache: cache.compare({0: OWNER}, {0: 1}),
}


@pytest.mark.parametrize("name", SPEAKS_AGAINST_IT)
def test_what_is_heard_during_a_read_ends_it(followed: NearCache, name: str):
    reservation = followed.reserve(KEY, 0)
    assert reservation is not None
    SPEAKS_AGAINST_IT[name](followed)
    followed.keep(reservation, SERIALIZATION.to_data("old"), "old")
    assert followed.look_up(KEY) is MISS
    assert len(followed) == 0


@pytest.mark.parametrize("name", SPEAKS_AGAINST_IT)
def test_what_is_heard_after_a_read_drops_it(followed: NearCache, name: str):
    keep(followed, KEY, "old")
    SPEAKS_AGAINST_IT[name](followed)
    assert followed.look_up(KEY) is MISS
    assert followed.cost == 0


@pytest.mark.parametrize("name", [*SPEAKS_AGAINST_IT, *SPEAKS_NOT])
def test_what_is_heard_before_a_read_does_not_matter(followed: NearCache, name: str):
    {**SPEAKS_AGAINST_IT, **SPEAKS_NOT}[name](followed)
    reservation = followed.reserve(KEY, 0)
    if reservation is None:
        assert name in {"a lost listener", "close", "a fork"}
        return
    followed.keep(reservation, SERIALIZATION.to_data("new"), "new")
    assert followed.look_up(KEY) == "new"


@pytest.mark.parametrize("name", SPEAKS_NOT)
def test_what_is_heard_of_others_harms_no_read(followed: NearCache, name: str):
    reservation = followed.reserve(KEY, 0)
    assert reservation is not None
    SPEAKS_NOT[name](followed)
    followed.keep(reservation, SERIALIZATION.to_data("value"), "value")
    assert followed.look_up(KEY) == "value"
    SPEAKS_NOT[name](followed)
    assert followed.look_up(KEY) == "value"


def test_a_reader_that_was_overtaken_takes_nothing_from_the_next(cache: NearCache):
    overtaken = cache.reserve(KEY, 0)
    heard(cache, KEY, 1)
    fresh = cache.reserve(KEY, 0)
    assert overtaken is not None and fresh is not None and fresh is not overtaken
    cache.keep(overtaken, SERIALIZATION.to_data("old"), "old")
    assert cache.look_up(KEY) is MISS
    cache.keep(fresh, SERIALIZATION.to_data("new"), "new")
    assert cache.look_up(KEY) == "new"


def test_readers_of_one_key_do_not_take_it_from_each_other(cache: NearCache, clock: Clock):
    first = cache.reserve(KEY, 0)
    assert cache.reserve(KEY, 0) is first
    clock.now += SHARED_SECONDS
    assert cache.reserve(KEY, 0) is not first


def test_reads_that_nobody_finishes_cost_bounded_memory(make):
    cache = make(max_entries=10)
    open_ones = [cache.reserve(b"%d" % number, 0) for number in range(1000)]
    for number, reservation in enumerate(open_ones):
        cache.keep(reservation, SERIALIZATION.to_data(number), number)
    assert len(cache) == 10
    assert cache.look_up(b"999") == 999


def test_before_anybody_listens_nothing_is_kept(clock: Clock):
    settings = NearCacheSettings()
    guard = threading.RLock()
    cache = NearCache(settings, 1, SERIALIZATION.to_object, clock, random.random, guard)
    assert cache.reserve(KEY, 0) is None
    cache.cover([True])
    assert cache.reserve(KEY, 0) is not None


def test_who_wants_no_invalidations_waits_for_no_listener(clock: Clock):
    settings = NearCacheSettings(invalidate_on_change=False)
    guard = threading.RLock()
    cache = NearCache(settings, 1, SERIALIZATION.to_object, clock, random.random, guard)
    keep(cache, KEY, "value")
    assert cache.look_up(KEY) == "value"
    cache.begin_write((KEY,), True)
    cache.end_write((KEY,), True, True)
    assert cache.look_up(KEY) is MISS


# -- own writes -----------------------------------------------------------------------------------


def write(cache: NearCache, key: bytes = KEY, *, tells: bool = True, done: bool = True) -> None:
    cache.begin_write((key,), tells)
    cache.end_write((key,), tells, done)


def test_the_invalidation_of_an_own_write_drops_nothing_that_was_read_since(followed: NearCache):
    write(followed)
    keep(followed, KEY, "mine")
    heard(followed, KEY, 2, own=True)
    assert followed.look_up(KEY) == "mine"
    heard(followed, KEY, 3, own=True)
    assert followed.look_up(KEY) is MISS


def test_one_that_comes_before_the_answer_is_not_waited_for(followed: NearCache):
    followed.begin_write((KEY,), True)
    heard(followed, KEY, 2, own=True)
    followed.end_write((KEY,), True, True)
    keep(followed, KEY, "mine")
    heard(followed, KEY, 3, own=True)
    assert followed.look_up(KEY) is MISS


@pytest.mark.parametrize(
    "fate",
    ["nobody knows whether it was done", "it may have none", "a gap", "another's", "a new owner"],
)
def test_an_own_invalidation_counts_unless_it_is_owed(followed: NearCache, fate: str):
    write(followed, tells=fate != "it may have none", done=not fate.startswith("nobody"))
    sequence = 2
    if fate == "a gap":
        heard(followed, OTHER, 4)
        sequence = 5
    elif fate == "a new owner":
        followed.cover([False, True])
        followed.cover([True, True])
    keep(followed, KEY, "value")
    heard(followed, KEY, sequence, own=fate != "another's")
    assert followed.look_up(KEY) is MISS


def test_a_write_that_was_under_way_when_something_was_missed_is_owed_nothing(followed: NearCache):
    followed.begin_write((KEY,), True)
    heard(followed, OTHER, 3)
    followed.end_write((KEY,), True, True)
    keep(followed, KEY, "value")
    heard(followed, KEY, 4, own=True)
    assert followed.look_up(KEY) is MISS


def test_writes_of_one_key_at_a_time(followed: NearCache):
    followed.begin_write((KEY,), True)
    followed.begin_write((KEY,), True)
    heard(followed, KEY, 2, own=True)
    followed.end_write((KEY,), True, True)
    followed.end_write((KEY,), True, True)
    keep(followed, KEY, "value")
    heard(followed, KEY, 3, own=True)
    assert followed.look_up(KEY) == "value"
    heard(followed, KEY, 4, own=True)
    assert followed.look_up(KEY) is MISS


# -- numbers --------------------------------------------------------------------------------------


def test_a_gap_drops_its_partition_and_no_other(followed: NearCache):
    keep(followed, KEY, "here")
    keep(followed, OTHER, "there", partition=1)
    heard(followed, b"another", 3)
    assert followed.look_up(KEY) is MISS
    assert followed.look_up(OTHER) == "there"
    keep(followed, KEY, "here")
    heard(followed, b"another", 2)
    assert followed.look_up(KEY) == "here"


def test_what_a_member_has_counted_is_compared(followed: NearCache):
    keep(followed, KEY, "here")
    followed.compare({0: OWNER, 1: OWNER}, {0: 1})
    assert followed.look_up(KEY) == "here"
    followed.compare({0: OWNER}, {0: 2})
    assert followed.look_up(KEY) is MISS
    keep(followed, KEY, "here")
    followed.compare({0: NEXT_OWNER}, {0: 2})
    assert followed.look_up(KEY) is MISS


def test_an_answer_that_was_overtaken_by_news_says_nothing(followed: NearCache):
    heard(followed, OTHER, 2)
    keep(followed, KEY, "here")
    followed.compare({0: OWNER}, {0: 1})
    followed.compare({0: OWNER}, {})
    assert followed.look_up(KEY) == "here"
    heard(followed, OTHER, 3)
    assert followed.look_up(KEY) == "here"


# -- time -----------------------------------------------------------------------------------------


def test_time_to_live(make, clock: Clock):
    cache = make(time_to_live=10.0)
    keep(cache, KEY, "value")
    clock.now += 9.9
    assert cache.look_up(KEY) == "value"
    clock.now += 0.1
    assert cache.look_up(KEY) is MISS
    assert (cache.expirations, len(cache)) == (1, 0)


def test_the_age_of_a_value_begins_with_its_read(make, clock: Clock):
    # A future may be asked for its value long after its reply has come.
    cache = make(time_to_live=10.0)
    reservation = cache.reserve(KEY, 0)
    clock.now += 8
    cache.keep(reservation, SERIALIZATION.to_data("value"), "value")
    clock.now += 2
    assert cache.look_up(KEY) is MISS
    late = cache.reserve(KEY, 0)
    clock.now += 10
    cache.keep(late, SERIALIZATION.to_data("value"), "value")
    assert len(cache) == 0


@pytest.mark.parametrize("policy", EvictionPolicy)
def test_max_idle_is_put_off_by_reads(make, clock: Clock, policy: EvictionPolicy):
    cache = make(max_idle=10.0, eviction_policy=policy)
    keep(cache, KEY, "value")
    for _ in range(3):
        clock.now += 9
        assert cache.look_up(KEY) == "value"
    clock.now += 9
    assert cache.holds(KEY)
    clock.now += 10
    assert not cache.holds(KEY)
    assert cache.expirations == 1


def test_reads_do_not_put_off_the_time_to_live(make, clock: Clock):
    cache = make(max_idle=10.0, time_to_live=15.0)
    keep(cache, KEY, "value")
    clock.now += 9
    assert cache.look_up(KEY) == "value"
    clock.now += 6
    assert cache.look_up(KEY) is MISS


def test_what_was_written_with_a_time_to_live_does_not_stay_longer(cache: NearCache, clock: Clock):
    # Members before 5.0 do not tell when an entry's time is over.
    cache.begin_write((KEY,), True, 10.0)
    clock.now += 1
    cache.end_write((KEY,), True, True)
    keep(cache, KEY, "value")
    clock.now += 8.9
    assert cache.look_up(KEY) == "value"
    clock.now += 0.1
    assert cache.look_up(KEY) is MISS
    keep(cache, KEY, "another's")
    clock.now += 1000
    assert cache.look_up(KEY) == "another's"


def test_a_time_to_live_is_counted_from_the_end_of_a_slow_write(cache: NearCache, clock: Clock):
    cache.begin_write((KEY,), True, 10.0)
    clock.now += 15
    # A member has executed it a moment ago.
    cache.end_write((KEY,), True, True, 10.0)
    keep(cache, KEY, "value")
    clock.now += 9.9
    assert cache.look_up(KEY) == "value"
    clock.now += 0.1
    assert cache.look_up(KEY) is MISS


def test_times_to_live_that_are_over_make_room_for_others(make, clock: Clock):
    cache = make(max_entries=1)
    for number in range(MAX_LIVES):
        cache.begin_write((b"%d" % number,), False, 10.0)
    clock.now += 11
    cache.begin_write((KEY,), False, 10.0)
    cache.end_write((KEY,), False, True, 10.0)
    keep(cache, KEY, "value")
    clock.now += 9.9
    assert cache.look_up(KEY) == "value"
    clock.now += 0.1
    assert cache.look_up(KEY) is MISS


# -- room -----------------------------------------------------------------------------------------


def test_a_full_cache_without_a_policy_takes_nothing_more(make):
    cache = make(max_entries=2, eviction_policy=EvictionPolicy.NONE)
    for key in (b"1", b"2", b"3"):
        keep(cache, key, 1)
    assert cache.look_up(b"1") == cache.look_up(b"2") == 1
    assert cache.look_up(b"3") is MISS
    cache.drop(b"1")
    keep(cache, b"3", 1)
    assert cache.look_up(b"3") == 1
    assert cache.evictions == 0


def test_without_a_policy_what_is_over_makes_room(make, clock: Clock):
    cache = make(max_entries=2, eviction_policy=EvictionPolicy.NONE, time_to_live=1.0)
    keep(cache, b"1", 1)
    keep(cache, b"2", 1)
    clock.now += 1
    keep(cache, b"3", 3)
    assert cache.look_up(b"3") == 3
    assert (cache.expirations, cache.evictions) == (1, 0)


def test_the_least_recently_used_leaves(make):
    cache = make(max_entries=10, sampling_count=200)
    keys = [b"%d" % number for number in range(10)]
    for key in keys:
        keep(cache, key, key)
    for key in keys:
        if key != b"4":
            cache.look_up(key)
    keep(cache, b"new", 1)
    assert not cache.holds(b"4")
    assert (len(cache), cache.evictions) == (10, 1)


def test_the_least_frequently_used_leaves(make):
    cache = make(max_entries=10, sampling_count=200, eviction_policy=EvictionPolicy.LFU)
    keys = [b"%d" % number for number in range(10)]
    for key in keys:
        keep(cache, key, key)
        for _ in range(1 if key == b"4" else 2):
            cache.look_up(key)
    cache.look_up(b"0")
    keep(cache, b"new", 1)
    assert not cache.holds(b"4")


def test_any_may_leave_by_chance(make):
    left = set()
    cache = make(max_entries=4, eviction_policy=EvictionPolicy.RANDOM)
    for round_ in range(200):
        keep(cache, b"%d" % round_, 1)
        assert len(cache) == min(round_ + 1, 4)
        left |= {number for number in range(4) if round_ == 4 and not cache.holds(b"%d" % number)}
    assert len(left) == 1
    assert cache.evictions == 196


def test_who_is_over_leaves_before_who_is_not(make, clock: Clock):
    cache = make(max_entries=2, sampling_count=50, time_to_live=10.0)
    keep(cache, b"old", 1)
    clock.now += 5
    keep(cache, b"young", 1)
    for _ in range(5):
        cache.look_up(b"old")
    clock.now += 5
    keep(cache, b"new", 1)
    assert cache.holds(b"young") and cache.holds(b"new")
    assert (cache.expirations, cache.evictions) == (1, 0)


def test_bytes_are_counted_and_bounded(make):
    cache = make(max_bytes=10 * (RECORD_BYTES + 1000))
    for number in range(100):
        keep(cache, b"%03d" % number, "x" * 900)
    assert 5 <= len(cache) <= 10
    assert 0 < cache.cost <= cache.settings.max_bytes
    keep(cache, b"huge", "x" * cache.settings.max_bytes)
    assert not cache.holds(b"huge")
    assert len(cache) >= 5
    cache.clear()
    assert (len(cache), cache.cost) == (0, 0)


def test_a_value_that_grows_is_counted_anew(cache: NearCache):
    keep(cache, KEY, "x")
    before = cache.cost
    keep(cache, KEY, "x" * 101)
    assert cache.cost == before + 100
    assert len(cache) == 1


@pytest.mark.parametrize("policy", EvictionPolicy)
def test_any_sequence_keeps_the_books(make, clock: Clock, policy: EvictionPolicy):
    chance = random.Random(policy)
    cache = make(4, max_entries=20, eviction_policy=policy, time_to_live=30.0, max_bytes=20 * 600)
    keys = [b"%d" % number for number in range(60)]
    for step in range(3000):
        clock.now += chance.random()
        key = chance.choice(keys)
        partition = int(key) % 4
        action = chance.randrange(12)
        if action < 6:
            if cache.look_up(key) is MISS:
                keep(cache, key, "x" * chance.randrange(300), partition)
        elif action < 9:
            cache.invalidate(partition, key, OWNER, step, own=False)
        elif action == 9:
            cache.cover([chance.random() < 0.9 for _ in range(3)] + [True])
            cache.cover([True] * 4)
        elif action == 10:
            write(cache, key)
        elif chance.random() < 0.1:
            cache.clear()
        assert len(cache) <= 20
        assert 0 <= cache.cost <= 20 * 600
    present = [key for key in keys if cache.holds(key)]
    assert len(present) == len(cache)
    for key in present:
        cache.drop(key)
    assert (len(cache), cache.cost) == (0, 0)
    assert cache.hits > 0 and cache.invalidations > 0


# -- counters -------------------------------------------------------------------------------------


def test_counters(cache: NearCache):
    heard(cache, OTHER, 1)
    assert (cache.requests, cache.invalidations) == (1, 0)
    keep(cache, KEY, "value")
    cache.look_up(KEY)
    cache.holds(KEY)
    cache.look_up(OTHER)
    assert (cache.hits, cache.misses) == (2, 1)
    heard(cache, KEY, 2)
    assert (cache.requests, cache.invalidations) == (2, 1)
    keep(cache, KEY, "value")
    keep(cache, OTHER, "value")
    cache.clear()
    assert (cache.requests, cache.invalidations) == (3, 3)


# -- threads --------------------------------------------------------------------------------------


def test_many_threads_never_see_what_was_invalidated(make):
    """Each value is a number that only grows; nobody reads a smaller one than was heard of."""
    cache = make(1, max_entries=3)
    keys = [b"%d" % number for number in range(5)]
    truth = dict.fromkeys(keys, 0)
    heard_of = dict.fromkeys(keys, 0)
    numbers = itertools.count(1)
    over = threading.Event()
    wrong: list[tuple[int, int]] = []

    def read(seed: int) -> None:
        chance = random.Random(seed)
        while not over.is_set():
            key = chance.choice(keys)
            least = heard_of[key]
            value = cache.look_up(key)
            if value is MISS:
                reservation = cache.reserve(key, 0)
                value = truth[key]
                if reservation is not None:
                    cache.keep(reservation, SERIALIZATION.to_data(value), value)
            if value < least:
                wrong.append((value, least))

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    chance = random.Random(99)
    for sequence in range(1, 4000):
        key = chance.choice(keys)
        truth[key] = value = next(numbers)
        cache.invalidate(0, key, OWNER, sequence, own=False)
        heard_of[key] = value
    over.set()
    for thread in threads:
        thread.join(20)
    assert wrong == []
    assert cache.hits > 0
    for key in keys:
        assert cache.look_up(key) in (MISS, truth[key])


# -- signals --------------------------------------------------------------------------------------


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("after", range(1, 40))
def test_an_exception_from_outside_leaves_a_usable_cache(make, after: int):
    """A signal handler may raise at any call; here it is the clock or the dice that do."""
    cache = make(max_entries=3, time_to_live=10.0)
    calls = itertools.count()

    def bomb() -> float:
        if next(calls) == after:
            raise Interrupted
        return 100.0

    store = cache._store
    cache._now = store._now = bomb
    interruptions = 0
    for number in range(20):
        try:
            keep(cache, b"%d" % number, number)
        except Interrupted:
            interruptions += 1
    assert interruptions <= 1
    store.tidy()
    assert len(cache) <= 3
    assert cache.cost == sum(one.cost for one in store.records.values())
    keep(cache, KEY, "value")
    assert cache.look_up(KEY) == "value"


def test_what_an_interruption_left_half_done_is_put_in_order(make):
    cache = make(max_entries=2, sampling_count=50)
    keep(cache, b"1", 1)
    keep(cache, b"2", 2)
    store = cache._store
    # As if the exception had come between the two steps of a removal.
    del store.records[b"1"]
    for number in range(10):
        keep(cache, b"x%d" % number, number)
        assert len(cache) <= 2
    assert cache.look_up(b"x9") == 9
    cache.compare({}, {})
    assert cache.cost == sum(one.cost for one in store.records.values())


def test_a_signal_handler_may_use_the_cache_that_it_interrupts(make):
    cache = make()
    with cache._guard:
        keep(cache, KEY, "value")
        assert cache.look_up(KEY) == "value"


def test_in_a_forked_process_it_begins_again_when_somebody_follows(followed: NearCache):
    keep(followed, KEY, "parent's")
    followed.look_up(KEY)
    reservation = followed.reserve(OTHER, 0)
    assert reservation is not None
    find = followed.look_up
    # Held by a thread that is not in the child, in the middle of a change.
    held = threading.Lock()
    held.acquire()
    followed._guard = held
    followed.abandon(threading.RLock(), 7.0)
    assert (len(followed), followed.cost, followed.hits, followed.misses) == (0, 0, 0, 0)
    assert followed.created == 7.0
    assert followed.reserve(KEY, 0) is None
    followed.keep(reservation, SERIALIZATION.to_data("old"), "old")
    assert find(OTHER) is MISS
    followed.resume()
    assert followed.reserve(KEY, 0) is None
    followed.cover([True, True])
    keep(followed, KEY, "child's")
    assert find(KEY) == "child's"
