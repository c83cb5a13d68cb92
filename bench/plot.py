# SPDX-License-Identifier: Apache-2.0
"""A run as a picture: how many times as fast, and which part of the CPU, case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from bench.model import Result
from bench.targets import Target

__all__ = ["draw"]

_COLOURS = ("#2f6fb0", "#8fb8de", "#c9dcef")
_TARGET = "#d1495b"
_GREY = "#6b7280"
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_ROW_INCHES = 0.30


def draw(
    path: Path, results: Sequence[Result], targets: Sequence[Target], title: str, subtitle: str
) -> None:
    """Write the picture.

    Args:
        path: Where to; its ending says in which format.
        results: What to show; cases that failed are left out.
        targets: Each is marked at the cases that it applies to.
        title: The headline.
        subtitle: Where and how it was measured.
    """
    found = {(each.case, each.members): each for each in results if each.complete}
    cases = list(dict.fromkeys(each.case for each in results if each.complete))
    members = sorted({each.members for each in results})
    height = 2.1 + _ROW_INCHES * max(1, len(cases)) * (0.55 + 0.45 * len(members))
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 9}):
        figure = Figure(figsize=(12.5, height), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.35, 1))
        _panel(left, found, cases, members, targets, speed=True)
        _panel(right, found, cases, members, targets, speed=False)
        left.set_title("Speed: gridwire ÷ peer (right is better)", fontsize=10)
        right.set_title("Client CPU per operation: gridwire ÷ peer (left is better)", fontsize=10)
        figure.suptitle(f"{title}\n\n", fontsize=14, fontweight="bold")
        figure.text(0.5, 1 - 0.42 / height, subtitle, ha="center", va="top", color=_GREY)
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
        figure.savefig(path, dpi=130)


def _panel(
    axes: Axes,
    found: Mapping[tuple[str, int], Result],
    cases: Sequence[str],
    members: Sequence[int],
    targets: Sequence[Target],
    *,
    speed: bool,
) -> None:
    thick = 0.8 / max(1, len(members))
    for number, count in enumerate(members):
        label = f"{count} member" if count == 1 else f"{count} members"
        colour = _COLOURS[number % len(_COLOURS)]
        for row, case in enumerate(cases):
            result = found.get((case, count))
            if result is None:
                continue
            ratio = result.speed if speed else result.cpu
            at = row + (number - (len(members) - 1) / 2) * thick
            name = label if row == 0 else None
            # Bars begin at 1, "as the peer": what is worse goes to the other side.
            axes.barh(
                at, ratio.median - 1, thick * 0.92, left=1, color=colour, label=name, zorder=2
            )
            axes.plot([ratio.low, ratio.high], [at, at], color="#1f2937", linewidth=0.9, zorder=3)
            _write(axes, ratio.median, ratio.low, ratio.high, at)
    _mark(axes, cases, targets, speed=speed)
    _style(axes, cases, speed=speed)


def _write(axes: Axes, median: float, low: float, high: float, at: float) -> None:
    right = median >= 1
    axes.annotate(
        f"{median:.1f}" if median >= 10 else f"{median:.2f}",
        (max(high, median) if right else min(low, median), at),
        xytext=(4 if right else -4, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=7,
        color="#374151",
        zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
    )


def _mark(axes: Axes, cases: Sequence[str], targets: Sequence[Target], *, speed: bool) -> None:
    name: str | None = "target"
    for row, case in enumerate(cases):
        for target in targets:
            shown = "memory" if target.metric == "memory" else target.speed is not None
            if not target.applies_to(case) or shown != speed:
                continue
            bound = target.bound if target.speed is None else target.speed
            axes.plot(
                [bound, bound],
                [row - 0.45, row + 0.45],
                color=_TARGET,
                linewidth=2,
                solid_capstyle="butt",
                label=name,
                zorder=4,
            )
            name = None


def _style(axes: Axes, cases: Sequence[str], *, speed: bool) -> None:
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    low, high = min(low * 0.85, 0.8 if speed else 0.2), max(high * 1.25, 3 if speed else 1.3)
    axes.set_xlim(low, high)
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{tick:g}x" for tick in ticks])
    axes.axvline(1, color="#111827", linewidth=1, zorder=3)
    axes.grid(axis="x", color="#e5e7eb", zorder=0)
    axes.tick_params(axis="both", length=0, labelcolor="#374151")
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_yticks(range(len(cases)), labels=list(cases))
    axes.set_ylim(len(cases) - 0.4, -0.6)
    # A line where the next kind of case begins.
    kinds = [case.partition("-")[0] for case in cases]
    for row in range(1, len(cases)):
        if kinds[row] != kinds[row - 1]:
            axes.axhline(row - 0.5, color="#cbd5e1", linewidth=0.8, zorder=1)
