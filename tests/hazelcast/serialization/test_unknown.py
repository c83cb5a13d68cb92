# SPDX-License-Identifier: Apache-2.0
"""Values of types that this client does not know: kept, stored back, and not taken for others."""

from __future__ import annotations

import copy
import json
import pickle
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import (
    IdentifiedDataSerializable,
    Portable,
    StreamSerializer,
)
from gridwire.hazelcast.serialization.data import partition_hash, partition_of
from gridwire.hazelcast.serialization.faults import UnknownTypeError
from gridwire.hazelcast.serialization.service import SerializationService
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.hazelcast.serialization.unknown import UnknownObject

SERVICES = [SerializationService(is_big_endian=big) for big in (True, False)]
SERVICE = SERVICES[0]
STRICT = SerializationService(keeps_unknown=False)
CUSTOM = struct.pack(">iii", 0, 42, 7)
STREAMS = Path(__file__).parents[2] / "vectors" / "hazelcast" / "java_streams.json"
JAVA = {
    vector["name"]: bytes.fromhex(vector["hex"])
    for vector in json.loads(STREAMS.read_text("utf-8"))["vectors"]
}


def listed(*items, order=">"):
    """Data of a list, of items with their type ids."""
    header = struct.pack(">ii", 0, TypeId.ARRAY_LIST)
    return header + struct.pack(f"{order}i", len(items)) + b"".join(items)


def read_unknown(data, service=SERVICE):
    found = service.to_object(data)
    assert type(found) is UnknownObject
    assert found.data == bytes(data)
    return found


@pytest.mark.parametrize(
    ("payload", "reason", "hint"),
    [
        ("0000002a", "type id 42, and no serializer is registered", "get_type_id() returns 42"),
        ("ffffffc8", "-56 (COMPACT_WITH_SCHEMA)", "get_type_id() returns -56"),
        ("ffffff9c", "java.io.Serializable", "get_type_id() returns -100"),
        ("ffffff9b ffffffff", "java.io.Externalizable", "get_type_id() returns -101"),
        ("ffffff9b 00000003 612e42", "Its class is 'a.B'", "get_type_id() returns -101"),
        ("ffffff92", "-110 (CSHARP)", "get_type_id() returns -110"),
        ("ffffff88", "-120 (PICKLE)", 'allow_pickle="read"'),
        ("ffffff74", "-140 (GO_GOB)", "get_type_id() returns -140"),
        ("fffffc18", "type id -1000, which Hazelcast does not define", "is_big_endian"),
        ("ffffff38", "type id -200, which Hazelcast does not define", "is_big_endian"),
        ("fffffffe 01 00000007 00000001", "factory 7, class 1", "data_serializable_factories"),
        ("fffffffe 00 00000003 612e42", "Java class 'a.B'", "IdentifiedDataSerializable"),
    ],
)
def test_what_is_unknown_is_told(payload, reason, hint):
    data = bytes(4) + bytes.fromhex(payload)
    for form in (data, memoryview(bytearray(data))):
        found = read_unknown(form)
        assert reason in found.reason
        assert hint in found.hint
        assert reason in repr(found)
        assert hint in repr(found)
        assert str(found) == repr(found)
    with pytest.raises(UnknownTypeError) as caught:
        STRICT.to_object(data)
    assert hint in caught.value.hint


@pytest.mark.parametrize("service", SERVICES, ids=["big", "little"])
@given(
    hashed=st.integers(-(1 << 31), (1 << 31) - 1), type_id=st.integers(1, 1 << 30), raw=st.binary()
)
def test_it_is_stored_as_it_was(service, hashed, type_id, raw):
    data = struct.pack(">ii", hashed, type_id) + raw
    found = read_unknown(data, service)
    assert service.to_data(found) == data
    assert partition_hash(service.to_data(found)) == partition_hash(data)
    assert partition_of(service.to_data(found), 271) == partition_of(data, 271)
    assert (found.type_id, found.payload) == (type_id, raw)


@pytest.mark.parametrize("type_id", [-1001, -(1 << 31)])
def test_type_ids_that_there_cannot_be(type_id):
    """Damage is not taken for something that a newer member wrote."""
    raw = struct.pack(">i", type_id)
    for data in (bytes(4) + raw, listed(raw)):
        with pytest.raises(HazelcastSerializationError, match="Hazelcast does not define"):
            SERVICE.to_object(data)


def test_nothing_of_the_memory_of_the_data_is_kept():
    raw = bytearray(CUSTOM)
    found = SERVICE.to_object(memoryview(raw))
    raw.append(0)  # which fails while somebody holds a view of it
    assert found.data == CUSTOM


