# SPDX-License-Identifier: Apache-2.0
"""The story of the demo, on one system.

Each client writes and reads its half of the entries, alone. Then both do it again at the same time,
and half-way through a member is killed; where members come back, it does so before the end. At the
end a new client reads everything.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Self

from gridwire.cli.demo.checking import check_entries
from gridwire.cli.demo.loss import Loss
from gridwire.cli.demo.plan import Plan
from gridwire.cli.demo.result import Kill, Opening, Result
from gridwire.cli.demo.stages import run_jobs
from gridwire.cli.demo.styles import AsyncioStyle, BlockingStyle, Style
from gridwire.cli.demo.systems import open_target
from gridwire.cli.demo.target import SetUpError, Target, settled
from gridwire.cli.demo.view import Stage, View
from gridwire.cli.demo.work import Job, Operation, Part, Progress, Series
from gridwire.errors import GridwireError

__all__ = ["run_demo"]

_LAST_STEPS_SECONDS = 2.0
"""How long threads may take for the step that they are at when the demo is broken off."""

_PROBE = "probe"


def run_demo(plan: Plan, view: View) -> Result:
    """Run the demo from the start of the cluster to the verdict.

    Args:
        plan: what to do.
        view: is told what happens.

    Raises:
        SetUpError: there is no cluster to work on, or it does not let us work.
    """
    began = time.monotonic()
    view.begin(plan)
    with ExitStack() as stack:
        try:
            target = stack.enter_context(open_target(plan))
            demo = stack.enter_context(_Demo(plan, view, target))
        except GridwireError as error:
            raise SetUpError(str(error)) from error
        kill = demo.work()
        demo.check()
        members_after = settled(demo.blocking.access)
        left_behind = demo.destroy()
        return Result(
            opening=demo.opening,
            members_after=members_after,
            kill=kill,
            entries=plan.entries,
            series=tuple(demo.series),
            verdict=demo.progress.ledger.verdict(stopped_early=demo.progress.gave_up),
            seconds=time.monotonic() - began,
            left_behind=left_behind,
        )


class _Demo:
    """Two clients, connected and proven to work, and what they have done so far."""

    def __init__(self, plan: Plan, view: View, target: Target) -> None:
        self._plan = plan
        self._view = view
        self._target = target
        self._destroyed = target.is_ours
        self.progress = Progress()
        self.series: list[Series] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.blocking = BlockingStyle(self._target.connect)
            stack.callback(self.blocking.close)
            stack.callback(self.destroy)
            self.asyncio = AsyncioStyle(self._target)
            stack.callback(self.asyncio.close)
            self._probe()
            self.opening = self._open()
            self._view.opened(self.opening)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self.progress.halted = True
        self.blocking.join(_LAST_STEPS_SECONDS)
        self._stack.close()

    def _probe(self) -> None:
        """Write, read and remove one entry, so that what fails later is not the set-up."""
        entries = self.blocking.access
        entries.set(_PROBE, _PROBE)
        found = entries.get(_PROBE)
        if found != _PROBE:
            raise SetUpError(f"the cluster forgot the first entry at once: {found!r} came back")
        entries.remove(_PROBE)

    def _open(self) -> Opening:
        members = settled(self.blocking.access)
        return Opening(
            words=self._target.words,
            cluster_name=self._target.cluster_name,
            is_ours=self._target.is_ours,
            place=self._target.place,
            members=members,
            partition_count=self.blocking.access.partition_count,
        )

    def work(self) -> Kill | None:
        """Do all the writing and reading, and kill a member if the cluster is ours.

        Returns:
            What is known about the death of a member.
        """
        sides: list[tuple[Style, range]] = [
            (self.blocking, self._plan.blocking_share),
            (self.asyncio, self._plan.asyncio_share),
        ]
        for style, share in sides:
            jobs = [
                self._job(style, share, 0, Part.ALONE, Operation.SET),
                self._job(style, share, 0, Part.ALONE, Operation.GET),
            ]
            deed = f"{style.workers} {style.kind} write and read"
            self._run(Stage(style.name, deed, sum(job.size for job in jobs)), style, jobs)
        return self._work_together(sides)

    def _run(self, stage: Stage, style: Style, jobs: list[Job]) -> None:
        """Do one job after the other."""
        with self._view.stage(stage) as update:
            for job in jobs:
                run_jobs([(style, job)], lambda _: update(sum(each.completed for each in jobs)))

    def _work_together(self, sides: list[tuple[Style, range]]) -> Kill | None:
        pairs = [
            (style, self._job(style, share, 1, Part.TOGETHER, *Operation)) for style, share in sides
        ]
        total = sum(job.size for _, job in pairs)
        loss = Loss(self._target, self.blocking.access, self._view, [job for _, job in pairs])
        with self._view.stage(Stage("both", "at once, write and read again", total)) as update:

            def watch(completed: int) -> None:
                loss.watch(completed)
                update(completed)

            completed = run_jobs(pairs, watch)
            return loss.end(completed)

    def _job(
        self, style: Style, share: range, generation: int, part: Part, *operations: Operation
    ) -> Job:
        series = {each: Series(style.name, style.workers, part, each) for each in operations}
        self.series += series.values()
        return Job(share, generation, series, self.progress)

    def check(self) -> None:
        """Have a new client read every entry that was ever written."""
        ledger = self.progress.ledger
        keys = ledger.keys
        with self._view.stage(Stage("check", "a new client reads all", len(keys))) as update:
            check_entries(ledger, keys, self._target.connect, update)

    def destroy(self) -> str | None:
        """Remove the entries from a cluster that lives on.

        Returns:
            Why that failed, None if it did not.
        """
        if self._destroyed:
            return None
        try:
            self.blocking.access.destroy()
        except GridwireError as error:
            return str(error)
        self._destroyed = True
        return None
