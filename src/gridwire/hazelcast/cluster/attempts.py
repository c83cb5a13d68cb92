# SPDX-License-Identifier: Apache-2.0
"""The attempts of one call: what a failure means, whether another follows, what the caller is told.

Pure: the clock's reading and the dice come in.
"""

from __future__ import annotations

from typing import Any

from gridwire._core.outcome import Outcome
from gridwire._core.request import ENDS_WITH_CONNECTION, Request
from gridwire._core.retry import Attempt, Fault, Verdict, decide, pause_before
from gridwire.errors import BackpressureError
from gridwire.hazelcast._options.snapshot import Options
from gridwire.hazelcast.error_codes import ErrorCode, outcome_of
from gridwire.hazelcast.errors import (
    HazelcastClientNotActiveError,
    HazelcastError,
    OperationTimeoutError,
    TargetDisconnectedError,
)

__all__ = ["Attempts", "fault_of", "is_end_of_client"]

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


class Attempts:
    """The attempts of one call.

    Args:
        request: what is sent.
        options: of the client.
        started: when the call began, in seconds of the client's clock.
        timeout: seconds that the caller gave, or None for `invocation_timeout`. Who gives a time
            to an operation that could wait for ever wants it to end then.

    Attributes:
        request: what is sent.
        limit: seconds that the call has.
        deadline: when they are over, in seconds of the client's clock; may be infinite.
        number: of the attempt that is made, or was made last; 0 before the first.
        unclear: some attempt so far may have been executed.
        last: how the last attempt failed, None before any did.
    """

    __slots__ = (
        "_may_repeat",
        "_pause",
        "_refused",
        "_started",
        "deadline",
        "last",
        "limit",
        "number",
        "request",
        "unclear",
    )

    def __init__(
        self, request: Request[Any], options: Options, started: float, timeout: float | None
    ) -> None:
        limit = options.invocation_timeout if timeout is None else timeout
        if timeout is None or request.extra_wait != ENDS_WITH_CONNECTION:
            limit += request.extra_wait
        self.request = request
        self.limit = limit
        self.deadline = started + limit
        self.number = 0
        self.unclear = False
        self.last: HazelcastError | None = None
        self._started = started
        self._pause = options.invocation_retry_pause
        self._may_repeat = request.retryable or options.redo_operation
        self._refused = False

    @property
    def when(self) -> float | None:
        """The deadline as a timer wants it, None for no limit."""
        return None if self.deadline == float("inf") else self.deadline

    def judge(self, error: HazelcastError) -> Verdict:
        """An attempt failed: whether another is made, and what is known about the effect."""
        outcome = _outcome_of(self.request, error)
        verdict = decide(
            Attempt(fault_of(error), outcome, self.number, self._may_repeat, self.unclear)
        )
        self.unclear = verdict.unclear
        self._refused |= verdict.outcome is Outcome.REJECTED
        if verdict.again:
            self.last = error
        return verdict

    def pause(self, chance: float) -> float:
        """Seconds to wait before the next attempt.

        Args:
            chance: a random number in [0, 1), so that many callers do not come back together.
        """
        return pause_before(self.number + 1, self._pause, chance)

    def outcome(self) -> Outcome:
        """What is known when nothing is in flight."""
        if self.unclear:
            return Outcome.UNKNOWN
        if self.last is None:
            return Outcome.NOT_SENT
        return self._of_all(_outcome_of(self.request, self.last))

    def _of_all(self, outcome: Outcome) -> Outcome:
        """Of the last attempt nothing was sent, but a member may have answered another."""
        if outcome is Outcome.NOT_SENT and self._refused:
            return Outcome.REJECTED
        return outcome

    # -- what the caller is told --------------------------------------------------------------

    def with_facts(self, error: HazelcastError, outcome: Outcome, now: float) -> HazelcastError:
        """The error that ends the call, with what all attempts say.

        Args:
            error: that of the last attempt, or of the client's end.
            outcome: of the last attempt.
            now: the clock, in seconds.
        """
        error.outcome = self._of_all(outcome)
        return error.with_facts(
            operation=self.request.operation, elapsed=self._elapsed(now), attempts=self.number
        )

    def timed_out(self, phase: str, outcome: Outcome, now: float) -> OperationTimeoutError:
        """The time is over.

        Args:
            phase: what it was spent on at last.
            outcome: what is known about the effect.
            now: the clock, in seconds.
        """
        return OperationTimeoutError(
            f"not done within {self.limit:g} s",
            outcome=outcome,
            operation=self.request.operation,
            phase=phase,
            elapsed=self._elapsed(now),
            attempts=self.number,
        )

    def no_room(self, pending: int, unsent_bytes: int, now: float) -> BackpressureError:
        """The time is over, and too much was pending all the time.

        Args:
            pending: calls that wait for an answer.
            unsent_bytes: bytes that wait to be sent to the member.
            now: the clock, in seconds.
        """
        return BackpressureError(
            f"no room within {self.limit:g} s: {pending} calls are pending "
            f"and {unsent_bytes} bytes wait to be sent",
            outcome=self.outcome(),
            hint="The members are slower than the callers; see max_pending_invocations and "
            "max_queued_bytes.",
            operation=self.request.operation,
            phase="waiting for room",
            elapsed=self._elapsed(now),
            attempts=self.number,
        )

    def _elapsed(self, now: float) -> float:
        return round(now - self._started, 6)
