# SPDX-License-Identifier: Apache-2.0
"""A run on the terminal: a progress bar while it lasts, tables when it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
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
from rich.text import Text

from bench.model import OURS, PEER, Figure, Library, Result
from bench.targets import Verdict

__all__ = [
    "console",
    "show_errors",
    "show_figures",
    "show_noise",
    "show_results",
    "show_targets",
    "showing_progress",
]

_WIDTH = 132  # columns of the whole table
_QUIET = 0.85  # of all CPUs, idle before the run
_MIB = 1024 * 1024
_MOVES_MUCH = 64 * 1024  # bytes a call from which bytes per second are worth a figure
_CAPTION = (
    "ours | theirs · x: ours to theirs, median of the pairs · op: one call · "
    "+MiB: how far the process grew · idle: all CPUs"
)


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
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out, transient=True, expand=True) as progress:
        yield _Shown(progress, progress.add_task("", total=steps))


def show_noise(out: Console, idle: float | None) -> None:
    """Warn when others use the machine."""
    if idle is not None and idle < _QUIET:
        busy = f"{1 - idle:.0%} of the machine is in use by others"
        out.print(f"{busy}: times will drift, and ratios will spread", style="yellow")


def show_results(
    out: Console,
    results: Sequence[Result],
    verdicts: Sequence[Verdict],
    names: Mapping[Library, str],
    server: str = "member",
) -> None:
    """Print a table for each cluster.

    Args:
        out: Where to; when it is narrow, latencies are left out.
        results: In the order of the clusters.
        verdicts: What became of the targets; ratios that have one are coloured by it.
        names: How to call the two libraries.
        server: What a cluster is made of.
    """
    columns = [each for each in _COLUMNS if out.width >= _WIDTH or not each.optional]
    for members, group in groupby(results, key=lambda each: each.members):
        table = Table(
            title=f"{members} {server}{'s' if members > 1 else ''} · {names[OURS]} | {names[PEER]}",
            caption=_CAPTION,
            box=SIMPLE_HEAD,
            pad_edge=False,
        )
        table.add_column("case", no_wrap=True)
        for column in columns:
            table.add_column(column.heading, justify="right", no_wrap=True)
        section = ""
        for result in group:
            kind = result.case.partition("-")[0]
            if section and kind != section:
                table.add_section()
            section = kind
            cells = [_cell(each, result, verdicts) for each in columns]
            table.add_row(result.case, *(cells if result.complete else ["failed"]))
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


def show_figures(out: Console, title: str, figures: Iterable[Figure]) -> None:
    """Print what is not compared with anything, but may have a bound."""
    table = Table(title=title, box=SIMPLE_HEAD)
    for heading in ("figure", "median", "from", "to", "bound", ""):
        table.add_column(heading, justify="left" if heading in {"figure", ""} else "right")
    for each in figures:
        reached = [_amount(value, each.unit) for value in astuple(each.spread)]
        bound = "" if each.bound is None else _amount(each.bound, each.unit)
        mark = {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[each.met]
        table.add_row(each.name, *reached, bound, mark)
    out.print(table)


def _amount(value: float, unit: str) -> str:
    return f"{value * 1000:.0f} ms" if unit == "s" else f"{_number(value)} {unit}"


def show_errors(out: Console, results: Sequence[Result]) -> bool:
    """Print what could not be measured; tell whether there was any such thing."""
    failed = [(result, error) for result in results for error in result.errors]
    for result, error in failed:
        where = f"{result.case}, {result.members} members"
        out.print(f"not measured: {where}: {error}", style="red", markup=False)
    return bool(failed)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its figures, and which metrics' targets colour it."""

    heading: str
    text: Callable[[Result], str]
    metrics: tuple[str, ...] = ()
    optional: bool = False


def _cell(column: _Column, result: Result, verdicts: Sequence[Verdict]) -> Text:
    if not result.complete:
        return Text()
    met = [
        each.met
        for each in verdicts
        if (each.case, each.members) == (result.case, result.members)
        and each.metric in column.metrics
    ]
    style = "" if not met else "green" if all(met) else "red"
    return Text(column.text(result), style)


def _both(figure: Callable[[Result, Library], float | None]) -> Callable[[Result], str]:
    """Show a figure of both libraries; nothing where neither has it."""

    def text(result: Result) -> str:
        ours, theirs = figure(result, OURS), figure(result, PEER)
        return "" if ours is None and theirs is None else f"{_number(ours)} | {_number(theirs)}"

    return text


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if value >= 1e6:
        return f"{value / 1e6:.2f}M"
    if value >= 10_000:
        return f"{value / 1000:.0f}k" if value >= 1e5 else f"{value / 1000:.1f}k"
    return f"{value:.0f}" if value >= 100 or value == round(value) else f"{value:.1f}"


def _bandwidth(result: Result, library: Library) -> float | None:
    if result.operation_bytes < _MOVES_MUCH:
        return None
    return result.rate(library) * result.operation_bytes / _MIB


def _grown(result: Result, library: Library) -> float | None:
    grown = result.grown_bytes(library)
    return None if grown is None else round(grown / _MIB)


def _idle_percent(result: Result, library: Library) -> float | None:
    share = result.machine_idle(library)
    return None if share is None else round(share * 100)


_COLUMNS = (
    _Column("op/s", _both(Result.rate)),
    _Column("x", lambda result: f"{result.speed.median:.2f}", ("throughput", "time")),
    _Column("CPU µs/op", _both(Result.cpu_us)),
    _Column("x", lambda result: f"{result.cpu.median:.2f}", ("cpu",)),
    _Column("p50 µs", _both(Result.latency_us), optional=True),
    _Column("p99 µs", _both(lambda result, side: result.latency_us(side, p99=True)), optional=True),
    _Column("MiB/s", _both(_bandwidth), ("growth",)),
    _Column("+MiB", _both(_grown), ("memory",), optional=True),
    _Column("idle %", _both(_idle_percent)),
)
