# SPDX-License-Identifier: Apache-2.0
"""A client of the page about connecting gives up; its programs run with those of all pages."""

from __future__ import annotations

import pytest

from gridwire.hazelcast.errors import HazelcastClientNotActiveError
from gridwire.testing import HazelcastCluster
from support.pages import programs, run_program

PAGE = "docs/how-to/connecting-and-reconnecting.md"
PROGRAMS = programs(PAGE)


def test_the_program_that_does_not_wait_ends_when_the_client_gives_up() -> None:
    with (
        HazelcastCluster(members=1) as cluster,
        cluster.delay(0.3, answers="Client.Authentication"),
    ):
        places = {"members": cluster.addresses, "name": "somebody-else"}
        with pytest.raises(HazelcastClientNotActiveError, match="somebody-else"):
            run_program(PROGRAMS[1], PAGE, **places)
