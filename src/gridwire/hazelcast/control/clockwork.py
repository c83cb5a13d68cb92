# SPDX-License-Identifier: Apache-2.0
"""Time for one client: the deadlines of its calls and the patience with backup acks.

There is no timer a call. One tick runs while anything is pending, and one timer stands for the
calls that have a timeout of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from gridwire._core.deadlines import Deadlines
from gridwire._core.outcome import Outcome
from gridwire.hazelcast.cluster.acks import GENERATIONS
from gridwire.hazelcast.control.missing_backups import end_held
from gridwire.hazelcast.errors import OperationTimeoutError

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Clockwork"]

# The tick notices the usual timeout this much late at most, in parts of it.
_TICKS_A_TIMEOUT = 32
_SHORTEST_TICK = 0.02
_LONGEST_TICK = 1.0
_OWN_DEADLINE_RESOLUTION = 0.005


class Clockwork:
    """Ends calls whose time is over.

    Args:
        core: the client.
        from_anywhere: has the loop call a function; may be used by any thread.

    Attributes:
        ticking: whether the tick runs; who adds a call and finds it not running starts it.
    """

    __slots__ = (
        "_core",
        "_deadlines",
        "_due_at",
        "_due_timer",
        "_every",
        "_from_anywhere",
        "_last_aged",
        "_loop",
        "_options",
        "_timer",
        "ticking",
    )

    def __init__(self, core: ClientCore, from_anywhere: Callable[..., object]) -> None:
        options = core.options
        self._core = core
        self._options = options
        self._from_anywhere = from_anywhere
        self._loop = asyncio.get_running_loop()
        self._deadlines = Deadlines(options.invocation_timeout, _OWN_DEADLINE_RESOLUTION)
        self._every = min(
            max(options.invocation_timeout / _TICKS_A_TIMEOUT, _SHORTEST_TICK),
            options.operation_backup_timeout / GENERATIONS,
            _LONGEST_TICK,
        )
        self._last_aged = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._due_timer: asyncio.Handle | None = None
        # The handle cannot be asked: other loops give a plain one for a time that has passed.
        self._due_at = 0.0
        self.ticking = False

    def stop(self) -> None:
        """The client ends."""
        for timer in (self._timer, self._due_timer):
            if timer is not None:
                timer.cancel()
        for held in self._core.calls.acks.release():
            end_held(self._core, held)

    def start(self) -> None:
        """Something is pending: deadlines and acks need looking after. From any thread."""
        try:
            self.ticking = True
            self._from_anywhere(self._schedule)
        except BaseException:
            # Interrupted, and nobody knows whether the loop was asked: the next call asks.
            self.ticking = False
            raise

    def _schedule(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(self._every, self._tick)

    def _tick(self) -> None:
        self._timer = None
        calls = self._core.calls
        if not self._core.lifecycle.running:
            return
        expired = self._deadlines.mark(self._core.now(), next(calls.ids))
        if expired:
            usual = self._options.invocation_timeout
            calls.expire(expired, lambda: self.timeout_error(usual))
        calls.admit()
        self._age_acks()
        for connection in self._core.state.routes.connections:
            if connection.stream is not None:
                connection.stream.nudge()
        if calls.pending or calls.acks.busy or calls.gate:
            self._schedule()
        else:
            # The flag falls first and the table is looked at again: a call that came in between
            # found the flag set and relies on this tick.
            self.ticking = False
            if calls.pending:
                self.start()

    def _age_acks(self) -> None:
        acks = self._core.calls.acks
        now = self._core.now()
        if now - self._last_aged < self._options.operation_backup_timeout / GENERATIONS:
            return
        self._last_aged = now
        for held in acks.age():
            end_held(self._core, held)

    def timeout_error(self, limit: float | None) -> OperationTimeoutError:
        """A call that was sent got no answer within so many seconds, or within its own timeout."""
        return OperationTimeoutError(
            "no answer within the call's timeout" if limit is None else f"no answer in {limit:g} s",
            outcome=Outcome.UNKNOWN,
            phase="waiting for the answer",
        )

    def give_deadline_soon(self, correlation: int, when: float) -> None:
        """A call has a deadline of its own; from any thread."""
        self._core.calls.own_deadline.add(correlation)
        self._from_anywhere(self.give_deadline, correlation, when)

    def give_deadline(self, correlation: int, when: float) -> None:
        """A call has a deadline of its own; on the loop's thread."""
        calls = self._core.calls
        if correlation not in calls.pending and correlation not in calls.acks:
            self._core.calls.own_deadline.discard(correlation)
            return
        self._core.calls.own_deadline.add(correlation)
        self._deadlines.add(correlation, when)
        timer = self._due_timer
        if timer is None or self._due_at > when:
            if timer is not None:
                timer.cancel()
            self._look_at(when)

    def drop_deadline(self, correlation: int, when: float) -> None:
        """The call is over."""
        self._core.calls.own_deadline.discard(correlation)
        self._deadlines.drop(correlation, when)

    def _due(self) -> None:
        self._due_timer = None
        for correlation in self._deadlines.due(self._core.now()):
            self._core.calls.fail(correlation, self.timeout_error(None))
        self._core.calls.admit()
        when = self._deadlines.next_due()
        if when is not None:
            self._look_at(when)

    def _look_at(self, when: float) -> None:
        self._due_at = when
        self._due_timer = self._loop.call_at(when, self._due)
