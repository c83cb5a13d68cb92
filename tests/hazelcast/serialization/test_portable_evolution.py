# SPDX-License-Identifier: Apache-2.0
"""Portables of another version: what is missing, what was smaller, what does not go together."""

from __future__ import annotations

from datetime import date

import hazelcast.serialization.api as official_api
import pytest
from hazelcast.config import Config
from hazelcast.serialization.data import Data
from hazelcast.serialization.portable.classdef import FieldType as OfficialFieldType
from hazelcast.serialization.service import SerializationServiceV1
from tests.support.portables import FIELDS, KINDS, record_class

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import Portable
from gridwire.hazelcast.serialization.portable.classdef import FieldType
from gridwire.hazelcast.serialization.service import SerializationService

Old = record_class(Portable)


def reading(kind, name="f", base=Portable, version=2):
    """A class that reads one field."""

    class New(base):
        def get_factory_id(self):
            return 1

        def get_class_id(self):
            return 1

        def get_class_version(self):
            return version

        def read_portable(self, reader):
            self.found = getattr(reader, f"read_{kind}")(name)

    return New


def read_as(kind, data, name="f", version=2):
    mine = SerializationService(portable_factories={1: {1: reading(kind, name, version=version)}})
    return mine.to_object(data).found


def old(*fields):
    mine = SerializationService(portable_factories={1: {1: Old}})
    return mine.to_data(Old(list(fields), version=1))


SAMPLES = {kind: pair[0] for kind, pair in FIELDS.items()} | {
    f"{kind}_array": pair[1] for kind, pair in FIELDS.items()
}
NUMBERS = ["byte", "char", "short", "int", "long", "float", "double"]
WIDER = {
    "short": ["byte"],
    "int": ["byte", "char", "short"],
    "long": ["byte", "char", "short", "int"],
    "float": ["byte", "char", "short", "int"],
    "double": ["byte", "char", "short", "int", "long", "float"],
}


@pytest.mark.parametrize("asked", sorted(SAMPLES))
def test_every_pair_of_types(asked):
    for written, value in SAMPLES.items():
        data = old((written, "f", value))
        if written == asked:
            assert read_as(asked, data) == value
        elif written in WIDER.get(asked, ()):
            found = read_as(asked, data)
            assert found == (ord(value) if written == "char" else value)
            assert type(found) is (float if asked in {"float", "double"} else int)
        else:
            with pytest.raises(HazelcastSerializationError, match="cannot be read as") as caught:
                read_as(asked, data)
            assert isinstance(caught.value, TypeError)
            assert "factory 1, class 1, version 1" in str(caught.value)


@pytest.mark.parametrize("written", sorted(SAMPLES))
def test_nothing_is_widened_within_a_version(written):
    mine = SerializationService()
    data = mine.to_data(Old([(written, "f", SAMPLES[written])], version=2))
    for asked in set(SAMPLES) - {written}:
        with pytest.raises(HazelcastSerializationError, match="cannot be read as"):
            read_as(asked, data)


DEFAULTS = {
    **dict.fromkeys(("byte", "short", "int", "long"), 0),
    **dict.fromkeys(("float", "double"), 0.0),
    "boolean": False,
    "char": "\0",
}


@pytest.mark.parametrize("asked", KINDS)
def test_a_missing_field_has_a_default(asked):
    data = old(("int", "other", 1))
    found = read_as(asked, data)
    assert (found, type(found)) == (DEFAULTS.get(asked), type(DEFAULTS.get(asked)))
    assert read_as(asked, data, "nix.nix") == found
    with pytest.raises(HazelcastSerializationError, match="has no field 'f'"):
        read_as(asked, data, version=1)


