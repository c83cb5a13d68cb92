# SPDX-License-Identifier: Apache-2.0
"""Records without a class: read, looked into, stored back as the same bytes, made by programs."""

from __future__ import annotations

import copy
import pickle
from array import array
from collections import deque
from datetime import date

import pytest
from hypothesis import given

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import FieldKind, GenericRecord
from gridwire.hazelcast.serialization.faults import UnknownSchemaError
from gridwire.hazelcast.serialization.service import SerializationService
from support.compact_records import (
    EXAMPLES,
    KINDS,
    Inner,
    InnerSerializer,
    Record,
    fields_of_any_kind,
    our_service,
)

BOTH = pytest.mark.parametrize("big", [True, False], ids=["big", "little"])
WRITERS = {big: our_service(is_big_endian=big) for big in (True, False)}


def classless(writer, **options):
    """A service without the classes of another one, which knows its schemas."""
    service = SerializationService(is_big_endian=writer.is_big_endian, **options)
    for schema in writer.schemas.by_id.values():
        service.schemas.known(schema)
    return service


def generic_of(value, **options):
    writer = WRITERS[True]
    data = writer.to_data(value)
    return classless(writer, **options).to_object(data)


def as_generic(value):
    """A value of a record as it is inside of a generic one."""
    if isinstance(value, Inner):
        return GenericRecord(
            "inner", {"number": FieldKind.NULLABLE_INT32}, {"number": value.number}
        )
    return [as_generic(one) for one in value] if isinstance(value, list) else value


@BOTH
@given(fields=fields_of_any_kind())
def test_any_record_is_read_without_its_class_and_stored_back_as_the_same_bytes(big, fields):
    writer = WRITERS[big]
    data = writer.to_data(Record(**fields))
    reader = classless(writer)
    record = reader.to_object(data)
    assert dict(record) == {name: as_generic(value) for name, (_, value) in fields.items()}
    assert {name: record.get_field_kind(name) for name in record} == {
        name: kind for name, (kind, _) in fields.items()
    }
    assert reader.to_data(record) == data
    assert reader.to_data([record, record]) == reader.to_data(
        reader.to_object(writer.to_data([Record(**fields)] * 2))
    )
    assert reader.schemas.unsent == {}


@BOTH
@given(fields=fields_of_any_kind())
def test_a_record_that_a_program_makes_is_the_same_data(big, fields):
    writer = WRITERS[big]
    record = GenericRecord(
        "record",
        {name: kind for name, (kind, _) in fields.items()},
        {name: value for name, (_, value) in fields.items()},
    )
    assert writer.to_object(writer.to_data(record)) == Record(**fields)
    in_its_order = Record(**dict(sorted(fields.items(), key=lambda f: f[0].encode("utf-16-be"))))
    assert writer.to_data(record) == writer.to_data(in_its_order)


def test_what_a_record_tells():
    record = generic_of(
        Record(
            a=(FieldKind.INT32, 1), name=(FieldKind.STRING, "x"), b=(FieldKind.COMPACT, Inner(2))
        )
    )
    assert record.type_name == "record"
    assert record.field_names == ("a", "b", "name")
    assert record["a"] == 1
    assert record.get("nothing", 5) == 5
    assert record["b"]["number"] == 2
    assert "name" in record
    assert "nothing" not in record
    assert len(record) == 3
    assert sorted(record) == ["a", "b", "name"]
    assert record.get_field_kind("a") is FieldKind.INT32
    assert record.get_field_kind("nothing") is FieldKind.NOT_AVAILABLE
    assert repr(record) == (
        "<GenericRecord record(a=1, b=<GenericRecord inner(number=2)>, name='x')>"
    )
    with pytest.raises(KeyError):
        record["nothing"]
    with pytest.raises(AttributeError):
        record.name  # noqa: B018 - there are no attributes of that kind
    with pytest.raises(AttributeError, match="replaced"):
        record.name = "y"
    with pytest.raises(AttributeError, match="replaced"):
        del record.schema


def test_reading_a_field_of_a_certain_kind():
    record = GenericRecord(
        "t",
        {
            "a": FieldKind.NULLABLE_INT32,
            "b": FieldKind.ARRAY_OF_NULLABLE_INT8,
            "c": FieldKind.STRING,
        },
        {"a": 5, "b": [1, 2]},
    )
    assert record.read("a", FieldKind.INT32) == 5
    assert record.read("a", FieldKind.NULLABLE_INT32) == 5
    assert record.read("b", FieldKind.ARRAY_OF_INT8) == [1, 2]
    assert record.read("c", FieldKind.STRING) is None
    null = record.replaced(a=None, b=[1, None])
    for name, kind in (("a", FieldKind.INT32), ("b", FieldKind.ARRAY_OF_INT8)):
        with pytest.raises(HazelcastSerializationError, match=f"'{name}'"):
            null.read(name, kind)
    assert null.replaced(b=None).read("b", FieldKind.ARRAY_OF_INT8) is None
    with pytest.raises(HazelcastSerializationError, match="cannot be read as INT64"):
        record.read("a", FieldKind.INT64)
    with pytest.raises(HazelcastSerializationError, match="no field 'x'"):
        record.read("x", FieldKind.INT64)


