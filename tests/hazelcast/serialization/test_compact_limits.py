# SPDX-License-Identifier: Apache-2.0
"""Damaged and hostile Compact data: a typed error, in time and memory proportional to the data."""

from __future__ import annotations

import struct
import tracemalloc
from dataclasses import make_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.api import FieldKind, GenericRecord
from gridwire.hazelcast.serialization.byte_order import BIG_ENDIAN
from gridwire.hazelcast.serialization.compact import entries, room
from gridwire.hazelcast.serialization.compact.offsets import packed_offsets
from gridwire.hazelcast.serialization.compact.schema import FieldDescriptor, Schema
from gridwire.hazelcast.serialization.limits import DEFAULT_LIMITS
from gridwire.hazelcast.serialization.service import SerializationService
from support.compact_records import EXAMPLES, KINDS, Inner, Record, RecordSerializer, our_service

HEADER = struct.pack(">ii", 0, -55)
SERVICE = our_service()
CLASSLESS = SerializationService()
FULL = Record(
    a=(FieldKind.INT32, 1),
    b=(FieldKind.ARRAY_OF_STRING, ["x", None, "y"]),
    c=(FieldKind.STRING, "text"),
    d=(FieldKind.ARRAY_OF_BOOLEAN, [True] * 9),
    bb=(FieldKind.COMPACT, Inner(3)),
    name=(FieldKind.ARRAY_OF_COMPACT, [Inner(1), Inner(None)]),
    x1=(FieldKind.DECIMAL, EXAMPLES[FieldKind.DECIMAL]),
    x2=(FieldKind.ARRAY_OF_INT64, [1, 2]),
    x3=(FieldKind.TIMESTAMP_WITH_TIMEZONE, EXAMPLES[FieldKind.TIMESTAMP_WITH_TIMEZONE]),
)
DATA = SERVICE.to_data(FULL)
for _schema in SERVICE.schemas.by_id.values():
    CLASSLESS.schemas.known(_schema)


def schema_of(*kinds, type_name="hostile"):
    fields = [FieldDescriptor(f"f{number:04}", kind) for number, kind in enumerate(kinds)]
    schema = Schema(type_name, fields)
    CLASSLESS.schemas.known(schema)
    return schema


def record_of(schema, section, offsets):
    """Data with a data section and offsets of one byte, or as many as it takes."""
    size = len(section)
    width = "B" if size < 255 else "H" if size < 65535 else "i"
    table = struct.pack(f">{len(offsets)}{width}", *offsets)
    return struct.pack(">qi", schema.schema_id, size) + section + table


def refused(data, match):
    with pytest.raises(HazelcastSerializationError, match=match):
        CLASSLESS.to_object(HEADER + data)


