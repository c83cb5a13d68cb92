# SPDX-License-Identifier: Apache-2.0
"""Listeners on real members: with and without a key, with and without a predicate."""

from __future__ import annotations

import queue
import time
import uuid
from typing import Any

import pytest

from gridwire.hazelcast.predicate import less, sql

pytestmark = pytest.mark.real_member

# What merges and loads needs a split cluster and a map store.
KINDS = "added", "removed", "updated", "evicted", "expired", "evict_all", "clear_all"


class Ears:
    """Keeps what it hears, in order."""

    def __init__(self) -> None:
        self._heard: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()

    def functions(self) -> dict[str, Any]:
        """For every kind of event."""
        return {f"{kind}_func": self._function(kind) for kind in KINDS}

    def _function(self, kind: str) -> Any:
        def hear(event: Any) -> None:
            self._heard.put((kind, event.key, event.old_value, event.value))

        return hear

    def next(self) -> tuple[Any, ...]:
        """What comes next; waits for it."""
        return self._heard.get(timeout=20)

    def by_key(self, count: int) -> dict[Any, list[tuple[Any, ...]]]:
        """The next events of each key; members keep no order between keys."""
        found: dict[Any, list[tuple[Any, ...]]] = {}
        for _ in range(count):
            kind, key, *values = self.next()
            found.setdefault(key, []).append((kind, *values))
        return found

    @property
    def silent(self) -> bool:
        """Whether nothing is waiting to be looked at."""
        return self._heard.empty()


def change(styles: Any, numbers: Any) -> None:
    """Everything that there are events about, for two keys and large and small values."""
    for key in (1, 2):
        styles.call(numbers.set, key, 10)
        styles.call(numbers.set, key, 100)
        styles.call(numbers.set, key, 20)
        styles.call(numbers.remove, key)
        styles.call(numbers.set, key, 30)
        styles.call(numbers.evict, key)
    styles.call(numbers.set, 1, 40)
    styles.call(numbers.clear)


def expected(key: int | None, small: bool) -> dict[Any, list[tuple[Any, ...]]]:
    """What is told about that, to who listens to a key, or to small values."""
    told: dict[Any, list[tuple[Any, ...]]] = {None: [("clear_all", None, None)]}
    for one in (1, 2):
        if key not in (None, one):
            continue
        told[one] = [
            ("added", None, 10),
            *([] if small else [("updated", 10, 100)]),
            ("updated", 100, 20),
            ("removed", 20, None),
            ("added", None, 30),
            ("evicted", 30, None),
        ]
    if 1 in told:
        told[1].append(("added", None, 40))
    return told


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("key", [None, 1, 2])
def test_each_combination_is_told_its_own(styles, real_cluster, key, small) -> None:
    numbers = styles.client(real_cluster).map(f"listened {uuid.uuid4()}")
    ears = Ears()
    predicate = less("this", 50) if small else None
    styles.call(numbers.add_entry_listener, True, key, predicate, **ears.functions())
    change(styles, numbers)
    told = expected(key, small)
    assert ears.by_key(sum(map(len, told.values()))) == told
    assert ears.silent


def test_a_predicate_on_keys_without_values(styles, real_cluster) -> None:
    numbers = styles.client(real_cluster).map(f"listened {uuid.uuid4()}")
    ears = Ears()
    styles.call(numbers.add_entry_listener, predicate=sql("__key > 1"), **ears.functions())
    for key in (1, 2, 3):
        styles.call(numbers.set, key, key)
    styles.call(numbers.evict_all)
    added = [("added", None, None)]
    assert ears.by_key(3) == {2: added, 3: added, None: [("evict_all", None, None)]}
    assert ears.silent


def test_functions_may_be_given_by_position(styles, real_cluster) -> None:
    """As with the official client: added, removed, updated, and so on."""
    numbers = styles.client(real_cluster).map(f"listened {uuid.uuid4()}")
    added: queue.SimpleQueue[Any] = queue.SimpleQueue()
    removed: queue.SimpleQueue[Any] = queue.SimpleQueue()
    styles.call(numbers.add_entry_listener, False, None, None, added.put, removed.put)
    styles.call(numbers.set, 1, 2)
    styles.call(numbers.delete, 1)
    assert added.get(timeout=20).key == removed.get(timeout=20).key == 1


@pytest.mark.real_member(versions=("5.7.0",))
def test_an_expired_entry_is_told(styles, real_cluster) -> None:
    numbers = styles.client(real_cluster).map(f"listened {uuid.uuid4()}")
    ears = Ears()
    styles.call(numbers.add_entry_listener, True, 1, less("this", 50), **ears.functions())
    styles.call(numbers.set, 1, 2, 0.5)
    assert ears.next() == ("added", 1, None, 2)
    while styles.call(numbers.get, 1) is not None:
        time.sleep(0.02)  # a member notices when it is asked, or every few seconds
    assert ears.next() == ("expired", 1, 2, None)


def test_a_listener_with_a_predicate_is_removed(styles, real_cluster) -> None:
    numbers = styles.client(real_cluster).map(f"listened {uuid.uuid4()}")
    ears, others = Ears(), Ears()
    registered = styles.call(
        numbers.add_entry_listener, True, None, sql("this > 0"), **ears.functions()
    )
    styles.call(numbers.add_entry_listener, True, **others.functions())
    styles.call(numbers.set, 1, 1)
    assert ears.next() == others.next() == ("added", 1, None, 1)
    assert styles.call(numbers.remove_entry_listener, registered) is True
    styles.call(numbers.set, 2, 2)
    assert others.next() == ("added", 2, None, 2)
    assert ears.silent
