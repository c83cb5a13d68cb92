# SPDX-License-Identifier: Apache-2.0
"""What Java and Python write of the built-in types, read here and by the official client alike.

Payloads of types that neither client writes are composed by the rules of the protocol.
"""

from __future__ import annotations

import struct
from array import array
from datetime import UTC, datetime, time
from decimal import Decimal

import hazelcast.serialization.api as official_api
import numpy as np
import pytest
from hazelcast.config import Config
from hazelcast.core import HazelcastJsonValue as OfficialJsonValue
from hazelcast.serialization.data import Data
from hazelcast.serialization.service import SerializationServiceV1
from hypothesis import given, settings
from hypothesis import strategies as st

from gridwire.hazelcast.core import HazelcastJsonValue
from gridwire.hazelcast.serialization import api
from gridwire.hazelcast.serialization.int_type import IntType
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.type_ids import TypeId


def official(**options):
    config = Config()
    for name, value in options.items():
        setattr(config, name, value)
    return SerializationServiceV1(config)


PAIRS = {
    big: (SerializationService(is_big_endian=big), official(is_big_endian=big))
    for big in (True, False)
}
FEW = settings(max_examples=30)
BOTH_ORDERS = pytest.mark.parametrize("big", [True, False], ids=["big", "little"])

texts = st.text(st.characters(exclude_categories=["Cs"]))


def ints(bits):
    return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)


def number(form, values):
    return values.map(lambda value: lambda order: struct.pack(order + form, value))


def counted(form, values):
    def pack(items):
        return lambda order: struct.pack(f"{order}i{len(items)}{form}", len(items), *items)

    return st.lists(values, max_size=8).map(pack)


def text(value):
    raw = value.encode()
    return lambda order: struct.pack(order + "i", len(raw)) + raw


def null_or_text(value):
    return (lambda order: struct.pack(order + "i", -1)) if value is None else text(value)


def joined(parts):
    return lambda order: (
        struct.pack(order + "i", len(parts)) + b"".join(part(order) for part in parts)
    )


def fields(form):
    return lambda values: lambda order: struct.pack(order + form, *values)


days = st.dates().map(lambda day: (day.year, day.month, day.day))
times = st.times().map(lambda at: (at.hour, at.minute, at.second, at.microsecond * 1000 + 7))
# The official client fails for those above; the vectors of Java have some.
chars = st.integers(0, 0x7FFF)
floats = st.floats(width=32, allow_nan=False)

