# SPDX-License-Identifier: Apache-2.0
"""Calls by which a caller comes to hold something, which must not be held by nobody.

Between the member's *acquired* and the caller's next step the caller may go: it is cancelled, its
time is over, Ctrl-C interrupts it. Whenever that happens, the call is settled: what was acquired
is given back, at once or when the answer comes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire._core.request import Acquisition
from gridwire.hazelcast.cluster.acks import Held, Waiter
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.control.settling import may_hold
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.protocol.frames import Buffer

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Acquiring", "Handover"]

T = TypeVar("T")


class Handover:
    """How an answer gets from the loop to a thread that may be leaving just now.

    The answer arrives, and the thread leaves: when both happen, whichever is second sees to it
    that what was acquired is given back. Each step is one operation on a list, so two threads may
    take them at the same moment.
    """

    __slots__ = ("_both", "_leaving")

    def __init__(self) -> None:
        self._both = [True, False]
        self._leaving = [None]

    def arrives(self) -> bool:
        """The answer is here; whether the caller left before. Called once."""
        return self._both.pop()

    def leaves(self) -> bool:
        """The caller goes without the answer; whether that came before. True once at most."""
        try:
            self._leaving.pop()
        except IndexError:
            return False
        return self._both.pop()


class _Keeper:
    """Takes the answer also when the call is cancelled and has not come to its next step yet."""

    __slots__ = ("_acquiring", "_future")

    def __init__(self, acquiring: Acquiring[Any], future: asyncio.Future[Buffer]) -> None:
        self._acquiring = acquiring
        self._future = future

    def done(self) -> bool:
        return False

    def set_result(self, reply: Buffer) -> None:
        self._acquiring.arrived = reply
        if not self._future.done():
            self._future.set_result(reply)

    def set_exception(self, error: Exception) -> None:
        self._acquiring.attempt_failed(error)
        if not self._future.done():
            self._future.set_exception(error)


class Acquiring(Invocation[T]):
    """One call of an `Acquisition`, with all that is due when its caller does not get the answer.

    Args:
        core: the client.
        request: what to send.
        started: when the call began, in seconds of the client's clock.
        timeout: seconds that the caller gave, or None for `invocation_timeout`.

    Attributes:
        arrived: the reply, once it is here.
    """

    def __init__(
        self,
        core: ClientCore,
        request: Acquisition[T],
        started: float,
        timeout: float | None = None,
    ) -> None:
        super().__init__(core, request, started, timeout)
        self._acquisition = request
        self.arrived: Buffer | None = None
        self._task: asyncio.Task[object] | None = None
        self._stopped = False
        self._may_hold = False
        self._left = False

    async def hand_over(self, handover: Handover) -> Buffer:
        """As `run`, for a caller in another thread."""
        self._task = asyncio.current_task()
        if self._stopped:
            raise asyncio.CancelledError
        reply = await self.run()
        if handover.arrives():
            self.return_reply(reply)
        return reply

    def stop(self) -> None:
        """The caller in another thread is gone, perhaps before it knew the task; on the loop."""
        self._stopped = True
        if self._task is not None:
            self._task.cancel()

    def attempt_failed(self, error: Exception) -> None:
        """An attempt that was sent ended without a reply; on the loop."""
        self._may_hold = self._may_hold or may_hold(error)

    def return_reply(self, reply: Buffer) -> None:
        """The caller did not take the answer; on the loop."""
        assert self.connection is not None
        self._core.settling.arrived(self.connection, self._acquisition, reply)

    async def _run(self, failed: HazelcastError | None) -> Buffer:
        try:
            reply = await super()._run(failed)
            # One that makes no sense is nobody's answer: seen here, it is settled like the others.
            self.decode(reply)
            return reply
        except BaseException:
            self._settle()
            raise

    def _without_backups(self, held: Held) -> Buffer:
        # Whatever becomes of the call, the member gave it what it asked for, if it did.
        self.arrived = held.message
        return super()._without_backups(held)

    def _waiter(self, future: asyncio.Future[Buffer]) -> Waiter:
        return _Keeper(self, future)

    def _let_go(self, correlation: int, future: asyncio.Future[Buffer]) -> None:
        calls = self._core.calls
        if self.arrived is not None or (future.done() and not future.cancelled()):
            pass  # The attempt has its answer.
        elif (held := calls.acks.withdraw(correlation)) is not None:
            # The owner's answer waited for its backups.
            self.arrived = held
        elif correlation in calls.pending:
            assert self.connection is not None
            self._core.settling.leave(
                correlation, self.connection, self._acquisition, self._may_hold
            )
            self._left = True
        calls.forget(correlation)

    def _settle(self) -> None:
        """The caller gets an exception instead of the answer."""
        if self.arrived is not None:
            self.return_reply(self.arrived)
        elif self._may_hold and not self._left and self.connection is not None:
            # An attempt was lost. It may have had success, or still wait at a member.
            self._core.settling.ask_again(self.connection, self._acquisition)
