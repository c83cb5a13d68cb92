# SPDX-License-Identifier: Apache-2.0
"""What the operating system says of itself and of this process, by the standard library alone.

Each gauge asks anew. What a system does not tell is left out, and never made up.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["GAUGES", "read_gauges"]

_OWN = Path("/proc/self")
_KIB = 1024


def _physical() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _free() -> int:
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _pages_of_process(index: int) -> int:
    return int((_OWN / "statm").read_text().split()[index]) * os.sysconf("SC_PAGE_SIZE")


def _memory_info(name: str) -> int:
    with Path("/proc/meminfo").open(encoding="ascii") as lines:
        for line in lines:
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * _KIB
    raise KeyError(name)


def _load() -> float:
    return os.getloadavg()[0]


def _processors() -> int:
    # Those that this process may use, which is what a container is given.
    return len(os.sched_getaffinity(0))


def _open_files() -> int:
    # Newer kernels count them in one step; a process may have very many.
    return (_OWN / "fd").stat().st_size or len(os.listdir(_OWN / "fd"))


def _most_files() -> int:
    import resource  # does not exist on every system

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        raise ValueError("without limit")
    return limit


def _uptime() -> int:
    # Behind the name of the program, which may contain anything, come the fields from the third on.
    ticks = int((_OWN / "stat").read_text().rpartition(")")[2].split()[19])
    running = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return int(running * 1000)


GAUGES: dict[str, Callable[[], int | float]] = {
    "os.totalPhysicalMemorySize": _physical,
    "os.freePhysicalMemorySize": _free,
    "os.committedVirtualMemorySize": lambda: _pages_of_process(0),
    "os.totalSwapSpaceSize": lambda: _memory_info("SwapTotal"),
    "os.freeSwapSpaceSize": lambda: _memory_info("SwapFree"),
    "os.systemLoadAverage": _load,
    "runtime.availableProcessors": _processors,
    "runtime.usedMemory": lambda: _pages_of_process(1),
    "os.openFileDescriptorCount": _open_files,
    "os.maxFileDescriptorCount": _most_files,
    "os.processCpuTime": time.process_time_ns,
    "runtime.uptime": _uptime,
}
"""The names that members and management tools know, in the official client's order."""


def read_gauges() -> Iterator[tuple[str, int | float]]:
    """Every gauge that this system has: its name and its value now."""
    for name, read in GAUGES.items():
        try:
            value = read()
        except (OSError, ImportError, AttributeError, KeyError, ValueError, IndexError):
            continue  # This system does not say it, or not in this way.
        yield name, value
