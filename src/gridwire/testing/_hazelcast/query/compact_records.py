# SPDX-License-Identifier: Apache-2.0
"""Records of Compact as queries look at them: by their schemas, without their classes."""

from __future__ import annotations

import datetime as dt
import json
from struct import pack
from typing import TYPE_CHECKING, Any, Final, Self

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.hazelcast.serialization.compact.generic import GenericRecord
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, FieldKind, Form, Kind
from gridwire.hazelcast.serialization.compact.room import CompactRoom
from gridwire.hazelcast.serialization.faults import UnknownSchemaError
from gridwire.hazelcast.serialization.input import ObjectDataInput
from gridwire.hazelcast.serialization.limits import DEFAULT_LIMITS
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.errors import query_error, serialization_error
from gridwire.testing._hazelcast.query.java_text import to_text
from gridwire.testing._hazelcast.query.kinds import NUMBERS
from gridwire.testing._hazelcast.query.object_paths import typed_object
from gridwire.testing._hazelcast.query.record_paths import Record

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.service import SerializationService
    from gridwire.testing._hazelcast.query.kinds import Typed

__all__ = ["CompactRecord"]

_HSE: Final = "com.hazelcast.nio.serialization.HazelcastSerializationException"
_ARGUMENT: Final = "java.lang.IllegalArgumentException"
_UNSUPPORTED: Final = "java.lang.UnsupportedOperationException"

# Those whose plain form here is the value that a record gives.
_PLAIN: Final = {
    FieldKind.BOOLEAN: TypeId.BOOLEAN,
    FieldKind.INT8: TypeId.BYTE,
    FieldKind.INT16: TypeId.SHORT,
    FieldKind.INT32: TypeId.INT,
    FieldKind.INT64: TypeId.LONG,
    FieldKind.FLOAT32: TypeId.FLOAT,
    FieldKind.FLOAT64: TypeId.DOUBLE,
    FieldKind.STRING: TypeId.STRING,
    FieldKind.DECIMAL: TypeId.BIG_DECIMAL,
}
_ARRAYS: Final = {
    FieldKind.BOOLEAN: (TypeId.BOOLEAN_ARRAY, "?"),
    FieldKind.INT8: (TypeId.BYTE_ARRAY, "b"),
    FieldKind.INT16: (TypeId.SHORT_ARRAY, "h"),
    FieldKind.INT32: (TypeId.INT_ARRAY, "i"),
    FieldKind.INT64: (TypeId.LONG_ARRAY, "q"),
    FieldKind.FLOAT32: (TypeId.FLOAT_ARRAY, "f"),
    FieldKind.FLOAT64: (TypeId.DOUBLE_ARRAY, "d"),
}
_IS_ARRAY: Final = frozenset(
    number for number, row in BY_KIND.items() if row.kind.name.startswith("ARRAY_OF_")
)
_NO_PAYLOAD: Final = -1


