# SPDX-License-Identifier: Apache-2.0
"""Where the scenarios are played: in-process clusters of one and three nodes, and a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.aerospike_scenarios.catalogue import (
    GROUPS,
    IN_PROCESS_GROUPS,
    NEED_THREE,
    ONE_IS_ENOUGH,
)
from support.aerospike_scenarios.drivers import DRIVERS, THREAD_NAME, Driver, make_driver
from support.aerospike_scenarios.stages import Server, in_process, lacking, real
from support.leaks import exempt_threads
from support.real_aerospike import REAL_SERVER, note_left_out, note_server, note_wanted

# Each driver has a loop for all of its tests.
exempt_threads(THREAD_NAME)

TARGETS = ["1", "3"] if REAL_SERVER is None else ["1", "3", "real"]


@pytest.fixture(scope="session", params=TARGETS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A cluster, or a server; all clients play on the same."""
    if request.param == "real":
        assert REAL_SERVER is not None
        yield real(REAL_SERVER)
        return
    with in_process(int(request.param)) as server:
        yield server


@pytest.fixture(scope="module", params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Each client."""
    driver = make_driver(request.param)
    yield driver
    driver.close()


@pytest.fixture(autouse=True)
def _real_server(request: pytest.FixtureRequest) -> None:
    """Note what runs on a real server, and leave out what it cannot do."""
    note_wanted(request.config)
    if "server" not in request.fixturenames:
        return
    server = request.getfixturevalue("server")
    if server.cluster is not None:
        return
    for group in IN_PROCESS_GROUPS:
        note_left_out(request.config, group, "needs an in-process cluster")
    why = lacking(server, request.getfixturevalue("group"))
    if why is not None:
        note_left_out(request.config, request.getfixturevalue("group"), why)
        pytest.skip(why)
    note_server(request.config, server.build)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each group is a test."""
    if "group" in metafunc.fixturenames:
        metafunc.parametrize("group", (*GROUPS, *IN_PROCESS_GROUPS))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what makes no sense there: to break a real server, to lose the only node."""
    items[:] = [item for item in items if _makes_sense(item)]


def _makes_sense(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    group = callspec and callspec.params.get("group")
    target = callspec and callspec.params.get("server")
    if target == "real":
        return group not in IN_PROCESS_GROUPS
    return group not in (NEED_THREE if target == "1" else ONE_IS_ENOUGH)
