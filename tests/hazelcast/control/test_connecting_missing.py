# SPDX-License-Identifier: Apache-2.0
"""A client whose member list is full of members that cannot be reached, on a virtual clock."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from gridwire._core.addresses import Endpoint
from gridwire._io.dispatching import LoopDispatcher
from gridwire.hazelcast.cluster.missing import MAX_CONNECTING, RETRY_POLICY
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.making import make_core, options_of
from support.infos import Connection, info, place
from support.virtual_time import run_virtually


class Unreachable:
    """Connects to nobody, each after some time; counts."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.open = self.most = 0
        self.asked: dict[str, list[float]] = {}

    async def connect(self, receiver: Any, host: str, port: int, *rest: Any) -> Any:
        self.asked.setdefault(host, []).append(asyncio.get_running_loop().time())
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.open -= 1
        raise ConnectionRefusedError("refused")


def member(number: int) -> Any:
    return info(number, address=place(f"10.0.{number // 200}.{number % 200}", 5701))


def play(connector: Unreachable, members: int, scene: Callable[[ClientCore], Any]) -> Any:
    """A client that is connected to member 0 and knows of others."""

    async def run() -> Any:
        loop = asyncio.get_running_loop()
        dispatcher = LoopDispatcher(loop)
        made = options_of(None, {"cluster_members": ["10.0.0.0:5701"]})
        core = make_core(made, "test", connector, dispatcher, loop.call_soon)
        connection: Any = Connection(0)
        connection.session, connection.address = SimpleNamespace(), Endpoint("10.0.0.0", 5701)
        core.state.add_connection(connection)
        core.state.set_members(1, [member(number) for number in range(members + 1)])
        try:
            return await scene(core)
        finally:
            await core.end_tasks()
            dispatcher.close()

    return run_virtually(run())


async def for_a_minute(core: ClientCore) -> None:
    core.spawn(core.joining.keep_complete())
    await asyncio.sleep(60)


@pytest.mark.parametrize("seconds", [0, 0.3, 1000])
def test_few_connections_are_opened_at_a_time(seconds: float) -> None:
    nobody = Unreachable(seconds)
    play(nobody, 200, for_a_minute)
    assert nobody.most == MAX_CONNECTING


def test_every_member_has_its_turn_and_is_left_alone_for_longer_each_time() -> None:
    nobody = Unreachable(0)
    play(nobody, 200, for_a_minute)
    assert len(nobody.asked) == 200
    for times in nobody.asked.values():
        pauses = [b - a for a, b in pairwise(times)]
        assert 0.9 <= pauses[0] <= 1.7
        assert pauses[-1] > 5
        assert max(pauses) <= RETRY_POLICY.maximum * 1.1 + 0.6
        assert len(times) <= 14


def test_a_start_waits_until_each_was_tried() -> None:
    nobody = Unreachable(0.1)

    async def start(core: ClientCore) -> float:
        await core.joining.connect_missing()
        return asyncio.get_running_loop().time()

    ended = play(nobody, 100, start)
    assert len(nobody.asked) == 100
    assert ended == pytest.approx(0.7, abs=0.01)  # 16 at a time


def test_a_start_waits_no_longer_than_one_connection_may_take() -> None:
    nobody = Unreachable(1000)

    async def start(core: ClientCore) -> float:
        await core.joining.connect_missing()
        return asyncio.get_running_loop().time()

    assert play(nobody, 500, start) == pytest.approx(5)


def test_a_member_that_comes_is_tried_at_once_beside_many_that_failed() -> None:
    nobody = Unreachable(0.5)

    async def scene(core: ClientCore) -> float:
        core.spawn(core.joining.keep_complete())
        await asyncio.sleep(30)
        core.views.members(2, [member(number) for number in [*range(201), 900]])
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(5)
        return nobody.asked["10.0.4.100"][0] - now

    assert play(nobody, 200, scene) <= 0.5


def test_lines_about_many_members_are_few(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "gridwire"):
        play(Unreachable(0), 200, for_a_minute)
    lines = [one for one in caplog.records if "cannot connect to" in one.getMessage()]
    assert len(lines) <= 30
    assert max(getattr(line, "count", 0) for line in lines) == 200


def test_lines_about_one_member_are_thinned_out(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "gridwire"):
        play(Unreachable(0), 1, for_a_minute)
    lines = Counter(one.address for one in caplog.records if "cannot connect" in one.getMessage())
    assert set(lines) == {"10.0.0.1:5701"}
    assert 2 <= lines["10.0.0.1:5701"] <= 6
