# SPDX-License-Identifier: Apache-2.0
"""A request is plain data, and an operation can be stepped by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gridwire._core.request import (
    ENDS_WITH_CONNECTION,
    Acquisition,
    Call,
    CallAll,
    Operation,
    Pause,
    Request,
    UserCodeRequest,
)


def request(operation: str = "Map.Get", **changes: Any) -> Request[Any]:
    values: dict[str, Any] = {"payload": bytearray(b"head" * 6), "decode": bytes, **changes}
    return Request(operation, **values)


def test_what_is_not_said_has_a_default():
    made = request()
    assert (made.route, made.retryable, made.member, made.extra_wait) == (-1, False, None, 0.0)
    assert repr(made) == "<Request Map.Get route=-1>"


def test_a_copy_says_the_same():
    made = request(route=7, retryable=True, member="m", extra_wait=2.5)
    copy = made.again()
    assert copy is not made
    for name in Request.__slots__:
        assert getattr(copy, name) == getattr(made, name), name


def test_a_copy_is_written_to_by_itself():
    made = request()
    copy = made.again()
    copy.payload[0:4] = b"tail"  # type: ignore[index]
    assert made.payload == b"head" * 6
    assert copy.payload == b"tail" + b"head" * 5


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_copy_shares_the_large_parts(kind: type):
    large = bytes(100_000)
    head = bytearray(b"head" * 6)
    made = request(payload=kind([head, large, memoryview(large)]))
    copy = made.again()
    copy.payload[0][0:4] = b"tail"  # type: ignore[index]
    assert head == b"head" * 6
    assert copy.payload[0] == b"tail" + b"head" * 5
    assert copy.payload[1] is large
    assert copy.payload[2] is made.payload[2]
    assert isinstance(copy.payload[0], bytearray)


def test_a_wait_without_limit():
    assert math.isinf(ENDS_WITH_CONNECTION)
    assert request(extra_wait=ENDS_WITH_CONNECTION).again().extra_wait == math.inf


def test_whose_code_runs_is_known_of_copies_too():
    made = UserCodeRequest("Map.ExecuteOnKey", bytearray(22), bytes, 7)
    assert made.runs_user_code
    assert made.again().runs_user_code
    assert not request().again().runs_user_code


def test_a_copy_of_an_acquisition_can_be_undone_too():
    opposite = request("Map.Unlock")
    made: Acquisition[bool] = Acquisition(
        "Map.TryLock", bytearray(22), bool, 7, bool, lambda: opposite, 2.5
    )
    copy = made.again()
    assert copy is not made
    assert copy.payload is not made.payload
    for one in (made, copy):
        assert (one.operation, one.route, one.retryable) == ("Map.TryLock", 7, True)
        assert (one.member, one.extra_wait) == (None, 2.5)
        assert (one.holds(True), one.holds(False)) == (True, False)
        assert one.undo() is opposite


# -- stepping by hand -----------------------------------------------------------------------------


async def count_words(first: Request[str], others: list[Request[str]]) -> int:
    words = (await Call(first)).split()
    await Pause(0.5)
    for result in await CallAll(others):
        if isinstance(result, BaseException):
            words.append("failed")
        else:
            words += result.split()
    return len(words)


def test_an_operation_awaits_steps_and_returns_its_value():
    first, others = request(), [request("a"), request("b")]
    operation: Operation[int] = count_words(first, others)
    step = operation.send(None)
    assert isinstance(step, Call)
    assert step.request is first
    step = operation.send("two words")
    assert isinstance(step, Pause)
    assert step.seconds == 0.5
    step = operation.send(None)
    assert isinstance(step, CallAll)
    assert step.requests is others
    with pytest.raises(StopIteration) as end:
        operation.send(["three more words", ValueError("not this one")])
    assert end.value.value == 6


def test_an_error_is_thrown_into_the_step():
    async def careful(one: Request[str]) -> str:
        try:
            return await Call(one)
        except ConnectionError as error:
            return f"lost: {error}"

    operation: Operation[str] = careful(request())
    operation.send(None)
    with pytest.raises(StopIteration) as end:
        operation.throw(ConnectionError("gone"))
    assert end.value.value == "lost: gone"


@pytest.mark.parametrize("step", [Call(request()), CallAll([request()]), Pause(1.0)])
def test_an_error_that_nobody_catches_ends_the_operation(step: Any):
    async def trusting() -> object:
        return await step

    operation: Operation[object] = trusting()
    assert operation.send(None) is step
    with pytest.raises(ConnectionError, match="gone"):
        operation.throw(ConnectionError("gone"))
    with pytest.raises(RuntimeError, match="already awaited"):
        operation.send(None)


def test_a_pause_has_no_value():
    async def wait() -> object:
        return await Pause(1.0)

    operation: Operation[object] = wait()
    operation.send(None)
    with pytest.raises(StopIteration) as end:
        operation.send("ignored")
    assert end.value.value is None


def test_an_operation_that_is_closed_cleans_up():
    cleaned = []

    async def tidy() -> None:
        try:
            await Call(request())
        finally:
            cleaned.append(True)

    operation: Operation[None] = tidy()
    operation.send(None)
    operation.close()
    assert cleaned == [True]
