# SPDX-License-Identifier: Apache-2.0
"""The programs in the page about forks and event loops run, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gridwire.testing import AerospikeCluster, HazelcastCluster
from support.pages import programs

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")

_PROGRAMS = programs("docs/how-to/forking-and-event-loops.md")


@pytest.fixture(scope="module")
def names() -> Iterator[str]:
    """A program that knows what those of the page take for known."""
    with HazelcastCluster(members=1) as cluster, AerospikeCluster(nodes=1) as nodes:
        known = {
            "cluster_name": cluster.cluster_name,
            "cluster_members": cluster.addresses,
            "hosts": nodes.hosts,
        }
        yield "".join(f"{name} = {value!r}\n" for name, value in known.items())


@pytest.mark.parametrize("index", range(5))
def test_a_program_of_the_page_runs(names: str, index: int):
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", names + _PROGRAMS[index]],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_program_is_left_out():
    assert len(_PROGRAMS) == 5
