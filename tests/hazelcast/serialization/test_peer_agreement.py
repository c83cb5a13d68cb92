# SPDX-License-Identifier: Apache-2.0
"""The official client and this one write the same bytes, where the official one writes them right.

Where it does not (negative numbers as BYTE or VAR, naive datetimes, zones of zoneinfo, bytes), the
Java vectors and the tests of values hold instead.
"""

from __future__ import annotations

import enum
import inspect
from datetime import UTC, timedelta, timezone

import hazelcast.serialization.api as official_api
import pytest
from hazelcast.config import Config
from hazelcast.core import HazelcastJsonValue as OfficialJsonValue
from hazelcast.serialization.data import Data
from hazelcast.serialization.service import SerializationServiceV1
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.core import HazelcastJsonValue
from gridwire.hazelcast.serialization import api
from gridwire.hazelcast.serialization.data import partition_hash
from gridwire.hazelcast.serialization.int_type import IntType
from gridwire.hazelcast.serialization.service import SerializationService


class Color(enum.Enum):
    RED = "é"


def official(*, is_big_endian=True, **options):
    config = Config()
    config.is_big_endian = is_big_endian
    for name, value in options.items():
        setattr(config, name, value)
    return SerializationServiceV1(config)


PAIRS = [
    (SerializationService(is_big_endian=big), official(is_big_endian=big)) for big in (True, False)
]

texts = st.text(st.characters(exclude_categories=["Cs"]))
offsets = st.integers(-18 * 3600, 18 * 3600).map(lambda s: timezone(timedelta(seconds=s)))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 31), (1 << 31) - 1),
    st.floats(allow_nan=False),
    texts,
    st.uuids(),
    st.decimals(allow_nan=False, allow_infinity=False, places=4).filter(
        lambda d: str(d)[:2] != "-0"
    ),
    st.dates(),
    st.times(),
    st.datetimes(timezones=offsets | st.just(UTC)),
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=5), max_leaves=20)


@pytest.mark.parametrize("pair", PAIRS, ids=["big", "little"])
@given(value=values)
def test_same_bytes_and_same_values(pair, value):
    ours, theirs = pair
    data = ours.to_data(value)
    if value is None:
        assert data is None
        return
    assert data == theirs.to_data(value).buffer
    assert theirs.to_object(Data(bytearray(data))) == value
    assert ours.to_object(data) == value
    assert partition_hash(data) == Data(data).get_partition_hash()


@pytest.mark.parametrize("big", [True, False])
@pytest.mark.parametrize("int_type", IntType)
@given(st.data())
def test_ints(big, int_type, data):
    ours = SerializationService(is_big_endian=big, default_int_type=int_type)
    theirs = official(is_big_endian=big, default_int_type=int(int_type))
    bits = {IntType.BYTE: 8, IntType.SHORT: 16, IntType.INT: 32, IntType.LONG: 64}
    most = (1 << bits.get(int_type, 200) - 1) - 1
    # The official client cannot write negative bytes, which the smallest form may be, too.
    least = 0 if int_type in {IntType.BYTE, IntType.VAR} else -most - 1
    value = data.draw(st.integers(least, most))
    assert ours.to_data(value) == theirs.to_data(value).buffer
    assert ours.to_data([value]) == theirs.to_data([value]).buffer
    assert ours.to_object(ours.to_data(value)) == value


@given(raw=st.binary())
def test_byte_arrays(raw):
    for ours, theirs in PAIRS:
        data = ours.to_data(raw)
        assert data == theirs.to_data(bytearray(raw)).buffer
        assert theirs.to_object(Data(bytearray(data))) == raw


@given(text=texts)
def test_json(text):
    for ours, theirs in PAIRS:
        data = ours.to_data(HazelcastJsonValue(text))
        assert data == theirs.to_data(OfficialJsonValue(text)).buffer
        assert theirs.to_object(Data(bytearray(data))).to_string() == text


