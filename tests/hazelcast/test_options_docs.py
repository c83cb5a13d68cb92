# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from gridwire.hazelcast.config import Config

PROJECT = Path(__file__).resolve().parents[2]
TOOL = PROJECT / "tools" / "gen_options_doc.py"
PAGE = PROJECT / "docs" / "reference" / "hazelcast-options.md"
MAIN = runpy.run_path(str(TOOL))["main"]


def run(*arguments: object) -> int:
    """Run the tool in this process; its exit status."""
    status: int = MAIN(list(map(str, arguments)))
    return status


def test_the_page_is_what_the_table_says():
    done = subprocess.run(
        [sys.executable, str(TOOL), "--check"],
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
        lambda text: text[:-1],
        lambda text: text.replace(b"`5.0`", b"`6.0`", 1),
        lambda text: b"",
    ],
    ids=["longer", "shorter", "other default", "empty"],
)
def test_the_check_goes_red(change, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    page = tmp_path / "page.md"
    page.write_bytes(change(PAGE.read_bytes()))
    assert run("--check", "--page", page) == 1
    assert "stale" in capsys.readouterr().err


def test_the_check_goes_red_without_a_page(tmp_path: Path):
    assert run("--check", "--page", tmp_path / "none.md") == 1


def test_writing_makes_the_check_green(tmp_path: Path):
    page = tmp_path / "page.md"
    assert run("--page", page) == 0
    assert run("--check", "--page", page) == 0
    assert page.read_bytes() == PAGE.read_bytes()


def test_each_option_has_one_line():
    lines = PAGE.read_text().partition("## Options of each")[0].splitlines()
    for name in Config.options:
        assert len([line for line in lines if line.startswith(f"| `{name}` ")]) == 1


def test_the_example_on_the_page_works():
    code = PAGE.read_text().partition("```python\n")[2].partition("```")[0]
    namespace: dict[str, object] = {}
    exec(code, namespace)
    assert namespace["config"].cluster_name == "orders"
