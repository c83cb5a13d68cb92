# SPDX-License-Identifier: Apache-2.0
"""How the asyncio face calls: on the caller's loop, in the caller's task."""

from __future__ import annotations

import asyncio
from _thread import get_ident
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from gridwire._core.request import Acquisition, Operation, Request
from gridwire._io.running import OwnLoop, shortcuts
from gridwire._io.steppers import run_asyncio
from gridwire.hazelcast.cluster.listeners import Listener
from gridwire.hazelcast.control.acquiring import Acquiring
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.errors import ForeignLoopError, HazelcastError
from gridwire.hazelcast.operations.arguments import call_timeout, operation_timeout
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import SessionOver
from gridwire.hazelcast.serialization.faults import UnknownSchemaError

__all__ = ["AsyncioEngine"]

T = TypeVar("T")


class AsyncioEngine:
    """Calls of one client.

    Args:
        core: the client.
    """

    __slots__ = (
        "_calls",
        "_create_future",
        "_limit",
        "_max_queued",
        "_now",
        "_own",
        "_pending",
        "_unsent",
        "core",
    )

    def __init__(self, core: ClientCore) -> None:
        self.core = core
        self._own = OwnLoop()
        self._create_future: Callable[[], asyncio.Future[Buffer]]
        self._create_future, self._now = shortcuts(self._own.loop)
        self._calls = core.calls
        self._pending = core.calls.pending
        self._limit = core.calls.limit
        self._max_queued = core.options.max_queued_bytes
        self._unsent = core.schemas.known.unsent

    async def call(self, request: Request[T], timeout: float | None = None) -> T:
        """One request, with every retry that the rules allow.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
        """
        if self._own.place._thread_id != get_ident():
            raise self._elsewhere(request.operation)
        if timeout is not None:
            timeout = call_timeout(timeout)
        core = self.core
        connection = core.state.routes.by_partition[request.route]
        started = self._now()
        if (
            connection is None
            or request.extra_wait
            or timeout == 0
            or len(self._pending) >= self._limit
            or self._calls.gate
            or (self._unsent and core.schemas.holds_back(request))
            or connection.stream.unsent_bytes > self._max_queued  # type: ignore[union-attr]
        ):
            return await self._careful(Invocation(core, request, started, timeout))
        future = self._create_future()
        correlation = 0
        try:
            correlation = connection.session.send(request, future)
            if not core.clockwork.ticking:
                core.clockwork.start()
            if timeout is None:
                reply = await future
            else:
                reply = await self._in_time(future, correlation, started + timeout)
        except SessionOver:
            failed = connection.lost_error(None, False)
            return await self._careful(Invocation(core, request, started, timeout), failed)
        except HazelcastError as error:
            return await self._careful(Invocation(core, request, started, timeout), error)
        except BaseException:
            if self._calls.forget(correlation):
                core.counters.indeterminate_writes += not request.retryable
            raise
        try:
            return connection.decode(request, reply)
        except UnknownSchemaError as error:
            deadline = started + (core.options.invocation_timeout if timeout is None else timeout)
            decode = partial(connection.decode, request, reply)
            return await core.schemas.asked.decode(decode, error, deadline, request.operation)

    def check(self, operation: str) -> None:
        """See that the running loop is the client's.

        Args:
            operation: that is about to begin.

        Raises:
            ForeignLoopError: it is another one, or this is a forked child.
        """
        if self._own.place._thread_id != get_ident():
            raise self._elsewhere(operation)

    def _elsewhere(self, operation: str | None = None) -> ForeignLoopError:
        error = ForeignLoopError(
            hint="Make a client on each loop that needs one, and in each process after the fork."
        )
        return error.with_facts(operation=operation, **self._own.facts_elsewhere())

    @property
    def is_over(self) -> bool:
        """Whether the client's loop is closed, or the loop of a parent process."""
        return self._own.is_over

    async def _careful(self, invocation: Invocation[T], failed: HazelcastError | None = None) -> T:
        reply = await invocation.run(failed)
        try:
            return invocation.decode(reply)
        except UnknownSchemaError as error:
            decode = partial(invocation.decode, reply)
            deadline, operation = invocation.deadline, invocation.operation
            return await self.core.schemas.asked.decode(decode, error, deadline, operation)

    async def _in_time(
        self, future: asyncio.Future[Buffer], correlation: int, when: float
    ) -> Buffer:
        self.core.clockwork.give_deadline(correlation, when)
        try:
            return await future
        finally:
            self.core.clockwork.drop_deadline(correlation, when)

    async def acquire(self, request: Acquisition[T], timeout: float | None = None) -> T:
        """One request by which the caller comes to hold something.

        What is acquired when the caller is gone already is given back.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
        """
        if self._own.place._thread_id != get_ident():
            raise self._elsewhere(request.operation)
        timeout = call_timeout(timeout)
        return await self._careful(Acquiring(self.core, request, self._now(), timeout))

    def give_back(self, request: Request[Any]) -> None:
        """Have the client send, in the background, what gives something back."""
        self.core.settling.give_back(request)

    async def run(self, operation: Operation[T], timeout: float | None = None) -> T:
        """An operation of several round trips."""
        if self._own.place._thread_id != get_ident():
            operation.close()
            raise self._elsewhere()
        return await run_asyncio(operation, self, operation_timeout(operation, timeout))

    async def add_listener(self, listener: Listener) -> str:
        """Register a listener on all members."""
        self.check("add_listener")
        return await self.core.listening.add(listener)

    async def remove_listener(self, registration_id: str) -> bool:
        """Take a listener back."""
        self.check("remove_listener")
        return await self.core.listening.remove(registration_id)
