# SPDX-License-Identifier: Apache-2.0
"""A map with a near cache gives what a map without one gives, and hears of others' changes."""

from __future__ import annotations

from typing import Any

from faithful.catalogue import scenario
from faithful.observing import See, SeenMap


def _maps(see: See, **options: Any) -> tuple[SeenMap, SeenMap]:
    """A map with a near cache, and the same map of another client, without one."""
    client = see.other_client(near_caches={see.name: options})
    return see.map_of(client, note="near: "), see.map()


def _both(see: See) -> list[tuple[SeenMap, SeenMap]]:
    return [
        _maps(see, in_memory_format=kind, invalidate_on_change=True)
        for kind in ("BINARY", "OBJECT")
    ]


def _until(see: See, near: SeenMap, key: Any, value: Any) -> None:
    see.eventually(f"get({key!r}) -> {value!r}", lambda: near.quietly("get", key) == value)
    near.get(key)


@scenario
def reads(see: See) -> None:
    for near, plain in _both(see):
        near.get("k")
        near.get("k")
        plain.set("k", "a")
        _until(see, near, "k", "a")
        near.get("k")
        near.get(None)
        near.get_entry_view("k")
        near.size()
        near.values()
        plain.delete("k")
        _until(see, near, "k", None)


@scenario
def changes_of_others(see: See) -> None:
    for near, plain in _both(see):
        plain.put_all(dict.fromkeys(range(5), "a"))
        for key in range(5):
            near.get(key)
        plain.set(0, "b")
        _until(see, near, 0, "b")
        plain.remove(1)
        _until(see, near, 1, None)
        plain.put_all({2: "c", 3: "d"})
        _until(see, near, 2, "c")
        _until(see, near, 3, "d")
        plain.evict(4)
        _until(see, near, 4, None)
        plain.clear()
        for key in range(4):
            _until(see, near, key, None)
        plain.set(9, "e")
        _until(see, near, 9, "e")
        plain.evict_all()
        _until(see, near, 9, None)


@scenario
def own_changes(see: See) -> None:
    for near, plain in _both(see):
        near.set("k", "a")
        near.get("k")
        near.put("k", "b")
        near.get("k")
        near.put_if_absent("k", "c")
        near.get("k")
        near.replace("k", "d")
        near.get("k")
        near.replace_if_same("k", "d", "e")
        near.get("k")
        near.try_put("k", "f")
        near.get("k")
        near.put_transient("k", "g")
        near.get("k")
        near.execute_on_key("k", see.thing("Append", "h"))
        near.get("k")
        near.remove_if_same("k", "nothing")
        near.get("k")
        near.remove_if_same("k", "gh")
        near.get("k")
        near.set("k", "i")
        near.get("k")
        near.remove("k")
        near.get("k")
        near.set("k", "j")
        near.get("k")
        near.delete("k")
        near.get("k")
        near.set("k", "k")
        near.get("k")
        near.try_remove("k")
        near.get("k")
        near.set("k", "l")
        near.get("k")
        near.evict("k")
        near.get("k")
        near.set("k", "m")
        near.get("k")
        near.clear()
        near.get("k")
        near.set("k", "n")
        near.get("k")
        near.evict_all()
        near.get("k")
        plain.clear()


@scenario
def many_own_changes(see: See) -> None:
    for near, plain in _both(see):
        near.put_all(dict.fromkeys(range(4), "a"))
        for key in range(5):
            near.get(key)
        near.put_all({1: "b", 4: "c"})
        _until(see, near, 1, "b")
        _until(see, near, 4, "c")
        near.execute_on_keys([0, 1], see.thing("Append", "d"))
        _until(see, near, 0, "ad")
        near.execute_on_entries(see.thing("Append", "e"))
        _until(see, near, 2, "ae")
        near.remove_all(see.predicate.equal("__key", 2))
        _until(see, near, 2, None)
        plain.clear()


@scenario
def values_that_are_falsy(see: See) -> None:
    for near, plain in _both(see):
        for value in (0, "", False, []):
            near.set("k", value)
            near.get("k")
            near.get("k")
            plain.get("k")


@scenario
def many_keys(see: See) -> None:
    # What is there before the near cache is, no late invalidation takes out of it.
    see.map().put_all({"k1": "v1", "k2": "v2", "k3": "v3"})
    for near, _ in _both(see):
        near.get("k1")
        near.get_all(["k1"])
        near.get_all(["k1", "k2"])
        near.get_all(["k1", "k2", "k3", "k4"])
        near.get_all([])


@scenario
def keys_that_are_cached(see: See) -> None:
    plain = see.map()
    plain.set("k1", "v1")
    plain.set("k0", 0)
    for near, _ in _both(see):
        near.get("k1")
        near.get("k0")
        near.contains_key("k1")
        near.contains_key("k0")
        near.contains_key("k2")


@scenario
def small_ones(see: See) -> None:
    for policy in ("NONE", "LRU", "LFU", "RANDOM"):
        near, plain = _maps(see, eviction_policy=policy, eviction_max_size=4)
        plain.put_all({key: key for key in range(12)})
        for _ in range(2):
            see.note("all of them", lambda: [near.quietly("get", key) for key in range(12)])  # noqa: B023
        plain.set(11, "new")
        _until(see, near, 11, "new")


@scenario
def without_invalidation(see: See) -> None:
    see.map().set("k", "a")
    near, plain = _maps(see, invalidate_on_change=False)
    near.get("k")
    plain.set("k", "b")
    near.get("k")
    near.set("k", "c")
    near.get("k")


@scenario
def listeners_beside(see: See) -> None:
    near, plain = _maps(see)
    log = see.listen(near, include_value=True)
    near.set("k", "a")
    near.get("k")
    plain.set("k", "b")
    see.events(log, 2)
    _until(see, near, "k", "b")


@scenario
def destroyed(see: See) -> None:
    near, plain = _maps(see)
    near.set("k", "a")
    near.get("k")
    near.destroy()
    plain.get("k")
