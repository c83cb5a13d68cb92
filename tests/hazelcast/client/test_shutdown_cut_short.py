# SPDX-License-Identifier: Apache-2.0
"""Who shuts a client down may be cancelled or interrupted: the client ends all the same, once."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from typing import Any, Self

import pytest

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
from support.diary import Diary
from support.scripted_replies import silence

AT_ONCE = 5.0
"""Seconds; before, it waited for ever."""

ENDS = ["SHUTTING_DOWN", "SHUTDOWN"]


def options_for(cluster: Any, states: Diary) -> dict[str, Any]:
    return {
        "cluster_members": cluster.addresses,
        "cluster_name": cluster.cluster_name,
        "lifecycle_listeners": [states],
    }


async def some_turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def check_nothing_is_left(cluster: Any, states: Diary) -> None:
    assert states.until("SHUTDOWN")[-2:] == ENDS
    assert states.empty
    cluster.wait_until(lambda: not any(one.connections for one in cluster.members))


@pytest.mark.parametrize("again", [True, False], ids=["and again", "and never again"])
def test_a_shutdown_that_is_cancelled_anywhere_ends_the_client(scripted, again) -> None:
    # The leak guard looks for sockets, tasks and threads.
    cluster = scripted(2)
    cluster.always("Map.Get", silence)

    async def play(turns: int) -> bool:
        states = Diary()
        client = await AsyncioClient.create_and_start(**options_for(cluster, states))
        numbers = await client.get_map("numbers")
        reading = asyncio.create_task(numbers.get(1))
        await some_turns(3)
        ending = asyncio.create_task(client.shutdown())
        await some_turns(turns)
        uncut = not ending.cancel()
        await asyncio.wait([ending])
        if again or turns == 0:  # it was not even begun
            await asyncio.wait_for(client.shutdown(), AT_ONCE)
            assert reading.done()
        await asyncio.wait_for(asyncio.wait([reading]), AT_ONCE)
        assert reading.exception() is not None
        assert not client.lifecycle_service.is_running()
        await asyncio.to_thread(check_nothing_is_left, cluster, states)
        assert not client._dispatcher.dispatch(states, "more")
        return uncut

    turns = 0
    while not asyncio.run(play(turns)):
        turns += 1
    assert turns > 3


def test_a_shutdown_in_the_middle_of_which_all_is_cancelled_is_done(scripted) -> None:
    # As a loop is wound up: every task is cancelled, once, and waited for.
    cluster = scripted(2)

    async def play(turns: int) -> bool:
        states = Diary()
        client = await AsyncioClient.create_and_start(**options_for(cluster, states))
        ending = asyncio.create_task(client.shutdown())
        await some_turns(turns)
        uncut = ending.done()
        everything = asyncio.all_tasks() - {asyncio.current_task()}
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)
        await asyncio.to_thread(check_nothing_is_left, cluster, states)
        assert not asyncio.all_tasks() - {asyncio.current_task()}
        return uncut

    turns = 1
    while not asyncio.run(play(turns)):
        turns += 1
    assert turns > 3


def test_a_client_that_gives_up_has_ended_whole(scripted) -> None:
    async def play() -> None:
        states, cluster = Diary(), scripted(1)
        client = await AsyncioClient.create_and_start(
            **options_for(cluster, states), reconnect_mode="OFF"
        )
        cluster.members[0].kill()
        await asyncio.to_thread(states.until, "SHUTDOWN")
        assert not client._dispatcher.dispatch(states, "more")
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(play())


class Interrupted(BaseException):
    """What the signal handler raises, as it does for Ctrl-C."""


class At(logging.Handler):
    """Interrupts the main thread while a client writes a line, and lets it go on after that."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._hit = threading.Event()
        self.fired = 0

    def __enter__(self) -> Self:
        logger = logging.getLogger("gridwire.hazelcast.client")
        self._before = signal.signal(signal.SIGUSR1, self._interrupt), logger.level
        logger.addHandler(self)
        logger.setLevel(logging.INFO)
        return self

    def __exit__(self, *_: object) -> None:
        logger = logging.getLogger("gridwire.hazelcast.client")
        logger.removeHandler(self)
        handler, level = self._before
        logger.setLevel(level)
        signal.signal(signal.SIGUSR1, handler)

    def _interrupt(self, *_: object) -> None:
        if self.fired:
            return
        self.fired += 1
        self._hit.set()
        raise Interrupted

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().endswith(self._text) and not self.fired:
            # Again: Python does not look at one that comes just before a thread waits for a lock.
            while not self._hit.is_set():
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
                self._hit.wait(0.1)


with_signals = pytest.mark.skipif(
    not hasattr(signal, "pthread_kill")
    or threading.current_thread() is not threading.main_thread(),
    reason="needs a signal in the main thread",
)


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("gridwire-cut")]


@with_signals
@pytest.mark.parametrize("state", ENDS)
def test_a_shutdown_that_is_interrupted_has_ended_the_client(scripted, state) -> None:
    states = Diary()
    cluster = scripted(2)
    cluster.always("Map.Get", silence)
    client = HazelcastClient(**options_for(cluster, states), client_name="cut")
    reading = client.get_map("numbers").get(1)
    with At(state) as interrupt, pytest.raises(Interrupted):
        client.shutdown()
    assert interrupt.fired == 1
    client.shutdown()
    assert reading.exception(AT_ONCE) is not None
    assert not client.lifecycle_service.is_running()
    check_nothing_is_left(cluster, states)
    assert threads() == []


@with_signals
@pytest.mark.parametrize("state", ["STARTING", "STARTED", "CONNECTED"])
def test_a_constructor_that_is_interrupted_leaves_nothing(scripted, state) -> None:
    states = Diary()
    cluster = scripted(2)
    with At(state) as interrupt, pytest.raises(Interrupted):
        HazelcastClient(**options_for(cluster, states), client_name="cut")
    assert interrupt.fired == 1
    check_nothing_is_left(cluster, states)
    assert threads() == []
