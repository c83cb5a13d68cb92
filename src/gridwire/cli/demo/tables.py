# SPDX-License-Identifier: Apache-2.0
"""The tables of the demo: members, partitions, speed, and writes that failed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gridwire.cli.demo.latency import summarize
from gridwire.cli.demo.ledger import FailedWrite
from gridwire.cli.demo.target import MemberShare, Words
from gridwire.cli.demo.work import Series

__all__ = ["failed_table", "members_table", "partitions_table", "print_titled", "speed_table"]

_WIDE = 64
"""Columns from which on tables have room for bars and for what is only good to know."""

_BAR_CHARS = 24
"""Length of the bar of a member that owns everything."""


def print_titled(console: Console, title: str, table: Table) -> None:
    """Print a table under a title, with an empty line above.

    Args:
        console: where to.
        title: one line, where there is room.
        table: what is below it.
    """
    console.print()
    console.print(title, style="bold")
    console.print(table)


def members_table(console: Console, words: Words, members: Sequence[MemberShare]) -> Table:
    """Show members, and how many partitions each owns."""
    table = _table(console, words.member, "version", "#partitions")
    whole = sum(member.partitions for member in members)
    for member in members:
        row = [member.address, member.version, str(member.partitions)]
        table.add_row(*row, *_bar(console, member.partitions, whole))
    return table


def partitions_table(console: Console, words: Words, **moments: Sequence[MemberShare]) -> Table:
    """Show who owned how many partitions at several moments.

    Args:
        console: where it is printed.
        words: how things are called.
        **moments: the members at each of them by its name, the beginning first.
    """
    table = _table(console, words.member, *(f"#{name}" for name in moments))
    owned = [{each.address: each.partitions for each in members} for members in moments.values()]
    whole = sum(owned[-1].values())
    for address in owned[0]:
        shown = (_owned(each.get(address)) for each in owned)
        table.add_row(address, *shown, *_bar(console, owned[-1].get(address, 0), whole))
    return table


def _owned(count: int | None) -> Text:
    return Text("gone", style="bold red") if count is None else Text(str(count))


def speed_table(console: Console, series: Sequence[Series]) -> Table:
    """Show calls a second, and how long calls took, in milliseconds."""
    flying = ["#in flight"] if console.width >= _WIDE else []
    table = _table(console, "client", *flying, "call", "#calls/s", "#p50", "#p99", "#max")
    for each in series:
        latency = summarize(each.samples)
        times = (latency.p50, latency.p99, latency.max) if latency else ()
        row = [each.client, *([str(each.workers)] if flying else []), each.operation]
        cells = [_milliseconds(seconds) for seconds in times] or ["-"] * 3
        table.add_row(*row, f"{each.per_second:,.0f}", *cells)
    return table


def failed_table(console: Console, failed: Sequence[FailedWrite]) -> Table:
    """Show writes that were not acknowledged, and whether their values are there nevertheless."""
    error = ["error"] if console.width >= _WIDE else []
    table = _table(console, "key", "outcome", "found", *error)
    for write in failed:
        found = "?" if write.found is None else "yes" if write.found else "no"
        row = [write.key, write.outcome.name, found]
        table.add_row(*row, *([write.error.partition(":")[0]] if error else []))
    return table


def _table(console: Console, *headers: str) -> Table:
    """Make an empty table; numbers, to the right, are below headers that begin with ``#``."""
    gap = 3 if console.width >= _WIDE else 1
    table = Table(header_style="dim", box=None, pad_edge=False, padding=(0, gap, 0, 0))
    for header in headers:
        justify = "right" if header.startswith("#") else "left"
        table.add_column(header.removeprefix("#"), justify=justify, no_wrap=True)  # type: ignore[arg-type]
    return table


def _bar(console: Console, part: int, whole: int) -> list[Text]:
    """Give the cell with a bar, if there is room for one."""
    if console.width < _WIDE:
        return []
    length = round(_BAR_CHARS * part / whole) if whole else 0
    return [Text(("#" if console.options.ascii_only else "█") * length, style="cyan")]


def _milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"