def test_equality_and_hash():
    kinds = {"a": FieldKind.INT32, "b": FieldKind.ARRAY_OF_INT8}
    record = GenericRecord("t", kinds, {"a": 1, "b": [1]})
    same = GenericRecord("t", dict(reversed(kinds.items())), {"b": [1], "a": 1})
    assert record == same
    assert hash(record) == hash(same)
    assert record != record.replaced(a=2)
    assert record != GenericRecord("u", kinds, {"a": 1, "b": [1]})
    assert record != {"a": 1, "b": [1]}
    assert record != GenericRecord("t", {**kinds, "a": FieldKind.INT64}, {"a": 1, "b": [1]})
    assert (
        pickle.loads(pickle.dumps(record)) == copy.deepcopy(record) == copy.copy(record) == record
    )
    read = generic_of(Inner(5))
    assert read == as_generic(Inner(5))
    assert pickle.loads(pickle.dumps(read)) == read


def test_a_record_is_not_changed_by_what_was_given():
    items = [1, 2]
    record = GenericRecord("t", {"a": FieldKind.ARRAY_OF_INT8}, {"a": items})
    items.clear()
    assert record["a"] == [1, 2]


def test_a_record_is_not_changed_by_what_is_done_with_its_arrays():
    read = generic_of(Record(a=(FieldKind.ARRAY_OF_INT32, [1, 2])))
    read["a"].append(3)
    read.read("a", FieldKind.ARRAY_OF_INT32).append(3)
    next(iter(read.values())).append(3)
    assert read["a"] == [1, 2]
    assert generic_of(Record(a=(FieldKind.ARRAY_OF_INT32, [1, 2]))) == read


@pytest.mark.parametrize(
    ("kind", "given_as", "items"),
    [
        (FieldKind.ARRAY_OF_INT8, b"\x01\xff", [1, -1]),
        (FieldKind.ARRAY_OF_INT32, iter([1, 2]), [1, 2]),
        (FieldKind.ARRAY_OF_INT32, array("i", [1, 2]), [1, 2]),
        (FieldKind.ARRAY_OF_STRING, deque(["a", None]), ["a", None]),
    ],
)
def test_arrays_of_any_make_are_lists(kind, given_as, items):
    service = SerializationService()
    record = GenericRecord("t", {"a": kind}, {"a": given_as})
    assert record["a"] == items
    data = service.to_data(record)
    assert service.to_data(record) == data
    assert service.to_object(data) == record


@pytest.mark.parametrize("wrong", ["ab", {1: 2}, {1, 2}, 5])
def test_what_is_no_array(wrong):
    with pytest.raises(HazelcastSerializationError, match="'a' \\(ARRAY_OF_STRING\\) takes a list"):
        GenericRecord("t", {"a": FieldKind.ARRAY_OF_STRING}, {"a": wrong})


def test_an_attribute_says_what_to_do():
    record = GenericRecord("Order", {"total": FieldKind.INT32}, {"total": 5})
    with pytest.raises(AttributeError, match=r"record\['total'\].* 'Order'.* compact_serializers"):
        record.total  # noqa: B018
    with pytest.raises(AttributeError, match="no such field"):
        record.other  # noqa: B018
    assert not hasattr(record, "get_partition_key")
    with pytest.raises(HazelcastSerializationError, match="cannot be read as NOT_AVAILABLE"):
        record.read("total", FieldKind.NOT_AVAILABLE)


def test_a_changed_record():
    read = generic_of(Record(a=(FieldKind.INT32, 1), b=(FieldKind.STRING, "x")))
    changed = read.replaced(a=7).replaced({"b": "y"})
    assert (changed["a"], changed["b"], read["a"]) == (7, "y", 1)
    writer = WRITERS[True]
    assert writer.to_object(writer.to_data(changed)) == Record(
        a=(FieldKind.INT32, 7), b=(FieldKind.STRING, "y")
    )
    with pytest.raises(HazelcastSerializationError, match="no field 'c'"):
        read.replaced(c=1)


