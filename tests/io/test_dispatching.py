# SPDX-License-Identifier: Apache-2.0
"""Callbacks run in order, away from readers, and what they raise harms nobody."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterator

import pytest

from gridwire._io import dispatching
from gridwire._io.dispatching import LoopDispatcher, ThreadDispatcher, run_callback

LONG = 10.0
LOGGER = "gridwire.callbacks"


class Boom(Exception):
    """What a careless callback raises."""


def boom() -> None:
    raise Boom("careless")


@pytest.fixture
def dispatcher() -> Iterator[ThreadDispatcher]:
    made = ThreadDispatcher("callbacks-under-test")
    yield made
    made.close()


@pytest.fixture
def few_may_wait(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(dispatching, "MAX_WAITING_CALLBACKS", 3)
    return 3


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[type[BaseException]]:
    """What was logged with its traceback, and nothing else was logged."""
    found = []
    for record in caplog.records:
        assert (record.name, record.levelno) == (LOGGER, logging.ERROR)
        assert record.exc_info is not None
        kind, _, traceback = record.exc_info
        assert kind is not None
        assert traceback is not None
        found.append(kind)
    return found


# -- one callback ---------------------------------------------------------------------------------


def test_a_callback_gets_its_arguments():
    seen: list[object] = []
    run_callback(lambda *args: seen.append(args), 1, "two")
    assert seen == [(1, "two")]


@pytest.mark.parametrize("error", [Boom, asyncio.CancelledError])
def test_what_a_callback_raises_is_logged(
    error: type[BaseException], caplog: pytest.LogCaptureFixture
):
    def careless() -> None:
        raise error

    run_callback(careless)
    assert tracebacks(caplog) == [error]
    assert "careless" in caplog.text


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_wish_to_end_passes(error: type[BaseException]):
    def ending() -> None:
        raise error

    with pytest.raises(error):
        run_callback(ending)


# -- on a loop ------------------------------------------------------------------------------------


def on_loop(scenario: Callable[[LoopDispatcher], object], rounds: int = 3) -> LoopDispatcher:
    """Run a scenario and some rounds of the loop after it."""

    async def main() -> LoopDispatcher:
        dispatcher = LoopDispatcher(asyncio.get_running_loop())
        scenario(dispatcher)
        for _ in range(rounds):
            await asyncio.sleep(0)
        return dispatcher

    return asyncio.run(main())


def test_loop_runs_callbacks_later_and_in_order():
    seen: list[int] = []

    def scenario(dispatcher: LoopDispatcher) -> None:
        for number in range(5):
            dispatcher.dispatch(seen.append, number)
        assert seen == []

    on_loop(scenario, rounds=1)
    assert seen == [0, 1, 2, 3, 4]


def test_loop_runs_what_a_callback_dispatches_in_the_next_round():
    seen: list[str] = []

    async def main() -> None:
        dispatcher = LoopDispatcher(asyncio.get_running_loop())
        dispatcher.dispatch(lambda: (seen.append("a"), dispatcher.dispatch(seen.append, "c")))
        dispatcher.dispatch(seen.append, "b")
        await asyncio.sleep(0)
        assert seen == ["a", "b"]
        await asyncio.sleep(0)
        assert seen == ["a", "b", "c"]
        # It begins anew after it was empty.
        dispatcher.dispatch(seen.append, "d")
        await asyncio.sleep(0)

    asyncio.run(main())
    assert seen == ["a", "b", "c", "d"]


@pytest.mark.parametrize("error", [Boom, asyncio.CancelledError])
def test_loop_goes_on_after_an_exception(
    error: type[BaseException], caplog: pytest.LogCaptureFixture
):
    seen: list[int] = []

    def careless() -> None:
        raise error

    def scenario(dispatcher: LoopDispatcher) -> None:
        dispatcher.dispatch(seen.append, 1)
        dispatcher.dispatch(careless)
        dispatcher.dispatch(seen.append, 2)

    dispatcher = on_loop(scenario)
    assert seen == [1, 2]
    assert tracebacks(caplog) == [error]
    assert dispatcher.dropped == 0


def test_loop_goes_on_after_an_interrupt():
    class HandLoop:
        """What asyncio's loop does with callbacks, by hand."""

        def __init__(self) -> None:
            self.soon: list[Callable[[], object]] = []

        def call_soon(self, callback: Callable[[], object]) -> None:
            self.soon.append(callback)

    def interrupted() -> None:
        raise KeyboardInterrupt

    seen: list[int] = []
    loop = HandLoop()
    dispatcher = LoopDispatcher(loop)  # type: ignore[arg-type]
    dispatcher.dispatch(interrupted)
    dispatcher.dispatch(seen.append, 1)
    with pytest.raises(KeyboardInterrupt):
        loop.soon.pop()()
    dispatcher.dispatch(seen.append, 2)
    loop.soon.pop()()
    assert seen == [1, 2]
    dispatcher.dispatch(interrupted)
    with pytest.raises(KeyboardInterrupt):
        loop.soon.pop()()
    dispatcher.dispatch(seen.append, 3)
    loop.soon.pop()()
    assert seen == [1, 2, 3]
    assert not loop.soon


