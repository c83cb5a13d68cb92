# SPDX-License-Identifier: Apache-2.0
"""Calls that block the calling thread."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError
from functools import partial
from time import monotonic
from typing import Any, TypeVar, TypeVarTuple, Unpack

from gridwire._core.request import Acquisition, Operation, Request
from gridwire._io.steppers import run_blocking
from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.attempts import is_end_of_client
from gridwire.hazelcast.cluster.listeners import Listener
from gridwire.hazelcast.control.acquiring import Acquiring, Handover
from gridwire.hazelcast.control.future_engine import FutureEngine
from gridwire.hazelcast.control.hosting import Hosting
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.control.missing_backups import acks_lost
from gridwire.hazelcast.control.thread_engine import ThreadEngine
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.future import Future, parents_call
from gridwire.hazelcast.operations.arguments import call_timeout, operation_timeout
from gridwire.hazelcast.protocol.session import SessionOver
from gridwire.hazelcast.serialization.faults import UnknownSchemaError

__all__ = ["BlockingEngine"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

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

    def abandon(self) -> None:
        """In the child of a fork: the answer comes to the parent."""
        self.set_exception(parents_call())


class BlockingEngine(ThreadEngine):
    """Calls that block the calling thread.

    Args:
        hosting: the client.
    """

    def __init__(self, hosting: Hosting) -> None:
        super().__init__(hosting)
        self._together: FutureEngine | None = None

    def call(self, request: Request[T], timeout: float | None = None) -> T:
        """One request, with every retry that the rules allow.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
        """
        if timeout is not None:
            timeout = call_timeout(timeout)
        started = monotonic()
        connection = self.open_way(request, timeout)
        if connection is None:
            return self._careful(request, started, timeout)
        waiter = _ThreadWaiter()
        correlation = 0
        try:
            correlation = connection.session.send(request, waiter)
            if not self.core.clockwork.ticking:
                self.core.clockwork.start()
            if timeout is None:
                limit = self._usual
            else:
                limit = timeout
                self._calls.own_deadline.add(correlation)
            if not waiter.lock.acquire(True, limit) and not self._overtaken(correlation, waiter):
                waiter.error = self.core.clockwork.timeout_error(limit)
        except SessionOver:
            waiter.error = connection.lost_error(None, False)
        except BaseException:
            self.abort(waiter)
            raise
        finally:
            if timeout is not None:
                self._calls.own_deadline.discard(correlation)
        if waiter.error is not None:
            if not isinstance(waiter.error, HazelcastError):
                raise waiter.error
            return self._careful(request, started, timeout, waiter.error)
        try:
            return connection.decode(request, waiter.reply)
        except UnknownSchemaError as error:
            decode = partial(connection.decode, request, waiter.reply)
            deadline = started + (self._usual if timeout is None else timeout)
            return self.decode_again(decode, error, deadline, request.operation)

    def _overtaken(self, correlation: int, waiter: _ThreadWaiter) -> bool:
        """The time is over: take the call out, unless its reply is just being handed over.

        One that is here and waits for backups is the end of the call, too.
        """
        held = self._calls.acks.take(correlation)
        if held is not None:
            waiter.reply, waiter.error = held.message, acks_lost(self.core, held)
            return True
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
        if failed is not None and is_end_of_client(failed):
            raise failed.with_facts(operation=request.operation, attempts=1)
        invocation = Invocation(self.here(), request, started, timeout)
        reply = self.wait(invocation.run, failed)
        try:
            return invocation.decode(reply)
        except UnknownSchemaError as error:
            decode = partial(invocation.decode, reply)
            return self.decode_again(decode, error, invocation.deadline, request.operation)

    def acquire(self, request: Acquisition[T], timeout: float | None = None) -> T:
        """One request by which the caller comes to hold something.

        What is acquired when the caller is gone already is given back.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
        """
        acquiring = Acquiring(self.here(), request, monotonic(), call_timeout(timeout))
        handover = Handover()
        try:
            return acquiring.decode(self.wait(acquiring.hand_over, handover))
        except BaseException:
            self.leave(acquiring, handover)
            raise

    def wait(self, function: Callable[[Unpack[Ts]], Coroutine[Any, Any, T]], *args: *Ts) -> T:
        """Run a control coroutine on the loop and wait for it; an interrupt cancels it.

        Args:
            function: makes the coroutine, on the loop.
            args: what it is called with.
        """
        return self.block(function, *args)

    def call_all(self, requests: Sequence[Request[Any]], timeout: float | None) -> list[Any]:
        """Several requests at once; the value or the exception of each, in order."""
        if self._together is None:
            self._together = FutureEngine(self._hosting)
        futures: list[Future[Any]] = []
        results: list[Any] = []
        try:
            for request in requests:
                self._together.call_known(request, timeout, futures)
            for future in futures:
                try:
                    results.append(future.result())
                except (GridwireError, CancelledError) as error:
                    # And nothing else, which a signal handler may have raised.
                    results.append(error)
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        return results

    def run(self, operation: Operation[T], timeout: float | None = None) -> T:
        """An operation of several round trips."""
        return run_blocking(operation, self, operation_timeout(operation, timeout))

    def add_listener(self, listener: Listener) -> str:
        """Register a listener on all members."""
        return self.wait(self.here().listening.add, listener)

    def remove_listener(self, registration_id: str) -> bool:
        """Take a listener back."""
        return self.wait(self.here().listening.remove, registration_id)
