# SPDX-License-Identifier: Apache-2.0
"""Portables as queries look at them: by what their data says of itself, without their classes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gridwire.hazelcast.serialization.data import HEADER_BYTES
from gridwire.hazelcast.serialization.portable.field_types import FieldType
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.errors import query_error, serialization_error
from gridwire.testing._hazelcast.query.java_text import to_text
from gridwire.testing._hazelcast.query.kinds import NUMBERS
from gridwire.testing._hazelcast.query.portable_layout import (
    ALONE,
    Field,
    layout_of,
    moved,
    places_of,
)
from gridwire.testing._hazelcast.query.record_paths import Record
from gridwire.testing._hazelcast.query.values import typed_as

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.testing._hazelcast.query.kinds import Typed

__all__ = ["PortableRecord"]

_INT_BYTES = 4
_IDS_BYTES = 8
_COUNT_AND_IDS_BYTES = 12

_SCALARS = {
    FieldType.BYTE: (TypeId.BYTE, 1),
    FieldType.BOOLEAN: (TypeId.BOOLEAN, 1),
    FieldType.CHAR: (TypeId.CHAR, 2),
    FieldType.SHORT: (TypeId.SHORT, 2),
    FieldType.INT: (TypeId.INT, 4),
    FieldType.LONG: (TypeId.LONG, 8),
    FieldType.FLOAT: (TypeId.FLOAT, 4),
    FieldType.DOUBLE: (TypeId.DOUBLE, 8),
}
# Those that begin with a byte that tells whether they are null, but for items of arrays.
_NULLABLE = {
    FieldType.DECIMAL: TypeId.BIG_DECIMAL,
    FieldType.TIME: TypeId.LOCAL_TIME,
    FieldType.DATE: TypeId.LOCAL_DATE,
    FieldType.TIMESTAMP: TypeId.LOCAL_DATE_TIME,
    FieldType.TIMESTAMP_WITH_TIMEZONE: TypeId.OFFSET_DATE_TIME,
}
_WITH_YEAR = frozenset({TypeId.LOCAL_DATE, TypeId.LOCAL_DATE_TIME, TypeId.OFFSET_DATE_TIME})
_ARRAY_KINDS = {
    FieldType.BYTE: TypeId.BYTE_ARRAY,
    FieldType.BOOLEAN: TypeId.BOOLEAN_ARRAY,
    FieldType.CHAR: TypeId.CHAR_ARRAY,
    FieldType.SHORT: TypeId.SHORT_ARRAY,
    FieldType.INT: TypeId.INT_ARRAY,
    FieldType.LONG: TypeId.LONG_ARRAY,
    FieldType.FLOAT: TypeId.FLOAT_ARRAY,
    FieldType.DOUBLE: TypeId.DOUBLE_ARRAY,
}
_ITEM = {FieldType[f"{item.name}_ARRAY"]: item for item in FieldType if item.name.isalpha()} | {
    FieldType.TIMESTAMP_WITH_TIMEZONE_ARRAY: FieldType.TIMESTAMP_WITH_TIMEZONE
}
_UNSUPPORTED = "java.lang.UnsupportedOperationException"
_HSE = "com.hazelcast.nio.serialization.HazelcastSerializationException"


class PortableRecord(Record):
    """A Portable.

    Args:
        data: what it lies in.
        at: where its version is.
        factory_id: of its class.
        class_id: of its class.
        order: of all numbers.
    """

    __slots__ = ("_at", "_data", "_ids", "_layout", "_order")

    def __init__(
        self, data: bytes, at: int, factory_id: int, class_id: int, order: ByteOrder
    ) -> None:
        self._data = data
        self._at = at
        self._ids = (factory_id, class_id)
        self._order = order
        self._layout = layout_of(data, at, order)

    @classmethod
    def of(cls, payload: bytes, order: ByteOrder) -> PortableRecord:
        """The record of a value of kind `TypeId.PORTABLE`."""
        if len(payload) < _IDS_BYTES:
            raise serialization_error("java.io.EOFException: the data ends too early")
        factory_id, class_id = order.two_int32.unpack_from(payload)
        return cls(bytes(HEADER_BYTES) + payload, ALONE, factory_id, class_id, order)

    def definition(self) -> str:
        """The class definition, as Java shows it."""
        (factory_id, class_id), version = self._ids, self._layout.version
        fields = ", ".join(
            f"FieldDefinitionImpl{{index={index}, fieldName='{name}', type={_java_name(field)}, "
            f"factoryId={ids[0]}, classId={ids[1]}, version={version}}}"
            for index, (name, field) in enumerate(self._layout.fields.items())
            for ids in [self._ids_in(field)]
        )
        return (
            f"ClassDefinition{{factoryId={factory_id}, classId={class_id}, version={version}, "
            f"fieldDefinitions=[{fields}]}}"
        )

    def text(self) -> str:
        """The record, as Java shows it."""
        fields = (f'"{name}": {self._shown(name)}' for name in self._layout.fields)
        return f'{{"Portable": {{{", ".join(fields)}}}}}'

    def _shown(self, name: str) -> str:
        item_type = _ITEM.get(FieldType(self._layout.fields[name].field_type))
        if item_type is None:
            return self._text(self.value(name))
        elements = self.elements(name)
        return "null" if elements is None else f"[{', '.join(map(self._text, elements))}]"

    def _text(self, value: Typed | None) -> str:
        if value is None:
            return "null"
        kind, plain = value
        if kind == TypeId.PORTABLE:
            return PortableRecord.of(plain, self._order).text()
        shown = to_text(value)
        return shown if kind in NUMBERS or kind == TypeId.BOOLEAN else json.dumps(shown)

    def as_value(self) -> Typed:
        """The record as a value of its own."""
        body = moved(self._data, self._at, self._layout.end, ALONE, self._order)
        return TypeId.PORTABLE, self._order.two_int32.pack(*self._ids) + body

    def has(self, name: str) -> bool:
        """Whether there is such a field."""
        return name in self._layout.fields

    def value(self, name: str) -> Typed | None:
        """What a field has, an array as a whole; None if there is no such field."""
        field = self._layout.fields.get(name)
        if field is None:
            return None
        item_type = _ITEM.get(FieldType(field.field_type))
        if item_type is None:
            return self._single(field)
        kind = _ARRAY_KINDS.get(item_type)
        if kind is not None:
            count = self._count(field)
            size = _INT_BYTES + count * _SCALARS[item_type][1]
            return None if count < 0 else (kind, self._data[field.at : field.at + size])
        elements = self.elements(name)
        if elements is None:
            return None
        if item_type == FieldType.STRING:
            return TypeId.STRING_ARRAY, self._data[field.at : self._after_strings(field)]
        return TypeId.OBJECT_ARRAY, tuple(elements)

    def record(self, name: str) -> Record | None:
        """The record in a field."""
        field = self._layout.fields[name]
        if field.field_type != FieldType.PORTABLE:
            raise query_error(f"{_HSE}: Not a Portable field: {name}")
        if self._data[field.at]:
            return None
        return self._inside(field)

    def records(self, name: str) -> list[Record | None] | None:
        """The array of records in a field."""
        field = self._layout.fields[name]
        if field.field_type != FieldType.PORTABLE_ARRAY:
            raise query_error(f"{_HSE}: Not a Portable array field: {name}")
        factory_id, class_id = self._ids_in(field)
        count = self._count(field)
        if count < 0:
            return None
        places = places_of(self._data, count, field.at + _COUNT_AND_IDS_BYTES, self._order)
        return [
            PortableRecord(self._data, place, factory_id, class_id, self._order) for place in places
        ]

    def elements(self, name: str) -> list[Typed | None] | None:
        """The array in a field, element by element; None if it is null, or not there."""
        field = self._layout.fields.get(name)
        if field is None:
            return None
        item_type = _ITEM.get(FieldType(field.field_type))
        if item_type is None:
            value = self._single(field)
            if value is None:
                return None
            shown = to_text(value) if value[0] != TypeId.PORTABLE else self._text(value)
            raise query_error(
                f"java.lang.IllegalArgumentException: unexpected primitive array: {shown}"
            )
        if item_type == FieldType.PORTABLE:
            records = self.records(name)
            return None if records is None else [_value_of(record) for record in records]
        count = self._count(field)
        if count < 0:
            return None
        if item_type == FieldType.STRING:
            return self._strings(field, count)
        first = field.at + _INT_BYTES
        if item_type in _SCALARS:
            kind, size = _SCALARS[item_type]
            self._check(count * size, first)
            return [self._typed(kind, first + index * size) for index in range(count)]
        places = places_of(self._data, count, first, self._order)
        return [self._dated(_NULLABLE[item_type], place) for place in places]

    def element(self, name: str, index: int) -> Typed | None:
        """An element of the array in a field."""
        field = self._layout.fields.get(name)
        if field is None:
            return None
        if FieldType(field.field_type) not in _ITEM:
            message = f'"{name}" is not an array kind. It does not support indexed reads.'
            raise query_error(f"{_UNSUPPORTED}: {message}")
        if index < 0:
            # Members read what happens to lie in front of the array.
            raise query_error(
                "java.lang.IllegalArgumentException: Position argument cannot be negative."
            )
        elements = self.elements(name)
        return elements[index] if elements and index < len(elements) else None

    def _single(self, field: Field) -> Typed | None:
        field_type = FieldType(field.field_type)
        if field_type in _SCALARS:
            return self._typed(_SCALARS[field_type][0], field.at)
        if field_type == FieldType.STRING:
            return self._typed(TypeId.STRING, field.at) if self._count(field) >= 0 else None
        if self._data[field.at]:
            return None
        if field_type == FieldType.PORTABLE:
            return self._inside(field).as_value()
        return self._dated(_NULLABLE[field_type], field.at + 1)

    def _dated(self, kind: int, at: int) -> Typed:
        """A decimal, date or time. Years have 2 bytes here and 4 outside."""
        if kind not in _WITH_YEAR:
            return self._typed(kind, at)
        (year,) = self._order.int16.unpack_from(self._data, at)
        outside = self._order.int32.pack(year) + self._data[at + 2 : at + 17]
        return typed_as(kind, outside, 0, self._order)

    def _typed(self, kind: int, at: int) -> Typed:
        return typed_as(kind, self._data, at, self._order)

    def _inside(self, field: Field) -> PortableRecord:
        """The record in a field that is not null."""
        factory_id, class_id = self._ids_in(field)
        return PortableRecord(self._data, field.at + 9, factory_id, class_id, self._order)

    def _strings(self, field: Field, count: int) -> list[Typed | None]:
        at = field.at + _INT_BYTES
        self._check(count * _INT_BYTES, at)
        found: list[Typed | None] = []
        for _ in range(count):
            length = self._int(at)
            found.append(self._typed(TypeId.STRING, at) if length >= 0 else None)
            at += _INT_BYTES + max(0, length)
        return found

    def _after_strings(self, field: Field) -> int:
        at = field.at + _INT_BYTES
        for _ in range(self._count(field)):
            at += _INT_BYTES + max(0, self._int(at))
        return at

    def _count(self, field: Field) -> int:
        return self._int(field.at)

    def _int(self, at: int) -> int:
        self._check(_INT_BYTES, at)
        number: int = self._order.int32.unpack_from(self._data, at)[0]
        return number

    def _check(self, size: int, at: int) -> None:
        if at < 0 or at + size > len(self._data):
            raise serialization_error("java.io.EOFException: the data ends too early")

    def _ids_in(self, field: Field) -> tuple[int, int]:
        if field.field_type == FieldType.PORTABLE:
            return self._order.two_int32.unpack_from(self._data, field.at + 1)
        if field.field_type == FieldType.PORTABLE_ARRAY:
            return self._order.two_int32.unpack_from(self._data, field.at + 4)
        return 0, 0


def _value_of(record: Record | None) -> Typed | None:
    return record.as_value() if isinstance(record, PortableRecord) else None


def _java_name(field: Field) -> str:
    """Java's name of a type, which calls strings UTF."""
    return FieldType(field.field_type).name.replace("STRING", "UTF")
