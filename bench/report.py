# SPDX-License-Identifier: Apache-2.0
"""A run as tables on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from bench.model import OURS, PEER, Library, Result
from bench.targets import Verdict

__all__ = ["console", "show_errors", "show_results", "show_targets", "showing_progress"]

_WIDTH = 150  # columns that the widest table needs; where nobody looks, a terminal has 80
_SHORT = {"throughput": "speed", "time": "speed", "cpu": "cpu", "growth": "linear"}
_MIB = 1024 * 1024
_MOVES_MUCH = 64 * 1024  # bytes a call from which bytes per second are worth a column


def console() -> Console:
    """Make a console that is wide enough even when its output goes to a file."""
    made = Console()
    return made if made.is_terminal else Console(width=_WIDTH)


@dataclass(frozen=True, slots=True)
class _Shown:
    progress: Progress
    task: TaskID

    def say(self, text: str) -> None:
        self.progress.update(self.task, description=text)

    def advance(self) -> None:
        self.progress.advance(self.task)


@contextmanager
def showing_progress(out: Console, steps: int) -> Iterator[_Shown]:
    """Show a progress bar, which goes when the context ends."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("· left"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    with Progress(*columns, console=out, transient=True, expand=True) as progress:
        yield _Shown(progress, progress.add_task("", total=steps))


def show_results(
    out: Console,
    results: Sequence[Result],
    verdicts: Sequence[Verdict],
    names: Mapping[Library, str],
) -> None:
    """Print a table for each cluster.

    Args:
        out: Where to.
        results: In the order of the clusters.
        verdicts: What became of the targets.
        names: How to call the two libraries.
    """
    for members, group in groupby(results, key=lambda each: each.members):
        plural = "s" if members > 1 else ""
        table = Table(
            title=f"{members} member{plural} · {names[OURS]} | {names[PEER]}",
            caption="ours | theirs · x: ours to theirs, median of the pairs · op: one call · idle: of all CPUs, with members and client at work",
            box=SIMPLE_HEAD,
            pad_edge=False,
        )
        table.add_column("case", no_wrap=True)
        for heading in (
            "op/s",
            "x",
            "CPU µs/op",
            "x",
            "p50 µs",
            "p99 µs",
            "MiB/s",
            "idle %",
            "targets",
        ):
            table.add_column(heading, justify="right", no_wrap=True)
        section = ""
        for result in group:
            kind = result.case.partition("-")[0]
            if section and kind != section:
                table.add_section()
            section = kind
            table.add_row(*_row(result, verdicts))
        out.print(table)


def show_targets(out: Console, verdicts: Sequence[Verdict]) -> None:
    """Print what became of each target."""
    if not verdicts:
        return
    met = sum(each.met for each in verdicts)
    table = Table(title=f"targets: {met} of {len(verdicts)} met", box=SIMPLE_HEAD)
    for heading in ("case", "members", "target", "reached", ""):
        table.add_column(heading, justify="right" if heading in {"members", "reached"} else "left")
    for each in verdicts:
        mark = "[green]met[/]" if each.met else "[red]missed[/]"
        reached = f"{each.reached:.2f}x"
        table.add_row(each.case, str(each.members), each.sentence, reached, mark)
    out.print(table)


def show_errors(out: Console, results: Sequence[Result]) -> bool:
    """Print what could not be measured; tell whether there was any such thing."""
    failed = [(result, error) for result in results for error in result.errors]
    for result, error in failed:
        where = f"{result.case}, {result.members} members"
        out.print(f"not measured: {where}: {error}", style="red", markup=False)
    return bool(failed)


def _row(result: Result, verdicts: Sequence[Verdict]) -> list[str]:
    if not result.complete:
        return [result.case, "failed", "", "", "", "", "", "", "", ""]
    mine = [each for each in verdicts if (each.case, each.members) == (result.case, result.members)]
    marks = [f"{_SHORT[each.metric]} {'[green]✓[/]' if each.met else '[red]✗[/]'}" for each in mine]
    return [
        result.case,
        _both(result.rate(OURS), result.rate(PEER)),
        _ratio(result.speed.median, result.speed.median >= 1),
        _both(result.cpu_us(OURS), result.cpu_us(PEER)),
        _ratio(result.cpu.median, result.cpu.median <= 1),
        _both(result.latency_us(OURS), result.latency_us(PEER)),
        _both(result.latency_us(OURS, p99=True), result.latency_us(PEER, p99=True)),
        _both(_bandwidth(result, OURS), _bandwidth(result, PEER)),
        _both(_percent(result.machine_idle(OURS)), _percent(result.machine_idle(PEER))),
        " ".join(marks),
    ]


def _bandwidth(result: Result, library: Library) -> float | None:
    if result.operation_bytes < _MOVES_MUCH:
        return None
    return result.rate(library) * result.operation_bytes / _MIB


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def _both(ours: float | None, theirs: float | None) -> str:
    if ours is None and theirs is None:
        return ""
    return f"{_number(ours)} | {_number(theirs)}"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if value >= 1e6:
        return f"{value / 1e6:.2f}M"
    if value >= 10_000:
        return f"{value / 1000:.0f}k" if value >= 1e5 else f"{value / 1000:.1f}k"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _ratio(value: float, good: bool) -> str:
    return f"[{'green' if good else 'red'}]{value:.2f}[/]"
