# SPDX-License-Identifier: Apache-2.0
"""A storm from its beginning to its report."""

from __future__ import annotations

import asyncio
import gc
import heapq
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gridwire.testing.errors import ClusterError
from support.storm.aerospike import AerospikeStorm
from support.storm.book import Book
from support.storm.growth import sockets_of_this_program, what_has_grown
from support.storm.hazelcast import HazelcastStorm
from support.storm.plan import Event, make_plan
from support.storm.tally import Canary, Tally
from support.storm.watching import Watcher
from support.storm.work import (
    Job,
    final_check,
    final_check_asyncio,
    work_asyncio,
    work_blocking,
    work_futures,
)

__all__ = ["SYSTEMS", "Report", "run_storm"]

SYSTEMS = {"hazelcast": HazelcastStorm, "aerospike": AerospikeStorm}

_WORKERS = {"blocking": 4, "futures": 2, "asyncio": 8}
_HEALED_SECONDS = 30.0
"""How soon everything must be there again after the last fault: a call may wait for a heartbeat
timeout, a backoff and a turn on a machine that has other work."""

_TICK = 0.02

_LAST_CALL_SECONDS = 15.0 + _HEALED_SECONDS
"""How long workers may take for the call that they are at, and for what they check at the end."""


@dataclass(slots=True)
class Report:
    """What came of a storm."""

    system: str
    seed: int
    seconds: float
    events: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    tally: Tally | None = None
    keys: int = 0
    losses: int = 0
    healed_after: float = 0.0
    counters: list[dict[str, int]] = field(default_factory=list)

    @property
    def defects(self) -> list[str]:
        """What may never happen."""
        return self.tally.defects

    def lines(self) -> list[str]:
        """The figures."""
        tally = self.tally
        by_style = Counter[str]()
        for name, number in tally.counts.items():
            if "." in name:
                by_style[name.partition(".")[0]] += number
        return [
            (
                f"{self.system}: seed {self.seed}, {self.seconds:.0f} s, "
                f"{sum(self.events.values())} faults, {tally.calls:,} calls, {self.keys} keys"
            ),
            f"  by style: {_listed(by_style)}; {tally.counts['cancelled calls']} cancelled",
            f"  writes: {_listed(tally.outcomes)}",
            (
                f"  values: lost {tally.counts['lost values']}, "
                f"wrong {tally.counts['wrong values']}; all memory lost {self.losses} times"
            ),
            (
                f"  deadlines: {tally.longest_over:.3f} s over at most, "
                f"{tally.longest_unexcused:.3f} s of it not the program's own lateness "
                f"(the worst was {tally.canary.worst:.3f} s)"
            ),
            f"  heard: {tally.counts['events heard']:,} events, {tally.counts['gaps told']} gaps",
            f"  all was read {self.healed_after:.2f} s after the end",
            f"  faults: {_listed(self.events)}",
            f"  not possible then: {_listed(self.skipped) or 'none'}",
            f"  errors: {_listed(tally.errors)}",
            *(f"  client: {_listed(Counter(each))}" for each in self.counters),
            f"  defects: {len(tally.defects)}",
            *(f"    {text}" for text in tally.defects[:20]),
        ]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.most_common() if number)


def run_storm(
    system: str,
    seed: int,
    seconds: float,
    *,
    only: frozenset[str] = frozenset(),
    say: Callable[[str], None] = lambda _: None,
    progress: Callable[[float, Tally], None] = lambda _seconds, _tally: None,
) -> Report:
    """Run a storm.

    Args:
        system: ``"hazelcast"`` or ``"aerospike"``.
        seed: of the plan and the load.
        seconds: how long.
        only: kinds of faults; all if empty.
        say: is told each event.
        progress: is told now and then how far it is.
    """
    report = Report(system, seed, seconds)
    before = _Left.look()
    canary = Canary()
    canary.start()
    report.tally = Tally(canary)
    try:
        plan = [each for each in make_plan(system, seed, seconds) if not only or each.kind in only]
        _Storm(report, plan, say, progress).run()
    finally:
        canary.stop()
    for text in before.what_is_left():
        report.tally.defect(f"left behind: {text}")
    report.tally.judge_deadlines()
    return report


