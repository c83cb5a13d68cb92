# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.cli.demo.latency import Latency, percentile, summarize


@pytest.mark.parametrize(
    ("count", "percent", "rank"),
    [(1, 50, 1), (1, 99, 1), (2, 50, 1), (3, 50, 2), (100, 50, 50), (100, 99, 99), (101, 99, 100)],
)
def test_the_nearest_rank(count, percent, rank):
    assert percentile(range(1, count + 1), percent) == rank


def test_a_summary_takes_samples_in_any_order():
    assert summarize([3.0, 1.0, 2.0]) == Latency(p50=2.0, p99=3.0, max=3.0)


def test_nothing_measured():
    assert summarize([]) is None


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_so_many_samples_are_not_above_the_percentile(samples, percent):
    ordered = sorted(samples)
    value = percentile(ordered, percent)
    assert value in samples
    assert sum(sample <= value for sample in samples) * 100 >= percent * len(samples)
    assert sum(sample < value for sample in samples) * 100 < percent * len(samples)
