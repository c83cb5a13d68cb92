# SPDX-License-Identifier: Apache-2.0
"""The programs of the page about connecting run."""

from __future__ import annotations

import pytest

from gridwire.hazelcast.errors import HazelcastClientNotActiveError
from gridwire.testing import HazelcastCluster
from support.pages import programs, run_program

PAGE = "docs/how-to/connecting-and-reconnecting.md"
PROGRAMS = programs(PAGE)
PRINTS = ["127.0.0.1:1", "3", "", "3"]


def test_no_program_is_left_out() -> None:
    assert len(PROGRAMS) == len(PRINTS)


@pytest.mark.parametrize("index", range(len(PRINTS)))
def test_a_program_of_the_page_runs(index: int, capsys: pytest.CaptureFixture[str]) -> None:
    with HazelcastCluster(members=2) as cluster:
        places = {"members": cluster.addresses, "name": cluster.cluster_name}
        run_program(PROGRAMS[index], PAGE, **places)
    assert PRINTS[index] in capsys.readouterr().out


def test_the_program_that_does_not_wait_ends_when_the_client_gives_up() -> None:
    with (
        HazelcastCluster(members=1) as cluster,
        cluster.delay(0.3, answers="Client.Authentication"),
    ):
        places = {"members": cluster.addresses, "name": "somebody-else"}
        with pytest.raises(HazelcastClientNotActiveError, match="somebody-else"):
            run_program(PROGRAMS[1], PAGE, **places)
