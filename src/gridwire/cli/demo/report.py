# SPDX-License-Identifier: Apache-2.0
"""The outcome of a demo in words and tables, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from gridwire.cli.demo.ledger import FailedWrite, Verdict
from gridwire.cli.demo.result import Result
from gridwire.cli.demo.tables import failed_table, partitions_table, print_titled, speed_table
from gridwire.cli.demo.work import Part, Series
from gridwire.errors import Outcome

__all__ = ["print_report", "print_verdict"]

_LISTED = 10
"""Keys that a list shows; ``--json`` shows all."""


def print_report(console: Console, result: Result) -> None:
    """Print all that was measured on one system, and what came of the writes.

    Args:
        console: where to.
        result: of the demo.
    """
    _print_speed(console, result)
    kill = result.kill
    if kill or result.members_gone:
        moments = {"before": result.opening.members}
        if kill and kill.members_without:
            moments["without"] = kill.members_without
        moments["after"] = result.members_after
        table = partitions_table(console, result.opening.words, **moments)
        print_titled(console, f"Partitions {', '.join(moments)}", table)
    _print_writes(console, result)


def print_verdict(console: Console, verdict: Verdict, of: str = "") -> None:
    """Print a verdict in one line.

    Args:
        console: where to.
        verdict: on the writes.
        of: what it is about.
    """
    line = f"{of}: {verdict.line}" if of else verdict.line
    console.print(line, style="bold green" if verdict.is_clean else "bold red")


def _print_speed(console: Console, result: Result) -> None:
    words = result.opening.words
    alone = [each for each in result.series if each.part is Part.ALONE]
    together = [each for each in result.series if each.part is Part.TOGETHER]
    print_titled(console, "Speed of each client alone", speed_table(console, alone))
    dying = f" while a {words.member} is killed" if result.kill else ""
    print_titled(console, f"Speed of both at once{dying}", speed_table(console, together))
    note = "Milliseconds from call to answer: p50 for the median, p99 for 99 of 100 calls."
    if words.unhurried and result.members_gone and _longest(together) > words.unhurried[0]:
        note += f" {words.unhurried[1]}"
    console.print(note, style="dim")


def _longest(series: Sequence[Series]) -> float:
    return max((sample for each in series for sample in each.samples), default=0.0)


def _print_writes(console: Console, result: Result) -> None:
    verdict = result.verdict
    say = console.print
    if verdict.failed:
        _print_failed(console, verdict.failed)
    outcomes = Counter(write.outcome.name for write in verdict.failed)
    counts = ", ".join(f"{count:,} {name}" for name, count in sorted(outcomes.items()))
    failed = f"{len(verdict.failed):,} failed ({counts})" if counts else "none failed"
    say()
    say(f"[bold]{verdict.acknowledged:,} writes acknowledged[/], {failed}.")
    if not verdict.unchecked:
        say(f"A new client read all {result.entries:,} entries and compared them with these.")
    if result.left_behind:
        opening = result.opening
        place = f"{opening.words.place.capitalize()} {opening.place}"
        say(f"{place} is left behind: {result.left_behind}", markup=False)
    say(f"That took {result.seconds:.1f} s.", style="dim")
    _print_findings(console, verdict)


def _print_failed(console: Console, failed: Sequence[FailedWrite]) -> None:
    # Those of which nothing is known come first: whether they are there deserves a look.
    ordered = sorted(failed, key=lambda write: write.outcome is not Outcome.UNKNOWN)
    print_titled(console, "Writes that failed", failed_table(console, ordered[:_LISTED]))
    _print_more(console, len(failed))
    console.print("UNKNOWN: it was on its way, and may be there or not.", style="dim")


def _print_findings(console: Console, verdict: Verdict) -> None:
    _print_keys(console, "lost", verdict.lost)
    _print_keys(console, "wrong", verdict.wrong)
    _print_keys(console, "not read at the end", verdict.unchecked)
    if verdict.stopped_early:
        console.print("[bold red]stopped early[/]: too many operations failed.")


def _print_keys(console: Console, what: str, keys: Sequence[str]) -> None:
    if keys:
        console.print(f"[bold red]{what}[/]: {', '.join(keys[:_LISTED])}")
        _print_more(console, len(keys))


def _print_more(console: Console, count: int) -> None:
    if count > _LISTED:
        console.print(f"and {count - _LISTED:,} more; --json lists all", style="dim")
