# SPDX-License-Identifier: Apache-2.0
"""Who is connected to next: few at a time, and who failed is left alone for longer each time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.cluster.missing import MAX_CONNECTING, RETRY_POLICY, MissingMembers
from gridwire.hazelcast.cluster.views import member_of
from support.infos import info

MANY = [member_of(info(number)) for number in range(1, 101)]


def middle(low: float, high: float) -> float:
    """No chance at all."""
    return (low + high) / 2


def test_at_most_so_many_are_tried_at_a_time():
    missing = MissingMembers(middle)
    assert missing.take(MANY, 0) == MANY[:MAX_CONNECTING]
    assert missing.take(MANY, 0) == []
    missing.tried(MANY[3], connected=False, now=0)
    assert missing.take(MANY, 0) == [MANY[MAX_CONNECTING]]


def test_who_failed_is_left_alone_for_longer_each_time():
    missing = MissingMembers(middle)
    now, pauses = 0.0, []
    for _ in range(12):
        assert missing.take(MANY[:1], now) == MANY[:1]
        missing.tried(MANY[0], connected=False, now=now)
        pause = missing.pause(now)
        assert pause is not None
        assert missing.take(MANY[:1], now + pause * 0.99) == []
        pauses.append(pause)
        now += pause
    assert pauses[:3] == pytest.approx([1, 1.5, 2.25])
    assert pauses[-1] == pytest.approx(RETRY_POLICY.maximum)
    assert pauses == sorted(pauses)


def test_success_ends_the_trouble():
    missing = MissingMembers(middle)
    for connected in (False, True):
        missing.take(MANY[:1], 100)
        missing.tried(MANY[0], connected, now=0)
    assert missing.troubled == 0
    assert missing.take(MANY[:1], 0) == MANY[:1]


def test_who_was_never_tried_comes_before_who_failed():
    missing = MissingMembers(middle)
    old, new = MANY[:50], MANY[50:60]
    for start in range(0, 50, 10):
        for member in missing.take(old[start : start + 10], 0):
            missing.tried(member, connected=False, now=0)
        missing.take(old, 0)  # nobody else is to be forgotten
        for member in old:
            missing.tried(member, connected=False, now=0)
    chosen = missing.take([*old, *new], 1000)
    assert chosen[:10] == new
    assert len(chosen) == MAX_CONNECTING


def test_who_is_missing_no_more_is_forgotten():
    missing = MissingMembers(middle)
    for member in missing.take(MANY, 0):
        missing.tried(member, connected=False, now=0)
    missing.take(MANY[:2], 0)
    assert missing.troubled == 2


def test_another_address_is_another_member():
    missing = MissingMembers(middle)
    missing.take([member_of(info(1))], 0)
    missing.tried(member_of(info(1)), connected=False, now=0)
    moved = member_of(info(1, port=5999))
    assert missing.take([moved], 0) == [moved]


def test_a_new_search_waits_for_nobody():
    missing = MissingMembers(middle)
    for member in missing.take(MANY[:2], 0):
        missing.tried(member, connected=False, now=0)
    assert missing.all_tried(MANY[:2])
    missing.anew()
    assert not missing.all_tried(MANY[:2])
    assert missing.take(MANY[:2], 0) == MANY[:2]


def test_there_is_nothing_to_wait_for():
    missing = MissingMembers(middle)
    assert missing.pause(0) is None
    assert missing.all_tried([])
    for _ in range(2):
        for member in missing.take(MANY, 0)[:3]:
            missing.tried(member, connected=False, now=0)
    missing.take(MANY, 0)
    assert missing.pause(0) is None, "the end of an attempt comes first"


@given(st.lists(st.tuples(st.integers(0, 99), st.booleans(), st.floats(0, 5)), max_size=200))
def test_never_too_many_and_nobody_twice(steps) -> None:
    missing = MissingMembers(random.Random(1).uniform)
    busy, now = [], 0.0
    for number, connected, seconds in steps:
        now += seconds
        taken = missing.take(MANY[: number + 1], now)
        assert not set(taken) & set(busy)
        busy += taken
        assert len(busy) <= MAX_CONNECTING
        missing.tried(busy.pop(number % len(busy)), connected, now)
