# SPDX-License-Identifier: Apache-2.0
"""What a client counts about the ends of its calls."""

from __future__ import annotations

import pytest

from support.call_styles import error_of
from support.scripted_replies import fail, hang_up, silence


def counted(client, *names: str) -> tuple[int, ...]:
    """Counters; nothing public tells them here, so this looks inside."""
    return tuple(getattr(client.raw._core.counters, name) for name in names)


def test_each_attempt_after_the_first_is_a_retry(styles_and_uvloop, scripted) -> None:
    styles = styles_and_uvloop
    cluster = scripted(2)
    client = styles.client(cluster)
    numbers = client.map()
    styles.call(numbers.get, 1)
    assert counted(client, "retries") == (0,)
    cluster.script("Map.Get", fail(46), fail(62))
    styles.call(numbers.get, 1)
    assert counted(client, "retries") == (2,)


@pytest.mark.parametrize(
    ("behaviour", "unknown"),
    [(hang_up, 1), (silence, 1), (fail(22), 1), (fail(38), 1), (fail(42), 0)],
    ids=["lost", "no answer", "final", "member gave up", "refused"],
)
def test_writes_whose_outcome_is_unknown(styles, scripted, behaviour, unknown) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    cluster.always("Map.Set", behaviour)
    cluster.always("Map.Get", fail(22))
    styles.error(numbers.get, 1)
    assert counted(client, "indeterminate_writes") == (0,)
    styles.error(numbers.set, 1, 2, timeout=0.1)
    assert counted(client, "indeterminate_writes") == (unknown,)


def test_a_cancelled_write_is_one_too(cancelling_styles, scripted) -> None:
    styles = cancelling_styles
    cluster = scripted(1)
    client = styles.client(cluster)
    numbers = client.map()
    sets, gets = cluster.hold("Map.Set"), cluster.hold("Map.Get")
    for held, method, args in ((gets, numbers.get, (1,)), (sets, numbers.set, (1, 2))):
        pending = styles.begin(method, *args)
        request = held.next()
        pending.cancel()
        error_of(pending)
        styles.settle()
        request.fail(22)
    styles.call(numbers.size)
    assert counted(client, "indeterminate_writes", "late_replies") == (1, 2)


def test_late_answers_are_counted(styles, scripted) -> None:
    cluster = scripted(1)
    client = styles.client(cluster)
    held = cluster.hold("Map.Get")
    styles.error(client.map().get, 1, timeout=0.05)
    held.next().answer(None)
    styles.call(client.map().size)
    assert counted(client, "late_replies") == (1,)