@pytest.mark.parametrize("asked", [kind for kind in KINDS if not kind.startswith("portable")])
def test_the_official_client_agrees(asked):
    """Where it does not: a character that is read as a number is a text there."""
    theirs = reading(asked, base=official_api.Portable)
    config = Config()
    config.portable_factories = {1: {1: theirs}}
    official = SerializationServiceV1(config)
    for written, value in SAMPLES.items():
        data = old((written, "f", value))
        try:
            expected = SerializationServiceV1(config).to_object(Data(bytearray(data))).found
        except Exception:  # noqa: BLE001 - it raises what comes
            with pytest.raises(HazelcastSerializationError):
                read_as(asked, data)
        else:
            found = read_as(asked, data)
            assert found == (ord(expected) if (written, asked[:4]) == ("char", "x") else found)
            if written != "char" or asked == "char":
                assert found == expected
    missing = old(("int", "other", 1))
    if asked != "char":
        assert official.to_object(Data(bytearray(missing))).found == read_as(asked, missing)
    assert FieldType[asked.upper()] == getattr(OfficialFieldType, asked.upper())


class Person(Portable):
    """Version 2 of a class whose first version had a short age and no birthday or friend."""

    def __init__(self, age=0, birthday=None, friend=None):
        self.age, self.birthday, self.friend = age, birthday, friend

    def get_factory_id(self):
        return 1

    def get_class_id(self):
        return 1

    def get_class_version(self):
        return 2

    def write_portable(self, writer):
        writer.write_int("age", self.age)
        writer.write_date("birthday", self.birthday)
        if self.friend is None:
            writer.write_null_portable("friend", 1, 1)
        else:
            writer.write_portable("friend", self.friend)

    def read_portable(self, reader):
        self.version = reader.get_version()
        self.age = reader.read_int("age")
        self.birthday = reader.read_date("birthday")
        self.friend = reader.read_portable("friend")


def test_versions_side_by_side_in_one_object():
    both = SerializationService(portable_factories={1: {1: Person}})
    first = SerializationService(portable_version=1)
    mixed = [old(("short", "age", 30)), both.to_data(Person(31, date(1995, 5, 5), Person(7)))]
    for _ in range(2):
        one, two = map(both.to_object, mixed)
        assert (one.version, one.age, one.birthday, one.friend) == (1, 30, None, None)
        assert (two.version, two.age, two.birthday) == (2, 31, date(1995, 5, 5))
        assert (two.friend.version, two.friend.age) == (2, 7)
    # The option has the version of classes that do not name their own.
    assert first.to_data(Old([("short", "age", 30)])) == mixed[0]


def test_a_version_below_zero_is_that_of_the_client():
    data = bytearray(old(("short", "f", 30)))
    data[16:20] = b"\xff\xff\xff\xff"

    class Unversioned(reading("int")):
        get_class_version = None

    new = reading("int")
    for version, evolved in ((2, False), (1, True)):
        mine = SerializationService(portable_factories={1: {1: new}}, portable_version=version)
        if evolved:
            assert mine.to_object(bytes(data)).found == 30
        else:
            with pytest.raises(HazelcastSerializationError, match="version 2 is of type SHORT"):
                mine.to_object(bytes(data))


def test_data_with_other_fields_of_the_same_version_is_read_as_it_is():
    """Two programs disagree about a class: the data says which fields it has."""
    one = SerializationService(portable_factories={1: {1: Old}})
    other = SerializationService()
    mine = one.to_data(Old([("int", "a", 1), ("int", "b", 2)]))
    theirs = [
        [("int", "b", 3), ("int", "a", 4)],
        [("int", "a", 5), ("string", "c", "x")],
        [("int", "a", 5)],
        [("string", "a", "x"), ("int", "b", 1)],
    ]
    for fields in theirs:
        data = SerializationService().to_data(Old(fields))
        assert one.to_object(data).fields == fields
        assert one.to_object(mine).fields == [("int", "a", 1), ("int", "b", 2)]

    class ReadsB(Old):
        def read_portable(self, reader):
            self.found = reader.read_int("b")

    for reader in (one, other):
        reader = SerializationService(portable_factories={1: {1: ReadsB}})  # noqa: PLW2901
        assert reader.to_object(mine).found == 2
        assert reader.to_object(SerializationService().to_data(Old(theirs[0]))).found == 3
        with pytest.raises(HazelcastSerializationError, match="no field 'b'"):
            reader.to_object(SerializationService().to_data(Old(theirs[1])))
        assert reader.to_object(mine).found == 2
