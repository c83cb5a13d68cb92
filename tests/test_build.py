# SPDX-License-Identifier: Apache-2.0
"""What is built holds what it should, and a build that was asked to compile does, or fails."""

from __future__ import annotations

import sysconfig
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from gridwire._impl import COMPILED_LEAVES
from support.building import (
    PROJECT,
    build,
    compile_in_place,
    copy_project,
    hidden_cython,
    needs_compiler,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SOURCES = {
    str(path.relative_to(PROJECT / "src"))
    for path in PROJECT.joinpath("src", "gridwire").rglob("*")
    if path.suffix in {".py", ".pxd", ".typed"}
}
EXTENSIONS = {
    leaf.replace(".", "/") + str(sysconfig.get_config_var("EXT_SUFFIX")) for leaf in COMPILED_LEAVES
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


def wheel_of(project: Path) -> tuple[str, set[str]]:
    """Give the name of the wheel that was built, and what of the package it holds."""
    (wheel,) = project.joinpath("dist").glob("*.whl")
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    return wheel.name, names


def test_a_pure_wheel_is_for_every_platform(project: Path):
    done = build("wheel", project, GRIDWIRE_BUILD_EXT="no")
    assert done.returncode == 0, done.stdout
    name, files = wheel_of(project)
    assert name.endswith("-py3-none-any.whl")
    assert files == SOURCES


@needs_compiler
def test_a_compiled_wheel_holds_every_leaf_and_its_source(project: Path):
    done = build("wheel", project, GRIDWIRE_BUILD_EXT="yes")
    assert done.returncode == 0, done.stdout
    name, files = wheel_of(project)
    assert not name.endswith("-any.whl")
    assert files == SOURCES | EXTENSIONS


def test_the_license_is_in_the_wheel(project: Path):
    assert build("wheel", project, GRIDWIRE_BUILD_EXT="no").returncode == 0
    (wheel,) = project.joinpath("dist").glob("*.whl")
    with ZipFile(wheel) as archive:
        (license_file,) = [name for name in archive.namelist() if name.endswith("/LICENSE")]
        assert b"Apache License" in archive.read(license_file)


def broken_source(project: Path) -> None:
    leaf = project / "src" / f"{COMPILED_LEAVES[0].replace('.', '/')}.pxd"
    leaf.write_text("cdef this is not Cython\n")


@pytest.mark.parametrize("how", ["in place", "wheel"])
@pytest.mark.parametrize("flaw", ["no compiler", "no Cython", "Cython refuses"])
def test_yes_fails_loudly(project: Path, tmp_path: Path, how: str, flaw: str):
    changes = {"GRIDWIRE_BUILD_EXT": "yes"}
    if flaw == "no compiler":
        changes["CC"] = "/bin/false"
    elif flaw == "no Cython":
        changes["PYTHONPATH"] = hidden_cython(tmp_path / "hidden")
    else:
        broken_source(project)
    done = (
        build("wheel", project, **changes)
        if how == "wheel"
        else compile_in_place(project, **changes)
    )
    assert done.returncode != 0
    expected = {
        "no compiler": "/bin/false",
        "no Cython": "compiling needs Cython",
        "Cython refuses": "CompileError",
    }
    assert expected[flaw] in done.stdout
    assert not list(project.joinpath("dist").glob("*.whl"))


@needs_compiler
def test_yes_fails_when_a_listed_leaf_has_no_source(project: Path):
    listed = project / "src" / "gridwire" / "_impl.py"
    listed.write_text(listed.read_text().replace('frames",)', 'frames", "gridwire.gone",)'))
    done = compile_in_place(project)
    assert done.returncode != 0
    assert "gone" in done.stdout


@pytest.mark.parametrize("flaw", ["no compiler", "no Cython"])
def test_auto_builds_a_pure_wheel_and_says_so(project: Path, tmp_path: Path, flaw: str):
    changes = (
        {"CC": "/bin/false"}
        if flaw == "no compiler"
        else {"PYTHONPATH": hidden_cython(tmp_path / "hidden")}
    )
    done = build("wheel", project, **changes)
    assert done.returncode == 0, done.stdout
    assert "building without compiled leaves" in done.stdout
    name, files = wheel_of(project)
    assert name.endswith("-py3-none-any.whl")
    assert files == SOURCES


@needs_compiler
def test_auto_compiles_when_it_can(project: Path):
    done = build("wheel", project)
    assert done.returncode == 0, done.stdout
    assert wheel_of(project)[1] == SOURCES | EXTENSIONS


@needs_compiler
def test_auto_hides_no_error_of_the_sources(project: Path):
    broken_source(project)
    assert build("wheel", project).returncode != 0


def test_an_unknown_choice_is_refused(project: Path):
    done = build("wheel", project, GRIDWIRE_BUILD_EXT="maybe")
    assert done.returncode != 0
    assert "use 'auto', 'yes' or 'no'" in done.stdout


def test_the_sdist_holds_what_builds_and_tests_need(project: Path):
    done = build("sdist", project)
    assert done.returncode == 0, done.stdout
    (sdist,) = project.joinpath("dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames() if "/" in name}
    needed = {
        "pyproject.toml",
        "setup.py",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Makefile",
        "mkdocs.yml",
    }
    needed |= {f"src/{name}" for name in SOURCES}
    for folder in ("tests", "tools", "bench", "docs"):
        needed |= {
            str(path.relative_to(project))
            for path in project.joinpath(folder).rglob("*")
            if path.is_file()
        }
    assert needed - held == set()
    made = {name for name in held if name.endswith((".so", ".c", ".pyc", ".jar"))}
    assert made == {"bench/aerospike/responder.c"}
