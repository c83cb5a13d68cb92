# SPDX-License-Identifier: Apache-2.0
"""Locks of keys: between threads or tasks of one client, and between two clients."""

from __future__ import annotations

from faithful.catalogue import scenario
from faithful.observing import See


@scenario
def again_and_again(see: See) -> None:
    m = see.map()
    m.is_locked(1)
    m.lock(1)
    m.is_locked(1)
    m.lock(1)
    m.try_lock(1)
    m.unlock(1)
    m.is_locked(1)
    m.unlock(1)
    m.is_locked(1)
    m.unlock(1)
    m.is_locked(1)
    m.unlock(1)
    m.size()
    m.lock(key=2, lease_time=None)
    m.try_lock(key=2, lease_time=100, timeout=0)
    m.is_locked(key=2)
    m.unlock(key=2)
    m.force_unlock(key=2)
    m.is_locked(2)
    m.force_unlock(2)


@scenario
def of_another_owner(see: See) -> None:
    m = see.map()
    ann = m.by("ann")
    m.set(1, "a")
    ann.lock(1)
    m.is_locked(1)
    m.try_lock(1)
    m.try_lock(1, timeout=0.02)
    m.try_lock(1, 100, 0.02)
    m.unlock(1)
    m.get(1)
    m.get_all([1])
    m.values()
    m.contains_key(1)
    m.get_entry_view(1)
    m.try_put(1, "b")
    m.try_put(1, "b", 0.02)
    m.try_remove(1)
    m.set_ttl(2, 5)
    m.set(2, "free")
    ann.set(1, "c")
    ann.put(1, "d")
    ann.try_put(1, "e")
    ann.replace(1, "f")
    ann.get(1)
    ann.remove(1)
    ann.is_locked(1)
    ann.put_if_absent(1, "g")
    ann.delete(1)
    ann.unlock(1)
    m.is_locked(1)
    m.try_put(1, "h")


@scenario
def of_another_client(see: See) -> None:
    m = see.map()
    other = see.map_of(see.other_client(), note="other: ")
    m.lock(1)
    other.is_locked(1)
    other.try_lock(1)
    other.unlock(1)
    other.try_put(1, "x")
    m.put(1, "y")
    other.force_unlock(1)
    m.is_locked(1)
    m.unlock(1)
    other.lock(1)
    m.try_lock(1)
    other.unlock(1)
    m.try_lock(1)
    m.unlock(1)


@scenario
def waiting_for_a_lock(see: See) -> None:
    m = see.map()
    ann, bob = m.by("ann"), m.by("bob")
    other = see.map_of(see.other_client(), note="other: ")
    ann.lock(1)
    first = bob.begin("lock", 1)
    other.is_locked(1)
    see.waits(first)
    ann.unlock(1)
    see.end(first)
    m.try_lock(1)
    second = other.by("carl").begin("try_lock", 1, timeout=20)
    m.is_locked(1)
    see.waits(second)
    bob.unlock(1)
    see.end(second)
    m.is_locked(1)
    m.force_unlock(1)
    m.is_locked(1)


@scenario
def writes_wait_for_the_lock(see: See) -> None:
    m = see.map()
    ann = m.by("ann")
    for method, *values in (
        ("put", "x"),
        ("set", "y"),
        ("replace", "z"),
        ("put_if_absent", "w"),
        ("put_transient", "v"),
        ("remove",),
        ("delete",),
        ("try_put", "u", 20),
        ("try_remove", 20),
        ("set_ttl", 100),
        ("evict",),
        ("remove_if_same", "nothing"),
        ("replace_if_same", "nothing", "t"),
    ):
        ann.lock(1)
        begun = m.by("bob").begin(method, 1, *values)
        see.map_of(see.client, note="meanwhile: ").is_locked(1)
        see.waits(begun)
        ann.unlock(1)
        see.end(begun)
        m.get(1)


@scenario
def whole_maps_with_locked_keys(see: See) -> None:
    m = see.map()
    ann = m.by("ann")
    m.put_all({1: "a", 2: "b", 3: "c"})
    ann.lock(2)
    ann.lock(9)
    m.evict_all()
    m.key_set()
    m.is_locked(9)
    m.clear()
    m.key_set()
    m.size()
    ann.unlock(2)
    ann.unlock(9)
    m.size()


@scenario
def locks_and_listeners(see: See) -> None:
    m = see.map()
    log = see.listen(m, include_value=True)
    m.lock(1)
    m.set(1, "a")
    m.unlock(1)
    m.lock(2)
    m.force_unlock(2)
    m.set(2, "b")
    see.events(log, 2)


@scenario
def keys_that_are_odd(see: See) -> None:
    m = see.map()
    for key in (0, "", False, 0.0, [], "x" * 1000):
        m.lock(key)
        m.is_locked(key)
        m.unlock(key)
        m.is_locked(key)
    for method in ("lock", "try_lock", "unlock", "force_unlock", "is_locked"):
        getattr(m, method)(None)
        getattr(m, method)()
        getattr(m, method)(2**31)


@scenario
def times_that_are_odd(see: See) -> None:
    m = see.map()
    # A member ends these some time later, whoever has the lock then: so on keys of their own.
    m.lock(2, 0)
    m.try_lock(3, 0)
    for at, seconds in enumerate((10**9, 3600.5)):
        m.lock(at, seconds)
        m.is_locked(at)
        m.force_unlock(at)
        m.try_lock(at, seconds)
        m.is_locked(at)
        m.force_unlock(at)
    m.try_lock(1, None, None)
    m.lock(1, -1)
    m.try_lock(1, -1)
    m.try_lock(1, timeout=-1)
    m.lock(1, "1")
    m.try_lock(1, timeout="1")
    m.try_lock(1, float("nan"))
    m.lock(1, float("inf"))


@scenario
def destroyed_with_its_locks(see: See) -> None:
    m = see.map()
    m.lock(1)
    m.destroy()
    again = see.map()
    again.is_locked(1)