def test_equality_is_that_of_the_bytes():
    one, same, other = (SERVICE.to_object(each) for each in (CUSTOM, CUSTOM, CUSTOM + b"x"))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != CUSTOM
    assert {one, same, other} == {one, other}
    assert one != SERVICES[1].to_object(CUSTOM)


def test_copies_are_equal():
    one = SERVICE.to_object(CUSTOM)
    for twin in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert twin == one
        assert twin.reason == one.reason


def test_it_is_not_taken_for_a_value():
    found = SERVICE.to_object(CUSTOM)
    with pytest.raises(AttributeError, match="no attribute 'name'") as caught:
        _ = found.name
    assert "get_type_id() returns 42" in str(caught.value)
    assert (caught.value.name, caught.value.obj) == ("name", found)
    with pytest.raises(HazelcastSerializationError, match="neither true nor false") as caught:
        bool(found)
    assert "get_type_id() returns 42" in caught.value.hint
    with pytest.raises(HazelcastSerializationError, match="neither true nor false"):
        _ = found or "default"
    for wrong in (
        lambda: found + 1,
        lambda: found < 1,
        lambda: found[0],
        found,
        lambda: len(found),
        lambda: int(found),
        lambda: list(found),
        lambda: 1 in found,
    ):
        with pytest.raises(TypeError, match="UnknownObject"):
            wrong()
    with pytest.raises(AttributeError):
        found.data = b""
    assert not hasattr(found, "__len__")


def test_without_a_hint_it_is_readable_as_well():
    found = UnknownObject(CUSTOM)
    assert repr(found) == "<UnknownObject of type id 42, 12 bytes.>"
    with pytest.raises(AttributeError, match="no attribute 'x'"):
        _ = found.x


def test_the_whole_container_is_unknown():
    data = listed(struct.pack(">ii", TypeId.INT, 1), CUSTOM[4:])
    found = read_unknown(data)
    assert found.type_id == TypeId.ARRAY_LIST
    assert "-29 (ARRAY_LIST)" in repr(found)
    assert "no serializer is registered" in found.reason
    assert SERVICE.to_data(found) == data


def test_the_notes_of_code_in_between_are_kept():
    class Box(StreamSerializer):
        def get_type_id(self):
            return 5

        def read(self, inp):
            return inp.read_object()

    service = SerializationService(custom_serializers={Box: Box})
    found = read_unknown(struct.pack(">ii", 0, 5) + CUSTOM[4:], service)
    assert "Box.read" in found.reason


def test_a_comparator_that_only_java_knows():
    comparator = struct.pack(">i", TypeId.JAVA_SERIALIZABLE) + JAVA["handmade"]
    found = read_unknown(struct.pack(">ii", 0, TypeId.TREE_MAP) + comparator + bytes(4))
    assert "JavaStreams$Handmade" in found.reason
    assert "comparator of a TreeMap" in found.reason


def test_a_comparator_whose_length_is_known():
    for name in ("reverse", "case insensitive", "natural", "lambda"):
        comparator = struct.pack(">i", TypeId.JAVA_SERIALIZABLE) + JAVA[name]
        entry = struct.pack(">iii", 1, TypeId.INT, 3) + struct.pack(">ii", TypeId.INT, 4)
        data = struct.pack(">ii", 0, TypeId.TREE_MAP) + comparator + entry
        assert SERVICE.to_object(data) == {3: 4}


@pytest.mark.parametrize("service", SERVICES, ids=["big", "little"])
def test_items_whose_length_is_known(service):
    order = ">" if service.is_big_endian else "<"
    text = b"\x80cmodule\n"
    items = [
        struct.pack(f"{order}i", TypeId.JAVA_SERIALIZABLE) + JAVA["enum"],
        struct.pack(f"{order}ii", TypeId.PICKLE, len(text)) + text,
        struct.pack(f"{order}ii", TypeId.INT, 5),
    ]
    data = listed(*items, order=order)
    constant, pickled, number = service.to_object(data)
    assert (constant.java_class, constant.java_constant, number) == (
        "java.util.concurrent.TimeUnit",
        "SECONDS",
        5,
    )
    assert pickled.type_id == TypeId.PICKLE
    assert pickled.java_class is pickled.java_constant is None
    assert service.to_data([constant, pickled, number]) == data
    assert service.to_data(constant) == struct.pack(">ii", 0, -100) + JAVA["enum"]
    assert service.to_object(service.to_data(constant)) == constant


def test_items_that_are_cut_off():
    for item in (struct.pack(">i", -100) + JAVA["enum"][:-1], struct.pack(">ii", -120, 9)):
        with pytest.raises(HazelcastSerializationError, match="in the middle of an object"):
            SERVICE.to_object(listed(item))


