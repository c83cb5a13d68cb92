# SPDX-License-Identifier: Apache-2.0
"""Bytes that a member's own serialization service wrote, read and written here."""

from __future__ import annotations

import json
import math
from array import array
from collections import OrderedDict, deque
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from gridwire.hazelcast.core import Address, HazelcastJsonValue, MapEntry
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.data import partition_hash, type_id_of
from gridwire.hazelcast.serialization.int_type import IntType
from gridwire.hazelcast.serialization.objects import ReliableTopicMessage
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.unknown import UnknownObject

FILE = Path(__file__).parents[2] / "vectors" / "hazelcast" / "serialization.json"
VECTORS = {vector["name"]: vector for vector in json.loads(FILE.read_text("utf-8"))["vectors"]}
ORDERS = ("big", "little")

ABC = ["a", "b", "c"]
BAC = ["b", "a", "c"]
WRITTEN = {
    "boolean true": True,
    "boolean false": False,
    "int": -70000,
    "double": -0.1,
    "string": "grüß dich 世 😀",
    "string empty": "",
    "string with nul": "a\0b",
    "uuid": UUID("00112233-4455-6677-8899-aabbccddeeff"),
    "uuid high bits": UUID("ffeeddcc-bbaa-9988-f766-554433221100"),
    "bigdecimal": Decimal("-1.25"),
    "bigdecimal scaled": Decimal("12E+7"),
    "bigdecimal zero": Decimal("0.00"),
    "json": HazelcastJsonValue('{"a": [1, "é"]}'),
    "localdate": date(2024, 2, 29),
    "localdatetime": datetime(2024, 2, 29, 1, 2, 3, 4),  # noqa: DTZ001
    "offsetdatetime": datetime(2024, 7, 1, 12, 0, 0, 1, timezone(timedelta(hours=5, minutes=30))),
    "offsetdatetime seconds": datetime(
        1900, 1, 1, tzinfo=timezone(-timedelta(hours=4, minutes=56, seconds=2))
    ),
    "simple entry": MapEntry("k", 1),
    "byte[]": b"\x00\x7f\x80\xff",
    "byte[] empty": b"",
    "arraylist": [1, "a", None, 2.5, True],
    "arraylist empty": [],
    "arraylist nested": [[[]]],
    "hashmap empty": {},
    "hashmap list key": {(1,): "one"},
    "hashset": set(ABC),
    "hashset of null": {None},
    "arraydeque": deque(BAC),
}
"""What is the same in both directions."""

READ = WRITTEN | {
    "byte": -3,
    "char": "é",
    "char above 0x8000": "\uff21",
    "short": -300,
    "long": -5_000_000_000,
    "float": 1.5,
    "class": "java.lang.String",
    "date": datetime(1969, 12, 31, 23, 59, 59, 999000, UTC),
    "date today": datetime(2023, 11, 14, 22, 13, 20, 123000, UTC),
    "biginteger": -129,
    "biginteger zero": 0,
    "biginteger big": 1 << 127,
    "localtime": time(23, 59, 58, 123456),
    "simple immutable entry": MapEntry("k", None),
    "optional": "x",
    "optional empty": None,
    "bytebuffer": b"\1\2\xff",
    "boolean[]": [True, False, True],
    "char[]": ["a", "é", "\uff21"],
    "short[]": [1, -2, -(1 << 15)],
    "int[]": [1, -2, -(1 << 31)],
    "long[]": [1, -2, -(1 << 63)],
    "float[]": [0.5, -2.0, math.inf],
    "double[]": [0.1, -2.0, -math.inf],
    "string[]": ["a", None, "é"],
    "object[]": [1, None, "a", [5]],
    "linkedlist": BAC,
    "copyonwritearraylist": BAC,
    "hashmap": {"a": 1, "b": 2},
    "concurrentskiplistmap": {"a": 1, "b": 2},
    "concurrenthashmap": {"a": 1, "b": 2},
    "linkedhashmap": OrderedDict(b=2, a=1),
    "treemap": {"a": 1, "b": 2},
    "treemap with comparator": {"b": 2, "a": 1},
    "treeset": set(ABC),
    "linkedhashset": set(ABC),
    "copyonwritearrayset": set(ABC),
    "concurrentskiplistset": set(ABC),
    "linkedblockingqueue": BAC,
    "arrayblockingqueue": BAC,
    "priorityblockingqueue": ABC,
    "delayqueue": [],
    "synchronousqueue": [],
    "linkedtransferqueue": BAC,
    "priorityqueue": ABC,
    "distinct values": {"v"},
    "lazy map entry": MapEntry("k", 1),
    "address": Address("127.0.0.1", 5701),
}

REFUSED = {
    "localdate bc": "years 1 to 9999",
    "hashmap keys equal in python": "such as int 1",
}

UNKNOWN = {"java serializable"}

ARRAYS = {
    "short[]": array("h", [1, -2, -(1 << 15)]),
    "int[]": array("i", [1, -2, -(1 << 31)]),
    "long[]": array("q", [1, -2, -(1 << 63)]),
    "float[]": array("f", [0.5, -2.0, math.inf]),
    "double[]": array("d", [0.1, -2.0, -math.inf]),
    "byte[]": array("b", [0, 127, -128, -1]),
}


def data_of(name, order):
    return bytes.fromhex(VECTORS[name][order])


