# SPDX-License-Identifier: Apache-2.0
"""Runs the command as a shell does, its output not a terminal: in a process of its own, or in ours.

A process of its own shows what only processes have; it costs a second to start.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from gridwire.cli import main

HIDDEN = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "CLICOLOR", "TERM", "PYTHONUTF8")

SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture(scope="session")
def environment():
    """What the command finds in its environment: the package, and nothing that changes output."""
    kept = {name: value for name, value in os.environ.items() if name not in HIDDEN}
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


@pytest.fixture(scope="session")
def called():
    """Runs the command to its end in this process, with variables of its environment."""

    def run(*arguments, **variables):
        output, errors = StringIO(), StringIO()
        with pytest.MonkeyPatch.context() as patch:
            for name in HIDDEN:
                patch.delenv(name, raising=False)
            for name, value in {"TERM": "xterm", **variables}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["gridwire", *arguments])
            with redirect_stdout(output), redirect_stderr(errors):
                status = main()
        return subprocess.CompletedProcess(arguments, status, output.getvalue(), errors.getvalue())

    return run
