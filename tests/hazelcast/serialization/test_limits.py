# SPDX-License-Identifier: Apache-2.0
"""Damaged and hostile data: a typed error, in time and memory proportional to the data."""

from __future__ import annotations

import struct
import sys
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.core import MapEntry
from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable
from gridwire.hazelcast.serialization.limits import DEFAULT_LIMITS, Limits
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.type_ids import TypeId

SERVICES = [SerializationService(is_big_endian=big) for big in (True, False)]
SERVICE = SERVICES[0]
DEPTH = DEFAULT_LIMITS.nesting_depth


def nested(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize("service", SERVICES, ids=["big", "little"])
def test_nesting(service):
    data = service.to_data(nested(DEPTH))
    assert service.to_object(data) == nested(DEPTH)
    with pytest.raises(HazelcastSerializationError, match=f"deeper than {DEPTH} levels") as caught:
        service.to_data(nested(DEPTH + 1))
    assert "nesting_depth" in caught.value.hint
    deeper = service.to_data([nested(DEPTH - 1)])
    item = deeper[12:16]
    with pytest.raises(HazelcastSerializationError, match=f"deeper than {DEPTH} levels"):
        service.to_object(deeper[:12] + item + deeper[8:])


def test_nesting_of_every_kind_of_container():
    for step in (
        lambda v: {"k": v},
        lambda v: {"k": [v]},
        lambda v: MapEntry(v, v if isinstance(v, int) else 1),
        lambda v: (v,),
    ):
        value = 1
        for _ in range(DEPTH + 1):
            value = step(value)
        with pytest.raises(HazelcastSerializationError, match="nested deeper"):
            SERVICE.to_data(value)


def test_a_list_that_contains_itself():
    value = []
    value.append(value)
    with pytest.raises(HazelcastSerializationError, match="contains itself"):
        SERVICE.to_data(value)


class Chain(IdentifiedDataSerializable):
    def __init__(self, following=None):
        self.following = following

    def write_data(self, object_data_output):
        object_data_output.write_object(self.following)

    def read_data(self, object_data_input):
        self.following = object_data_input.read_object()

    def get_factory_id(self):
        return 1

    def get_class_id(self):
        return 1


def test_nesting_through_code_of_the_program():
    service = SerializationService(data_serializable_factories={1: {1: Chain}})
    loop = Chain()
    loop.following = loop
    with pytest.raises(HazelcastSerializationError, match="nested deeper"):
        service.to_data(loop)
    link = bytes.fromhex("fffffffe 01 00000001 00000001")
    with pytest.raises(HazelcastSerializationError, match="nested deeper"):
        service.to_object(bytes(4) + link * 100_000)


def test_hostile_nesting_is_found_at_the_limit():
    level = bytes.fromhex("ffffffe3 00000001")
    with pytest.raises(HazelcastSerializationError, match="nested deeper"):
        SERVICE.to_object(bytes(4) + level * 1_000_000)


def test_nesting_beyond_the_stack():
    service = SerializationService(limits=Limits(nesting_depth=1_000_000))
    deep = nested(2 * sys.getrecursionlimit())
    with pytest.raises(HazelcastSerializationError, match="stack that the interpreter has left"):
        service.to_data(deep)
    level = bytes.fromhex("ffffffe3 00000001")
    with pytest.raises(HazelcastSerializationError, match="stack that the interpreter has left"):
        service.to_object(bytes(4) + level * 100_000)


def test_higher_and_lower_limits():
    service = SerializationService(limits=Limits(nesting_depth=2))
    assert service.to_object(service.to_data([[1]])) == [[1]]
    with pytest.raises(HazelcastSerializationError, match="deeper than 2 levels"):
        service.to_data([[[]]])


def test_depth_is_given_back():
    service = SerializationService(limits=Limits(nesting_depth=2))
    wide = [[1], [2], [3], [4]]
    assert service.to_object(service.to_data(wide)) == wide


COUNTED = [
    *(TypeId.STRING, TypeId.CLASS, TypeId.JSON),
    *(TypeId.BIG_INTEGER, TypeId.BIG_DECIMAL, TypeId.BYTE_BUFFER),
    *(id_ for id_ in TypeId if TypeId.STRING_ARRAY <= id_ <= TypeId.BYTE_ARRAY),
    *(id_ for id_ in TypeId if TypeId.PRIORITY_QUEUE <= id_ <= TypeId.OBJECT_ARRAY),
]
SORTED = {
    TypeId.CONCURRENT_SKIP_LIST_MAP,
    TypeId.TREE_MAP,
    TypeId.TREE_SET,
    TypeId.CONCURRENT_SKIP_LIST_SET,
    TypeId.PRIORITY_BLOCKING_QUEUE,
    TypeId.PRIORITY_QUEUE,
}


@pytest.mark.parametrize("count", [(1 << 31) - 1, 1 << 20, -2, -(1 << 31)])
@pytest.mark.parametrize("type_id", COUNTED, ids=lambda type_id: type_id.name)
def test_counts_that_the_data_cannot_hold(type_id, count):
    comparator = bytes(4) if type_id in SORTED else b""
    data = struct.pack(">ii", 0, type_id) + comparator + struct.pack(">i", count) + bytes(64)
    tracemalloc.start()
    try:
        with pytest.raises(HazelcastSerializationError):
            SERVICE.to_object(data)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    within = struct.pack(">iii", 0, TypeId.ARRAY_LIST, 1) + data[4:]
    with pytest.raises(HazelcastSerializationError):
        SERVICE.to_object(within)


def test_a_count_takes_memory_only_for_what_is_there():
    # As many nulls as fit: the least that an item can take is its type id.
    data = struct.pack(">iii", 0, TypeId.ARRAY_LIST, 1000) + bytes(4 * 1000)
    assert SERVICE.to_object(data) == [None] * 1000
    with pytest.raises(
        HazelcastSerializationError, match="4004 bytes are announced, 4000 are left"
    ):
        SERVICE.to_object(struct.pack(">iii", 0, TypeId.ARRAY_LIST, 1001) + bytes(4 * 1000))


def test_decimals_that_take_too_long():
    def data_of(size):
        return struct.pack(">iii", 0, TypeId.BIG_DECIMAL, size) + b"\x7f" * size + bytes(4)

    assert SERVICE.to_object(data_of(4096)) == int.from_bytes(b"\x7f" * 4096, "big")
    with pytest.raises(HazelcastSerializationError, match="limit is 4096 bytes"):
        SERVICE.to_object(data_of(4097))
    longest = Decimal("9" * 9863)
    assert SERVICE.to_object(SERVICE.to_data(longest)) == longest
    with pytest.raises(HazelcastSerializationError, match="9864 digits"):
        SERVICE.to_data(Decimal("1" * 9864))
    small = SerializationService(limits=Limits(decimal_bytes=4))
    with pytest.raises(HazelcastSerializationError, match="limit is 4 bytes"):
        small.to_data(Decimal("1" * 12))


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("fffffff5 00000001 ff", "not UTF-8: invalid start byte at its byte 0"),
        ("fffffff5 00000003 eda080", "not UTF-8"),
        ("fffffff5 ffffffff", None),
        ("fffffff4 ffffffff", None),
        ("ffffffe6 00000000", "announces 0 bytes"),
        ("ffffffe6 ffffffff", "announces -1 bytes"),
        ("ffffffe5 00000000 00000000", "announces 0 bytes"),
        ("ffffff7e ffffffff", "JSON value without text"),
        ("ffffffcd 00000000 0101", "LocalDate"),
        ("ffffffcd 000007e7 021d", "LocalDate"),
        ("ffffffcc 18 00 00 00000000", "LocalTime"),
        ("ffffffcc 00 00 00 3b9aca00", "LocalTime"),
        ("ffffffcc 00 00 00 ffffffff", "LocalTime"),
        ("ffffffcb 000007e7 0101 000000 7fffffff", "LocalDateTime"),
        ("ffffffca 000007e7 0101 000000 00000000 00015180", "OffsetDateTime"),
        ("ffffffca 000007e7 0101 000000 00000000 7fffffff", "OffsetDateTime"),
        ("ffffffe7 7fffffffffffffff", "java.util.Date"),
        ("ffffffe7 8000000000000000", "java.util.Date"),
        ("ffffffdb 00000001 ffffffe0 00000000", "dict, which Python cannot hash"),
        ("ffffffdb 00000002 fffffffc01 fffffffc05", "such as bool True"),
    ],
)
def test_what_is_wrong_is_told(payload, reason):
    data = bytes(4) + bytes.fromhex(payload)
    inside = struct.pack(">iii", 0, TypeId.ARRAY_LIST, 1) + data[4:]
    if reason is None:
        assert SERVICE.to_object(data) is None
        assert SERVICE.to_object(inside) == [None]
        return
    for form in (data, inside):
        with pytest.raises(HazelcastSerializationError, match=reason):
            SERVICE.to_object(form)


