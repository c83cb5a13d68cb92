# SPDX-License-Identifier: Apache-2.0
"""Never early, late by at most the resolution, and nothing is kept of what is over."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridwire._core.deadlines import Deadlines

USUAL = 120.0

# Whole numbers are exact, so that the properties are about the algorithm and not about rounding.
moments = st.integers(min_value=0, max_value=10_000)
RESOLUTION = 5


def exact() -> Deadlines:
    """Times in milliseconds."""
    return Deadlines(120_000, RESOLUTION)


def test_a_call_is_due_when_its_time_is_over():
    deadlines = Deadlines(USUAL, 0.25)
    deadlines.add(7, 1.0)
    assert deadlines.due(0.999) == []
    assert deadlines.due(1.0) == [7]


def test_each_is_named_once():
    deadlines = Deadlines(USUAL, 0.25)
    deadlines.add(7, 1.0)
    assert deadlines.due(5.0) == [7]
    assert deadlines.due(9.0) == []


def test_several_fall_due_in_the_order_of_their_deadlines():
    deadlines = Deadlines(USUAL, 0.25)
    for call_id, when in [(1, 3.0), (2, 1.0), (3, 2.0), (4, 1.0)]:
        deadlines.add(call_id, when)
    assert deadlines.due(2.5) == [2, 4, 3]
    assert deadlines.due(3.5) == [1]


def test_a_deadline_in_the_past_is_due_at_once():
    deadlines = Deadlines(USUAL, 0.25)
    deadlines.add(1, -3.0)
    deadlines.add(2, 0.0)
    assert deadlines.next_due() == -3.0
    assert deadlines.due(0.0) == [1, 2]


def test_what_was_dropped_is_not_due():
    deadlines = Deadlines(USUAL, 0.25)
    deadlines.add(1, 1.0)
    deadlines.add(2, 1.0)
    deadlines.drop(1, 1.0)
    assert deadlines.due(9.0) == [2]


def test_dropping_is_harmless_at_any_time():
    deadlines = Deadlines(USUAL, 0.25)
    deadlines.drop(1, 1.0)
    deadlines.add(1, 1.0)
    deadlines.add(2, 5.0)
    deadlines.drop(3, 1.0)
    assert deadlines.due(1.0) == [1]
    deadlines.drop(1, 1.0)
    deadlines.drop(2, 5.0)
    deadlines.drop(2, 5.0)
    assert deadlines.due(9.0) == []


def test_the_next_is_that_of_the_first_that_is_left():
    deadlines = Deadlines(USUAL, 0.25)
    assert deadlines.next_due() is None
    deadlines.add(1, 1.0)
    deadlines.add(2, 2.1)
    assert deadlines.next_due() == 1.0
    deadlines.drop(1, 1.0)
    assert deadlines.next_due() == 2.25
    deadlines.drop(2, 2.1)
    assert deadlines.next_due() is None


@pytest.mark.parametrize("never", [math.inf, 1e308])
def test_a_deadline_that_never_comes(never: float):
    deadlines = Deadlines(USUAL, 0.005)
    deadlines.add(1, never)
    deadlines.add(2, 1.0)
    assert deadlines.due(1e300) == [2]
    deadlines.drop(1, never)
    assert deadlines.next_due() is None


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        Deadlines(USUAL, 0.005).add(1, math.nan)


@given(st.lists(st.tuples(moments, st.none() | moments), max_size=30), st.lists(moments))
def test_never_early_and_late_by_at_most_the_resolution(
    calls: list[tuple[int, int | None]], looks: list[int]
):
    """Each call has a deadline, and is dropped at some time or never."""
    deadlines = exact()
    for call_id, (when, _) in enumerate(calls):
        deadlines.add(call_id, when)
    dropped: set[int] = set()
    named: dict[int, int] = {}
    last = -1
    for now in sorted({*looks, 11_000}):
        for call_id, (when, ends) in enumerate(calls):
            if ends is not None and ends <= now and call_id not in named:
                deadlines.drop(call_id, when)
                dropped.add(call_id)
        found = deadlines.due(now)
        assert len(set(found)) == len(found)
        assert dropped.isdisjoint(found)
        assert named.keys().isdisjoint(found)
        for call_id in found:
            when = calls[call_id][0]
            assert when <= now
            # The look before came too early to notice it.
            assert last < when + RESOLUTION
            named[call_id] = now
        last = now
    assert named.keys() | dropped == set(range(len(calls)))
    assert deadlines.next_due() is None


@given(st.lists(st.tuples(moments, st.booleans()), max_size=30), moments)
def test_the_next_is_never_late(calls: list[tuple[int, bool]], now: int):
    deadlines = exact()
    for call_id, (when, _) in enumerate(calls):
        deadlines.add(call_id, when)
    for call_id, (when, ends) in enumerate(calls):
        if ends:
            deadlines.drop(call_id, when)
    deadlines.due(now)
    following = deadlines.next_due()
    left = [when for when, ends in calls if not ends and deadline_of(when) > now]
    assert following == min(map(deadline_of, left), default=None)
    if following is not None:
        assert deadlines.due(following)


def deadline_of(when: int) -> int:
    """When the bucket of a deadline falls due."""
    return math.ceil(when / RESOLUTION) * RESOLUTION


@given(
    st.integers(min_value=0, max_value=10**8),
    st.integers(min_value=-3, max_value=3),
    st.sampled_from([0.005, 0.001, 0.01, 0.1, 1 / 3]),
)
@example(9, 1, 0.005)
def test_rounding_makes_nothing_early(index: int, steps: int, resolution: float):
    """Next to the edge of a bucket, a division may round to the wrong side."""
    when = index * resolution
    for _ in range(abs(steps)):
        when = math.nextafter(when, math.copysign(math.inf, steps))
    deadlines = Deadlines(USUAL, resolution)
    deadlines.add(1, when)
    before = math.nextafter(when, -math.inf)
    assert deadlines.due(before) == []
    following = deadlines.next_due()
    assert following is not None
    assert when <= following <= (when + resolution) * (1 + 1e-12)
    assert deadlines.due(following) == [1]


def test_calls_that_end_early_leave_nothing_behind():
    deadlines = Deadlines(USUAL, 0.005)
    for call_id in range(20_000):
        when = 3600 + call_id * 0.01
        deadlines.add(call_id, when)
        deadlines.drop(call_id, when)
    assert len(deadlines._buckets) < 1000
    assert len(deadlines._order) < 1000
    assert deadlines.due(1e6) == []


def test_sweeping_loses_nobody():
    deadlines = Deadlines(USUAL, 0.005)
    stay = set(range(0, 5000, 7))
    for call_id in range(5000):
        when = 10 + ((call_id * 7919) % 5000) * 0.01
        deadlines.add(call_id, when)
        if call_id not in stay:
            deadlines.drop(call_id, when)
    assert len(deadlines._order) < 2 * len(stay) + 500
    assert set(deadlines.due(1e6)) == stay


# -- the usual timeout ----------------------------------------------------------------------------


def test_older_calls_have_had_their_time():
    deadlines = Deadlines(10.0, 0.005)
    assert deadlines.mark(0.0, 5) == 0
    assert deadlines.mark(9.75, 9) == 0
    assert deadlines.mark(10.0, 12) == 5
    assert deadlines.mark(19.5, 12) == 0
    assert deadlines.mark(19.75, 12) == 9
    assert deadlines.mark(25.0, 12) == 12
    assert deadlines.mark(99.0, 12) == 0


def test_marks_of_a_long_gap_fall_due_together():
    deadlines = Deadlines(10.0, 0.005)
    for second in range(5):
        deadlines.mark(float(second), 10 * second + 1)
    assert deadlines.mark(100.0, 999) == 41


steps = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3)), min_size=1, max_size=60)


@given(steps, st.sampled_from([0, 1, 7, 1000, 5000]))
def test_the_usual_timeout_is_never_early_and_hardly_late(
    steps: list[tuple[int, int]], timeout: int
):
    """Times are whole milliseconds, so that nothing is rounded."""
    deadlines = Deadlines(timeout, 5)
    now, next_id, told = 0, 1, 0
    history: list[tuple[int, int]] = []
    for pause, calls in steps:
        now += pause
        next_id += calls
        history.append((now, next_id))
        expired = deadlines.mark(now, next_id)
        told = max(told, expired)
        # Ids below a mark were handed out before it.
        assert told <= max((then for at, then in history if now - at >= timeout), default=0)
        late = timeout * (1 + 1 / 1024)
        assert told >= max((then for at, then in history if now - at >= late), default=0)


def test_marks_are_few_however_long_the_timeout_is():
    deadlines = Deadlines(1e6, 0.005)
    for second in range(20_000):
        assert deadlines.mark(float(second), second) == 0
    assert len(deadlines._marks) < 2100
