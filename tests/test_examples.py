# SPDX-License-Identifier: Apache-2.0
"""The example projects run as for somebody who installed gridwire."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from support.installed import PROJECT, installed, run_pytest


@pytest.mark.parametrize("name", ["testing-with-gridwire", "testing-with-aerospike"])
def test_the_example_project(name: str, tmp_path: Path):
    """In a copy, so that nothing of the checkout helps it."""
    example = PROJECT / "examples" / name
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".pytest_cache")
    copy = shutil.copytree(example, tmp_path / "project", ignore=ignored)
    done = run_pytest(copy, installed(tmp_path / "site"))
    assert done.returncode == 0, done.stdout
    count = sum(
        len(re.findall(r"^def test_", file.read_text(), re.MULTILINE))
        for file in copy.rglob("test_*.py")
    )
    assert f"{count} passed" in done.stdout
