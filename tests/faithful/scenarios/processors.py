# SPDX-License-Identifier: Apache-2.0
"""Entry processors and interceptors: code of the user that members run."""

from __future__ import annotations

from faithful.catalogue import scenario
from faithful.observing import See


@scenario
def on_a_key(see: See) -> None:
    m, append = see.map(), see.thing("Append", "x")
    m.execute_on_key(1, append)
    m.get(1)
    m.execute_on_key(1, append)
    m.get(1)
    m.execute_on_key(key=1, entry_processor=see.thing("Append", ""))
    m.execute_on_key(1, see.thing("Touch"))
    m.get_entry_view(1)
    m.execute_on_key(1, see.thing("Remove"))
    m.execute_on_key(1, see.thing("Remove"))
    m.execute_on_key(2, see.thing("Touch"))
    m.size()


@scenario
def on_keys(see: See) -> None:
    m, append = see.map(), see.thing("Append", "y")
    m.put_all({key: str(key) for key in range(5)})
    m.execute_on_keys([1, 2], append)
    m.execute_on_keys([2, 2, 9], append)
    m.execute_on_keys(keys=[3], entry_processor=see.thing("Remove"))
    m.execute_on_keys([3, 4], see.thing("Remove"))
    m.execute_on_keys([0, 1], see.thing("Touch"))
    m.execute_on_keys([], append)
    m.execute_on_keys((0,), append)
    m.execute_on_keys({0}, append)
    m.entry_set()


@scenario
def on_entries(see: See) -> None:
    m, p, append = see.map(), see.predicate, see.thing("Append", "z")
    m.execute_on_entries(append)
    m.put_all({key: str(key) for key in range(6)})
    m.execute_on_entries(append)
    m.execute_on_entries(append, p.greater("__key", 3))
    m.execute_on_entries(entry_processor=append, predicate=p.sql("this = '0z'"))
    m.execute_on_entries(append, p.false())
    m.execute_on_entries(see.thing("Remove"), p.less("__key", 2))
    m.execute_on_entries(see.thing("Touch"))
    m.entry_set()
    m.execute_on_entries(see.thing("Remove"))
    m.size()


@scenario
def that_fail(see: See) -> None:
    m, fail = see.map(), see.thing("Fail")
    m.put_all({1: "a", 2: "b"})
    m.execute_on_key(1, fail)
    m.execute_on_key(9, fail)
    m.execute_on_keys([1, 2], fail)
    m.execute_on_entries(fail)
    m.execute_on_entries(fail, see.predicate.false())
    m.entry_set()


@scenario
def that_cannot_be(see: See) -> None:
    m, p, append = see.map(), see.predicate, see.thing("Append", "x")
    m.set(1, "a")
    m.execute_on_key(1, None)
    m.execute_on_key(None, append)
    m.execute_on_key(1)
    m.execute_on_key()
    m.execute_on_key(1, "text")
    m.execute_on_key(1, see.thing("Person", "ann"))
    m.execute_on_keys(None, append)
    m.execute_on_keys([None], append)
    m.execute_on_keys([1, None], append)
    m.execute_on_keys([1], None)
    m.execute_on_keys([1], "text")
    m.execute_on_keys(5, append)
    m.execute_on_entries(None)
    m.execute_on_entries("text")
    m.execute_on_entries(append, "this = 1")
    m.get(1)
    m.execute_on_entries(append, p.paging(None, 1))


@scenario
def that_change_what_does_not_fit(see: See) -> None:
    m = see.map()
    m.set(1, 5)
    m.execute_on_key(1, see.thing("Append", "x"))
    m.get(1)


@scenario
def and_listeners(see: See) -> None:
    m, append = see.map(), see.thing("Append", "x")
    log = see.listen(m, include_value=True)
    m.execute_on_key(1, append)
    m.execute_on_key(1, append)
    m.execute_on_key(1, see.thing("Touch"))
    m.execute_on_key(1, see.thing("Remove"))
    m.execute_on_key(1, see.thing("Remove"))
    m.execute_on_keys([2, 3], append)
    m.execute_on_entries(append, see.predicate.greater("__key", 2))
    m.execute_on_entries(see.thing("Remove"))
    see.events(log, 8)


@scenario
def interceptors(see: See) -> None:
    m = see.map()
    m.set(1, "a")
    m.set(0, 7)
    added: list[str] = []
    see.note(
        "add_interceptor", lambda: added.append(m.quietly("add_interceptor", see.thing("Mark")))
    )
    m.get(1)
    m.get(0)
    m.put(1, "b")
    m.get(1)
    m.put(2, "c")
    m.set(3, "d")
    m.get(3)
    m.put_if_absent(4, "e")
    m.get(4)
    m.put_all({5: "f", 6: 8})
    m.get_all([1, 5, 6])
    m.replace(5, "g")
    m.replace_if_same(5, "gp", "h")
    m.try_put(5, "i")
    m.put_transient(6, "j")
    m.get(6)
    m.values()
    m.entry_set()
    m.contains_value("bp")
    m.contains_value("bpg")
    m.remove(1)
    m.set(7, "kept")
    m.remove(7)
    m.delete(7)
    m.contains_key(7)
    m.remove_if_same(5, "ip")
    m.try_remove(4)
    m.execute_on_key(3, see.thing("Touch"))
    see.note("remove_interceptor", lambda: m.quietly("remove_interceptor", added[0]))
    see.note("remove_interceptor again", lambda: m.quietly("remove_interceptor", added[0]))
    m.get(3)
    m.put(3, "z")
    m.remove(7)


@scenario
def interceptors_that_cannot_be(see: See) -> None:
    m = see.map()
    m.set(1, "a")
    m.add_interceptor(None)
    m.add_interceptor()
    m.add_interceptor("text")
    m.add_interceptor(see.thing("Touch"))
    m.remove_interceptor("never added")
    m.remove_interceptor("")
    m.remove_interceptor(None)
    m.remove_interceptor(5)
    m.get(1)
