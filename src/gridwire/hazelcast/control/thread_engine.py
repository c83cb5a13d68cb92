# SPDX-License-Identifier: Apache-2.0
"""How the threaded faces call: the calling thread builds and writes, the hosted loop reads.

Whoever takes a call out of the table decides how it ends. A thread whose time is over takes it
out itself; when it is gone already, the reply is on its way and is taken.
"""

from __future__ import annotations

import concurrent.futures
from _thread import allocate_lock
from collections.abc import Callable, Coroutine, Sequence
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

from gridwire._core.outcome import Outcome
from gridwire._core.request import Call, CallAll, Operation, Request
from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire._io.steppers import Remaining, advance, run_blocking
from gridwire.errors import BackpressureError
from gridwire.hazelcast.cluster.acks import Waiter
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.errors import HazelcastClientNotActiveError, HazelcastError
from gridwire.hazelcast.future import Future
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import SessionOver

__all__ = ["BlockingEngine", "FutureEngine"]

T = TypeVar("T")

# The reply was taken out of the table by the reader, which is about to hand it over.
_HAND_OVER_SECONDS = 5.0


class _ThreadWaiter:
    """One blocked thread."""

    __slots__ = ("error", "lock", "reply")

    def __init__(self) -> None:
        self.lock = allocate_lock()
        self.lock.acquire()
        self.reply: Any = None
        self.error: Exception | None = None

    def done(self) -> bool:
        return False

    def set_result(self, reply: Any) -> None:
        self.reply = reply
        self.lock.release()

    def set_exception(self, error: Exception) -> None:
        self.error = error
        self.lock.release()


