# SPDX-License-Identifier: Apache-2.0
"""The attempts of one command: when to try again, with how much time, and what a failure means.

Pure: the clock's reading comes in. Each call style drives the same object (protocol notes,
section 11).
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from gridwire._core.outcome import Outcome
from gridwire.aerospike import constants as c
from gridwire.aerospike._options.rules import CommandRules
from gridwire.aerospike.exception import (
    AerospikeError,
    AerospikeTimeoutError,
    ClusterError,
)
from gridwire.aerospike.protocol.result_codes import RETRYABLE, SERVER_TIMEOUT, error_of

__all__ = ["Attempts", "Failure", "TimeLeft"]


class Failure(Enum):
    """How an attempt failed."""

    NO_NODE = "no node that may be asked holds the partition"
    LEFT_ALONE = "the nodes that hold the partition failed too often and are left alone for now"
    NO_CONNECTION = "no connection could be had"
    NOT_SENT = "the connection was lost before all of the request had left"
    LOST = "the connection was lost after the request had left"
    TIMEOUT = "no answer came in time"
    WAITING = "the time was over before all of the request had left"


_BEFORE_SENDING = {
    Failure.NO_NODE,
    Failure.LEFT_ALONE,
    Failure.NO_CONNECTION,
    Failure.NOT_SENT,
    Failure.WAITING,
}
# A replica may answer a read that the master did not; where nothing was asked nothing was learnt.
_STAYS = {
    Failure.NO_NODE,
    Failure.LEFT_ALONE,
    Failure.NO_CONNECTION,
    Failure.WAITING,
    Failure.TIMEOUT,
}


class TimeLeft(NamedTuple):
    """The time that an attempt has.

    Attributes:
        attempt: seconds until it is given up, None for no limit.
        server_ms: what the request says to the server, 0 for its default.
    """

    attempt: float | None
    server_ms: int

    @property
    def is_over(self) -> bool:
        """Whether there is none: nothing must be sent then."""
        return self.attempt is not None and self.attempt <= 0


class Attempts:
    """One command's attempts.

    Args:
        operation: its name, for errors.
        rules: of the command.
        is_write: whether repeating it may do it twice.
        started: the clock in seconds when the command began.

    Attributes:
        number: attempts that have failed.
        turn: how often the next attempt goes on to another replica.
    """

    __slots__ = (
        "_last",
        "_node",
        "_phase",
        "_unclear",
        "is_write",
        "number",
        "operation",
        "rules",
        "started",
        "turn",
    )

    def __init__(self, operation: str, rules: CommandRules, is_write: bool, started: float) -> None:
        self.operation = operation
        self.rules = rules
        self.is_write = is_write
        self.started = started
        self.number = 0
        self.turn = 0
        # Whether some attempt so far may have been executed, without an answer that says so.
        self._unclear = False
        self._last: BaseException | int | None = None
        self._phase = Failure.NO_NODE.value
        self._node: Any = None

    def again(self) -> Attempts:
        """The same command from its first attempt on, in what is left of its time."""
        fresh = Attempts(self.operation, self.rules, self.is_write, self.started)
        fresh._unclear = self._unclear
        return fresh

    @property
    def deadline(self) -> float | None:
        """When the command ends, by the clock; None for never."""
        total = self.rules.total_timeout
        return self.started + total if total else None

    @property
    def is_in_doubt(self) -> bool:
        """Whether an attempt so far may have written, without an answer that says so."""
        return self.is_write and self._unclear

    def time_left(self, now: float) -> TimeLeft:
        """How much time the next attempt has."""
        rules = self.rules
        left = None if not rules.total_timeout else self.started + rules.total_timeout - now
        single = rules.socket_timeout or None
        if left is not None:
            left = max(0.0, left)
            single = left if single is None else min(single, left)
        server = 0 if left is None or single is None else max(1, round(single * 1000))
        return TimeLeft(single, server)

    def failed(
        self, failure: Failure, now: float, node: Any = None, cause: BaseException | None = None
    ) -> float | None:
        """An attempt failed without an answer.

        Args:
            failure: how.
            now: the clock in seconds.
            node: whom it went to.
            cause: what said so.

        Returns:
            Seconds to wait before the next attempt, or None when there is none.
        """
        self._node, self._last, self._phase = node, cause, failure.value
        if failure not in _BEFORE_SENDING:
            self._unclear = True
        if not self.is_write or failure not in _STAYS:
            self._go_on()
        return self._pause(now)

    def refused(self, code: int, now: float, node: Any = None) -> float | None:
        """A server answered with a code.

        Args:
            code: not 0.
            now: the clock in seconds.
            node: who answered.

        Returns:
            Seconds to wait before the next attempt, or None when this is the answer.
        """
        self._node, self._last, self._phase = node, code, "at the server"
        if code == SERVER_TIMEOUT and self.is_write:
            self._unclear = True
        if code not in RETRYABLE:
            self.number += 1
            return None
        self._go_on()
        return self._pause(now)

    def _go_on(self) -> None:
        if self.rules.replica != c.POLICY_REPLICA_MASTER:
            self.turn += 1

    def _pause(self, now: float) -> float | None:
        self.number += 1
        if self.number > self.rules.max_retries:
            return None
        pause = self.rules.sleep_between_retries
        deadline = self.deadline
        if deadline is not None and now + pause >= deadline:
            return None
        return pause

    def error(self, now: float) -> AerospikeError:
        """What the caller is told when there is no further attempt."""
        in_doubt = self.is_in_doubt
        last = self._last
        if isinstance(last, int):
            made = error_of(last, is_write=self.is_write, in_doubt=in_doubt)
        else:
            outcome = Outcome.UNKNOWN if self._unclear else Outcome.NOT_SENT
            made = self._class()(self._text(), in_doubt=in_doubt, outcome=outcome)
            made.__cause__ = last
        made.changes_nothing = not self.is_write
        node = self._node
        return made.with_facts(
            operation=self.operation,
            phase=self._phase,
            attempts=self.number,
            elapsed=now - self.started,
            node=None if node is None else node.facts.name,
            address=None if node is None else str(node.facts.endpoint),
        )

    def _class(self) -> type[AerospikeError]:
        if self._phase in (Failure.TIMEOUT.value, Failure.WAITING.value):
            return AerospikeTimeoutError
        return ClusterError

    def _text(self) -> str:
        tries = "try" if self.number == 1 else "tries"
        if self._class() is AerospikeTimeoutError:
            return f"Timeout after {self.number} {tries}"
        return f"Connection error after {self.number} {tries}: {self._phase}"
