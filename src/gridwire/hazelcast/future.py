# SPDX-License-Identifier: Apache-2.0
"""Futures of the threaded client: a result that comes later, for threads.

There is no lock in a future. Whoever completes it stores the outcome first and then takes waiters
and callbacks out one by one; whoever waits or adds a callback puts itself in first and then looks
at the outcome. So nobody is missed, and each is served once.

In the child of a fork a future of the parent that is not done ends with an error when somebody
looks at it: its answer comes to the parent. The callbacks that were added before are the parent's.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from typing import Any, Generic, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._io import forking
from gridwire._io.dispatching import run_callback
from gridwire._io.forking import Waits
from gridwire._io.interfaces import Dispatcher
from gridwire.hazelcast.errors import HazelcastClientNotActiveError, HazelcastTimeoutError

__all__ = [
    "Future",
    "ImmediateExceptionFuture",
    "ImmediateFuture",
    "TimedCallback",
    "combine_futures",
    "parents_call",
]

T = TypeVar("T")
R = TypeVar("R")


class Future(Waits, Generic[T]):
    """The result of an operation that may not be over yet.

    Callbacks run on the client's dispatcher thread, or at once in the calling thread when the
    future is complete already.
    """

    __slots__ = (
        "_callbacks",
        "_cancelled",
        "_error",
        "_traceback",
        "_value",
    )

    _dispatcher: Dispatcher | None = None

    def __init__(self) -> None:
        super().__init__()
        self._cancelled = False
        self._value: Any = None
        self._error: BaseException | None = None
        self._traceback: types.TracebackType | None = None
        self._callbacks: list[Callable[[Future[T]], object]] = []

    # -- for who waits ------------------------------------------------------------------------

    def result(self, timeout: float | None = None) -> T:
        """Wait for the result.

        Args:
            timeout: seconds to wait, None for as long as it takes. The operation goes on when the
                time is over; its own deadline is another matter.

        Raises:
            HazelcastTimeoutError: the time is over and it is not done.
            concurrent.futures.CancelledError: it was cancelled.
            Exception: whatever the operation ended with.
        """
        self._wait(timeout)
        if self._error is not None:
            raise self._error
        return self._finished_value()

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait, and give what the operation ended with, None for a success."""
        try:
            self.result(timeout)
        except CancelledError:
            raise
        except Exception as error:
            if not self._done:
                raise
            return error
        return None

    def traceback(self) -> types.TracebackType | None:
        """The traceback of what the operation ended with."""
        error = self.exception()
        return self._traceback or (error.__traceback__ if error is not None else None)

    def done(self) -> bool:
        """Whether it is over."""
        if not self._done and self._process is not forking.here:
            self.abandon()
        return self._done

    def running(self) -> bool:
        """Whether it is not."""
        return not self.done()

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    def is_success(self) -> bool:
        """Whether it is over and has a result."""
        return self.done() and self._error is None

    def cancel(self) -> bool:
        """Stop waiting for it: the place among the pending calls is free at once.

        A request that was sent already may still be executed.

        Returns:
            Whether it was still pending.
        """
        if self.done() or not self._give_up():
            return False
        self._cancelled = True
        self._complete(None, CancelledError())
        return True

    def add_done_callback(self, callback: Callable[[Future[T]], object]) -> None:
        """Have a function called with this future when it is over."""
        if self._process is not forking.here:
            self.done()  # what the parent's threads would complete
        self._callbacks.append(callback)
        if self._done:
            try:
                self._callbacks.remove(callback)
            except ValueError:
                return
            self._tell(callback)

    def continue_with(self, continuation: Callable[..., Any], *args: Any) -> Future[Any]:
        """Call a function with this future and more arguments when it is over.

        Returns:
            A future of what the function returns; when that is a future, of its result.
        """
        following: Future[Any] = Future()

        def go_on(done: Future[T]) -> None:
            try:
                value = continuation(done, *args)
            except BaseException as error:
                following.set_exception(error, sys.exc_info()[2])
                return
            if isinstance(value, Future):
                value.add_done_callback(lambda inner: _copy(inner, following))
            else:
                following.set_result(value)

        self.add_done_callback(go_on)
        return following

    # -- for who completes --------------------------------------------------------------------

    def set_result(self, result: Any) -> None:
        """It is over, with a result."""
        self._complete(result, None)

    def set_exception(
        self, exception: BaseException, traceback: types.TracebackType | None = None
    ) -> None:
        """It is over, with an error."""
        self._traceback = traceback
        self._complete(None, exception)

    def abandon(self) -> None:
        """In the child of a fork: it goes on in the parent, and here it ends with an error."""
        if not self._done:
            self._callbacks.clear()
            self._complete(None, parents_call())

    def _finished_value(self) -> T:
        value: T = self._value
        return value

    def _give_up(self) -> bool:
        """Whether nobody else will complete it; a subclass asks the table of calls."""
        return True

    def _complete(self, value: Any, error: BaseException | None) -> None:
        if self._done:
            return
        self._value, self._error = value, error
        self._end()
        if self._callbacks:
            self._call_back()

    def _call_back(self) -> None:
        callbacks = self._callbacks
        while callbacks:
            try:
                callback = callbacks.pop(0)
            except IndexError:
                return
            if isinstance(callback, TimedCallback):
                callback.completed()
            dispatcher = self._dispatcher
            if dispatcher is None or not dispatcher.dispatch(self._tell, callback):
                run_callback(callback, self)

    def _tell(self, callback: Callable[[Future[T]], object]) -> None:
        """Call a callback, where callbacks run."""
        callback(self)

    def _wait(self, timeout: float | None) -> None:
        if self._done or self._until_done(timeout):
            return
        raise HazelcastTimeoutError(
            f"the future is not done after {timeout:g} s; the operation goes on",
            phase="waiting for a future",
        )


