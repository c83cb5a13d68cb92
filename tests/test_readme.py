# SPDX-License-Identifier: Apache-2.0
"""The programs in the README run, and print what a reader expects; its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parent.parent
_README = _PROJECT / "README.md"
_PROGRAMS = re.findall(r"```python\n(.*?)```", _README.read_text(), re.DOTALL)
_PRINTS = {
    "Hazelcast, blocking": r"3 2\n",
    "Hazelcast, futures": r"100 81\n",
    "Hazelcast, asyncio": r"81 \[\d+\]\n",
    "Aerospike, blocking": r"\{'points': 5\} 2\n",
    "Aerospike, asyncio": r"100 \{'is': 81\}\n",
}


def _program(style: str) -> str:
    return dict(zip(_PRINTS, _PROGRAMS, strict=True))[style]


@pytest.mark.parametrize("style", _PRINTS)
def test_the_program_of_each_style(style: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_program(style))
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(_PRINTS[style], done.stdout)


@pytest.mark.parametrize("style", _PRINTS)
def test_each_program_is_about_ten_lines(style: str) -> None:
    lines = [line for line in _program(style).splitlines() if line.strip()]
    assert len(lines) <= 15


_PAGES = [*_PROJECT.glob("*.md"), *_PROJECT.glob("docs/**/*.md")]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[\w-]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target
