# SPDX-License-Identifier: Apache-2.0
"""Exceptions from signal handlers in the middle of calls, and forks: the client stays usable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_SUPPORT = Path(__file__).parents[2] / "support"

# Later Pythons warn of forks beside threads.
_FLAGS = ("-W", "ignore::DeprecationWarning")


def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *_FLAGS, str(_SUPPORT / program), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )


@pytest.mark.parametrize("connections", [3, 8])
@pytest.mark.parametrize("interrupts", [500, pytest.param(20_000, marks=pytest.mark.slow)])
def test_interrupts_under_load(serve: Any, interrupts: int, connections: int):
    done = run("aerospike_storm.py", serve().first.port, interrupts, connections)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["fired"] >= interrupts
    assert report["others"] > 100
    wrong = {name: report[name] for name in ("wrong", "errors", "slow", "hung", "waiting")}
    assert wrong == {"wrong": 0, "errors": [], "slow": 0, "hung": 0, "waiting": 0}
    assert report["usable"]
    assert report["connections"] <= connections


def test_interrupts_while_connecting_and_closing(serve: Any):
    done = run("aerospike_interrupted_life.py", serve().first.port, 60)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["interrupted"] > 10
    assert report == {"interrupted": report["interrupted"], "errors": [], "left": []}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_children_connect_anew(serve: Any):
    nodes = serve()
    done = run("aerospike_fork.py", nodes.first.port)
    assert (done.returncode, done.stderr) == (0, "")
    # A connection for control in each process, and one for commands; one client more was closed.
    assert nodes.first.opened <= 2 * 4 + 1 + 1
