# SPDX-License-Identifier: Apache-2.0
"""What programs that fork have in common; they run in processes of their own, see `run_program`."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["attempt", "fork", "run_program", "sockets"]

_PROGRAMS = Path(__file__).parent / "forks"

# Later Pythons warn of what these programs are about.
_FLAGS = ("-W", "error::ResourceWarning", "-W", "ignore::DeprecationWarning")


def run_program(name: str, *arguments: object) -> Any:
    """Run a program in a fresh interpreter; what it reports, when it said nothing else."""
    done = subprocess.run(
        [sys.executable, *_FLAGS, str(_PROGRAMS / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def attempt(function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    """Call a function; how that ended."""
    began = time.monotonic()
    try:
        return {"value": function(*arguments)}
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
        outcome = getattr(error, "outcome", None)
        return {
            "error": type(error).__name__,
            "text": str(error),
            "outcome": getattr(outcome, "name", None),
            "seconds": time.monotonic() - began,
        }


def sockets() -> set[str]:
    """What the descriptors of this process stand for, as far as it is sockets and selectors."""
    gc.collect()
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if target.startswith("socket:") or "eventpoll" in target:
            found.add(target)
    return found


class Child:
    """A forked process that does something and tells what came of it.

    Args:
        work: what; its value is told.
        leave: how it ends after that: by ``os._exit`` unless it says otherwise.
    """

    def __init__(
        self, work: Callable[[], Any], leave: Callable[[], object] = lambda: os._exit(0)
    ) -> None:
        self._reader, writer = os.pipe()
        self.number = os.fork()
        if self.number == 0:
            report: Any = {"error": "no report"}
            try:
                report = work()
            except BaseException as error:  # noqa: BLE001 - the parent is to see it
                report = {"error": repr(error)}
            os.write(writer, json.dumps(report).encode())
            os.close(writer)
            os.close(self._reader)
            leave()
            return
        os.close(writer)

    def report(self) -> Any:
        """What it told; waits for its end, which must be a good one."""
        text = b""
        while data := os.read(self._reader, 65536):
            text += data
        os.close(self._reader)
        _, status = os.waitpid(self.number, 0)
        assert status == 0, (status, text)
        return json.loads(text)


def fork(work: Callable[[], Any], leave: Callable[[], object] = lambda: os._exit(0)) -> Any:
    """Have a child do something; what it told."""
    return Child(work, leave).report()
