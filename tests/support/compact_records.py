# SPDX-License-Identifier: Apache-2.0
"""Records of any fields, for this client and for the official one, with the same serializers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import hazelcast.serialization.api as official_api
from hazelcast.config import Config
from hazelcast.serialization.compact import FieldDescriptor as OfficialField
from hazelcast.serialization.compact import Schema as OfficialSchema
from hazelcast.serialization.compact import SchemaNotReplicatedError
from hazelcast.serialization.data import Data
from hazelcast.serialization.service import SerializationServiceV1
from hypothesis import strategies as st

from gridwire.hazelcast.serialization import api
from gridwire.hazelcast.serialization.api import FieldKind
from gridwire.hazelcast.serialization.compact.kinds import ROWS
from gridwire.hazelcast.serialization.compact.schema import Schema
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = [
    "EXAMPLES",
    "KINDS",
    "Inner",
    "InnerSerializer",
    "OfficialInnerSerializer",
    "OfficialRecordSerializer",
    "Record",
    "RecordSerializer",
    "fields_of_any_kind",
    "official_data",
    "official_object",
    "official_schema",
    "official_service",
    "our_service",
]

KINDS = [row.kind for row in ROWS]
NAMES = ("a", "b", "bb", "c", "d", "é", "Z", "_", "name", "x1", "x2", "x3", "😀", "")


class Inner:
    """A record inside another one."""

    def __init__(self, number: int | None = 0) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Inner) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"Inner({self.number})"


class Record:
    """A record of fields that are given by name: kind and value."""

    def __init__(self, **fields: tuple[FieldKind, Any]) -> None:
        self.fields = fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and other.fields == self.fields

    def __hash__(self) -> int:
        return hash(tuple(self.fields))

    def __repr__(self) -> str:
        return f"Record({self.fields})"


class _RecordSerializer:
    def get_class(self) -> type[Record]:
        return Record

    def get_type_name(self) -> str:
        return "record"

    def write(self, writer: Any, obj: Record) -> None:
        for name, (kind, value) in obj.fields.items():
            getattr(writer, f"write_{FieldKind(kind).name.lower()}")(name, value)

    def read(self, reader: Any) -> Record:
        found = {}
        for name in NAMES:
            kind = FieldKind(reader.get_field_kind(name))
            if kind is not FieldKind.NOT_AVAILABLE:
                found[name] = (kind, getattr(reader, f"read_{kind.name.lower()}")(name))
        return Record(**found)


class _InnerSerializer:
    def get_class(self) -> type[Inner]:
        return Inner

    def get_type_name(self) -> str:
        return "inner"

    def write(self, writer: Any, obj: Inner) -> None:
        writer.write_nullable_int32("number", obj.number)

    def read(self, reader: Any) -> Inner:
        return Inner(reader.read_nullable_int32("number"))


class RecordSerializer(_RecordSerializer, api.CompactSerializer[Record]):
    """For this client."""


class InnerSerializer(_InnerSerializer, api.CompactSerializer[Inner]):
    """For this client."""


class OfficialRecordSerializer(_RecordSerializer, official_api.CompactSerializer):
    """For the official client."""


class OfficialInnerSerializer(_InnerSerializer, official_api.CompactSerializer):
    """For the official client."""


def our_service(*, is_big_endian: bool = True, **options: Any) -> SerializationService:
    """A service of this client that knows both classes."""
    options.setdefault("compact_serializers", [RecordSerializer(), InnerSerializer()])
    return SerializationService(is_big_endian=is_big_endian, **options)


def official_service(*, is_big_endian: bool = True, knows: Any = None) -> SerializationServiceV1:
    """One of the official client, which knows the schemas of one of ours."""
    config = Config()
    config.is_big_endian = is_big_endian
    config.compact_serializers = [OfficialRecordSerializer(), OfficialInnerSerializer()]
    service = SerializationServiceV1(config)
    for schema in knows.schemas.by_id.values() if knows else ():
        service.compact_stream_serializer.register_schema_to_id(official_schema(schema))
    return service


def official_schema(schema: Schema) -> OfficialSchema:
    """A schema of ours as one of the official client."""
    fields = [OfficialField(field.name, int(field.kind)) for field in schema.fields]
    return OfficialSchema(schema.type_name, fields)


def official_data(service: SerializationServiceV1, value: object) -> bytes:
    """What the official client writes, when its schemas have been replicated."""
    while True:
        try:
            return bytes(service.to_data(value).buffer)
        except SchemaNotReplicatedError as unsent:
            service.compact_stream_serializer.register_schema_to_type(unsent.schema, unsent.clazz)


def official_object(service: SerializationServiceV1, data: bytes) -> Any:
    """What the official client reads."""
    return service.to_object(Data(bytearray(data)))


_OFFSET = timezone(timedelta(hours=5, minutes=30))
_SINGLE: dict[str, tuple[Any, Any]] = {
    "BOOLEAN": (True, st.booleans()),
    "INT8": (-128, st.integers(-128, 127)),
    "INT16": (32767, st.integers(-(1 << 15), (1 << 15) - 1)),
    "INT32": (-(1 << 31), st.integers(-(1 << 31), (1 << 31) - 1)),
    "INT64": ((1 << 63) - 1, st.integers(-(1 << 63), (1 << 63) - 1)),
    "FLOAT32": (0.5, st.floats(width=32, allow_nan=False)),
    "FLOAT64": (-1.25e300, st.floats(allow_nan=False)),
    "STRING": ("é😀", st.text(st.characters(exclude_categories=["Cs"]))),
    "DECIMAL": (
        Decimal("-12.50"),
        st.decimals(allow_nan=False, allow_infinity=False, places=3).filter(
            lambda number: str(number)[:2] != "-0"
        ),
    ),
    "TIME": (time(23, 59, 58, 999999), st.times()),
    "DATE": (date(1999, 12, 31), st.dates()),
    "TIMESTAMP": (datetime(2024, 2, 29, 1, 2, 3, 4), st.datetimes()),  # noqa: DTZ001
    "TIMESTAMP_WITH_TIMEZONE": (
        datetime(2024, 2, 29, 1, 2, 3, 4, _OFFSET),
        st.datetimes(
            timezones=st.integers(-18 * 3600, 18 * 3600).map(
                lambda seconds: timezone(timedelta(seconds=seconds))
            )
            | st.just(UTC)
        ),
    ),
    "COMPACT": (Inner(7), st.builds(Inner, st.none() | st.integers(-5, 5))),
}


def _example(kind: FieldKind) -> Any:
    value = _SINGLE[kind.name.removeprefix("ARRAY_OF_").removeprefix("NULLABLE_")][0]
    if not kind.name.startswith("ARRAY_OF_"):
        return value
    return [value] * 9 if _is_number_array(kind) else [value, None, value]


def _is_number_array(kind: FieldKind) -> bool:
    return "NULLABLE_" not in kind.name and f"NULLABLE_{kind.name[9:]}" in FieldKind.__members__


def _values(kind: FieldKind) -> st.SearchStrategy[Any]:
    single = _SINGLE[kind.name.removeprefix("ARRAY_OF_").removeprefix("NULLABLE_")][1]
    if not kind.name.startswith("ARRAY_OF_"):
        always = f"NULLABLE_{kind.name}" in FieldKind.__members__
        return single if always else st.none() | single
    items = single if _is_number_array(kind) else st.none() | single
    return st.none() | st.lists(items, max_size=20)


EXAMPLES = {kind: _example(kind) for kind in KINDS}
"""A value of each kind."""


def fields_of_any_kind() -> st.SearchStrategy[dict[str, tuple[FieldKind, Any]]]:
    """Fields of a record, with their kinds and values."""
    field = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), _values(kind)))
    return st.dictionaries(st.sampled_from(NAMES), field, max_size=12)