def test_loop_keeps_as_many_as_allowed_and_counts_the_others(few_may_wait: int):
    seen: list[int] = []

    def scenario(dispatcher: LoopDispatcher) -> None:
        for number in range(10):
            dispatcher.dispatch(seen.append, number)

    dispatcher = on_loop(scenario)
    assert seen == list(range(few_may_wait))
    assert dispatcher.dropped == 10 - few_may_wait


def test_loop_runs_what_waited_when_it_was_closed_and_nothing_after():
    seen: list[int] = []

    def scenario(dispatcher: LoopDispatcher) -> None:
        dispatcher.dispatch(seen.append, 1)
        dispatcher.close()
        dispatcher.close()
        dispatcher.dispatch(seen.append, 2)

    assert on_loop(scenario).dropped == 0
    assert seen == [1]


# -- on a thread ----------------------------------------------------------------------------------


def test_thread_starts_with_the_first_callback(dispatcher: ThreadDispatcher):
    before = threading.active_count()
    assert not [one for one in threading.enumerate() if one.name == "callbacks-under-test"]
    seen: list[threading.Thread] = []
    for _ in range(3):
        dispatcher.dispatch(lambda: seen.append(threading.current_thread()))
    dispatcher.close()
    (thread,) = set(seen)
    assert thread.name == "callbacks-under-test"
    assert thread.daemon
    assert not thread.is_alive()
    assert threading.active_count() == before


def test_thread_runs_callbacks_in_order(dispatcher: ThreadDispatcher):
    seen: list[int] = []
    for number in range(1000):
        dispatcher.dispatch(seen.append, number)
    dispatcher.close()
    assert seen == list(range(1000))


def test_thread_keeps_the_order_of_each_caller(dispatcher: ThreadDispatcher):
    seen: list[tuple[int, int]] = []
    together = threading.Barrier(4)

    def call(caller: int) -> None:
        together.wait(LONG)
        for number in range(300):
            dispatcher.dispatch(seen.append, (caller, number))

    callers = [threading.Thread(target=call, args=(caller,)) for caller in range(4)]
    for one in callers:
        one.start()
    for one in callers:
        one.join()
    dispatcher.close()
    assert len(seen) == 1200
    for caller in range(4):
        assert [number for who, number in seen if who == caller] == list(range(300))


def test_thread_goes_on_after_exceptions(
    dispatcher: ThreadDispatcher, caplog: pytest.LogCaptureFixture
):
    seen: list[int] = []
    errors = [Boom, asyncio.CancelledError, SystemExit, KeyboardInterrupt]

    def careless(error: type[BaseException]) -> None:
        raise error

    for number, error in enumerate(errors):
        dispatcher.dispatch(careless, error)
        dispatcher.dispatch(seen.append, number)
    dispatcher.close()
    assert seen == [0, 1, 2, 3]
    assert tracebacks(caplog) == errors


def test_thread_keeps_as_many_as_allowed_and_counts_the_others(
    dispatcher: ThreadDispatcher, few_may_wait: int
):
    seen: list[int] = []
    begun, go_on = threading.Event(), threading.Event()
    dispatcher.dispatch(lambda: (begun.set(), go_on.wait(LONG)))
    assert begun.wait(LONG)
    for number in range(10):
        dispatcher.dispatch(seen.append, number)
    assert dispatcher.dropped == 10 - few_may_wait
    go_on.set()
    dispatcher.close()
    assert seen == list(range(few_may_wait))


def test_thread_is_waited_for_when_closed(
    dispatcher: ThreadDispatcher, monkeypatch: pytest.MonkeyPatch
):
    """Neither the first nor the second who closes returns before the callbacks have run."""
    seen: list[str] = []
    begun, go_on = threading.Event(), threading.Event()
    waiting = [1, 2]
    join = threading.Thread.join

    def noted_join(self: threading.Thread, timeout: float | None = None) -> None:
        if self.name == "callbacks-under-test":
            waiting.pop()
            if not waiting:
                go_on.set()
        join(self, timeout)

    dispatcher.dispatch(lambda: (begun.set(), go_on.wait(LONG), seen.append("slow")))
    dispatcher.dispatch(seen.append, "next")
    assert begun.wait(LONG)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "join", noted_join)
        other = threading.Thread(target=lambda: (dispatcher.close(), seen.append("closed")))
        other.start()
        dispatcher.close()
        seen.append("closed")
    other.join(LONG)
    assert seen == ["slow", "next", "closed", "closed"]


