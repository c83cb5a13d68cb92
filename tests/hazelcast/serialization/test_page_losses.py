# SPDX-License-Identifier: Apache-2.0
"""What the pages say gets lost, and what decides the bytes of a key; the official client agrees."""

from __future__ import annotations

import struct
from dataclasses import make_dataclass
from datetime import datetime, time
from decimal import Decimal

import hazelcast.serialization.api as official_api
import pytest
from hazelcast.config import Config as OfficialConfig
from hazelcast.serialization.compact import SchemaNotReplicatedError
from hazelcast.serialization.data import Data
from hazelcast.serialization.service import SerializationServiceV1

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization import api
from gridwire.hazelcast.serialization.api import FieldKind, GenericRecord
from gridwire.hazelcast.serialization.service import SerializationService


class Thing:
    pass


def serializer_of(module, write):
    class Serializer(module.CompactSerializer):
        def get_class(self):
            return Thing

        def get_type_name(self):
            return "thing"

        def write(self, writer, obj):
            write(writer)

        def read(self, reader):
            return reader.read_time("at")

    return Serializer()


def ours(write):
    service = SerializationService(compact_serializers=[serializer_of(api, write)])
    return service.to_data(Thing())


def theirs(write):
    config = OfficialConfig()
    config.compact_serializers = [serializer_of(official_api, write)]
    service = SerializationServiceV1(config)
    try:
        data = service.to_data(Thing())
    except SchemaNotReplicatedError as error:
        service.compact_stream_serializer.register_schema_to_type(error.schema, error.clazz)
        data = service.to_data(Thing())
    return bytes(data.buffer)


@pytest.mark.parametrize("value", [2**53 + 1, 2**24 + 1, 10**30, Decimal("0.1"), 0.1], ids=repr)
@pytest.mark.parametrize(("kind", "form"), [("float32", ">f"), ("float64", ">d")])
def test_a_number_is_rounded_to_what_its_field_holds(kind, form, value):
    def write(writer):
        getattr(writer, f"write_{kind}")("x", value)

    rounded = struct.pack(form, value)  # to the nearest
    assert ours(write).endswith(rounded)
    assert ours(write) == theirs(write)


@pytest.mark.parametrize(("kind", "value"), [("float32", 1e39), ("float64", 10**400)])
def test_a_number_beyond_the_range_is_refused(kind, value):
    def write(writer):
        getattr(writer, f"write_{kind}")("x", value)

    for refuse in (ours, theirs):
        with pytest.raises(Exception, match="float") as caught:
            refuse(write)
        assert type(caught.value).__name__ == "HazelcastSerializationError"
    with pytest.raises(HazelcastSerializationError):
        ours(write)


def test_the_sequence_of_writing_decides_the_bytes():
    def forward(writer):
        writer.write_string("a", "x")
        writer.write_int32("n", 5)
        writer.write_string("b", "y")

    def backward(writer):
        writer.write_string("b", "y")
        writer.write_int32("n", 5)
        writer.write_string("a", "x")

    def numbers_last(writer):
        writer.write_string("a", "x")
        writer.write_string("b", "y")
        writer.write_int32("n", 5)

    for write in (forward, backward, numbers_last):
        assert ours(write) == theirs(write)
    assert ours(forward) == ours(numbers_last) != ours(backward)
    # Of dataclasses it is that of the fields, of records that of the names.
    for names, write in (("anb", forward), ("bna", backward)):
        types = {"n": int}
        fields = [(name, types.get(name, str)) for name in names]
        made = make_dataclass("thing", fields)(a="x", b="y", n=5)

        def with_long(writer, write=write):
            class Longer:
                write_string = writer.write_string
                write_int32 = writer.write_int64

            write(Longer)

        service = SerializationService(
            compact_serializers=[api.DataclassSerializer(type(made), type_name="thing")]
        )
        assert service.to_data(made) == ours(with_long)
        kinds = {"a": FieldKind.STRING, "b": FieldKind.STRING, "n": FieldKind.INT32}
        record = GenericRecord(
            "thing", {name: kinds[name] for name in names}, {"a": "x", "b": "y", "n": 5}
        )
        assert SerializationService().to_data(record) == ours(forward)


def portable(module, names):
    class Named(module.Portable):
        def get_factory_id(self):
            return 1

        def get_class_id(self):
            return 1

        def write_portable(self, writer):
            for name in names:
                writer.write_string(name, name)

        def read_portable(self, reader):
            self.at = reader.read_time("at")

    return Named()


def test_the_sequence_of_writing_decides_the_bytes_of_a_portable():
    written = []
    for names in ("ab", "ba"):
        data = SerializationService().to_data(portable(api, names))
        official = SerializationServiceV1(OfficialConfig()).to_data(portable(official_api, names))
        assert data == bytes(official.buffer)
        written.append(data)
    assert written[0] != written[1]


MOMENT = datetime(2026, 1, 2, 3, 4, 5, 6)  # noqa: DTZ001


@pytest.mark.parametrize("value", [time(1, 2, 3, 4), MOMENT], ids=repr)
def test_nanoseconds_are_cut_off_and_not_rounded(value):
    service = SerializationService()
    data = service.to_data(value)
    stored = data[:-4] + struct.pack(">i", 123_456_999)
    read = service.to_object(stored)
    assert read == value.replace(microsecond=123_456)
    assert SerializationServiceV1(OfficialConfig()).to_object(Data(stored)) == read
    assert service.to_data(read) != stored


def test_nanoseconds_of_a_record_are_gone_when_it_is_read_as_an_object():
    def write(writer):
        writer.write_time("at", time(1, 2, 3, 123_456))

    service = SerializationService(compact_serializers=[serializer_of(api, write)])
    whole = service.to_data(Thing())
    stored = whole.replace(struct.pack(">i", 123_456_000), struct.pack(">i", 123_456_789))
    assert stored != whole
    assert service.to_object(stored) == time(1, 2, 3, 123_456)
    plain = SerializationService()
    plain.schemas.known(next(iter(service.schemas.by_id.values())))
    assert plain.to_data(plain.to_object(stored)) == stored