@pytest.mark.parametrize("service", [SERVICE, CLASSLESS], ids=["class", "generic"])
@given(data=st.data())
def test_damaged_bytes_give_typed_errors_or_values(service, data):
    damaged = bytearray(DATA)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(8, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    try:
        service.to_object(bytes(damaged))
    except HazelcastSerializationError:
        pass


@pytest.mark.parametrize("service", [SERVICE, CLASSLESS], ids=["class", "generic"])
@given(tail=st.binary(max_size=200))
def test_any_bytes_behind_a_schema(service, tail):
    schema_id = struct.pack(">q", next(iter(SERVICE.schemas.by_id)))
    try:
        service.to_object(HEADER + schema_id + tail)
    except HazelcastSerializationError:
        pass


@pytest.mark.parametrize("service", [SERVICE, CLASSLESS], ids=["class", "generic"])
def test_every_four_bytes_replaced(service):
    for place in range(16, len(DATA) - 3):
        for number in (-1, -2, 1 << 24, (1 << 31) - 1, -(1 << 31)):
            damaged = bytearray(DATA)
            struct.pack_into(">i", damaged, place, number)
            try:
                service.to_object(bytes(damaged))
            except HazelcastSerializationError:
                pass


def test_lengths_that_cannot_be():
    schema = schema_of(FieldKind.INT64, FieldKind.STRING)
    prefix = struct.pack(">q", schema.schema_id)
    refused(prefix + struct.pack(">i", -1) + bytes(20), "an end outside")
    refused(prefix + struct.pack(">i", 7) + bytes(20), "an end outside")
    refused(prefix + struct.pack(">i", 1 << 30) + bytes(20), "ends in the middle")
    refused(prefix + struct.pack(">i", (1 << 31) - 1) + bytes(20), "ends in the middle")


def test_offsets_outside_of_the_section():
    schema = schema_of(FieldKind.INT32, FieldKind.STRING)
    text = b"\0\0\0\1x"
    good = record_of(schema, b"\0\0\0\5" + text, [4])
    assert CLASSLESS.to_object(HEADER + good)["f0001"] == "x"
    # Among the numbers, behind the end, and reaching behind the end.
    for offset in (0, 3, 9, 200):
        refused(record_of(schema, b"\0\0\0\1" + text, [offset]), "outside|middle")
    refused(record_of(schema, b"\0\0\0\5" + b"\0\0\0\2x", [4]), "outside")
    wide = b"\0\0\0\5" + text + bytes(70_000)
    for offset in (-2, -(1 << 31), (1 << 31) - 1, 70_009):
        refused(record_of(schema, wide, [offset]), "outside|middle")


def test_values_that_overlap():
    schema = schema_of(FieldKind.STRING, FieldKind.STRING)
    refused(record_of(schema, b"\0\0\0\4abcd", [0, 0]), "outside")
    refused(record_of(schema, b"\0\0\0\x08\0\0\0\4abcd", [0, 4]), "outside")
    apart = record_of(schema, b"\0\0\0\1x\0\0\0\1y", [5, 0])
    assert list(CLASSLESS.to_object(HEADER + apart).values()) == ["x", "y"]


def test_items_that_overlap_or_lie_outside():
    schema = schema_of(FieldKind.ARRAY_OF_STRING)

    def array(length, count, rest):
        return record_of(schema, struct.pack(">ii", length, count) + rest, [0])

    text = b"\0\0\0\1x"
    good = CLASSLESS.to_object(HEADER + array(10, 3, text + text + b"\0\xff\x05"))
    assert good["f0000"] == ["x", None, "x"]
    refused(array(10, 2, text + text + b"\0\0"), "an item outside")
    refused(array(10, 2, text + text + b"\5\0"), "an item outside")
    refused(array(10, 2, text + text + b"\0\x0a"), "an item outside")
    refused(array(5, 1, b"\0\0\0\2x" + b"\0"), "an item outside|middle")
    refused(array(-1, 1, text), "announces -1")
    refused(array(5, -1, text), "announces -1")
    refused(array(5, 1 << 30, text + b"\0"), "middle")
    refused(array(1 << 30, 1, text + b"\0"), "middle")


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.name.startswith("ARRAY_OF_")], ids=lambda k: k.name
)
def test_huge_counts_cost_nothing(kind):
    schema = schema_of(kind)
    for count in ((1 << 31) - 1, 1 << 27, -1, -5):
        tracemalloc.start()
        refused(
            record_of(schema, struct.pack(">ii", count, count) + bytes(20), [0]), "announces|mid"
        )
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1 << 20


def test_records_that_hold_themselves_twice_do_not_take_forever():
    # Each record has two fields at one place: read naively, the work doubles with each level.
    schema = schema_of(FieldKind.COMPACT, FieldKind.COMPACT)
    inner = record_of(schema, b"", [255, 255])
    for _ in range(60):
        inner = record_of(schema, inner, [0, 0])
    refused(inner, "outside")
    # The second field is what lies inside of what lies inside of the first.
    previous = inner = record_of(schema, b"", [255, 255])
    for _ in range(60):
        previous, inner = inner, record_of(schema, inner, [0, 12 if len(inner) > 14 else 255])
    assert previous
    refused(inner, "outside")
    array = schema_of(FieldKind.ARRAY_OF_COMPACT)
    inner = record_of(array, b"", [255])
    for _ in range(60):
        body = struct.pack(">ii", len(inner), 2) + inner
        offsets = struct.pack(">2" + ("B" if len(inner) < 255 else "H"), 0, 0)
        inner = record_of(array, body + offsets, [0])
    refused(inner, "outside")
    itself = record_of(schema, bytes(8), [0, 0])
    refused(struct.pack(">q", schema.schema_id) + itself[8:], "outside|not known|middle|deeper")


