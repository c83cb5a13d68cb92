# SPDX-License-Identifier: Apache-2.0
"""What the tests compare with is here: a peer that is missing must not pass for tests skipped."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.requirements import Requirement

from support.extras import requirements_of


@pytest.mark.parametrize("requirement", [*requirements_of("test")], ids=str)
def test_what_the_tests_need_is_installed(requirement: Requirement):
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        pytest.fail(f"{requirement} is not installed; tests that need it would only be skipped")
    assert requirement.specifier.contains(found, prereleases=True)


def test_an_extra_has_what_the_extras_have_that_it_includes():
    assert {"numpy", "typer", "mkdocs", "pytest"} <= {each.name for each in requirements_of("test")}
