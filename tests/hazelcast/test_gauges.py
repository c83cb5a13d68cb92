# SPDX-License-Identifier: Apache-2.0
"""What the standard library says of the system and of this process."""

from __future__ import annotations

import os
import sys
import time

import pytest

from gridwire.hazelcast.control.gauges import GAUGES, read_gauges


@pytest.mark.skipif(sys.platform != "linux", reason="others tell less")
def test_linux_tells_everything() -> None:
    assert list(dict(read_gauges())) == list(GAUGES)


@pytest.mark.skipif(sys.platform != "linux", reason="others tell less")
def test_the_numbers_make_sense() -> None:
    before = time.process_time_ns()
    now = dict(read_gauges())
    assert 0 < now["os.freePhysicalMemorySize"] < now["os.totalPhysicalMemorySize"]
    assert 0 <= now["os.freeSwapSpaceSize"] <= now["os.totalSwapSpaceSize"]
    assert 0 < now["runtime.usedMemory"] < now["os.committedVirtualMemorySize"]
    assert 1 <= now["runtime.availableProcessors"] <= (os.cpu_count() or 1)
    assert 3 <= now["os.openFileDescriptorCount"] <= now["os.maxFileDescriptorCount"]
    assert before <= now["os.processCpuTime"] <= time.process_time_ns()
    assert isinstance(now["os.systemLoadAverage"], float)
    with open("/proc/uptime", encoding="ascii") as uptime:
        assert 0 < now["runtime.uptime"] < float(uptime.read().split()[0]) * 1000


def test_what_a_system_does_not_tell_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses() -> int:
        raise OSError("no such file")

    monkeypatch.setitem(GAUGES, "os.systemLoadAverage", refuses)
    now = dict(read_gauges())
    assert "os.systemLoadAverage" not in now
    assert "os.processCpuTime" in now
