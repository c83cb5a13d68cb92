# SPDX-License-Identifier: Apache-2.0
"""The page about the command line is what the commands say."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from gridwire.cli.app import app

PROJECT = Path(__file__).resolve().parents[2]
TOOL = PROJECT / "tools" / "gen_cli_doc.py"
PAGE = PROJECT / "docs" / "reference" / "cli.md"


def commands(group: Any, path: str = "gridwire") -> dict[str, set[str]]:
    """The options of each command, as the command line itself knows them."""
    found: dict[str, set[str]] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= commands(command, f"{path} {name}")
        else:
            found[f"{path} {name}"] = {opt for param in command.params for opt in param.opts}
    return found


def test_every_command_and_option_is_on_the_page():
    sections = re.split(r"^## `([\w ]+)`$", PAGE.read_text(), flags=re.MULTILINE)[1:]
    found = {
        command: set(re.findall(r"^\| `(--[\w-]+)` \|", text, re.MULTILINE))
        for command, text in zip(sections[::2], sections[1::2], strict=True)
    }
    assert found == commands(get_command(app))


def test_the_page_is_what_the_commands_say():
    done = subprocess.run(
        [sys.executable, str(TOOL), "--check"],
        env={"PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_check_goes_red(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    page = tmp_path / "page.md"
    page.write_bytes(PAGE.read_bytes().replace(b"`--quick`", b"`--quickly`"))
    sys.path.insert(0, str(TOOL.parent))
    try:
        main = runpy.run_path(str(TOOL))["main"]
    finally:
        sys.path.remove(str(TOOL.parent))
    assert main(["--check", "--page", str(page)]) == 1
    assert "stale" in capsys.readouterr().err
