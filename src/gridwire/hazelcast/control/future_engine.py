# SPDX-License-Identifier: Apache-2.0
"""Calls whose result comes later, for threads."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar, TypeVarTuple, Unpack

from gridwire._core.request import Acquisition, Operation, Request
from gridwire._io.hosted_task import HostedTask
from gridwire.errors import BackpressureError
from gridwire.hazelcast.cluster.listeners import Listener
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.control.operation_run import OperationRun
from gridwire.hazelcast.control.reply_futures import AcquisitionFuture, PartFuture, ReplyFuture
from gridwire.hazelcast.control.thread_engine import ThreadEngine
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.future import Future
from gridwire.hazelcast.operations.arguments import call_timeout, operation_timeout
from gridwire.hazelcast.protocol.session import SessionOver

__all__ = ["FutureEngine"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


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
        future = ReplyFuture(self, request, monotonic(), timeout)
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
        future = PartFuture(self, request, monotonic(), timeout)
        known.append(future)
        self._begin(future, request, timeout)

    def _begin(
        self, future: ReplyFuture[T], request: Request[T], timeout: float | None
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
        future = AcquisitionFuture(self, request, call_timeout(timeout))
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
