# SPDX-License-Identifier: Apache-2.0
"""A record of ten fields, and serializers of it that both clients take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import hazelcast.serialization.api as official_api
from hazelcast.config import Config
from hazelcast.serialization.compact import SchemaNotReplicatedError
from hazelcast.serialization.service import SerializationServiceV1

from gridwire.hazelcast.serialization.api import CompactSerializer
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["RECORD", "Record", "official_compact", "our_compact", "our_dataclass"]


@dataclass
class Record:
    number: int
    amount: float
    is_paid: bool
    name: str
    city: str
    count: int
    price: float
    note: str
    tags: list[int]
    code: int


RECORD = Record(1, 2.5, True, "Ann", "Oslo", 7, 9.99, "hello world", [1, 2, 3], 5)


class _Serializer:
    """The same calls for both, each of which derives from its own base."""

    def get_class(self) -> type[Record]:
        return Record

    def get_type_name(self) -> str:
        return "Record"

    def write(self, writer: Any, obj: Record) -> None:
        writer.write_int64("number", obj.number)
        writer.write_float64("amount", obj.amount)
        writer.write_boolean("is_paid", obj.is_paid)
        writer.write_string("name", obj.name)
        writer.write_string("city", obj.city)
        writer.write_int64("count", obj.count)
        writer.write_float64("price", obj.price)
        writer.write_string("note", obj.note)
        writer.write_array_of_int64("tags", obj.tags)
        writer.write_int64("code", obj.code)

    def read(self, reader: Any) -> Record:
        return Record(
            reader.read_int64("number"),
            reader.read_float64("amount"),
            reader.read_boolean("is_paid"),
            reader.read_string("name"),
            reader.read_string("city"),
            reader.read_int64("count"),
            reader.read_float64("price"),
            reader.read_string("note"),
            reader.read_array_of_int64("tags"),
            reader.read_int64("code"),
        )


class _Ours(_Serializer, CompactSerializer[Record]):
    pass


class _Theirs(_Serializer, official_api.CompactSerializer):
    pass


def our_compact() -> SerializationService:
    return SerializationService(compact_serializers=[_Ours()])


def our_dataclass() -> SerializationService:
    """The same record without a serializer, as its annotations say."""
    return SerializationService(compact_serializers=[Record])


def official_compact() -> SerializationServiceV1:
    """The official service, told that the cluster has the schema."""
    config = Config()
    config.compact_serializers = [_Theirs()]
    service = SerializationServiceV1(config)
    try:
        service.to_data(RECORD)
    except SchemaNotReplicatedError as unsent:
        service.compact_stream_serializer.register_schema_to_type(unsent.schema, unsent.clazz)
    return service
