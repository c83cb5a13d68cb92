# SPDX-License-Identifier: Apache-2.0
"""Schemas of Compact records: fingerprints, order, limits, and what a client knows of them."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import FieldKind
from gridwire.hazelcast.serialization.compact import schemas as schemas_module
from gridwire.hazelcast.serialization.compact.schema import (
    MAX_FIELDS,
    MAX_TEXT_BYTES,
    FieldDescriptor,
    Schema,
    fingerprint,
)
from gridwire.hazelcast.serialization.compact.schemas import MAX_SCHEMAS, Schemas, named_in
from gridwire.hazelcast.serialization.faults import UnknownSchemaError
from gridwire.hazelcast.serialization.service import SerializationService
from hazelcast.serialization import compact as official
from support.compact_records import KINDS, Inner, Record, our_service
from support.scripted_schemas import Other, Point

# Below the surrogates, where UTF-16 units and code points sort alike.
names = st.text(st.characters(max_codepoint=0xD7FF), max_size=8)


def schema_of(type_name, **fields):
    return Schema(type_name, [FieldDescriptor(name, kind) for name, kind in fields.items()])


@given(type_name=names, fields=st.dictionaries(names, st.sampled_from(KINDS), max_size=20))
def test_a_schema_is_the_official_one(type_name, fields):
    ours = Schema(type_name, [FieldDescriptor(*field) for field in fields.items()])
    theirs = official.Schema(
        type_name, [official.FieldDescriptor(name, int(kind)) for name, kind in fields.items()]
    )
    assert ours.schema_id == theirs.schema_id == fingerprint(type_name, ours.fields)
    assert [(field.name, field.kind) for field in ours.fields] == [
        (field.name, field.kind) for field in theirs.fields
    ]
    assert ours.fixed_bytes == theirs.fix_sized_fields_length
    assert len(ours.values) == theirs.var_sized_field_count


def test_fields_are_sorted_as_java_sorts_them():
    # A character above 65535 is a pair of surrogates there, which come before U+E000.
    schema = schema_of("t", **{"\ue000": FieldKind.INT8, "😀": FieldKind.INT8, "a": FieldKind.INT8})
    assert [field.name for field in schema.fields] == ["a", "😀", "\ue000"]


def test_a_schema_is_a_value():
    schema = schema_of("t", b=FieldKind.INT32, a=FieldKind.STRING)
    same = schema_of("t", a=FieldKind.STRING, b=FieldKind.INT32)
    assert schema == same
    assert hash(schema) == hash(same)
    assert schema != schema_of("u", a=FieldKind.STRING, b=FieldKind.INT32)
    assert schema != schema_of("t", a=FieldKind.STRING, b=FieldKind.INT64)
    assert schema != "t"
    assert pickle.loads(pickle.dumps(schema)) == schema
    assert repr(schema) == f"<Schema {schema.schema_id} t(a: STRING, b: INT32)>"
    assert schema.fields[0].field_name == "a"
    with pytest.raises(AttributeError):
        schema.type_name = "v"
    with pytest.raises(AttributeError):
        del schema.fields


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ([("a", 0)], "of kind 0"),
        ([("a", FieldKind.CHAR)], "CHAR"),
        ([("a", FieldKind.PORTABLE)], "PORTABLE"),
        ([("a", 47)], "of kind 47"),
        ([("a", -1)], "of kind -1"),
        ([("a", 9), ("b", 9), ("a", 11)], "the field 'a' twice"),
        ([("\ud800", 9)], "Unicode"),
        ([(None, 9)], "a str, not NoneType"),
        ([("x" * MAX_TEXT_BYTES, 9)], f"{MAX_TEXT_BYTES} bytes"),
        ([(str(number), 9) for number in range(MAX_FIELDS + 1)], f"more than {MAX_FIELDS} fields"),
    ],
)
def test_schemas_that_cannot_be(fields, says):
    with pytest.raises(HazelcastSerializationError, match=says):
        Schema("t", [FieldDescriptor(name, kind) for name, kind in fields])


@pytest.mark.parametrize("type_name", [None, 5, b"t", "\ud800"])
def test_type_names_that_cannot_be(type_name):
    with pytest.raises(HazelcastSerializationError, match="A type name takes"):
        Schema(type_name, ())


def test_the_most_fields_work():
    fields = [
        FieldDescriptor(f"field {number}", KINDS[number % len(KINDS)])
        for number in range(MAX_FIELDS)
    ]
    assert len(Schema("t", fields).fields) == MAX_FIELDS


def test_what_is_written_is_unsent_until_it_is_replicated():
    service = our_service()
    service.to_data([Record(a=(FieldKind.COMPACT, Inner(1))), Inner(2)])
    names = {schema.type_name for schema in service.schemas.unsent.values()}
    assert names == {"record", "inner"}
    for schema_id in [*service.schemas.unsent]:
        service.schemas.replicated(schema_id)
        service.schemas.replicated(schema_id)
    service.to_data(Record(a=(FieldKind.COMPACT, Inner(1))))
    assert service.schemas.unsent == {}
    assert len(service.schemas.by_id) == 2


def test_what_the_cluster_told_of_is_not_sent():
    service, schemas = our_service(), Schemas()
    service.to_data(Inner(1))
    (schema,) = service.schemas.by_id.values()
    schemas.written(schema)
    assert schemas.unsent == {schema.schema_id: schema}
    schemas.known(schema)
    schemas.written(schema)
    assert schemas.unsent == {}
    assert schemas.get(schema.schema_id) is schema
    with pytest.raises(UnknownSchemaError) as caught:
        schemas.get(5)
    assert caught.value.schema_id == 5
    assert pickle.loads(pickle.dumps(caught.value)).schema_id == 5


def test_two_schemas_with_one_fingerprint():
    schemas = Schemas()
    schema, other = schema_of("t"), schema_of("u")
    object.__setattr__(other, "schema_id", schema.schema_id)
    schemas.known(schema)
    for note in (schemas.known, schemas.written):
        with pytest.raises(HazelcastSerializationError, match="the id"):
            note(other)
    assert schemas.unsent == {}


def test_how_many_schemas_are_known_at_most(monkeypatch):
    schemas = Schemas()
    for number in range(MAX_SCHEMAS):
        schemas.written(schema_of(str(number)))
    for note in (schemas.known, schemas.written):
        with pytest.raises(HazelcastSerializationError, match=f"at most {MAX_SCHEMAS} schemas"):
            note(schema_of("one more"))
    assert len(schemas.unsent) == len(schemas.by_id) == MAX_SCHEMAS
    monkeypatch.setattr(schemas_module, "MAX_TOTAL_BYTES", 1000)
    schemas = Schemas()
    schemas.known(schema_of("x" * 900))
    with pytest.raises(HazelcastSerializationError, match="1000 bytes together"):
        schemas.known(schema_of("y", a=FieldKind.INT8, b=FieldKind.INT8))


@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_request_names_the_schemas_of_its_values(order, whole):
    service = SerializationService(is_big_endian=order == "big")
    data = service.to_data([Point(1, "a"), Other(0.5)])
    one, two = service.schemas.by_id.values()
    payload = bytearray(b"\0\1" + data) if whole else [b"\0\1", memoryview(data), bytearray()]
    absent = schema_of("Absent")
    assert named_in(payload, [absent, two, one], order) == [two, one]
    assert named_in(payload, [absent], order) == []
    assert named_in(payload, [one], "little" if order == "big" else "big") == []


def test_who_finds_a_written_schema_known_finds_it_unsent():
    """Another thread may write a value of it, and send that, as soon as it is known."""
    schemas = Schemas()
    seen = []

    class Watched(dict):
        def __setitem__(self, schema_id, schema):
            seen.append(schema_id in schemas.unsent)
            super().__setitem__(schema_id, schema)

    schemas.by_id = Watched()
    schemas.written(schema_of("T", a=FieldKind.INT32))
    assert seen == [True]
