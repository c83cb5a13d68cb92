# SPDX-License-Identifier: Apache-2.0
"""Stages for the scenarios: each client on each kind of cluster, each started once."""

from __future__ import annotations

import pytest

import gridwire
from faithful.catalogue import NEED_THREE
from faithful.drivers import DRIVERS, OURS
from faithful.stages import SHARED, Target, in_process, real, staged
from gridwire.testing.real import find_javac
from support.leaks import exempt_threads
from support.real_members import note_version, required, wanted_versions

# The clients that play several groups start threads when these first need them.
exempt_threads(f"gridwire-{SHARED}")

IN_PROCESS = (
    Target("5.7", 3),
    pytest.param(Target("5.7", 1), marks=pytest.mark.slow),
    pytest.param(Target("5.3", 3), marks=pytest.mark.slow),
    pytest.param(Target("4.2", 3), marks=pytest.mark.slow),
)

# No byte between the official client and a real member passes through a compiled leaf.
REAL_DRIVERS = OURS if gridwire.implementation() == "compiled" else DRIVERS

_SECOND_PLAYS = pytest.StashKey[list[str]]()

REAL = [Target(version, members) for version in wanted_versions() for members in (1, 3)]


# Targets are of the session, so that pytest puts all about a cluster together, and starts it once.
@pytest.fixture(scope="session", params=IN_PROCESS, ids=str)
def in_process_target(request: pytest.FixtureRequest):
    """An in-process cluster, and the version that it has."""
    target = request.param
    with in_process(target) as cluster:
        yield cluster, target.version


@pytest.fixture(scope="session", params=REAL, ids=str)
def real_target(request: pytest.FixtureRequest):
    """A real cluster, and the version that it has."""
    target = request.param
    if find_javac() is None:
        (pytest.fail if required() else pytest.skip)("javac not found")
    with real(target) as cluster:
        note_version(request.config, target.version)
        yield cluster, target.version


@pytest.fixture(scope="module", params=DRIVERS)
def in_process_stage(request: pytest.FixtureRequest, in_process_target):
    """Each client in turn on each in-process cluster."""
    with staged(request.param, *in_process_target) as stage:
        yield stage


@pytest.fixture(scope="module", params=REAL_DRIVERS)
def real_stage(request: pytest.FixtureRequest, real_target):
    """Each client in turn on each real cluster."""
    with staged(request.param, *real_target) as stage:
        yield stage


@pytest.fixture
def note_second_play(request: pytest.FixtureRequest):
    """What the official client did not see the first time is told at the end of the run."""
    notes = request.config.stash.setdefault(_SECOND_PLAYS, [])
    return lambda wrong: notes.append(f"{request.node.name}: {wrong}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nothing that happened is kept quiet."""
    for note in terminalreporter.config.stash.get(_SECOND_PLAYS, []):
        line = f"the official client had to play twice to see what was recorded: {note}"
        terminalreporter.write_line(line, yellow=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what makes no sense: to lose the only member."""
    items[:] = [item for item in items if not _loses_the_only_member(item)]


def _loses_the_only_member(item: pytest.Item) -> bool:
    values = getattr(item, "callspec", None) and item.callspec.params
    if not values or values.get("group") not in NEED_THREE:
        return False
    return any(isinstance(one, Target) and one.members < 3 for one in values.values())
