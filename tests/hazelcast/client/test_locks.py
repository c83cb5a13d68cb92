# SPDX-License-Identifier: Apache-2.0
"""Locks on keys: whose they are, how long one waits, and the block that holds one."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.errors import (
    HazelcastError,
    IllegalMonitorStateError,
    NullArgumentError,
    OperationTimeoutError,
)
from support.call_styles import error_of
from support.scripted_replies import fail, hang_up, silence

SHORT = 0.12
NOT_YOURS = 26


def one_after_the_other(styles, *calls: tuple[Any, ...]) -> list[Any]:
    """Several calls of one thread or task."""
    if styles.name != "asyncio":
        return [styles.call(method, *args) for method, *args in calls]

    async def run() -> list[Any]:
        return [await method(*args) for method, *args in calls]

    return styles.run(run())


def owners(cluster, *names: str) -> list[int]:
    """Whose the requests of these kinds are, one after the other."""
    return [one.fields.thread_id for name in names for one in cluster.seen(name)]


# -- whose they are -------------------------------------------------------------------------------


def test_what_a_caller_does_is_done_in_its_own_name(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    one_after_the_other(
        styles,
        (numbers.lock, 1),
        (numbers.set, 1, 2),
        (numbers.get, 1),
        (numbers.try_lock, 1),
        (numbers.unlock, 1),
    )
    names = "Map.Lock", "Map.Set", "Map.Get", "Map.TryLock", "Map.Unlock"
    assert len(set(owners(cluster, *names))) == 1
    assert len(owners(cluster, *names)) == 5


def test_callers_are_told_apart(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    one_after_the_other(styles, (numbers.lock, 1))
    one_after_the_other(styles, (numbers.set, 1, 2))
    if styles.name != "asyncio":
        # For threads, the second call above was the same caller's.
        styles.aside(styles.call, numbers.set, 1, 2).result()
    assert owners(cluster, "Map.Set")[-1] != owners(cluster, "Map.Lock")[0]


def test_nobody_is_told_apart_while_nobody_locks(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    one_after_the_other(styles, (numbers.set, 1, 2))
    styles.aside(styles.call, numbers.set, 1, 2).result()
    assert set(owners(cluster, "Map.Set")) == {1}


def test_a_caller_that_came_after_another_is_not_the_same(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    for _ in range(20):
        styles.aside(one_after_the_other, styles, (numbers.lock, 1)).result()
    assert len(set(owners(cluster, "Map.Lock"))) == 20


def test_other_questions_about_locks(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    held = cluster.hold("Map.IsLocked")
    pending = styles.begin(numbers.is_locked, 1)
    held.next().answer(True)
    assert pending.result() is True
    assert styles.call(numbers.force_unlock, 1) is None
    assert len(cluster.seen("Map.ForceUnlock")) == 1


def test_a_lock_that_one_does_not_have_cannot_be_given_back(styles, scripted) -> None:
    cluster = scripted()
    cluster.script("Map.Unlock", fail(NOT_YOURS, "Current thread is not owner of the lock!"))
    error = styles.error(styles.client(cluster).map().unlock, 1)
    assert isinstance(error, IllegalMonitorStateError)
    assert error.outcome is Outcome.REJECTED


@pytest.mark.parametrize("method", ["lock", "try_lock", "unlock", "force_unlock", "is_locked"])
def test_none_is_no_key(styles, scripted, method) -> None:
    cluster = scripted()
    error = styles.error(getattr(styles.client(cluster).map(), method), None)
    assert isinstance(error, NullArgumentError)
    assert error.outcome is Outcome.NOT_SENT


# -- how long one waits ---------------------------------------------------------------------------


def test_a_lock_takes_as_long_as_it_takes(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster, invocation_timeout=SHORT).map()
    held = cluster.hold("Map.Lock")
    cluster.always("Map.Get", silence)
    pending = styles.begin(numbers.lock, 1)
    request = held.next()
    assert isinstance(styles.error(numbers.get, 1), OperationTimeoutError)
    assert not pending.done()
    request.answer()
    assert pending.result() is None


def test_a_lock_ends_when_its_caller_gave_it_a_time(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.always("Map.Lock", silence)
    error = styles.error(numbers.lock, 1, timeout=SHORT)
    assert isinstance(error, OperationTimeoutError)
    assert error.facts["phase"] == "waiting for the answer"
    assert SHORT * 0.9 <= error.facts["elapsed"] < 3


def test_a_lock_may_be_tried_for_longer_than_a_call_may_take(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster, invocation_timeout=SHORT).map()
    held = cluster.hold("Map.TryLock")
    cluster.always("Map.Get", silence)
    pending = styles.begin(numbers.try_lock, 1, None, 30)
    request = held.next()
    assert isinstance(styles.error(numbers.get, 1), OperationTimeoutError)
    assert not pending.done()
    request.answer(False)
    assert pending.result() is False


def test_a_try_without_an_answer_ends(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.always("Map.TryLock", silence)
    error = styles.error(numbers.try_lock, 1, timeout=SHORT / 2, call_timeout=SHORT / 2)
    assert isinstance(error, OperationTimeoutError)
    assert SHORT * 0.9 <= error.facts["elapsed"] < 3


def test_a_lock_is_asked_for_again_under_the_same_number(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    cluster.script("Map.Lock", hang_up, fail(39))
    assert styles.call(numbers.lock, 1) is None
    attempts = [one.fields for one in cluster.seen("Map.Lock")]
    assert len(attempts) == 3
    assert len({(one.thread_id, one.reference_id) for one in attempts}) == 1
    styles.call(numbers.lock, 1)
    assert cluster.seen("Map.Lock")[-1].fields.reference_id != attempts[0].reference_id


def test_lease_and_patience_are_sent_in_milliseconds(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    styles.call(numbers.lock, 1, 2.5)
    styles.call(numbers.try_lock, 1, lease_time=3, timeout=0.25)
    assert cluster.seen("Map.Lock")[0].fields.ttl == 2500
    fields = cluster.seen("Map.TryLock")[0].fields
    assert (fields.lease, fields.timeout) == (3000, 250)


# -- the block ------------------------------------------------------------------------------------


class Boom(Exception):
    """What a block ends with."""


def in_block(styles, numbers, body=None, times: int = 1, **how: Any) -> None:
    """Hold the lock of a key, and do something meanwhile."""
    context = styles.here(numbers.lock_context, 1, **how)

    def block() -> None:
        for _ in range(times):
            context.__enter__()
        try:
            if body is not None:
                body()
        except BaseException as error:
            for _ in range(times):
                context.__exit__(type(error), error, error.__traceback__)
            raise
        for _ in range(times):
            context.__exit__(None, None, None)

    async def async_block() -> None:
        async with context:
            if times > 1:
                async with context:
                    return
            if body is not None:
                body()

    if styles.name == "asyncio":
        styles.run(async_block())
    else:
        block()


def test_a_block_holds_the_lock(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    inside: list[tuple[int, int]] = []
    in_block(styles, numbers, lambda: inside.append(counts(cluster)))
    assert inside == [(1, 0)]
    assert counts(cluster) == (1, 1)
    assert len(set(owners(cluster, "Map.Lock", "Map.Unlock"))) == 1


def counts(cluster) -> tuple[int, int]:
    return len(cluster.seen("Map.Lock")), len(cluster.seen("Map.Unlock"))


def test_a_block_in_a_block_of_the_same_lock(styles, scripted) -> None:
    cluster = scripted()
    in_block(styles, styles.client(cluster).map(), times=2)
    assert counts(cluster) == (2, 2)


def test_an_error_in_a_block_gives_the_lock_back(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()

    def boom() -> None:
        raise Boom

    with pytest.raises(Boom):
        in_block(styles, numbers, boom)
    assert counts(cluster) == (1, 1)


def test_a_lock_that_is_not_got_leaves_nothing_to_give_back(styles, scripted) -> None:
    cluster = scripted()
    cluster.always("Map.Lock", fail(23))
    with pytest.raises(HazelcastError):
        in_block(styles, styles.client(cluster).map())
    assert counts(cluster) == (1, 0)


def test_a_block_waits_no_longer_than_it_is_told(styles, scripted) -> None:
    cluster = scripted()
    cluster.always("Map.Lock", silence)
    with pytest.raises(OperationTimeoutError):
        in_block(styles, styles.client(cluster).map(), lease_time=1, timeout=SHORT)
    assert cluster.seen("Map.Lock")[0].fields.ttl == 1000


def test_a_block_says_that_its_lock_was_lost(styles, scripted) -> None:
    cluster = scripted()
    cluster.script("Map.Unlock", fail(NOT_YOURS))
    with pytest.raises(IllegalMonitorStateError):
        in_block(styles, styles.client(cluster).map())


def test_the_error_of_a_block_has_a_note_that_its_lock_was_lost(styles, scripted) -> None:
    cluster = scripted()
    cluster.script("Map.Unlock", fail(NOT_YOURS, "not the owner"))

    def boom() -> None:
        raise Boom

    with pytest.raises(Boom) as caught:
        in_block(styles, styles.client(cluster).map(), boom)
    (note,) = caught.value.__notes__
    assert "not given back as usual: not the owner" in note


def test_an_unlock_that_failed_is_sent_until_it_is_answered(styles, scripted) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    held = cluster.hold("Map.Unlock")

    def leave() -> None:
        in_block(styles, numbers)

    pending = styles.aside(leave)
    held.next().fail(48, "a runtime error, after who knows what")
    error = error_of(pending)
    assert isinstance(error, HazelcastError)
    second = held.next()
    first, again = (one.fields for one in cluster.seen("Map.Unlock"))
    assert (first.thread_id, first.reference_id) == (again.thread_id, again.reference_id)
    second.answer()


@pytest.mark.parametrize("styles", ["blocking"], indirect=True)
def test_a_block_may_be_left_in_another_thread(styles, scripted) -> None:
    cluster = scripted()
    context = styles.client(cluster).map().lock_context(1)
    context.__enter__()
    thread = threading.Thread(target=context.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    assert len(set(owners(cluster, "Map.Lock", "Map.Unlock"))) == 1


@pytest.mark.parametrize("styles", ["asyncio"], indirect=True)
def test_a_block_that_is_left_by_a_second_cancellation_gives_the_lock_back(
    styles, scripted
) -> None:
    cluster = scripted()
    numbers = styles.client(cluster).map()
    held = cluster.hold("Map.Unlock")
    inside = threading.Event()

    async def block() -> None:
        async with numbers.lock_context(1):
            inside.set()
            await asyncio.Event().wait()

    pending = asyncio.run_coroutine_threadsafe(block(), styles.loop)
    assert inside.wait(10)
    pending.cancel()
    first = held.next()
    tasks = [one for one in styles.here(asyncio.all_tasks) if "block" in repr(one)]
    assert len(tasks) == 1
    styles.here(tasks[0].cancel)
    second = held.next()
    assert first.fields.reference_id == second.fields.reference_id
    second.answer()
