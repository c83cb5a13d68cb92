# SPDX-License-Identifier: Apache-2.0
"""A coroutine on a hosted loop ends once, for everybody who waits in other threads."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any

import pytest

from gridwire._io.hosted import HostedLoop
from gridwire._io.hosted_task import HostedTask


@pytest.fixture
def hosted() -> Iterator[HostedLoop]:
    loop = HostedLoop("test-tasks")
    yield loop
    loop.stop()


class Boom(Exception):
    """What a coroutine ends with."""


async def value() -> int:
    await asyncio.sleep(0)
    return 42


async def boom() -> None:
    raise Boom


def test_its_value(hosted: HostedLoop) -> None:
    task = hosted.start(value)
    assert task.result() == 42
    assert (task.done(), task.cancelled(), task.exception()) == (True, False, None)
    assert task.result() == 42
    assert task.cancel() is False


def test_its_error(hosted: HostedLoop) -> None:
    task = hosted.start(boom)
    with pytest.raises(Boom):
        task.result()
    assert isinstance(task.exception(), Boom)


def test_a_cancelled_one_is_over_at_once(hosted: HostedLoop) -> None:
    began, ended = threading.Event(), threading.Event()

    async def stubborn() -> int:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return 7
        finally:
            ended.set()
        return 8

    task = hosted.start(stubborn)
    assert began.wait(10)
    assert task.cancel() is True
    assert task.cancelled()
    assert task.done()
    with pytest.raises(CancelledError):
        task.result()
    assert ended.wait(10)
    assert hosted.run(value) == 42
    with pytest.raises(CancelledError):
        task.result()
    assert task.cancel() is True


def test_one_that_is_cancelled_before_it_begins_never_does(hosted: HostedLoop) -> None:
    held, ran = threading.Event(), []

    async def run() -> None:
        ran.append(1)

    hosted.call(held.wait, 10)
    task = hosted.start(run)
    assert task.cancel()
    held.set()
    assert hosted.run(value) == 42
    assert ran == []


def test_one_that_is_interrupted_on_the_way_to_the_loop_leaves_no_coroutine(
    hosted: HostedLoop, recwarn: pytest.WarningsRecorder
) -> None:
    # As an interrupt does it: `begin` did not come to the loop, the cancelling does.
    task = hosted.task(value)
    assert task.cancel()
    del task
    assert hosted.run(value) == 42
    gc.collect()
    assert not [str(one.message) for one in recwarn if "never awaited" in str(one.message)]


def test_the_error_of_a_cancelled_one_is_nobodys(hosted: HostedLoop, caplog: Any) -> None:
    began = threading.Event()

    async def fail() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise Boom from None

    task = hosted.start(fail)
    assert began.wait(10)
    task.cancel()
    assert hosted.run(value) == 42
    assert task.cancelled()
    assert "never retrieved" not in caplog.text


def test_each_callback_is_called_once(hosted: HostedLoop) -> None:
    held, heard = threading.Event(), list[HostedTask[int]]()
    hosted.call(held.wait, 10)
    task = hosted.start(value)
    task.add_done_callback(heard.append)
    assert heard == []
    held.set()
    task.result()
    hosted.run(value)
    assert heard == [task]
    task.add_done_callback(heard.append)
    assert heard == [task, task]


def test_an_end_that_everybody_wants_at_once_is_one(hosted: HostedLoop) -> None:
    for _ in range(200):
        ends: list[Any] = []
        task = hosted.start(value)
        task.add_done_callback(lambda done, ends=ends: ends.append(done.cancelled()))
        cancelled = task.cancel()
        try:
            outcome: Any = task.result()
        except CancelledError:
            outcome = None
        assert outcome == (None if cancelled else 42)
        hosted.run(value)
        assert ends == [cancelled]


def test_the_loops_end_is_its_end(hosted: HostedLoop) -> None:
    task = hosted.start(asyncio.Event().wait)
    hosted.stop()
    with pytest.raises(CancelledError):
        task.result()
    assert task.cancelled()


def test_cancelling_after_the_end_of_the_loop_is_harmless() -> None:
    async def nothing() -> None:
        """Never begun."""

    def no_loop(*_: object) -> None:
        raise RuntimeError("the loop is closed")

    task = HostedTask(no_loop, nothing)
    assert task.cancel() is True
    assert task.cancelled()


class Interrupt(BaseException):
    """As Ctrl-C, from a signal handler."""


# One may hit inside a weak reference's end.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_interrupts_at_any_moment_leave_the_loop_alive(hosted: HostedLoop) -> None:
    """Each hits somewhere between the start of a coroutine and its result."""
    fired, active = 0, False

    def hit(number: int, frame: Any) -> None:
        nonlocal fired, active
        if active:
            fired += 1
            active = False
            raise Interrupt

    before = signal.signal(signal.SIGVTALRM, hit)
    # Counts the time of this process alone, so that it hits code and not waiting.
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.0002, 0.00021)
    try:
        for _ in range(30_000):
            try:
                active = True
                assert hosted.run(value) == 42
            except Interrupt:
                continue
            finally:
                active = False
            if fired >= 120:
                break
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    assert fired >= 100
    assert hosted.run(value) == 42
