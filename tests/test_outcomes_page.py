# SPDX-License-Identifier: Apache-2.0
"""The table of codes and outcomes is what the client goes by, for both systems."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from gridwire._core.outcome import Outcome
from gridwire.aerospike.protocol import result_codes
from gridwire.hazelcast.error_codes import RETRYABLE_CODES, ErrorCode, SqlErrorCode, outcome_of

PROJECT = Path(__file__).resolve().parents[1]
TOOLS = PROJECT / "tools"
PAGE = PROJECT / "docs" / "reference" / "outcomes.md"


def run(*arguments: object) -> int:
    """Run the tool in this process; its exit status."""
    sys.path.insert(0, str(TOOLS))
    try:
        main = runpy.run_path(str(TOOLS / "gen_outcomes.py"))["main"]
    finally:
        sys.path.remove(str(TOOLS))
    status: int = main(list(map(str, arguments)))
    return status


def rows(heading: str) -> dict[int, list[str]]:
    """A table of the page: code to the other cells."""
    text = PAGE.read_text().partition(f"{heading}\n")[2]
    text = re.split(r"^##", text, maxsplit=1, flags=re.MULTILINE)[0]
    found = {}
    for line in re.findall(r"^\| (-?\d.*) \|$", text, re.MULTILINE):
        code, *cells = line.split(" | ")
        found[int(code)] = cells
    return found


def test_the_page_is_what_the_tables_say():
    done = subprocess.run(
        [sys.executable, str(TOOLS / "gen_outcomes.py"), "--check"],
        env={"PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + b"\n",
        lambda text: text.replace(b"`REJECTED`", b"`UNKNOWN`", 1),
        lambda text: b"",
    ],
    ids=["longer", "other outcome", "empty"],
)
def test_the_check_goes_red(change, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    page = tmp_path / "page.md"
    page.write_bytes(change(PAGE.read_bytes()))
    assert run("--check", "--page", page) == 1
    assert "stale" in capsys.readouterr().err


def test_writing_makes_the_check_green(tmp_path: Path):
    page = tmp_path / "page.md"
    assert run("--page", page) == 0
    assert page.read_bytes() == PAGE.read_bytes()


def test_every_code_of_hazelcast_has_a_row():
    found = rows("## Hazelcast")
    assert list(found) == [int(code) for code in ErrorCode]
    for code in ErrorCode:
        name, _, again, one, many = found[code]
        assert name == code.name
        assert (again == "yes") == (code in RETRYABLE_CODES)
        assert one == f"`{outcome_of(code).name}`"
        assert many == f"`{outcome_of(code, atomic=False).name}`"
    assert list(rows("### SQL")) == [int(code) for code in SqlErrorCode]


def test_every_code_of_aerospike_has_a_row():
    found = rows("## Aerospike")
    assert list(found) == [code for code in result_codes.KNOWN if code]
    for code, cells in found.items():
        assert cells[-1] == f"`{result_codes.outcome_of(code, is_write=True).name}`"
        assert (cells[2] == "yes") == (code in result_codes.RETRYABLE)


@pytest.mark.parametrize("code", [29, 99, 4242, -1, 65535])
def test_what_a_code_means_that_nobody_knows_is_unknown(code: int):
    assert outcome_of(code + 1000) is Outcome.UNKNOWN
    assert result_codes.outcome_of(code, is_write=True) is Outcome.UNKNOWN
    assert result_codes.outcome_of(code, is_write=False) is Outcome.REJECTED
