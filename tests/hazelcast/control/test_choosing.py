# SPDX-License-Identifier: Apache-2.0
"""A call for a certain member waits for its connection, and looks again when something changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire._io.dispatching import LoopDispatcher
from gridwire.hazelcast.cluster.attempts import Attempts
from gridwire.hazelcast.cluster.routes import Routes
from gridwire.hazelcast.control.choosing import choose
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.making import make_core, options_of
from gridwire.hazelcast.errors import (
    ClientOfflineError,
    HazelcastClientNotActiveError,
    HazelcastError,
    OperationTimeoutError,
    TargetNotMemberError,
)
from support.infos import Connection, info, uuid
from support.virtual_time import run_virtually


class Used(Connection):
    """A connection in use."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.session = SimpleNamespace(backup_aware=False)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Each time that somebody looks for the way to a member."""
    looks: list[Any] = []
    usual = Routes.to_member

    def noted(routes: Any, member: Any) -> Any:
        looks.append(member)
        return usual(routes, member)

    monkeypatch.setattr(Routes, "to_member", noted)
    return looks


def wait_for_second(
    after_3: Callable[[ClientCore], object], connected: int = 1, patient: bool = False, **given: Any
) -> tuple[Any, float]:
    """Choose the way to the second of two members; what came of it, and when.

    Args:
        after_3: what happens after three seconds.
        connected: how many members are connected at first.
        patient: as of a call.
        given: options of the client.
    """

    async def play() -> tuple[Any, float]:
        loop = asyncio.get_running_loop()
        options = options_of(None, {"invocation_timeout": 100.0, "async_start": True, **given})
        dispatcher = LoopDispatcher(loop)
        core: ClientCore = make_core(options, "test", Any, dispatcher, loop.call_soon)  # type: ignore[arg-type]
        core.lifecycle.running = True
        core.life._was_connected = True
        core.state.set_cluster(uuid(9), 3)
        core.state.set_members(1, [info(1), info(2)])
        for number in range(1, 1 + connected):
            core.state.add_connection(Used(number))  # type: ignore[arg-type]
        request: Request[Any] = Request("Test.Ask", bytearray(), bytes, member=uuid(2))
        loop.call_at(3, lambda: (after_3(core), core.connections.look()))
        try:
            chosen: Any = await choose(core, Attempts(request, options, 0.0, None), patient)
        except HazelcastError as error:
            chosen = error
        dispatcher.close()
        return chosen, loop.time()

    return run_virtually(play())


def second_comes(core: ClientCore) -> None:
    core.state.add_connection(Used(2))  # type: ignore[arg-type]


def nothing(core: ClientCore) -> None:
    pass


def test_it_goes_on_when_the_member_is_connected(looks: list[Any]) -> None:
    chosen, when = wait_for_second(second_comes)
    assert (chosen.member_uuid, when) == (uuid(2), 3.0)
    # Nobody looks while nothing happens.
    assert looks == [uuid(2)] * 2


def test_also_when_none_was(looks: list[Any]) -> None:
    chosen, when = wait_for_second(second_comes, connected=0)
    assert (chosen.member_uuid, when) == (uuid(2), 3.0)
    assert looks == [uuid(2)] * 2


def test_another_change_is_none(looks: list[Any]) -> None:
    error, when = wait_for_second(nothing)
    assert isinstance(error, OperationTimeoutError)
    assert error.outcome is Outcome.NOT_SENT
    assert error.facts["phase"] == "waiting for a connection"
    assert when == 100.0
    assert looks == [uuid(2)] * 2


def test_it_ends_when_the_member_leaves() -> None:
    error, when = wait_for_second(lambda core: core.state.set_members(2, [info(1)]))
    assert isinstance(error, TargetNotMemberError)
    assert (error.outcome, when) == (Outcome.NOT_SENT, 3.0)


def test_it_ends_with_the_client() -> None:
    def end(core: ClientCore) -> None:
        core.lifecycle.running = False

    error, when = wait_for_second(end)
    assert isinstance(error, HazelcastClientNotActiveError)
    assert (error.outcome, when) == (Outcome.NOT_SENT, 3.0)


@pytest.mark.parametrize(("patient", "ends"), [(False, 3.0), (True, 100.0)])
def test_who_may_not_wait_ends_with_the_last_connection(patient: bool, ends: float) -> None:
    def lose(core: ClientCore) -> None:
        (only,) = core.state.routes.connections
        core.state.remove_connection(only)

    error, when = wait_for_second(lose, patient=patient, reconnect_mode="ASYNC")
    assert isinstance(error, OperationTimeoutError if patient else ClientOfflineError)
    assert when == ends
