# SPDX-License-Identifier: Apache-2.0
"""The tools of the documentation: which modules are public, and the drawings."""

from __future__ import annotations

import ast
import importlib.util
import pkgutil
import runpy
import sys
from pathlib import Path

import pytest

import gridwire
from support.pages import all_pages, blocks

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = PROJECT / "tools"
sys.path.insert(0, str(TOOLS))
try:
    import docs_site
    import public_modules
finally:
    sys.path.remove(str(TOOLS))

MODULES = public_modules.public_modules()
DRAW = runpy.run_path(str(TOOLS / "gen_diagrams.py"))["main"]


def test_the_modules_that_programs_import_are_public():
    assert {
        "gridwire",
        "gridwire.aerospike",
        "gridwire.errors",
        "gridwire.hazelcast",
        "gridwire.hazelcast.asyncio",
        "gridwire.hazelcast.config",
        "gridwire.hazelcast.serialization.api",
        "gridwire.testing",
        "gridwire.testing.faults",
        "gridwire.testing.pytest_plugin",
    } <= set(MODULES)


def test_a_module_is_public_or_has_a_reason():
    names = {found.name for found in pkgutil.walk_packages(gridwire.__path__, "gridwire.")}
    for name in {"gridwire", *names} - set(MODULES):
        is_private = any(part.startswith("_") for part in name.split("."))
        assert is_private or any(name.startswith(inner) for inner in public_modules.INNER), name


def test_what_is_listed_exists():
    for module in (*public_modules.OUTER, *public_modules.INNER):
        assert importlib.util.find_spec(module.rstrip(".")) is not None, module


@pytest.mark.parametrize("module", MODULES)
def test_what_a_module_exports_is_read_from_its_source(module: str):
    found = public_modules.exports(module)
    listed = importlib.import_module(module).__all__
    assert sorted([*found.here, *found.elsewhere]) == sorted(listed)
    for name, path in found.elsewhere.items():
        home, _, same = path.rpartition(".")
        assert (home in MODULES and same == name) or path in MODULES, path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`gridwire.errors.Outcome`", "[`gridwire.errors.Outcome`][gridwire.errors.Outcome]"),
        ("`gridwire.testing`", "[`gridwire.testing`][gridwire.testing]"),
        # No module: the name of a logger or of a metric. And what is nobody's business.
        ("`gridwire.retries`", "`gridwire.retries`"),
        ("`gridwire._impl.COMPILED_LEAVES`", "`gridwire._impl.COMPILED_LEAVES`"),
        ("`gridwire.hazelcast.control`", "`gridwire.hazelcast.control`"),
        ("``gridwire.errors``", "``gridwire.errors``"),
        ("[`gridwire.errors`](x.md)", "[`gridwire.errors`](x.md)"),
    ],
)
def test_names_of_public_things_become_links(text: str, expected: str):
    assert docs_site.linked(text) == expected


def test_links_that_leave_the_site_become_text():
    home = PROJECT / "docs" / "how-to"
    text = "[a](../../examples/testing-with-gridwire/README.md), [b](tls.md#x), [c](nowhere.md)"
    assert docs_site.inside(text, home) == "a, [b](tls.md#x), [c](nowhere.md)"


def test_the_drawings_are_what_the_tables_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert DRAW(["--check"]) == 0
    assert DRAW(["--folder", str(tmp_path)]) == 0
    assert DRAW(["--check", "--folder", str(tmp_path)]) == 0
    tmp_path.joinpath("kinds.svg").write_text("<svg/>")
    tmp_path.joinpath("nobody.svg").write_text("<svg/>")
    assert DRAW(["--check", "--folder", str(tmp_path)]) == 1
    stale = capsys.readouterr().err
    assert "kinds.svg is stale" in stale
    assert "nobody.svg is stale" in stale


@pytest.mark.parametrize("page", all_pages())
def test_programs_of_pages_import_public_modules_alone(page: str):
    for block in blocks(page):
        for node in ast.walk(ast.parse(block.code)):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("gridwire."):
                assert node.module in MODULES, f"{block}: {node.module}"
                listed = importlib.import_module(str(node.module)).__all__
                names = {alias.name for alias in node.names}
                inside = {name for name in names if f"{node.module}.{name}" in MODULES}
                assert names - inside <= set(listed), str(block)
