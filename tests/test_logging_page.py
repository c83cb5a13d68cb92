# SPDX-License-Identifier: Apache-2.0
"""The page about logging: its program prints JSON lines, and its table has every field."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from gridwire._core.logs import FIELDS, SAME_LINE_SECONDS
from support.pages import PROJECT, programs, text_of

PAGE = text_of("docs/how-to/logging.md")
(PROGRAM,) = programs("docs/how-to/logging.md")


def test_the_program_prints_json_lines_with_the_fields():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["client"] for line in lines} == {"shop"}
    assert all(line["cluster"].startswith("gridwire-") for line in lines)
    opened = [line for line in lines if "member" in line and "address" in line]
    assert len({line["address"] for line in opened}) == 2
    assert {line["level"] for line in lines} == {"INFO"}
    assert done.stderr == ""


def test_the_table_has_every_field():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE))
    assert {name: rows[name].lower() for name in FIELDS} == {
        name: text.lower().rstrip(".") for name, text in FIELDS.items()
    }
    assert re.search(r'FIELDS = "(.*?)"', PROGRAM)[1].split() == list(FIELDS)


def test_the_page_says_how_storms_are_thinned_out():
    assert SAME_LINE_SECONDS == 10
    assert "one in ten seconds" in PAGE
