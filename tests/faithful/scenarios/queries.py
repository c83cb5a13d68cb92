# SPDX-License-Identifier: Apache-2.0
"""Predicates: which entries they choose, from values of several kinds."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid

from faithful.catalogue import scenario
from faithful.observing import See, SeenMap

# Sums of these come out the same in whatever order they are added.
PEOPLE = (
    ("ann", 30, 5_000_000_000, 1.75, True, "Ghent"),
    ("bob", 25, 100, 1.875, False, "Bruges"),
    ("cat", 35, -7, 1.5, True, None),
    ("dan", 25, 0, 2.0, False, "Ghent"),
    ("Eve", 60, 2**40, 1.75, True, "new york"),
)

JSONS = (
    '{"name": "ann", "age": 30, "address": {"city": "Ghent"}, "tags": ["a", "b"]}',
    '{"name": "bob", "age": 25, "address": {"city": null}, "tags": []}',
    '{"name": "cat", "age": -1, "pets": [{"name": "rex", "age": 3}, {"name": "tom"}]}',
    '{"name": null, "age": null, "active": true}',
    "[1, 2, 3]",
    '"text"',
    "5",
    "null",
)


def people(see: See, m: SeenMap) -> None:
    m.quietly("put_all", {at: see.thing("Person", *one) for at, one in enumerate(PEOPLE)})


def jsons(see: See, m: SeenMap) -> None:
    m.quietly("put_all", {at: see.json(text) for at, text in enumerate(JSONS)})


@scenario
def numbers(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("put_all", {number: number for number in (-5, 0, 1, 2, 3, 10, 100, 2**31 - 1)})
    for value in (2, 2.0, "2", "2.0", 2.5, -5, 2**31 - 1, True):
        m.values(p.equal("this", value))
        m.values(p.not_equal("this", value))
        m.values(p.greater("this", value))
        m.values(p.greater_or_equal("this", value))
        m.values(p.less("this", value))
        m.values(p.less_or_equal("this", value))
    for bounds in ((1, 3), (3, 1), (2, 2), (0.5, 2.5), ("1", "3"), (-100, 1e9)):
        m.values(p.between("this", *bounds))
    for values in ((1,), (1, 2, 1), (1.0, "2", 3.5), ()):
        m.values(p.in_("this", *values))
    m.values(p.equal("__key", 10))
    m.key_set(p.greater("__key", 5))
    m.entry_set(p.less("__key", 1))


@scenario
def texts(see: See) -> None:
    m, p = see.map(), see.predicate
    words = ("", "a", "A", "ab", "abc", "a%c", "a_c", "é", "\N{GRINNING FACE}", "a\nb", "1", "10")
    m.quietly("put_all", {word: word for word in words})
    for value in ("", "a", "A", "é", "\N{GRINNING FACE}", 1, "zz"):
        m.values(p.equal("this", value))
        m.values(p.greater("this", value))
        m.values(p.less_or_equal("this", value))
    for pattern in (
        "a%",
        "%b%",
        "a_",
        "A%",
        "a\\%c",
        "a\\_c",
        "%",
        "",
        "_",
        "a%c",
        "\N{GRINNING FACE}",
    ):
        m.values(p.like("this", pattern))
        m.values(p.ilike("this", pattern))
    for pattern in ("a.*", "a", "[ab]+", "(?i)a", "", ".", "a\nb", ".*"):
        m.values(p.regex("this", pattern))
    m.values(p.between("this", "a", "b"))
    m.values(p.in_("this", "a", "é", "zz"))
    m.values(p.instance_of("java.lang.String"))
    m.values(p.instance_of("java.lang.Integer"))


@scenario
def combined(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("put_all", {number: number for number in range(10)})
    m.values(p.and_(p.greater("this", 2), p.less("this", 6)))
    m.values(p.or_(p.greater("this", 7), p.less("this", 2)))
    m.values(p.not_(p.greater("this", 2)))
    m.values(p.and_())
    m.values(p.or_())
    m.values(p.and_(p.greater("this", 8)))
    m.values(p.or_(p.greater("this", 8)))
    m.values(p.true())
    m.values(p.false())
    m.values(p.not_(p.true()))
    m.values(p.not_(p.not_(p.equal("this", 3))))
    deep = p.equal("this", 1)
    for number in range(2, 8):
        deep = p.or_(deep, p.and_(p.true(), p.not_(p.not_equal("this", number))))
    m.values(deep)
    m.key_set(p.or_(p.equal("__key", 1), p.equal("this", 2)))


@scenario
def attributes_of_objects(see: See) -> None:
    m, p = see.map(), see.predicate
    people(see, m)
    m.values(p.equal("name", "ann"))
    m.values(p.equal("name", "Ann"))
    m.key_set(p.greater("age", 25))
    m.key_set(p.greater("age", 24.5))
    m.key_set(p.equal("age", "25"))
    m.key_set(p.between("age", 25, 30))
    m.key_set(p.in_("age", 25, 60, 61))
    m.key_set(p.equal("salary", 100))
    m.key_set(p.greater("salary", 100))
    m.key_set(p.equal("height", 1.75))
    m.key_set(p.less("height", 1.75))
    m.key_set(p.equal("active", True))
    m.key_set(p.equal("active", "true"))
    m.key_set(p.equal("active", False))
    m.key_set(p.equal("city", None))
    m.key_set(p.not_equal("city", None))
    m.key_set(p.greater("city", "C"))
    m.key_set(p.like("city", "%h%"))
    m.key_set(p.like("city", None))
    m.key_set(p.ilike("name", "E%"))
    m.key_set(p.regex("city", "[A-Z].*"))
    m.key_set(p.and_(p.equal("city", "Ghent"), p.less("age", 30)))
    m.key_set(p.equal("__key", 1))
    m.key_set(p.instance_of("gridwire.faithful.Things$Person"))
    m.entry_set(p.equal("name", "bob"))


@scenario
def attributes_that_are_not_there(see: See) -> None:
    m, p = see.map(), see.predicate
    people(see, m)
    m.values(p.equal("shoe", 1))
    m.values(p.equal("name.first", 1))
    m.values(p.greater("shoe", 1))
    m.values(p.like("shoe", "%"))
    m.values(p.in_("shoe", 1))
    m.values(p.sql("shoe = 1"))
    n = see.map("numbers")
    n.quietly("put_all", {1: 1, 2: 2})
    n.values(p.equal("shoe", 1))
    n.values(p.equal("this.shoe", 1))
    n.values(p.equal("__key.shoe", 1))
    n.values(p.equal("", 1))
    empty = see.map("empty")
    empty.values(p.equal("shoe", 1))


@scenario
def attributes_of_json(see: See) -> None:
    m, p = see.map(), see.predicate
    jsons(see, m)
    m.key_set(p.equal("name", "ann"))
    m.key_set(p.equal("age", 30))
    m.key_set(p.equal("age", "25"))
    m.key_set(p.greater("age", 24.5))
    m.key_set(p.less("age", 0))
    m.key_set(p.between("age", 0, 25))
    m.key_set(p.equal("name", None))
    m.key_set(p.not_equal("name", "ann"))
    m.key_set(p.equal("address.city", "Ghent"))
    m.key_set(p.equal("address.city", None))
    m.key_set(p.equal("tags[0]", "a"))
    m.key_set(p.equal("tags[1]", "b"))
    m.key_set(p.equal("tags[9]", "b"))
    m.key_set(p.equal("tags[any]", "b"))
    m.key_set(p.equal("pets[any].name", "tom"))
    m.key_set(p.equal("pets[0].age", 3))
    m.key_set(p.equal("pets[1].age", None))
    m.key_set(p.equal("active", True))
    m.key_set(p.like("name", "%a%"))
    m.key_set(p.equal("nothing.at.all", 1))
    m.values(p.equal("name", "cat"))


@scenario
def json_numbers(see: See) -> None:
    p = see.predicate
    for kind, texts in {
        "whole": ("1", "2", "-1", "5000000000"),
        "fractions": ("1.0", "1.5", "-0.5", "300.25"),
        "powers": ("1e2", "1.5E-3"),
        "huge": ("1" * 30, "-" + "1" * 30),
        "truths": ("true", "false"),
        "texts": ('"1"', '"a"', '"\\u00e9\\n"'),
    }.items():
        m = see.map(kind)
        m.quietly("put_all", {at: see.json(f'{{"n": {text}}}') for at, text in enumerate(texts)})
        m.key_set(p.equal("n", 1))
        m.key_set(p.equal("n", 1.5))
        m.key_set(p.equal("n", "\N{LATIN SMALL LETTER E WITH ACUTE}\n"))
        m.key_set(p.greater("n", 1))
        m.key_set(p.between("n", 0, 300))
        m.key_set(p.less("n", 0))
        m.key_set(p.equal("n", True))
        m.key_set(p.sql("n > 1"))


@scenario
def sql(see: See) -> None:
    m, p = see.map(), see.predicate
    people(see, m)
    for text in (
        "age = 25",
        "age == 25",
        "age != 25",
        "age <> 25",
        "age > 25",
        "age >= 30",
        "age < 30",
        "age <= 25",
        "AGE = 25",
        "age=25",
        "active",
        "active = true",
        "not active",
        "NOT (active)",
        "active AND age > 30",
        "active and age > 30 or name = 'bob'",
        "active and (age > 30 or name = 'bob')",
        "age between 25 and 30",
        "age BETWEEN 26 AND 60 AND active",
        "age in (25, 60)",
        "age not in (25, 60)",
        "name in ('ann', 'bob')",
        "name like 'a%'",
        "name not like 'a%'",
        "name LIKE '_a_'",
        "name ilike 'E%'",
        "name regex '[a-c].*'",
        "name = ann",
        "name = 'it''s'",
        "city = null",
        "city != null",
        "city = 'new york'",
        "__key = 1",
        "__key > 2",
        "height > 1.7",
        "salary > 4999999999",
        "salary = -7",
        "name > 'bob'",
        "true",
        "false",
        "",
        "age",
        "age =",
        "age = 25 and",
        "(age = 25",
        "age = 25)",
        "age in ()",
        "age like",
        "and",
        "age ~ 5",
    ):
        m.key_set(p.sql(text))


@scenario
def sql_about_values(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("put_all", {number: number for number in range(6)})
    m.values(p.sql("this > 3"))
    m.values(p.sql("this = 1 or this = 2"))
    m.values(p.sql("__key between 2 and 4"))
    m.values(p.sql("this in (1, 5, 9)"))
    n = see.map("json")
    jsons(see, n)
    n.key_set(p.sql("address.city = 'Ghent'"))
    n.key_set(p.sql("tags[0] = 'a'"))
    n.key_set(p.sql("tags[any] = 'b'"))
    n.key_set(p.sql("name = 'ann' or active"))


@scenario
def values_of_other_types(see: See) -> None:
    p = see.predicate
    for key, value in {
        "float": 1.5,
        "int": 1,
        "long": see.thing("Person", "x", 1, 2**40),
        "truth": True,
        "text": "1",
    }.items():
        n = see.map(key)
        n.quietly("set", key, value)
        n.values(p.equal("this", 1))
        n.values(p.equal("this", "1"))
        n.values(p.greater("this", 0))
        n.values(p.equal("this", True))
    for value in (
        uuid.UUID(int=7),
        decimal.Decimal("1.5"),
        dt.date(2024, 2, 29),
        dt.time(1, 2, 3),
        dt.datetime(2024, 2, 29, 1, 2, 3, tzinfo=dt.UTC),
    ):
        n = see.map(type(value).__name__)
        n.quietly("set", 1, value)
        n.values(p.equal("this", value))
        n.values(p.greater_or_equal("this", value))
        n.values(p.less("this", value))


@scenario
def predicates_that_cannot_be(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("put_all", {1: 1, 2: 2})
    m.values(p.sql(None))
    m.values(p.regex("this", "("))
    m.values(p.regex("this", None))
    m.values(p.equal("this", None))
    m.values(p.greater("this", None))
    m.values(p.between("this", None, 1))
    m.values(p.in_("this", None))
    m.values(p.not_(None))
    m.values(p.and_(None))
    m.values(p.and_(p.true(), None))
    m.values(p.equal(None, 1))
    m.values(p.instance_of("no.such.Class"))
    m.values(p.instance_of(None))
    m.values(p.equal("this", 2**31))
    m.values(p.equal("this[", 1))
    m.values(p.equal("this..x", 1))
    m.values(p.equal("this[-1]", 1))
    m.values("this = 1")
    m.values(5)
    m.key_set("x")
    m.entry_set(object)
    m.values(None)
    m.values(predicate=p.equal("this", 1))
    m.key_set(predicate=None)
    m.entry_set(predicate=p.true())


@scenario
def removing(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("put_all", {number: number for number in range(20)})
    log = see.listen(m, include_value=True)
    m.remove_all(p.greater("this", 16))
    m.size()
    see.events(log, 3)
    m.remove_all(p.false())
    m.remove_all(predicate=p.equal("__key", 3))
    m.remove_all(None)
    m.remove_all()
    m.remove_all("x")
    m.key_set()
    m.remove_all(p.true())
    m.size()
    m.remove_all(p.true())


@scenario
def listeners(see: See) -> None:
    m, p = see.map(), see.predicate
    high = see.listen(m, True, predicate=p.greater("this", 10))
    mine = see.listen(m, True, "mine", p.greater("this", 10))
    blind = see.listen(m, False, predicate=p.greater("this", 10))
    everything = see.listen(m, include_value=True)
    for value in (1, 11, 12, 2, 13):
        m.set("mine", value)
        m.set("other", value)
    m.remove("mine")
    m.delete("other")
    m.set("mine", 1)
    m.remove("mine")
    see.events(everything, 14)
    see.events(high, 7)
    see.events(mine, 4)
    see.events(blind, 7)


@scenario
def listeners_with_odd_predicates(see: See) -> None:
    m, p = see.map(), see.predicate
    m.quietly("set", 0, 0)
    see.listen(m, True, predicate="this > 1")
    see.listen(m, True, predicate=5)
    see.listen(m, True, predicate=p.sql("this >"))
    log = see.listen(m, True, predicate=p.equal("shoe", 1))
    everything = see.listen(m, True)
    see.note("set", lambda: m.quietly("set", 1, 1))
    see.events(everything, 1)
    see.events(log, 0)
