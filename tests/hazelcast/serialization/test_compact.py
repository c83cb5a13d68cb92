# SPDX-License-Identifier: Apache-2.0
"""Compact records: their bytes, and both directions with the official client."""

from __future__ import annotations

from array import array
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.api import (
    CompactSerializer,
    FieldKind,
    IdentifiedDataSerializable,
    Portable,
    StreamSerializer,
)
from gridwire.hazelcast.serialization.data import partition_hash, payload_hash
from gridwire.hazelcast.serialization.faults import UnknownSchemaError
from gridwire.hazelcast.serialization.service import SerializationService
from support.compact_records import (
    EXAMPLES,
    KINDS,
    Inner,
    InnerSerializer,
    Record,
    RecordSerializer,
    fields_of_any_kind,
    official_data,
    official_object,
    official_service,
    our_service,
)

BOTH = pytest.mark.parametrize("big", [True, False], ids=["big", "little"])
SERVICES = {big: our_service(is_big_endian=big) for big in (True, False)}


@BOTH
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_is_written_and_read_as_by_the_official_client(kind, big):
    ours, theirs = our_service(is_big_endian=big), official_service(is_big_endian=big)
    for value in (EXAMPLES[kind], None):
        if value is None and f"NULLABLE_{kind.name}" in FieldKind.__members__:
            continue
        record = Record(a=(kind, value))
        data = ours.to_data(record)
        assert data == official_data(theirs, record)
        assert ours.to_object(data) == record
        assert official_object(theirs, data) == record


@BOTH
@given(fields=fields_of_any_kind())
def test_any_fields_in_any_order_both_ways(big, fields):
    ours, record = SERVICES[big], Record(**fields)
    data = ours.to_data(record)
    assert ours.to_object(data) == record
    # The official client sorts names by code points, members by UTF-16 units.
    theirs = official_service(is_big_endian=big)
    assert data == official_data(theirs, record)
    assert official_object(theirs, data) == record
    assert ours.to_object(official_data(theirs, record)) == record


