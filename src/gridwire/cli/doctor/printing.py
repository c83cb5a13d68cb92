# SPDX-License-Identifier: Apache-2.0
"""The report for people: a block a target, colours where there is a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

import gridwire
from gridwire.cli.doctor.findings import Finding, Report, Status
from gridwire.cli.doctor.texts import counted

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_report"]

_STYLES = {
    Status.FAILED: "bold red",
    Status.WARNING: "bold yellow",
    Status.OK: "green",
    Status.SKIPPED: "dim",
}
_STATUS_CHARS = 9
_CHECK_CHARS = 20
_INDENT = 2 + _STATUS_CHARS + _CHECK_CHARS


def print_report(console: Console, report: Report, title: str) -> None:
    """Print what was found.

    Args:
        console: where to.
        report: what was found.
        title: what was looked at.
    """
    say = console.print
    say(Text(f"gridwire {gridwire.__version__}: {title}", style="bold"))
    # What is about the whole is best understood behind its parts.
    targets = sorted(dict.fromkeys(one.target for one in report.findings), key=_is_whole)
    for target in targets:
        say()
        say(Text(target, style="bold"), soft_wrap=True)
        for one in report.findings:
            if one.target == target:
                _print_finding(console, one)
    say()
    _print_verdict(console, report)


def _is_whole(target: str) -> bool:
    return target == "cluster"


def _print_finding(console: Console, one: Finding) -> None:
    style = _STYLES[one.status]
    head = Text("  ")
    head.append(f"{one.status.value:<{_STATUS_CHARS}}", style=style)
    head.append(f"{one.check:<{_CHECK_CHARS}}")
    _print_hanging(console, head, Text(one.summary))
    if one.change is not None:
        arrow = Text(" " * (_INDENT - 4))
        arrow.append("->  ", style=style)
        _print_hanging(console, arrow, Text(one.change))


def _print_hanging(console: Console, head: Text, text: Text) -> None:
    """Print a text beside a head; its further lines, on a terminal, begin below its first."""
    if not console.is_terminal or console.width < 2 * _INDENT:
        console.print(head + text, soft_wrap=True)
        return
    lines = text.wrap(console, console.width - _INDENT)
    for number, line in enumerate(lines):
        line.rstrip()
        if number == 0:
            console.print(head + line, soft_wrap=True)
        else:
            console.print(Padding(line, (0, 0, 0, _INDENT)))


def _print_verdict(console: Console, report: Report) -> None:
    counts = ((report.count(status), status.value) for status in _STYLES)
    parts = [f"{count} {name}" for count, name in counts if count]
    text = Text("all is well: " if report.status is Status.OK else "")
    text.append(", ".join(parts), style=_STYLES[report.status])
    text.append(f" of {counted(len(report.findings), 'check')}, in {report.seconds:.1f} s")
    console.print(text, soft_wrap=True)