def test_a_java_object_says_its_class():
    for name, constant in (("enum", "SECONDS"), ("derived", None)):
        found = read_unknown(struct.pack(">ii", 0, -100) + JAVA[name])
        assert found.java_class in found.reason
        assert found.java_constant == constant
        assert constant is None or constant in found.reason


def test_a_long_name_is_not_shown_whole():
    raw = b"\xac\xed\0\5\x73\x72\xff\xff" + b"\n" * 65535
    found = read_unknown(struct.pack(">ii", 0, -100) + raw)
    assert len(found.reason) < 1000
    assert "\n" not in found.reason


def test_what_may_have_positions_is_not_moved():
    found = SERVICE.to_object(CUSTOM)
    for value in ([found], {"a": found}, (found,)):
        with pytest.raises(HazelcastSerializationError, match="inside another object") as caught:
            SERVICE.to_data(value)
        assert "get_type_id() returns 42" in caught.value.hint


@pytest.mark.parametrize(
    ("type_id", "payload"),
    [
        (-100, JAVA["enum"] + b"x"),
        (-100, JAVA["enum"][:-1]),
        (-120, struct.pack(">i", 2) + b"I."),
        (-120, struct.pack(">i", 2) + b"I1."),
        (-120, struct.pack(">i", 2) + b"I"),
        (-120, b""),
    ],
)
def test_what_does_not_end_where_it_should_is_not_moved(type_id, payload):
    """In a list, what comes next would be read as something else."""
    found = read_unknown(struct.pack(">ii", 0, type_id) + payload)
    if payload == struct.pack(">i", 2) + b"I.":
        assert SERVICE.to_data([found])
        return
    with pytest.raises(HazelcastSerializationError, match="inside another object"):
        SERVICE.to_data([found])


def test_it_has_a_header():
    with pytest.raises(HazelcastSerializationError, match="8 bytes are announced"):
        UnknownObject(b"1234567")


def test_another_byte_order():
    found = SERVICES[0].to_object(CUSTOM)
    with pytest.raises(HazelcastSerializationError, match="another byte order"):
        SERVICES[1].to_data(found)


class Key(IdentifiedDataSerializable):
    def __init__(self, partition_key=None):
        self.partition_key = partition_key

    def get_partition_key(self):
        return self.partition_key

    def get_factory_id(self):
        return 1

    def get_class_id(self):
        return 2

    def write_data(self, object_data_output):
        object_data_output.write_int(7)


def test_a_key_that_names_its_partition_keeps_it():
    data = SERVICE.to_data(Key("customer"))
    found = read_unknown(data)
    assert SERVICE.to_data(found) == data
    assert partition_hash(SERVICE.to_data(found)) == partition_hash(SERVICE.to_data("customer"))


def test_a_partition_key_of_its_own():
    data = SERVICE.to_data(Key(SERVICE.to_object(CUSTOM)))
    assert partition_hash(data) == partition_hash(CUSTOM)


def test_no_serializer_of_the_program_gets_it():
    class Everything(StreamSerializer):
        def get_type_id(self):
            return 9

        def write(self, out, obj):
            raise AssertionError

    found = SERVICE.to_object(CUSTOM)
    for service in (
        SerializationService(global_serializer=Everything),
        SerializationService(allow_pickle=True),
        SerializationService(custom_serializers={object: Everything}),
    ):
        assert service.to_data(found) == CUSTOM


def test_a_serializer_for_what_only_java_reads():
    class Java(StreamSerializer):
        def get_type_id(self):
            return -100

        def read(self, inp):
            return "mine"

    service = SerializationService(custom_serializers={complex: Java})
    assert service.to_object(struct.pack(">ii", 0, -100)) == "mine"


def test_many_type_ids_are_not_remembered_for_ever():
    service = SerializationService()
    for type_id in range(1, 3000):
        service.to_object(struct.pack(">ii", 0, type_id))
    assert len(service._decoders) < 1100


class Customer(Portable):
    def get_factory_id(self):
        return 3

    def get_class_id(self):
        return 4

    def write_portable(self, writer):
        writer.write_string("name", "Anna")


def test_a_portable_of_an_unknown_class():
    """It has positions within the data, so that it may not be moved into other data."""
    data = SERVICE.to_data(Customer())
    found = read_unknown(data)
    assert "factory 3, class 4" in found.reason
    assert "portable_factories to {3: {4: TheClass}}" in found.hint
    assert SERVICE.to_data(found) == data
    with pytest.raises(HazelcastSerializationError, match="inside another object"):
        SERVICE.to_data([found])
    many = SERVICE.to_data([1, Customer()])
    assert SERVICE.to_data(read_unknown(many)) == many
