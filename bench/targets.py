# SPDX-License-Identifier: Apache-2.0
"""Targets: bounds on ratios, and whether a run kept within them. They never decide a status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Literal

from bench.model import OURS, Result
from bench.stats import Spread, paired_ratios, spread

__all__ = ["GrowthTarget", "Target", "Verdict", "judge"]

RatioMetric = Literal["throughput", "time", "cpu", "memory"]
Metric = Literal[RatioMetric, "growth"]


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a ratio of ours to theirs: throughput at least, time, CPU and memory at most."""

    pattern: str
    metric: RatioMetric
    bound: float

    @property
    def speed(self) -> float | None:
        """The bound as how many times as fast we want to be; None if it is not about speed."""
        if self.metric in {"cpu", "memory"}:
            return None
        return self.bound if self.metric == "throughput" else 1 / self.bound

    def applies_to(self, case: str) -> bool:
        """Tell whether a case is bound by it."""
        return fnmatchcase(case, self.pattern)


@dataclass(frozen=True, slots=True)
class GrowthTarget:
    """Our bytes per second with a large value, divided by those with a smaller one, at least."""

    small: str
    large: str
    bound: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one target in one case on one cluster."""

    case: str
    members: int
    metric: Metric
    bound: float
    reached: float
    met: bool

    @property
    def sentence(self) -> str:
        """For the report."""
        if self.metric == "growth":
            return f"MiB/s ≥ {self.bound:g}x of half the size"
        return f"{self.metric} {'≥' if self.metric == 'throughput' else '≤'} {self.bound:g}x"

    def to_json(self) -> dict[str, object]:
        """For the result file."""
        return asdict(self)


_RATIOS: dict[RatioMetric, Callable[[Result], Spread | None]] = {
    "throughput": lambda result: result.speed,
    "time": lambda result: result.speed,
    "cpu": lambda result: result.cpu,
    "memory": lambda result: result.memory,
}


def judge(
    results: Sequence[Result], targets: Sequence[Target], growth: Sequence[GrowthTarget]
) -> list[Verdict]:
    """Compare results with all targets that apply to them."""
    return [*_ratios(results, targets), *_growth(results, growth)]


def _ratios(results: Sequence[Result], targets: Sequence[Target]) -> Iterable[Verdict]:
    for result in results:
        if not result.complete:
            continue
        for target in targets:
            if not target.applies_to(result.case):
                continue
            ratio = _RATIOS[target.metric](result)
            if ratio is None:
                continue
            reached = 1 / ratio.median if target.metric == "time" else ratio.median
            at_least = target.metric == "throughput"
            met = reached >= target.bound if at_least else reached <= target.bound
            yield Verdict(result.case, result.members, target.metric, target.bound, reached, met)


def _growth(results: Sequence[Result], targets: Sequence[GrowthTarget]) -> Iterable[Verdict]:
    found = {(result.case, result.members): result for result in results if result.complete}
    for target in targets:
        for (case, members), large in found.items():
            small = found.get((target.small, members))
            if case != target.large or small is None:
                continue
            pairs = min(len(small.complete), len(large.complete))
            fast = [each.rate * small.operation_bytes for each in small.side(OURS)[:pairs]]
            slow = [each.rate * large.operation_bytes for each in large.side(OURS)[:pairs]]
            reached = spread(paired_ratios(slow, fast)).median
            met = reached >= target.bound
            yield Verdict(case, members, "growth", target.bound, reached, met)
