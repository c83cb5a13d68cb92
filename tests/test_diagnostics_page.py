# SPDX-License-Identifier: Apache-2.0
"""The page about diagnostics has every key and every counter, and its program runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest

from gridwire._core.counters import COUNTERS
from gridwire.aerospike.diagnostics import Diagnostics as AerospikeDiagnostics
from gridwire.hazelcast.diagnostics import Diagnostics as HazelcastDiagnostics
from support.pages import programs, run_program

ROOT = Path(__file__).resolve().parents[1]
TOOL = ROOT / "tools" / "gen_diagnostics_doc.py"
PAGE = (ROOT / "docs" / "reference" / "diagnostics.md").read_text(encoding="utf-8")
ABOUT_HAZELCAST, _, REST = PAGE.partition("\n## Aerospike\n")
ABOUT_AEROSPIKE, _, ABOUT_COUNTERS = REST.partition("\n## Counters\n")


def keys(kind: Any) -> set[str]:
    """All keys of a typed dict, and of those inside."""
    if not is_typeddict(kind):
        return {key for inner in get_args(kind) for key in keys(inner)}
    hints = get_type_hints(kind)
    return {*hints, *(key for inner in hints.values() for key in keys(inner))}


def documented(text: str) -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("kind", "text"),
    [(HazelcastDiagnostics, ABOUT_HAZELCAST), (AerospikeDiagnostics, ABOUT_AEROSPIKE)],
    ids=["hazelcast", "aerospike"],
)
def test_every_key_is_on_the_page_and_no_other(kind: Any, text: str) -> None:
    assert documented(text) == keys(kind)


def test_every_counter_is_on_the_page() -> None:
    assert documented(ABOUT_COUNTERS) == set(COUNTERS)


def test_the_page_is_what_the_types_say() -> None:
    done = subprocess.run(
        [sys.executable, str(TOOL), "--check"],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_program_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = programs("docs/reference/diagnostics.md")
    run_program(program, "diagnostics.md")
    printed = capsys.readouterr().out
    assert printed.startswith("connected [0, 0, 0]\n")
    assert printed.endswith("shut down\n")
