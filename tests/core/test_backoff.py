# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire._core.backoff import BackoffPolicy, BackoffSchedule


def no_chance(low: float, high: float) -> float:
    raise AssertionError("there is no jitter")


def pauses(policy: BackoffPolicy, rounds: int, uniform=no_chance) -> list[float | None]:
    """The answers when each round fails at once; ends after the first that says to give up."""
    now = 1000.0
    schedule = BackoffSchedule(policy, now, uniform)
    answers: list[float | None] = []
    for _ in range(rounds):
        answers.append(schedule.next_pause(now))
        if answers[-1] is None:
            break
        now += answers[-1]
    return answers


def test_the_defaults_are_those_of_the_options():
    assert BackoffPolicy() == BackoffPolicy(
        initial=1.0, maximum=30.0, multiplier=1.05, jitter=0.0, timeout=-1.0
    )


def test_waits_grow_by_the_multiplier():
    assert pauses(BackoffPolicy(initial=1, multiplier=2), 4) == [1, 2, 4, 8]


def test_waits_stop_growing_at_the_maximum():
    assert pauses(BackoffPolicy(initial=1, maximum=3, multiplier=2), 4) == [1, 2, 3, 3]


def test_the_first_wait_is_at_most_the_maximum_too():
    assert pauses(BackoffPolicy(initial=9, maximum=3), 2) == [3, 3]


def test_a_wait_of_nothing_stays_nothing():
    assert pauses(BackoffPolicy(initial=0, multiplier=2), 3) == [0, 0, 0]


def test_the_last_wait_ends_at_the_timeout_and_then_it_is_over():
    assert pauses(BackoffPolicy(initial=1, multiplier=2, timeout=4), 9) == [1, 2, 1, None]


def test_time_spent_connecting_counts():
    schedule = BackoffSchedule(BackoffPolicy(timeout=10), 0.0, no_chance)
    assert schedule.next_pause(9.5) == 0.5
    assert schedule.next_pause(10.0) is None


def test_a_timeout_of_nothing_means_one_round():
    assert pauses(BackoffPolicy(timeout=0), 2) == [None]


def test_an_infinite_timeout_is_one_too():
    assert pauses(BackoffPolicy(timeout=math.inf), 3) == pauses(BackoffPolicy(timeout=-1), 3)


def test_a_factor_beyond_all_floats_does_no_harm():
    assert pauses(BackoffPolicy(initial=1, multiplier=1e308), 4) == [1, 30, 30, 30]


@pytest.mark.parametrize(("chance", "expected"), [(-1, [0.5, 1.0, 2.0]), (1, [1.5, 3.0, 6.0])])
def test_jitter_moves_the_wait_but_not_the_next_one(chance: int, expected: list[float]):
    def uniform(low: float, high: float) -> float:
        assert low == -high
        return high * chance

    assert pauses(BackoffPolicy(initial=1, multiplier=2, jitter=0.5), 3, uniform) == expected


@pytest.mark.parametrize(
    "options",
    [
        {"initial": -1},
        {"maximum": -1},
        {"multiplier": 0.99},
        {"jitter": -0.1},
        {"jitter": 1.1},
        {"initial": math.inf},
        {"multiplier": math.nan},
        {"timeout": math.nan},
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, float]):
    with pytest.raises(ValueError, match="back-off"):
        BackoffPolicy(**options)


amounts = st.floats(min_value=0, max_value=1e6)
policies = st.builds(
    BackoffPolicy,
    initial=amounts,
    maximum=amounts,
    multiplier=st.floats(min_value=1, max_value=100),
    jitter=st.floats(min_value=0, max_value=1),
    timeout=st.one_of(st.just(-1.0), amounts),
)


@given(policies, st.data())
def test_every_wait_is_within_its_bounds(policy: BackoffPolicy, data: st.DataObject):
    def uniform(low: float, high: float) -> float:
        return data.draw(st.floats(min_value=low, max_value=high))

    now = started = data.draw(amounts)
    schedule = BackoffSchedule(policy, started, uniform)
    bare = min(policy.initial, policy.maximum)
    for _ in range(6):
        now += data.draw(st.floats(min_value=0, max_value=100))
        pause = schedule.next_pause(now)
        late = policy.timeout >= 0 and now - started >= policy.timeout
        assert (pause is None) == late
        if pause is None:
            break
        # Two roundings apart, however large the numbers are.
        assert 0 <= pause <= bare * (1 + policy.jitter) * (1 + 1e-9)
        if policy.timeout >= 0:
            assert pause <= policy.timeout - (now - started)
        elif not policy.jitter:
            assert pause == bare
        bare = min(bare * policy.multiplier, policy.maximum)
