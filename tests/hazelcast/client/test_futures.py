# SPDX-License-Identifier: Apache-2.0
"""The future style: futures of calls, what may be done with them, and on which thread."""

from __future__ import annotations

import concurrent.futures
import threading

import pytest

from gridwire import hazelcast
from gridwire.hazelcast.errors import (
    HazelcastIOError,
    HazelcastTimeoutError,
    NullArgumentError,
    TargetDisconnectedError,
)
from gridwire.hazelcast.future import (
    Future,
    ImmediateExceptionFuture,
    ImmediateFuture,
    TimedCallback,
    combine_futures,
)
from support.scripted_replies import fail, hang_up

ONE = b"\0\0\0\0\xff\xff\xff\xf9\0\0\0\1"


@pytest.fixture
def made(scripted):
    """A scripted cluster of one member, a client of it, and a map."""
    cluster = scripted(1)
    with hazelcast.HazelcastClient(
        cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
    ) as client:
        yield cluster, client, client.get_map("m")


def test_a_future_knows_how_far_it_is(made) -> None:
    cluster, _, numbers = made
    held = cluster.hold("Map.Get")
    future = numbers.get(1)
    request = held.next()
    assert isinstance(future, Future)
    assert (future.done(), future.running(), future.is_success()) == (False, True, False)
    request.answer(ONE)
    assert future.result() == 1
    assert (future.done(), future.running(), future.is_success()) == (True, False, True)
    assert future.exception() is None
    assert future.traceback() is None
    assert future.cancelled() is False


def test_a_future_can_be_waited_for_with_a_limit(made) -> None:
    cluster, _, numbers = made
    held = cluster.hold("Map.Get")
    future = numbers.get(1)
    request = held.next()
    with pytest.raises(HazelcastTimeoutError, match="goes on"):
        future.result(0.01)
    with pytest.raises(HazelcastTimeoutError):
        future.exception(0)
    assert not future.done()
    request.answer(ONE)
    assert future.result(5) == 1
    assert future.result(0) == 1


def test_a_future_of_a_failure_raises_it_as_often_as_asked(made) -> None:
    cluster, _, numbers = made
    cluster.always("Map.Get", fail(22, "disk full"))
    future = numbers.get(1)
    for _ in range(3):
        with pytest.raises(HazelcastIOError, match="disk full"):
            future.result(5)
    assert isinstance(future.exception(), HazelcastIOError)
    assert future.traceback() is not None
    assert not future.is_success()


def test_errors_about_arguments_come_from_the_method(made) -> None:
    _, _, numbers = made
    with pytest.raises(NullArgumentError):
        numbers.get(None)
    with pytest.raises(NullArgumentError):
        numbers.set(1, None)


def test_callbacks_run_on_the_thread_of_the_callbacks(made) -> None:
    cluster, client, numbers = made
    held = cluster.hold("Map.Get")
    future = numbers.get(1)
    request = held.next()
    ran = threading.Event()
    seen: list[object] = []

    def note(one: object) -> None:
        seen.extend((one, threading.current_thread().name))
        ran.set()

    future.add_done_callback(note)
    assert not seen
    request.answer(ONE)
    assert ran.wait(5)
    assert seen[0] is future
    assert "callbacks" in seen[1]
    assert client.name in seen[1]


def test_a_callback_of_what_is_done_runs_at_once(made) -> None:
    _, _, numbers = made
    future = numbers.get(1)
    future.result(5)
    seen: list[object] = []
    future.add_done_callback(lambda one: seen.append(threading.current_thread()))
    assert seen == [threading.current_thread()]


def test_every_callback_runs_once_whenever_it_is_added(made) -> None:
    _, _, numbers = made
    counts = [0] * 400
    done = threading.Semaphore(0)
    futures = []
    for number in range(200):
        future = numbers.put(number, number)
        futures.append(future)

        def count(_: object, number: int = number) -> None:
            counts[number] += 1
            done.release()

        future.add_done_callback(count)
        future.add_done_callback(lambda _, count=count, number=number: count(_, number + 200))
    for _ in range(400):
        assert done.acquire(timeout=5)
    assert counts == [1] * 400


