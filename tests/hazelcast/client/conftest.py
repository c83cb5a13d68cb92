# SPDX-License-Identifier: Apache-2.0
"""Fixtures for behaviour tests of the client: call styles, clusters, scripted members."""

from __future__ import annotations

import importlib.util

import pytest

from gridwire.testing import HazelcastCluster
from support.call_styles import STYLES, make_style
from support.scripted import ScriptedCluster

_HAS_UVLOOP = importlib.util.find_spec("uvloop") is not None

_ON_UVLOOP = pytest.param(
    "uvloop", marks=pytest.mark.skipif(not _HAS_UVLOOP, reason="uvloop is not installed")
)


@pytest.fixture
def scripted():
    """Make scripted clusters; they end with the test."""
    made: list[ScriptedCluster] = []

    def make(members: int = 1, **options: object) -> ScriptedCluster:
        made.append(ScriptedCluster(members, **options))
        return made[-1]

    yield make
    for one in made:
        one.stop()


# Scripted clusters come first, so that clients end before their members do.


@pytest.fixture(params=STYLES)
def styles(request: pytest.FixtureRequest, scripted):
    """Each call style in turn."""
    yield from _style(request.param)


@pytest.fixture(params=[*STYLES, _ON_UVLOOP])
def styles_and_uvloop(request: pytest.FixtureRequest, scripted):
    """Each call style in turn, asyncio also on uvloop."""
    yield from _style(request.param)


@pytest.fixture(params=["future", "asyncio", _ON_UVLOOP])
def cancelling_styles(request: pytest.FixtureRequest, scripted):
    """The styles in which a call can be cancelled."""
    yield from _style(request.param)


def _style(name: str):
    style = make_style(name)
    yield style
    style.close()


@pytest.fixture(scope="module", params=[1, 3], ids=["one-member", "three-members"])
def cluster(request: pytest.FixtureRequest):
    """An in-process cluster that is well, shared by the tests of a module."""
    with HazelcastCluster(members=request.param) as running:
        yield running
