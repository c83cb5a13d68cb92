# SPDX-License-Identifier: Apache-2.0
"""The programs in the pages of the documentation, which must run as they stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

__all__ = ["PROJECT", "program_names", "programs", "run_program", "text_of"]

PROJECT = Path(__file__).resolve().parents[2]


def text_of(page: str) -> str:
    """A page; its path is that in the project's folder."""
    return (PROJECT / page).read_text(encoding="utf-8")


def programs(page: str) -> list[str]:
    """The Python programs of a page, in its order."""
    return re.findall(r"```python\n(.*?)```", text_of(page), re.DOTALL)


def program_names(pages: dict[str, int]) -> list[tuple[str, int]]:
    """Each program of pages that have so many, for a test of each."""
    return [(page, index) for page, count in pages.items() for index in range(count)]


def run_program(program: str, page: str, /, **names: Any) -> dict[str, Any]:
    """Run a program in this process, as one that was imported.

    Args:
        program: its text.
        page: where it stands.
        names: that it takes for known.

    Returns:
        All names that it knows at its end.
    """
    known: dict[str, Any] = {"__name__": "program", **names}
    exec(compile(program, page, "exec"), known)
    return known
