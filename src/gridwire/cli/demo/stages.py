# SPDX-License-Identifier: Apache-2.0
"""Jobs set going, watched and timed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from time import perf_counter

from gridwire.cli.demo.styles import Style
from gridwire.cli.demo.work import Job

__all__ = ["run_jobs"]

_LOOK_SECONDS = 0.01
"""How often progress is looked at: often enough to kill a member in the middle of little work."""


def run_jobs(pairs: Sequence[tuple[Style, Job]], watch: Callable[[int], None]) -> int:
    """Run jobs at the same time, until all are done.

    Args:
        pairs: jobs, and who does them.
        watch: is told again and again how many steps are over, of all jobs together.

    Returns:
        How many steps are over at the end.
    """
    futures: list[Future[None]] = []
    for style, job in pairs:
        futures += _start(style, job)
    pending = set(futures)
    while pending:
        _, pending = wait(pending, timeout=_LOOK_SECONDS)
        watch(_completed(pairs))
    for future in futures:
        future.result()
    return _completed(pairs)


def _start(style: Style, job: Job) -> list[Future[None]]:
    began = perf_counter()

    def stop_the_clock(_future: Future[None]) -> None:
        # The last worker to end has the last word.
        for series in job.series.values():
            series.seconds = perf_counter() - began

    futures = style.start(job)
    for future in futures:
        future.add_done_callback(stop_the_clock)
    return futures


def _completed(pairs: Sequence[tuple[Style, Job]]) -> int:
    return sum(job.completed for _, job in pairs)
