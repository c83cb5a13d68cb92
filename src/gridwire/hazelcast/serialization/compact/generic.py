# SPDX-License-Identifier: Apache-2.0
"""`GenericRecord`: a Compact record without a class."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.faults import (
    no_field,
    null_field,
    other_kind,
    shown_name,
)
from gridwire.hazelcast.serialization.compact.items import has_none, listed
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, FieldKind, Form
from gridwire.hazelcast.serialization.compact.schema import FieldDescriptor, Schema
from gridwire.hazelcast.serialization.faults import not_writable

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.compact.schemas import Schemas

__all__ = ["GenericRecord"]


class GenericRecord(Mapping[str, Any]):
    """A record of the Compact format whose class this program does not have. Immutable.

    Data of a type that nothing is registered for is read as one, and records inside of it are, too.
    It is a mapping of names to values: ``record["name"]``, ``record.get("name")``; an array is a
    new list each time. Stored again it is the same bytes with the same schema. A program may make
    one, and store it, without a class.

    Two are equal if their schemas and values are. It can be hashed if its values can, and has
    the same hash whatever its arrays hold.

    Args:
        type_name: the name of the type, as other clients and members know it.
        kinds: the kind of each field, by its name.
        values: the value of each field, by its name; a field that may be null can be left out.

    Attributes:
        schema: names and kinds of its fields.

    Raises:
        HazelcastSerializationError: the fields make no schema, or a value is missing or too many.
    """

    __slots__ = ("_order", "_partition_hash", "_raw", "_schemas", "_values", "schema")

    schema: Schema
    _values: dict[str, Any]
    _raw: bytes | memoryview | None
    _order: ByteOrder | None
    _schemas: Schemas | None
    _partition_hash: int

    def __init__(
        self, type_name: str, kinds: Mapping[str, FieldKind], values: Mapping[str, Any]
    ) -> None:
        fields = [FieldDescriptor(name, kind) for name, kind in kinds.items()]
        schema = Schema(type_name, fields)
        for name in values:
            if name not in schema.kinds:
                fault = no_field(schema, name)
                fault.hint = (
                    "field_names tells those of a record; a new one has those of its kinds."
                )
                raise fault
        kept: dict[str, Any] = {}
        for name, kind in schema.kinds.items():
            if name not in values and BY_KIND[kind].form < Form.VALUE:
                raise HazelcastSerializationError(
                    f"The field {shown_name(name)!r} of a GenericRecord has no value"
                )
            kept[name] = _kept(name, kind, values.get(name))
        self._fill(schema, kept)

    def _fill(
        self,
        schema: Schema,
        values: dict[str, Any],
        raw: bytes | memoryview | None = None,
        order: ByteOrder | None = None,
        schemas: Schemas | None = None,
        partition_hash: int = 0,
    ) -> None:
        put = object.__setattr__
        put(self, "schema", schema)
        put(self, "_values", values)
        put(self, "_raw", raw)
        put(self, "_order", order)
        put(self, "_schemas", schemas)
        put(self, "_partition_hash", partition_hash)

    @classmethod
    def _of_data(
        cls,
        schema: Schema,
        values: dict[str, Any],
        raw: bytes | memoryview,
        order: ByteOrder,
        schemas: Schemas,
        partition_hash: int,
    ) -> GenericRecord:
        """One that was read; it remembers its bytes, and whose schemas its parts have.

        The hash is that of a partition key, which its class has and nobody knows here; 0 for none.
        """
        record = cls.__new__(cls)
        record._fill(schema, values, raw, order, schemas, partition_hash)
        return record

    @property
    def type_name(self) -> str:
        """The name of the type."""
        return self.schema.type_name

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names of its fields, sorted."""
        return tuple(field.name for field in self.schema.fields)

    def get_field_kind(self, field_name: str) -> FieldKind:
        """The kind of a field; `FieldKind.NOT_AVAILABLE` if there is no such field."""
        return self.schema.kinds.get(field_name, FieldKind.NOT_AVAILABLE)

    def read(self, field_name: str, kind: FieldKind) -> Any:
        """The value of a field that must be of a certain kind.

        Args:
            field_name: its name.
            kind: what it must be; nullable and other fields may stand for each other.

        Returns:
            The value.

        Raises:
            HazelcastSerializationError: there is no such field, it is of another kind, or it is
                null and the wanted kind cannot be.
        """
        found = self.schema.kinds.get(field_name)
        row = BY_KIND.get(kind)
        if found is None:
            raise no_field(self.schema, field_name)
        if row is None or found not in {kind, row.other}:
            raise other_kind(self.schema, field_name, kind)
        value = self[field_name]
        if not row.allows_null and (
            value is None if row.form < Form.VALUE else has_none(value or ())
        ):
            raise null_field(self.schema, field_name, kind)
        return value

    def replaced(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> GenericRecord:
        """A record of the same schema with some other values.

        The values that stay are those that it has in Python: of times, nanoseconds are cut off.

        Args:
            values: new values by the names of their fields.
            more: the same, for names that are names in Python.

        Returns:
            The new record; this one stays as it is.

        Raises:
            HazelcastSerializationError: there is no such field.
        """
        return GenericRecord(
            self.type_name, self.schema.kinds, {**self._values, **(values or {}), **more}
        )

    def __getitem__(self, field_name: str) -> Any:
        value = self._values[field_name]
        # A copy: what is changed in an array would not be in the bytes that are stored again.
        return value.copy() if type(value) is list else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> NoReturn:
        if name in GenericRecord.__slots__:  # it is not made yet
            raise AttributeError(name)
        way_out = (
            f"Its fields are items: record[{name!r}]"
            if name in self.schema.kinds
            else "It has no such field, either"
        )
        raise AttributeError(
            f"A GenericRecord has no attribute {name!r}. {way_out}. To read records of the type "
            f"{self.schema.shown_name!r} as objects, give their class in compact_serializers",
            name=name,
            obj=self,
        )

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"A GenericRecord cannot be changed ({name}); see replaced()")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"A GenericRecord cannot be changed ({name}); see replaced()")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GenericRecord):
            return NotImplemented
        return self.schema == other.schema and self._values == other._values

    def __hash__(self) -> int:
        values = [value for value in self._values.values() if not isinstance(value, list)]
        return hash((self.schema.schema_id, len(values), frozenset(values)))

    def __reduce__(self) -> tuple[type[GenericRecord], tuple[Any, ...]]:
        return GenericRecord, (self.type_name, dict(self.schema.kinds), self._values)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={self._values[name]!r}" for name in self.field_names)
        return f"<GenericRecord {self.type_name}({fields})>"


def _kept(name: str, kind: FieldKind, value: Any) -> Any:
    """The value of a field; arrays are copied, into the form in which they are read."""
    if value is None or not kind.name.startswith("ARRAY_OF_"):
        return value
    if kind is FieldKind.ARRAY_OF_INT8 and isinstance(value, bytes | bytearray | memoryview):
        return array("b", bytes(value)).tolist()
    try:
        return [*listed(value)]
    except TypeError:
        what = f"The field {shown_name(name)!r} ({kind.name})"
    raise not_writable(what, value, "a list")
