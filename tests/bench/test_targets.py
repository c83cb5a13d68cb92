# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench.choosing import UnknownCaseError, choose
from bench.document import document
from bench.hazelcast.cases import CASES, QUICK_CASES
from bench.hazelcast.targets import GROWTH_TARGETS, TARGETS
from bench.model import OURS, PEER, Latency, Measurement, Pair, Result, Round
from bench.targets import GrowthTarget, Target, judge

if TYPE_CHECKING:
    from pathlib import Path


def measurement(
    library, rate: float, cpu_us: float = 10.0, grown: int | None = None
) -> Measurement:
    operations = round(rate)
    rounds = tuple(Round(operations, 1.0, cpu_us * operations / 1e6) for _ in range(3))
    latency = Latency(500, 1e6 / rate, 2e6 / rate)
    return Measurement(library, rounds, latency, None, grown, {"version": "1"})


def result(case: str, ours: list[float], theirs: list[float], **options) -> Result:
    pairs = tuple(
        Pair(OURS, measurement(OURS, one, options.get("cpu", 4.0)), measurement(PEER, other))
        for one, other in zip(ours, theirs, strict=True)
    )
    return Result(case, options.get("members", 1), options.get("operation_bytes", 100), pairs)


def verdicts(results: list[Result], targets=(), growth=()) -> list[tuple[str, float, bool]]:
    return [
        (each.metric, round(each.reached, 3), each.met) for each in judge(results, targets, growth)
    ]


def test_the_median_of_the_pairs_is_judged():
    drifting = result("x-get-1", [100, 300, 1000], [50, 100, 500])
    assert drifting.speed.median == 2
    assert (drifting.speed.low, drifting.speed.high) == (2, 3)
    targets = [
        Target("x-*", "throughput", 2.0),
        Target("x-*", "throughput", 2.1),
        Target("x-*", "time", 0.5),
        Target("x-*", "time", 0.4),
        Target("x-*", "cpu", 0.4),
        Target("x-*", "cpu", 0.39),
        Target("y-*", "cpu", 0.1),
    ]
    assert verdicts([drifting], targets) == [
        ("throughput", 2.0, True),
        ("throughput", 2.0, False),
        ("time", 0.5, True),
        ("time", 0.5, False),
        ("cpu", 0.4, True),
        ("cpu", 0.4, False),
    ]


def grown(*sizes: tuple[int | None, int | None]) -> Result:
    pairs = tuple(
        Pair(OURS, measurement(OURS, 100, grown=one), measurement(PEER, 100, grown=other))
        for one, other in sizes
    )
    return Result("x-walk", 1, 100, pairs)


def test_memory_is_judged_where_it_is_known():
    targets = [Target("x-*", "memory", 0.25), Target("x-*", "memory", 0.1)]
    known = grown((10, 100), (20, 100), (90, 100))
    assert verdicts([known], targets) == [("memory", 0.2, True), ("memory", 0.2, False)]
    for unknown in (grown((None, 100)), grown((10, 100), (10, None)), grown((10, 0))):
        assert verdicts([unknown], targets) == []
    assert known.grown_bytes(OURS) == 20
    written = document("x", {}, {}, [known], [])["results"][0]["summary"]
    assert written["memory_ratio"] == {"median": 0.2, "low": 0.1, "high": 0.9}
    assert written["official"]["grown_bytes"] == 100


def test_growth_compares_our_bytes_per_second():
    small = result("small", [100], [1], operation_bytes=1000)
    large = result("large", [40], [1], operation_bytes=2000)
    elsewhere = result("large", [40], [1], operation_bytes=2000, members=3)
    target = GrowthTarget("small", "large", 0.75)
    assert verdicts([small, large, elsewhere], growth=[target]) == [("growth", 0.8, True)]


def test_a_case_without_a_complete_pair_is_not_judged():
    failed = Measurement(PEER, error="took more than 60 s")
    one = Result("x-get-1", 1, 100, (Pair(PEER, measurement(OURS, 100), failed),))
    assert judge([one], [Target("x-*", "cpu", 0.4)], []) == []
    assert one.errors == ["official: took more than 60 s"]
    written = document("x", {}, {}, [one], [])
    assert written["results"][0]["summary"] is None
    assert written["results"][0]["pairs"][0]["official"]["error"] == "took more than 60 s"


def test_every_target_has_cases_that_the_quick_run_measures():
    names = [case.name for case in QUICK_CASES]
    for target in TARGETS:
        assert any(target.applies_to(name) for name in names), target
    for growth in GROWTH_TARGETS:
        assert {growth.small, growth.large} <= set(names)
    assert len({case.name for case in CASES}) == len(CASES)


def test_cases_are_chosen_by_pattern():
    chosen = choose(["blocking-set-*", "asyncio-get-1"], CASES)
    assert [case.name for case in chosen] == [
        "asyncio-get-1",
        "blocking-set-1",
        "blocking-set-4",
        "blocking-set-32",
    ]
    with pytest.raises(UnknownCaseError, match=r"no case is named 'x\*'; there are asyncio-get-1,"):
        choose(["asyncio-*", "x*"], CASES)


def test_draws_what_was_measured(tmp_path: Path):
    pytest.importorskip("matplotlib", reason="an extra of the bench")
    from bench.plot import draw

    results = [
        result("asyncio-get-256", [100, 300], [50, 100]),
        result("asyncio-get-256", [100, 300], [50, 100], members=3),
        result("value-set-1kB", [10], [50], cpu=20.0),
    ]
    picture = tmp_path / "ratios.png"
    draw(picture, results, TARGETS, "title", "subtitle")
    assert picture.read_bytes().startswith(b"\x89PNG")
