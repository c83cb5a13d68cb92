# SPDX-License-Identifier: Apache-2.0
"""An exception from a signal handler in a blocking call: nothing of the call is left."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gridwire.errors import Outcome
from gridwire.hazelcast.errors import OperationTimeoutError
from support.interrupting import Interrupting
from support.patience import until

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "pthread_kill")
    or threading.current_thread() is not threading.main_thread(),
    reason="needs a signal in the main thread",
)

BLOCKING = pytest.mark.parametrize("styles", ["blocking"], indirect=True)

CALLS: dict[str, tuple[str, int, Callable[[Any], Any]]] = {
    "get": ("Map.Get", 1, lambda numbers: numbers.get(1)),
    "set": ("Map.Set", 1, lambda numbers: numbers.set(1, "x")),
    "with a time": ("Map.Get", 1, lambda numbers: numbers.get(1, timeout=60)),
    "without an owner": ("Map.Size", 1, lambda numbers: numbers.size()),
    "many": ("Map.GetAll", 3, lambda numbers: numbers.get_all(range(3))),
}
"""To the call: what a member gets, and how often."""


class Interrupt(Exception):
    """Of an application that raises in its handler."""


@pytest.fixture(params=[KeyboardInterrupt, Interrupt])
def interrupt(request: pytest.FixtureRequest) -> type[BaseException]:
    """What a signal raises in the main thread, wherever it is."""
    error: type[BaseException] = request.param
    return error


@pytest.fixture
def hit(interrupt: type[BaseException]) -> Iterator[Callable[[], None]]:
    """Sends the signal."""
    with Interrupting(interrupt) as interrupting:
        yield interrupting.hit


@BLOCKING
@pytest.mark.parametrize("name", CALLS)
def test_its_place_is_free_at_once_and_its_late_answer_is_nobodys(
    styles, scripted, interrupt, hit, name
) -> None:
    kind, count, call = CALLS[name]
    cluster = scripted()
    client = styles.client(cluster, max_pending_invocations=count)
    numbers = client.map()
    core = client.raw._core
    held = cluster.hold(kind)
    requests: list[Any] = []

    def interrupt_it() -> None:
        requests.extend(held.take(count))
        hit()

    aside = styles.aside(interrupt_it)
    with pytest.raises(interrupt):
        call(numbers)
    aside.result()
    until(lambda: not core.calls.pending)
    cluster.behave(kind)
    # There is room for these, while the member still has the others.
    assert numbers.put(9, "new", timeout=20) is None
    late = core.counters.late_replies
    for request in requests:
        request.answer_as_usual()
    until(lambda: core.counters.late_replies == late + count)
    assert numbers.get(9, timeout=20) == "new"
    assert not core.calls.own_deadline
    assert core.counters.indeterminate_writes == (name == "set")


@BLOCKING
def test_what_waits_for_a_connection_is_not_sent_later(styles, scripted, interrupt, hit) -> None:
    cluster = scripted()
    client = styles.client(cluster)
    numbers = client.map()
    cluster.members[0].kill()
    until(lambda: not client.raw._core.state.routes.connections)
    invocations = client.raw._core.parking._invocations

    def interrupt_it() -> None:
        until(lambda: invocations)
        hit()

    aside = styles.aside(interrupt_it)
    with pytest.raises(interrupt):
        numbers.set(1, "x")
    aside.result()
    cluster.members[0].revive()
    assert numbers.get(1, timeout=20) is None
    assert not cluster.seen("Map.Set")
    error = styles.error(numbers.set, 1, "x", timeout=0)
    assert (type(error), error.outcome) == (OperationTimeoutError, Outcome.NOT_SENT)
