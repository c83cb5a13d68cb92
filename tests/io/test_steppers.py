# SPDX-License-Identifier: Apache-2.0
"""One operation, written once, does the same in every call style."""

from __future__ import annotations

import asyncio
import gc
import inspect
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from gridwire._core.request import Call, CallAll, Operation, Pause, Request
from gridwire._io import steppers
from gridwire._io.steppers import Remaining, advance, run_asyncio, run_blocking


def request(name: str) -> Request[Any]:
    return Request(name, bytearray(), bytes)


class Clock:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class Caller:
    """Answers each request from a table, by its name.

    Args:
        clock: moved by what each call takes.
        answers: name to value or exception.
        takes: name to seconds.
    """

    def __init__(
        self, clock: Clock, answers: dict[str, Any], takes: dict[str, float] | None = None
    ) -> None:
        self.clock = clock
        self.answers = answers
        self.takes = takes or {}
        self.seen: list[tuple[str, float | None]] = []

    def answer(self, one: Request[Any], timeout: float | None) -> Any:
        self.seen.append((one.operation, timeout))
        self.clock.now += self.takes.get(one.operation, 0.0)
        answer = self.answers[one.operation]
        if isinstance(answer, BaseException):
            raise answer
        return answer


class AsyncioCaller(Caller):
    async def call(self, request: Request[Any], timeout: float | None = None) -> Any:
        await asyncio.sleep(0)
        return self.answer(request, timeout)


class BlockingCaller(Caller):
    def call(self, request: Request[Any], timeout: float | None = None) -> Any:
        return self.answer(request, timeout)

    def call_all(self, requests: Sequence[Request[Any]], timeout: float | None) -> list[Any]:
        results: list[Any] = []
        for one in requests:
            try:
                results.append(self.answer(one, timeout))
            except Exception as error:  # noqa: BLE001 - each outcome is collected
                results.append(error)
        return results


class ClockLoop(asyncio.SelectorEventLoop):
    """A loop by a clock of the test's."""

    clock: Clock

    def time(self) -> float:
        return self.clock()


class Style:
    """Runs operations in one call style."""

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self.clock = clock

    def caller(self, answers: dict[str, Any], **takes: float) -> Caller:
        kind = AsyncioCaller if self.name == "asyncio" else BlockingCaller
        return kind(self.clock, answers, takes)

    def run(self, operation: Operation[Any], caller: Any, timeout: float | None = None) -> Any:
        if self.name == "blocking":
            return run_blocking(operation, caller, timeout)

        def make_loop() -> ClockLoop:
            loop = ClockLoop()
            loop.clock = self.clock
            return loop

        with asyncio.Runner(loop_factory=make_loop) as runner:
            return runner.run(run_asyncio(operation, caller, timeout))


