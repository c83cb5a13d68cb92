# SPDX-License-Identifier: Apache-2.0
"""Builds the project from a copy, the way installers do, with a compiler and a Cython of choice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def _no_compiler() -> str | None:
    if shutil.which(os.environ.get("CC", "cc")) is None:
        return "no C compiler here"
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        return "no Python.h here (on Debian: python3-dev)"
    return None


needs_compiler = pytest.mark.skipif(
    # Where everything has to run, a missing compiler is an error, and the test shows it.
    _no_compiler() is not None and not os.environ.get("CI"),
    reason=str(_no_compiler()),
)
"""Marks a test that compiles; users' machines need no compiler."""

_LEFT_OUT = shutil.ignore_patterns(
    *("__pycache__", "*.so", "*.egg-info", ".git", ".venv", "build", "dist"),
    *(".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
)


def copy_project(target: Path) -> Path:
    """Copy the checkout (or the unpacked sdist) without anything that was built."""
    shutil.copytree(PROJECT, target, ignore=_LEFT_OUT, symlinks=True)
    return target


def environment(**changes: str) -> dict[str, str]:
    """Give the environment for a child: this one's, without what steers builds and imports."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GRIDWIRE_") and name not in {"PYTHONPATH", "CC", "CFLAGS"}
    }
    return {**kept, **changes}


def run(project: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in a folder."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


def build(kind: str, project: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Build a ``"wheel"`` or an ``"sdist"`` into ``dist``, by the hook that pip and build call."""
    code = f"import setuptools.build_meta as hooks; hooks.build_{kind}('dist')"
    project.joinpath("dist").mkdir(exist_ok=True)
    return run(project, "-c", code, **changes)


def hidden_cython(folder: Path) -> str:
    """Make a folder whose ``Cython`` cannot be imported; for ``PYTHONPATH``."""
    package = folder / "Cython"
    package.mkdir(parents=True)
    package.joinpath("__init__.py").write_text("raise ImportError('hidden by the test')\n")
    return str(folder)


def compile_in_place(project: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Compile the leaves beside their sources, and fail when one is not compiled."""
    arguments = ("setup.py", "--quiet", "build_ext", "--inplace")
    return run(project, *arguments, **{"GRIDWIRE_BUILD_EXT": "yes", **changes})
