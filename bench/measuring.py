# SPDX-License-Identifier: Apache-2.0
"""What a client process measures with: windows, clocks, a competitor for the interpreter."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.model import Latency, Round
from bench.stats import percentile

__all__ = ["Competitor", "Growth", "Idleness", "Window", "measure", "summary"]

_P99_SAMPLES = 200


class Window:
    """Is open for some seconds; workers look at `open` before each call.

    A timer thread shuts it: looking at an attribute costs a fraction of looking at a clock.
    """

    def __init__(self, seconds: float) -> None:
        self.open = True
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._shut()
        self._timer.cancel()
        self._timer.join()

    def _shut(self) -> None:
        self.open = False


class Competitor:
    """A thread that always wants the interpreter, as a program that computes has one."""

    def __init__(self) -> None:
        self._running = True
        self._cpu = 0.0
        self._thread = threading.Thread(target=self._compute, name="competitor", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._running = False
        self._thread.join()

    def others_cpu(self) -> float:
        """CPU seconds of the process without this thread's."""
        return time.process_time() - self._cpu

    def _compute(self) -> None:
        while self._running:
            sum(range(2000))
            self._cpu = time.thread_time()


class Idleness:
    """Which part of all CPUs of the machine has had nothing to do, since this was made.

    Near zero, members and client want more than there is: the client could only be faster by
    leaving more to the members.
    """

    def __init__(self) -> None:
        self._before = _ticks()

    def share(self) -> float | None:
        """Give the part, from 0 to 1; None where the system does not say (it is not Linux)."""
        now, before = _ticks(), self._before
        if now is None or before is None or now[1] == before[1]:
            return None
        return (now[0] - before[0]) / (now[1] - before[1])


class Growth:
    """By how much the process has grown at most, since this was made."""

    def __init__(self) -> None:
        # The highest mark is forgotten, so that what was needed to fill the map does not count.
        try:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        except OSError:
            self._before = None
        else:
            self._before = _resident("VmRSS")

    def most(self) -> int | None:
        """Give bytes; None where the system does not say (it is not Linux)."""
        peak = _resident("VmHWM")
        if peak is None or self._before is None:
            return None
        return max(peak - self._before, 0)


def _resident(which: str) -> int | None:
    """Bytes of memory of this process, now (``VmRSS``) or at most (``VmHWM``)."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = [line.split() for line in lines if line.startswith(f"{which}:")]
    return int(found[0][1]) * 1024 if found else None


def _ticks() -> tuple[int, int] | None:
    """Idle and all ticks of all CPUs."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    except OSError:
        return None
    # user nice system idle iowait irq softirq steal; guests' are in user's
    ticks = [int(each) for each in first.split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def measure(work: Callable[[], int], cpu_clock: Callable[[], float]) -> Round:
    """Time some work.

    Args:
        work: Gives how many operations it did.
        cpu_clock: Gives the CPU seconds that the process has used.

    Raises:
        RuntimeError: It did none.
    """
    cpu, wall = cpu_clock(), time.perf_counter()
    operations = work()
    wall, cpu = time.perf_counter() - wall, cpu_clock() - cpu
    if not operations:
        raise RuntimeError(f"no call was made within {wall:.3f} s")
    return Round(operations, wall, cpu)


def summary(seconds: Sequence[float]) -> Latency | None:
    """Sum up how long calls took; None when there were none."""
    if not seconds:
        return None
    p99 = percentile(seconds, 99) * 1e6 if len(seconds) >= _P99_SAMPLES else None
    return Latency(len(seconds), percentile(seconds, 50) * 1e6, p99)
