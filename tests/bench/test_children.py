# SPDX-License-Identifier: Apache-2.0
"""Client processes are bounded, and what they read is checked."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Future
from pathlib import Path

import pytest
from bench.children import ChildFailedError, WrongAnswerError, run_child
from bench.hazelcast.callers import Lane, block, block_timed, coroutine, pipeline, pipeline_timed
from bench.measuring import Competitor, Window, measure, summary


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run some lines as a client process."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def run(lines: str, limit: float = 60.0) -> dict[str, object]:
        (tmp_path / "made_up_client.py").write_text("import json, os, sys, time\n" + lines)
        return run_child("made_up_client", {"number": 7}, limit)

    return run


def test_a_child_gives_what_it_prints(child):
    assert child("print(json.dumps({'told': json.loads(sys.argv[1])}))") == {"told": {"number": 7}}


def test_a_child_that_takes_too_long_is_ended(child, tmp_path: Path):
    path = tmp_path / "pid"
    lines = f"open({str(path)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    with pytest.raises(ChildFailedError, match="took more than 2 s"):
        child(lines, limit=2.0)
    with pytest.raises(ProcessLookupError):
        os.kill(int(path.read_text()), 0)


@pytest.mark.parametrize(
    ("lines", "error", "text"),
    [
        ("sys.exit('no member')", ChildFailedError, "status 1: no member"),
        ("print('hello')", ChildFailedError, "printed no result, but 'hello"),
        ("print('[]')", ChildFailedError, "printed no result"),
        ("print('key 3', file=sys.stderr); sys.exit(3)", WrongAnswerError, "key 3"),
    ],
)
def test_a_child_that_fails_says_why(child, lines: str, error: type[Exception], text: str):
    with pytest.raises(error, match=text):
        child(lines)


def calls_until(window: Window, count: int, answer):
    """A method of a map that ends the window after so many calls."""
    made = []

    def call(key: int):
        made.append(key)
        if len(made) == count:
            window.open = False
        return answer(key)

    return call, made


def test_callers_go_round_and_count():
    window = Window(60.0)
    lane = Lane([((key,), str(key)) for key in range(4)])
    call, made = calls_until(window, 3, str)
    assert block(call, lane, window) == 3
    assert (made, lane.reached) == ([0, 1, 2], 3)

    window = Window(60.0)
    call, made = calls_until(window, 6, str)
    seconds: list[float] = []
    assert block_timed(call, lane, window, seconds) == 6
    assert (made, lane.reached, len(seconds)) == ([0, 1, 2, 3, 0, 1], 4, 6)


@pytest.mark.parametrize("depth", [1, 3, 100])
def test_pipelines_keep_so_many_in_flight(depth: int):
    flying: set[Future[str]] = set()
    most = 0

    class Flying(Future):
        def result(self, timeout: float | None = None) -> str:
            flying.discard(self)
            return super().result(timeout)

    def start(key: int) -> Flying:
        nonlocal most
        future = Flying()
        future.set_result(str(key))
        flying.add(future)
        most = max(most, len(flying))
        return future

    lane = Lane([((key,), str(key)) for key in range(4)])
    window = Window(60.0)
    call, _ = calls_until(window, 10, start)
    assert pipeline(call, lane, window, depth) == 10
    assert (most, flying) == (min(depth, 10), set())
    window = Window(60.0)
    call, _ = calls_until(window, 10, start)
    seconds: list[float] = []
    assert pipeline_timed(call, lane, window, depth, seconds) == 10
    assert len(seconds) == 10


def test_a_wrong_answer_ends_the_measurement():
    lane = Lane([((1,), "right")])

    async def answer(key: int) -> str:
        return "wrong"

    def future(key: int) -> Future[str]:
        made: Future[str] = Future()
        made.set_result("wrong")
        return made

    with pytest.raises(WrongAnswerError, match=r"\(1\) gave 'wrong', expected 'right'"):
        block(lambda key: "wrong", lane, Window(60.0))
    with pytest.raises(WrongAnswerError):
        asyncio.run(coroutine(answer, lane, Window(60.0)))
    with pytest.raises(WrongAnswerError):
        pipeline(future, lane, Window(60.0), 1)


def test_a_window_shuts_and_a_competitor_is_not_counted():
    with Competitor() as competitor, Window(0.05) as window:

        def work() -> int:
            calls = 0
            while window.open:
                calls += 1
            return calls

        done = measure(work, competitor.others_cpu)
    assert done.operations > 0
    assert done.cpu_seconds <= done.wall_seconds * 1.5
    with pytest.raises(RuntimeError, match="no call was made"):
        measure(lambda: 0, lambda: 0.0)


def test_latencies_are_summed_up():
    assert summary([]) is None
    few = summary([0.001, 0.003, 0.002])
    assert few is not None
    assert (few.samples, few.p50_us, few.p99_us) == (3, 2000, None)
    many = summary([value / 1000 for value in range(1, 1001)])
    assert many is not None
    assert (many.p50_us, many.p99_us) == (500_000, 990_000)
