# SPDX-License-Identifier: Apache-2.0
"""How long entries live, on the clock of an in-process cluster: nothing here sleeps."""

from __future__ import annotations

import pytest

from gridwire.testing import HazelcastCluster


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=[1, 3], ids=["one-member", "three-members"])
def timed(request, styles):
    """A style, a map of an in-process cluster, and the cluster's clock."""
    clock = Clock()
    with HazelcastCluster(members=request.param, clock=clock) as cluster:
        yield styles, styles.client(cluster).map(), clock


WRITES = {
    "set": lambda numbers: (numbers.set, 1, "x", 10),
    "put": lambda numbers: (numbers.put, 1, "x", 10),
    "put_if_absent": lambda numbers: (numbers.put_if_absent, 1, "x", 10),
    "put_transient": lambda numbers: (numbers.put_transient, 1, "x", 10),
    "set with max idle": lambda numbers: (numbers.set, 1, "x", 10, 10),
    "put with max idle": lambda numbers: (numbers.put, 1, "x", 10, 10),
}


@pytest.mark.parametrize("write", WRITES)
def test_an_entry_is_gone_when_its_time_is_over(timed, write) -> None:
    styles, numbers, clock = timed
    styles.call(*WRITES[write](numbers))
    clock.now += 9
    assert styles.call(numbers.contains_key, 1) is True
    clock.now += 2
    assert styles.call(numbers.get, 1) is None
    assert styles.call(numbers.contains_key, 1) is False
    assert styles.call(numbers.size) == 0
    assert styles.call(numbers.key_set) == []
    assert styles.call(numbers.get_all, [1]) == {}
    assert styles.call(numbers.put_if_absent, 1, "again") is None


def test_an_entry_that_is_used_lives_on(timed) -> None:
    styles, numbers, clock = timed
    styles.call(numbers.set, 1, "used", max_idle=10)
    styles.call(numbers.set, 2, "idle", max_idle=10)
    for _ in range(5):
        clock.now += 6
        assert styles.call(numbers.get, 1) == "used"
    assert styles.call(numbers.get, 2) is None
    clock.now += 11
    assert styles.call(numbers.get, 1) is None


def test_the_time_to_live_can_be_changed(timed) -> None:
    styles, numbers, clock = timed
    styles.call(numbers.set, 1, "x", 10)
    styles.call(numbers.set, 2, "x", 10)
    styles.call(numbers.set, 3, "x")
    assert styles.call(numbers.set_ttl, 1, 100) is True
    assert styles.call(numbers.set_ttl, 2, 0) is True
    assert styles.call(numbers.set_ttl, 3, 5) is True
    clock.now += 11
    assert styles.call(numbers.get_all, [1, 2, 3]) == {1: "x", 2: "x"}
    clock.now += 100
    assert styles.call(numbers.get_all, [1, 2, 3]) == {2: "x"}


def test_zero_and_nothing_mean_for_ever(timed) -> None:
    styles, numbers, clock = timed
    styles.call(numbers.set, 1, "x", 0)
    styles.call(numbers.set, 2, "x", ttl=0, max_idle=0)
    styles.call(numbers.set, 3, "x")
    clock.now += 10**8
    assert styles.call(numbers.size) == 3


def test_iteration_does_not_give_what_is_gone(timed) -> None:
    styles, numbers, clock = timed
    for key in range(40):
        styles.call(numbers.set, key, key, 10 if key % 2 else 100)
    clock.now += 11
    assert sorted(styles.listed(numbers.iter_keys(3))) == list(range(0, 40, 2))
    assert sorted(styles.listed(numbers.iter_entries(3))) == [(k, k) for k in range(0, 40, 2)]