class TimedCallback:
    """A callback of who measures: it knows the moment, however long others keep the dispatcher.

    Args:
        completed: is called at that moment, by whoever completes the future.
        callback: what is to be called then, like any other callback.
    """

    __slots__ = ("_callback", "completed")

    def __init__(
        self, completed: Callable[[], object], callback: Callable[[Future[Any]], object]
    ) -> None:
        self.completed = completed
        self._callback = callback

    def __call__(self, future: Future[Any]) -> None:
        """The future is over."""
        self._callback(future)


def parents_call() -> HazelcastClientNotActiveError:
    """What a forked child is told about a call that its parent has made."""
    return HazelcastClientNotActiveError(
        "the call was made by the process that this one was forked from; its answer comes there",
        outcome=Outcome.UNKNOWN,
        hint="Take results before forking, or make the call in the child: the client works there.",
    )


def _copy(source: Future[Any], target: Future[Any]) -> None:
    try:
        target.set_result(source.result())
    except BaseException as error:
        target.set_exception(error)


class ImmediateFuture(Future[T]):
    """A future that is over from the beginning.

    Args:
        result: its result.
    """

    __slots__ = ()

    def __init__(self, result: T) -> None:
        super().__init__()
        self._complete(result, None)


class ImmediateExceptionFuture(Future[Any]):
    """A future that failed from the beginning.

    Args:
        exception: what it failed with.
        traceback: where from.
    """

    __slots__ = ()

    def __init__(
        self, exception: BaseException, traceback: types.TracebackType | None = None
    ) -> None:
        super().__init__()
        self.set_exception(exception, traceback)


def combine_futures(futures: Sequence[Future[Any]]) -> Future[list[Any]]:
    """One future of many.

    Args:
        futures: any number.

    Returns:
        A future of the results in the order given. When some failed it has the error of the first
        of them in that order, and is complete only when all are.
    """
    combined: Future[list[Any]] = Future()
    if not futures:
        combined.set_result([])
    # pop is one step, so exactly one callback gets the True.
    left = [True] + [False] * (len(futures) - 1)

    def one_done(_: Future[Any]) -> None:
        if left.pop():
            _combine(futures, combined)

    for future in futures:
        future.add_done_callback(one_done)
    return combined


def _combine(futures: Sequence[Future[Any]], combined: Future[list[Any]]) -> None:
    results = []
    for future in futures:
        try:
            results.append(future.result())
        except BaseException as error:
            combined.set_exception(error)
            return
    combined.set_result(results)
