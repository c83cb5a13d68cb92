# SPDX-License-Identifier: Apache-2.0
"""The example project and the examples of the page run as for somebody who installed gridwire."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from support.installed import PROJECT, installed, run_pytest

PAGE = PROJECT / "docs" / "how-to" / "testing-with-pytest.md"
ASYNCIO_PLUGIN = "pytest_asyncio"


def sections() -> dict[str, list[tuple[str, str]]]:
    """The files of each section of the page: a block is one, its first line says which."""
    found = {}
    for section in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE):
        blocks = re.findall(r"^```python\n# (\S+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        assert len(blocks) == section.count("```python"), "every block says which file it is"
        if blocks:
            found[section.partition("\n")[0]] = blocks
    return found


SECTIONS = sections()


@pytest.mark.parametrize("name", ["testing-with-gridwire", "testing-with-aerospike"])
def test_the_example_project(name: str, tmp_path: Path):
    """In a copy, so that nothing of the checkout helps it."""
    example = PROJECT / "examples" / name
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".pytest_cache")
    copy = shutil.copytree(example, tmp_path / "project", ignore=ignored)
    done = run_pytest(copy, installed(tmp_path / "site"))
    assert done.returncode == 0, done.stdout
    count = sum(
        len(re.findall(r"^def test_", file.read_text(), re.MULTILINE))
        for file in copy.rglob("test_*.py")
    )
    assert f"{count} passed" in done.stdout


def test_the_page_has_examples():
    assert {"Options", "Time", "Failures", "asyncio"} <= set(SECTIONS)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_examples_of_a_section(section: str, tmp_path: Path):
    folder = tmp_path / "tests"
    folder.mkdir()
    plugins = []
    for name, code in SECTIONS[section]:
        if ASYNCIO_PLUGIN in code:
            if find_spec(ASYNCIO_PLUGIN) is None:
                continue
            plugins = ["asyncio"]
        folder.joinpath(name).write_text(code)
    options = [
        "filterwarnings = error",
        *(plugins and ["asyncio_default_fixture_loop_scope = function"]),
    ]
    folder.joinpath("pytest.ini").write_text("\n".join(["[pytest]", *options]))
    done = run_pytest(folder, installed(tmp_path / "site"), *plugins)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