class _Storm:
    """The running of one."""

    def __init__(
        self,
        report: Report,
        plan: list[Event],
        say: Callable[[str], None],
        progress: Callable[[float, Tally], None],
    ) -> None:
        self._report = report
        self._tally = report.tally
        self._plan = plan
        self._say = say
        self._progress = progress
        self._book = Book()
        self._system = SYSTEMS[report.system](self._book)
        self._over = threading.Event()
        self._connected = threading.Event()
        self._begins = threading.Event()
        self._looked_at = threading.Event()
        self._threads: list[threading.Thread] = []

    def run(self) -> None:
        self._system.start()
        try:
            close, styles = self._system.connect()
            job = Job(self._book, self._tally, self._report.seed, time.monotonic(), self._over)
            watcher = None
            try:
                watcher = self._system.watcher(job)
                self._start(self._run_asyncio, job)
                self._connected.wait(_HEALED_SECONDS)
                # At rest, as at the end: what is being opened is told of before it is a socket.
                held = self._system.what_is_held()
                self._begins.set()
                if watcher is not None:
                    self._start(watcher.run)
                for style, (kind, access) in styles.items():
                    work = work_blocking if kind == "blocking" else work_futures
                    for worker in range(_WORKERS[style]):
                        self._start(work, job, access, style, worker)
                self._weather(job)
                self._check(job, styles["blocking"][1], watcher)
                for text in what_has_grown(held, self._system.what_is_held):
                    self._tally.defect(f"clients hold more and more: {text}")
            finally:
                self._over.set()
                self._begins.set()
                self._looked_at.set()
                self._join(self._threads)
                self._report.counters = self._system.counters()
                close()
                if watcher is not None:
                    watcher.client.shutdown()
        finally:
            self._system.stop()

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        def run() -> None:
            try:
                work(*arguments)
            except BaseException as error:
                self._tally.defect(f"a worker of the storm broke: {error!r}")
                raise

        thread = threading.Thread(target=run, name=f"storm-{work.__name__}-{len(self._threads)}")
        thread.start()
        self._threads.append(thread)

    def _join(self, threads: list[threading.Thread]) -> None:
        deadline = time.monotonic() + _LAST_CALL_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                self._tally.defect(f"{thread.name} hangs in a call that has no end")

    def _run_asyncio(self, job: Job) -> None:
        asyncio.run(self._asyncio(job))

    async def _asyncio(self, job: Job) -> None:
        canary = asyncio.create_task(self._tally.canary.sit_on_loop())
        close, access = await self._system.connect_asyncio()
        self._connected.set()
        await asyncio.to_thread(self._begins.wait)
        await asyncio.gather(
            *(work_asyncio(job, access, "asyncio", worker) for worker in range(_WORKERS["asyncio"]))
        )
        await final_check_asyncio(job, access, _HEALED_SECONDS)
        await asyncio.to_thread(self._looked_at.wait)
        await close()
        canary.cancel()
        await asyncio.wait([canary])
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            self._tally.defect(f"left behind: a task of the asyncio client {task!r}")

    def _weather(self, job: Job) -> None:
        """Let the plan happen."""
        ends: list[tuple[float, int, Any]] = []
        plan = list(self._plan)
        while job.now() < self._report.seconds:
            now = job.now()
            while ends and ends[0][0] <= now:
                heapq.heappop(ends)[2].end()
            while plan and plan[0].at <= now:
                event = plan.pop(0)
                self._say(str(event))
                fault = self._happen(event)
                if fault is not None:
                    heapq.heappush(ends, (job.now() + event.seconds, id(fault), fault))
            self._progress(now, self._tally)
            time.sleep(_TICK)
        for _, _, fault in ends:
            fault.end()
        self._system.heal()

    def _happen(self, event: Event) -> Any:
        try:
            fault = self._system.happen(event)
        except ClusterError as error:
            # A member that is paused cannot hand over, for example.
            self._say(f"           not possible now: {error}")
            self._report.skipped[event.kind] += 1
            return None
        self._report.events[event.kind] += 1
        return fault

    def _check(self, job: Job, access: Any, watcher: Watcher | None) -> None:
        began = time.monotonic()
        self._over.set()
        # The first one, of asyncio, keeps its client until it was looked at.
        self._join(self._threads[1:])
        truth = final_check(job, access, _HEALED_SECONDS)
        self._report.healed_after = time.monotonic() - began
        if watcher is not None:
            watcher.check(truth, access.write)
        self._report.keys = len(self._book.keys)
        self._report.losses = self._book.losses


@dataclass(frozen=True, slots=True)
class _Left:
    """What a program holds: threads and sockets."""

    threads: frozenset[threading.Thread]
    sockets: frozenset[str]

    @classmethod
    def look(cls) -> _Left:
        gc.collect()
        return cls(frozenset(threading.enumerate()), frozenset(sockets_of_this_program()))

    def what_is_left(self) -> list[str]:
        """What is there now and was not before."""
        for thread in set(threading.enumerate()) - self.threads:
            thread.join(5.0)
        now = _Left.look()
        return [f"a thread {thread.name}" for thread in now.threads - self.threads] + [
            f"a socket {name}" for name in now.sockets - self.sockets
        ]
