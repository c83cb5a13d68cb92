# SPDX-License-Identifier: Apache-2.0
"""Fails a test that would be skipped because a module is missing, where everything has to run.

A developer may do without a peer or an optional package; tests that need it are skipped. Where
``GRIDWIRE_REQUIRE_REAL=1`` says that nothing may be left out, such a skip, of a test or of a whole
file, is a failure: a package that the extra ``test`` has forgotten must not leave tests out unseen.

What the extra ``bench`` has and the extra ``test`` does not is for measuring alone. The gate does
not install it, so its tests may be skipped.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from support.extras import requirements_of
from support.real_members import required

_MISSING = re.compile(r"could not import|not installed")

_NAMES = (
    # What is missing may be imported by what the test asked for.
    re.compile(r"No module named '([^']+)'"),
    re.compile(r"could not import '([^']+)'"),
    re.compile(r"(\S+) is not installed"),
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    return _judged((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    return _judged((yield))


def _judged(report):
    """Make a failure of a report that says that a module is missing."""
    # An expected failure counts as skipped, too, but has no place and reason.
    if required() and report.skipped and isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        if _MISSING.search(reason) and not _is_for_the_bench_alone(reason):
            report.outcome = "failed"
            report.longrepr = (
                f"{path}:{line}: {_missing_module(reason)} is missing, so this would only be "
                f"skipped. Add it to the extra `test` in pyproject.toml. ({reason})"
            )
    return report


def _missing_module(reason: str) -> str:
    """Name what is missing, or all that is known of it."""
    for pattern in _NAMES:
        if found := pattern.search(reason):
            return found[1]
    return "a module"


def _is_for_the_bench_alone(reason: str) -> bool:
    return _missing_module(reason).partition(".")[0] in _modules_of_the_bench()


@cache
def _modules_of_the_bench() -> frozenset[str]:
    bench, test = (
        {requirement.name.replace("-", "_") for requirement in requirements_of(extra)}
        for extra in ("bench", "test")
    )
    return frozenset(bench - test)
