# SPDX-License-Identifier: Apache-2.0
"""``GRIDWIRE_IMPL`` does what it says, and a run that claims to be compiled is."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

import gridwire
from gridwire._impl import COMPILED_LEAVES, extension_of
from support.building import compile_in_place, copy_project, needs_compiler, run

REPORT = """
import importlib, gridwire
from gridwire._impl import COMPILED_LEAVES
before = gridwire.implementation()
files = [importlib.import_module(leaf).__file__ for leaf in COMPILED_LEAVES]
assert gridwire.implementation() == before
print(before, *files)
"""


def report(project: Path, forced: str | None) -> tuple[str, set[str]]:
    """Import every leaf in a fresh process; give what it says it is, and the files' suffixes."""
    changes = {} if forced is None else {"GRIDWIRE_IMPL": forced}
    done = run(project, "-c", REPORT, PYTHONPATH="src", **changes)
    assert done.returncode == 0, done.stdout
    said, *files = done.stdout.split()
    assert all(Path(file).is_relative_to(project) for file in files)
    return said, {Path(file).suffix for file in files}


@pytest.fixture(scope="module")
def pure_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("pure") / "project")


@pytest.fixture(scope="module")
def compiled_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = copy_project(tmp_path_factory.mktemp("compiled") / "project")
    done = compile_in_place(project)
    assert done.returncode == 0, done.stdout
    return project


def test_this_run_is_what_it_claims():
    claimed = os.environ.get("GRIDWIRE_IMPL")
    files = {importlib.import_module(leaf).__file__ for leaf in COMPILED_LEAVES}
    pure = {file for file in files if file.endswith(".py")}
    if claimed == "compiled":
        assert pure == set()
        assert gridwire.implementation() == "compiled"
    elif claimed == "pure":
        assert pure == files
        assert gridwire.implementation() == "pure"
    else:
        there = all(extension_of(leaf) for leaf in COMPILED_LEAVES)
        assert gridwire.implementation() == ("compiled" if there else "pure")


@pytest.mark.parametrize("forced", [None, "", "pure"])
def test_without_extensions_the_sources_run(pure_tree: Path, forced: str | None):
    assert report(pure_tree, forced) == ("pure", {".py"})


def test_compiled_refuses_what_is_not_compiled(pure_tree: Path):
    done = run(pure_tree, "-c", "import gridwire", PYTHONPATH="src", GRIDWIRE_IMPL="compiled")
    assert done.returncode != 0
    assert "ImportError: GRIDWIRE_IMPL=compiled, but not compiled: " in done.stdout
    for leaf in COMPILED_LEAVES:
        assert leaf in done.stdout


def test_an_unknown_choice_is_refused(pure_tree: Path):
    done = run(pure_tree, "-c", "import gridwire", PYTHONPATH="src", GRIDWIRE_IMPL="fast")
    assert done.returncode != 0
    assert "ImportError: GRIDWIRE_IMPL='fast' is not known" in done.stdout


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize("forced", [None, "compiled"])
def test_extensions_are_taken(compiled_tree: Path, forced: str | None):
    said, suffixes = report(compiled_tree, forced)
    assert said == "compiled"
    assert ".py" not in suffixes


@needs_compiler
@pytest.mark.slow
def test_pure_wins_over_extensions(compiled_tree: Path):
    assert report(compiled_tree, "pure") == ("pure", {".py"})


@needs_compiler
@pytest.mark.slow
def test_a_part_that_is_compiled_is_mixed(compiled_tree: Path):
    code = (
        "import gridwire, gridwire._impl as impl\n"
        "impl.COMPILED_LEAVES = (*impl.COMPILED_LEAVES, 'gridwire.errors')\n"
        "print(gridwire.implementation())"
    )
    assert run(compiled_tree, "-c", code, PYTHONPATH="src").stdout == "mixed\n"
