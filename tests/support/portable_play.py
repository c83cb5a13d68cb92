# SPDX-License-Identifier: Apache-2.0
"""Portables of ours in maps: what a client does with them, on members of any kind."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from gridwire.hazelcast import aggregator, predicate, projection
from gridwire.hazelcast.config import IndexType
from gridwire.hazelcast.serialization.api import Portable, PortableReader, PortableWriter
from gridwire.hazelcast.serialization.portable.classdef import ClassDefinitionBuilder
from support.portables import FIELDS

__all__ = [
    "OPTIONS",
    "PEOPLE",
    "Address",
    "Person",
    "PersonKey",
    "ask",
    "ask_all",
    "every_type",
    "evolve",
    "keep",
]


@dataclass
class Address(Portable):
    street: str | None = None
    number: int = 0

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 1

    def write_portable(self, writer: PortableWriter) -> None:
        writer.write_string("street", self.street)
        writer.write_int("number", self.number)

    def read_portable(self, reader: PortableReader) -> None:
        self.street = reader.read_string("street")
        self.number = reader.read_int("number")


@dataclass
class Person(Portable):
    name: str | None = None
    age: int = 0
    height: float = 0.0
    active: bool = False
    home: Address | None = None
    others: list[Address] | None = field(default_factory=list)
    scores: list[int] | None = field(default_factory=list)

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 2

    def write_portable(self, writer: PortableWriter) -> None:
        writer.write_string("name", self.name)
        writer.write_int("age", self.age)
        writer.write_double("height", self.height)
        writer.write_boolean("active", self.active)
        writer.write_portable("home", self.home)
        writer.write_portable_array("others", self.others)
        writer.write_int_array("scores", self.scores)

    def read_portable(self, reader: PortableReader) -> None:
        self.name = reader.read_string("name")
        self.age = reader.read_int("age")
        self.height = reader.read_double("height")
        self.active = reader.read_boolean("active")
        self.home = reader.read_portable("home")
        self.others = reader.read_portable_array("others")
        self.scores = reader.read_int_array("scores")


@dataclass(unsafe_hash=True)
class PersonKey(Portable):
    id: int = 0
    group: str = ""

    def get_partition_key(self) -> str:
        return self.group

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 3

    def write_portable(self, writer: PortableWriter) -> None:
        writer.write_long("id", self.id)
        writer.write_string("group", self.group)

    def read_portable(self, reader: PortableReader) -> None:
        self.id, self.group = reader.read_long("id"), reader.read_string("group") or ""


@dataclass
class LaterAddress(Address):
    """The next version: a wider number, a zip code, and no street."""

    zip_code: str | None = None

    def get_class_version(self) -> int:
        return 1

    def write_portable(self, writer: PortableWriter) -> None:
        writer.write_long("number", self.number)
        writer.write_string("zip", self.zip_code)

    def read_portable(self, reader: PortableReader) -> None:
        self.number = reader.read_long("number")
        self.zip_code = reader.read_string("zip")


_ADDRESS = ClassDefinitionBuilder(1, 1).add_string_field("street").add_int_field("number").build()
_PERSON = (
    ClassDefinitionBuilder(1, 2)
    .add_string_field("name")
    .add_int_field("age")
    .add_double_field("height")
    .add_boolean_field("active")
    .add_portable_field("home", _ADDRESS)
    .add_portable_array_field("others", _ADDRESS)
    .add_int_array_field("scores")
    .build()
)
OPTIONS: dict[str, Any] = {
    "portable_factories": {1: {1: Address, 2: Person, 3: PersonKey}},
    "class_definitions": [_ADDRESS, _PERSON],
}
PEOPLE = {
    1: Person("Ann", 31, 1.71, True, Address("Main", 5), [Address("a", 1)], [1, 2]),
    2: Person("Bob", 45, 1.85, False, None, None, None),
    3: Person(None, 17, 1.6, True, Address(None, 7), [], [7]),
}


def keep(styles: Any, cluster: Any) -> None:
    """Values, keys with a partition of their own, and lists of them come back as they were."""
    client = styles.client(cluster, **OPTIONS)
    people = client.map(f"people {uuid.uuid4()}")
    styles.call(people.put_all, PEOPLE)
    assert styles.call(people.get, 1) == PEOPLE[1]
    assert styles.call(people.get_all, [1, 2, 3]) == PEOPLE
    assert styles.call(people.contains_value, PEOPLE[2])
    assert styles.call(people.replace_if_same, 3, PEOPLE[3], PEOPLE[1])
    styles.call(people.set, 4, [PEOPLE[1], {"x": PEOPLE[2]}])
    assert styles.call(people.get, 4) == [PEOPLE[1], {"x": PEOPLE[2]}]
    keyed = client.map(f"keyed {uuid.uuid4()}")
    keys = [PersonKey(number, "one group") for number in range(3)]
    for key in keys:
        styles.call(keyed.set, key, key.id)
    assert {client.partitions.get_partition_id(key) for key in keys} == {
        client.partitions.get_partition_id("one group")
    }
    assert styles.call(keyed.get, PersonKey(2, "one group")) == 2
    assert sorted(key.id for key in styles.call(keyed.key_set)) == [0, 1, 2]


def ask(styles: Any, cluster: Any) -> None:
    """Members look into what we wrote: predicates, aggregators, projections, with indexes too."""
    people = styles.client(cluster, **OPTIONS).map(f"asked {uuid.uuid4()}")
    styles.call(people.put_all, PEOPLE)
    ask_all(styles, people)
    styles.call(people.add_index, attributes=["age"])
    styles.call(people.add_index, attributes=["home.number"], index_type=IndexType.HASH)
    styles.call(people.add_index, attributes=["name", "age"])
    ask_all(styles, people)


def ask_all(styles: Any, people: Any) -> None:
    """Ask a map that has the people."""
    for predicate_of, found in (
        (predicate.sql("age > 20"), {1, 2}),
        (predicate.sql("active and height < 1.7"), {3}),
        (predicate.sql("name like 'A%' or name = null"), {1, 3}),
        (predicate.equal("home.number", 5), {1}),
        (predicate.greater_or_equal("home.number", 5), {1, 3}),
        (predicate.equal("home.street", "Main"), {1}),
        (predicate.equal("home.street", None), {2, 3}),
        (predicate.equal("others[any].street", "a"), {1}),
        (predicate.equal("scores[any]", 7), {3}),
        (predicate.equal("scores[0]", 1), {1}),
        (predicate.equal("no such field", None), {1, 2, 3}),
        (predicate.in_("name", "Ann", "Bob"), {1, 2}),
        (predicate.sql("name = 'Ann' and age = 31"), {1}),
    ):
        assert set(styles.call(people.key_set, predicate_of)) == found, predicate_of
    older = predicate.greater("age", 20)
    found_people = styles.call(people.values, older)
    assert sorted(found_people, key=lambda person: person.age) == [PEOPLE[1], PEOPLE[2]]
    assert dict(styles.call(people.entry_set, predicate.equal("age", 17))) == {3: PEOPLE[3]}
    for made, expected in (
        (aggregator.count("name"), 3),
        (aggregator.int_sum("age"), 93),
        (aggregator.max_("height"), 1.85),
        (aggregator.min_("age"), 17),
        (aggregator.int_sum("scores[any]"), 10),
        (aggregator.int_avg("home.number"), 6.0),
        (aggregator.distinct("active"), {True, False}),
    ):
        assert styles.call(people.aggregate, made) == expected, made
    best = styles.call(people.aggregate, aggregator.max_by("age"))
    assert (best.key, best.value) == (2, PEOPLE[2])
    project, ages = projection.single_attribute("age"), [17, 31, 45]
    assert sorted(styles.call(people.project, project)) == ages
    several = projection.multi_attribute("name", "age")
    assert sorted(map(str, styles.call(people.project, several))) == sorted(
        map(str, [["Ann", 31], ["Bob", 45], [None, 17]])
    )
    entries = styles.call(people.project, projection.identity())
    assert {entry.key: entry.value for entry in entries} == PEOPLE


@dataclass
class Everything(Portable):
    """A field of each type but those that hold Portables; null where that is allowed."""

    fields: dict[str, Any] = field(default_factory=dict)

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 4

    def write_portable(self, writer: PortableWriter) -> None:
        for name, value in self.fields.items():
            getattr(writer, f"write_{name}")(name, value)

    def read_portable(self, reader: PortableReader) -> None:
        self.fields = {
            name: getattr(reader, f"read_{name}")(name) for name in reader.get_field_names()
        }


_FULL = {
    name: value
    for kind, (one, many) in FIELDS.items()
    for name, value in ((kind, one), (f"{kind}_array", many))
}
_SCALARS = ("byte", "boolean", "char", "short", "int", "long", "float", "double")
_EMPTY = {name: _FULL[name] if name in _SCALARS else None for name in _FULL}


def every_type(styles: Any, cluster: Any) -> None:
    """Members know all types of fields, and nulls in them."""
    options = {"portable_factories": {1: {4: Everything}}}
    things = styles.client(cluster, **options).map(f"things {uuid.uuid4()}")
    stored = {1: Everything(_FULL), 2: Everything(_EMPTY)}
    styles.call(things.put_all, stored)
    assert styles.call(things.get_all, [1, 2]) == stored
    for name in _FULL:
        # Members read the field, and compare it with a null where it can be compared.
        if name in _SCALARS or not name.endswith("_array"):
            expected = set() if name in _SCALARS else {2}
            assert set(styles.call(things.key_set, predicate.equal(name, None))) == expected
        else:
            element = predicate.equal(f"{name}[any]", None)
            # Of the arrays, that of strings has a null among its items.
            expected = {1, 2} if name == "string_array" else {2}
            assert set(styles.call(things.key_set, element)) == expected
    for text in (
        *("decimal < -12", "date = '2026-02-28'", "time > '23:00:00'", "string = 'grüß'"),
        *("decimal_array[any] = 1", "char = 'é'", "long < 0 and short = -2", "float = 1.5"),
    ):
        found = set(styles.call(things.key_set, predicate.sql(text)))
        assert 1 in found, text
        assert found == {1} or text.startswith(("char", "long", "float")), text


def evolve(styles: Any, cluster: Any) -> None:
    """Two programs with two versions of a class share a map."""
    name = f"versions {uuid.uuid4()}"
    old = styles.client(cluster, **OPTIONS).map(name)
    new = styles.client(cluster, portable_factories={1: {1: LaterAddress}}).map(name)
    styles.call(old.set, 1, Address("Main", 5))
    styles.call(new.set, 2, LaterAddress(None, 6, "12345"))
    for _ in range(2):
        assert styles.call(new.get, 1) == LaterAddress(None, 5, None)
        assert styles.call(new.get, 2) == LaterAddress(None, 6, "12345")
        assert styles.call(old.get, 1) == Address("Main", 5)
        # A long is never cut to an int.
        assert "LONG and cannot be read as INT" in str(styles.error(old.get, 2))
    assert set(styles.call(new.key_set, predicate.greater("number", 4))) == {1, 2}
    assert set(styles.call(new.key_set, predicate.equal("zip", None))) == {1}
    assert styles.call(new.aggregate, aggregator.fixed_point_sum("number")) == 11
