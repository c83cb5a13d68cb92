# SPDX-License-Identifier: Apache-2.0
"""`PortableReader`: what `Portable.read_portable` takes its fields from."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.portable.field_types import FieldType

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.input import ObjectDataInput

__all__ = ["PortableReader"]


class PortableReader:
    """The fields of a Portable, by name and in any order.

    If the data was written by another version of the class, a field that it does not have reads as
    0, 0.0, False, a character of code 0 or None, and a number may have been smaller: a byte reads
    as a short, for example. Anything else is a `HazelcastSerializationError`.

    A name like ``"address.city"`` leads into a Portable that is in a field. Programs do not
    construct readers.
    """

    __slots__ = ()

    # The data as a whole

    def get_version(self) -> int:
        """The version of the class that wrote the data."""
        raise self._missing("get_version")

    def has_field(self, field_name: str) -> bool:
        """Whether the data has a field of this name."""
        raise self._missing("has_field")

    def get_field_names(self) -> list[str]:
        """The names of all fields that the data has."""
        raise self._missing("get_field_names")

    def get_field_type(self, field_name: str) -> FieldType:
        """The type of a field."""
        raise self._missing("get_field_type")

    def get_field_class_id(self, field_name: str) -> int:
        """The class id of the Portable in a field; 0 for fields of other types."""
        raise self._missing("get_field_class_id")

    def get_raw_data_input(self) -> ObjectDataInput:
        """What was written behind the fields; no field can be read after that."""
        raise self._missing("get_raw_data_input")

    # Fields

    def read_portable(self, field_name: str) -> Any:
        """Read an object of a class in ``portable_factories``, or null."""
        return self._read(FieldType.PORTABLE, field_name)

    def read_byte(self, field_name: str) -> int:
        """Read a signed number of 1 byte."""
        value: int = self._read(FieldType.BYTE, field_name)
        return value

    def read_boolean(self, field_name: str) -> bool:
        """Read true or false."""
        value: bool = self._read(FieldType.BOOLEAN, field_name)
        return value

    def read_char(self, field_name: str) -> str:
        """Read a UTF-16 unit of Java."""
        value: str = self._read(FieldType.CHAR, field_name)
        return value

    def read_short(self, field_name: str) -> int:
        """Read a signed number of 2 bytes."""
        value: int = self._read(FieldType.SHORT, field_name)
        return value

    def read_int(self, field_name: str) -> int:
        """Read a signed number of 4 bytes."""
        value: int = self._read(FieldType.INT, field_name)
        return value

    def read_long(self, field_name: str) -> int:
        """Read a signed number of 8 bytes."""
        value: int = self._read(FieldType.LONG, field_name)
        return value

    def read_float(self, field_name: str) -> float:
        """Read a floating-point number of 4 bytes."""
        value: float = self._read(FieldType.FLOAT, field_name)
        return value

    def read_double(self, field_name: str) -> float:
        """Read a floating-point number of 8 bytes."""
        value: float = self._read(FieldType.DOUBLE, field_name)
        return value

    def read_string(self, field_name: str) -> str | None:
        """Read a text, or null."""
        value: str | None = self._read(FieldType.STRING, field_name)
        return value

    def read_utf(self, field_name: str) -> str | None:
        """Read a text; the old name of `read_string`."""
        value: str | None = self._read(FieldType.STRING, field_name)
        return value

    def read_decimal(self, field_name: str) -> Decimal | None:
        """Read a decimal number, or null."""
        value: Decimal | None = self._read(FieldType.DECIMAL, field_name)
        return value

    def read_time(self, field_name: str) -> time | None:
        """Read a time of day, or null."""
        value: time | None = self._read(FieldType.TIME, field_name)
        return value

    def read_date(self, field_name: str) -> date | None:
        """Read a date, or null."""
        value: date | None = self._read(FieldType.DATE, field_name)
        return value

    def read_timestamp(self, field_name: str) -> datetime | None:
        """Read a date and time without a zone, or null."""
        value: datetime | None = self._read(FieldType.TIMESTAMP, field_name)
        return value

    def read_timestamp_with_timezone(self, field_name: str) -> datetime | None:
        """Read a date and time with its offset, or null."""
        value: datetime | None = self._read(FieldType.TIMESTAMP_WITH_TIMEZONE, field_name)
        return value

    def read_byte_array(self, field_name: str) -> bytearray | None:
        """Read an array of bytes; None if a null was written."""
        value: bytearray | None = self._read(FieldType.BYTE_ARRAY, field_name)
        return value

    def read_boolean_array(self, field_name: str) -> list[bool] | None:
        """Read an array of booleans; None if a null was written."""
        value: list[bool] | None = self._read(FieldType.BOOLEAN_ARRAY, field_name)
        return value

    def read_char_array(self, field_name: str) -> list[str] | None:
        """Read an array of UTF-16 units of Java; None if a null was written."""
        value: list[str] | None = self._read(FieldType.CHAR_ARRAY, field_name)
        return value

    def read_short_array(self, field_name: str) -> list[int] | None:
        """Read an array of signed numbers of 2 bytes; None if a null was written."""
        value: list[int] | None = self._read(FieldType.SHORT_ARRAY, field_name)
        return value

    def read_int_array(self, field_name: str) -> list[int] | None:
        """Read an array of signed numbers of 4 bytes; None if a null was written."""
        value: list[int] | None = self._read(FieldType.INT_ARRAY, field_name)
        return value

    def read_long_array(self, field_name: str) -> list[int] | None:
        """Read an array of signed numbers of 8 bytes; None if a null was written."""
        value: list[int] | None = self._read(FieldType.LONG_ARRAY, field_name)
        return value

    def read_float_array(self, field_name: str) -> list[float] | None:
        """Read an array of floating-point numbers of 4 bytes; None if a null was written."""
        value: list[float] | None = self._read(FieldType.FLOAT_ARRAY, field_name)
        return value

    def read_double_array(self, field_name: str) -> list[float] | None:
        """Read an array of floating-point numbers of 8 bytes; None if a null was written."""
        value: list[float] | None = self._read(FieldType.DOUBLE_ARRAY, field_name)
        return value

    def read_string_array(self, field_name: str) -> list[str | None] | None:
        """Read an array of texts, each of which may be null; None if a null was written."""
        value: list[str | None] | None = self._read(FieldType.STRING_ARRAY, field_name)
        return value

    def read_utf_array(self, field_name: str) -> list[str | None] | None:
        """Read an array of texts; the old name of `read_string_array`."""
        value: list[str | None] | None = self._read(FieldType.STRING_ARRAY, field_name)
        return value

    def read_decimal_array(self, field_name: str) -> list[Decimal] | None:
        """Read an array of decimal numbers; None if a null was written."""
        value: list[Decimal] | None = self._read(FieldType.DECIMAL_ARRAY, field_name)
        return value

    def read_time_array(self, field_name: str) -> list[time] | None:
        """Read an array of times of day; None if a null was written."""
        value: list[time] | None = self._read(FieldType.TIME_ARRAY, field_name)
        return value

    def read_date_array(self, field_name: str) -> list[date] | None:
        """Read an array of dates; None if a null was written."""
        value: list[date] | None = self._read(FieldType.DATE_ARRAY, field_name)
        return value

    def read_timestamp_array(self, field_name: str) -> list[datetime] | None:
        """Read an array of dates and times without a zone; None if a null was written."""
        value: list[datetime] | None = self._read(FieldType.TIMESTAMP_ARRAY, field_name)
        return value

    def read_timestamp_with_timezone_array(self, field_name: str) -> list[datetime] | None:
        """Read an array of dates and times with their offsets; None if a null was written."""
        value: list[datetime] | None = self._read(
            FieldType.TIMESTAMP_WITH_TIMEZONE_ARRAY, field_name
        )
        return value

    def read_portable_array(self, field_name: str) -> list[Any] | None:
        """Read an array of objects of one class; None if a null was written."""
        value: list[Any] | None = self._read(FieldType.PORTABLE_ARRAY, field_name)
        return value

    def _read(self, field_type: FieldType, field_name: str) -> Any:
        """Read a field of any type."""
        raise self._missing(f"read_{field_type.name.lower()}")

    def _missing(self, method: str) -> HazelcastSerializationError:
        """A program's own reader, which stands in for one in a test, lacks a method."""
        return HazelcastSerializationError(f"{type(self).__qualname__} does not define {method}()")
