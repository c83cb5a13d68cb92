# SPDX-License-Identifier: Apache-2.0
"""Aggregators and projections."""

from __future__ import annotations

import decimal

from faithful.catalogue import scenario
from faithful.observing import See
from faithful.scenarios.queries import jsons, people

PLAIN = ("count", "distinct", "max_", "min_")
SUMS = ("fixed_point_sum", "floating_point_sum", "int_sum", "long_sum", "double_sum")
AVERAGES = ("int_avg", "long_avg", "double_avg", "number_avg")
BY = ("max_by", "min_by")


@scenario
def of_integers(see: See) -> None:
    m, a, p = see.map(), see.aggregator, see.predicate
    m.quietly("put_all", {f"k{number}": number for number in (1, 2, 3, 4, 5, -10)})
    for name in (*PLAIN, *SUMS, *AVERAGES):
        m.aggregate(getattr(a, name)())
        m.aggregate(getattr(a, name)("this"))
        m.aggregate(getattr(a, name)(), p.greater("this", 2))
        m.aggregate(getattr(a, name)(), p.false())
    for name in BY:
        m.aggregate(getattr(a, name)("this"))
        m.aggregate(getattr(a, name)("__key"))
        m.aggregate(getattr(a, name)("this"), p.false())
    m.aggregate(aggregator=a.count("__key"), predicate=p.true())


@scenario
def of_floats(see: See) -> None:
    m, a = see.map(), see.aggregator
    m.quietly("put_all", {number: number / 4 for number in range(6)})
    for name in (*PLAIN, *SUMS, *AVERAGES):
        m.aggregate(getattr(a, name)("this"))


@scenario
def of_texts(see: See) -> None:
    m, a = see.map(), see.aggregator
    m.quietly("put_all", {word: word for word in ("a", "b", "B", "é", "")})
    for name in (*PLAIN, *SUMS, *AVERAGES):
        m.aggregate(getattr(a, name)())


@scenario
def of_decimals(see: See) -> None:
    m, a = see.map(), see.aggregator
    m.quietly("put_all", {number: decimal.Decimal(number) / 4 for number in range(5)})
    for name in (*PLAIN, *SUMS, *AVERAGES):
        m.aggregate(getattr(a, name)())


@scenario
def of_mixed_values(see: See) -> None:
    m, a = see.map(), see.aggregator
    m.quietly("put_all", {1: 1, 2: "two", 3: 3.5})
    for name in PLAIN:
        m.aggregate(getattr(a, name)())


@scenario
def of_attributes(see: See) -> None:
    m, a, p = see.map(), see.aggregator, see.predicate
    people(see, m)
    for path in ("age", "salary", "height", "city", "active", "shoe"):
        for name in (*PLAIN, *SUMS, *AVERAGES):
            m.aggregate(getattr(a, name)(path))
    for path in ("name", "salary", "height", "shoe"):
        for name in BY:
            m.aggregate(getattr(a, name)(path))
    m.aggregate(a.max_("age"), p.equal("city", "Ghent"))
    m.aggregate(a.count("name"), p.sql("age = 25"))
    m.aggregate(a.max_by("salary"), p.sql("active"))


@scenario
def of_json(see: See) -> None:
    m, a = see.map(), see.aggregator
    jsons(see, m)
    for path in ("name", "age", "tags[any]", "pets[any].age", "address.city", "nothing"):
        for name in ("count", "distinct", "max_", "min_", "number_avg"):
            m.aggregate(getattr(a, name)(path))


@scenario
def of_large_numbers(see: See) -> None:
    m, a = see.map(), see.aggregator
    m.quietly("put_all", dict.fromkeys(range(5), 2**31 - 1))
    for name in (*SUMS, *AVERAGES):
        m.aggregate(getattr(a, name)())


@scenario
def of_nothing(see: See) -> None:
    m, a = see.map(), see.aggregator
    for name in (*PLAIN, *SUMS, *AVERAGES):
        m.aggregate(getattr(a, name)())
        m.aggregate(getattr(a, name)("shoe"))
    for name in BY:
        m.aggregate(getattr(a, name)("shoe"))


@scenario
def aggregators_that_cannot_be(see: See) -> None:
    m, a, p = see.map(), see.aggregator, see.predicate
    m.quietly("put_all", {1: 1, 2: 2})
    m.aggregate(None)
    m.aggregate("count")
    m.aggregate()
    m.aggregate(a.count(), "this = 1")
    m.aggregate(a.count(), p.paging(None, 1))
    m.aggregate(a.count("this[any]"))
    m.aggregate(a.max_("[any]"))
    m.aggregate(a.count(""))
    m.aggregate(a.count(None))
    m.aggregate(a.max_by(""))
    m.aggregate(a.max_by())
    m.aggregate(a.count("this["))
    m.aggregate(a.count(5))


@scenario
def projections(see: See) -> None:
    m, j, p = see.map(), see.projection, see.predicate
    people(see, m)
    m.project(j.single_attribute("name"))
    m.project(j.single_attribute("city"))
    m.project(j.single_attribute("age"), p.greater("age", 25))
    m.project(j.single_attribute("__key"))
    m.project(j.single_attribute("this"))
    m.project(j.multi_attribute("name", "age"))
    m.project(j.multi_attribute("name", "city"), p.false())
    m.project(j.multi_attribute("__key"))
    m.project(j.identity())
    m.project(j.identity(), p.equal("name", "ann"))
    m.project(projection=j.single_attribute("name"), predicate=p.sql("active"))
    m.project(j.single_attribute("shoe"))
    m.project(j.multi_attribute("name", "shoe"))
    see.map("empty").project(j.single_attribute("shoe"))


@scenario
def projections_of_json(see: See) -> None:
    m, j = see.map(), see.projection
    jsons(see, m)
    m.project(j.single_attribute("name"))
    m.project(j.single_attribute("age"))
    m.project(j.single_attribute("address.city"))
    m.project(j.single_attribute("tags[0]"))
    m.project(j.single_attribute("pets[0].name"))
    m.project(j.multi_attribute("name", "age"))
    m.project(j.single_attribute("pets"))


@scenario
def projections_that_cannot_be(see: See) -> None:
    m, j, p = see.map(), see.projection, see.predicate
    m.quietly("put_all", {1: 1, 2: 2})
    m.project(None)
    m.project("name")
    m.project()
    m.project(j.single_attribute(None))
    m.project(j.single_attribute(""))
    m.project(j.single_attribute("tags[any]"))
    m.project(j.multi_attribute())
    m.project(j.multi_attribute("a[any]"))
    m.project(j.multi_attribute("this", None))
    m.project(j.identity(), p.paging(None, 1))
    m.project(j.identity(), "this = 1")
    m.project(j.single_attribute(5))
