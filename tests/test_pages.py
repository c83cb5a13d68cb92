# SPDX-License-Identifier: Apache-2.0
"""Every program in every page runs, in the order of the page, and prints what the page says.

This module walks all pages that readers get. Whatever is a block of Python is run by it, or says
why it is no program, and those are counted. What a page needs around its programs is a row here.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gridwire.hazelcast.config import Config
from support import page_stages
from support.installed import installed, run_pytest
from support.pages import Block, all_pages, blocks, languages, prints, run_program, text_of

ALONE, IN_ORDER, APART, TUTORIAL, TESTS = "alone", "in order", "apart", "tutorial", "tests"


@dataclass(frozen=True)
class Play:
    """How the programs of a page are run.

    Attributes:
        how: each alone in this process, all in order with the names of those before, each in a
            process of its own, in order as files of one folder, or as tests for pytest.
        stage: what they take for known.
        prints: what each of them prints, as a pattern, where no block of the page says it.
        is_quiet: whether no line of a log may warn.
        warnings: what a process of its own does with them.
    """

    how: str = ALONE
    stage: page_stages.Stage = page_stages.empty
    prints: tuple[str, ...] = ()
    is_quiet: bool = True
    warnings: str = "error"


_LOGGED = r'(\{"time": .*"client": "shop".*\}\n)+'

PLAYS = {
    "README.md": Play(
        APART,
        prints=(
            r"3 2\n",
            r"100 81\n",
            r"81 \[\d+\]\n",
            r"\{'points': 5\} 2\n",
            r"100 \{'is': 81\}\n",
        ),
    ),
    "docs/explanation/outcomes.md": Play(prints=(r"Outcome\.UNKNOWN\n",)),
    "docs/how-to/acting-on-notices.md": Play(
        IN_ORDER, prints=(r".*0 of 1 backups.*", ""), is_quiet=False
    ),
    "docs/how-to/aerospike-test-clusters.md": Play(
        stage=page_stages.a_broken_node, prints=(r"\{'points': 3\}\n", "", ""), is_quiet=False
    ),
    "docs/how-to/breaking-a-cluster.md": Play(
        prints=(r"no answer\n1 3\n3\n", r"0\n"), is_quiet=False
    ),
    "docs/how-to/choosing-aerospike-timeouts-and-pools.md": Play(stage=page_stages.aerospike_hosts),
    "docs/how-to/connecting-and-reconnecting.md": Play(
        stage=page_stages.hazelcast_members,
        prints=(r".*127\.0\.0\.1:1\b.*", r"3\n", "", r"3\n"),
        is_quiet=False,
    ),
    "docs/how-to/forking-and-event-loops.md": Play(
        APART,
        page_stages.both_systems,
        ("", "", "", "", ""),
        # Python 3.12 warns of forks while threads run; the page says why these are safe.
        warnings="ignore::DeprecationWarning",
    ),
    "docs/how-to/logging.md": Play(APART, prints=(_LOGGED,)),
    "docs/how-to/migrating-from-aerospike-py.md": Play(stage=page_stages.aerospike_hosts),
    "docs/how-to/opentelemetry.md": Play(stage=page_stages.aerospike_hosts),
    "docs/how-to/testing-with-pytest.md": Play(TESTS),
    "docs/how-to/tls.md": Play(IN_ORDER, page_stages.tls),
    "docs/tutorials/aerospike.md": Play(TUTORIAL),
    "docs/tutorials/hazelcast.md": Play(TUTORIAL),
}
"""Pages whose programs need more than to be run; all others are run alone, on nothing."""

FRAGMENTS = {
    "CONTRIBUTING.md": 1,  # it needs real members
}
"""How many blocks of a page are no programs; each says why."""

LANGUAGES = {"", "console", "ini", "java", "json", "python", "sh", "shell", "text", "toml", "yaml"}
ASYNCIO_PLUGIN = "pytest_asyncio"
PAGES = {page: blocks(page) for page in all_pages()}


def play(page: str) -> Play:
    return PLAYS.get(page, Play())


def programs_of(*ways: str) -> list[Any]:
    """The pages that are played so, each with its programs."""
    params = []
    for page, found in PAGES.items():
        wanted = [block for block in found if not block.fragment]
        if wanted and play(page).how in ways:
            params.append(pytest.param(page, wanted, id=page))
    return params


def single_programs() -> list[Any]:
    return [
        pytest.param(index, block, id=str(block))
        for param in programs_of(ALONE, APART)
        for index, block in enumerate(param.values[1])
    ]


# -- nothing is left out --------------------------------------------------------------------------


def test_the_walk_finds_the_pages():
    """A walk that finds nothing would be green too."""
    assert {"README.md", "docs/how-to/tls.md", "docs/tutorials/hazelcast.md"} <= set(PAGES)
    assert sum(map(len, PAGES.values())) >= 60


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_python_is_a_program_or_says_why_not(page: str):
    kept = [str(block) for block in PAGES[page] if block.fragment]
    assert len(kept) == FRAGMENTS.get(page, 0), kept
    # Whatever hides a block from the walk is found by a plain look.
    fences = re.findall(r"^\s*(?:```|~~~)\W*py(?:thon|con)?\b", text_of(page), re.MULTILINE)
    assert len(PAGES[page]) == len(fences)
    assert languages(page) <= LANGUAGES


def test_every_page_with_programs_is_run():
    run = {param.values[0] for param in programs_of(ALONE, IN_ORDER, APART, TUTORIAL, TESTS)}
    assert run == {page for page, found in PAGES.items() if len(found) > FRAGMENTS.get(page, 0)}
    assert {*PLAYS, *FRAGMENTS} <= {page for page, found in PAGES.items() if found}


# -- the programs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("index", "block"), single_programs())
def test_a_program_runs(index: int, block: Block, tmp_path, capsys, caplog):
    if play(block.page).how == APART and "os.fork" in block.code and not hasattr(os, "fork"):
        pytest.skip("the platform cannot fork")
    with caplog.at_level(logging.WARNING, "gridwire"):
        printed = perform(block, index, tmp_path, capsys)
    check(block, index, printed, caplog)


@pytest.mark.parametrize(("page", "wanted"), programs_of(IN_ORDER))
def test_the_programs_of_a_page_run_in_order(page, wanted, tmp_path, capsys, caplog):
    known: dict[str, Any] = {}
    for index, block in enumerate(wanted):
        folder = tmp_path / str(index)
        folder.mkdir()
        with caplog.at_level(logging.WARNING, "gridwire"):
            printed = perform(block, index, folder, capsys, known)
        check(block, index, printed, caplog)


@pytest.mark.parametrize(("page", "wanted"), programs_of(TUTORIAL))
def test_a_tutorial_works_as_it_is_told(page, wanted, tmp_path):
    """Each block becomes the file that it is called, beside those before, and is run."""
    paths = installed(tmp_path / "site")
    folder = tmp_path / "work"
    folder.mkdir()
    for block in wanted:
        assert block.file, f"{block} does not say which file it is"
        folder.joinpath(block.file).write_text(block.code)
        if block.file.startswith("test_"):
            folder.joinpath("pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
            done = run_pytest(folder, paths)
            assert done.returncode == 0, f"{block}\n{done.stdout}"
        else:
            done = run_apart(block.file, folder, paths)
            assert (done.returncode, done.stderr) == (0, ""), str(block)
            assert prints(block.prints or "", done.stdout), f"{block}\n{done.stdout}"


def sections() -> list[Any]:
    params = []
    for param in programs_of(TESTS):
        page, wanted = param.values
        lines = text_of(page).splitlines()
        found: dict[str, list[Block]] = {}
        for block in wanted:
            above = [line for line in lines[: block.line] if line.startswith("## ")]
            found.setdefault(above[-1][3:] if above else "", []).append(block)
        params += [pytest.param(part, id=f"{page}-{name}") for name, part in found.items()]
    return params


def test_the_page_about_pytest_has_examples():
    named = {str(param.id).partition(".md-")[2] for param in sections()}
    assert {"Options", "Time", "Failures", "asyncio"} <= named


@pytest.mark.parametrize("part", sections())
def test_the_tests_of_a_section_pass(part: list[Block], tmp_path: Path):
    """The files of a section lie in one folder; a block is one, and says which."""
    folder = tmp_path / "tests"
    folder.mkdir()
    plugins = []
    for block in part:
        assert block.file, f"{block} does not say which file it is"
        if ASYNCIO_PLUGIN in block.code:
            pytest.importorskip(ASYNCIO_PLUGIN)
            plugins = ["asyncio"]
        folder.joinpath(block.file).write_text(block.code)
    options = [
        "filterwarnings = error",
        *(plugins and ["asyncio_default_fixture_loop_scope = function"]),
    ]
    folder.joinpath("pytest.ini").write_text("\n".join(["[pytest]", *options]))
    done = run_pytest(folder, installed(tmp_path / "site"), *plugins)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


# -- how ------------------------------------------------------------------------------------------


def perform(block: Block, index: int, folder: Path, capsys, known=None) -> str:
    """Run a program on its stage; what it printed."""
    way = play(block.page)
    with way.stage(index, folder) as scene:
        code = block.code
        for theirs, ours in scene.replace.items():
            assert theirs in code
            code = code.replace(theirs, ours)
        if way.how == APART:
            given = "".join(f"{name} = {value!r}\n" for name, value in scene.names.items())
            folder.joinpath("program.py").write_text(given + code)
            done = run_apart("program.py", folder, os.pathsep.join(sys.path), way.warnings)
            assert (done.returncode, done.stderr) == (0, ""), str(block)
            return done.stdout
        # Behind as many empty lines as the page has above it, so that errors name its lines.
        above = "\n" * block.line
        scene.known = run_program(above + code, block.page, **{**(known or {}), **scene.names})
        if known is not None:
            known |= {name: one for name, one in scene.known.items() if not name.startswith("__")}
        if isinstance(config := scene.known.get("config"), Config):
            config.snapshot()  # its options do not contradict each other
    return str(capsys.readouterr().out)


def check(block: Block, index: int, printed: str, caplog) -> None:
    """What a program printed is what the page says, and it warned of nothing."""
    way = play(block.page)
    if block.prints is not None:
        assert prints(block.prints, printed), printed
    elif way.prints:
        assert re.fullmatch(way.prints[index], printed, re.DOTALL), printed
    if way.is_quiet:
        assert caplog.text == ""


def run_apart(
    program: str, folder: Path, paths: str, warnings: str = "error"
) -> subprocess.CompletedProcess[str]:
    """Run a program of a folder in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", warnings, program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
