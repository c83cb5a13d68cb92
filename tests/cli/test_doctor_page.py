# SPDX-License-Identifier: Apache-2.0
"""The page about the doctor names every check and every option that there is, and no others."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from typer.main import get_command

from gridwire.cli.doctor.commands import app
from gridwire.cli.doctor.findings import Status
from gridwire.cli.doctor.latency import ROUND_TRIPS, SLOW_SECONDS
from gridwire.cli.doctor.password import KEY_VARIABLE, VARIABLE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/diagnosing-a-connection.md").read_text(encoding="utf-8")
VERDICTS = {"fine", "skipped", "warned", "failed"}


def section(title):
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def checks():
    """The names of the checks, read from the calls that make findings."""
    found = set()
    for path in (ROOT / "src/gridwire/cli/doctor").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id in VERDICTS and isinstance(call.args[0], ast.Constant):
                found.add(call.args[0].value)
    return found


def test_it_names_every_check():
    named = re.findall(r"^\| `([\w-]+)` \|", section("What is checked"), re.MULTILINE)
    assert len(named) == len(set(named))
    assert set(named) == checks()


def test_it_names_every_option():
    named = set(re.findall(r"`(--[\w-]+)", section("Options").partition("\n\nA password")[0]))
    commands = get_command(app).commands.values()
    options = {name for command in commands for each in command.params for name in each.opts}
    assert named == options


def test_it_names_what_else_a_reader_has_to_know():
    for name in (VARIABLE, KEY_VARIABLE, *(f"`{status.value}`" for status in Status)):
        assert name in PAGE
    assert f"{ROUND_TRIPS} round trips" in PAGE
    assert f"{SLOW_SECONDS * 1000:.0f} ms" in PAGE