@pytest.fixture(params=["asyncio", "blocking"])
def style(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Style:
    clock = Clock()
    pass_on = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds:
            clock.sleep(seconds)
        await pass_on(0)

    monkeypatch.setattr(steppers.time, "sleep", clock.sleep)
    monkeypatch.setattr(steppers.time, "monotonic", clock)
    monkeypatch.setattr(steppers.asyncio, "sleep", sleep)
    return Style(request.param, clock)


# -- values ---------------------------------------------------------------------------------------


async def of_all_kinds() -> list[Any]:
    first = await Call(request("first"))
    await Pause(0.5)
    others = await CallAll([request("a"), request("b"), request("c")])
    return [first, *others]


def test_an_operation_of_all_kinds(style: Style):
    caller = style.caller({"first": 1, "a": 2, "b": None, "c": [4]})
    assert style.run(of_all_kinds(), caller) == [1, 2, None, [4]]
    assert style.clock.pauses == [0.5]
    assert [name for name, _ in caller.seen] == ["first", "a", "b", "c"]


def test_an_operation_that_awaits_nothing(style: Style):
    async def at_once() -> str:
        return "done"

    assert style.run(at_once(), style.caller({})) == "done"


def test_an_operation_may_return_nothing(style: Style):
    async def silent() -> None:
        await Call(request("a"))

    assert style.run(silent(), style.caller({"a": 1})) is None


def test_no_requests_have_no_outcomes(style: Style):
    async def none() -> list[Any]:
        return await CallAll([])

    assert style.run(none(), style.caller({})) == []


def test_every_outcome_comes_back_in_order(style: Style):
    lost, refused = ConnectionError("lost"), ValueError("refused")
    caller = style.caller({"first": 1, "a": lost, "b": 2, "c": refused})
    assert style.run(of_all_kinds(), caller) == [1, lost, 2, refused]


# -- errors ---------------------------------------------------------------------------------------


def test_an_error_is_thrown_into_the_operation(style: Style):
    async def careful() -> str:
        try:
            await Call(request("a"))
        except ConnectionError as error:
            return f"{error}, but {await Call(request('b'))}"
        return "unexpected"

    caller = style.caller({"a": ConnectionError("lost"), "b": "found"})
    assert style.run(careful(), caller) == "lost, but found"


def test_an_error_that_it_does_not_catch_is_the_callers(style: Style):
    lost = ConnectionError("lost")
    operation = of_all_kinds()
    with pytest.raises(ConnectionError) as caught:
        style.run(operation, style.caller({"first": lost}))
    assert caught.value is lost
    assert inspect.getcoroutinestate(operation) == inspect.CORO_CLOSED
    # Both where it was raised and where it was awaited.
    names = [entry.name for entry in caught.traceback]
    assert {"answer", "of_all_kinds"} <= set(names)


def test_an_error_of_its_own_is_the_callers(style: Style):
    async def raising() -> None:
        await Call(request("a"))
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        style.run(raising(), style.caller({"a": 1}))


def test_an_error_is_forgotten_once_it_was_thrown(style: Style):
    async def tries_again() -> list[Any]:
        values = []
        for name in ("a", "b", "a", "b"):
            try:
                values.append(await Call(request(name)))
            except ConnectionError:
                values.append("lost")
        return values

    caller = style.caller({"a": ConnectionError("lost"), "b": 2})
    assert style.run(tries_again(), caller) == ["lost", 2, "lost", 2]


def test_an_interrupt_reaches_the_operation_and_the_caller(style: Style):
    cleaned = []

    async def tidy() -> None:
        try:
            await Call(request("a"))
        finally:
            cleaned.append(True)

    with pytest.raises(KeyboardInterrupt):
        style.run(tidy(), style.caller({"a": KeyboardInterrupt()}))
    assert cleaned == [True]


class Large(Exception):
    """An error whose memory should go when nobody looks at it any more."""


def test_an_error_is_not_kept_by_the_frames_that_it_passed():
    class Failing:
        def call(self, request: Request[Any], timeout: float | None = None) -> Any:
            raise Large

    def fail() -> weakref.ref[Large]:
        try:
            run_blocking(of_all_kinds(), Failing(), None)  # type: ignore[arg-type]
        except Large as error:
            return weakref.ref(error)
        raise AssertionError

    gc.disable()
    try:
        assert fail()() is None
    finally:
        gc.enable()


# -- time -----------------------------------------------------------------------------------------


def test_the_time_that_is_left_is_passed_on(style: Style):
    caller = style.caller({"first": 1, "a": 2, "b": 3, "c": 4}, first=2.0)
    style.run(of_all_kinds(), caller, 10.0)
    assert caller.seen[0] == ("first", 10.0)
    # 2 s for the first call and half a second for the pause.
    assert caller.seen[1] == ("a", 7.5)
    assert {timeout for _, timeout in caller.seen[1:]} == {7.5}


def test_time_that_is_over_is_no_time_and_not_less(style: Style):
    async def two() -> None:
        await Call(request("slow"))
        await Call(request("next"))

    caller = style.caller({"slow": 1, "next": 2}, slow=99.0)
    style.run(two(), caller, 3.0)
    assert caller.seen == [("slow", 3.0), ("next", 0.0)]


def test_without_a_timeout_each_call_has_the_usual_one(style: Style):
    caller = style.caller({"first": 1, "a": 2, "b": 3, "c": 4}, first=500.0)
    style.run(of_all_kinds(), caller)
    assert {timeout for _, timeout in caller.seen} == {None}


def test_a_pause_ends_with_the_time_for_the_operation(style: Style):
    async def patient() -> None:
        await Pause(60.0)
        await Call(request("next"))

    caller = style.caller({"next": 1})
    style.run(patient(), caller, 2.0)
    assert style.clock.pauses == [2.0]
    assert caller.seen == [("next", 0.0)]


def test_a_timeout_that_is_none_leaves_nothing_behind(style: Style):
    operation = of_all_kinds()
    with pytest.raises(TypeError):
        style.run(operation, style.caller({}), "soon")  # type: ignore[arg-type]
    assert inspect.getcoroutinestate(operation) == inspect.CORO_CLOSED


def test_what_is_left():
    clock = Clock()
    assert Remaining(None, clock).seconds() is None
    assert Remaining(None, clock).pause(9.0) == 9.0
    remaining = Remaining(5.0, clock)
    clock.now += 3.0
    assert remaining.seconds() == 2.0
    assert (remaining.pause(1.5), remaining.pause(9.0)) == (1.5, 2.0)
    clock.now += 3.0
    assert (remaining.seconds(), remaining.pause(9.0)) == (0.0, 0.0)


# -- one step -------------------------------------------------------------------------------------


def test_one_step_at_a_time():
    operation = of_all_kinds()
    step, value = advance(operation)
    assert isinstance(step, Call) and value is None
    step, _ = advance(operation, "first")
    assert isinstance(step, Pause)
    step, _ = advance(operation)
    assert isinstance(step, CallAll)
    assert advance(operation, [1, 2]) == (None, ["first", 1, 2])


def test_one_step_with_an_error():
    operation = of_all_kinds()
    advance(operation)
    with pytest.raises(ConnectionError, match="lost"):
        advance(operation, "ignored", ConnectionError("lost"))


# -- asyncio alone --------------------------------------------------------------------------------


class Gated:
    """Calls that wait for the test."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.all_begun = asyncio.Event()
        self.count = 1

    async def call(self, request: Request[Any], timeout: float | None = None) -> Any:
        self.begun.append(request.operation)
        if len(self.begun) == self.count:
            self.all_begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.append(request.operation)
            raise


async def cancelled_in(
    operation: Operation[Any], count: int, after: Callable[[asyncio.Task[Any]], object]
) -> Gated:
    """Run an operation, cancel it once so many calls have begun, and look at it."""
    caller = Gated()
    caller.count = count
    task = asyncio.create_task(run_asyncio(operation, caller, None))
    await caller.all_begun.wait()
    task.cancel()
    await asyncio.wait([task])
    after(task)
    return caller


def test_a_cancelled_call():
    cleaned = []

    async def tidy() -> None:
        try:
            await Call(request("a"))
        finally:
            cleaned.append(True)

    operation = tidy()
    caller = asyncio.run(cancelled_in(operation, 1, lambda task: cleaned.append(task.cancelled())))
    assert caller.cancelled == ["a"]
    assert cleaned == [True, True]
    assert inspect.getcoroutinestate(operation) == inspect.CORO_CLOSED


def test_cancelling_ends_all_calls():
    async def many() -> object:
        return await CallAll([request("a"), request("b"), request("c")])

    ends: list[bool] = []
    caller = asyncio.run(cancelled_in(many(), 3, lambda task: ends.append(task.cancelled())))
    assert caller.begun == caller.cancelled == ["a", "b", "c"]
    assert ends == [True]


def test_an_operation_may_turn_a_cancellation_into_something_that_says_more():
    async def telling() -> None:
        try:
            await Call(request("a"))
        except asyncio.CancelledError as error:
            raise RuntimeError("nobody knows whether it was done") from error

    ends: list[str] = []
    asyncio.run(cancelled_in(telling(), 1, lambda task: ends.append(str(task.exception()))))
    assert ends == ["nobody knows whether it was done"]


def test_all_calls_are_under_way_at_once():
    async def main() -> list[Any]:
        meet = asyncio.Barrier(3)

        class Meeting:
            async def call(self, request: Request[Any], timeout: float | None = None) -> Any:
                await meet.wait()
                return request.operation

        async def many() -> list[Any]:
            return await CallAll([request("a"), request("b"), request("c")])

        return await run_asyncio(many(), Meeting(), None)

    assert asyncio.run(main()) == ["a", "b", "c"]
