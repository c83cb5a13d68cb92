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
from support.patience import until

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "pthread_kill")
    or threading.current_thread() is not threading.main_thread(),
    reason="needs a signal in the main thread",
)

_arrived = threading.Event()

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
def interrupt(request: pytest.FixtureRequest) -> Iterator[type[BaseException]]:
    """What SIGUSR1 raises in the main thread, wherever it is."""

    def handle(*_: object) -> None:
        if not _arrived.is_set():
            _arrived.set()
            raise request.param

    _arrived.clear()
    before = signal.signal(signal.SIGUSR1, handle)
    yield request.param
    signal.signal(signal.SIGUSR1, before)


def hit() -> None:
    """Send the signal until its handler has run.

    Python does not look at one that comes when a thread is just about to wait for a lock, until
    something else wakes it up.
    """
    while not _arrived.is_set():
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
        _arrived.wait(0.1)


@BLOCKING
@pytest.mark.parametrize("name", CALLS)
def test_its_place_is_free_at_once_and_its_late_answer_is_nobodys(
    styles, scripted, interrupt, name
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
def test_what_waits_for_a_connection_is_not_sent_later(styles, scripted, interrupt) -> None:
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
