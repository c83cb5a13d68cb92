# SPDX-License-Identifier: Apache-2.0
"""An operation of several round trips in the style of futures: the third stepper.

Its first step is taken in the calling thread, the others on the dispatcher, never in a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any, Protocol, TypeVar

from gridwire._core.request import Call, CallAll, Operation, Request
from gridwire._io.hosted import HostedLoop
from gridwire._io.steppers import Remaining, advance
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.future import Future

__all__ = ["OperationRun"]

T = TypeVar("T")


class _Caller(Protocol):
    """What a run needs of the engine of futures."""

    core: ClientCore

    @property
    def hosted(self) -> HostedLoop:
        """The client's loop."""

    def call(self, request: Request[Any], timeout: float | None = None) -> Future[Any]:
        """One request."""


class _OperationFuture(Future[T]):
    """The future of an operation; cancelling it cancels the calls that are under way."""

    __slots__ = ("_run",)

    def __init__(self, run: OperationRun) -> None:
        super().__init__()
        self._run = run

    def _give_up(self) -> bool:
        self._run.cancel()
        return True


class OperationRun:
    """An operation on its way: the first step in the calling thread, the others dispatched."""

    def __init__(self, engine: _Caller, operation: Operation[Any], timeout: float | None) -> None:
        self._engine = engine
        self._operation = operation
        self._remaining = Remaining(timeout, monotonic)
        self._under_way: list[Future[Any]] = []
        self.future: Future[Any] = _OperationFuture(self)

    def cancel(self) -> None:
        """Nobody waits any more: give back the places of the calls that are under way."""
        for future in self._under_way:
            future.cancel()

    def go_on(self, result: Any = None, error: BaseException | None = None) -> None:
        """Give the operation a result or an error, and begin what it awaits next."""
        if self.future.cancelled():
            self._operation.close()
            return
        try:
            step, value = advance(self._operation, result, error)
            if step is None:
                self.future.set_result(value)
            elif isinstance(step, Call):
                self._begin([step.request], alone=True)
            elif isinstance(step, CallAll):
                self._begin(step.requests, alone=False)
            else:
                loop = self._engine.hosted.loop
                self._engine.hosted.call(
                    loop.call_later, self._remaining.pause(step.seconds), self._soon
                )
        except BaseException as failure:
            self._operation.close()
            self.future.set_exception(failure)

    def _soon(self, result: Any = None, error: BaseException | None = None) -> None:
        if not self._engine.core.dispatcher.dispatch(self.go_on, result, error):
            # The client ends: so does the operation, by what its calls were told.
            self.go_on(result, error)

    def _begin(self, requests: Sequence[Request[Any]], alone: bool) -> None:
        seconds = self._remaining.seconds()
        futures = self._under_way = [self._engine.call(one, seconds) for one in requests]
        # pop is one step, so exactly one callback gets the True.
        left = [True] + [False] * (len(futures) - 1)

        def one_done(_: Future[Any]) -> None:
            if left.pop():
                results = [_outcome(future) for future in futures]
                if not alone:
                    self._soon(results)
                elif isinstance(results[0], BaseException):
                    self._soon(None, results[0])
                else:
                    self._soon(results[0])

        if not futures:
            self._soon([])
        for future in futures:
            future.add_done_callback(one_done)


def _outcome(future: Future[Any]) -> Any:
    try:
        return future.result()
    except BaseException as error:
        return error
