# SPDX-License-Identifier: Apache-2.0
"""Stages for the scenarios: each client on each kind of cluster, each started once."""

from __future__ import annotations

import pytest

from faithful.drivers import DRIVERS
from faithful.stages import SHARED, Target, in_process, real, staged
from gridwire.testing.real import find_javac
from support.leaks import exempt_threads
from support.real_members import note_version, required, wanted_versions

# The clients that play several groups start threads when these first need them.
exempt_threads(f"gridwire-{SHARED}")

IN_PROCESS = (
    Target("5.7", 3),
    Target("5.7", 1),
    pytest.param(Target("5.3", 3), marks=pytest.mark.slow),
    pytest.param(Target("4.2", 3), marks=pytest.mark.slow),
)


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


@pytest.fixture(scope="module", params=DRIVERS)
def real_stage(request: pytest.FixtureRequest, real_target):
    """Each client in turn on each real cluster."""
    with staged(request.param, *real_target) as stage:
        yield stage
