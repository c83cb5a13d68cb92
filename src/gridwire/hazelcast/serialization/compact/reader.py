# SPDX-License-Identifier: Apache-2.0
"""`CompactReader`: what the `read` of a `CompactSerializer` gets, with two methods for each kind.

Nothing that lies in a record is counted twice: values that overlap could make little data cost
much time, once for each level of records inside records.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from gridwire.hazelcast.serialization.compact.faults import (
    misplaced,
    no_field,
    null_field,
    other_kind,
)
from gridwire.hazelcast.serialization.compact.items import has_none
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, FieldKind, Form, Kind
from gridwire.hazelcast.serialization.compact.offsets import WIDTHS, width_of
from gridwire.hazelcast.serialization.faults import truncated

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.serialization.compact.plans import ReadPlan, Slot
    from gridwire.hazelcast.serialization.input import ObjectDataInput, Reader

__all__ = ["CompactReader", "DefaultingFieldReader", "FieldReader"]

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

_BIT: Final = int(FieldKind.BOOLEAN)
_NO_DEFAULT: Final = object()


class FieldReader(Protocol[T_co]):
    """A method that reads a field of one kind."""

    def __call__(self, field_name: str) -> T_co:
        """Read a field.

        Args:
            field_name: its name.

        Returns:
            Its value.

        Raises:
            HazelcastSerializationError: there is no such field, it is of another kind, or it is
                null and this kind cannot be.
        """


class DefaultingFieldReader(Protocol[T]):
    """A method that reads a field of one kind, if there is one."""

    def __call__(self, field_name: str, default: T) -> T:
        """Read a field.

        Args:
            field_name: its name.
            default: the answer if there is no such field, if it is of another kind, or if it is
                null and this kind cannot be.

        Returns:
            Its value, or the default.
        """


def _method(kind: FieldKind) -> Any:
    """The method that reads one kind."""
    row, number = BY_KIND[kind], int(kind)

    def read_number(self: CompactReader, field_name: str) -> Any:
        slot = self._slots.get(field_name)
        if slot is not None and slot[0] == number:
            return self._fixed[slot[1]]
        return self._converted(field_name, slot, row, _NO_DEFAULT)

    def read_value(self: CompactReader, field_name: str) -> Any:
        slot = self._slots.get(field_name)
        if slot is not None and slot[0] == number:
            return self._value(slot[1], slot[2])
        return self._converted(field_name, slot, row, _NO_DEFAULT)

    def read_bit(self: CompactReader, field_name: str) -> Any:
        return self._converted(field_name, self._slots.get(field_name), row, _NO_DEFAULT)

    forms = {Form.NUMBER: read_number, Form.BIT: read_bit}
    read = forms.get(row.form, read_value)
    doc = f"Read a field of the kind `FieldKind.{kind.name}`{_as_well(row)}."
    return _named(read, f"read_{kind.name.lower()}", doc)


def _or_default(kind: FieldKind) -> Any:
    """The method that reads one kind, or gives a default."""
    row = BY_KIND[kind]

    def read(self: CompactReader, field_name: str, default: Any) -> Any:
        return self._converted(field_name, self._slots.get(field_name), row, default)

    doc = f"Read a field of the kind `FieldKind.{kind.name}`{_as_well(row)}, or give a default."
    return _named(read, f"read_{kind.name.lower()}_or_default", doc)


def _as_well(row: Kind) -> str:
    return "" if row.other is None else f", or `FieldKind.{row.other.name}` as such"


def _named(read: Callable[..., Any], name: str, doc: str) -> Any:
    read.__name__ = name
    read.__qualname__ = f"CompactReader.{name}"
    read.__doc__ = doc
    return read


class CompactReader:
    """Reads the fields of one record by their names, in any order. Programs do not construct it.

    A nullable number can be read as one that is not, unless it is null, and the other way round;
    the same holds for arrays of them. Other kinds do not turn into each other.

    Args:
        plan: where the fields lie.
        inp: stands at the beginning of the record.

    Raises:
        HazelcastSerializationError: the record says that it is longer than the data, or shorter
            than its fields.
    """

    __slots__ = (
        *("_begin", "_end", "_ends", "_fixed", "_fixed_bytes", "_high", "_inp", "_length"),
        *("_null", "_offsets", "_plan", "_slots", "_start"),
    )

    def __init__(self, plan: ReadPlan, inp: ObjectDataInput) -> None:
        buffer, begin = inp.buffer, inp.offset
        self._begin = begin
        self._plan = plan
        self._slots = plan.slots
        self._inp = inp
        try:
            self._fixed: tuple[Any, ...] = plan.form.unpack_from(buffer, begin)
            if plan.first == 1:
                self._end = begin + plan.form.size
            else:
                length: int = self._fixed[1]
                fixed_bytes = plan.fixed_bytes
                if length < fixed_bytes:
                    raise misplaced("an end")
                width = width_of(length)
                self._start = start = begin + plan.data_start
                table = plan.tables[width]
                self._offsets: tuple[int, ...] = table.unpack_from(buffer, start + length)
                self._null = WIDTHS[width][2]
                self._length = length
                self._fixed_bytes = fixed_bytes
                self._high = fixed_bytes
                self._ends: dict[int, int] = {}
                self._end = start + length + table.size
        except StructError:
            raise truncated() from None
        inp.offset = self._end

    def get_field_kind(self, field_name: str) -> FieldKind:
        """The kind of a field; `FieldKind.NOT_AVAILABLE` if there is no such field.

        Args:
            field_name: its name.

        Returns:
            The kind, as it was written.
        """
        return self._plan.schema.kinds.get(field_name, FieldKind.NOT_AVAILABLE)

    def _value(self, place: int, read: Reader) -> Any:
        """A value that has an offset."""
        offset = self._offsets[place]
        if offset == self._null:
            return None
        inp, start = self._inp, self._start
        inp.offset = start + offset
        try:
            value = read(inp)
        except StructError:
            raise truncated() from None
        end = inp.offset - start
        if offset < self._high or end > self._length:
            self._check_extent(place, offset, end)
        else:
            self._high = end
        self._ends[place] = end
        return value

    def _check_extent(self, place: int, begin: int, end: int) -> None:
        """Refuse a value that lies outside of the section, or shares bytes with another one.

        It is asked only for values that do not lie behind all that were read before.
        """
        if begin < self._fixed_bytes or end > self._length:
            raise misplaced("a field")
        for other, other_end in self._ends.items():
            if other != place and begin < other_end and self._offsets[other] < end:
                raise misplaced("a field")

    def _any(self, slot: Slot) -> Any:
        """The value of a field, whatever its kind."""
        number, place, read = slot
        if read is not None:
            return self._value(place, read)
        if number == _BIT:
            bits: bytes = self._fixed[-1]
            return bits[place >> 3] >> (place & 7) & 1 == 1
        return self._fixed[place]

    def _converted(self, name: str, slot: Slot | None, row: Kind, default: Any) -> Any:
        """A field that may be missing, or of the kind that differs in "nullable" alone."""
        wanted = row.kind
        if slot is None:
            if default is _NO_DEFAULT:
                raise no_field(self._plan.schema, name)
            return default
        number = slot[0]
        if number == wanted:
            return self._any(slot)
        if number != row.other:
            if default is _NO_DEFAULT:
                raise other_kind(self._plan.schema, name, wanted)
            return default
        value = self._any(slot)
        if not row.allows_null and (
            value is None if row.form < Form.VALUE else has_none(value or ())
        ):
            if default is _NO_DEFAULT:
                raise null_field(self._plan.schema, name, wanted)
            return default
        return value

    # Two methods for each kind

    read_boolean: FieldReader[bool] = _method(FieldKind.BOOLEAN)
    read_boolean_or_default: DefaultingFieldReader[bool] = _or_default(FieldKind.BOOLEAN)
    read_int8: FieldReader[int] = _method(FieldKind.INT8)
    read_int8_or_default: DefaultingFieldReader[int] = _or_default(FieldKind.INT8)
    read_int16: FieldReader[int] = _method(FieldKind.INT16)
    read_int16_or_default: DefaultingFieldReader[int] = _or_default(FieldKind.INT16)
    read_int32: FieldReader[int] = _method(FieldKind.INT32)
    read_int32_or_default: DefaultingFieldReader[int] = _or_default(FieldKind.INT32)
    read_int64: FieldReader[int] = _method(FieldKind.INT64)
    read_int64_or_default: DefaultingFieldReader[int] = _or_default(FieldKind.INT64)
    read_float32: FieldReader[float] = _method(FieldKind.FLOAT32)
    read_float32_or_default: DefaultingFieldReader[float] = _or_default(FieldKind.FLOAT32)
    read_float64: FieldReader[float] = _method(FieldKind.FLOAT64)
    read_float64_or_default: DefaultingFieldReader[float] = _or_default(FieldKind.FLOAT64)
    read_nullable_boolean: FieldReader[bool | None] = _method(FieldKind.NULLABLE_BOOLEAN)
    read_nullable_boolean_or_default: DefaultingFieldReader[bool | None] = _or_default(
        FieldKind.NULLABLE_BOOLEAN
    )
    read_nullable_int8: FieldReader[int | None] = _method(FieldKind.NULLABLE_INT8)
    read_nullable_int8_or_default: DefaultingFieldReader[int | None] = _or_default(
        FieldKind.NULLABLE_INT8
    )
    read_nullable_int16: FieldReader[int | None] = _method(FieldKind.NULLABLE_INT16)
    read_nullable_int16_or_default: DefaultingFieldReader[int | None] = _or_default(
        FieldKind.NULLABLE_INT16
    )
    read_nullable_int32: FieldReader[int | None] = _method(FieldKind.NULLABLE_INT32)
    read_nullable_int32_or_default: DefaultingFieldReader[int | None] = _or_default(
        FieldKind.NULLABLE_INT32
    )
    read_nullable_int64: FieldReader[int | None] = _method(FieldKind.NULLABLE_INT64)
    read_nullable_int64_or_default: DefaultingFieldReader[int | None] = _or_default(
        FieldKind.NULLABLE_INT64
    )
    read_nullable_float32: FieldReader[float | None] = _method(FieldKind.NULLABLE_FLOAT32)
    read_nullable_float32_or_default: DefaultingFieldReader[float | None] = _or_default(
        FieldKind.NULLABLE_FLOAT32
    )
    read_nullable_float64: FieldReader[float | None] = _method(FieldKind.NULLABLE_FLOAT64)
    read_nullable_float64_or_default: DefaultingFieldReader[float | None] = _or_default(
        FieldKind.NULLABLE_FLOAT64
    )
    read_string: FieldReader[str | None] = _method(FieldKind.STRING)
    read_string_or_default: DefaultingFieldReader[str | None] = _or_default(FieldKind.STRING)
    read_decimal: FieldReader[Decimal | None] = _method(FieldKind.DECIMAL)
    read_decimal_or_default: DefaultingFieldReader[Decimal | None] = _or_default(FieldKind.DECIMAL)
    read_time: FieldReader[time | None] = _method(FieldKind.TIME)
    read_time_or_default: DefaultingFieldReader[time | None] = _or_default(FieldKind.TIME)
    read_date: FieldReader[date | None] = _method(FieldKind.DATE)
    read_date_or_default: DefaultingFieldReader[date | None] = _or_default(FieldKind.DATE)
    read_timestamp: FieldReader[datetime | None] = _method(FieldKind.TIMESTAMP)
    read_timestamp_or_default: DefaultingFieldReader[datetime | None] = _or_default(
        FieldKind.TIMESTAMP
    )
    read_timestamp_with_timezone: FieldReader[datetime | None] = _method(
        FieldKind.TIMESTAMP_WITH_TIMEZONE
    )
    read_timestamp_with_timezone_or_default: DefaultingFieldReader[datetime | None] = _or_default(
        FieldKind.TIMESTAMP_WITH_TIMEZONE
    )
    read_compact: FieldReader[Any] = _method(FieldKind.COMPACT)
    read_compact_or_default: DefaultingFieldReader[Any] = _or_default(FieldKind.COMPACT)
    read_array_of_boolean: FieldReader[list[bool] | None] = _method(FieldKind.ARRAY_OF_BOOLEAN)
    read_array_of_boolean_or_default: DefaultingFieldReader[list[bool] | None] = _or_default(
        FieldKind.ARRAY_OF_BOOLEAN
    )
    read_array_of_int8: FieldReader[list[int] | None] = _method(FieldKind.ARRAY_OF_INT8)
    read_array_of_int8_or_default: DefaultingFieldReader[list[int] | None] = _or_default(
        FieldKind.ARRAY_OF_INT8
    )
    read_array_of_int16: FieldReader[list[int] | None] = _method(FieldKind.ARRAY_OF_INT16)
    read_array_of_int16_or_default: DefaultingFieldReader[list[int] | None] = _or_default(
        FieldKind.ARRAY_OF_INT16
    )
    read_array_of_int32: FieldReader[list[int] | None] = _method(FieldKind.ARRAY_OF_INT32)
    read_array_of_int32_or_default: DefaultingFieldReader[list[int] | None] = _or_default(
        FieldKind.ARRAY_OF_INT32
    )
    read_array_of_int64: FieldReader[list[int] | None] = _method(FieldKind.ARRAY_OF_INT64)
    read_array_of_int64_or_default: DefaultingFieldReader[list[int] | None] = _or_default(
        FieldKind.ARRAY_OF_INT64
    )
    read_array_of_float32: FieldReader[list[float] | None] = _method(FieldKind.ARRAY_OF_FLOAT32)
    read_array_of_float32_or_default: DefaultingFieldReader[list[float] | None] = _or_default(
        FieldKind.ARRAY_OF_FLOAT32
    )
    read_array_of_float64: FieldReader[list[float] | None] = _method(FieldKind.ARRAY_OF_FLOAT64)
    read_array_of_float64_or_default: DefaultingFieldReader[list[float] | None] = _or_default(
        FieldKind.ARRAY_OF_FLOAT64
    )
    read_array_of_nullable_boolean: FieldReader[list[bool | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_BOOLEAN
    )
    read_array_of_nullable_boolean_or_default: DefaultingFieldReader[list[bool | None] | None] = (
        _or_default(FieldKind.ARRAY_OF_NULLABLE_BOOLEAN)
    )
    read_array_of_nullable_int8: FieldReader[list[int | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_INT8
    )
    read_array_of_nullable_int8_or_default: DefaultingFieldReader[list[int | None] | None] = (
        _or_default(FieldKind.ARRAY_OF_NULLABLE_INT8)
    )
    read_array_of_nullable_int16: FieldReader[list[int | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_INT16
    )
    read_array_of_nullable_int16_or_default: DefaultingFieldReader[list[int | None] | None] = (
        _or_default(FieldKind.ARRAY_OF_NULLABLE_INT16)
    )
    read_array_of_nullable_int32: FieldReader[list[int | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_INT32
    )
    read_array_of_nullable_int32_or_default: DefaultingFieldReader[list[int | None] | None] = (
        _or_default(FieldKind.ARRAY_OF_NULLABLE_INT32)
    )
    read_array_of_nullable_int64: FieldReader[list[int | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_INT64
    )
    read_array_of_nullable_int64_or_default: DefaultingFieldReader[list[int | None] | None] = (
        _or_default(FieldKind.ARRAY_OF_NULLABLE_INT64)
    )
    read_array_of_nullable_float32: FieldReader[list[float | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_FLOAT32
    )
    read_array_of_nullable_float32_or_default: DefaultingFieldReader[list[float | None] | None] = (
        _or_default(FieldKind.ARRAY_OF_NULLABLE_FLOAT32)
    )
    read_array_of_nullable_float64: FieldReader[list[float | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_FLOAT64
    )
    read_array_of_nullable_float64_or_default: DefaultingFieldReader[list[float | None] | None] = (
        _or_default(FieldKind.ARRAY_OF_NULLABLE_FLOAT64)
    )
    read_array_of_string: FieldReader[list[str | None] | None] = _method(FieldKind.ARRAY_OF_STRING)
    read_array_of_string_or_default: DefaultingFieldReader[list[str | None] | None] = _or_default(
        FieldKind.ARRAY_OF_STRING
    )
    read_array_of_decimal: FieldReader[list[Decimal | None] | None] = _method(
        FieldKind.ARRAY_OF_DECIMAL
    )
    read_array_of_decimal_or_default: DefaultingFieldReader[list[Decimal | None] | None] = (
        _or_default(FieldKind.ARRAY_OF_DECIMAL)
    )
    read_array_of_time: FieldReader[list[time | None] | None] = _method(FieldKind.ARRAY_OF_TIME)
    read_array_of_time_or_default: DefaultingFieldReader[list[time | None] | None] = _or_default(
        FieldKind.ARRAY_OF_TIME
    )
    read_array_of_date: FieldReader[list[date | None] | None] = _method(FieldKind.ARRAY_OF_DATE)
    read_array_of_date_or_default: DefaultingFieldReader[list[date | None] | None] = _or_default(
        FieldKind.ARRAY_OF_DATE
    )
    read_array_of_timestamp: FieldReader[list[datetime | None] | None] = _method(
        FieldKind.ARRAY_OF_TIMESTAMP
    )
    read_array_of_timestamp_or_default: DefaultingFieldReader[list[datetime | None] | None] = (
        _or_default(FieldKind.ARRAY_OF_TIMESTAMP)
    )
    read_array_of_timestamp_with_timezone: FieldReader[list[datetime | None] | None] = _method(
        FieldKind.ARRAY_OF_TIMESTAMP_WITH_TIMEZONE
    )
    read_array_of_timestamp_with_timezone_or_default: DefaultingFieldReader[
        list[datetime | None] | None
    ] = _or_default(FieldKind.ARRAY_OF_TIMESTAMP_WITH_TIMEZONE)
    read_array_of_compact: FieldReader[list[Any] | None] = _method(FieldKind.ARRAY_OF_COMPACT)
    read_array_of_compact_or_default: DefaultingFieldReader[list[Any] | None] = _or_default(
        FieldKind.ARRAY_OF_COMPACT
    )
