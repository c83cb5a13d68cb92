# SPDX-License-Identifier: Apache-2.0
"""The demo as a person sees it: bars that move on a terminal, a line a stage anywhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

import gridwire
from gridwire.cli.demo.plan import Plan
from gridwire.cli.demo.result import Opening
from gridwire.cli.demo.systems import words_of
from gridwire.cli.demo.tables import members_table, print_titled
from gridwire.cli.demo.view import Stage, Update

__all__ = ["ConsoleView"]

_WIDE = 72
"""Columns from which on a bar has room for words beside it."""

_BAR_CHARS = 24
"""Length of a bar where there is room; it is longer where the words are left out."""

_REFRESHES = 8
"""How often a bar is drawn, each second. Drawing takes time from the clients that are measured."""


class ConsoleView:
    """Tells a demo on a console.

    Args:
        console: where to.
        live: whether lines may be drawn again, as terminals allow.
    """

    def __init__(self, console: Console, *, live: bool) -> None:
        self._console = console
        self._live = live
        self._has_begun = False

    def begin(self, plan: Plan) -> None:
        """Tell what is going to happen.

        Args:
            plan: what is done.
        """
        say = self._console.print
        words = words_of(plan.system)
        if self._has_begun:
            say()
        else:
            kind = {"pure": "pure Python"}.get(gridwire.implementation(), gridwire.implementation())
            say(f"[bold]gridwire {gridwire.__version__}[/] ({kind})")
            say()
        self._has_begun = True
        say(words.system, style="bold underline")
        if plan.addresses is None:
            say(words.story)
            say("In the end, every write that was acknowledged must be there.")
            say()
        else:
            say(f"Connecting to {', '.join(plan.addresses)}", markup=False)

    def opened(self, opening: Opening) -> None:
        """The clients are connected."""
        say = self._console.print
        words, count = opening.words, len(opening.members)
        cluster = f"Cluster {opening.cluster_name}, " if opening.cluster_name else ""
        say(f"{cluster}{words.place} {opening.place}", markup=False)
        members = f"{count} {words.member}{'s' * (count != 1)}"
        table = members_table(self._console, words, opening.members)
        print_titled(self._console, f"{opening.partition_count} partitions on {members}", table)
        say()

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[Update]:
        """A stage begins; it ends with the context."""
        if not self._live:
            with self._line(stage) as update:
                yield update
            return
        with self._progress() as progress:
            task = progress.add_task(stage.name, total=stage.total, deed=stage.deed)
            yield lambda completed: progress.update(task, completed=completed)

    @contextmanager
    def _line(self, stage: Stage) -> Iterator[Update]:
        last = 0

        def update(completed: int) -> None:
            nonlocal last
            last = completed

        began = time.monotonic()
        yield update
        spent = f"{last:,} in {time.monotonic() - began:.1f} s"
        self._console.print(f"{stage.name:<9} {stage.deed:<30} {spent}")

    def killed(self, member: str) -> None:
        """A member was killed, in the middle of a stage."""
        self._console.print(f"[bold red]killed[/]    {member}")

    def returned(self, member: str) -> None:
        """The member that was killed is back."""
        self._console.print(f"[bold green]returned[/]  {member}")

    def _progress(self) -> Progress:
        wide = self._console.width >= _WIDE
        columns: list[ProgressColumn] = [
            TextColumn("{task.description:<9}", style="bold", table_column=Column(no_wrap=True))
        ]
        if wide:
            columns.append(TextColumn("{task.fields[deed]:<30}"))
        columns += [BarColumn(_BAR_CHARS if wide else None), _Count()]
        return Progress(
            *columns, console=self._console, expand=not wide, refresh_per_second=_REFRESHES
        )


class _Count(ProgressColumn):
    """How many operations are over."""

    def __init__(self) -> None:
        super().__init__(Column(justify="right", no_wrap=True))

    def render(self, task: Task) -> Text:
        """Show the number, as wide as the largest that is to come."""
        width = len(f"{task.total or 0:,.0f}")
        return Text(f"{task.completed:>{width},.0f}", style="green" if task.finished else "")
