# SPDX-License-Identifier: Apache-2.0
"""Calls whose result comes later, for threads."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar, TypeVarTuple, Unpack

from gridwire._core.request import Acquisition, Operation, Request
from gridwire._io.hosted_task import HostedTask
from gridwire.errors import BackpressureError
from gridwire.hazelcast.cluster.attempts import is_end_of_client
from gridwire.hazelcast.cluster.listeners import Listener
from gridwire.hazelcast.control.acquiring import Acquiring, Handover
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.control.operation_run import OperationRun
from gridwire.hazelcast.control.thread_engine import ThreadEngine
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.future import Future
from gridwire.hazelcast.operations.arguments import call_timeout, operation_timeout
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import SessionOver

__all__ = ["FutureEngine"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _ReplyFuture(Future[T]):
    """The future of one request. The reply is decoded by the thread that asks for the value."""

    __slots__ = (
        "_engine",
        "_request",
        "_started",
        "_task",
        "_timeout",
        "correlation",
        "source",
    )

    def __init__(
        self, engine: FutureEngine, request: Request[T], started: float, timeout: float | None
    ) -> None:
        super().__init__()
        self._engine = engine
        self._request = request
        self._started = started
        self._timeout = timeout
        self._task: HostedTask[Buffer] | None = None
        self.correlation = 0
        # Where the reply came from: it decodes, since it is to blame for what cannot be decoded.
        self.source: Connection | Invocation[T] | None = None

    @property
    def _dispatcher(self) -> Any:  # type: ignore[override]
        return self._engine.core.dispatcher

    def _finished_value(self) -> T:
        box = self._value
        if not isinstance(box, _Decoded):
            source = self.source
            assert source is not None
            if isinstance(source, Invocation):
                box = _Decoded(source.decode(box))
            else:
                box = _Decoded(source.decode(self._request, box))
            self._value = box
        value: T = box.value
        return value

    def set_exception(self, exception: BaseException, traceback: Any = None) -> None:
        """An attempt failed: the rest is done the careful way, on the loop."""
        if self._done:
            return
        self.drop_deadline()
        if not isinstance(exception, HazelcastError) or self._task is not None:
            self._complete(None, exception)
        elif is_end_of_client(exception):
            exception.with_facts(operation=self._request.operation, attempts=1)
            self._complete(None, exception)
        else:
            self.go_careful(exception)

    def has_deadline(self) -> None:
        """It was sent, and has a timeout of its own."""
        when = self._when()
        self._engine.core.clockwork.give_deadline_soon(self.correlation, when)
        if self._done:
            self._engine.core.clockwork.drop_deadline(self.correlation, when)

    def _when(self) -> float:
        return self._started + (self._timeout or 0.0)

    def set_result(self, result: Any) -> None:
        """The reply is here."""
        if self._timeout is not None:
            self.drop_deadline()
        self._complete(result, None)

    def drop_deadline(self) -> None:
        """What was sent waits for its answer no more."""
        if self._timeout is not None:
            self._engine.core.clockwork.drop_deadline(self.correlation, self._when())

    def go_careful(self, failed: HazelcastError | None = None) -> None:
        """Leave the call to the invocation; its end is this future's."""
        core = self._engine.here()
        if failed is None and core.life.is_offline:
            self._complete(None, core.life.offline().with_facts(operation=self._request.operation))
            return
        invocation = Invocation(core, self._request, self._started, self._timeout)
        self._go_on_loop(invocation, invocation.run, failed)

    def _go_on_loop(
        self,
        invocation: Invocation[T],
        function: Callable[[Unpack[Ts]], Coroutine[Any, Any, Buffer]],
        *args: *Ts,
    ) -> None:
        self.source = invocation
        self._task = task = self._engine.hosted.task(function, *args)
        try:
            self._engine.begin(task)
            task.add_done_callback(self._careful_done)
        except BaseException:
            task.cancel()
            raise

    def _careful_done(self, task: HostedTask[Buffer]) -> None:
        if task.cancelled():
            self._cancelled = True
            self._complete(None, concurrent.futures.CancelledError())
        elif (error := task.exception()) is not None:
            self._complete(None, error)
        else:
            self._complete(task.result(), None)

    def _give_up(self) -> bool:
        if self._task is not None:
            return self._task.cancel()
        if not self._engine.forget(self.correlation):
            return False
        self.drop_deadline()
        self._engine.core.counters.indeterminate_writes += not self._request.retryable
        return True


