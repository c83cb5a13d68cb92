# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests against real Hazelcast members, and the line that says whether they ran.

A test asks for one of the fixtures; that marks it ``real_member``:

- ``real_version``: each supported version in turn;
  ``@pytest.mark.real_member(versions=("5.7.0",))`` narrows it.
- ``real_cluster``: one member of ``real_version``, shared by all tests of that version. Such tests
  use names of their own and harm nothing.
- ``real_cluster_factory(version="5.7.0", members=1)``: any cluster, shared as well.
- ``own_real_cluster(version="5.7.0", members=1, **options)``: a cluster for this test alone, which
  may kill its members. It ends with the test.

Environment:

- ``GRIDWIRE_REAL_VERSIONS``: run only these, separated by commas.
- ``GRIDWIRE_REQUIRE_REAL=1``: members that are not there, or a version that no test met, fail
  the run.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from gridwire.testing.real import REAL_VERSIONS, RealCluster, unavailable

NEWEST = REAL_VERSIONS[-1]

_FIXTURES = frozenset({"real_version", "real_cluster", "real_cluster_factory", "own_real_cluster"})


@dataclass
class _Run:
    """What this session has seen of real members."""

    versions: set[str] = field(default_factory=set)
    tests: int = 0
    skip_reason: str | None = None
    selected: bool = False


_RUN = pytest.StashKey[_Run]()


def wanted_versions() -> tuple[str, ...]:
    """Give the versions that this session tests against."""
    chosen = os.environ.get("GRIDWIRE_REAL_VERSIONS")
    if not chosen:
        return REAL_VERSIONS
    return tuple(version.strip() for version in chosen.split(","))


def required() -> bool:
    """Tell whether a session without real members is a failure."""
    return os.environ.get("GRIDWIRE_REQUIRE_REAL", "") not in {"", "0"}


def note_version(config: pytest.Config, version: str) -> None:
    """Note that tests run on members of a version; for fixtures that start them by themselves."""
    config.stash[_RUN].versions.add(version)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUN] = _Run()
    config.addinivalue_line("markers", "real_member(versions=...): needs real members")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "real_version" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("real_member")
        only = marker.kwargs.get("versions", REAL_VERSIONS) if marker else REAL_VERSIONS
        versions = [version for version in wanted_versions() if version in only]
        metafunc.parametrize("real_version", versions, scope="session")


@pytest.hookimpl(tryfirst=True)  # before pytest deselects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("real_member")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("real_member") is None:
        return
    run = item.config.stash[_RUN]
    run.selected = True
    run.skip_reason = unavailable(wanted_versions())
    if run.skip_reason:
        outcome = pytest.fail if required() else pytest.skip
        outcome(f"real members cannot run: {run.skip_reason}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    if report.when == "call" and not report.skipped and item.get_closest_marker("real_member"):
        item.config.stash[_RUN].tests += 1
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outermost, so that it writes the last line
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter):
    yield
    line, good = _verdict(terminalreporter.config.stash[_RUN])
    colour = "green" if good else "red" if required() else "yellow"
    terminalreporter.write_line(line, **{colour: True})


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if required() and not session.config.option.collectonly:
        _, good = _verdict(session.config.stash[_RUN])
        if not good and session.exitstatus in {
            pytest.ExitCode.OK,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        }:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _verdict(run: _Run) -> tuple[str, bool]:
    if not run.tests or not run.versions:
        reason = run.skip_reason
        if reason is None:
            reason = "none got as far as a member" if run.selected else "none was selected"
        return f"real-member tests did NOT run: {reason}", False
    ran = f"real members: {', '.join(sorted(run.versions))} ran {run.tests} tests"
    missed = sorted(set(wanted_versions()) - run.versions)
    if missed and required():
        return f"{ran}, but {', '.join(missed)} ran none", False
    return ran, True


@pytest.fixture(scope="session")
def real_cluster(real_version: str, request: pytest.FixtureRequest):
    """Share one member of each version in turn."""
    with RealCluster(real_version) as cluster:
        request.config.stash[_RUN].versions.add(real_version)
        yield cluster


@pytest.fixture(scope="session")
def real_cluster_factory(request: pytest.FixtureRequest):
    """Share clusters by version and size."""
    clusters: dict[tuple[str, int], RealCluster] = {}
    with ExitStack() as stack:

        def shared(version: str = NEWEST, members: int = 1) -> RealCluster:
            key = version, members
            if key not in clusters:
                clusters[key] = stack.enter_context(RealCluster(version, members))
            request.config.stash[_RUN].versions.add(version)
            return clusters[key]

        yield shared


@pytest.fixture
def own_real_cluster(request: pytest.FixtureRequest):
    """Start clusters for one test alone."""
    with ExitStack() as stack:

        def own(version: str = NEWEST, members: int = 1, **options: object) -> RealCluster:
            cluster = stack.enter_context(RealCluster(version, members, **options))
            request.config.stash[_RUN].versions.add(version)
            return cluster

        yield own
