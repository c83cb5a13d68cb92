# SPDX-License-Identifier: Apache-2.0
"""The careful way of a call: waiting for room or for a connection, and every retry.

The faces make the first attempt themselves when nothing stands in its way. Everything else, for
every call style, is this one coroutine on the client's loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from gridwire._core.outcome import Outcome
from gridwire._core.request import ENDS_WITH_CONNECTION, Request
from gridwire._core.retry import Attempt, Fault, Verdict, decide, pause_before
from gridwire.errors import BackpressureError
from gridwire.hazelcast.cluster.acks import Waiter
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.error_codes import ErrorCode, outcome_of
from gridwire.hazelcast.errors import (
    HazelcastClientNotActiveError,
    HazelcastError,
    OperationTimeoutError,
    TargetDisconnectedError,
    TargetNotMemberError,
)
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import SessionOver

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Invocation", "fault_of", "is_end_of_client"]

T = TypeVar("T")

# Members ask to repeat these although the operation may have been executed.
_UNCLEAR_CODES = frozenset(
    (
        ErrorCode.HAZELCAST_INSTANCE_NOT_ACTIVE,
        ErrorCode.MEMBER_LEFT,
        ErrorCode.RETRYABLE_IO,
        ErrorCode.SOCKET,
    )
)


def fault_of(error: HazelcastError) -> Fault:
    """What a failed attempt says about the request."""
    if error.code is None:
        if isinstance(error, TargetDisconnectedError):
            return Fault.NOT_SENT if error.outcome is Outcome.NOT_SENT else Fault.LOST
        return Fault.FINAL
    if error.code in _UNCLEAR_CODES:
        return Fault.UNCLEAR
    if error.code == ErrorCode.TARGET_DISCONNECTED:
        return Fault.LOST
    return Fault.REFUSED if error.retryable else Fault.FINAL


def is_end_of_client(error: HazelcastError) -> bool:
    """Whether the client itself ended the call: there is no loop any more to repeat it on."""
    return isinstance(error, HazelcastClientNotActiveError) and error.code is None


def _outcome_of(request: Request[Any], error: HazelcastError) -> Outcome:
    """What one failed attempt says about the effect.

    A request to no partition is many steps at the member, and so is one that runs code of users.
    """
    if error.code is not None:
        atomic = request.route >= 0 and not request.runs_user_code
        return outcome_of(error.code, atomic=atomic)
    return error.outcome or Outcome.UNKNOWN


class Invocation(Generic[T]):
    """One call, from its first careful attempt to its end.

    Args:
        core: the client.
        request: what to send.
        started: when the call began, in seconds of the client's clock.
        timeout: seconds that the caller gave, or None for `invocation_timeout`. Who gives a time
            to an operation that could wait for ever wants it to end then.

    Attributes:
        connection: where the last attempt was sent.
    """

    def __init__(
        self, core: ClientCore, request: Request[T], started: float, timeout: float | None = None
    ) -> None:
        self._core = core
        self._request = request
        self._started = started
        limit = core.options.invocation_timeout if timeout is None else timeout
        if timeout is None or request.extra_wait != ENDS_WITH_CONNECTION:
            limit += request.extra_wait
        self._limit = limit
        self._deadline = started + self._limit
        self._attempts = 0
        self._unclear = False
        self._last: HazelcastError | None = None
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
        with self._core.calling(self):
            return await self._run(failed)

    async def _run(self, failed: HazelcastError | None) -> Buffer:
        request = self._request
        if failed is not None:
            self._attempts = 1
            await self._after(failed)
            request = request.again()
        while True:
            self._attempts += 1
            try:
                return await self._attempt(request)
            except HazelcastError as error:
                await self._after(error)
            request = request.again()

    def decode(self, reply: Buffer) -> T:
        """The value of what `run` returned; runs where the caller is."""
        assert self.connection is not None
        return self.connection.decode(self._request, reply)

    async def _attempt(self, request: Request[Any]) -> Buffer:
        core = self._core
        if not core.lifecycle.running:
            raise core.not_active()
        connection = await self.room()
        if core.now() >= self._deadline:
            self._attempts -= 1  # this one is not made
            phase = "before sending" if self._last is None else "retrying"
            raise self._timed_out(phase, self._outcome()) from self._last
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
        if not core.clockwork.ticking:
            core.clockwork.start()
        try:
            async with asyncio.timeout_at(self._when()) as limit:
                return await future
        except TimeoutError as error:
            if isinstance(error, HazelcastError) or not limit.expired():
                raise
            raise self._timed_out("waiting for the answer", Outcome.UNKNOWN) from self._last
        finally:
            core.calls.own_deadline.discard(correlation)
            self._let_go(correlation, future)

    def _waiter(self, future: asyncio.Future[Buffer]) -> Waiter:
        """Who stands in the table of calls for an attempt that waits for a future."""
        return future

    def _let_go(self, correlation: int, future: asyncio.Future[Buffer]) -> None:
        """An attempt that was sent is over: it has its answer, or nobody waits for it any more."""
        self._core.calls.forget(correlation)

    async def room(self) -> Connection:
        """Wait until there is a connection and room for one more call; the connection.

        Raises:
            HazelcastError: the time was over before.
            BackpressureError: so it was, and too much was pending all the time.
        """
        connection = await self._pick()
        await self._room(connection)
        return connection

    def _when(self) -> float | None:
        return None if self._deadline == float("inf") else self._deadline

    async def _pick(self) -> Connection:
        """The connection to send on; waits for one while the cluster is away."""
        core = self._core
        request = self._request
        while True:
            routes = core.state.routes
            connection: Connection | None
            if request.member is not None:
                connection = routes.to_member(request.member)
                if connection is not None:
                    return connection
                if core.state.members.find(request.member) is None:
                    raise TargetNotMemberError(
                        f"{request.member} is not a member of the cluster",
                        outcome=Outcome.NOT_SENT,
                    )
            if 0 <= request.route < routes.partition_count:
                connection = routes.by_partition[request.route]
                if connection is not None:
                    return connection
            if request.member is None and routes.connections:
                return self._balance()
            await self._connected()

    def _balance(self) -> Connection:
        """Any member will do, or the owner is not connected and another forwards."""
        core = self._core
        routes = core.state.routes
        if core.state.smart:
            member = core.balancer.next()
            if member is not None:
                connection = routes.to_member(member.uuid)
                if connection is not None:
                    return connection
        return routes.connections[0]

    async def _connected(self) -> None:
        core = self._core
        if not core.state.routes.connections:
            core.connected.clear()
        try:
            async with asyncio.timeout_at(self._when()):
                await core.connected.wait()
                # With connections but not to this member, wait for the list to change.
                await asyncio.sleep(0 if not self._request.member else 0.01)
        except TimeoutError:
            raise self._timed_out("waiting for a connection", self._outcome()) from self._last
        if not core.lifecycle.running:
            raise core.not_active()

    async def _room(self, connection: Connection) -> None:
        """Wait, in order of arrival, until fewer calls and bytes are pending."""
        core = self._core
        gate = core.calls.gate
        waited = False
        while (full := self._is_full(connection)) or (gate and not waited):
            if not core.clockwork.ticking:
                core.clockwork.start()
            turn = _Turn()
            wake = turn.wake
            gate.join(wake, first=waited)
            if not full:
                # There is room, and others came before: they are let in, then this one.
                core.calls.admit()
            try:
                await core.park(turn.future, self._when())
            except TimeoutError:
                raise self._no_room(connection) from self._last
            finally:
                gate.leave(wake)
                if turn.woken:
                    gate.arrived()
            waited = True

    def _is_full(self, connection: Connection) -> bool:
        calls = self._core.calls
        return (
            len(calls.pending) >= calls.limit
            or connection.unsent_bytes > self._core.options.max_queued_bytes
        )

    def _no_room(self, connection: Connection) -> BackpressureError:
        return BackpressureError(
            f"no room within {self._limit:g} s: {len(self._core.calls.pending)} calls are pending "
            f"and {connection.unsent_bytes} bytes wait to be sent",
            outcome=self._outcome(),
            hint="The members are slower than the callers; see max_pending_invocations and "
            "max_queued_bytes.",
            operation=self._request.operation,
            phase="waiting for room",
            elapsed=self._elapsed(),
            attempts=self._attempts,
        )

    async def _after(self, error: HazelcastError) -> None:
        """Judge a failed attempt: return to make another, or raise."""
        core = self._core
        verdict = decide(
            Attempt(
                fault_of(error),
                _outcome_of(self._request, error),
                self._attempts,
                self._request.retryable or core.options.redo_operation,
                self._unclear,
            )
        )
        self._unclear = verdict.unclear
        if not verdict.again:
            raise self._with_facts(error, verdict)
        if not core.lifecycle.running:
            raise self._with_facts(
                HazelcastClientNotActiveError("the client is shut down", error), verdict
            )
        self._last = error
        pause = pause_before(
            self._attempts + 1, core.options.invocation_retry_pause, core.random.random()
        )
        if core.now() + pause >= self._deadline:
            raise self._timed_out("retrying", self._outcome()) from error
        try:
            await core.park(asyncio.get_running_loop().create_future(), core.now() + pause)
        except TimeoutError:
            return

    def _with_facts(self, error: HazelcastError, verdict: Verdict) -> HazelcastError:
        error.outcome = verdict.outcome
        return error.with_facts(
            operation=self._request.operation, elapsed=self._elapsed(), attempts=self._attempts
        )

    def _outcome(self) -> Outcome:
        """What is known when nothing is in flight."""
        if self._unclear:
            return Outcome.UNKNOWN
        if self._last is None:
            return Outcome.NOT_SENT
        return _outcome_of(self._request, self._last)

    def _elapsed(self) -> float:
        return round(self._core.now() - self._started, 6)

    def _timed_out(self, phase: str, outcome: Outcome) -> OperationTimeoutError:
        return OperationTimeoutError(
            f"not done within {self._limit:g} s",
            outcome=outcome,
            operation=self._request.operation,
            phase=phase,
            elapsed=self._elapsed(),
            attempts=self._attempts,
        )


class _Turn:
    """A place in the queue of the gate."""

    __slots__ = ("future", "woken")

    def __init__(self) -> None:
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Not the same as the future's end, which may be a timeout at the same moment.
        self.woken = False

    def wake(self) -> None:
        """Let it in; from any thread, for a thread that gives up its call makes room."""
        self.woken = True
        try:
            self.future.get_loop().call_soon_threadsafe(self._go_on)
        except RuntimeError:
            # The loop has ended, and with it whoever waited.
            return

    def _go_on(self) -> None:
        if not self.future.done():
            self.future.set_result(None)
