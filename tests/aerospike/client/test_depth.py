# SPDX-License-Identifier: Apache-2.0
"""How deep pipelines may be, and how busy the loop is."""

from __future__ import annotations

import asyncio
import time

from hypothesis import given
from hypothesis import strategies as st

from gridwire.aerospike.control.depth import MAX_ANSWER_BYTES, Depth
from gridwire.aerospike.control.ticking import TICK_SECONDS, Ticker

QUICK, SLOW = 0.00002, 0.001
ROUND_TRIP = 0.0005


def tick(
    depth: Depth, wait: float, *, looks: int = 20, turns: int = 20, spread: int | None = None
) -> int:
    """One tick with a server that takes so long for each request ahead; the limit after it."""
    for number in range(looks):
        depth.note(1, 100, wait, 1)
        ahead = number % (depth.limit if spread is None else spread)
        depth.sample(ahead, ROUND_TRIP + wait * (ahead + 1))
    for _ in range(turns):
        depth.turn()
    depth.adapt()
    return depth.limit


def made_shallow(most: int = 8) -> Depth:
    """After a slow server was seen."""
    depth = Depth(most)
    for _ in range(8):
        tick(depth, SLOW)
    assert depth.limit == 1
    return depth


def test_it_begins_with_all_that_is_allowed() -> None:
    depth = Depth(8)
    assert depth.limit == 8
    assert not depth.is_shallow


def test_a_slow_server_gets_one_request_a_connection() -> None:
    depth = Depth(8)
    assert [tick(depth, SLOW) for _ in range(8)] == [6, 4, 3, 2, 1, 1, 1, 1]
    assert depth.is_shallow


def test_what_is_no_reason_to_allow_fewer() -> None:
    depth = Depth(8)
    # A quick server, however long the way to it.
    assert [tick(depth, QUICK) for _ in range(20)] == [8] * 20
    # A loop that was busy for long: all answers came late, the first as well as the last.
    for _ in range(20):
        for number in range(20):
            depth.note(8, 800, 0.05, 1)
            depth.sample(number % 8, 0.05)
        depth.adapt()
    assert depth.limit == 8
    # Nothing to compare: every request had as many ahead.
    for _ in range(20):
        assert tick(Depth(8), SLOW, spread=1) == 8


def test_answers_that_come_together_keep_the_depth() -> None:
    depth = Depth(8)
    # A server that is busy with other connections in between: more of them would not help.
    for _ in range(20):
        for number in range(20):
            depth.note(8, 800, SLOW, 0)
            depth.sample(number % 8, SLOW * (number % 8 + 1))
        depth.turn()
        depth.adapt()
        assert depth.limit == 8


def test_one_that_came_late_among_many_is_no_slow_server() -> None:
    depth = Depth(8)
    for number in range(400):
        for _ in range(10):
            depth.note(1, 100, QUICK, 7)
            depth.sample(0, ROUND_TRIP)
        # A single request had others ahead, and the machine was busy just then.
        if number % 20 == 10:
            depth.sample(5, 0.05)
        depth.turn()
        depth.adapt()
        assert depth.limit == 8


def test_it_grows_when_connections_cost_more_than_waiting() -> None:
    # 256 answers in one turn: half as many connections save more than a millisecond.
    depth = made_shallow()
    assert tick(depth, SLOW, looks=256, turns=1) == 2
    # 25 in a turn: that would not be worth it while the server is that slow.
    depth = made_shallow()
    assert [tick(depth, SLOW, looks=25, turns=1) for _ in range(10)] == [1] * 10
    # The same, each in a turn of its own: the loop has time to spare.
    depth = made_shallow()
    assert [tick(depth, SLOW, looks=256, turns=256) for _ in range(20)] == [1] * 20


def test_a_slow_server_is_tried_anew_after_a_while() -> None:
    depth = made_shallow()
    ticks = 0
    while tick(depth, QUICK, looks=32, turns=16) == 1:
        ticks += 1
    assert 20 < ticks < 300
    # It is not slow any more: the whole depth comes back.
    for _ in range(400):
        tick(depth, QUICK, looks=32, turns=16)
    assert depth.limit == 8
    assert not depth.is_shallow


def test_a_tick_without_answers_says_nothing() -> None:
    depth = made_shallow()
    for _ in range(1000):
        assert tick(depth, 0, looks=0, turns=0) == 1


def test_large_answers_make_pipelines_shallow() -> None:
    depth = Depth(8)
    for size, limit in ((100_000, 2), (1_000_000, 1), (100, 8)):
        for _ in range(400):
            depth.note(1, size, QUICK, 1)
        depth.adapt()
        assert depth.limit == limit
        assert depth.stretch() is False


def test_when_no_connection_may_be_opened_they_share_for_the_time_being() -> None:
    depth = made_shallow(4)
    assert [depth.stretch() for _ in range(4)] == [True, True, True, False]
    assert depth.limit == 4
    depth.adapt()
    assert depth.limit == 1


seconds = st.floats(0, 100)


@given(
    most=st.integers(1, 16),
    ticks=st.lists(
        st.tuples(
            st.lists(
                st.tuples(st.integers(1, 8), st.integers(30, 1 << 24), seconds, st.integers(0, 15)),
                max_size=20,
            ),
            st.lists(st.tuples(st.integers(0, 15), seconds), max_size=20),
            st.integers(0, 5),
            st.booleans(),
        ),
        max_size=20,
    ),
)
def test_whatever_is_seen_the_limit_keeps_within_its_bounds(most: int, ticks: list) -> None:
    depth = Depth(most)
    for looks, samples, turns, stretched in ticks:
        for look in looks:
            depth.note(*look)
            assert 1 <= depth.limit <= most
            assert depth.limit == 1 or depth.limit * depth._answer_bytes <= MAX_ANSWER_BYTES
        for sample in samples:
            depth.sample(*sample)
        for _ in range(turns):
            depth.turn()
        depth.adapt()
        if stretched:
            depth.stretch()
        assert 1 <= depth.limit <= most
        assert depth.answer_seconds >= 0


def test_it_ticks_while_something_is_pending() -> None:
    async def main() -> None:
        left = 5
        seen: list[float] = []

        def look(now: float) -> bool:
            nonlocal left
            left -= 1
            seen.append(now)
            return left > 0

        ticker = Ticker(look)
        assert not ticker.is_running
        ticker.start()
        while ticker.is_running:  # noqa: ASYNC110 - turns of this very loop
            await asyncio.sleep(TICK_SECONDS)
        assert len(seen) == ticker.number == 5
        assert seen == sorted(seen)
        ticker.start()
        ticker.stop()
        await asyncio.sleep(3 * TICK_SECONDS)
        assert ticker.number == 5

    asyncio.run(main())


def test_what_came_while_the_loop_was_busy_is_looked_at_before_anything_is_late() -> None:
    async def main() -> None:
        order: list[str] = []
        ticker = Ticker(lambda now: bool(order.append("tick")))
        ticker.start()
        loop = asyncio.get_running_loop()
        # Busy for longer than a tick; when that is over, the tick is late.
        time.sleep(5 * TICK_SECONDS)  # noqa: ASYNC251 - somebody keeps the loop busy
        loop.call_soon(lambda: loop.call_soon(order.append, "looked"))
        while "tick" not in order:  # noqa: ASYNC110 - turns of this very loop
            await asyncio.sleep(0)
        assert order == ["looked", "tick"]

    asyncio.run(main())