def test_thread_takes_nothing_after_it_was_closed(dispatcher: ThreadDispatcher):
    seen: list[int] = []
    dispatcher.close()
    dispatcher.close()
    dispatcher.dispatch(seen.append, 1)
    assert seen == []
    assert dispatcher.dropped == 0
    assert not [one for one in threading.enumerate() if one.name == "callbacks-under-test"]


class ClosedMeanwhile(ThreadDispatcher):
    """Closed, to the end of its thread, just after a caller saw it open."""

    @property
    def _closed(self) -> bool:
        closed: bool = self.__dict__["closed"]
        if not closed and self.__dict__.get("meanwhile"):
            self.__dict__["meanwhile"] = False
            self.close()
        return closed

    @_closed.setter
    def _closed(self, closed: bool) -> None:
        self.__dict__["closed"] = closed


@pytest.mark.parametrize("started", [True, False])
def test_what_was_taken_is_run_although_it_was_closed_meanwhile(started: bool):
    """Else the future of an operation that goes on by a callback would never end."""
    seen: list[int] = []
    dispatcher = ClosedMeanwhile("callbacks-under-test")
    if started:
        dispatcher.dispatch(seen.append, 1)
    dispatcher.__dict__["meanwhile"] = True
    assert dispatcher.dispatch(seen.append, 2)
    assert not dispatcher.dispatch(seen.append, 3)
    assert seen == ([1, 2] if started else [2])


def test_what_is_dropped_is_said_once(few_may_wait: int, caplog: pytest.LogCaptureFixture):
    def scenario(dispatcher: LoopDispatcher) -> None:
        for _ in range(10):
            dispatcher.dispatch(int)

    on_loop(scenario)
    (record,) = caplog.records
    assert (record.name, record.levelno) == (LOGGER, logging.ERROR)
    assert "3 callbacks of the application wait" in record.getMessage()


def test_thread_may_be_closed_by_a_callback(dispatcher: ThreadDispatcher):
    seen: list[object] = []
    queued = threading.Event()

    def closing() -> None:
        seen.append(threading.current_thread())
        assert queued.wait(LONG)
        dispatcher.close()
        dispatcher.dispatch(seen.append, "too late")
        seen.append("closed")

    dispatcher.dispatch(closing)
    dispatcher.dispatch(seen.append, "waited")
    queued.set()
    # This one waits for the thread, although the callback closed first.
    dispatcher.close()
    thread = seen.pop(0)
    assert isinstance(thread, threading.Thread)
    assert not thread.is_alive()
    assert seen == ["closed", "waited"]


def test_thread_that_cannot_start_now_may_start_later(
    dispatcher: ThreadDispatcher, monkeypatch: pytest.MonkeyPatch
):
    def no_more(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    seen: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_more)
        with pytest.raises(RuntimeError, match="new thread"):
            dispatcher.dispatch(seen.append, 1)
    dispatcher.dispatch(seen.append, 2)
    dispatcher.close()
    assert seen == [2]


def test_who_comes_while_another_starts_the_thread_starts_none(dispatcher: ThreadDispatcher):
    seen: list[threading.Thread] = []
    together = threading.Barrier(8)

    def call() -> None:
        together.wait(LONG)
        dispatcher.dispatch(lambda: seen.append(threading.current_thread()))

    callers = [threading.Thread(target=call) for _ in range(8)]
    for one in callers:
        one.start()
    for one in callers:
        one.join()
    dispatcher.close()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_a_forked_child_does_not_wait_for_its_parents_thread(
    dispatcher: ThreadDispatcher, monkeypatch: pytest.MonkeyPatch
):
    begun, go_on = threading.Event(), threading.Event()
    dispatcher.dispatch(lambda: (begun.set(), go_on.wait(LONG)))
    assert begun.wait(LONG)
    parent = os.getpid()
    with monkeypatch.context() as patch:
        # What a child sees: another pid, and a lock that nobody there will ever give back.
        patch.setattr(dispatching.os, "getpid", lambda: parent + 1)
        with dispatcher._starting:
            dispatcher.close()
    # The parent's object is another one in truth: open it again, so that it can end.
    dispatcher._closed = False
    go_on.set()
