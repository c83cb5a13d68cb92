# SPDX-License-Identifier: Apache-2.0
"""`PortableWriter`: what `Portable.write_portable` puts its fields into."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.portable.field_types import FieldType

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.frames import Buffer
    from gridwire.hazelcast.serialization.output import ObjectDataOutput
    from gridwire.hazelcast.serialization.portable.portable import Portable

__all__ = ["PortableWriter"]


class PortableWriter:
    """The fields of a Portable, each of which is written once, under its name.

    All objects of a class and version write the same fields with the same types. Every method
    raises `HazelcastSerializationError` for a field that the class does not have, and for a value
    that the field cannot hold. Programs do not construct writers.
    """

    __slots__ = ()

    def get_raw_data_output(self) -> ObjectDataOutput:
        """For what is no field, behind all fields; no field can be written after that."""
        raise self._missing("get_raw_data_output")

    def write_portable(self, field_name: str, portable: Portable | None) -> None:
        """Write a Portable.

        None needs a class definition (option ``class_definitions``), or a first object of the class
        that had one here; `write_null_portable` does not.
        """
        self._write(FieldType.PORTABLE, field_name, portable)

    def write_null_portable(self, field_name: str, factory_id: int, class_id: int) -> None:
        """Write that there is no Portable.

        Args:
            field_name: the field.
            factory_id: of the Portable that would be there.
            class_id: of the Portable that would be there.
        """
        raise self._missing("write_null_portable")

    def write_byte(self, field_name: str, value: int) -> None:
        """Write a signed number of 1 byte."""
        self._write(FieldType.BYTE, field_name, value)

    def write_boolean(self, field_name: str, value: bool) -> None:
        """Write true or false."""
        self._write(FieldType.BOOLEAN, field_name, value)

    def write_char(self, field_name: str, value: str) -> None:
        """Write a UTF-16 unit of Java."""
        self._write(FieldType.CHAR, field_name, value)

    def write_short(self, field_name: str, value: int) -> None:
        """Write a signed number of 2 bytes."""
        self._write(FieldType.SHORT, field_name, value)

    def write_int(self, field_name: str, value: int) -> None:
        """Write a signed number of 4 bytes."""
        self._write(FieldType.INT, field_name, value)

    def write_long(self, field_name: str, value: int) -> None:
        """Write a signed number of 8 bytes."""
        self._write(FieldType.LONG, field_name, value)

    def write_float(self, field_name: str, value: float) -> None:
        """Write a floating-point number of 4 bytes."""
        self._write(FieldType.FLOAT, field_name, value)

    def write_double(self, field_name: str, value: float) -> None:
        """Write a floating-point number of 8 bytes."""
        self._write(FieldType.DOUBLE, field_name, value)

    def write_string(self, field_name: str, value: str | None) -> None:
        """Write a text, or null."""
        self._write(FieldType.STRING, field_name, value)

    def write_utf(self, field_name: str, value: str | None) -> None:
        """Write a text; the old name of `write_string`."""
        self._write(FieldType.STRING, field_name, value)

    def write_decimal(self, field_name: str, value: Decimal | None) -> None:
        """Write a decimal number, or null."""
        self._write(FieldType.DECIMAL, field_name, value)

    def write_time(self, field_name: str, value: time | None) -> None:
        """Write a time of day, or null."""
        self._write(FieldType.TIME, field_name, value)

    def write_date(self, field_name: str, value: date | None) -> None:
        """Write a date, or null."""
        self._write(FieldType.DATE, field_name, value)

    def write_timestamp(self, field_name: str, value: datetime | None) -> None:
        """Write a date and time without a zone, or null."""
        self._write(FieldType.TIMESTAMP, field_name, value)

    def write_timestamp_with_timezone(self, field_name: str, value: datetime | None) -> None:
        """Write a date and time with its offset, or null."""
        self._write(FieldType.TIMESTAMP_WITH_TIMEZONE, field_name, value)

    def write_byte_array(self, field_name: str, values: Buffer | None) -> None:
        """Write an array of bytes; None for null."""
        self._write(FieldType.BYTE_ARRAY, field_name, values)

    def write_boolean_array(self, field_name: str, values: Sequence[bool] | None) -> None:
        """Write an array of booleans; None for null."""
        self._write(FieldType.BOOLEAN_ARRAY, field_name, values)

    def write_char_array(self, field_name: str, values: Sequence[str] | None) -> None:
        """Write an array of UTF-16 units of Java; None for null."""
        self._write(FieldType.CHAR_ARRAY, field_name, values)

    def write_short_array(self, field_name: str, values: Sequence[int] | None) -> None:
        """Write an array of signed numbers of 2 bytes; None for null."""
        self._write(FieldType.SHORT_ARRAY, field_name, values)

    def write_int_array(self, field_name: str, values: Sequence[int] | None) -> None:
        """Write an array of signed numbers of 4 bytes; None for null."""
        self._write(FieldType.INT_ARRAY, field_name, values)

    def write_long_array(self, field_name: str, values: Sequence[int] | None) -> None:
        """Write an array of signed numbers of 8 bytes; None for null."""
        self._write(FieldType.LONG_ARRAY, field_name, values)

    def write_float_array(self, field_name: str, values: Sequence[float] | None) -> None:
        """Write an array of floating-point numbers of 4 bytes; None for null."""
        self._write(FieldType.FLOAT_ARRAY, field_name, values)

    def write_double_array(self, field_name: str, values: Sequence[float] | None) -> None:
        """Write an array of floating-point numbers of 8 bytes; None for null."""
        self._write(FieldType.DOUBLE_ARRAY, field_name, values)

    def write_string_array(self, field_name: str, values: Sequence[str | None] | None) -> None:
        """Write an array of texts, each of which may be null; None for null."""
        self._write(FieldType.STRING_ARRAY, field_name, values)

    def write_utf_array(self, field_name: str, values: Sequence[str | None] | None) -> None:
        """Write an array of texts; the old name of `write_string_array`."""
        self._write(FieldType.STRING_ARRAY, field_name, values)

    def write_decimal_array(self, field_name: str, values: Sequence[Decimal] | None) -> None:
        """Write an array of decimal numbers; None for null."""
        self._write(FieldType.DECIMAL_ARRAY, field_name, values)

    def write_time_array(self, field_name: str, values: Sequence[time] | None) -> None:
        """Write an array of times of day; None for null."""
        self._write(FieldType.TIME_ARRAY, field_name, values)

    def write_date_array(self, field_name: str, values: Sequence[date] | None) -> None:
        """Write an array of dates; None for null."""
        self._write(FieldType.DATE_ARRAY, field_name, values)

    def write_timestamp_array(self, field_name: str, values: Sequence[datetime] | None) -> None:
        """Write an array of dates and times without a zone; None for null."""
        self._write(FieldType.TIMESTAMP_ARRAY, field_name, values)

    def write_timestamp_with_timezone_array(
        self, field_name: str, values: Sequence[datetime] | None
    ) -> None:
        """Write an array of dates and times with their offsets; None for null."""
        self._write(FieldType.TIMESTAMP_WITH_TIMEZONE_ARRAY, field_name, values)

    def write_portable_array(self, field_name: str, values: Sequence[Portable] | None) -> None:
        """Write Portables of one class; None for null.

        None and an empty array need a class definition (option ``class_definitions``), or a first
        object of the class that had some here.
        """
        self._write(FieldType.PORTABLE_ARRAY, field_name, values)

    def _write(self, field_type: FieldType, field_name: str, value: Any) -> None:
        """Write a field of any type."""
        raise self._missing(f"write_{field_type.name.lower()}")

    def _missing(self, method: str) -> HazelcastSerializationError:
        """A program's own writer, which stands in for one in a test, lacks a method."""
        return HazelcastSerializationError(f"{type(self).__qualname__} does not define {method}()")
