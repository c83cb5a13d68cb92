# SPDX-License-Identifier: Apache-2.0
"""How the asyncio face calls: on the caller's loop, in the caller's task."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from gridwire._core.request import Acquisition, Operation, Request
from gridwire._io.steppers import run_asyncio
from gridwire.hazelcast.control.acquiring import Acquiring
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.operations.arguments import call_timeout, operation_timeout
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import SessionOver

__all__ = ["AsyncioEngine"]

T = TypeVar("T")


class AsyncioEngine:
    """Calls of one client.

    Args:
        core: the client.
    """

    __slots__ = ("_calls", "_create_future", "_limit", "_max_queued", "_now", "_pending", "core")

    def __init__(self, core: ClientCore) -> None:
        loop = asyncio.get_running_loop()
        self.core = core
        self._create_future: Callable[[], asyncio.Future[Buffer]] = loop.create_future
        self._now = loop.time
        self._calls = core.calls
        self._pending = core.calls.pending
        self._limit = core.calls.limit
        self._max_queued = core.options.max_queued_bytes

    async def call(self, request: Request[T], timeout: float | None = None) -> T:
        """One request, with every retry that the rules allow.

        Args:
            request: what to send.
            timeout: seconds for everything, or None for `invocation_timeout`.
        """
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
            self._calls.forget(correlation)
            raise
        return connection.decode(request, reply)

    async def _careful(self, invocation: Invocation[T], failed: HazelcastError | None = None) -> T:
        return invocation.decode(await invocation.run(failed))

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
        timeout = call_timeout(timeout)
        return await self._careful(Acquiring(self.core, request, self._now(), timeout))

    def give_back(self, request: Request[Any]) -> None:
        """Have the client send, in the background, what gives something back."""
        self.core.settling.give_back(request)

    async def run(self, operation: Operation[T], timeout: float | None = None) -> T:
        """An operation of several round trips."""
        return await run_asyncio(operation, self, operation_timeout(operation, timeout))

    async def add_listener(
        self,
        request: Callable[[], Request[UUID]],
        remove: Callable[[UUID], Request[Any]],
        handle: Callable[[Buffer], None],
    ) -> str:
        """Register a listener on all members."""
        return await self.core.listening.add(request, remove, handle)

    async def remove_listener(self, registration_id: str) -> bool:
        """Take a listener back."""
        return await self.core.listening.remove(registration_id)
