# SPDX-License-Identifier: Apache-2.0
"""Queries, written once for both libraries: the modules of a library make the objects.

Each is a function of a namespace with the modules ``p`` (predicate), ``a`` (aggregator) and ``j``
(projection), and ``json`` (`HazelcastJsonValue`), of ours or of the official client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

__all__ = ["AGGREGATORS", "JSON_VALUES", "OFFICIAL", "OURS", "PREDICATES", "PROJECTIONS"]
__all__ += ["TEXTS", "VALUES", "Library", "Make", "queried"]


class Library:
    """The modules of one library.

    Args:
        root: the name of its package.
    """

    def __init__(self, root: str) -> None:
        self.p = import_module(f"{root}.predicate")
        self.a = import_module(f"{root}.aggregator")
        self.j = import_module(f"{root}.projection")
        self.json = import_module(f"{root}.core").HazelcastJsonValue


OURS = Library("gridwire.hazelcast")
OFFICIAL = Library("hazelcast")

Make = Callable[[Any], Any]

PREDICATES: dict[str, Make] = {
    "sql": lambda q: q.p.sql("this > 30 AND __key < 9"),
    "sql of everything": lambda q: q.p.sql(
        "(this BETWEEN 10 AND 90 OR this IN (0, 110)) AND NOT this = 50 AND this <> 60"
    ),
    "equal": lambda q: q.p.equal("this", 30),
    "equal to another type": lambda q: q.p.equal("this", "30"),
    "equal to a float": lambda q: q.p.equal("__key", 3.0),
    "equal to null": lambda q: q.p.equal("this", None),
    "not equal": lambda q: q.p.not_equal("this", 30),
    "not equal to null": lambda q: q.p.not_equal("this", None),
    "and": lambda q: q.p.and_(q.p.greater("this", 20), q.p.less("__key", 6)),
    "and of none": lambda q: q.p.and_(),
    "or": lambda q: q.p.or_(q.p.greater("this", 90), q.p.less("this", 20)),
    "or of none": lambda q: q.p.or_(),
    "not": lambda q: q.p.not_(q.p.greater("this", 20)),
    "between": lambda q: q.p.between("this", 20, 40),
    "between nothing": lambda q: q.p.between("this", 40, 20),
    "in": lambda q: q.p.in_("this", 20, 40, 41, None),
    "in nothing": lambda q: q.p.in_("this"),
    "instance of": lambda q: q.p.instance_of("java.lang.Integer"),
    "instance of a base": lambda q: q.p.instance_of("java.lang.Number"),
    "false": lambda q: q.p.false(),
    "true": lambda q: q.p.true(),
    "greater": lambda q: q.p.greater("this", 50),
    "greater or equal": lambda q: q.p.greater_or_equal("this", 50),
    "less": lambda q: q.p.less("this", 50),
    "less or equal": lambda q: q.p.less_or_equal("this", 50),
    "nested": lambda q: q.p.or_(
        q.p.and_(q.p.not_(q.p.less("this", 70)), q.p.sql("__key > 8")), q.p.equal("__key", 1)
    ),
}
"""What is asked of the ints `VALUES`."""

VALUES = {key: key * 10 for key in range(12)}

TEXTS: dict[str, Make] = {
    "like": lambda q: q.p.like("this", "An%_"),
    "like itself": lambda q: q.p.like("this", "100\\%"),
    "like null": lambda q: q.p.like("this", None),
    "ilike": lambda q: q.p.ilike("this", "AN%"),
    "ilike null": lambda q: q.p.ilike("this", None),
    "regex": lambda q: q.p.regex("this", "A.*[ab]"),
    "regex is of the whole": lambda q: q.p.regex("this", "Ann"),
    "regex null": lambda q: q.p.regex("this", None),
    "sql like": lambda q: q.p.sql("this LIKE 'A%' OR this ILIKE '%OB' OR this REGEX '.0.*'"),
    "greater": lambda q: q.p.greater("this", "Anna"),
    "equal": lambda q: q.p.equal("this", "Bob"),
    "of another type": lambda q: q.p.equal("this", 3),
}
"""What is asked of strings."""

_NAMES = ["Ann", "Anna", "annabel", "Bob", "bobby", "100%", "1000", "Anna b", "", "é"]

JSON_VALUES = [
    {"age": age, "name": f"n{age}", "home": {"city": "Ghent" if age % 2 else "Lund"},
     "limbs": [{"name": "arm", "fingers": age}, {"name": "leg"}], "tags": [age, age + 1]}
    for age in range(10)
]  # fmt: skip
"""Values with paths."""

_JSON: dict[str, Make] = {
    "json attribute": lambda q: q.p.greater("age", 6),
    "json path": lambda q: q.p.equal("home.city", "Ghent"),
    "json item": lambda q: q.p.equal("tags[1]", 4),
    "json any item": lambda q: q.p.equal("tags[any]", 4),
    "json path through any": lambda q: q.p.equal("limbs[any].fingers", 3),
    "json item that is not there": lambda q: q.p.equal("tags[9]", None),
    "json attribute that is not there": lambda q: q.p.equal("shoe", None),
    "json sql": lambda q: q.p.sql("home.city = 'Lund' AND (age < 3 OR tags[any] = 8)"),
    "json key": lambda q: q.p.less("__key", 3),
}


def _aggregator(name: str, *path: str) -> Make:
    return lambda q: getattr(q.a, name)(*path)


_NAMES_OF_AGGREGATORS = (
    "count distinct double_avg double_sum fixed_point_sum floating_point_sum int_avg int_sum "
    "long_avg long_sum max_ min_ number_avg max_by min_by"
)

AGGREGATORS = {name: _aggregator(name, "this") for name in _NAMES_OF_AGGREGATORS.split()}
"""All aggregators, of the whole value."""

AGGREGATORS |= {
    "count of all": lambda q: q.a.count(),
    "distinct of all": lambda q: q.a.distinct(),
    "max of all": lambda q: q.a.max_(),
    "sum of keys": lambda q: q.a.fixed_point_sum("__key"),
    "max by key": lambda q: q.a.max_by("__key"),
}

_JSON_AGGREGATORS: dict[str, Make] = {
    "json average": lambda q: q.a.number_avg("age"),
    "json distinct": lambda q: q.a.distinct("home.city"),
    "json count of items": lambda q: q.a.count("tags[any]"),
    "json max by": lambda q: q.a.max_by("age"),
    "json min": lambda q: q.a.min_("shoe"),
    "json sum of nothing": lambda q: q.a.fixed_point_sum("shoe"),
}

PROJECTIONS: dict[str, Make] = {
    "one attribute": lambda q: q.j.single_attribute("this"),
    "key": lambda q: q.j.single_attribute("__key"),
    "two attributes": lambda q: q.j.multi_attribute("this", "__key"),
    "identity": lambda q: q.j.identity(),
}

_JSON_PROJECTIONS: dict[str, Make] = {
    "json one": lambda q: q.j.single_attribute("home.city"),
    "json three": lambda q: q.j.multi_attribute("age", "tags[0]", "shoe"),
    "json object": lambda q: q.j.single_attribute("home"),
}

_REFUSED: dict[str, Make] = {
    "bad sql": lambda q: q.p.sql("this >"),
    "bad regex": lambda q: q.p.regex("this", "("),
    "no such attribute": lambda q: q.p.equal("shoe", 1),
    "no such class": lambda q: q.p.instance_of("no.such.Class"),
    "compared with null": lambda q: q.p.greater("this", None),
    "like of a number": lambda q: q.p.like("this", "3%"),
}


@dataclass(frozen=True)
class Query:
    """One query.

    Attributes:
        name: of the query.
        method: of the map.
        make: makes the arguments of the method.
    """

    name: str
    method: str
    make: Callable[[Any], tuple[Any, ...]]


def queried() -> Iterator[tuple[str, dict[Any, Any] | str, list[Query]]]:
    """Maps by name, with their entries (``"json"`` stands for `JSON_VALUES`), and their queries."""
    texts = dict(enumerate(_NAMES))
    yield "numbers", VALUES, [*_selections(PREDICATES), *_selections(_REFUSED), *_computed("")]
    yield "texts", texts, _selections(TEXTS)
    yield "json", "json", [*_selections(_JSON), *_computed("json")]
    yield "empty", {}, [*_selections({"true": PREDICATES["true"]}), *_computed("")]


def _selections(table: dict[str, Make]) -> list[Query]:
    return [
        Query(name, method, lambda q, make=make: (make(q),))
        for name, make in table.items()
        for method in ("key_set", "values", "entry_set")
    ]


def _computed(kind: str) -> list[Query]:
    aggregators = _JSON_AGGREGATORS if kind else AGGREGATORS
    projections = _JSON_PROJECTIONS if kind else PROJECTIONS
    found = []
    for method, table in (("aggregate", aggregators), ("project", projections)):
        for name, make in table.items():
            found.append(Query(name, method, lambda q, make=make: (make(q),)))
            found.append(
                Query(
                    f"{name} of some",
                    method,
                    lambda q, make=make: (make(q), q.p.sql("__key < 4")),
                )
            )
    return found