@pytest.mark.parametrize("text", [b"a" * 5000 + b"\xff", b"\xff"])
@pytest.mark.parametrize("type_id", [TypeId.STRING, TypeId.CLASS, TypeId.JSON])
def test_strings_that_are_not_utf8(text, type_id):
    item = struct.pack(">ii", type_id, len(text)) + text
    for data in (bytes(4) + item, struct.pack(">iii", 0, TypeId.ARRAY_LIST, 1) + item):
        with pytest.raises(HazelcastSerializationError, match="not UTF-8") as caught:
            SERVICE.to_object(data)
        # The error of the decoder would keep the whole string alive.
        assert caught.value.__context__ is None


@pytest.mark.parametrize("module", ["arrays", "numerals", "output", "texts"])
def test_what_is_too_long_for_a_length_of_32_bits(module, monkeypatch):
    monkeypatch.setattr(f"gridwire.hazelcast.serialization.{module}.MAX_LENGTH", 4)
    values = {
        "arrays": [b"12345", [b"12345"]],
        "numerals": [1 << 40],
        "output": [[1, 2, 3, 4, 5], set("12345"), dict.fromkeys("12345")],
        "texts": ["12345", ["12345" * 1000]],
    }
    service = SerializationService(default_int_type="VAR" if module != "numerals" else "BIG_INT")
    for value in values[module]:
        with pytest.raises(HazelcastSerializationError, match="too long for Hazelcast"):
            service.to_data(value)


