# SPDX-License-Identifier: Apache-2.0
"""The careful way of a call: waiting for room or for a connection, and every retry.

The faces make the first attempt themselves when nothing stands in its way. Everything else, for
every call style, is this one coroutine on the client's loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.acks import Held, Waiter
from gridwire.hazelcast.cluster.attempts import Attempts
from gridwire.hazelcast.control.choosing import choose
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.missing_backups import acks_lost
from gridwire.hazelcast.control.room import wait_for_room
from gridwire.hazelcast.errors import HazelcastClientNotActiveError, HazelcastError
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import SessionOver

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore
    from gridwire.hazelcast.serialization.compact.schema import Schema

__all__ = ["Invocation"]

T = TypeVar("T")


class Invocation(Generic[T]):
    """One call, from its first careful attempt to its end.

    Args:
        core: the client.
        request: what to send.
        started: when the call began, in seconds of the client's clock.
        timeout: seconds that the caller gave, or None for `invocation_timeout`, see `Attempts`.

    Attributes:
        connection: where the last attempt was sent.
        patient: it waits for a connection whatever `reconnect_mode` is.
        needs_schemas: it is sent when the members have the schemas that it names.
    """

    def __init__(
        self, core: ClientCore, request: Request[T], started: float, timeout: float | None = None
    ) -> None:
        self._core = core
        self._request = request
        self._attempts = Attempts(request, core.options, started, timeout)
        self.patient = False
        self.needs_schemas = True
        self.connection: Connection | None = None

    async def run(self, failed: HazelcastError | None = None) -> Buffer:
        """Make attempts until one succeeds, the rules forbid another or the time is over.

        Args:
            failed: what became of the attempt that the face made, if it made one.

        Returns:
            The reply; decoding is the caller's, in the caller's place.

        Raises:
            HazelcastError: with the outcome and the facts of all attempts.
        """
        with self._core.parking.calling(self):
            try:
                return await self._run(failed)
            except GridwireError as error:
                if error.outcome is Outcome.UNKNOWN:
                    self._core.counters.indeterminate_writes += not self._request.retryable
                raise
            except asyncio.CancelledError:
                if self.connection is not None or self._attempts.unclear:
                    self._core.counters.indeterminate_writes += not self._request.retryable
                raise

    async def _run(self, failed: HazelcastError | None) -> Buffer:
        request = self._request
        if failed is not None:
            self._attempts.number = 1
            await self._after(failed)
            request = request.again()
        while True:
            self._attempts.number += 1
            try:
                return await self._attempt(request)
            except HazelcastError as error:
                await self._after(error)
            request = request.again()

    @property
    def deadline(self) -> float:
        """When its time is over, in seconds of the client's clock; may be infinite."""
        return self._attempts.deadline

    @property
    def operation(self) -> str:
        """What it does."""
        return self._request.operation

    def decode(self, reply: Buffer) -> T:
        """The value of what `run` returned; runs where the caller is."""
        assert self.connection is not None
        return self.connection.decode(self._request, reply)

    async def _attempt(self, request: Request[Any]) -> Buffer:
        core, attempts = self._core, self._attempts
        if not core.lifecycle.running:
            raise core.life.not_active()
        connection = await self.room()
        if (now := core.now()) >= attempts.deadline:
            attempts.number -= 1  # this one is not made
            phase = "before sending" if attempts.last is None else "retrying"
            raise attempts.timed_out(phase, attempts.outcome(), now) from attempts.last
        self.connection = connection
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Buffer] = loop.create_future()
        try:
            if connection.is_closed:
                raise SessionOver
            correlation = connection.session.send(request, self._waiter(future))
        except SessionOver:
            raise connection.lost_error(None, False) from None
        core.calls.own_deadline.add(correlation)
        core.counters.retries += attempts.number > 1
        if not core.clockwork.ticking:
            core.clockwork.start()
        try:
            async with asyncio.timeout_at(attempts.when) as limit:
                return await future
        except TimeoutError as error:
            if isinstance(error, HazelcastError) or not limit.expired():
                raise
            held = core.calls.acks.take(correlation)
            if held is not None:
                return self._without_backups(held)
            phase = "waiting for the answer"
            raise attempts.timed_out(phase, Outcome.UNKNOWN, core.now()) from attempts.last
        finally:
            core.calls.own_deadline.discard(correlation)
            self._let_go(correlation, future)

    def _without_backups(self, held: Held) -> Buffer:
        """The time is over, and the reply is here: what the member did is the end of the call."""
        error = acks_lost(self._core, held)
        if error is not None:
            raise error
        reply: Buffer = held.message
        return reply

    def _waiter(self, future: asyncio.Future[Buffer]) -> Waiter:
        """Who stands in the table of calls for an attempt that waits for a future."""
        return future

    def _let_go(self, correlation: int, future: asyncio.Future[Buffer]) -> None:
        """An attempt that was sent is over: it has its answer, or nobody waits for it any more."""
        self._core.calls.forget(correlation)

    async def room(self) -> Connection:
        """Wait until there is a connection and room for one more call; the connection.

        The members have the schemas then that the request names.

        Raises:
            HazelcastError: the time was over before, or a schema cannot be given to the members.
            BackpressureError: so it was, and too much was pending all the time.
        """
        schemas = self._core.schemas
        while True:
            connection = await choose(self._core, self._attempts, self.patient)
            await wait_for_room(self._core, self._attempts, connection, self.patient)
            if not (self.needs_schemas and schemas.known.unsent):
                return connection
            missing = schemas.missing(self._request)
            if not missing:
                return connection
            await self._give(missing)

    async def _give(self, schemas: list[Schema]) -> None:
        attempts = self._attempts
        try:
            await self._core.schemas.give(schemas, attempts.when)
        except GridwireError:
            raise
        except TimeoutError:
            phase, outcome = "giving the members a schema", attempts.outcome()
            raise attempts.timed_out(phase, outcome, self._core.now()) from attempts.last

    async def _after(self, error: HazelcastError) -> None:
        """Judge a failed attempt: return to make another, or raise."""
        core, attempts = self._core, self._attempts
        verdict = attempts.judge(error)
        if not verdict.again:
            raise attempts.with_facts(error, verdict.outcome, core.now())
        if not core.lifecycle.running:
            ended = HazelcastClientNotActiveError("the client is shut down", error)
            raise attempts.with_facts(ended, verdict.outcome, core.now())
        pause = attempts.pause(core.random.random())
        if (now := core.now()) + pause >= attempts.deadline:
            raise attempts.timed_out("retrying", attempts.outcome(), now) from error
        moment = asyncio.get_running_loop().create_future()
        try:
            await core.parking.park(moment, now + pause, self.patient)
        except HazelcastError as ended:
            # The client, or its last connection. What was sent before is as unclear as it was.
            ended.__cause__ = ended.__cause__ or error
            raise attempts.with_facts(ended, verdict.outcome, core.now()) from ended.__cause__
        except TimeoutError:
            return
