# SPDX-License-Identifier: Apache-2.0
"""So many whole rounds with the same pause, then the client gives up: on a virtual clock."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwire._core.backoff import BackoffPolicy, BackoffSchedule
from gridwire._io.dispatching import LoopDispatcher
from gridwire.hazelcast import ClientConfig
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.making import make_core, options_of
from gridwire.hazelcast.errors import HazelcastError, IllegalStateError
from support.unreachable import Unreachable
from support.virtual_time import run_virtually

PLACES = ["192.0.2.1:5701", "192.0.2.2:5701", "192.0.2.3:5701"]


class Nobody(Unreachable):
    @property
    def rounds(self) -> list[list[float]]:
        """The times of each round, in which every place is tried once."""
        size = len(PLACES)
        parts = [self.asked[i : i + size] for i in range(0, len(self.asked), size)]
        assert all(sorted(place for _, place in part) == PLACES for part in parts)
        return [[when for when, _ in part] for part in parts]


def config_of(**network: Any) -> ClientConfig:
    config = ClientConfig()
    config.network_config.addresses.extend(PLACES)
    for name, value in network.items():
        setattr(config.network_config, name, value)
    return config


async def started(core: ClientCore) -> BaseException | None:
    try:
        await core.life.start()
    except HazelcastError as error:
        return error
    raise AssertionError("nobody is there to be connected to")


async def lost(core: ClientCore) -> BaseException | None:
    """As if it was connected, and now the last connection is gone."""
    ended = asyncio.Event()
    core.lifecycle.add(lambda state: state == "SHUTDOWN" and ended.set())
    core.lifecycle.running = True
    core.life._was_connected = True
    gone: Any = SimpleNamespace(address="192.0.2.9:5701")
    core.life.disconnected(gone, "lost")
    await ended.wait()
    return core.life.failure


def play(nobody: Nobody, how: Any, config: ClientConfig, **keywords: Any) -> tuple[Any, float]:
    """What ended the client, and when."""

    async def run() -> tuple[Any, float]:
        loop = asyncio.get_running_loop()
        dispatcher = LoopDispatcher(loop)
        options = options_of(config, keywords)
        core = make_core(options, "test", nobody, dispatcher, loop.call_soon)
        try:
            return await how(core), loop.time()
        finally:
            dispatcher.close()

    return run_virtually(run())


HOW = pytest.mark.parametrize("how", [started, lost])


@HOW
def test_two_rounds_three_seconds_apart(how: Any) -> None:
    nobody = Nobody()
    error, ended = play(nobody, how, config_of())
    assert nobody.rounds == [[0, 0, 0], [3, 3, 3]]
    assert ended == 3
    assert type(error) is IllegalStateError
    assert "in 2 rounds" in str(error)
    assert all(f"{place}: refused" in str(error) for place in PLACES)


@HOW
@pytest.mark.parametrize(("limit", "period"), [(1, 3), (1, 0), (3, 0.5), (5, 60), (4, 0)])
def test_rounds_and_pauses_are_as_configured(how: Any, limit: int, period: float) -> None:
    nobody = Nobody()
    config = config_of(connection_attempt_limit=limit, connection_attempt_period=period)
    error, _ = play(nobody, how, config)
    assert [times[0] for times in nobody.rounds] == [period * number for number in range(limit)]
    assert f"in {limit} round{'' if limit == 1 else 's'}." in str(error)


@settings(max_examples=25)
@given(st.integers(1, 12), st.floats(0, 100), st.floats(0, 8))
def test_rounds_are_whole_however_long_they_take(limit: int, period: float, slow: float) -> None:
    nobody = Nobody(slow)
    config = config_of(connection_attempt_limit=limit, connection_attempt_period=period)
    _, ended = play(nobody, started, config)
    rounds = nobody.rounds
    assert len(rounds) == limit
    for one, following in pairwise(rounds):
        # The pause begins when the last place of the round has failed.
        assert following[0] - one[-1] == pytest.approx(min(slow, 5.0) + period)
    assert ended == pytest.approx(rounds[-1][-1] + min(slow, 5.0))


def test_many_rounds_are_no_fewer_for_many_places() -> None:
    # `cluster_connect_timeout` ends a round early once some places were tried; rounds do not.
    nobody = Nobody(4)
    config = ClientConfig()
    config.network_config.addresses = [f"192.0.2.{number}:5701" for number in range(1, 61)]
    _, ended = play(nobody, started, config)
    assert (len(nobody.asked), ended) == (120, 2 * 60 * 4 + 3)


def test_a_keyword_makes_it_a_matter_of_time_again() -> None:
    nobody = Nobody()
    error, ended = play(nobody, started, config_of(), cluster_connect_timeout=10)
    assert [times[0] for times in nobody.rounds] == [0, 3, 6, 9, 10]
    assert ended == 10
    assert "within 10 s" in str(error)


def test_both_limits_of_today_hold() -> None:
    nobody = Nobody()
    keywords = {"cluster_connect_timeout": 10, "retry_max_rounds": 3}
    error, ended = play(nobody, started, config_of(), **keywords)
    assert ([times[0] for times in nobody.rounds], ended) == ([0, 3, 6], 6)
    assert "in 3 rounds" in str(error)
    nobody = Nobody()
    keywords = {"cluster_connect_timeout": 4, "retry_max_rounds": 30}
    error, ended = play(nobody, started, config_of(), **keywords)
    assert ([times[0] for times in nobody.rounds], ended) == ([0, 3, 4], 4)
    assert "within 4 s" in str(error)


def test_today_there_is_no_limit() -> None:
    schedule = BackoffSchedule(BackoffPolicy(1, 1), 0, lambda low, high: 0)
    assert all(schedule.next_pause(0) == 1 for _ in range(10_000))
    assert not schedule.is_used_up


def test_no_round_at_all_is_no_policy() -> None:
    with pytest.raises(ValueError, match="round"):
        BackoffPolicy(rounds=0)
