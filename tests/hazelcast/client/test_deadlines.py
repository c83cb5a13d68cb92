# SPDX-License-Identifier: Apache-2.0
"""Every call ends in time, and its error says where the time went and what is known."""

from __future__ import annotations

import time

import pytest

from gridwire.errors import DeadlineExceededError, Outcome
from gridwire.hazelcast.errors import (
    IndeterminateOperationStateError,
    OperationTimeoutError,
    PartialWriteError,
)
from gridwire.testing import HazelcastCluster
from support.call_styles import error_of
from support.scripted_replies import acked, fail, silence

SHORT = 0.12
LATE = 3.0
"""Seconds by which even a busy machine notices that the time is over."""


def counters(client):
    """What a client counted; nothing public tells it here, so this looks inside."""
    return client.raw._core.counters


def data_of(client, value):
    """A value as members have it."""
    return client.raw._context.serialization.to_data(value)


def timed_error(styles, method, *args, **keywords) -> tuple[BaseException, float]:
    """The error of a call, and how long it took."""
    began = time.monotonic()
    error = error_of(styles.begin(method, *args, **keywords))
    return error, time.monotonic() - began


def check(error: BaseException, operation: str, phase: str, attempts: int = 1) -> None:
    assert isinstance(error, OperationTimeoutError)
    assert isinstance(error, TimeoutError)
    assert isinstance(error, DeadlineExceededError)
    assert error.facts["operation"] == operation
    assert error.facts["phase"] == phase
    assert error.facts["attempts"] == attempts
    assert SHORT * 0.9 <= error.facts["elapsed"] < LATE
    assert operation in str(error)
    assert phase in str(error)


CALLS = {
    "Map.Get": lambda numbers: (numbers.get, 1),
    "Map.Set": lambda numbers: (numbers.set, 1, 2),
    "Map.Size": lambda numbers: (numbers.size,),
}


def begin_unanswered(styles, cluster, numbers, **keywords) -> dict:
    """Calls of each kind that nobody answers."""
    for name in CALLS:
        cluster.always(name, silence)
    pending = {}
    for name, call in CALLS.items():
        method, *args = call(numbers)
        pending[name] = styles.begin(method, *args, **keywords)
    return pending


