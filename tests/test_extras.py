# SPDX-License-Identifier: Apache-2.0
"""What the tests compare with is here: a peer that is missing must not pass for tests skipped."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

EXTRAS = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED = [
    requirement
    for requirement in map(Requirement, EXTRAS["project"]["optional-dependencies"]["test"])
    if requirement.name != "gridwire"
    and (requirement.marker is None or requirement.marker.evaluate())
]


@pytest.mark.parametrize("requirement", NEEDED, ids=str)
def test_what_the_tests_need_is_installed(requirement: Requirement):
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        pytest.fail(f"{requirement} is not installed; tests that need it would only be skipped")
    assert requirement.specifier.contains(found, prereleases=True)
