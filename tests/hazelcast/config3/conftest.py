# SPDX-License-Identifier: Apache-2.0
"""Fixtures for clients that are made of a `ClientConfig`: call styles, and a cluster."""

from __future__ import annotations

import pytest

from gridwire.testing import HazelcastCluster
from support.call_styles import STYLES, make_style


@pytest.fixture(params=STYLES)
def styles(request: pytest.FixtureRequest):
    """Each call style in turn."""
    style = make_style(request.param)
    yield style
    style.close()


@pytest.fixture
def cluster():
    """A cluster of two members for one test."""
    with HazelcastCluster(members=2) as made:
        yield made