def test_address_without_a_host():
    data = bytes.fromhex("00000000 fffffffe 01 00000000 00000001 00001645 04 ffffffff")
    with pytest.raises(HazelcastSerializationError, match="without its host"):
        SERVICE.to_object(data)


def test_lists_and_sets_as_elements_of_sets():
    inner = "ffffffe3 00000001 fffffffc01"
    data = bytes(4) + bytes.fromhex(f"ffffffdb 00000002 {inner} ffffffdb 00000001 {inner}")
    assert SERVICE.to_object(data) == {(True,), frozenset({(True,)})}


@pytest.mark.parametrize("last", ["fffffff8 0000000000000001", "fffffff7 3f800000"])
def test_items_that_are_equal_in_python_are_named(last):
    """Integer 2, Integer 1, and 1 as Long or as Float."""
    data = bytes.fromhex(f"00000000 ffffffdb 00000003 fffffff9 00000002 fffffff9 00000001 {last}")
    with pytest.raises(HazelcastSerializationError, match=r"such as (int 1|float 1\.0)$"):
        SERVICE.to_object(data)


class Unequal(Chain):  # noqa: PLW1641 - that it has none is the point
    def __eq__(self, other):
        return False


def test_what_cannot_be_hashed_says_what_would_help():
    service = SerializationService(data_serializable_factories={1: {1: Unequal}})
    for item, helps in (({}, False), (Unequal(), True)):
        data = struct.pack(">iii", 0, TypeId.HASH_SET, 1) + service.to_data(item)[4:]
        with pytest.raises(HazelcastSerializationError, match="Python cannot hash") as caught:
            service.to_object(data)
        assert ("__hash__" in (caught.value.hint or "")) is helps


class Unhashable(Chain):
    def __hash__(self):
        raise ValueError("not today")


def test_elements_of_sets_that_fail_to_hash():
    service = SerializationService(data_serializable_factories={1: {1: Unhashable}})
    item = service.to_data(Unhashable())[4:]
    with pytest.raises(HazelcastSerializationError, match=r"Hashing an item .* raised ValueError"):
        service.to_object(struct.pack(">iii", 0, TypeId.HASH_SET, 1) + item)


@pytest.mark.parametrize("service", SERVICES, ids=["big", "little"])
@given(type_id=st.sampled_from([int(type_id) for type_id in TypeId]), payload=st.binary())
def test_garbage(service, type_id, payload):
    data = struct.pack(">ii", 0, type_id) + payload
    for form in (data, memoryview(data)):
        try:
            service.to_object(form)
        except HazelcastSerializationError:
            pass


# Garbage that gets further: everything is a plausible type id, count or character.
words = st.lists(st.integers(-60, 3), max_size=30)


@pytest.mark.parametrize("service", SERVICES, ids=["big", "little"])
@given(type_id=st.sampled_from([-29, -32, -35, -37, -36, -42, -22, -28, -50, -2]), rest=words)
def test_plausible_garbage(service, type_id, rest):
    order = "big" if service.is_big_endian else "little"
    payload = b"".join(word.to_bytes(4, order, signed=True) for word in rest)
    data = type_id.to_bytes(8, "big", signed=True)[4:].rjust(8, b"\0") + payload
    try:
        service.to_object(data)
    except HazelcastSerializationError:
        pass


@given(st.binary(max_size=7))
def test_shorter_than_a_header(data):
    with pytest.raises(HazelcastSerializationError):
        SERVICE.to_object(data)


# Strings are encoded and then joined to their header; the decoder of UTF-8 guesses the size of
# what is not ASCII, and corrects itself.
@pytest.mark.parametrize(
    ("value", "copies_to_read", "copies_to_write"),
    [("x" * (8 << 20), 1, 2), ("é" * (4 << 20), 2, 2), (bytes(8 << 20), 1, 1)],
    ids=["ascii", "text", "bytes"],
)
def test_large_values_are_copied_as_little_as_possible(value, copies_to_read, copies_to_write):
    data = SERVICE.to_data(value)
    size = len(data)
    view = memoryview(bytearray(data))
    tracemalloc.start()
    try:
        found = SERVICE.to_object(view)
        assert tracemalloc.get_traced_memory()[1] < (copies_to_read + 0.1) * size
        tracemalloc.clear_traces()
        again = SERVICE.to_data(found)
        assert tracemalloc.get_traced_memory()[1] < (copies_to_write + 0.1) * size
    finally:
        tracemalloc.stop()
    assert found == value
    assert again == data