@BOTH
@given(length=st.integers(0, 70_000), count=st.integers(1, 5))
def test_offsets_of_one_two_and_four_bytes(big, length, count):
    ours = SERVICES[big]
    items = ["x" * (length // count)] * count
    record = Record(
        a=(FieldKind.STRING, "x" * length),
        b=(FieldKind.STRING, None),
        c=(FieldKind.ARRAY_OF_STRING, [*items, None]),
    )
    data = ours.to_data(record)
    assert ours.to_object(data) == record
    theirs = official_service(is_big_endian=big)
    assert data == official_data(theirs, record)


@BOTH
@pytest.mark.parametrize("length", [*range(236, 256), *range(65516, 65540)])
def test_where_offsets_become_wider(big, length):
    record = Record(a=(FieldKind.STRING, "x" * length), b=(FieldKind.STRING, None))
    data = SERVICES[big].to_data(record)
    assert data == official_data(official_service(is_big_endian=big), record)
    assert SERVICES[big].to_object(data) == record


def test_whole_bytes():
    service = our_service()
    record = Record(
        b=(FieldKind.BOOLEAN, True),
        a=(FieldKind.INT16, -2),
        c=(FieldKind.INT64, 5),
        name=(FieldKind.STRING, "é"),
        d=(FieldKind.NULLABLE_INT8, None),
        _=(FieldKind.ARRAY_OF_BOOLEAN, [True, False, True]),
    )
    schema_id = next(iter(_schemas_of(service, record)))
    assert service.to_data(record) == (
        bytes(4)
        + (-55).to_bytes(4, "big", signed=True)
        + schema_id.to_bytes(8, "big", signed=True)
        + (22).to_bytes(4, "big")
        + b"\0\0\0\0\0\0\0\5"
        + b"\xff\xfe"
        + b"\1"
        + b"\0\0\0\2\xc3\xa9"
        + b"\0\0\0\3\5"
        + b"\x11\xff\x0b"
    )


def test_without_values_there_is_neither_length_nor_table():
    service = our_service()
    bits = {name: (FieldKind.BOOLEAN, name > "c") for name in ("a", "b", "bb", "c", "d", "name")}
    record = Record(**bits, x1=(FieldKind.INT8, 1), x2=(FieldKind.BOOLEAN, True))
    data = service.to_data(record)
    assert data[16:] == b"\1" + bytes([0b1110000])
    assert service.to_object(data) == record
    nine = Record(
        **bits,
        x1=(FieldKind.BOOLEAN, True),
        x2=(FieldKind.BOOLEAN, False),
        x3=(FieldKind.BOOLEAN, True),
    )
    assert service.to_data(nine)[16:] == bytes([0b1110000, 1])
    assert service.to_object(service.to_data(nine)) == nine
    nothing = Record()
    assert len(service.to_data(nothing)) == 16
    assert service.to_object(service.to_data(nothing)) == nothing


def _schemas_of(service, value):
    service.to_data(value)
    return service.schemas.by_id


FULL = Record(
    a=(FieldKind.INT32, 1),
    b=(FieldKind.BOOLEAN, True),
    c=(FieldKind.STRING, "text"),
    d=(FieldKind.ARRAY_OF_STRING, ["x", None]),
    bb=(FieldKind.COMPACT, Inner(3)),
    name=(FieldKind.ARRAY_OF_COMPACT, [Inner(1), Inner(None)]),
    x1=(FieldKind.ARRAY_OF_BOOLEAN, [True] * 9),
    x2=(FieldKind.ARRAY_OF_INT64, [1, 2]),
    x3=(FieldKind.TIMESTAMP_WITH_TIMEZONE, datetime(2024, 1, 2, tzinfo=UTC)),
    Z=(FieldKind.DECIMAL, Decimal("1.5")),
    _=(FieldKind.TIME, time(1)),
)


@BOTH
def test_data_that_ends_too_early_is_refused_at_every_byte(big):
    data = SERVICES[big].to_data(FULL)
    for length in range(8, len(data)):
        with pytest.raises(HazelcastSerializationError) as caught:
            SERVICES[big].to_object(data[:length])
        assert not isinstance(caught.value, UnknownSchemaError)


@BOTH
def test_what_follows_a_record_is_not_its_own(big):
    service = SERVICES[big]
    data = service.to_data(FULL)
    assert service.to_object(data + b"\x01\x02\x03") == FULL
    several = [FULL, Inner(1), "after", FULL]
    assert service.to_object(service.to_data(several)) == several
    assert service.to_object(bytearray(data)) == FULL
    assert service.to_object(memoryview(data)) == FULL


def test_what_cannot_be_written_says_which_field():
    service = our_service()
    for kind, value, says in (
        (FieldKind.INT8, 128, "an int from -128 to 127, not int 128"),
        (FieldKind.INT16, 1.5, "an int from -32768"),
        (FieldKind.INT32, 1 << 31, "int 2147483648"),
        (FieldKind.INT64, 1 << 63, "63"),
        (FieldKind.INT64, None, "not NoneType"),
        (FieldKind.FLOAT32, 1e300, "4 bytes"),
        (FieldKind.FLOAT64, "1.5", "a float, not str"),
        (FieldKind.BOOLEAN, "false", "a bool, not str"),
        (FieldKind.BOOLEAN, [], "a bool, not list"),
        (FieldKind.NULLABLE_BOOLEAN, 2, "a bool"),
        (FieldKind.NULLABLE_INT32, 1 << 31, "int 2147483648"),
        (FieldKind.STRING, b"x", "a str, not bytes"),
        (FieldKind.STRING, "\ud800", "Unicode"),
        (FieldKind.DECIMAL, 1, "a Decimal, not int"),
        (FieldKind.DECIMAL, Decimal("NaN"), "NaN"),
        (FieldKind.TIME, time(1, tzinfo=UTC), "zone"),
        (FieldKind.DATE, datetime(2024, 1, 1, tzinfo=UTC), "no datetime"),
        (FieldKind.DATE, "2024-01-01", "a date"),
        (FieldKind.TIMESTAMP, datetime(2024, 1, 1, tzinfo=UTC), "TIMESTAMP_WITH_TIMEZONE"),
        (FieldKind.TIMESTAMP_WITH_TIMEZONE, datetime(2024, 1, 1), "tzinfo"),  # noqa: DTZ001
        (FieldKind.TIMESTAMP, date(2024, 1, 1), "a datetime"),
        (FieldKind.COMPACT, 5, "CompactSerializer"),
        (FieldKind.ARRAY_OF_INT8, [200], "a list of ints"),
        (FieldKind.ARRAY_OF_INT8, "ab", "a list of ints that fit, or bytes, not str"),
        (FieldKind.ARRAY_OF_INT16, 5, "a list of ints that fit, not int"),
        (FieldKind.ARRAY_OF_INT32, [1, None], "a list of ints"),
        (FieldKind.ARRAY_OF_INT32, {1: 2}, "a list of ints"),
        (FieldKind.ARRAY_OF_INT32, 5, "a list of ints"),
        (FieldKind.ARRAY_OF_FLOAT32, [1e300], "a list of floats"),
        (FieldKind.ARRAY_OF_FLOAT32, [1e300] * 100, "a list of floats"),
        (FieldKind.ARRAY_OF_BOOLEAN, [True, 3], "a list of bools"),
        (FieldKind.ARRAY_OF_STRING, "text", "a list"),
        (FieldKind.ARRAY_OF_STRING, [1], "a list"),
        (FieldKind.ARRAY_OF_NULLABLE_INT16, [1, None, 1 << 15], "a list"),
        (FieldKind.ARRAY_OF_COMPACT, [Inner(1), Record()], "items of one class"),
    ):
        with pytest.raises(HazelcastSerializationError) as caught:
            service.to_data(Record(x1=(kind, value)))
        text = " ".join([str(caught.value), str(caught.value.hint), *caught.value.__notes__])
        assert says in text, (kind, text)
        assert "'x1'" in text
        assert kind.name in text


@pytest.mark.parametrize(
    ("kind", "items", "says"),
    [
        ("INT8", [1, 200], "not list with int 200 at 1"),
        ("INT32", (1, None), "not tuple with NoneType at 1"),
        ("INT64", [1] * 30 + ["x"], "not list with str of 1 characters at 30"),
        ("FLOAT32", [0.5, 1e300, 1], r"not list with float 1e\+300 at 1"),
        ("BOOLEAN", [True, 3], "not list with int 3 at 1"),
        ("STRING", [None, "x", 1], "not list with int 1 at 2"),
        ("NULLABLE_INT16", [1, None, 1 << 15], "not list with int 32768 at 2"),
    ],
)
def test_which_item_cannot_be_written(kind, items, says):
    fields = {"x": (FieldKind[f"ARRAY_OF_{kind}"], items)}
    with pytest.raises(HazelcastSerializationError, match=says):
        our_service().to_data(Record(**fields))


def test_what_an_item_says_by_itself_is_told_with_its_place():
    wrong = Record(x=(FieldKind.ARRAY_OF_STRING, ["x", "\ud800"]))
    with pytest.raises(HazelcastSerializationError, match="surrogates") as caught:
        our_service().to_data(wrong)
    assert caught.value.__notes__[:2] == [
        "It happened in item 1",
        "It happened in the field 'x' (ARRAY_OF_STRING)",
    ]


@BOTH
def test_zones_are_written_as_the_offset_that_they_have_then(big):
    berlin = ZoneInfo("Europe/Berlin")
    for month, hours in ((1, 1), (7, 2)):
        moment = datetime(2024, month, 1, 12, tzinfo=berlin)
        record = Record(a=(FieldKind.TIMESTAMP_WITH_TIMEZONE, moment))
        _, read = SERVICES[big].to_object(SERVICES[big].to_data(record)).fields["a"]
        assert read == moment
        assert read.utcoffset() == timedelta(hours=hours)


@BOTH
def test_numbers_of_numpy_and_other_sequences(big):
    np = pytest.importorskip("numpy")
    record = Record(
        a=(FieldKind.INT32, np.int64(5)),
        b=(FieldKind.BOOLEAN, np.True_),
        c=(FieldKind.ARRAY_OF_INT64, np.arange(30)),
        d=(FieldKind.ARRAY_OF_FLOAT32, (0.5, 1.5)),
        x1=(FieldKind.ARRAY_OF_INT8, b"\x01\xff"),
        x2=(FieldKind.ARRAY_OF_INT8, memoryview(b"\x02")),
        x3=(FieldKind.ARRAY_OF_STRING, ("x", None)),
        name=(FieldKind.ARRAY_OF_INT16, array("h", [1, 2])),
    )
    read = SERVICES[big].to_object(SERVICES[big].to_data(record)).fields
    assert {name: value for name, (_, value) in read.items()} == {
        "a": 5,
        "b": True,
        "c": [*range(30)],
        "d": [0.5, 1.5],
        "x1": [1, -1],
        "x2": [2],
        "x3": ["x", None],
        "name": [1, 2],
    }


def test_fields_with_impossible_names_are_refused():
    class Serializer(RecordSerializer):
        def write(self, writer, obj):
            for name in obj.fields["names"]:
                writer.write_int32(name, 1)

    service = SerializationService(compact_serializers=[Serializer()])
    for names in (["a", "a"], [1], [None], ["\ud800"]):
        with pytest.raises(HazelcastSerializationError):
            service.to_data(Record(names=names))


def test_a_writer_goes_on_after_a_value_that_was_refused():
    class Serializer(RecordSerializer):
        def write(self, writer, obj):
            writer.write_string("a", "first")
            with pytest.raises(HazelcastSerializationError):
                writer.write_array_of_string("b", ["x" * 50, 5])
            with pytest.raises(HazelcastSerializationError):
                writer.write_boolean("c", "no")
            writer.write_string("b", "second")

    service = SerializationService(compact_serializers=[Serializer()])
    expected = Record(a=(FieldKind.STRING, "first"), b=(FieldKind.STRING, "second"))
    data = service.to_data(Record())
    assert service.to_object(data) == expected
    assert data == our_service().to_data(expected)


def test_values_are_written_when_the_program_writes_them():
    class Serializer(RecordSerializer):
        def write(self, writer, obj):
            items, inner = [1, 2, 3], Inner(1)
            writer.write_array_of_int32("a", items)
            writer.write_compact("b", inner)
            items.clear()
            inner.number = 2
            writer.write_compact("c", inner)

    service = SerializationService(compact_serializers=[Serializer(), InnerSerializer()])
    assert service.to_object(service.to_data(Record())) == Record(
        a=(FieldKind.ARRAY_OF_INT32, [1, 2, 3]),
        b=(FieldKind.COMPACT, Inner(1)),
        c=(FieldKind.COMPACT, Inner(2)),
    )


def test_objects_with_other_fields_have_another_schema():
    service = our_service()
    few, more = (
        Record(a=(FieldKind.INT32, 1)),
        Record(a=(FieldKind.INT32, 1), b=(FieldKind.STRING, "x"), c=(FieldKind.INT64, 2)),
    )
    for _ in range(3):
        for record in (few, more):
            assert service.to_object(service.to_data(record)) == record
    assert len(service.schemas.by_id) == len(service.schemas.unsent) == 2


def test_an_object_may_name_its_partition_key():
    class Key(Inner):
        def get_partition_key(self):
            return "customer"

    class Serializer(InnerSerializer):
        def get_class(self):
            return Key

    service = SerializationService(compact_serializers=[Serializer()])
    assert partition_hash(service.to_data(Key(1))) == payload_hash(service.to_data("customer"))


def test_errors_of_a_serializer_are_told_with_their_place():
    class Serializer(RecordSerializer):
        def write(self, writer, obj):
            raise RuntimeError("no")

        def read(self, reader):
            raise LookupError("never")

    service = SerializationService(compact_serializers=[Serializer(), InnerSerializer()])
    with pytest.raises(HazelcastSerializationError, match=r"Serializer.write raised RuntimeError"):
        service.to_data(Record())
    other = our_service()
    data = other.to_data(Record())
    service.schemas.known(next(iter(other.schemas.by_id.values())))
    with pytest.raises(HazelcastSerializationError, match=r"Serializer.read raised LookupError"):
        service.to_object(data)


def test_a_schema_that_nobody_told_of():
    with pytest.raises(UnknownSchemaError) as caught:
        our_service().to_object(our_service().to_data(FULL))
    schema_ids = _schemas_of(our_service(), FULL)
    assert caught.value.schema_id in schema_ids


class Identified(IdentifiedDataSerializable):
    pass


class Port(Portable):
    pass


class Stream(StreamSerializer):
    def get_type_id(self):
        return 5


def _for(python_type, type_name="t"):
    class Serializer(CompactSerializer):
        def get_class(self):
            return python_type

        def get_type_name(self):
            return type_name

        def read(self, reader): ...

        def write(self, writer, obj): ...

    return Serializer()


@pytest.mark.parametrize(
    ("serializers", "says"),
    [
        ([_for(Record, "a"), _for(Record, "b")], "two serializers for support.compact_records.Rec"),
        ([_for(Record), _for(Inner)], "the same Compact type name 't'"),
        ([_for(Identified)], "IdentifiedDataSerializable"),
        ([_for(Port)], "Portable"),
        ([_for(int)], "Hazelcast itself"),
        ([_for(Stream)], "custom_serializers"),
        ([_for("Record")], "no class"),
        ([_for(Record, None)], "no name of a type"),
        ([_for(Record, "")], "no name of a type"),
        ([RecordSerializer], "give an instance"),
        ([object()], "neither a CompactSerializer nor a dataclass"),
        ([int], "no dataclass"),
    ],
)
def test_serializers_that_contradict_each_other(serializers, says):
    with pytest.raises(InvalidConfigurationError, match=says):
        SerializationService(compact_serializers=serializers, custom_serializers={Stream: Stream})


def test_methods_say_what_they_are_for():
    from gridwire.hazelcast.serialization.api import CompactReader, CompactWriter

    for kind in KINDS:
        name = kind.name.lower()
        for owner, method in (
            (CompactWriter, f"write_{name}"),
            (CompactReader, f"read_{name}"),
            (CompactReader, f"read_{name}_or_default"),
        ):
            found = getattr(owner, method)
            assert found.__qualname__ == f"{owner.__name__}.{method}"
            assert kind.name in found.__doc__
