# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
import statistics

import pytest
from bench.stats import Spread, median, paired_ratios, percentile, spread
from hypothesis import given
from hypothesis import strategies as st

figures = st.lists(st.floats(0, 1e9), min_size=1, max_size=50)


@given(figures)
def test_median_is_that_of_the_standard_library(values: list[float]):
    assert median(values) == pytest.approx(statistics.median(values))


@given(figures, st.floats(0.01, 100))
def test_percentile_is_the_smallest_value_that_enough_do_not_exceed(
    values: list[float], percent: float
):
    found = percentile(values, percent)
    assert found in values
    needed = len(values) * percent / 100
    assert sum(value <= found for value in values) >= needed
    assert sum(value < found for value in values) < needed


def test_percentiles_of_a_hundred():
    values = [float(value) for value in range(100, 0, -1)]
    assert [percentile(values, each) for each in (0.5, 1, 50, 99, 99.5, 100)] == [
        1,
        1,
        50,
        99,
        100,
        100,
    ]


@given(figures)
def test_spread_reaches_from_the_lowest_to_the_highest(values: list[float]):
    assert spread(values) == Spread(median(values), min(values), max(values))


def test_ratios_are_those_of_neighbours():
    assert paired_ratios([10.0, 9.0, 1.0], [5.0, 3.0, 4.0]) == [2.0, 3.0, 0.25]
    assert paired_ratios([1.0], [0.0]) == [math.inf]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (median, ([],)),
        (spread, ([],)),
        (percentile, ([], 50)),
        (percentile, ([1.0], 0)),
        (percentile, ([1.0], 100.1)),
        (paired_ratios, ([1.0], [1.0, 2.0])),
    ],
)
def test_nothing_is_made_up(function, arguments):
    with pytest.raises(ValueError, match=r".+"):
        function(*arguments)
