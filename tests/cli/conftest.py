# SPDX-License-Identifier: Apache-2.0
"""Runs the command as a shell does: a process of its own, whose output is not a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture(scope="session")
def environment():
    """What the command finds in its environment: the package, and nothing that changes output."""
    hidden = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "CLICOLOR", "TERM", "PYTHONUTF8")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "PYTHONPATH": str(SOURCE), "PYTHONIOENCODING": "utf-8", "TERM": "xterm"}


@pytest.fixture(scope="session")
def command():
    """How the command is called: warnings are errors."""
    return [sys.executable, "-W", "error", "-m", "gridwire.cli"]


@pytest.fixture(scope="session")
def gridwire(command, environment):
    """Runs the command to its end."""

    def run(*arguments, **variables):
        return subprocess.run(
            [*command, *arguments],
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=90,
        )

    return run