class _Engine:
    """What the blocking and the future style have in common.

    Args:
        core: the client.
        hosted: its loop.
    """

    def __init__(self, core: ClientCore, hosted: HostedLoop) -> None:
        self.core = core
        self.hosted = hosted
        self._calls = core.calls
        self._pending = core.calls.pending
        self._limit = core.calls.limit
        self._max_queued = core.options.max_queued_bytes
        self._usual = core.options.invocation_timeout

    def _open_way(self, request: Request[Any]) -> Connection | None:
        """The connection to send on at once; None when the careful way must be taken."""
        connection = self.core.state.routes.by_partition[request.route]
        if (
            connection is None
            or request.extra_wait
            or len(self._pending) >= self._limit
            or self._calls.gate
            or connection.stream.unsent_bytes > self._max_queued  # type: ignore[union-attr]
        ):
            return None
        return connection

    def _abort(self, waiter: Waiter) -> None:
        """An exception from outside (Ctrl-C) ended a call; its id may not be known yet."""
        for correlation, (other, _) in list(self._pending.items()):
            if other is waiter:
                self._calls.forget(correlation)
                return

    def start(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a control coroutine on the loop."""
        try:
            return self.hosted.start(coroutine)
        except HostedLoopClosed:
            if self.hosted.is_inherited:
                raise HazelcastClientNotActiveError(
                    "the client belongs to the process that this one was forked from",
                    outcome=Outcome.NOT_SENT,
                    hint="Make a client in each process, after the fork.",
                ) from None
            raise self.core.not_active() from None


class BlockingEngine(_Engine):
    """Calls that block the calling thread."""

    def call(self, request: Request[T], timeout: float | None = None) -> T:
        """One request, with every retry that the rules allow.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
        """
        started = monotonic()
        connection = self._open_way(request)
        if connection is None:
            return self._careful(request, started, timeout)
        waiter = _ThreadWaiter()
        try:
            correlation = connection.session.send(request, waiter)
            if not self.core.ticking:
                self.core.start_ticking()
            limit = self._usual if timeout is None else timeout
            if not waiter.lock.acquire(True, limit) and not self._overtaken(correlation, waiter):
                waiter.error = self.core.timeout_error(limit)
        except SessionOver:
            waiter.error = connection.lost_error(None, False)
        except BaseException:
            self._abort(waiter)
            raise
        if waiter.error is not None:
            if not isinstance(waiter.error, HazelcastError):
                raise waiter.error
            return self._careful(request, started, timeout, waiter.error)
        return connection.decode(request, waiter.reply)

    def _overtaken(self, correlation: int, waiter: _ThreadWaiter) -> bool:
        """The time is over: take the call out, unless its reply is just being handed over."""
        if self._calls.forget(correlation):
            return False
        return waiter.lock.acquire(True, 0 if waiter.reply is None else _HAND_OVER_SECONDS)

    def _careful(
        self,
        request: Request[T],
        started: float,
        timeout: float | None,
        failed: HazelcastError | None = None,
    ) -> T:
        invocation = Invocation(self.core, request, started, timeout)
        return invocation.decode(self.wait(invocation.run(failed)))

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a control coroutine on the loop and wait for it; an interrupt cancels it."""
        if self.hosted.is_current:
            coroutine.close()
            raise RuntimeError("a blocking call on the client's own loop would wait for itself")
        future = self.start(coroutine)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def call_all(self, requests: Sequence[Request[Any]], timeout: float | None) -> list[Any]:
        """Several requests at once; the value or the exception of each, in order."""
        together = FutureEngine(self.core, self.hosted)
        futures = [together.call(request, timeout) for request in requests]
        results: list[Any] = []
        try:
            for future in futures:
                try:
                    results.append(future.result())
                except Exception as error:
                    results.append(error)
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        return results

    def run(self, operation: Operation[T], timeout: float | None = None) -> T:
        """An operation of several round trips."""
        return run_blocking(operation, self, timeout)

    def add_listener(
        self,
        request: Callable[[], Request[UUID]],
        remove: Callable[[UUID], Request[Any]],
        handle: Callable[[Buffer], None],
    ) -> str:
        """Register a listener on all members."""
        return self.wait(self.core.listening.add(request, remove, handle))

    def remove_listener(self, registration_id: str) -> bool:
        """Take a listener back."""
        return self.wait(self.core.listening.remove(registration_id))


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
        self._task: concurrent.futures.Future[Buffer] | None = None
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
        if isinstance(exception, HazelcastError) and self._task is None:
            self.go_careful(exception)
        else:
            self._complete(None, exception)

    def go_careful(self, failed: HazelcastError | None = None) -> None:
        """Leave the call to the invocation; its end is this future's."""
        invocation = Invocation(self._engine.core, self._request, self._started, self._timeout)
        self.source = invocation
        self._task = task = self._engine.start(invocation.run(failed))
        task.add_done_callback(self._careful_done)

    def _careful_done(self, task: concurrent.futures.Future[Buffer]) -> None:
        if task.cancelled():
            self._complete(None, concurrent.futures.CancelledError())
        elif (error := task.exception()) is not None:
            self._complete(None, error)
        else:
            self._complete(task.result(), None)

    def _give_up(self) -> bool:
        if self._task is not None:
            return self._task.cancel()
        return self._engine.forget(self.correlation)


class _Decoded:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class FutureEngine(_Engine):
    """Calls whose result comes later."""

    def call(self, request: Request[T], timeout: float | None = None) -> Future[T]:
        """One request, with every retry that the rules allow.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
        """
        future = _ReplyFuture(self, request, monotonic(), timeout)
        connection = self._open_way(request) if timeout is None else None
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
            if not self.core.ticking:
                self.core.start_ticking()
        except SessionOver:
            future.set_exception(connection.lost_error(None, False))
        except BaseException:
            self._abort(future)
            raise
        return future

    def _wait_for_room(self, request: Request[Any], timeout: float | None) -> None:
        """A thread that makes futures faster than they are done waits like everybody else.

        Otherwise what it makes would wait on the loop instead, without a bound.
        """
        if self.hosted.is_current:
            return
        waiting = self.start(Invocation(self.core, request, monotonic(), timeout).room())
        try:
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
        run = _OperationRun(self, operation, timeout)
        run.go_on()
        return run.future

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a control coroutine on the loop; its future."""
        future: Future[T] = Future()

        def done(task: concurrent.futures.Future[T]) -> None:
            if task.cancelled():
                future.cancel()
            elif (error := task.exception()) is not None:
                future.set_exception(error)
            else:
                future.set_result(task.result())

        task = self.start(coroutine)
        task.add_done_callback(lambda one: self.core.dispatcher.dispatch(done, one))
        return future

    def add_listener(
        self,
        request: Callable[[], Request[UUID]],
        remove: Callable[[UUID], Request[Any]],
        handle: Callable[[Buffer], None],
    ) -> Future[str]:
        """Register a listener on all members."""
        return self.wait(self.core.listening.add(request, remove, handle))

    def remove_listener(self, registration_id: str) -> Future[bool]:
        """Take a listener back."""
        return self.wait(self.core.listening.remove(registration_id))


class _OperationRun:
    """An operation on its way: the first step in the calling thread, the others dispatched."""

    def __init__(
        self, engine: FutureEngine, operation: Operation[Any], timeout: float | None
    ) -> None:
        self._engine = engine
        self._operation = operation
        self._remaining = Remaining(timeout, monotonic)
        self.future: Future[Any] = Future()

    def go_on(self, result: Any = None, error: BaseException | None = None) -> None:
        """Give the operation a result or an error, and begin what it awaits next."""
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
                self._engine.hosted.call(loop.call_later, step.seconds, self._soon)
        except BaseException as failure:
            self._operation.close()
            self.future.set_exception(failure)

    def _soon(self, result: Any = None, error: BaseException | None = None) -> None:
        self._engine.core.dispatcher.dispatch(self.go_on, result, error)

    def _begin(self, requests: Sequence[Request[Any]], alone: bool) -> None:
        seconds = self._remaining.seconds()
        futures = [self._engine.call(request, seconds) for request in requests]
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
