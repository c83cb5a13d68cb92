# SPDX-License-Identifier: Apache-2.0
"""The programs in the README run, and print what a reader expects."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

_README = Path(__file__).parent.parent / "README.md"
_PROGRAMS = re.findall(r"```python\n(.*?)```", _README.read_text(), re.DOTALL)
_EXPECTED = {"Blocking": "3 2\n", "Futures": "100 81\n"}


def _programs() -> dict[str, str]:
    return dict(zip(("Blocking", "Futures", "asyncio"), _PROGRAMS, strict=True))


@pytest.mark.parametrize("style", ["Blocking", "Futures", "asyncio"])
def test_the_program_of_each_style(style: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_programs()[style])
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if style in _EXPECTED:
        assert done.stdout == _EXPECTED[style]
    else:
        assert re.fullmatch(r"81 \[\d+\]\n", done.stdout)


@pytest.mark.parametrize("style", ["Blocking", "Futures", "asyncio"])
def test_each_program_is_about_ten_lines(style: str) -> None:
    lines = [line for line in _programs()[style].splitlines() if line.strip()]
    assert len(lines) <= 15