@pytest.fixture(params=ORDERS)
def order(request):
    return request.param


@pytest.fixture
def service(order):
    return SerializationService(is_big_endian=order == "big")


def test_every_vector_is_used():
    special = {"double nan", "topic message", "topic message of a client"}
    assert set(READ) | set(REFUSED) | UNKNOWN | special == set(VECTORS)


def test_vectors_have_every_readable_type_id():
    found = {vector["type_id"] for vector in VECTORS.values()}
    assert found >= {*range(-54, -1), -102, -130}


@pytest.mark.parametrize("name", READ)
def test_read(service, order, name):
    data, expected = data_of(name, order), READ[name]
    for form in (data, memoryview(bytearray(data))):
        found = service.to_object(form)
        assert found == expected
        assert type(found) is type(expected)


@pytest.mark.parametrize("name", READ)
def test_order_of_maps_is_kept_and_elements_have_the_same_types(service, order, name):
    found, expected = service.to_object(data_of(name, order)), READ[name]
    if isinstance(expected, dict):
        assert list(found.items()) == list(expected.items())
    if isinstance(expected, list):
        assert [type(item) for item in found] == [type(item) for item in expected]


@pytest.mark.parametrize("name", READ)
def test_nested_in_a_list(service, order, name):
    type_id = VECTORS[name]["type_id"].to_bytes(4, order, signed=True)
    payload = data_of(name, order)[8:]
    count = (2).to_bytes(4, order)
    data = data_of("arraylist", "big")[:8] + count + (type_id + payload) * 2
    assert service.to_object(data) == [READ[name]] * 2


@pytest.mark.parametrize("name", WRITTEN)
def test_write(service, order, name):
    assert service.to_data(WRITTEN[name]) == data_of(name, order)


@pytest.mark.parametrize(
    ("name", "int_type"),
    [
        ("byte", IntType.BYTE),
        ("byte", IntType.VAR),
        ("short", IntType.SHORT),
        ("short", IntType.VAR),
        ("long", IntType.LONG),
        ("long", IntType.VAR),
        ("biginteger", IntType.BIG_INT),
        ("biginteger zero", IntType.BIG_INT),
        ("biginteger big", IntType.BIG_INT),
        ("biginteger big", IntType.VAR),
    ],
)
def test_write_ints(order, name, int_type):
    service = SerializationService(is_big_endian=order == "big", default_int_type=int_type)
    assert service.to_data(READ[name]) == data_of(name, order)


@pytest.mark.parametrize("name", ARRAYS)
def test_write_arrays(service, order, name):
    before = ARRAYS[name][:]
    assert service.to_data(ARRAYS[name]) == data_of(name, order)
    assert service.to_object(service.to_data([ARRAYS[name]])) == [READ[name]]
    assert ARRAYS[name] == before


def test_write_sets_and_lists_in_other_clothes(service, order):
    assert service.to_data(frozenset(ABC)) == data_of("hashset", order)
    assert service.to_data(()) == data_of("arraylist empty", order)
    assert service.to_data((1, "a", None, 2.5, True)) == data_of("arraylist", order)
    assert service.to_data(bytearray(b"\0\x7f\x80\xff")) == data_of("byte[]", order)
    assert service.to_data(memoryview(b"\0\x7f\x80\xff")) == data_of("byte[]", order)


def test_not_a_number(service, order):
    assert math.isnan(service.to_object(data_of("double nan", order)))
    assert service.to_data(math.nan) == data_of("double nan", order)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(service, order, name):
    with pytest.raises(HazelcastSerializationError, match=REFUSED[name]):
        service.to_object(data_of(name, order))


def test_an_object_that_only_java_makes(service, order):
    data = data_of("java serializable", order)
    found = service.to_object(data)
    assert type(found) is UnknownObject
    assert found.java_class == "java.util.Locale"
    assert found.java_constant is None
    assert "-100 (JAVA_SERIALIZABLE)" in found.reason
    assert service.to_data(found) == data


@pytest.mark.parametrize(
    ("name", "publisher"),
    [
        ("topic message", Address("127.0.0.1", 5701)),
        ("topic message of a client", None),
    ],
)
def test_topic_message(service, order, name, publisher):
    message = service.to_object(data_of(name, order))
    assert isinstance(message, ReliableTopicMessage)
    assert message.publish_time == 1_700_000_000_123
    assert message.publisher_address == publisher
    # Its payload was serialized by a service of its own, in big endian.
    assert SerializationService().to_object(message.payload) == "hi"


def test_topic_message_of_a_client_is_written_as_members_do(service, order):
    message = ReliableTopicMessage(1_700_000_000_123, SerializationService().to_data("hi"))
    assert service.to_data(message) == data_of("topic message of a client", order)


@pytest.mark.parametrize("name", VECTORS)
def test_header(name):
    data = data_of(name, "big")
    assert type_id_of(data) == VECTORS[name]["type_id"]
    assert partition_hash(data) == VECTORS[name]["partition_hash"]
    assert partition_hash(memoryview(bytearray(data))) == VECTORS[name]["partition_hash"]


@pytest.mark.parametrize("name", sorted(VECTORS.keys() - UNKNOWN))
def test_truncated_anywhere(service, order, name):
    data = data_of(name, order)
    for length in range(len(data)):
        for form in (data[:length], memoryview(data)[:length]):
            with pytest.raises(HazelcastSerializationError):
                service.to_object(form)