def test_what_cannot_be_a_record():
    with pytest.raises(HazelcastSerializationError, match="'a' of a GenericRecord has no value"):
        GenericRecord("t", {"a": FieldKind.INT32}, {})
    assert GenericRecord("t", {"a": FieldKind.STRING}, {})["a"] is None
    with pytest.raises(HazelcastSerializationError, match="no field 'b'") as caught:
        GenericRecord("t", {"a": FieldKind.INT32}, {"a": 1, "b": 2})
    assert "field_names" in str(caught.value.hint)
    assert "another version" not in str(caught.value)
    with pytest.raises(HazelcastSerializationError, match="CHAR"):
        GenericRecord("t", {"a": FieldKind.CHAR}, {"a": "x"})
    record = GenericRecord("t", {"a": FieldKind.INT8}, {"a": 128})
    with pytest.raises(HazelcastSerializationError, match="'a'"):
        SerializationService().to_data(record)


def test_nanoseconds_that_python_cannot_hold_are_kept():
    writer = WRITERS[True]
    record = Record(a=(FieldKind.TIME, EXAMPLES[FieldKind.TIME]), b=(FieldKind.INT8, 1))
    data = bytearray(writer.to_data(record))
    at = bytes(data).index((999999000).to_bytes(4, "big"))
    data[at : at + 4] = (999999789).to_bytes(4, "big")
    reader = classless(writer)
    read = reader.to_object(bytes(data))
    assert read["a"] == EXAMPLES[FieldKind.TIME]
    assert reader.to_data(read) == data
    outer = GenericRecord("outer", {"r": FieldKind.COMPACT}, {"r": read})
    assert bytes(data)[8:] in reader.to_data(outer)


def test_storing_into_another_cluster_takes_all_schemas_along():
    writer = WRITERS[True]
    record = Record(a=(FieldKind.ARRAY_OF_COMPACT, [Inner(1), None]), b=(FieldKind.INT8, 1))
    data = writer.to_data(record)
    read = classless(writer).to_object(data)
    other = SerializationService()
    assert other.to_data(read) == data
    assert {schema.type_name for schema in other.schemas.unsent.values()} == {"record", "inner"}
    assert other.to_object(data) == read
    little = SerializationService(is_big_endian=False)
    assert little.to_object(little.to_data(read)) == read
    assert little.to_data(read) == WRITERS[False].to_data(record)
    assert {schema.type_name for schema in little.schemas.unsent.values()} == {"record", "inner"}


def test_records_inside_of_one_without_a_class_have_none_either():
    # A class here may be of an older version, and would lose fields when it is stored back.
    writer = WRITERS[True]
    data = writer.to_data(Record(a=(FieldKind.COMPACT, Inner(1))))
    reader = classless(writer, compact_serializers=[InnerSerializer()])
    assert reader.to_object(data)["a"] == as_generic(Inner(1))
    assert reader.to_object(writer.to_data(Inner(1))) == Inner(1)


def test_the_class_inside_of_a_record_with_a_class_may_be_missing():
    from support.compact_records import RecordSerializer

    writer = WRITERS[True]
    data = writer.to_data(Record(a=(FieldKind.COMPACT, Inner(1))))
    reader = classless(writer, compact_serializers=[RecordSerializer()])
    record = reader.to_object(data)
    assert record == Record(a=(FieldKind.COMPACT, as_generic(Inner(1))))
    assert reader.to_data(record) == data


def test_an_unknown_schema_inside_is_found_when_the_record_is_read():
    writer = our_service()
    data = writer.to_data(Record(a=(FieldKind.COMPACT, Inner(1))))
    schemas = {schema.type_name: schema for schema in writer.schemas.by_id.values()}
    reader = SerializationService()
    for name in ("record", "inner"):
        with pytest.raises(UnknownSchemaError) as caught:
            reader.to_object(data)
        assert caught.value.schema_id == schemas[name].schema_id
        reader.schemas.known(schemas[name])
    assert reader.to_object(data)["a"]["number"] == 1


def test_nothing_of_the_memory_is_kept():
    writer = WRITERS[True]
    data = bytearray(
        writer.to_data(Record(a=(FieldKind.STRING, "x"), b=(FieldKind.COMPACT, Inner(5))))
    )
    reader = classless(writer)
    read = reader.to_object(memoryview(data))
    before = bytes(data)
    data[:] = bytes(len(data))
    assert reader.to_data(read) == before
    assert reader.to_data(read["b"]) == writer.to_data(Inner(5))


def test_every_kind_can_be_made():
    service = SerializationService()
    kinds = {kind.name: kind for kind in KINDS}
    values = {kind.name: as_generic(EXAMPLES[kind]) for kind in KINDS}
    record = GenericRecord("all", kinds, values)
    assert service.to_object(service.to_data(record)) == record
    assert record["DATE"] == date(1999, 12, 31)
