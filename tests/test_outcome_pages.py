# SPDX-License-Identifier: Apache-2.0
"""The programs in the pages about outcomes and notices run, and say what the pages say."""

from __future__ import annotations

from typing import Any

import pytest

from support.pages import programs, run_program

PAGES = {"docs/explanation/outcomes.md": 1, "docs/how-to/acting-on-notices.md": 2}


@pytest.mark.parametrize(("page", "count"), PAGES.items())
def test_the_programs_of_a_page_run(
    page: str, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = programs(page)
    assert len(found) == count
    names: dict[str, Any] = {}
    for program in found:
        names = run_program(program, page, **names)
    said = capsys.readouterr().out
    assert ("Outcome.UNKNOWN" if count == 1 else "0 of 1 backups") in said
