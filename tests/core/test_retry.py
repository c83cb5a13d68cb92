# SPDX-License-Identifier: Apache-2.0
"""Every failed attempt is judged, and no judgement says more than is known."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire._core.outcome import Outcome
from gridwire._core.retry import Attempt, Fault, Verdict, decide, pause_before

N, R, U = Outcome.NOT_SENT, Outcome.REJECTED, Outcome.UNKNOWN

# What the attempt says by itself, whether it is made again (when repeating may harm, when it
# cannot), and what is known afterwards when nothing was unclear before.
TABLE = [
    (Fault.NOT_SENT, N, True, True, N),
    (Fault.NOT_SENT, R, True, True, R),
    (Fault.NOT_SENT, U, True, True, U),
    (Fault.LOST, N, False, True, U),
    (Fault.LOST, R, False, True, U),
    (Fault.LOST, U, False, True, U),
    (Fault.REFUSED, N, True, True, N),
    (Fault.REFUSED, R, True, True, R),
    (Fault.REFUSED, U, True, True, U),
    (Fault.UNCLEAR, N, True, True, U),
    (Fault.UNCLEAR, R, True, True, U),
    (Fault.UNCLEAR, U, True, True, U),
    (Fault.FINAL, N, False, False, N),
    (Fault.FINAL, R, False, False, R),
    (Fault.FINAL, U, False, False, U),
]


def test_the_table_is_complete():
    assert {row[:2] for row in TABLE} == set(product(Fault, Outcome))
    assert len(TABLE) == len(Fault) * len(Outcome)


@pytest.mark.parametrize("was_unclear", [False, True])
@pytest.mark.parametrize("may_repeat", [False, True])
@pytest.mark.parametrize(("fault", "says", "harmful", "harmless", "known"), TABLE)
def test_every_case(
    fault: Fault,
    says: Outcome,
    harmful: bool,
    harmless: bool,
    known: Outcome,
    may_repeat: bool,
    was_unclear: bool,
):
    for number in (1, 2, 50):
        verdict = decide(Attempt(fault, says, number, may_repeat, was_unclear))
        outcome = U if was_unclear else known
        assert verdict == Verdict(harmless if may_repeat else harmful, outcome, outcome is U)


def test_an_attempt_is_the_first_unless_it_says_so():
    assert decide(Attempt(Fault.REFUSED, R, 1, False)) == Verdict(True, R, False)


def test_nothing_that_may_have_been_done_is_done_again_without_leave():
    for says, was_unclear in product(Outcome, (False, True)):
        assert not decide(Attempt(Fault.LOST, says, 1, False, was_unclear)).again


# What really happens to an attempt, and what its failure may say about it. A member may refuse
# one part of an operation and have done another.
stories = st.sampled_from(
    [
        (Fault.NOT_SENT, N, False),
        (Fault.REFUSED, R, False),
        (Fault.REFUSED, U, True),
        (Fault.UNCLEAR, U, True),
        (Fault.LOST, U, True),
        (Fault.FINAL, N, False),
        (Fault.FINAL, R, False),
        (Fault.FINAL, U, True),
    ]
)


@given(st.lists(stories, min_size=1, max_size=8), st.booleans())
def test_an_outcome_is_never_better_than_the_truth(
    attempts: list[tuple[Fault, Outcome, bool]], may_repeat: bool
):
    unclear = may_be_done = False
    for number, (fault, says, possible) in enumerate(attempts, start=1):
        may_be_done = may_be_done or possible
        verdict = decide(Attempt(fault, says, number, may_repeat, unclear))
        assert verdict.outcome.safe_to_repeat == (not may_be_done)
        unclear = verdict.unclear
        if not verdict.again:
            break


def test_a_refusal_after_a_part_was_done_stays_unknown():
    """``clear`` is many steps: one partition migrates, the others may be empty already."""
    first = decide(Attempt(Fault.REFUSED, U, 1, False))
    assert first.again
    second = decide(Attempt(Fault.NOT_SENT, N, 2, False, first.unclear))
    assert second.outcome is U


def test_facts_do_not_change():
    with pytest.raises(AttributeError):
        Attempt(Fault.LOST, U, 1, True).number = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        decide(Attempt(Fault.LOST, U, 1, True)).again = False  # type: ignore[misc]


# -- the pause ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2])
def test_the_first_retry_comes_at_once(number: int):
    assert pause_before(number, 1.0, 0.0) == 0.0


def test_pauses_double_up_to_the_longest():
    pauses = [pause_before(number, 0.05, 0.0) for number in range(3, 9)]
    assert pauses == [0.005, 0.01, 0.02, 0.04, 0.05, 0.05]


def test_chance_takes_up_to_a_half():
    assert pause_before(4, 1.0, 0.5) == pytest.approx(0.0075)
    assert pause_before(4, 1.0, 0.999999) == pytest.approx(0.005, rel=1e-3)


def test_a_longest_pause_below_the_first_one_counts_too():
    assert pause_before(3, 0.001, 0.0) == 0.001


@given(
    st.integers(min_value=3, max_value=10**9),
    st.floats(min_value=0, max_value=1e6),
    st.floats(min_value=0, max_value=1, exclude_max=True),
)
def test_every_pause_is_within_its_bounds(number: int, longest: float, chance: float):
    pause = pause_before(number, longest, chance)
    full = pause_before(number, longest, 0.0)
    assert full / 2 <= pause <= full <= longest
    assert full <= pause_before(number + 1, longest, 0.0)
    assert full >= min(longest, 0.005)
