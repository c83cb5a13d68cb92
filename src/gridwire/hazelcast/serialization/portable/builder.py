# SPDX-License-Identifier: Apache-2.0
"""Declaring the fields of a Portable class, one after another."""

from __future__ import annotations

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.portable.definition import ClassDefinition, FieldDefinition
from gridwire.hazelcast.serialization.portable.field_types import FieldType

__all__ = ["ClassDefinitionBuilder"]


class ClassDefinitionBuilder:
    """Makes a `ClassDefinition`, field by field, in the order of ``write_portable``.

    All ``add_`` methods return the builder, and raise `HazelcastSerializationError` for a name that
    is there, or when the definition is built.

    Args:
        factory_id: of the class.
        class_id: of the class.
        version: of the class.
    """

    __slots__ = ("_done", "_fields", "class_id", "factory_id", "version")

    def __init__(self, factory_id: int, class_id: int, version: int = 0) -> None:
        self.factory_id = factory_id
        self.class_id = class_id
        self.version = version
        self._fields: dict[str, FieldDefinition] = {}
        self._done = False

    def add_portable_field(
        self, field_name: str, class_def: ClassDefinition
    ) -> ClassDefinitionBuilder:
        """Add a Portable, or null, of a class.

        Raises:
            ValueError: the class id is zero.
        """
        return self._add(field_name, FieldType.PORTABLE, class_def)

    def add_portable_array_field(
        self, field_name: str, class_def: ClassDefinition
    ) -> ClassDefinitionBuilder:
        """Add an array of Portables of one class; or null.

        Raises:
            ValueError: the class id is zero.
        """
        return self._add(field_name, FieldType.PORTABLE_ARRAY, class_def)

    def add_byte_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a signed number of 1 byte."""
        return self._add(field_name, FieldType.BYTE)

    def add_boolean_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: true or false."""
        return self._add(field_name, FieldType.BOOLEAN)

    def add_char_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a UTF-16 unit of Java."""
        return self._add(field_name, FieldType.CHAR)

    def add_short_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a signed number of 2 bytes."""
        return self._add(field_name, FieldType.SHORT)

    def add_int_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a signed number of 4 bytes."""
        return self._add(field_name, FieldType.INT)

    def add_long_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a signed number of 8 bytes."""
        return self._add(field_name, FieldType.LONG)

    def add_float_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a floating-point number of 4 bytes."""
        return self._add(field_name, FieldType.FLOAT)

    def add_double_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a floating-point number of 8 bytes."""
        return self._add(field_name, FieldType.DOUBLE)

    def add_string_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a text, or null."""
        return self._add(field_name, FieldType.STRING)

    def add_utf_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a text; the old name of `add_string_field`."""
        return self._add(field_name, FieldType.STRING)

    def add_decimal_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a decimal number, or null."""
        return self._add(field_name, FieldType.DECIMAL)

    def add_time_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a time of day, or null."""
        return self._add(field_name, FieldType.TIME)

    def add_date_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a date, or null."""
        return self._add(field_name, FieldType.DATE)

    def add_timestamp_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a date and time without a zone, or null."""
        return self._add(field_name, FieldType.TIMESTAMP)

    def add_timestamp_with_timezone_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: a date and time with its offset, or null."""
        return self._add(field_name, FieldType.TIMESTAMP_WITH_TIMEZONE)

    def add_byte_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of bytes; or null."""
        return self._add(field_name, FieldType.BYTE_ARRAY)

    def add_boolean_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of booleans; or null."""
        return self._add(field_name, FieldType.BOOLEAN_ARRAY)

    def add_char_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of UTF-16 units of Java; or null."""
        return self._add(field_name, FieldType.CHAR_ARRAY)

    def add_short_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of signed numbers of 2 bytes; or null."""
        return self._add(field_name, FieldType.SHORT_ARRAY)

    def add_int_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of signed numbers of 4 bytes; or null."""
        return self._add(field_name, FieldType.INT_ARRAY)

    def add_long_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of signed numbers of 8 bytes; or null."""
        return self._add(field_name, FieldType.LONG_ARRAY)

    def add_float_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of floating-point numbers of 4 bytes; or null."""
        return self._add(field_name, FieldType.FLOAT_ARRAY)

    def add_double_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of floating-point numbers of 8 bytes; or null."""
        return self._add(field_name, FieldType.DOUBLE_ARRAY)

    def add_string_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of texts, each of which may be null; or null."""
        return self._add(field_name, FieldType.STRING_ARRAY)

    def add_utf_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add an array of texts; the old name of `add_string_array_field`."""
        return self._add(field_name, FieldType.STRING_ARRAY)

    def add_decimal_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of decimal numbers; or null."""
        return self._add(field_name, FieldType.DECIMAL_ARRAY)

    def add_time_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of times of day; or null."""
        return self._add(field_name, FieldType.TIME_ARRAY)

    def add_date_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of dates; or null."""
        return self._add(field_name, FieldType.DATE_ARRAY)

    def add_timestamp_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of dates and times without a zone; or null."""
        return self._add(field_name, FieldType.TIMESTAMP_ARRAY)

    def add_timestamp_with_timezone_array_field(self, field_name: str) -> ClassDefinitionBuilder:
        """Add a field: an array of dates and times with their offsets; or null."""
        return self._add(field_name, FieldType.TIMESTAMP_WITH_TIMEZONE_ARRAY)

    def add_field_def(self, field_def: FieldDefinition) -> ClassDefinitionBuilder:
        """Add a field as it is.

        Raises:
            ValueError: its index is not the next one.
        """
        if field_def.index != len(self._fields):
            raise ValueError(f"{field_def!r} is not the field {len(self._fields)}")
        self._check(field_def.field_name)
        self._fields[field_def.field_name] = field_def
        return self

    def build(self) -> ClassDefinition:
        """The definition; nothing can be added any more."""
        self._done = True
        definition = ClassDefinition(self.factory_id, self.class_id, self.version)
        definition.field_defs.update(self._fields)
        return definition

    def _add(
        self, field_name: str, field_type: FieldType, of: ClassDefinition | None = None
    ) -> ClassDefinitionBuilder:
        self._check(field_name)
        version, factory_id, class_id = self.version, 0, 0
        if of is not None:
            version, factory_id, class_id = of.version, of.factory_id, of.class_id
            if not class_id:
                raise ValueError("The class id of a Portable cannot be zero")
        self._fields[field_name] = FieldDefinition(
            len(self._fields), field_name, field_type, version, factory_id, class_id
        )
        return self

    def _check(self, field_name: str) -> None:
        if self._done:
            raise HazelcastSerializationError(
                f"The definition of class {self.class_id} is built: {field_name!r} comes too late"
            )
        if field_name in self._fields:
            raise HazelcastSerializationError(f"There are two fields {field_name!r}")
