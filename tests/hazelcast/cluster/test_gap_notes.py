# SPDX-License-Identifier: Apache-2.0
"""What a registration remembers while events may be missed."""

from __future__ import annotations

from typing import Any

import pytest

from gridwire.hazelcast.cluster.listeners import Listener, Registration


@pytest.fixture
def one() -> Registration:
    def nothing(*args: Any) -> Any:
        raise AssertionError("nobody asks for it here")

    return Registration("id", Listener(nothing, None, nothing, "the map"), began=100.0)


def test_the_earliest_moment_counts(one: Registration):
    assert one.miss(120.0, "a") is True
    assert one.miss(110.0, "b") is False
    assert one.miss(130.0, "a") is False
    gap = one.missed(140.0)
    assert (gap.since, gap.until, gap.why) == (110.0, 140.0, "a; b")
    assert (gap.name, gap.registration_id) == ("the map", "id")


def test_nothing_was_missed_before_it_listened(one: Registration):
    one.miss(50.0, "a")
    assert one.missed(None).since == 100.0


def test_an_end_is_never_before_its_beginning(one: Registration):
    # The clock of the machine may be set back.
    one.miss(120.0, "a")
    gap = one.missed(119.0)
    assert gap.since == gap.until == 119.0


def test_it_names_a_few_reasons_and_the_one_that_explains_all(one: Registration):
    for why in "abcde":
        one.miss(120.0, why)
    assert one.missed(None).why == "a; b; c"
    one.miss(120.0, "all of it", explains_all=True)
    assert one.missed(None).why == "all of it"


def test_what_is_over_is_forgotten(one: Registration):
    one.miss(120.0, "a")
    one.told_open = True
    one.is_whole_again()
    assert one.missing_since is None
    assert not one.told_open
    assert one.miss(150.0, "b") is True
    assert (one.missed(None).since, one.missed(None).why) == (150.0, "b")
