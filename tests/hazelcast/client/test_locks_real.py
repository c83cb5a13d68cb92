# SPDX-License-Identifier: Apache-2.0
"""Locks on real members: they exclude others, and nobody's lock is left behind."""

from __future__ import annotations

import asyncio
import random
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gridwire
from gridwire.hazelcast.errors import IllegalMonitorStateError, OperationTimeoutError
from support.call_styles import PATIENCE, error_of, make_style

pytestmark = pytest.mark.real_member

SHORT = 0.2
_LIBRARY = str(Path(gridwire.__file__).parent)


class Interrupt(BaseException):
    """As Ctrl-C, from a signal handler."""


@pytest.fixture
def holder(real_cluster) -> Iterator[Any]:
    """Another client's map, with methods that block."""
    style = make_style("blocking")
    yield style.client(real_cluster).map(f"locks {uuid.uuid4()}")
    style.close()


@pytest.fixture
def numbers(styles, real_cluster, holder) -> Any:
    """The same map, in the style that is tested."""
    client = styles.client(real_cluster)
    made = client.map(holder.name)
    made.client = client
    return made


def check_free(holder: Any, key: object) -> None:
    """A lock is free, and was not only for a moment: whoever waits for it gets it."""
    deadline = time.monotonic() + PATIENCE
    while holder.is_locked(key) and time.monotonic() < deadline:
        time.sleep(0.01)  # the other client gives it back when the member has answered it
    assert holder.is_locked(key) is False
    assert holder.try_lock(key) is True
    holder.unlock(key)
    assert holder.is_locked(key) is False