class CompactRecord(Record):
    """A record of Compact.

    Args:
        record: with all that it has.
        order: of its arrays of numbers and texts, when they are values of their own.
    """

    __slots__ = ("_order", "_record")

    def __init__(self, record: GenericRecord, order: ByteOrder) -> None:
        self._record = record
        self._order = order

    @classmethod
    def of(cls, payload: bytes, serialization: SerializationService) -> CompactRecord:
        """The record of a value of kind `TypeId.COMPACT`.

        Args:
            payload: the value.
            serialization: that of the members, who know schemas.

        Raises:
            Refusal: its schema is not known, or it is damaged.
        """
        order = byte_order(serialization.is_big_endian)
        room = CompactRoom(order, DEFAULT_LIMITS, serialization.schemas, ())
        inp = ObjectDataInput(payload, 0, order, {}, DEFAULT_LIMITS.nesting_depth)
        try:
            return cls(room.read(inp), order)
        except UnknownSchemaError as error:
            # Members say so in a query; the id is all they know.
            message = f"The schema can not be found with id {error.schema_id}"
            raise query_error(f"{_HSE}: {message}") from None
        except HazelcastSerializationError as error:
            raise serialization_error(str(error)) from None

    def text(self) -> str:
        """The record, as Java shows it."""
        fields = (f'"{name}": {self._shown(name)}' for name in self._record.field_names)
        return f"{{{json.dumps(self._record.type_name)}: {{{', '.join(fields)}}}}}"

    def _shown(self, name: str) -> str:
        row = self._row(name)
        value = self._record[name]
        if value is not None and row.kind in _IS_ARRAY:
            return f"[{', '.join(self._text(_typed(one, row)) for one in value)}]"
        return self._text(_typed(value, row))

    def _text(self, value: Typed | None) -> str:
        if value is None:
            return "null"
        kind, plain = value
        if kind == TypeId.COMPACT:
            return CompactRecord(plain.record, self._order).text()
        shown = to_text(value)
        return shown if kind in NUMBERS or kind == TypeId.BOOLEAN else json.dumps(shown)

    def has(self, name: str) -> bool:
        """Whether there is such a field."""
        return name in self._record.schema.kinds

    def value(self, name: str) -> Typed | None:
        """What a field has, an array as a whole; None if there is no such field."""
        if not self.has(name):
            if not name:
                raise query_error(f"{_ARGUMENT}: The token's length cannot be zero: ")
            return None
        row, value = self._row(name), self._record[name]
        if value is None or row.kind not in _IS_ARRAY:
            return _typed(value, row)
        if row.form is Form.NUMBERS:
            kind, letter = _ARRAYS[row.item]
            return kind, pack(f"{self._order.prefix}i{len(value)}{letter}", len(value), *value)
        if row.item is FieldKind.STRING:
            return TypeId.STRING_ARRAY, _texts(value, self._order)
        return TypeId.OBJECT_ARRAY, tuple(_typed(one, row) for one in value)

    def record(self, name: str) -> Record | None:
        """The record in a field."""
        self._must_be(name, FieldKind.COMPACT)
        found = self._record[name]
        return None if found is None else CompactRecord(found, self._order)

    def records(self, name: str) -> list[Record | None] | None:
        """The array of records in a field."""
        self._must_be(name, FieldKind.ARRAY_OF_COMPACT)
        found = self._record[name]
        if found is None:
            return None
        return [None if one is None else CompactRecord(one, self._order) for one in found]

    def elements(self, name: str) -> list[Typed | None] | None:
        """The array in a field, element by element; None if it is null, or not there."""
        if not self.has(name) or self._record[name] is None:
            return None
        row = self._row(name)
        if row.kind not in _IS_ARRAY:
            raise query_error(f"{_ARGUMENT}: unexpected primitive array: {self._unquoted(name)}")
        return [_typed(one, row) for one in self._record[name]]

    def element(self, name: str, index: int) -> Typed | None:
        """An element of the array in a field."""
        if not self.has(name):
            return None
        if self._row(name).kind not in _IS_ARRAY:
            message = f'"{name}" is not an array kind. It does not support indexed reads.'
            raise query_error(f"{_UNSUPPORTED}: {message}")
        if index < 0:
            raise query_error(f"{_ARGUMENT}: Array indexes can not be negative")
        elements = self.elements(name)
        return elements[index] if elements and index < len(elements) else None

    def _unquoted(self, name: str) -> str:
        value = self.value(name)
        return self._shown(name) if value is None or value[0] == TypeId.COMPACT else to_text(value)

    def _row(self, name: str) -> Kind:
        return BY_KIND[self._record.schema.kinds[name]]

    def _must_be(self, name: str, kind: FieldKind) -> None:
        found = self._row(name).kind
        if found is not kind:
            message = f"Invalid field kind '{found.name}' for the field: {name}"
            raise query_error(f"{_HSE}: {message}")


def _typed(value: Any, row: Kind) -> Typed | None:
    """A value of a field, or an item of an array."""
    if value is None:
        return None
    kind = _PLAIN.get(row.item)
    if kind is not None:
        return kind, value
    if isinstance(value, GenericRecord):
        return TypeId.COMPACT, _Part(value)
    if row.item is FieldKind.TIMESTAMP:
        return _local(value)
    return typed_object(value)


def _local(value: dt.datetime) -> Typed:
    day = (value.year, value.month, value.day)
    clock = (value.hour, value.minute, value.second, value.microsecond * 1000)
    return TypeId.LOCAL_DATE_TIME, day + clock


class _Part(bytes):
    """The payload of a record inside another one."""

    record: GenericRecord

    def __new__(cls, record: GenericRecord) -> Self:
        """Make it of the record."""
        part = super().__new__(cls, record._raw or b"")
        part.record = record
        return part


def _texts(items: list[str | None], order: ByteOrder) -> bytes:
    count = order.int32.pack
    encoded = [None if one is None else one.encode() for one in items]
    parts = [count(_NO_PAYLOAD) if one is None else count(len(one)) + one for one in encoded]
    return count(len(parts)) + b"".join(parts)
