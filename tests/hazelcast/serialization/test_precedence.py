# SPDX-License-Identifier: Apache-2.0
"""Which of several ways to write an object is taken, and which contradict each other."""

from __future__ import annotations

import enum
import typing
from collections import namedtuple
from dataclasses import dataclass

import pytest

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.api import (
    CompactSerializer,
    StreamSerializer,
)
from gridwire.hazelcast.serialization.data import type_id_of
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.type_ids import TypeId
from support.small_classes import ByField, Itself


def tool(number):
    class Tool(StreamSerializer):
        def get_type_id(self):
            return number

        def write(self, out, obj):
            out.write_int(0)

        def read(self, inp):
            return inp.read_int()

    return Tool


def compact_of(python_type):
    class Tool(CompactSerializer):
        def get_type_name(self):
            return "tool"

        def get_class(self):
            return python_type

        def write(self, writer, obj):
            writer.write_int32("x", 1)

        def read(self, reader):
            return python_type()

    return Tool()


class Plain:
    pass


class Child(Plain):
    pass


@dataclass
class Record(Plain):
    x: int = 1


class Both(Itself, ByField):
    pass


CUSTOM, OF_BASE, GLOBAL = 11, 12, 13
EVERYTHING = {
    "custom_serializers": {object: tool(OF_BASE)},
    "global_serializer": tool(GLOBAL),
    "allow_pickle": True,
}


def found(value, **options):
    return type_id_of(SerializationService(**options).to_data(value))


@pytest.mark.parametrize("nested", [False, True])
def test_the_order(nested):
    """Each step is what is left when those before it are taken away."""

    def way(value, **options):
        service = SerializationService(**options)
        data = service.to_data([value] if nested else value)
        return int.from_bytes(data[12:16] if nested else data[4:8], "big", signed=True)

    exact = {**EVERYTHING, "custom_serializers": {Record: tool(CUSTOM), object: tool(OF_BASE)}}
    assert way(Record(), **exact) == CUSTOM
    assert way(Record(), **EVERYTHING, compact_serializers=[compact_of(Record)]) == TypeId.COMPACT
    assert way(Itself(), **EVERYTHING) == TypeId.IDENTIFIED_DATA_SERIALIZABLE
    assert way(ByField(), **EVERYTHING) == TypeId.PORTABLE
    assert way(Both(), **EVERYTHING) == TypeId.IDENTIFIED_DATA_SERIALIZABLE
    assert way(Record(), **EVERYTHING) == OF_BASE
    assert way(Record(), global_serializer=tool(GLOBAL), allow_pickle=True) == GLOBAL
    assert way(Record(), allow_pickle=True) == TypeId.COMPACT
    assert way(Plain(), allow_pickle=True) == TypeId.PICKLE
    with pytest.raises(HazelcastSerializationError, match="cannot be serialized"):
        way(Plain())


BUILT_IN = [None, True, 1, 1.5, "a", b"a", [], (), {}, set()]


@pytest.mark.parametrize("value", BUILT_IN, ids=lambda value: type(value).__name__)
def test_built_in_types_are_before_base_classes_and_the_global_serializer(value):
    assert SerializationService(**EVERYTHING).to_data(value) == SerializationService().to_data(
        value
    )


def test_the_nearest_base_class():
    options = {"custom_serializers": {Plain: tool(CUSTOM), object: tool(OF_BASE)}}
    assert found(Child(), **options) == CUSTOM
    assert found(Plain(), **options) == CUSTOM
    assert found(1j, **options) == OF_BASE


def test_a_compact_serializer_is_for_its_exact_class():
    options = {"compact_serializers": [compact_of(Plain)]}
    assert found(Plain(), **options) == TypeId.COMPACT
    assert found(Child(), **options, global_serializer=tool(GLOBAL)) == GLOBAL


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"custom_serializers": {Itself: tool(CUSTOM)}}, "writes itself"),
        ({"custom_serializers": {ByField: tool(CUSTOM)}}, "writes itself"),
        ({"compact_serializers": [compact_of(Itself)]}, "writes itself"),
        ({"compact_serializers": [compact_of(ByField)]}, "writes itself"),
        (
            {
                "compact_serializers": [compact_of(Plain)],
                "custom_serializers": {Plain: tool(CUSTOM)},
            },
            "compact_serializers has Plain",
        ),
        ({"compact_serializers": [compact_of(dict)]}, "compact_serializers has dict"),
        ({"custom_serializers": {str: tool(CUSTOM)}}, "cannot be replaced"),
        (
            {"custom_serializers": {Plain: tool(CUSTOM)}, "global_serializer": tool(CUSTOM)},
            "Two serializers have the type id 11",
        ),
    ],
)
def test_contradictions(options, reason):
    with pytest.raises(InvalidConfigurationError, match=reason):
        SerializationService(**options)


# Subclasses of built-in types and enumerations: never by accident as something else


class Color(enum.Enum):
    RED = 1


class Number(enum.IntEnum):
    ONE = 1


class Word(enum.StrEnum):
    ANNA = "anna"


class Flags(enum.IntFlag):
    A = 1


class Text(str):
    __slots__ = ()


class Pair(typing.NamedTuple):
    x: int = 1


Old = namedtuple("Old", "x")  # noqa: PYI024
SPECIAL = [Color.RED, Number.ONE, Word.ANNA, Flags.A, Text("a"), Pair(), Old(1)]
SPECIAL += [type("Int", (int,), {})(1), type("Items", (list,), {})(), type("Table", (dict,), {})()]


@pytest.mark.parametrize("value", SPECIAL, ids=lambda value: type(value).__name__)
def test_special_kinds_of_built_in_types(value):
    service = SerializationService()
    for each in (value, [value], {"k": value}, (value,)):
        with pytest.raises(HazelcastSerializationError) as caught:
            service.to_data(each)
        assert "custom serializer" in caught.value.hint
        assert "Convert it with" in caught.value.hint or "Store its value" in caught.value.hint
    # As a key, too, where "nearly the same" would be an entry that nobody finds.
    with pytest.raises(HazelcastSerializationError):
        service.to_data({value: 1} if type(value).__hash__ else [value])
    # Where the program says how, it is done so.
    assert found(value, custom_serializers={type(value): tool(CUSTOM)}) == CUSTOM
    assert found(value, global_serializer=tool(GLOBAL)) == GLOBAL


def test_pickle_keeps_what_special_kinds_are():
    service = SerializationService(allow_pickle=True)
    for value in SPECIAL[:7]:
        data = service.to_data(value)
        assert type_id_of(data) == TypeId.PICKLE
        again = service.to_object(data)
        assert (again, type(again)) == (value, type(value))