# These are pickled inside of an object that has no other form.
pickled = st.recursive(
    st.none()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.just(Color.RED)
    | st.complex_numbers(allow_nan=False),
    lambda inner: st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(value=pickled)
def test_official_client_reads_our_pickles(value):
    ours = SerializationService(allow_pickle=True)
    boxed = Box(value)
    data = ours.to_data(boxed)
    assert official().to_object(Data(bytearray(data))) == boxed
    assert ours.to_object(data) == boxed


def test_we_read_pickles_of_the_official_client():
    boxed = Box([(1, "a"), {"b": 2.5}, Color])
    data = bytes(official().to_data(boxed).buffer)
    assert SerializationService(allow_pickle="read").to_object(data) == boxed
    assert SerializationService(allow_pickle=True).to_data(boxed) == data


class Box:
    def __init__(self, content):
        self.content = content

    def __eq__(self, other):
        return type(other) is Box and other.content == self.content

    __hash__ = None


FIELDS = {
    "boolean": True,
    "byte": 7,
    "short": -2,
    "char": "é",
    "int": -3,
    "long": -(1 << 40),
    "float": 1.5,
    "double": -0.1,
    "string": "grüß",
    "byte_array": b"\0\xff",
    "boolean_array": [True, False],
    "char_array": ["a", "é"],
    "short_array": [1, -2],
    "int_array": [1, -2],
    "long_array": [1, -(1 << 40)],
    "float_array": [0.5],
    "double_array": [0.1, -2.0],
    "string_array": ["a", None, "é"],
    "object": [1, "a", None],
}
NULLS = [name for name in FIELDS if name.endswith("_array") or name == "string"]


class Everything:
    """An object that uses every method of the streams, with either client."""

    def __init__(self, fields=None):
        self.fields = fields

    def get_factory_id(self):
        return 5

    def get_class_id(self):
        return 6

    def write_data(self, out):
        for name, value in self.fields.items():
            getattr(out, f"write_{name}")(value)
        for name in NULLS:
            getattr(out, f"write_{name}")(None)
        out.write_utf("old")
        out.write_utf_array(["old", None])
        out.write_bytes("ab")
        out.write_chars("xyä")
        out.write_from(b"0123456789", 2, 3)

    def read_data(self, inp):
        self.fields = {name: getattr(inp, f"read_{name}")() for name in FIELDS}
        assert all(getattr(inp, f"read_{name}")() is None for name in NULLS)
        assert (inp.read_utf(), inp.read_utf_array()) == ("old", ["old", None])
        assert inp.skip_bytes(2) == 2
        assert [inp.read_char() for _ in "xyä"] == ["x", "y", "ä"]
        raw = bytearray(5)
        inp.read_into(raw, 1, 3)
        assert raw == b"\x00234\x00"
        assert inp.position() == inp.size()
        assert inp.skip_bytes(10) == 0


class Ours(Everything, api.IdentifiedDataSerializable):
    pass


class Theirs(Everything, official_api.IdentifiedDataSerializable):
    pass


@pytest.mark.parametrize("big", [True, False])
def test_streams(big):
    ours = SerializationService(is_big_endian=big, data_serializable_factories={5: {6: Ours}})
    theirs = official(is_big_endian=big, data_serializable_factories={5: {6: Theirs}})
    data = ours.to_data(Ours(FIELDS))
    assert data == theirs.to_data(Theirs(FIELDS)).buffer
    assert ours.to_object(data).fields == FIELDS
    assert theirs.to_object(Data(bytearray(data))).fields == FIELDS


SAME_NAMES = [
    "CompactReader",
    "CompactSerializer",
    "CompactWriter",
    "ObjectDataInput",
    "ObjectDataOutput",
    "IdentifiedDataSerializable",
    "Portable",
    "PortableReader",
    "PortableWriter",
    "StreamSerializer",
]


@pytest.mark.parametrize("name", SAME_NAMES)
def test_public_classes_have_the_official_methods(name):
    theirs, ours = getattr(official_api, name), getattr(api, name)
    for method in (method for method in vars(theirs) if not method.startswith("_")):
        expected = inspect.signature(getattr(theirs, method)).parameters
        found = inspect.signature(getattr(ours, method)).parameters
        assert [(p.name, p.kind, p.default) for p in found.values()] == [
            (p.name, p.kind, p.default) for p in expected.values()
        ]


def test_ours_alone_are_dataclasses_and_records_without_a_class():
    assert set(api.__all__) - set(SAME_NAMES) == {
        "CompactSerializableType",
        "DataclassSerializer",
        "FieldKind",
        "GenericRecord",
        "UnknownObject",
    }
    assert {kind.name: kind.value for kind in api.FieldKind} == {
        kind.name: kind.value for kind in official_api.FieldKind
    }


def test_partitions_of_keys_agree_with_a_partition_key():
    class Key(api.IdentifiedDataSerializable):
        def get_partition_key(self):
            return "customer"

        def get_factory_id(self):
            return 1

        def get_class_id(self):
            return 2

        def write_data(self, object_data_output):
            object_data_output.write_int(7)

    class OfficialKey(official_api.IdentifiedDataSerializable):
        get_partition_key = Key.get_partition_key
        get_factory_id = Key.get_factory_id
        get_class_id = Key.get_class_id
        write_data = Key.write_data

    for ours, theirs in PAIRS:
        data = ours.to_data(Key())
        assert data == theirs.to_data(OfficialKey()).buffer
        assert partition_hash(data) == partition_hash(ours.to_data("customer"))
        assert ours.to_data([Key()])[:4] == b"\0\0\0\0"