def test_how_deep_records_may_lie_in_each_other():
    kinds = {"next": FieldKind.COMPACT}
    depth = DEFAULT_LIMITS.nesting_depth

    def nested(levels):
        record = GenericRecord("node", kinds, {"next": None})
        for _ in range(levels):
            record = GenericRecord("node", kinds, {"next": record})
        return record

    service = SerializationService()
    data = service.to_data(nested(depth))
    assert service.to_object(data) == nested(depth)
    with pytest.raises(HazelcastSerializationError, match="nested deeper"):
        service.to_data(nested(depth + 1))
    record = data[8:]
    schema = service.schemas.by_id.values().__iter__().__next__()
    for _ in range(200):
        size = len(record)
        null = "B" if size < 255 else "H" if size < 65535 else "i"
        record = struct.pack(">qi", schema.schema_id, size) + record + struct.pack(f">{null}", 0)
    with pytest.raises(HazelcastSerializationError, match="nested deeper than 128"):
        service.to_object(HEADER + record)


def test_deep_records_do_not_take_their_size_once_for_each_level():
    kinds = {"next": FieldKind.COMPACT, "text": FieldKind.STRING}
    record = GenericRecord("node", kinds, {"next": None, "text": "x" * 200_000})
    for _ in range(100):
        record = GenericRecord("node", kinds, {"next": record, "text": None})
    service = SerializationService()
    data = service.to_data(record)
    tracemalloc.start()
    read = service.to_object(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * len(data)
    assert service.to_data(read) == data


def test_many_fields_at_one_place():
    schema = schema_of(*[FieldKind.STRING] * 2000)
    text = b"x" * 60_000
    section = struct.pack(">i", len(text)) + text
    tracemalloc.start()
    refused(record_of(schema, section, [0] * 2000), "outside")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 21


def test_records_that_are_too_long_for_their_offsets():
    for count in (0, 3):
        with pytest.raises(HazelcastSerializationError, match="of length 2147483648 is too long"):
            packed_offsets(BIG_ENDIAN, 1 << 31, [0] * count)


@pytest.mark.parametrize(
    ("module", "fields"),
    [
        ("compact.singles", {"a": (FieldKind.STRING, "12345")}),
        ("compact.singles", {"a": (FieldKind.ARRAY_OF_STRING, ["12345"])}),
        ("compact.arrays", {"a": (FieldKind.ARRAY_OF_STRING, [None] * 5)}),
        ("output", {"a": (FieldKind.ARRAY_OF_INT32, [1] * 5)}),
        ("output", {"a": (FieldKind.ARRAY_OF_INT8, b"12345")}),
        ("output", {"a": (FieldKind.ARRAY_OF_BOOLEAN, [True] * 5)}),
    ],
)
def test_what_is_too_long_for_a_length_of_32_bits(module, fields, monkeypatch):
    monkeypatch.setattr(f"gridwire.hazelcast.serialization.{module}.MAX_LENGTH", 4)
    with pytest.raises(HazelcastSerializationError, match="too long for Hazelcast"):
        our_service().to_data(Record(**fields))


def test_a_program_cannot_make_classes_or_shapes_without_end(monkeypatch):
    monkeypatch.setattr(room, "MAX_SCHEMAS", 3)
    service = SerializationService()
    for number in range(3):
        service.to_data(make_dataclass(f"Class{number}", [("a", int)])(1))
    with pytest.raises(HazelcastSerializationError, match="More than 3 classes"):
        service.to_data(make_dataclass("OneMore", [("a", int)])(1))
    monkeypatch.setattr(entries, "MAX_SHAPES", 2)
    serializer = RecordSerializer()
    entry = entries.entry_of(serializer, {}, lambda *shape: shape, None)
    for number in range(4):
        assert entry._plan((f"f{number}", 9)) == ("record", (f"f{number}", 9))
    assert len(entry._plans) == 2


def test_schemas_of_a_hostile_member():
    many = Schema("t", [FieldDescriptor(f"f{n}", FieldKind.BOOLEAN) for n in range(4096)])
    service = SerializationService()
    service.schemas.known(many)
    data = HEADER + struct.pack(">q", many.schema_id) + b"\xaa" * 512
    values = service.to_object(data)
    assert sum(values.values()) == 2048
    with pytest.raises(HazelcastSerializationError, match="middle"):
        service.to_object(data[:-1])
