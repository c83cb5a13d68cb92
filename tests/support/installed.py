# SPDX-License-Identifier: Apache-2.0
"""Runs of pytest as where gridwire is installed: they find its plugin by the entry point."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

__all__ = ["PROJECT", "installed", "run_pytest"]

PROJECT = Path(__file__).resolve().parents[2]

_OURS = ("gridwire", "gridwire-aerospike")


def installed(folder: Path) -> str:
    """Make what an installation leaves beside the package, and give the ``PYTHONPATH`` to it.

    Args:
        folder: where to; it is made.
    """
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    points = project["entry-points"]["pytest11"].items()
    info = folder / "gridwire-0.dist-info"
    info.mkdir(parents=True)
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: gridwire\nVersion: 0\n")
    info.joinpath("RECORD").write_text("gridwire/__init__.py,,\n")
    info.joinpath("entry_points.txt").write_text(
        "".join(["[pytest11]\n", *(f"{name} = {value}\n" for name, value in points)])
    )
    return os.pathsep.join([str(folder), str(PROJECT / "src")])


def run_pytest(
    folder: Path, paths: str, *plugins: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder with gridwire's plugins and the others that are named.

    Args:
        folder: where to run.
        paths: the ``PYTHONPATH``.
        plugins: names of further plugins.
        environment: further variables.
    """
    named = [part for plugin in (*_OURS, *plugins) for part in ("-p", plugin)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *named],
        cwd=folder,
        env={**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": paths, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=90,
    )
