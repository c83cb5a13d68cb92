# SPDX-License-Identifier: Apache-2.0
"""Where a run was made: figures without it mean nothing."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.measuring import Idleness

__all__ = ["environment", "idle_share"]

_ROOT = Path(__file__).resolve().parents[1]
_GIT_TIMEOUT = 5.0


def environment() -> dict[str, object]:
    """Describe the machine, the interpreter and the checkout."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "usable_cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "load_average": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "commit": _commit(),
    }


def idle_share(seconds: float = 1.0) -> float | None:
    """Look for a while how idle the machine is; None where the system does not say."""
    idleness = Idleness()
    time.sleep(seconds)
    return idleness.share()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _commit() -> str | None:
    command = ["git", "-C", str(_ROOT), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_GIT_TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
