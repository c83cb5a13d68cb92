# SPDX-License-Identifier: Apache-2.0
"""What gridwire wants to reach, and whether a run reached it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Literal

from bench.model import OURS, Result
from bench.stats import paired_ratios, spread

__all__ = ["GROWTH_TARGETS", "TARGETS", "GrowthTarget", "Target", "Verdict", "judge"]

Metric = Literal["throughput", "time", "cpu", "growth"]


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a ratio of ours to theirs: throughput at least, time and CPU at most."""

    pattern: str
    metric: Literal["throughput", "time", "cpu"]
    bound: float

    @property
    def speed(self) -> float | None:
        """The bound as how many times as fast we want to be; None if it is about CPU."""
        if self.metric == "cpu":
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


TARGETS = (
    Target("asyncio-*-256", "throughput", 2.5),
    Target("asyncio-*-256", "cpu", 0.4),
    Target("futures-*-256", "throughput", 2.0),
    Target("blocking-*-1", "time", 0.7),
    Target("blocking-*-1", "cpu", 0.65),
    Target("blocking-*-4", "throughput", 10.0),
    Target("blocking-*-32", "throughput", 2.5),
    Target("put_all-*", "time", 0.5),
    Target("get_all-*", "time", 0.5),
    Target("value-set-64MiB", "throughput", 20.0),
    Target("value-get-64MiB", "throughput", 2.0),
)

# Linear in size would be 1; quadratic would be an eighth. The member itself is slower with large
# messages, which it allocates as a whole.
GROWTH_TARGETS = (
    GrowthTarget("value-set-8MiB", "value-set-64MiB", 0.5),
    GrowthTarget("value-get-8MiB", "value-get-64MiB", 0.5),
)


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
        sign = "≥" if self.metric in {"throughput", "growth"} else "≤"
        what = "MiB/s as with 8 MiB" if self.metric == "growth" else self.metric
        return f"{what} {sign} {self.bound:g}×"

    def to_json(self) -> dict[str, object]:
        """For the result file."""
        return asdict(self)


def judge(results: Sequence[Result]) -> list[Verdict]:
    """Compare results with all targets that apply to them."""
    return [*_ratios(results), *_growth(results)]


def _ratios(results: Sequence[Result]) -> Iterable[Verdict]:
    for result in results:
        if not result.complete:
            continue
        for target in TARGETS:
            if not target.applies_to(result.case):
                continue
            reached = result.cpu.median if target.metric == "cpu" else result.speed.median
            if target.metric == "time":
                reached = 1 / reached
            at_least = target.metric == "throughput"
            met = reached >= target.bound if at_least else reached <= target.bound
            yield Verdict(result.case, result.members, target.metric, target.bound, reached, met)


def _growth(results: Sequence[Result]) -> Iterable[Verdict]:
    found = {(result.case, result.members): result for result in results if result.complete}
    for target in GROWTH_TARGETS:
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
