# SPDX-License-Identifier: Apache-2.0
"""A lock that is acquired when its caller is gone already is given back."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gridwire.hazelcast.control import acquiring, settling
from gridwire.hazelcast.control.acquiring import Handover
from gridwire.hazelcast.errors import OperationTimeoutError
from support.call_styles import Style, error_of
from support.interrupting import Interrupting
from support.scripted_connection import Incoming
from support.scripted_replies import fail, hang_up, silence

SHORT = 0.12
CANCELLED = concurrent.futures.CancelledError
NOT_YOURS = 26


def cancel(pending: Any) -> None:
    assert pending.cancel() is True
    assert isinstance(error_of(pending), CANCELLED)


def left(client: Any) -> int:
    """How many calls stand in the table without a caller. Nothing public tells it."""
    return len(client.raw._core.calls.left)


def wait_left(styles: Style, client: Any, count: int) -> None:
    """Wait until the client's loop has taken note."""
    for _ in range(2000):
        styles.settle()
        if left(client) == count:
            return
        time.sleep(0.001)  # the loop is another thread's, and tells nobody
    raise AssertionError(f"{left(client)} calls are left, not {count}")


def check_given_back(cluster: Any, lock: Incoming, count: int = 1) -> None:
    """A lock was given back, by who got it, under a number of its own."""
    unlocks = [one.fields for one in cluster.wait_for("Map.Unlock", count)]
    assert len(unlocks) == count
    fields = lock.fields
    assert unlocks[-1].thread_id == fields.thread_id
    assert bytes(unlocks[-1].key) == bytes(fields.key)
    assert unlocks[-1].reference_id != fields.reference_id


ACQUIRE = {
    "lock": ("Map.Lock", (), ()),
    "try_lock": ("Map.TryLock", (None, 30), (True,)),
    "try_lock at once": ("Map.TryLock", (), (True,)),
}


@pytest.mark.parametrize("kind", ACQUIRE)
def test_a_cancelled_lock_is_given_back_when_it_is_acquired(
    cancelling_styles, scripted, kind
) -> None:
    styles = cancelling_styles
    name, arguments, acquired = ACQUIRE[kind]
    cluster = scripted()
    client = styles.client(cluster)
    method = getattr(client.map(), kind.split()[0])
    held = cluster.hold(name)
    pending = styles.begin(method, 1, *arguments)
    request = held.next()
    cancel(pending)
    wait_left(styles, client, 1)
    assert not cluster.seen("Map.Unlock")
    request.answer(*acquired)
    check_given_back(cluster, request)
    wait_left(styles, client, 0)


@pytest.mark.parametrize("kind", ACQUIRE)
def test_a_lock_whose_time_is_over_is_given_back_when_it_is_acquired(
    styles, scripted, kind
) -> None:
    name, arguments, acquired = ACQUIRE[kind]
    cluster = scripted()
    client = styles.client(cluster)
    how = {"timeout": SHORT}
    if kind != "lock":
        arguments, how = (None, SHORT / 2), {"call_timeout": SHORT / 2}
    held = cluster.hold(name)
    pending = styles.begin(getattr(client.map(), kind.split()[0]), 1, *arguments, **how)
    request = held.next()
    assert isinstance(error_of(pending), OperationTimeoutError)
    assert left(client) == 1
    request.answer(*acquired)
    check_given_back(cluster, request)