class _AcquisitionFuture(_ReplyFuture[T]):
    """The future of an `Acquisition`; cancelling it gives back what was or will be acquired."""

    __slots__ = ("_acquiring", "_handover")

    def __init__(
        self, engine: FutureEngine, request: Acquisition[T], timeout: float | None
    ) -> None:
        started = monotonic()
        super().__init__(engine, request, started, timeout)
        self._handover = Handover()
        self._acquiring = Acquiring(engine.here(), request, started, timeout)

    def go_careful(self, failed: HazelcastError | None = None) -> None:
        """There is no other way for this one."""
        self._go_on_loop(self._acquiring, self._acquiring.hand_over, self._handover)

    def _give_up(self) -> bool:
        if not super()._give_up():
            return False
        self._engine.leave(self._acquiring, self._handover)
        return True


class _Decoded:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class _TaskFuture(Future[T]):
    """The future of a coroutine on the loop; cancelling it cancels the coroutine."""

    __slots__ = ("_task",)

    def __init__(self, task: HostedTask[Any]) -> None:
        super().__init__()
        self._task = task

    def _give_up(self) -> bool:
        return self._task.cancel() or self._task.cancelled()


class FutureEngine(ThreadEngine):
    """Calls whose result comes later."""

    def call(self, request: Request[T], timeout: float | None = None) -> Future[T]:
        """One request, with every retry that the rules allow.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
        """
        if timeout is not None:
            timeout = call_timeout(timeout)
        future = _ReplyFuture(self, request, monotonic(), timeout)
        return self._begin(future, request, timeout)

    def call_known(
        self, request: Request[Any], timeout: float | None, known: list[Future[Any]]
    ) -> None:
        """The same for a caller that may be interrupted anywhere.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
            known: gets the future before anything is sent.
        """
        if timeout is not None:
            timeout = call_timeout(timeout)
        future = _ReplyFuture(self, request, monotonic(), timeout)
        known.append(future)
        self._begin(future, request, timeout)

    def _begin(
        self, future: _ReplyFuture[T], request: Request[T], timeout: float | None
    ) -> Future[T]:
        connection = self.open_way(request, timeout)
        if connection is None:
            if len(self._pending) >= self._limit or self._calls.gate:
                self._wait_for_room(request, timeout)
            future.go_careful()
            return future
        try:
            # A caller with calls in flight is likely to make more before it waits.
            soon = bool(self._pending)
            future.source = connection
            future.correlation = connection.session.send(request, future, soon)
            if timeout is not None:
                future.has_deadline()
            if not self.core.clockwork.ticking:
                self.core.clockwork.start()
        except SessionOver:
            future.set_exception(connection.lost_error(None, False))
        except BaseException:
            self.abort(future)
            future.drop_deadline()
            raise
        return future

    def acquire(self, request: Acquisition[T], timeout: float | None = None) -> Future[T]:
        """One request by which the caller comes to hold something.

        What is acquired when the future was cancelled is given back.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
        """
        future = _AcquisitionFuture(self, request, call_timeout(timeout))
        if len(self._pending) >= self._limit or self._calls.gate:
            self._wait_for_room(request, timeout)
        future.go_careful()
        return future

    def _wait_for_room(self, request: Request[Any], timeout: float | None) -> None:
        """A thread that makes futures faster than they are done waits like everybody else.

        Otherwise what it makes would wait on the loop instead, without a bound.
        """
        if self.hosted.is_current:
            return
        invocation = Invocation(self.here(), request, monotonic(), timeout)
        waiting = self.hosted.task(invocation.room)
        try:
            self.begin(waiting)
            waiting.result()
        except (HazelcastError, BackpressureError):
            # The future's own attempt finds the same and says so.
            return
        except BaseException:
            waiting.cancel()
            raise

    def forget(self, correlation: int) -> bool:
        """Drop a call; whether it was pending."""
        return self._calls.forget(correlation)

    def run(self, operation: Operation[T], timeout: float | None = None) -> Future[T]:
        """An operation of several round trips."""
        run = OperationRun(self, operation, operation_timeout(operation, timeout))
        run.go_on()
        return run.future

    def wait(
        self, function: Callable[[Unpack[Ts]], Coroutine[Any, Any, T]], *args: *Ts
    ) -> Future[T]:
        """Run a control coroutine on the loop; its future.

        Args:
            function: makes the coroutine, on the loop.
            args: what it is called with.
        """
        task = self.start(function, *args)
        future: Future[T] = _TaskFuture(task)

        def done(task: HostedTask[T]) -> None:
            if task.cancelled():
                future.cancel()
            elif (error := task.exception()) is not None:
                future.set_exception(error)
            else:
                future.set_result(task.result())

        def tell(task: HostedTask[T]) -> None:
            if not self.core.dispatcher.dispatch(done, task):
                done(task)

        task.add_done_callback(tell)
        return future

    def add_listener(self, listener: Listener) -> Future[str]:
        """Register a listener on all members."""
        return self.wait(self.here().listening.add, listener)

    def remove_listener(self, registration_id: str) -> Future[bool]:
        """Take a listener back."""
        return self.wait(self.here().listening.remove, registration_id)