def test_a_callback_that_raises_is_logged_and_harms_nothing(made, caplog) -> None:
    cluster, _, numbers = made
    held = cluster.hold("Map.Get")
    future = numbers.get(1)
    request = held.next()
    ran = threading.Event()

    def broken(_: object) -> None:
        raise ValueError("the callback is broken")

    future.add_done_callback(broken)
    future.add_done_callback(lambda _: ran.set())
    request.answer(ONE)
    assert ran.wait(5)
    assert future.result(5) == 1
    assert any("the callback is broken" in (record.exc_text or "") for record in caplog.records)


class Board:
    """A callback with names of its own, which mean nothing to a future."""

    def __init__(self, completed) -> None:
        self.completed = completed
        self.told: list[Future] = []

    def __call__(self, future: Future) -> None:
        self.told.append(future)


def test_what_else_a_callback_has_is_its_own_affair() -> None:
    touched = []
    for completed in (True, lambda: touched.append(1), lambda one, two: None):
        board, future = Board(completed), Future()
        future.add_done_callback(board)
        future.set_result(1)
        assert (future.result(), board.told) == (1, [future])
    assert touched == []


def test_who_measures_is_told_the_moment_and_called_in_turn(made) -> None:
    cluster, _, numbers = made
    busy, over, told = threading.Event(), threading.Event(), threading.Event()
    held = cluster.hold("Map.Get")
    first, second = numbers.get(1), numbers.get(2)
    first.add_done_callback(lambda _: busy.wait(10))
    second.add_done_callback(TimedCallback(over.set, lambda _: told.set()))
    held.next().answer(ONE)
    held.next().answer(ONE)
    assert over.wait(10)
    assert not told.is_set()
    busy.set()
    assert told.wait(10)