def test_what_was_not_acquired_is_not_given_back(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.TryLock")
    pending = [styles.begin(client.map().try_lock, key, None, 30) for key in range(3)]
    requests = held.take(3)
    for one in pending:
        cancel(one)
    wait_left(styles, client, 3)
    requests[0].answer(False)
    requests[1].fail(23, "no such thing")
    requests[2].fail(39, "the partition moves")
    wait_left(styles, client, 0)
    styles.call(client.map().set, 1, 2)
    assert not cluster.seen("Map.Unlock")
    assert len(cluster.seen("Map.TryLock")) == 3


def test_the_answer_of_one_that_left_reaches_nobody_else(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.TryLock")
    first = styles.begin(client.map().try_lock, 1)
    early = held.next()
    cancel(first)
    second = styles.begin(client.map().try_lock, 1)
    later = held.next()
    early.answer(True)
    check_given_back(cluster, early)
    assert not second.done()
    later.answer(False)
    assert second.result() is False
    assert len(cluster.seen("Map.Unlock")) == 1


def test_calls_that_are_left_take_no_place(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=2)
    held = cluster.hold("Map.Lock")
    for _ in range(4):
        pending = styles.begin(client.map().lock, 1)
        held.next()
        cancel(pending)
    wait_left(styles, client, 4)
    assert styles.call(client.map().get, 1) is None


@pytest.mark.parametrize("styles", ["asyncio"], indirect=True)
def test_no_task_looks_after_what_is_left(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    before = len(styles.here(asyncio.all_tasks))
    for key in range(10):
        pending = styles.begin(client.map().lock, key)
        held.next()
        cancel(pending)
    styles.settle()
    assert left(client) == 10
    assert len(styles.here(asyncio.all_tasks)) == before


def test_few_tasks_give_back_much(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    pending = [styles.begin(client.map().lock, key) for key in range(100)]
    requests = held.take(100)
    for one in pending:
        cancel(one)
    wait_left(styles, client, 100)
    unlocking = cluster.hold("Map.Unlock")
    for request in requests:
        request.answer()
    first = unlocking.take(settling._WORKERS)
    styles.call(client.map().get, 1)
    assert unlocking.empty
    cluster.behave("Map.Unlock")
    for one in first:
        one.answer()
    unlocked = {bytes(one.fields.key) for one in cluster.wait_for("Map.Unlock", 100)}
    assert len(unlocked) == 100


# -- answers that came, but not to the caller -----------------------------------------------------


def test_an_answer_that_waits_for_its_backups_is_undone(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted(2)
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    pending = styles.begin(client.map().lock, 1)
    request = held.next()
    request.answer(backups=1)
    core = client.raw._core
    while not len(core.calls.acks):
        styles.settle()
    cancel(pending)
    check_given_back(cluster, request)
    assert left(client) == 0


class _Overtaken:
    """Completes a call, and does something before its caller can go on."""

    def __init__(self, waiter: Any, meanwhile: Any, before: bool) -> None:
        self._waiter = waiter
        self._meanwhile = meanwhile
        self._before = before

    def done(self) -> bool:
        return bool(self._waiter.done())

    def set_result(self, reply: Any) -> None:
        self._complete(self._waiter.set_result, reply)

    def set_exception(self, error: Any) -> None:
        self._complete(self._waiter.set_exception, error)

    def _complete(self, complete: Any, outcome: Any) -> None:
        if self._before:
            self._meanwhile()
        complete(outcome)
        if not self._before:
            self._meanwhile()


@pytest.mark.parametrize("styles", ["asyncio"], indirect=True)
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("answered", [True, False])
def test_a_cancellation_at_the_moment_of_the_answer_gives_the_lock_back(
    styles, scripted, before, answered
) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    tasks: list[asyncio.Task[Any]] = []
    numbers = client.map()

    async def lock() -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        await numbers.lock(1)

    pending = asyncio.run_coroutine_threadsafe(lock(), styles.loop)
    request = held.next()

    def overtake() -> None:
        calls = client.raw._core.calls.pending
        ((correlation, (waiter, *where)),) = calls.items()
        calls[correlation] = (_Overtaken(waiter, tasks[0].cancel, before), *where)

    styles.here(overtake)
    if answered:
        request.answer()
    else:
        request.connection.close()
        held.next().answer()
    assert isinstance(error_of(pending), CANCELLED)
    check_given_back(cluster, request)


@pytest.mark.parametrize("styles", ["future"], indirect=True)
@pytest.mark.parametrize("first", ["cancelled", "arrived"])
def test_a_future_that_is_cancelled_when_its_answer_is_on_the_way(
    styles, scripted, monkeypatch, first
) -> None:
    """The loop has the answer, and the future does not have it yet."""
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    arrives = Handover.arrives
    results: list[bool] = []

    def cancel_meanwhile() -> None:
        canceller = threading.Thread(target=lambda: results.append(pending.cancel()))
        canceller.start()
        canceller.join()

    def overtaken(handover: Handover) -> bool:
        if first == "cancelled":
            cancel_meanwhile()
            return arrives(handover)
        is_second = arrives(handover)
        cancel_meanwhile()
        return is_second

    monkeypatch.setattr(Handover, "arrives", overtaken)
    pending = styles.begin(client.map().lock, 1)
    request = held.next()
    request.answer()
    assert isinstance(error_of(pending), CANCELLED)
    check_given_back(cluster, request)
    assert results == [True]


@pytest.mark.parametrize("steps", ["ALL", "LAL", "LLA"])
def test_whoever_is_second_gives_back_and_only_once(steps: str) -> None:
    handover = Handover()
    answers = [handover.arrives() if step == "A" else handover.leaves() for step in steps]
    second = 2 if steps == "LLA" else 1
    assert answers == [index == second for index in range(3)]


# -- interrupts -----------------------------------------------------------------------------------


class Interrupt(BaseException):
    """As Ctrl-C, from a signal handler."""


@pytest.fixture
def interrupted() -> Iterator[Interrupting]:
    """A signal raises in the main thread, wherever it is."""
    with Interrupting(Interrupt) as interrupting:
        yield interrupting


@pytest.mark.parametrize("styles", ["blocking"], indirect=True)
def test_an_interrupted_lock_is_given_back(styles, scripted, interrupted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    requests: list[Incoming] = []

    def interrupt() -> None:
        requests.append(held.next())
        interrupted.hit()

    aside = styles.aside(interrupt)
    with pytest.raises(Interrupt):
        client.map().lock(1)
    aside.result()
    wait_left(styles, client, 1)
    requests[0].answer()
    check_given_back(cluster, requests[0])
    assert client.map().is_locked(1) is False


@pytest.mark.parametrize("styles", ["blocking"], indirect=True)
def test_a_lock_that_is_interrupted_with_its_answer_in_hand(styles, scripted, monkeypatch) -> None:
    cluster = scripted()
    client = styles.client(cluster)

    def decode(*_: Any) -> None:
        monkeypatch.undo()
        raise Interrupt

    monkeypatch.setattr(acquiring.Acquiring, "decode", decode)
    with pytest.raises(Interrupt):
        client.map().lock(1)
    check_given_back(cluster, cluster.seen("Map.Lock")[0])


@pytest.mark.parametrize("styles", ["blocking"], indirect=True)
def test_an_interrupt_before_the_call_is_known_to_the_caller(styles, scripted, monkeypatch) -> None:
    """The loop has begun the call, and its thread knows no way to cancel it."""
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    numbers = client.map()
    engine = client.raw._blocking
    begin = type(engine).begin

    def begin_and_raise(self: Any, task: Any) -> Any:
        monkeypatch.undo()
        begin(self, task)
        raise Interrupt

    monkeypatch.setattr(type(engine), "begin", begin_and_raise)
    with pytest.raises(Interrupt):
        numbers.lock(1)
    # Either it is stopped before anything is sent, or it is left like any other.
    styles.call(numbers.get, 1)
    if not held.empty:
        request = held.next()
        wait_left(styles, client, 1)
        request.answer()
        check_given_back(cluster, request)
    wait_left(styles, client, 0)


# -- connections that are lost --------------------------------------------------------------------


def test_a_lock_that_was_left_on_a_lost_connection_is_settled(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    pending = styles.begin(client.map().lock, 1)
    first = held.next()
    cancel(pending)
    wait_left(styles, client, 1)
    first.connection.close()
    second = held.next()
    names = "key", "thread_id", "reference_id"
    assert [getattr(first.fields, name) for name in names] == [
        getattr(second.fields, name) for name in names
    ]
    assert not cluster.seen("Map.Unlock")
    second.answer()
    check_given_back(cluster, first)


def test_a_lock_that_is_cancelled_between_two_attempts_is_settled(
    cancelling_styles, scripted
) -> None:
    styles = cancelling_styles
    cluster = scripted(2)
    client = styles.client(cluster)
    key = next(
        key
        for key in range(99)
        if cluster.owner(client.partitions.get_partition_id(key)) is cluster.members[1]
    )
    held = cluster.hold("Map.Lock")
    pending = styles.begin(client.map().lock, key)
    first = held.next()
    # The owner is away, the other member asks to come again until the caller has had enough.
    cluster.always("Map.Lock", fail(39))
    cluster.members[1].kill()
    seen = len(cluster.wait_for("Map.Lock", 5))
    cancel(pending)
    # What the last attempts are refused, the first may have.
    cluster.wait_for("Map.Lock", seen + 3)
    held = cluster.hold("Map.Lock")
    last = held.next()
    assert last.fields.reference_id == first.fields.reference_id
    last.answer()
    check_given_back(cluster, first)


def test_a_lock_that_was_refused_by_all_attempts_needs_no_settling(
    cancelling_styles, scripted
) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    cluster.always("Map.Lock", fail(39))
    pending = styles.begin(client.map().lock, 1)
    cluster.wait_for("Map.Lock", 5)
    cancel(pending)
    cluster.behave("Map.Lock")
    styles.settle()
    seen = len(cluster.seen("Map.Lock"))
    styles.call(client.map().get, 1)
    assert len(cluster.seen("Map.Lock")) <= seen + 1
    assert not cluster.seen("Map.Unlock")


def test_an_end_that_says_nothing_about_the_lock_is_settled(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    cluster.script("Map.Lock", fail(80, "backups did not answer"))
    styles.error(client.map().lock, 1)
    check_given_back(cluster, cluster.seen("Map.Lock")[0])
    assert len(cluster.seen("Map.Lock")) == 2


def test_settling_comes_to_an_end_and_says_so(styles, scripted, caplog, monkeypatch) -> None:
    monkeypatch.setattr(settling, "_MAX_TRIES", 6)
    cluster = scripted()
    client = styles.client(cluster, invocation_retry_pause=0.01)
    cluster.always("Map.Lock", fail(80, "backups did not answer"))
    with caplog.at_level(logging.ERROR, "gridwire.hazelcast.client"):
        styles.error(client.map().lock, 1)
        cluster.wait_for("Map.Lock", 1 + settling._MAX_TRIES)
        wait_for_log(caplog, "Map.Lock of a caller that is gone could not be settled")
    assert len(cluster.seen("Map.Lock")) == 1 + settling._MAX_TRIES


def wait_for_log(caplog: Any, text: str) -> None:
    for _ in range(2000):
        if text in caplog.text:
            return
        time.sleep(0.001)  # it is written by another thread
    raise AssertionError(caplog.text)


def test_an_unlock_is_sent_again_until_it_succeeds(styles, scripted) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    cluster.script("Map.Unlock", hang_up, fail(39))
    pending = styles.begin(client.map().lock, 1, timeout=SHORT)
    request = held.next()
    error_of(pending)
    request.answer()
    unlocks = cluster.wait_for("Map.Unlock", 3)
    assert len({one.fields.reference_id for one in unlocks}) == 1


@pytest.mark.parametrize(("code", "told"), [(NOT_YOURS, False), (23, True)])
def test_an_unlock_that_cannot_be_done_is_told(styles, scripted, caplog, code, told) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    cluster.script("Map.Unlock", fail(code))
    with caplog.at_level(logging.ERROR, "gridwire.hazelcast.client"):
        for key in range(2):
            pending = styles.begin(client.map().lock, key, timeout=SHORT)
            request = held.next()
            error_of(pending)
            request.answer()
            cluster.wait_for("Map.Unlock", key + 1)
        if told:
            wait_for_log(caplog, "Map.Unlock of a caller that is gone could not be settled")
    assert ("could not be settled" in caplog.text) is told


def test_what_is_left_has_a_bound(cancelling_styles, scripted, caplog, monkeypatch) -> None:
    styles = cancelling_styles
    monkeypatch.setattr(settling, "_MAX_LEFT", 2)
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    requests = []
    with caplog.at_level(logging.ERROR, "gridwire.hazelcast.client"):
        for key in range(3):
            pending = styles.begin(client.map().lock, key)
            requests.append(held.next())
            cancel(pending)
            wait_left(styles, client, min(key + 1, 2))
        wait_for_log(caplog, "2 others came after it")
    for request in requests:
        request.answer()
    given_back = {bytes(one.fields.key) for one in cluster.wait_for("Map.Unlock", 2)}
    assert given_back == {bytes(one.fields.key) for one in requests[1:]}


def test_a_client_that_ends_settles_nothing(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted()
    client = styles.client(cluster)
    held = cluster.hold("Map.Lock")
    cluster.always("Map.Unlock", silence)
    pending = [styles.begin(client.map().lock, key) for key in range(2)]
    requests = held.take(2)
    for one in pending:
        cancel(one)
    wait_left(styles, client, 2)
    requests[0].answer()
    cluster.wait_for("Map.Unlock")
    began = time.monotonic()
    client.shutdown()
    assert time.monotonic() - began < 3
    assert left(client) == 0
    assert len(cluster.seen("Map.Lock")) == 2


@pytest.mark.parametrize("styles", ["asyncio"], indirect=True)
def test_what_was_never_sent_is_not_looked_after(styles, scripted) -> None:
    """It waits behind what the member does not read, and is dropped there when it is cancelled."""
    cluster = scripted(receive_buffer=4096)
    client = styles.client(cluster, socket_options=[])
    numbers = client.map()
    styles.call(numbers.set, 1, 2)
    (connection,) = cluster.members[0].connections
    connection.stop_reading()
    cluster.settle()
    large = styles.begin(numbers.set, 1, b"x" * (12 << 20))
    styles.settle()
    pending = styles.begin(numbers.lock, 1)
    styles.settle()
    cancel(pending)
    wait_left(styles, client, 1)
    connection.resume_reading()
    large.result()
    wait_left(styles, client, 0)
    assert not cluster.seen("Map.Lock")
