# SPDX-License-Identifier: Apache-2.0
"""The attempts of one call: whether another is made, and what the caller is told of all of them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gridwire._core.outcome import Outcome
from gridwire._core.request import ENDS_WITH_CONNECTION, Request
from gridwire._core.retry import Fault
from gridwire.hazelcast.cluster.attempts import Attempts, fault_of, is_end_of_client
from gridwire.hazelcast.config import Config
from gridwire.hazelcast.error_codes import ErrorCode
from gridwire.hazelcast.errors import (
    ERROR_CLASSES,
    HazelcastClientNotActiveError,
    HazelcastError,
    TargetDisconnectedError,
    TargetNotMemberError,
)


def attempts(
    retryable: bool = False, timeout: float | None = None, extra_wait: float = 0.0, **options: Any
) -> Attempts:
    """Those of a call that began at 10, with 120 seconds by default."""
    request: Request[Any] = Request(
        "Map.Set", bytearray(), bytes, 1, retryable, extra_wait=extra_wait
    )
    return Attempts(request, Config.resolve(None, options).snapshot(), 10.0, timeout)


def reported(code: ErrorCode) -> HazelcastError:
    """What a member reports."""
    return ERROR_CLASSES[code]("a member says so", code=code)


def not_sent() -> HazelcastError:
    return TargetDisconnectedError("gone", outcome=Outcome.NOT_SENT)


def lost() -> HazelcastError:
    return TargetDisconnectedError("gone", outcome=Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (not_sent(), Fault.NOT_SENT),
        (lost(), Fault.LOST),
        (TargetNotMemberError("none", outcome=Outcome.NOT_SENT), Fault.FINAL),
        (reported(ErrorCode.MEMBER_LEFT), Fault.UNCLEAR),
        (reported(ErrorCode.TARGET_DISCONNECTED), Fault.LOST),
        (reported(ErrorCode.PARTITION_MIGRATING), Fault.REFUSED),
        (reported(ErrorCode.ILLEGAL_ARGUMENT), Fault.FINAL),
    ],
)
def test_what_a_failure_means(error: HazelcastError, fault: Fault) -> None:
    assert fault_of(error) is fault


def test_whose_end_it_was() -> None:
    assert is_end_of_client(HazelcastClientNotActiveError("over"))
    assert not is_end_of_client(reported(ErrorCode.HAZELCAST_INSTANCE_NOT_ACTIVE))
    assert not is_end_of_client(lost())


@pytest.mark.parametrize(
    ("timeout", "extra_wait", "limit"),
    [
        (None, 0.0, 120.0),
        (5.0, 0.0, 5.0),
        (None, 7.0, 127.0),
        (5.0, 7.0, 12.0),
        (None, ENDS_WITH_CONNECTION, math.inf),
        (5.0, ENDS_WITH_CONNECTION, 5.0),
    ],
)
def test_the_time_that_a_call_has(timeout: float | None, extra_wait: float, limit: float) -> None:
    made = attempts(timeout=timeout, extra_wait=extra_wait)
    assert (made.limit, made.deadline) == (limit, 10.0 + limit)
    assert made.when == (None if limit == math.inf else 10.0 + limit)


@pytest.mark.parametrize(
    ("retryable", "redo", "again"),
    [(False, False, False), (True, False, True), (False, True, True)],
)
def test_what_was_lost_is_repeated_only_where_that_cannot_harm(
    retryable: bool, redo: bool, again: bool
) -> None:
    made = attempts(retryable, redo_operation=redo)
    made.number = 1
    error = lost()
    verdict = made.judge(error)
    assert (verdict.again, verdict.outcome) == (again, Outcome.UNKNOWN)
    assert made.unclear
    assert made.last is (error if again else None)


def test_what_is_known_when_nothing_is_in_flight() -> None:
    made = attempts()
    assert made.outcome() is Outcome.NOT_SENT
    made.judge(not_sent())
    assert made.outcome() is Outcome.NOT_SENT
    made.judge(reported(ErrorCode.PARTITION_MIGRATING))
    assert made.outcome() is Outcome.REJECTED
    # Of this attempt nothing was sent; but a member has answered another.
    made.judge(not_sent())
    assert made.outcome() is Outcome.REJECTED
    made.judge(reported(ErrorCode.MEMBER_LEFT))
    assert made.outcome() is Outcome.UNKNOWN
    made.judge(not_sent())
    assert made.outcome() is Outcome.UNKNOWN


def test_the_caller_is_told_the_facts_of_all_attempts() -> None:
    made = attempts(timeout=2.0)
    made.number = 3
    for error in (
        made.with_facts(lost(), Outcome.UNKNOWN, 11.5),
        made.timed_out("retrying", Outcome.UNKNOWN, 11.5),
        made.no_room(7, 99, 11.5),
    ):
        told = {name: error.facts[name] for name in ("operation", "elapsed", "attempts")}
        assert told == {"operation": "Map.Set", "elapsed": 1.5, "attempts": 3}
    assert "within 2 s: 7 calls are pending and 99 bytes wait" in str(made.no_room(7, 99, 11.5))
    assert made.timed_out("retrying", Outcome.UNKNOWN, 12.0).facts["phase"] == "retrying"


def test_a_refusal_before_counts_when_the_last_attempt_was_not_sent() -> None:
    made = attempts()
    made.judge(reported(ErrorCode.PARTITION_MIGRATING))
    assert made.with_facts(not_sent(), Outcome.NOT_SENT, 11.0).outcome is Outcome.REJECTED
    assert made.with_facts(not_sent(), Outcome.UNKNOWN, 11.0).outcome is Outcome.UNKNOWN


def test_pauses_grow_up_to_the_configured_one() -> None:
    made = attempts(invocation_retry_pause=0.02)
    pauses = []
    for made.number in range(1, 8):
        pauses.append(made.pause(0.0))
    assert pauses == [0.0, 0.005, 0.01, 0.02, 0.02, 0.02, 0.02]
    assert made.pause(0.5) == 0.015
