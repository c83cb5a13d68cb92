# SPDX-License-Identifier: Apache-2.0
"""Portables: the official client and this one write the same bytes and read each other's.

Where the official one writes them wrong (negative bytes, names beyond ASCII, zones of zoneinfo,
fields that are left out), the tests of fields hold instead.
"""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import Any

import hazelcast.serialization.api as official_api
import pytest
from hazelcast.config import Config
from hazelcast.serialization.data import Data
from hazelcast.serialization.portable.classdef import (
    ClassDefinitionBuilder as OfficialClassDefinitionBuilder,
)
from hazelcast.serialization.service import SerializationServiceV1
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.portables import KINDS, record_class

from gridwire.hazelcast.serialization import api
from gridwire.hazelcast.serialization.data import partition_hash
from gridwire.hazelcast.serialization.portable.classdef import ClassDefinitionBuilder
from gridwire.hazelcast.serialization.service import SerializationService

Ours, Theirs = record_class(api.Portable), record_class(official_api.Portable)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
# The official client reads characters beyond this one as negative numbers, and fails.
chars = st.characters(exclude_categories=["Cs"], max_codepoint=0x7FFF)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3).filter(
    lambda number: str(number)[:2] != "-0"
)
offsets = st.integers(-18 * 3600, 18 * 3600).map(lambda s: timezone(timedelta(seconds=s)))


def integers(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)


SINGLE: dict[str, st.SearchStrategy[Any]] = {
    "byte": st.integers(0, 127),
    "boolean": st.booleans(),
    "char": chars,
    "short": integers(16),
    "int": integers(32),
    "long": integers(64),
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "string": st.none() | texts,
    "decimal": st.none() | decimals,
    "time": st.none() | st.times(),
    "date": st.none() | st.dates(),
    "timestamp": st.none() | st.datetimes(),
    "timestamp_with_timezone": st.none() | st.datetimes(timezones=offsets | st.just(UTC)),
}
ITEMS = {
    kind: values if kind == "string" else values.filter(lambda value: value is not None)
    for kind, values in SINGLE.items()
}
VALUES = SINGLE | {
    f"{kind}_array": st.none() | st.lists(items, max_size=4) for kind, items in ITEMS.items()
}
VALUES["byte_array"] = st.none() | st.binary(max_size=10).map(bytearray)

names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True)
plain_fields = st.sampled_from(sorted(VALUES)).flatmap(
    lambda kind: st.tuples(st.just(kind), VALUES[kind])
)


@st.composite
def shapes(draw: Any, depth: int = 2) -> Any:
    """What a record has in either client: (type, name, value), Portables being shapes again."""
    fields = [
        (kind, name, value)
        for name, (kind, value) in draw(st.dictionaries(names, plain_fields, max_size=8)).items()
    ]
    if depth and draw(st.booleans()):
        fields.append(("portable", "of-one", draw(shapes(depth - 1))))
    if depth and draw(st.booleans()):
        # Objects of one class have the same fields.
        inner = draw(shapes(0))
        fields.append(("portable_array", "of-many", [inner] * draw(st.integers(1, 3))))
    return draw(st.permutations(fields))


def made(shape: Any, record: Any, class_id: int = 1) -> Any:
    """Each place in a shape has a class of its own."""
    fields = []
    for kind, name, value in shape:
        if kind == "portable":
            value = made(value, record, 2 * class_id)  # noqa: PLW2901
        elif kind == "portable_array":
            value = [made(each, record, 2 * class_id + 1) for each in value]  # noqa: PLW2901
        fields.append((kind, name, value))
    return record(fields, class_id)


def makers(record: Any) -> dict[int, dict[int, Any]]:
    def maker(class_id: int) -> Any:
        return lambda: record(class_id=class_id)

    return {1: {class_id: maker(class_id) for class_id in range(1, 16)}}


def services(big: bool, ours: Any = (), theirs: Any = (), **options: Any) -> tuple[Any, Any]:
    config = Config()
    config.is_big_endian = big
    config.class_definitions = list(theirs)
    for name, value in options.items():
        setattr(config, name, value)
    official = SerializationServiceV1(config)
    # The option takes classes alone, and these are made with their ids.
    official._portable_serializer._portable_factories = makers(Theirs)
    mine = SerializationService(
        is_big_endian=big, portable_factories=makers(Ours), class_definitions=ours, **options
    )
    return mine, official


def read_by_both(mine: Any, official: Any, data: bytes) -> tuple[Any, Any]:
    return mine.to_object(data), official.to_object(Data(bytearray(data)))


@pytest.mark.parametrize("big", [True, False])
@settings(max_examples=60)
@given(shape=shapes(), version=st.integers(0, 3))
def test_same_bytes_and_same_objects(big, shape, version):
    mine, official = services(big, portable_version=version)
    data = mine.to_data(made(shape, Ours))
    assert data == official.to_data(made(shape, Theirs)).buffer
    assert read_by_both(mine, official, data) == (made(shape, Ours), made(shape, Theirs))
    # Somebody who never wrote such an object reads it, too, and writes it from what it read.
    mine, official = services(big, portable_version=version)
    assert mine.to_object(data) == made(shape, Ours)
    assert mine.to_data(mine.to_object(data)) == data
    assert partition_hash(data) == Data(data).get_partition_hash()


def test_every_type_is_in_it():
    assert {*VALUES, "portable", "portable_array"} == set(KINDS)


@pytest.mark.parametrize("big", [True, False])
@settings(max_examples=30)
@given(shape=shapes(0), raw=texts)
def test_the_raw_section(big, shape, raw):
    mine, official = services(big)
    data = mine.to_data(Ours(shape, raw=raw))
    assert data == official.to_data(Theirs(shape, raw=raw)).buffer
    Ours.with_raw = Theirs.with_raw = True
    try:
        found = read_by_both(mine, official, data)
    finally:
        Ours.with_raw = Theirs.with_raw = False
    assert found == (Ours(shape, raw=raw), Theirs(shape, raw=raw))


@pytest.mark.parametrize("big", [True, False])
@pytest.mark.parametrize("array", [None, []])
def test_declared_classes_with_nulls(big, array):
    definitions = []
    for builder in (ClassDefinitionBuilder, OfficialClassDefinitionBuilder):
        inner = builder(1, 2, 0).add_int_field("number").build()
        outer = builder(1, 1, 0).add_portable_field("one", inner)
        definitions.append([inner, outer.add_portable_array_field("many", inner).build()])
    mine, official = services(big, *definitions)
    fields = [("portable", "one", None), ("portable_array", "many", array)]
    data = mine.to_data(Ours(fields))
    assert data == official.to_data(Theirs(fields)).buffer
    assert read_by_both(mine, official, data) == (Ours(fields), Theirs(fields))


def test_a_list_of_portables_and_a_partition_key():
    mine, official = services(True)

    class Key(Ours):
        def get_partition_key(self):
            return "customer"

    class OfficialKey(Theirs):
        get_partition_key = Key.get_partition_key

    fields = [("int", "number", 1)]
    data = mine.to_data(Key(fields))
    assert data == official.to_data(OfficialKey(fields)).buffer
    assert partition_hash(data) == partition_hash(mine.to_data("customer"))
    data = mine.to_data([Ours(fields), Ours(fields)])
    assert data == official.to_data([Theirs(fields), Theirs(fields)]).buffer
    assert read_by_both(mine, official, data) == ([Ours(fields)] * 2, [Theirs(fields)] * 2)
