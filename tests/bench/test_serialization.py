# SPDX-License-Identifier: Apache-2.0
"""The bench of serialization; no figure decides anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.cli import app
from bench.model import LIBRARIES
from bench.serialization.cases import CASES
from bench.serialization.targets import TARGETS
from typer.testing import CliRunner


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_libraries_do_each_case_and_give_the_same_data(case):
    data = [case.call(library)() for library in LIBRARIES]
    if case.name.startswith("read-"):
        assert data[0] == data[1]
    elif case.name not in {"write-dict", "write-bytes"}:
        assert data[0] == bytes(data[1].buffer)


def test_every_target_has_a_case():
    for target in TARGETS:
        assert any(target.applies_to(case.name) for case in CASES)


def test_measures_both_in_turns(tmp_path: Path):
    file = tmp_path / "figures.json"
    chosen = ["--quick", "--pairs", "2", "--cases", "write-int", "--json", str(file)]
    done = CliRunner().invoke(app, ["serialization", *chosen])
    assert done.exit_code == 0, done.output
    written = json.loads(file.read_text())
    assert written["suite"] == "serialization"
    (result,) = written["results"]
    assert [pair["first"] for pair in result["pairs"]] == ["gridwire", "official"]
    assert [each["case"] for each in written["targets"]] == ["write-int"]
    assert "write-int" in done.output


def test_names_its_cases():
    done = CliRunner().invoke(app, ["serialization", "--list", "--cases", "*-compact"])
    assert done.output.split() == ["write-compact", "read-compact"]