def wait_left(client: Any, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(client.raw._core.calls.left) != count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.parametrize("method", ["lock", "try_lock"])
def test_one_that_waited_too_long_holds_nothing_afterwards(styles, numbers, holder, method) -> None:
    holder.lock("k")
    how = {"timeout": SHORT}
    if method == "try_lock":
        # The member would wait longer than the caller does.
        how = {"timeout": None, "call_timeout": SHORT}
    error = error_of(styles.begin(getattr(numbers, method), "k", **how))
    assert isinstance(error, OperationTimeoutError)
    wait_left(numbers.client, 1)
    holder.unlock("k")
    wait_left(numbers.client, 0)
    check_free(holder, "k")


def test_one_that_was_cancelled_holds_nothing_afterwards(styles, numbers, holder) -> None:
    holder.lock("k")
    if styles.name == "blocking":
        interrupt_soon(numbers.client)
        with pytest.raises(Interrupt):
            numbers.lock("k")
    else:
        pending = styles.begin(numbers.lock, "k")
        wait_pending(numbers.client)
        assert pending.cancel()
    wait_left(numbers.client, 1)
    holder.unlock("k")
    wait_left(numbers.client, 0)
    check_free(holder, "k")


def wait_pending(client: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not client.raw._core.calls.pending:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def interrupt_soon(client: Any) -> None:
    """Interrupt the main thread when it waits for an answer."""

    def raise_interrupt(number: int, frame: Any) -> None:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        raise Interrupt

    def run() -> None:
        wait_pending(client)
        main = threading.main_thread().ident
        assert main is not None
        # Again: Python does not look at one that comes just before a thread waits for a lock.
        while signal.getsignal(signal.SIGUSR1) is raise_interrupt:
            signal.pthread_kill(main, signal.SIGUSR1)
            time.sleep(0.1)

    signal.signal(signal.SIGUSR1, raise_interrupt)
    threading.Thread(target=run, daemon=True).start()


def test_of_many_that_gave_up_none_holds_anything(styles, numbers, holder) -> None:
    holder.lock("k")
    pending = [styles.begin(numbers.lock, "k", timeout=SHORT) for _ in range(20)]
    for one in pending:
        assert isinstance(error_of(one), OperationTimeoutError)
    wait_left(numbers.client, 20)
    holder.unlock("k")
    wait_left(numbers.client, 0)
    check_free(holder, "k")


def test_one_whose_connection_was_lost_holds_nothing_afterwards(styles, numbers, holder) -> None:
    holder.lock("k")
    error_of(styles.begin(numbers.lock, "k", timeout=SHORT))
    core = numbers.client.raw._core
    (connection,) = core.state.routes.connections
    styles.here(core._loop.call_soon_threadsafe, connection.close)
    deadline = time.monotonic() + PATIENCE
    while core.state.routes.connections in ((), (connection,)) or len(core.calls.left) != 1:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    holder.unlock("k")
    wait_left(numbers.client, 0)
    check_free(holder, "k")


def test_a_lock_taken_twice_is_given_back_twice(styles, numbers, holder) -> None:
    async def twice() -> list[bool]:
        await numbers.lock("k")
        await numbers.lock("k")
        await numbers.unlock("k")
        still = await numbers.is_locked("k")
        await numbers.unlock("k")
        return [still, await numbers.is_locked("k")]

    if styles.name == "asyncio":
        assert styles.run(twice()) == [True, False]
    else:
        steps = numbers.lock, numbers.lock, numbers.unlock, numbers.is_locked
        assert [styles.call(step, "k") for step in steps][-1] is True
        styles.call(numbers.unlock, "k")
    check_free(holder, "k")


def test_only_who_has_a_lock_gives_it_back(styles, numbers, holder) -> None:
    holder.lock("k")
    error = styles.error(numbers.unlock, "k")
    assert isinstance(error, IllegalMonitorStateError)
    assert holder.is_locked("k")
    assert styles.call(numbers.try_lock, "k") is False
    assert styles.call(numbers.try_put, "k", 1) is False
    assert holder.put("k", 1) is None
    styles.call(numbers.force_unlock, "k")
    check_free(holder, "k")


def test_a_lease_ends_by_itself(styles, numbers, holder) -> None:
    # Members round it up to seconds.
    styles.call(numbers.lock, "k", 0.5)
    assert holder.is_locked("k")
    assert holder.try_lock("k", timeout=5) is True
    holder.unlock("k")


def test_blocks_exclude_each_other(styles, numbers, holder) -> None:
    times, callers = 25, 4
    holder.set("count", 0)

    def count() -> None:
        for _ in range(times):
            with holder.lock_context("count"):
                holder.set("count", holder.get("count") + 1)

    async def count_in_tasks() -> None:
        async def one() -> None:
            for _ in range(times):
                async with numbers.lock_context("count"):
                    await numbers.set("count", await numbers.get("count") + 1)

        await asyncio.gather(*(one() for _ in range(callers)))

    def count_here() -> None:
        for _ in range(times):
            with numbers.lock_context("count"):
                styles.call(numbers.set, "count", styles.call(numbers.get, "count") + 1)

    aside = [styles.aside(count) for _ in range(callers)]
    if styles.name == "asyncio":
        styles.run(count_in_tasks())
    else:
        aside += [styles.aside(count_here) for _ in range(callers)]
    for one in aside:
        one.result(60)
    assert holder.get("count") == times * callers * 2
    check_free(holder, "count")


# One may hit between the making of a coroutine and its start, or inside a weak reference's end.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("styles", ["blocking"], indirect=True)
@pytest.mark.parametrize("block", [False, True])
def test_a_thousand_interrupts_leave_no_lock_behind(styles, numbers, holder, block) -> None:
    fired, active = 0, False

    def hit(number: int, frame: Any) -> None:
        nonlocal fired, active
        while active and frame is not None:
            if frame.f_code.co_filename.startswith(_LIBRARY):
                fired += 1
                active = False  # once a call: nobody presses twice within microseconds
                raise Interrupt
            frame = frame.f_back

    main, stop, chance = threading.main_thread().ident, threading.Event(), random.Random(5)
    assert main is not None

    def storm() -> None:
        while not stop.is_set():
            time.sleep(chance.random() * 0.0015)
            signal.pthread_kill(main, signal.SIGUSR1)

    def lock(key: int) -> None:
        nonlocal active
        try:
            active = True
            if block:
                with numbers.lock_context(key):
                    return
            numbers.lock(key)
        except Interrupt:
            return
        finally:
            active = False
        numbers.unlock(key)

    before = signal.signal(signal.SIGUSR1, hit)
    thread = threading.Thread(target=storm)
    thread.start()
    try:
        while fired < 1000:
            lock(chance.randrange(5))
    finally:
        stop.set()
        thread.join()
        signal.signal(signal.SIGUSR1, before)
    for key in range(5):
        check_free(holder, key)
    assert not numbers.client.raw._core.calls.left
