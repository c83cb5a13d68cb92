# SPDX-License-Identifier: Apache-2.0
"""Listeners of entries: which events come, in which order, and what they carry."""

from __future__ import annotations

from faithful.catalogue import scenario
from faithful.observing import EVENT_KINDS, See


@scenario
def every_change(see: See) -> None:
    m = see.map()
    log = see.listen(m, include_value=True)
    m.put(1, "a")
    m.put(1, "b")
    m.set(1, "c")
    m.set(1, "c")
    m.replace(1, "d")
    m.replace(2, "d")
    m.replace_if_same(1, "d", "e")
    m.replace_if_same(1, "d", "f")
    m.put_if_absent(1, "g")
    m.put_transient(1, "h")
    m.try_put(1, "i")
    m.set(1, "j", ttl=100)
    m.set_ttl(1, 200)
    m.remove_if_same(1, "x")
    m.remove_if_same(1, "j")
    m.remove_if_same(1, "j")
    see.events(log, 10)
    m.put_if_absent(1, "a")
    m.remove(1)
    m.remove(1)
    m.try_put(1, "b", 1)
    m.try_remove(1)
    m.try_remove(1)
    m.set(1, "c")
    m.delete(1)
    m.delete(1)
    m.put_transient(1, "d")
    m.evict(1)
    m.evict(1)
    see.events(log, 8)
    see.note("remove it", lambda: m.quietly("remove_entry_listener", log.registration))


@scenario
def bulk_changes(see: See) -> None:
    m = see.map()
    log = see.listen(m, include_value=True)
    m.put_all({key: key * 2 for key in range(8)})
    see.events(log, 8)
    m.put_all({key: key * 3 for key in range(4, 10)})
    see.events(log, 6)
    m.get_all(list(range(10)))
    m.key_set()
    m.size()
    m.set(1, "last")
    see.events(log, 1)


@scenario
def the_whole_map(see: See) -> None:
    m = see.map()
    log = see.listen(m, include_value=True)
    m.put_all(dict.fromkeys(range(20), "x"))
    see.events(log, 20)
    m.clear()
    see.events(log, 20, entries=True)
    m.put_all(dict.fromkeys(range(15), "y"))
    see.events(log, 15)
    m.evict_all()
    see.events(log, 15, entries=True)
    m.clear()
    m.evict_all()
    m.set(1, "after")
    see.events(log, 1)


@scenario
def without_values(see: See) -> None:
    m = see.map()
    log = see.listen(m)
    m.put(1, "a")
    m.put(1, "b")
    m.remove(1)
    m.put(1, "c")
    m.evict(1)
    see.events(log, 5)


@scenario
def of_one_key(see: See) -> None:
    m = see.map()
    log = see.listen(m, True, "mine")
    everything = see.listen(m, True)
    m.put("other", 1)
    m.put("mine", 2)
    m.put("mine", 3)
    m.remove("other")
    m.remove("mine")
    m.put("mine", 4)
    m.put("other", 5)
    m.clear()
    see.events(everything, 8)
    see.events(log, 5)


@scenario
def keys_that_are_falsy(see: See) -> None:
    m = see.map()
    keys = (0, "", False, 0.0, [])
    logs = [see.listen(m, include_value=True, key=key) for key in keys]
    for key in keys:
        m.set(key, "value")
    for log in logs:
        see.events(log, 1)


@scenario
def only_some_kinds(see: See) -> None:
    m = see.map()
    logs = {kind: see.listen(m, True, kinds=(kind,)) for kind in EVENT_KINDS}
    for key in ("a", "b"):
        m.set(key, 1)
        m.set(key, 2)
    m.remove("a")
    m.evict("b")
    m.set("c", 3)
    m.clear()
    m.set("d", 4)
    m.evict_all()
    for kind, count in (("added", 4), ("updated", 2), ("removed", 1), ("evicted", 1)):
        see.events(logs[kind], count)
    for kind in ("clear_all", "evict_all"):
        see.events(logs[kind], 1, entries=True)
    for kind in ("merged", "expired", "loaded"):
        see.events(logs[kind], 0)


@scenario
def two_clients(see: See) -> None:
    m = see.map()
    other = see.map_of(see.other_client(), note="other: ")
    log = see.listen(m, include_value=True)
    theirs = see.listen(other, include_value=True)
    m.set(1, "a")
    other.set(1, "b")
    other.remove(1)
    m.set(2, "c")
    other.delete(2)
    see.events(log, 5)
    see.events(theirs, 5)


@scenario
def removing(see: See) -> None:
    m = see.map()
    log, stays = see.listen(m, True), see.listen(m, True)
    m.set(1, "a")
    see.events(log, 1)
    m.quietly("remove_entry_listener", log.registration)
    m.remove_entry_listener("never registered")
    m.remove_entry_listener("")
    m.set(1, "b")
    see.events(stays, 2)
    see.events(log, 0)


@scenario
def removing_twice(see: See) -> None:
    m = see.map()
    log = see.listen(m, True)
    see.note("remove", lambda: m.quietly("remove_entry_listener", log.registration))
    see.note("remove again", lambda: m.quietly("remove_entry_listener", log.registration))


@scenario
def removing_nothing(see: See) -> None:
    m = see.map()
    m.remove_entry_listener(None)
    m.remove_entry_listener(5)


@scenario
def no_function(see: See) -> None:
    m = see.map()
    m.add_entry_listener(added_func=5)


@scenario
def many_changes_of_a_key(see: See) -> None:
    m = see.map()
    log = see.listen(m, include_value=True)
    for value in range(30):
        m.set("k", value)
    see.events(log, 30)


@scenario
def destroyed(see: See) -> None:
    m = see.map()
    log = see.listen(m, include_value=True)
    m.set(1, "a")
    see.events(log, 1)
    m.destroy()
    again = see.map()
    again.size()
