# SPDX-License-Identifier: Apache-2.0
"""What members do later is done in order, in time, once, and not when it was cancelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.properties import read_properties
from gridwire.testing._hazelcast.timers import Timers
from gridwire.testing.errors import ClusterOptionError


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("after"), st.integers(0, 20)),
        st.tuples(st.just("cancel"), st.integers(0, 200)),
        st.tuples(st.just("pass"), st.integers(0, 10)),
    ),
    max_size=300,
)


@given(STEPS)
def test_timers_do_what_a_list_would_do(steps):
    clock = Clock()
    armed: list[float] = []
    timers = Timers(clock)
    timers.drive(clock, armed.append)
    made, done, cancelled = [], [], set()
    for what, number in steps:
        if what == "after":
            at = len(made)
            made.append(timers.after(number, lambda at=at: done.append(at)))
            assert made[at].moment == clock.now + number
        elif what == "cancel":
            if number < len(made):
                made[number].cancel()
                if number not in done:
                    cancelled.add(number)
        else:
            clock.now += number
            timers.run()
            wanted = [at for at, one in enumerate(made) if one.moment <= clock.now]
            assert set(wanted) - set(done) <= cancelled
            assert set(done) <= set(wanted) - cancelled
            moments = [made[at].moment for at in done]
            assert moments == sorted(moments)
            assert len(set(done)) == len(done)
        left = [one.moment for at, one in enumerate(made) if one.live]
        assert timers.next_moment() == (min(left) if left else None)
        if left:
            # The driver knows a moment that is not too late.
            assert armed[-1] <= min(left)


def test_an_action_may_cancel_and_begin_others():
    clock = Clock()
    timers = Timers(clock)
    done = []
    others = [timers.after(1, lambda: done.append("other")) for _ in range(200)]

    def act():
        for other in others:
            other.cancel()
        timers.after(0, lambda: done.append("at once"))
        timers.after(1, lambda: done.append("later"))

    timers.after(0.5, act)
    clock.now += 0.5
    timers.run()
    assert done == ["at once"]
    clock.now += 1
    timers.run()
    assert done == ["at once", "later"]


def test_cancelled_timers_do_not_pile_up():
    timers = Timers(Clock())
    for _ in range(10_000):
        timers.after(1000, lambda: None).cancel()
    assert len(timers._heap) <= 64


def test_stopped_timers_tell_nobody_anything():
    clock = Clock()
    timers = Timers(clock)
    armed, done = [], []
    timers.drive(clock, armed.append)
    timers.after(1, lambda: done.append(1))
    timers.stop()
    timers.after(1, lambda: None)
    assert armed == [101.0]
    clock.now += 5
    timers.run()
    assert done == []


def test_properties_have_the_defaults_of_real_members():
    assert read_properties({}) == (True, 100, 10, 10.0)
    given = {
        "hazelcast.map.invalidation.batch.enabled": "FALSE",
        "hazelcast.map.invalidation.batch.size": "7",
        "hazelcast.map.invalidation.batchfrequency.seconds": "1",
        "hazelcast.client.cleanup.period.millis": "250",
    }
    assert read_properties(given) == (False, 7, 1, 0.25)


@pytest.mark.parametrize(
    "properties",
    [
        {"hazelcast.map.invalidation.batch.siez": "7"},
        {"hazelcast.map.invalidation.batch.size": 7},
        {"hazelcast.map.invalidation.batch.size": "0"},
        {"hazelcast.map.invalidation.batch.size": "many"},
        {"hazelcast.map.invalidation.batch.size": "-1"},
        {"hazelcast.map.invalidation.batch.size": "9" * 20},
    ],
)
def test_properties_that_cannot_be(properties):
    with pytest.raises(ClusterOptionError, match=r"hazelcast\.map"):
        ClusterOptions("blue", properties=properties)