PAYLOADS = {
    TypeId.BYTE: number("b", ints(8)),
    TypeId.BOOLEAN: number("?", st.booleans()),
    TypeId.CHAR: number("H", chars),
    TypeId.SHORT: number("h", ints(16)),
    TypeId.INT: number("i", ints(32)),
    TypeId.LONG: number("q", ints(64)),
    TypeId.FLOAT: number("f", floats),
    TypeId.DOUBLE: number("d", st.floats(allow_nan=False)),
    TypeId.STRING: texts.map(text),
    TypeId.BYTE_ARRAY: counted("b", ints(8)),
    TypeId.BOOLEAN_ARRAY: counted("?", st.booleans()),
    TypeId.CHAR_ARRAY: counted("H", chars),
    TypeId.SHORT_ARRAY: counted("h", ints(16)),
    TypeId.INT_ARRAY: counted("i", ints(32)),
    TypeId.LONG_ARRAY: counted("q", ints(64)),
    TypeId.FLOAT_ARRAY: counted("f", floats),
    TypeId.DOUBLE_ARRAY: counted("d", st.floats(allow_nan=False)),
    TypeId.STRING_ARRAY: st.lists(st.none() | texts, max_size=5).map(
        lambda items: joined([null_or_text(item) for item in items])
    ),
    TypeId.UUID: st.tuples(ints(64), ints(64)).map(fields("qq")),
    TypeId.CLASS: texts.map(text),
    TypeId.BIG_INTEGER: st.integers(-(1 << 200), 1 << 200).map(
        lambda value: (
            lambda order: (
                struct.pack(order + "i", value.bit_length() // 8 + 1)
                + value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
            )
        )
    ),
    TypeId.BIG_DECIMAL: st.tuples(ints(128), st.integers(-500, 500)).map(
        lambda parts: (
            lambda order: (
                struct.pack(order + "i", 16)
                + parts[0].to_bytes(16, "big", signed=True)
                + struct.pack(order + "i", parts[1])
            )
        )
    ),
    TypeId.LOCAL_DATE: days.map(fields("ibb")),
    TypeId.LOCAL_TIME: times.map(fields("bbbi")),
    TypeId.LOCAL_DATE_TIME: st.tuples(days, times).map(
        lambda parts: fields("ibbbbbi")(parts[0] + parts[1])
    ),
    TypeId.OFFSET_DATE_TIME: st.tuples(
        days, times, st.integers(-18 * 3600, 18 * 3600).map(lambda offset: (offset,))
    ).map(lambda parts: fields("ibbbbbii")(parts[0] + parts[1] + parts[2])),
    TypeId.JSON: texts.map(text),
}
LISTS = (TypeId.ARRAY_LIST, TypeId.LINKED_LIST)


def typed(type_id):
    return PAYLOADS[type_id].map(lambda payload: (type_id, payload))


scalars = st.sampled_from(list(PAYLOADS)).flatmap(typed)


def nested(inner):
    items = st.lists(inner | st.just((TypeId.NULL, lambda order: b"")), max_size=4)

    def pack(drawn):
        kind, parts = drawn
        return kind, joined(
            [
                lambda order, part=part: struct.pack(order + "i", part[0]) + part[1](order)
                for part in parts
            ]
        )

    return st.tuples(st.sampled_from(LISTS), items).map(pack)


def same(ours, theirs):
    """Equal, and of the types that the official client gives."""
    if isinstance(theirs, OfficialJsonValue):
        return type(ours) is HazelcastJsonValue and ours.to_string() == theirs.to_string()
    if isinstance(theirs, bytearray):
        return type(ours) is bytes and ours == theirs
    if isinstance(theirs, list):
        return (
            type(ours) is list
            and len(ours) == len(theirs)
            and all(same(*pair) for pair in zip(ours, theirs, strict=True))
        )
    return type(ours) is type(theirs) and ours == theirs


def test_all_types_that_the_official_client_reads_are_here():
    theirs = official()._registry._constant_type_ids
    known = {type_id for type_id in TypeId if type_id in theirs}
    elsewhere = {
        *(TypeId.NULL, TypeId.PORTABLE, TypeId.IDENTIFIED_DATA_SERIALIZABLE, TypeId.PICKLE),
        *(TypeId.COMPACT, TypeId.COMPACT_WITH_SCHEMA),
        TypeId.OBJECT_ARRAY,
    }
    assert known - elsewhere <= {*PAYLOADS, *LISTS}


@BOTH_ORDERS
@pytest.mark.parametrize("type_id", PAYLOADS, ids=lambda type_id: type_id.name)
@FEW
@given(draw=st.data())
def test_one_value(big, type_id, draw):
    ours, theirs = PAIRS[big]
    data = struct.pack(">ii", 0, type_id) + draw.draw(PAYLOADS[type_id])(">" if big else "<")
    assert same(ours.to_object(data), theirs.to_object(Data(bytearray(data))))


@BOTH_ORDERS
@FEW
@given(value=st.recursive(scalars, nested, max_leaves=10))
def test_values_within_values(big, value):
    ours, theirs = PAIRS[big]
    data = struct.pack(">ii", 0, value[0]) + value[1](">" if big else "<")
    assert same(ours.to_object(data), theirs.to_object(Data(bytearray(data))))


# What we write, and the official client has no writer for or another one


@BOTH_ORDERS
@pytest.mark.parametrize("kind", ["?", "b", "h", "i", "q", "f", "d"])
@FEW
@given(draw=st.data())
def test_our_arrays(big, kind, draw):
    ours, theirs = PAIRS[big]
    size = struct.calcsize(kind)
    raw = draw.draw(st.lists(st.binary(min_size=size, max_size=size), max_size=8).map(b"".join))
    if kind == "?":
        value = np.frombuffer(raw, np.int8) > 0
    elif draw.draw(st.booleans()):
        value = np.frombuffer(raw, kind)
    else:
        value = array(kind, raw)
    data = ours.to_data(value)
    found = theirs.to_object(Data(bytearray(data)))
    if kind == "b":
        assert found == raw
    else:
        assert np.array_equal(found, value.tolist(), equal_nan=kind in "fd")
        assert repr(found) == repr(ours.to_object(data))


@BOTH_ORDERS
@pytest.mark.parametrize("int_type", IntType)
@FEW
@given(draw=st.data())
def test_our_ints(big, int_type, draw):
    """Also the negative bytes that the official client cannot write."""
    ours = SerializationService(is_big_endian=big, default_int_type=int_type)
    theirs = PAIRS[big][1]
    bits = {IntType.BYTE: 8, IntType.SHORT: 16, IntType.INT: 32, IntType.LONG: 64}
    value = draw.draw(ints(bits.get(int_type, 200)))
    found = theirs.to_object(Data(bytearray(ours.to_data([value]))))
    assert found == [value]


@BOTH_ORDERS
@FEW
@given(
    value=st.lists(
        st.binary()
        | st.datetimes()
        | st.decimals(allow_nan=False, allow_infinity=False)
        | texts.map(HazelcastJsonValue)
        | st.times()
        | st.datetimes(timezones=st.just(UTC))
    )
)
def test_our_other_values(big, value):
    ours, theirs = PAIRS[big]
    data = ours.to_data(value)
    assert same(ours.to_object(data), theirs.to_object(Data(bytearray(data))))


def test_their_other_values():
    """Naive datetimes, which they take for UTC, and times whose zone they forget."""
    for ours, theirs in PAIRS.values():
        for value, read in (
            (datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)),  # noqa: DTZ001
            (time(1, 2, tzinfo=UTC), time(1, 2)),
            (Decimal("-0.0"), Decimal("0.0")),
            ([1, [None, "a"]], [1, [None, "a"]]),
        ):
            assert ours.to_object(bytes(theirs.to_data(value).buffer)) == read


# Serializers of the program, with either client


class _Point:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return other.x == self.x

    __hash__ = None


class _Tool:
    def get_type_id(self):
        return 10

    def write(self, out, obj):
        out.write_object(obj.x)
        out.write_int_array([1, 2])

    def read(self, inp):
        point = _Point(inp.read_object())
        assert inp.read_int_array() == [1, 2]
        return point


class OurTool(_Tool, api.StreamSerializer):
    pass


class TheirTool(_Tool, official_api.StreamSerializer):
    pass


@BOTH_ORDERS
@pytest.mark.parametrize("option", ["custom_serializers", "global_serializer"])
@FEW
@given(x=st.none() | texts | ints(32))
def test_serializers_of_the_program(big, option, x):
    def given_to(tool):
        return {option: {_Point: tool} if option == "custom_serializers" else tool}

    ours = SerializationService(is_big_endian=big, **given_to(OurTool))
    theirs = official(is_big_endian=big, **given_to(TheirTool))
    value = [_Point(x), _Point([x])]
    data = ours.to_data(value)
    assert data == theirs.to_data(value).buffer
    assert ours.to_object(data) == theirs.to_object(Data(bytearray(data))) == value
