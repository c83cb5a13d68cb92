# SPDX-License-Identifier: Apache-2.0
"""The page of names says of every public name of aerospike_py what ours has: truly."""

from __future__ import annotations

import fnmatch
import importlib
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest

from gridwire import aerospike as ours
from support.names_page import Pair, cells, lies, tables

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    theirs = pytest.importorskip("aerospike_py", reason="aerospike_py is not installed")
    their_types = importlib.import_module("aerospike_py.types")

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "aerospike-names.md"

CONFIG = {"hosts": [("127.0.0.1", 3000)]}

# Names that theirs and ours say are public; aliases that warn are found by their names alone.
THEIRS = {name for name in theirs.__all__ if not name.startswith("_")}
OURS = set(ours.__all__)
ALIASES = {"IndexError", "TimeoutError"}

CONSTANTS = {name for name in THEIRS | OURS if name.isupper() and name != "HLL"}
ERRORS = {
    name
    for name in THEIRS | OURS
    if isinstance(value := getattr(theirs if name in THEIRS else ours, name), type)
    and issubclass(value, BaseException)
}
TYPES = {
    name
    for name in (THEIRS | OURS) - CONSTANTS - ERRORS
    if hasattr(their_types, name) or hasattr(ours.types, name)
}
REST = (THEIRS | OURS) - CONSTANTS - ERRORS - TYPES


def both(names: set[str]) -> dict[str, Pair]:
    """The module of theirs and of ours, as if they had only these names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return {
            "ours": (
                SimpleNamespace(**{name: getattr(theirs, name) for name in names & THEIRS}),
                SimpleNamespace(**{name: getattr(ours, name) for name in names & (OURS | ALIASES)}),
            )
        }


PAIRS: dict[str, dict[str, Pair]] = {
    "Client": {
        "threads": (theirs.client(CONFIG), ours.client(CONFIG)),
        "asyncio": (theirs.AsyncClient(CONFIG), ours.AsyncClient(CONFIG)),
    },
    "LazyBatchRecords": {"ours": (theirs.LazyBatchRecords, ours.LazyBatchRecords)},
    "The module": both(REST),
    "Types": both(TYPES),
    "Errors": both(ERRORS),
}


def test_every_kind_of_name_has_its_table():
    assert {heading: set(table.columns) for heading, table in tables(PAGE.read_text()).items()} == {
        heading: set(columns) for heading, columns in PAIRS.items()
    }


@pytest.mark.parametrize("heading", PAIRS)
def test_the_table_says_what_is_so(heading: str):
    assert sorted(lies(tables(PAGE.read_text())[heading], PAIRS[heading])) == []


@pytest.mark.parametrize("heading", PAIRS)
def test_what_is_not_yet_there_says_what_it_comes_with(heading: str):
    for row in tables(PAGE.read_text())[heading].rows:
        if set(row.words) == {"not yet"}:
            assert row.reason, row.name


def constants() -> list[tuple[str, str]]:
    section = PAGE.read_text().partition("\n## Constants\n")[2]
    lines = [cells(line) for line in section.splitlines() if line.startswith("| `")]
    return [(pattern.strip("`"), word) for pattern, word, _ in lines]


def test_every_constant_is_in_one_line():
    for name in CONSTANTS:
        assert sum(fnmatch.fnmatch(name, pattern) for pattern, _ in constants()) == 1, name


@pytest.mark.parametrize(("pattern", "word"), constants())
def test_constants_are_here_or_not_as_the_page_says(pattern: str, word: str):
    names = set(fnmatch.filter(CONSTANTS, pattern))
    assert names
    if word == "same":
        for name in names:
            assert getattr(ours, name) == getattr(theirs, name), name
    else:
        assert word == "not yet"
        assert not [name for name in names if hasattr(ours, name)]


@pytest.mark.parametrize(
    ("heading", "before", "after", "lie"),
    [
        ("Client", "`get(key, policy=None)`", "`get(key)`", "called with (key)"),
        ("Client", "retry=0)` | better", "retry=1)` | better", "called with (records"),
        ("Types", "| `UserKey` | same | |\n", "", "UserKey: not in the table"),
        ("Errors", "`RecordTooBig` | same", "`RecordTooBig` | not yet", "but ours has it"),
        ("The module", "`exp` | not yet", "`exp` | same", "but ours lacks it"),
    ],
)
def test_a_lie_is_found(heading: str, before: str, after: str, lie: str):
    page = PAGE.read_text()
    assert before in page
    found = lies(tables(page.replace(before, after))[heading], PAIRS[heading])
    assert any(lie in each for each in found)
