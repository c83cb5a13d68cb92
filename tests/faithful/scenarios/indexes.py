# SPDX-License-Identifier: Apache-2.0
"""Indexes: what may be asked for, and that results stay what they were."""

from __future__ import annotations

from faithful.catalogue import scenario
from faithful.observing import See
from faithful.scenarios.queries import people

KINDS = (0, 1, 2, "SORTED", "HASH", "BITMAP")


@scenario
def kinds(see: See) -> None:
    for kind in KINDS:
        m, p = see.map(f"of {kind}"), see.predicate
        people(see, m)
        m.add_index(["age"], kind)
        m.add_index(["city"], kind, "by city")
        m.add_index(attributes=["name"], index_type=kind, name=None, bitmap_index_options=None)
        m.key_set(p.equal("age", 25))
        m.key_set(p.greater("age", 25))
        m.key_set(p.equal("city", None))
        m.key_set(p.in_("name", "ann", "Eve"))
        m.key_set(p.not_equal("age", 25))
        m.key_set(p.between("age", 25, 30))


@scenario
def by_enum(see: See) -> None:
    m = see.map()
    for name in ("SORTED", "HASH", "BITMAP"):
        m.add_index(["x"], getattr(see.library.config.IndexType, name))


@scenario
def several_attributes(see: See) -> None:
    m, p = see.map(), see.predicate
    people(see, m)
    m.add_index(["age", "city"])
    m.add_index(["active", "age", "name"], 1)
    m.add_index(["age", "city"], 2)
    m.key_set(p.and_(p.equal("age", 25), p.equal("city", "Ghent")))


@scenario
def twice(see: See) -> None:
    m = see.map()
    m.add_index(["a"])
    m.add_index(["a"])
    m.add_index(["a"], 1)
    m.add_index(["a"], 0, "named")
    m.add_index(["b"], 0, "named")
    m.add_index(["a"], 1, "named")


@scenario
def bitmap_options(see: See) -> None:
    m = see.map()
    for options in (
        {},
        {"unique_key": "__key"},
        {"unique_key": "name"},
        {"unique_key": "this"},
        {"unique_key": 5},
        {"unique_key_transformation": 0},
        {"unique_key_transformation": 1},
        {"unique_key_transformation": 2},
        {"unique_key_transformation": 9},
        {"unique_key_transformation": "LONG"},
        {"unique_key": "__key", "unique_key_transformation": "RAW"},
        {"nonsense": 1},
        5,
    ):
        m.add_index(["age"], "BITMAP", bitmap_index_options=options)


@scenario
def what_cannot_be(see: See) -> None:
    m = see.map()
    m.add_index()
    m.add_index([])
    m.add_index(None)
    m.add_index("age")
    m.add_index([""])
    m.add_index(["  "])
    m.add_index([None])
    m.add_index([5])
    m.add_index(["a", "a"])
    m.add_index(["this.a", "a"])
    m.add_index(["this.a"])
    m.add_index(["a."])
    m.add_index(["a b"])
    m.add_index(["__key", "this"])
    m.add_index(["a"], 9)
    m.add_index(["a"], "sorted")
    m.add_index(["a"], None)
    m.add_index(["a"], 0, 5)
    m.add_index(["a"], 0, "")
    m.add_index(["a"], 0, "  spaced  ")
    m.add_index([f"a{number}" for number in range(255)])
    m.add_index([f"a{number}" for number in range(256)])
    m.add_index(["a"] * 3)


@scenario
def values_without_the_attribute(see: See) -> None:
    m, p = see.map(), see.predicate
    m.add_index(["shoe"])
    m.set(1, see.thing("Person", "ann"))
    m.get(1)
    m.key_set(p.equal("name", "ann"))