@pytest.mark.parametrize("exit_class", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_callback_that_wants_to_end_the_thread_ends_nothing(made, exit_class) -> None:
    cluster, _, numbers = made
    held = cluster.hold("Map.Get")
    future = numbers.get(1)
    request = held.next()

    def leave(_: object) -> None:
        raise exit_class

    future.add_done_callback(leave)
    request.answer(None)
    future.result(5)
    cluster.behave("Map.Get")
    ran = threading.Event()
    held = cluster.hold("Map.Size")
    later = numbers.size()
    request = held.next()
    later.add_done_callback(lambda _: ran.set())
    request.answer(3)
    assert ran.wait(3)


def test_a_callback_may_call_the_cluster(made) -> None:
    cluster, client, numbers = made
    held = cluster.hold("Map.Get")
    future = numbers.get(1)
    request = held.next()
    values: list[object] = []
    ran = threading.Event()

    def go_on(_: object) -> None:
        inner = client.get_map("other").blocking()
        inner.set(1, "x")
        values.extend([inner.get(1), inner.get_all([1, 2])])
        ran.set()

    future.add_done_callback(go_on)
    cluster.behave("Map.Get")
    request.answer(None)
    assert ran.wait(5)
    assert values == ["x", {1: "x"}]


def test_continue_with_gives_what_the_function_gives(made) -> None:
    _, _, numbers = made
    numbers.set(1, 20).result(5)
    following = numbers.get(1).continue_with(lambda done, more: done.result() + more, 3)
    assert following.result(5) == 23


def test_continue_with_follows_a_future(made) -> None:
    _, _, numbers = made
    following = (
        numbers.set(1, "x")
        .continue_with(lambda _: numbers.put(1, "y"))
        .continue_with(lambda before: (before.result(), numbers.get(1)))
        .continue_with(lambda both: both.result()[1])
    )
    assert following.result(5) == "y"


def test_continue_with_passes_failures_on(made) -> None:
    cluster, _, numbers = made
    cluster.always("Map.Get", fail(22, "disk full"))
    following = numbers.get(1).continue_with(lambda done: done.result())
    with pytest.raises(HazelcastIOError, match="disk full"):
        following.result(5)

    def broken(_: object) -> None:
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        numbers.set(1, 2).continue_with(broken).result(5)


def test_combined_futures_keep_their_order(made) -> None:
    cluster, _, numbers = made
    held = cluster.hold("Map.Get")
    futures = [numbers.get(key) for key in range(5)]
    combined = combine_futures(futures)
    requests = held.take(5)
    for request in reversed(requests):
        assert not combined.done()
        request.answer(request.fields.key)
    assert combined.result(5) == [0, 1, 2, 3, 4]
    assert combine_futures([]).result(0) == []


def test_combined_futures_fail_with_the_first_in_order_when_all_are_done(made) -> None:
    cluster, _, numbers = made
    held = cluster.hold("Map.Get")
    combined = combine_futures([numbers.get(key) for key in range(3)])
    first, second, third = held.take(3)
    third.fail(22, "the third")
    cluster.settle()
    assert not combined.done()
    second.fail(27, "the second")
    first.answer(ONE)
    with pytest.raises(Exception, match="the second"):
        combined.result(5)


def test_combined_futures_may_be_of_any_kind() -> None:
    combined = combine_futures([ImmediateFuture(1), ImmediateFuture(2)])
    assert combined.result(0) == [1, 2]
    failed = combine_futures([ImmediateFuture(1), ImmediateExceptionFuture(KeyError("x"))])
    with pytest.raises(KeyError):
        failed.result(0)


def test_a_future_that_was_cancelled_says_so(made) -> None:
    cluster, _, numbers = made
    held = cluster.hold("Map.Get")
    future = numbers.get(1)
    held.next()
    told = threading.Event()
    seen: list[bool] = []

    def note(one: Future) -> None:
        seen.append(one.cancelled())
        told.set()

    future.add_done_callback(note)
    assert future.cancel() is True
    assert future.cancelled()
    assert future.done()
    with pytest.raises(concurrent.futures.CancelledError):
        future.result(5)
    with pytest.raises(concurrent.futures.CancelledError):
        future.exception(5)
    assert told.wait(5)
    assert seen == [True]
    assert future.cancel() is False


def test_a_cancelled_retry_says_so_to_its_callbacks(made) -> None:
    cluster, _, numbers = made
    held = cluster.hold("Map.Set")
    told = threading.Event()
    seen: list[bool] = []

    def note(one: Future) -> None:
        seen.append(one.cancelled())
        told.set()

    for _ in range(30):
        future = numbers.set(1, 2)
        held.next().fail(46)
        held.next()
        future.add_done_callback(note)
        future.cancel()
        assert told.wait(5)
        told.clear()
    assert seen == [True] * 30


def test_many_threads_may_wait_for_one_future(made) -> None:
    cluster, _, numbers = made
    held = cluster.hold("Map.Get")
    future = numbers.get(1)
    request = held.next()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(future.result, 10) for _ in range(8)]
        request.answer(ONE)
        assert [one.result(10) for one in waiting] == [1] * 8


def test_a_value_is_decoded_once(made) -> None:
    cluster, _, numbers = made
    cluster.script("Map.Get", lambda request: request.answer(b"\0\0\0\0\xff\xff\xff\xe3\0\0\0\0"))
    future = numbers.get(1)
    assert future.result(5) is future.result(5)


def test_a_future_of_a_lost_connection_fails_by_itself(made) -> None:
    cluster, _, numbers = made
    cluster.always("Map.Set", hang_up)
    told = threading.Event()
    future = numbers.set(1, 2)
    future.add_done_callback(lambda _: told.set())
    assert told.wait(5)
    assert isinstance(future.exception(), TargetDisconnectedError)


def test_blocking_and_futures_are_two_sides_of_one_map(made) -> None:
    _, _, numbers = made
    numbers.set(1, "x").result(5)
    assert numbers.blocking().get(1) == "x"
    assert numbers.blocking().name == numbers.name == "m"
