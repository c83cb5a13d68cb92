# SPDX-License-Identifier: Apache-2.0
"""The outcome of a demo as tables, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gridwire.cli.demo.latency import summarize
from gridwire.cli.demo.ledger import FailedWrite, Verdict
from gridwire.cli.demo.result import Opening, Result
from gridwire.cli.demo.work import Part, Series

__all__ = ["members_table", "print_report"]

_WIDE = 64
"""Columns from which on tables have room for lines, bars and units."""

_BAR_CHARS = 24
"""Length of the bar of a member that owns everything."""

_LISTED = 10
"""Keys that a list shows; ``--json`` shows all."""


def print_report(console: Console, result: Result) -> None:
    """Print all that was measured, and the verdict as the last line.

    Args:
        console: where to.
        result: of the demo.
    """
    say = console.print
    alone = [each for each in result.series if each.part is Part.ALONE]
    together = [each for each in result.series if each.part is Part.TOGETHER]
    dying = " while a member is killed" if result.kill else ""
    say()
    say(_speed_table(console, "Speed of each client alone", alone))
    say()
    say(_speed_table(console, f"Speed of both at once{dying}", together))
    say("[dim]Milliseconds from call to answer: p50 for the median, p99 for 99 of 100 calls.[/]")
    say()
    if result.kill:
        say(_partitions_table(console, result))
        say()
    _print_writes(console, result)
    verdict = result.verdict
    say(verdict.line, style="bold green" if verdict.is_clean else "bold red", highlight=False)


def members_table(console: Console, opening: Opening) -> Table:
    """Show the members of a cluster, and how many partitions each owns.

    Args:
        console: where it is going to be printed.
        opening: the cluster.
    """
    table = _table(console, f"{opening.partition_count} partitions on {_members(opening)}")
    table.add_column("member", no_wrap=True)
    table.add_column("version")
    table.add_column("partitions", justify="right")
    wide = console.width >= _WIDE
    if wide:
        table.add_column("")
    for member in opening.members:
        row: list[str | Text] = [member.address, member.version, str(member.partitions)]
        if wide:
            row.append(_bar(console, member.partitions, opening.partition_count))
        table.add_row(*row)
    return table


def _members(opening: Opening) -> str:
    count = len(opening.members)
    return "1 member" if count == 1 else f"{count} members"


def _partitions_table(console: Console, result: Result) -> Table:
    table = _table(console, "Partitions, before and after")
    table.add_column("member", no_wrap=True)
    table.add_column("before", justify="right")
    table.add_column("after", justify="right")
    wide = console.width >= _WIDE
    if wide:
        table.add_column("")
    after = {member.address: member.partitions for member in result.members_after}
    for member in result.opening.members:
        now = after.get(member.address)
        shown = Text("killed", style="bold red") if now is None else Text(str(now))
        row: list[str | Text] = [member.address, str(member.partitions), shown]
        if wide:
            row.append(_bar(console, now or 0, result.opening.partition_count))
        table.add_row(*row)
    return table


def _bar(console: Console, part: int, whole: int) -> Text:
    length = round(_BAR_CHARS * part / whole) if whole else 0
    return Text(("#" if console.options.ascii_only else "█") * length, style="cyan")


def _speed_table(console: Console, title: str, series: Sequence[Series]) -> Table:
    table = _table(console, title)
    wide = console.width >= _WIDE
    table.add_column("client", no_wrap=True)
    if wide:
        table.add_column("in flight", justify="right")
    table.add_column("call")
    for header in ("calls/s", "p50", "p99", "max"):
        table.add_column(header, justify="right", no_wrap=True)
    for each in series:
        latency = summarize(each.samples)
        times = (latency.p50, latency.p99, latency.max) if latency else ()
        cells = [_milliseconds(seconds) for seconds in times] or ["-"] * 3
        in_flight = [str(each.workers)] if wide else []
        table.add_row(each.client, *in_flight, each.operation, f"{each.per_second:,.0f}", *cells)
    return table


def _table(console: Console, title: str) -> Table:
    wide = console.width >= _WIDE
    return Table(
        header_style="dim", box=None, pad_edge=False, padding=(0, 3 if wide else 1, 0, 0)
    )


def _milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _print_writes(console: Console, result: Result) -> None:
    verdict = result.verdict
    say = console.print
    failed = f", {len(verdict.failed):,} failed" if verdict.failed else ", none failed"
    say(f"[bold]{verdict.acknowledged:,} writes acknowledged[/]{failed}.", highlight=False)
    if verdict.failed:
        _print_failed(console, verdict.failed)
    if result.left_behind:
        say(f"Map {result.opening.map_name} is left behind: {result.left_behind}", markup=False)
    _print_findings(console, verdict)
    if not verdict.unchecked:
        say(f"All {result.entries:,} entries were read by a new client, and compared with these.")
    say(f"[dim]The demo took {result.seconds:.1f} s.[/]")


def _print_failed(console: Console, failed: Sequence[FailedWrite]) -> None:
    console.print("What failed as UNKNOWN was on its way: it may be there or not, nobody knows.")
    table = _table(console, "Writes that failed")
    table.add_column("key", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("found", no_wrap=True)
    wide = console.width >= _WIDE
    if wide:
        table.add_column("error", no_wrap=True)
    for write in failed[:_LISTED]:
        found = "?" if write.found is None else "yes" if write.found else "no"
        error = [write.error.partition(":")[0]] if wide else []
        table.add_row(write.key, write.outcome.name, found, *error)
    console.print()
    console.print(table)
    _print_more(console, len(failed))
    console.print()


def _print_findings(console: Console, verdict: Verdict) -> None:
    _print_keys(console, "lost", verdict.lost)
    _print_keys(console, "wrong", verdict.wrong)
    _print_keys(console, "not read at the end", verdict.unchecked)
    if verdict.stopped_early:
        console.print("[bold red]stopped early[/]: too many operations failed.")


def _print_keys(console: Console, what: str, keys: Iterable[str]) -> None:
    listed = list(keys)
    if listed:
        console.print(f"[bold red]{what}[/]: {', '.join(listed[:_LISTED])}", highlight=False)
        _print_more(console, len(listed))


def _print_more(console: Console, count: int) -> None:
    if count > _LISTED:
        console.print(f"[dim]and {count - _LISTED:,} more; --json lists all[/]", highlight=False)
