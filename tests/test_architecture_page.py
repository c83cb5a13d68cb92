# SPDX-License-Identifier: Apache-2.0
"""The page about the house names each room, of the kind that the layering test goes by."""

from __future__ import annotations

import re
from pathlib import Path

from support.layering import CONTROL, CORE, DRIVER, FACE, KINDS, ROOTS

PROJECT = Path(__file__).resolve().parents[1]
PAGE = PROJECT / "docs" / "explanation" / "architecture.md"
KIND_OF = {"core": CORE, "drivers": DRIVER, "control": CONTROL, "faces": FACE}


def rooms() -> dict[str, str]:
    """Kinds by module, as the table has them."""
    rows = re.findall(r"^\| \*\*(\w+)\*\* \| (.*?) \|", PAGE.read_text(), re.MULTILINE)
    return {
        "gridwire." + path.rstrip("/").replace("/", "."): KIND_OF[kind]
        for kind, where in rows
        for path in re.findall(r"`([^`]+)`", where)
    }


def test_the_table_of_kinds_is_that_of_the_layering_test():
    wanted = {name: kind for name, kind in KINDS.items() if name not in ROOTS | {"gridwire._impl"}}
    assert rooms() == wanted


def test_files_that_are_named_exist():
    files = [f"/{path.relative_to(PROJECT)}" for path in PROJECT.glob("[!.]*/**/*.py")]
    for name in set(re.findall(r"`([\w/]+\.py)`", PAGE.read_text())):
        assert any(file.endswith(f"/{name}") for file in files), name