def test_invocation_timeout_ends_a_call_that_nobody_answers(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted()
    numbers = styles.client(cluster, invocation_timeout=SHORT).map()
    began = time.monotonic()
    pending = begin_unanswered(styles, cluster, numbers)
    for name, one in pending.items():
        error = error_of(one)
        check(error, name, "waiting for the answer")
        assert error.outcome is Outcome.UNKNOWN
    assert SHORT * 0.9 <= time.monotonic() - began < LATE


def test_a_timeout_of_its_own_ends_a_call(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted()
    numbers = styles.client(cluster).map()
    began = time.monotonic()
    pending = begin_unanswered(styles, cluster, numbers, timeout=SHORT)
    for name, one in pending.items():
        error = error_of(one)
        check(error, name, "waiting for the answer")
        assert error.outcome is Outcome.UNKNOWN
    assert SHORT * 0.9 <= time.monotonic() - began < LATE


@pytest.mark.parametrize("end", ["value", "failure", "timeout"])
def test_nothing_is_kept_of_a_timeout_of_its_own(styles, scripted, end: str) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    numbers = client.map()
    if end != "value":
        cluster.always("Map.Get", fail(22) if end == "failure" else silence)
    timeout = SHORT if end == "timeout" else 30
    for pending in [styles.begin(numbers.get, key, timeout=timeout) for key in range(5)]:
        styles.outcome(pending)
    # Nothing public tells it.
    assert not client.raw._core.calls.own_deadline


@pytest.mark.parametrize("styles", ["future", "asyncio"], indirect=True)
def test_nothing_is_kept_of_the_timeout_of_a_call_that_is_cancelled(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Get")
    pending = styles.begin(client.map().get, 1, timeout=30)
    held.next()
    assert pending.cancel()
    styles.settle()
    assert not client.raw._core.calls.own_deadline


def test_a_longer_timeout_of_its_own_wins_over_the_usual_one(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster, invocation_timeout=SHORT)
    held = cluster.hold("Map.Get")
    pending = styles.begin(client.map().get, 1, timeout=30)
    short = styles.begin(client.map().get, 1)
    request = held.next()
    held.next()
    assert isinstance(error_of(short), OperationTimeoutError)
    assert not pending.done()
    request.answer(None)
    assert pending.result() is None


def test_operations_of_many_messages_have_one_deadline(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    cluster.always("Map.GetAll", silence)
    error, seconds = timed_error(styles, client.map().get_all, range(20), timeout=SHORT)
    assert SHORT * 0.9 <= seconds < LATE
    check(error, "Map.GetAll", "waiting for the answer")


def test_a_put_all_that_is_too_late_says_what_is_not_known(styles, scripted) -> None:
    cluster = scripted(2)
    client = styles.client(cluster)
    cluster.members[1].always("Map.PutAll", silence)
    entries = {key: key for key in range(40)}
    error, seconds = timed_error(styles, client.map().put_all, entries, timeout=SHORT)
    assert isinstance(error, PartialWriteError)
    assert seconds < LATE
    assert error.outcome is Outcome.UNKNOWN
    partition = client.partitions.get_partition_id
    for key, outcome in error.outcomes.items():
        silent = cluster.owner(partition(key)) is cluster.members[1]
        assert outcome is (Outcome.UNKNOWN if silent else None)
    assert set(error.outcomes) == set(entries)


def test_the_time_for_retries_is_bounded_too(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted()
    client = styles.client(cluster, invocation_timeout=2 * SHORT, invocation_retry_pause=10)
    cluster.always("Map.Set", fail(46))
    error, seconds = timed_error(styles, client.map().set, 1, 2)
    assert SHORT * 0.5 <= seconds < LATE
    assert isinstance(error, OperationTimeoutError)
    # The last of them may still be on its way.
    attempts = error.facts["attempts"]
    assert attempts > 3
    assert len(cluster.wait_for("Map.Set", attempts)) == attempts
    assert "told to fail" in str(error.__cause__)
    # Between two attempts, as a rule; the answer to the last one may also be on its way.
    known = {"retrying": Outcome.REJECTED, "waiting for the answer": Outcome.UNKNOWN}
    assert error.outcome is known[error.facts["phase"]]


def test_the_time_without_a_connection_is_bounded_too(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted()
    client = styles.client(cluster, invocation_timeout=SHORT)
    numbers = client.map()
    cluster.members[0].kill()
    # The first may still meet the end of the connection.
    styles.error(numbers.get, 1, timeout=0.05)
    error, seconds = timed_error(styles, numbers.set, 1, 2)
    assert SHORT * 0.9 <= seconds < LATE
    check(error, "Map.Set", "waiting for a connection")
    assert error.outcome is Outcome.NOT_SENT


def test_a_call_waits_for_a_cluster_that_comes_back_in_time(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    numbers = client.map()
    member = cluster.members[0]
    member.kill()
    # A read: whether it left on the lost connection or not, it is made again.
    pending = styles.begin(numbers.get, 1, timeout=30)
    member.revive()
    assert pending.result() is None


def test_the_wait_of_the_operation_is_added_to_its_deadline(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster, invocation_timeout=SHORT).map()
    puts, removals = cluster.hold("Map.TryPut"), cluster.hold("Map.TryRemove")
    pending = [
        styles.begin(numbers.try_put, 1, 2, timeout=60),
        styles.begin(numbers.try_remove, 1, timeout=60),
    ]
    requests = [puts.next(), removals.next()]
    assert [request.fields.timeout for request in requests] == [60_000, 60_000]
    # Another call with the usual deadline ends meanwhile.
    cluster.always("Map.Get", silence)
    check(styles.error(numbers.get, 1), "Map.Get", "waiting for the answer")
    assert not any(one.done() for one in pending)
    for request in requests:
        request.answer(True)
    assert [one.result() for one in pending] == [True, True]


def test_the_wait_of_the_operation_is_added_to_a_timeout_of_its_own(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    cluster.always("Map.TryPut", silence)
    error, seconds = timed_error(
        styles, client.map().try_put, 1, 2, timeout=SHORT / 2, call_timeout=SHORT / 2
    )
    assert SHORT * 0.9 <= seconds < LATE
    assert isinstance(error, OperationTimeoutError)
    assert error.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("whose", ["its own", "the usual"])
def test_a_deadline_ends_the_wait_for_backups_with_the_answer(
    styles_and_uvloop, scripted, whose
) -> None:
    # The member has executed it, and an error that says "no answer" would hide that.
    styles = styles_and_uvloop
    cluster = scripted(2)
    usual = {"invocation_timeout": SHORT} if whose == "the usual" else {}
    client = styles.client(cluster, operation_backup_timeout=60.0, **usual)
    numbers = client.map()
    cluster.always("Map.Put", acked(data_of(client, "before"), lost=1))
    began = time.monotonic()
    value = styles.call(numbers.put, 1, 2, **({} if usual else {"timeout": SHORT}))
    assert SHORT * 0.9 <= time.monotonic() - began < LATE
    assert value == "before"
    assert counters(client).lost_backup_acks == 1


@pytest.mark.parametrize("whose", ["its own", "the usual"])
def test_or_with_an_error_that_says_what_is_known(styles_and_uvloop, scripted, whose) -> None:
    styles = styles_and_uvloop
    cluster = scripted(3)
    usual = {"invocation_timeout": SHORT} if whose == "the usual" else {}
    client = styles.client(
        cluster,
        operation_backup_timeout=60.0,
        fail_on_indeterminate_operation_state=True,
        **usual,
    )
    numbers = client.map()
    cluster.always("Map.Set", acked(early=1, lost=1))
    error, seconds = timed_error(styles, numbers.set, 1, 2, **({} if usual else {"timeout": SHORT}))
    assert SHORT * 0.9 <= seconds < LATE
    assert isinstance(error, IndeterminateOperationStateError)
    assert error.outcome is Outcome.UNKNOWN
    assert "1 of 2" in str(error)


def test_so_does_the_deadline_of_a_call_that_waited_before(styles, scripted) -> None:
    # Without an owner it takes the careful way.
    cluster = scripted(2)
    client = styles.client(cluster, operation_backup_timeout=60.0)
    numbers = client.map()
    cluster.script("Map.Put", fail(46))
    cluster.always("Map.Put", acked(data_of(client, "before"), lost=1))
    assert styles.call(numbers.put, 1, 2, timeout=SHORT) == "before"
    cluster.always("Map.TryLock", acked(True, lost=1))
    assert styles.call(numbers.try_lock, 1, call_timeout=SHORT) is True


@pytest.mark.parametrize("timeout", [-1, -0.5, float("nan"), "1", True])
def test_a_timeout_that_is_no_time_is_refused(styles, scripted, timeout) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    error = styles.error(client.map().set, 1, 2, timeout=timeout)
    assert isinstance(error, (ValueError, TypeError))
    assert not isinstance(error, OverflowError)
    assert not cluster.seen("Map.Set")


@pytest.mark.parametrize("timeout", [float("inf"), 1e12])
def test_a_timeout_may_be_longer_than_any_life(styles, scripted, timeout) -> None:
    client = styles.client(scripted())
    styles.call(client.map().set, 1, 2, timeout=timeout)
    assert styles.call(client.map().get, 1, timeout=timeout) == 2
    assert styles.call(client.map().get_all, [1], timeout=timeout) == {1: 2}


def test_no_time_at_all_is_over_at_once(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    cluster.always("Map.Get", silence)
    error, seconds = timed_error(styles, client.map().get, 1, timeout=0)
    assert isinstance(error, OperationTimeoutError)
    assert seconds < LATE


@pytest.mark.parametrize(
    ("name", "args"),
    [("set", (1, "x")), ("size", ()), ("put_all", ({1: 2, 3: 4},)), ("lock", (1,))],
)
def test_without_time_nothing_is_sent(styles_and_uvloop, scripted, name, args) -> None:
    styles = styles_and_uvloop
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.forget()
    error = styles.error(getattr(numbers, name), *args, timeout=0)
    assert isinstance(error, OperationTimeoutError | PartialWriteError)
    assert error.outcome is Outcome.NOT_SENT
    # Another call, which comes to the same member behind whatever was sent before.
    assert styles.call(numbers.get, 1) is None
    kinds = "Map.Set", "Map.Size", "Map.PutAll", "Map.Lock", "Map.Get"
    assert [len(cluster.seen(kind)) for kind in kinds] == [0, 0, 0, 0, 1]


def test_many_deadlines_are_kept_in_order(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    cluster.always("Map.Get", silence)
    numbers = client.map()
    limits = [0.1, 0.03, 0.06, 0.15, 0.03, 0.1]
    pending = [styles.begin(numbers.get, 1, timeout=limit) for limit in limits]
    for limit, one in zip(limits, pending, strict=True):
        error = error_of(one)
        assert isinstance(error, OperationTimeoutError)
        assert limit * 0.9 <= error.facts["elapsed"] < LATE


def test_a_timeout_leaves_a_usable_client(styles_and_uvloop) -> None:
    styles = styles_and_uvloop
    with HazelcastCluster(members=1) as cluster:
        numbers = styles.client(cluster).map()
        for value in range(30):
            # Whether it was in time or not: the next one is answered rightly.
            result = styles.error_or_value(numbers.set, 1, value, timeout=0.0005)
            if result is not None:
                assert isinstance(result, OperationTimeoutError)
                assert result.outcome in (Outcome.UNKNOWN, Outcome.NOT_SENT)
            styles.call(numbers.set, 2, value)
            assert styles.call(numbers.get, 2) == value
