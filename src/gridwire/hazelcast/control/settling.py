# SPDX-License-Identifier: Apache-2.0
"""What calls acquired whose callers are gone is given back.

A caller that gives up leaves its call in the table (`CallTable.left`); there it costs an entry, no
task and no timer. When the late answer says *acquired*, the opposite is asked for. When no answer
can come, because the connection is gone, the same request is sent again, in the same name and with
the same number, by which members know a repetition: its answer says how things are. A few
coroutines send all of this; they run only while there is something to send.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from gridwire._core.logs import reason_of
from gridwire._core.outcome import Outcome
from gridwire._core.request import Acquisition, Request
from gridwire._core.retry import Fault, pause_before
from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.attempts import fault_of
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import HazelcastError, IllegalMonitorStateError
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.session import SessionOver

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Settling", "may_hold"]

_MAX_LEFT = 1 << 16
"""Calls that may be left at a time; as long as the oldest may wait, so many are far too many."""

_MAX_TRIES = 128
"""How often one call is sent again, each time after an error: about as long as a call may take."""

_WORKERS = 8
"""How many requests are on their way at a time."""

# Answers of members that leave open what became of the operation; others say that it failed.
_OPEN_CODES = frozenset(
    (
        ErrorCode.OPERATION_TIMEOUT,
        ErrorCode.TIMEOUT,
        ErrorCode.INDETERMINATE_OPERATION_STATE,
    )
)


def may_hold(error: BaseException) -> bool:
    """Whether an attempt to acquire that ended so may have had success, or may still have it."""
    if not isinstance(error, HazelcastError):
        return True
    if error.code is None:
        return error.outcome in (None, Outcome.UNKNOWN)
    return error.code in _OPEN_CODES or fault_of(error) in (Fault.LOST, Fault.UNCLEAR)


def _asks_again(error: Exception) -> bool:
    return isinstance(error, HazelcastError) and fault_of(error) is not Fault.FINAL


class Settling:
    """Gives back what nobody holds. All of it runs on the client's loop.

    Args:
        core: the client.
    """

    __slots__ = ("_core", "_queue", "_workers")

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self._queue: deque[Request[Any] | _Left] = deque()
        self._workers = 0

    def leave(
        self, correlation: int, connection: Connection, request: Acquisition[Any], is_open: bool
    ) -> None:
        """A call was sent, and its caller is gone.

        Args:
            correlation: of the attempt that is under way.
            connection: where that was sent.
            request: what.
            is_open: whether nobody knows what became of an earlier attempt.
        """
        self._leave(correlation, _Left(self, connection, request, int(is_open)))

    def _leave(self, correlation: int, left: _Left) -> None:
        table = self._core.calls.left
        if len(table) >= _MAX_LEFT:
            # A copy, for another thread may take one out that its stream has not sent.
            oldest = next(iter(table.copy()))
            waiter, _ = table.pop(oldest, (None, None))
            if isinstance(waiter, _Left):
                self._give_up(waiter.request, f"{_MAX_LEFT} others came after it")
        table[correlation] = (left, left.connection.session)

    def arrived(
        self, connection: Connection, request: Acquisition[Any], reply: Buffer, tries: int = 0
    ) -> None:
        """The answer of a call is here, and its caller is not."""
        try:
            value = connection.decode(request, reply)
        except ProtocolError as error:
            self.ask_again(connection, request, tries, error)
            return
        if request.holds(value):
            self.give_back(request.undo())

    def ask_again(
        self,
        connection: Connection,
        request: Acquisition[Any],
        tries: int = 0,
        error: BaseException | None = None,
    ) -> None:
        """Nobody knows whether an earlier attempt had success, or will have."""
        if tries >= _MAX_TRIES:
            self._give_up(request, "no member answers" if error is None else reason_of(error))
            return
        again = _Left(self, connection, request, tries + 1)
        longest = self._core.options.invocation_retry_pause
        pause = pause_before(tries + 2, longest, self._core.random.random())
        if pause:
            asyncio.get_running_loop().call_later(pause, self._add, again)
        else:
            self._add(again)

    def give_back(self, request: Request[Any]) -> None:
        """Have the client send a request that gives something back."""
        self._add(request)

    def _add(self, work: Request[Any] | _Left) -> None:
        if not self._core.lifecycle.running:
            # Members free what a client holds when it is gone.
            return
        self._queue.append(work)
        if self._workers < _WORKERS:
            self._workers += 1
            self._core.spawn(self._work())

    async def _work(self) -> None:
        try:
            while self._queue:
                work = self._queue.popleft()
                if isinstance(work, _Left):
                    await self._send_again(work)
                else:
                    await self._send_back(work)
        finally:
            self._workers -= 1

    async def _send_back(self, request: Request[Any]) -> None:
        core = self._core
        invocation = Invocation(core, request, core.now())
        # Members keep what this client holds while it comes back.
        invocation.patient = True
        try:
            invocation.decode(await invocation.run())
        except IllegalMonitorStateError:
            return  # its lease has ended, or somebody forced it
        except GridwireError as error:
            if core.lifecycle.running:
                self._give_up(request, reason_of(error))

    async def _send_again(self, left: _Left) -> None:
        core = self._core
        request = left.request.again()
        invocation = Invocation(core, request, core.now(), _usual(core))
        invocation.patient = True
        try:
            connection = await invocation.room()
            again = _Left(self, connection, request, left.tries)
            correlation = connection.session.send(request, again)
        except SessionOver:
            self.ask_again(left.connection, request, left.tries)
            return
        except GridwireError as error:
            if core.lifecycle.running:
                self._give_up(request, reason_of(error))
            return
        # Nobody waits for it, so it takes no place among those that somebody waits for.
        if core.calls.pending.pop(correlation, None) is not None:
            self._leave(correlation, again)

    def _give_up(self, request: Request[Any], reason: str) -> None:
        self._core.log.error(
            "%s of a caller that is gone could not be settled, what it locked may stay locked: %s",
            request.operation,
            reason,
            operation=request.operation,
            reason=reason,
        )


def _usual(core: ClientCore) -> float:
    return float(core.options.invocation_timeout)


class _Left:
    """Stands in the table for a caller that is gone."""

    __slots__ = ("_settling", "connection", "request", "tries")

    def __init__(
        self, settling: Settling, connection: Connection, request: Acquisition[Any], tries: int
    ) -> None:
        self._settling = settling
        self.connection = connection
        self.request = request
        self.tries = tries

    def done(self) -> bool:
        return False

    def set_result(self, reply: Buffer) -> None:
        self._settling.arrived(self.connection, self.request, reply, self.tries)

    def set_exception(self, error: Exception) -> None:
        # What this attempt was refused, an earlier one may have.
        if may_hold(error) or (self.tries and _asks_again(error)):
            self._settling.ask_again(self.connection, self.request, self.tries, error)
