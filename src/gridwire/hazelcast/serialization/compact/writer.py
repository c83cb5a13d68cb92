# SPDX-License-Identifier: Apache-2.0
"""`CompactWriter`: what the `write` of a `CompactSerializer` gets, with a method for each kind.

Values that have an offset are written at once, so that the program may change them afterwards;
numbers are gathered, and packed together at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.faults import CONVERSION_FAULTS, field_fault
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, FieldKind, Form
from gridwire.hazelcast.serialization.given import BITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridwire.hazelcast.serialization.compact.plans import WritePlan
    from gridwire.hazelcast.serialization.compact.singles import Value
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["CompactWriter", "FieldWriter", "number_fault", "written"]

T_contra = TypeVar("T_contra", contravariant=True)


class FieldWriter(Protocol[T_contra]):
    """A method that writes a field of one kind."""

    def __call__(self, field_name: str, value: T_contra) -> None:
        """Write a field.

        Args:
            field_name: its name; each is written once.
            value: what it holds.
        """


def _method(kind: FieldKind) -> Any:
    """The method for one kind."""
    form = BY_KIND[kind].form
    write = (_number if form is Form.NUMBER else _bit if form is Form.BIT else _value)(kind)
    write.__name__ = f"write_{kind.name.lower()}"
    write.__qualname__ = f"CompactWriter.{write.__name__}"
    write.__doc__ = f"Write a field of the kind `FieldKind.{kind.name}`."
    return write


def _number(kind: FieldKind) -> Callable[[CompactWriter, str, Any], None]:
    number = int(kind)

    def write(self: CompactWriter, field_name: str, value: float) -> None:
        self._shape += (field_name, number)
        self._numbers.append(value)

    return write


def _bit(kind: FieldKind) -> Callable[[CompactWriter, str, Any], None]:
    number = int(kind)

    def write(self: CompactWriter, field_name: str, value: bool) -> None:
        try:
            self._bits.append(BITS[value])
        except (KeyError, TypeError) as error:
            raise field_fault(field_name, kind, value, "a bool", error) from None
        self._shape += (field_name, number)

    return write


def _value(kind: FieldKind) -> Callable[[CompactWriter, str, Any], None]:
    number = int(kind)

    def write(self: CompactWriter, field_name: str, value: Any) -> None:
        self._shape += (field_name, number)
        if value is None:
            self._offsets.append(-1)
            return
        out = self._out
        start = len(out.buffer)
        self._offsets.append(start - self._start)
        try:
            self._values[number][0](out, value)
        except CONVERSION_FAULTS as error:
            # The program may write something else instead.
            del self._shape[-2:], self._offsets[-1:], out.buffer[start:]
            fault = field_fault(field_name, kind, value, self._values[number].allowed, error)
            raise fault from fault.__cause__

    return write


class CompactWriter:
    """Writes the fields of one record, each by its name. Programs do not construct it.

    Every method raises `HazelcastSerializationError` for a value that its kind does not allow; a
    number that does not fit is found when the record ends. The fields may come in any order; which
    fields with which kinds there are should be the same for all objects of a class, since every
    other choice is another schema.

    Args:
        out: where to write values.
        values: how the values of each kind are written.
        start: from where on offsets are counted.
    """

    __slots__ = ("_bits", "_numbers", "_offsets", "_out", "_shape", "_start", "_values")

    def __init__(self, out: ObjectDataOutput, values: Mapping[int, Value], start: int) -> None:
        self._start = start
        self._out = out
        self._values = values
        self._shape: list[Any] = []
        self._numbers: list[Any] = []
        self._bits: list[int] = []
        self._offsets: list[int] = []

    # A method for each kind

    write_boolean: FieldWriter[bool] = _method(FieldKind.BOOLEAN)
    write_int8: FieldWriter[int] = _method(FieldKind.INT8)
    write_int16: FieldWriter[int] = _method(FieldKind.INT16)
    write_int32: FieldWriter[int] = _method(FieldKind.INT32)
    write_int64: FieldWriter[int] = _method(FieldKind.INT64)
    write_float32: FieldWriter[float] = _method(FieldKind.FLOAT32)
    write_float64: FieldWriter[float] = _method(FieldKind.FLOAT64)

    write_nullable_boolean: FieldWriter[bool | None] = _method(FieldKind.NULLABLE_BOOLEAN)
    write_nullable_int8: FieldWriter[int | None] = _method(FieldKind.NULLABLE_INT8)
    write_nullable_int16: FieldWriter[int | None] = _method(FieldKind.NULLABLE_INT16)
    write_nullable_int32: FieldWriter[int | None] = _method(FieldKind.NULLABLE_INT32)
    write_nullable_int64: FieldWriter[int | None] = _method(FieldKind.NULLABLE_INT64)
    write_nullable_float32: FieldWriter[float | None] = _method(FieldKind.NULLABLE_FLOAT32)
    write_nullable_float64: FieldWriter[float | None] = _method(FieldKind.NULLABLE_FLOAT64)

    write_string: FieldWriter[str | None] = _method(FieldKind.STRING)
    write_decimal: FieldWriter[Decimal | None] = _method(FieldKind.DECIMAL)
    write_time: FieldWriter[time | None] = _method(FieldKind.TIME)
    write_date: FieldWriter[date | None] = _method(FieldKind.DATE)
    write_timestamp: FieldWriter[datetime | None] = _method(FieldKind.TIMESTAMP)
    write_timestamp_with_timezone: FieldWriter[datetime | None] = _method(
        FieldKind.TIMESTAMP_WITH_TIMEZONE
    )
    write_compact: FieldWriter[Any] = _method(FieldKind.COMPACT)

    write_array_of_boolean: FieldWriter[Sequence[bool] | None] = _method(FieldKind.ARRAY_OF_BOOLEAN)
    write_array_of_int8: FieldWriter[Sequence[int] | None] = _method(FieldKind.ARRAY_OF_INT8)
    write_array_of_int16: FieldWriter[Sequence[int] | None] = _method(FieldKind.ARRAY_OF_INT16)
    write_array_of_int32: FieldWriter[Sequence[int] | None] = _method(FieldKind.ARRAY_OF_INT32)
    write_array_of_int64: FieldWriter[Sequence[int] | None] = _method(FieldKind.ARRAY_OF_INT64)
    write_array_of_float32: FieldWriter[Sequence[float] | None] = _method(
        FieldKind.ARRAY_OF_FLOAT32
    )
    write_array_of_float64: FieldWriter[Sequence[float] | None] = _method(
        FieldKind.ARRAY_OF_FLOAT64
    )

    write_array_of_nullable_boolean: FieldWriter[Sequence[bool | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_BOOLEAN
    )
    write_array_of_nullable_int8: FieldWriter[Sequence[int | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_INT8
    )
    write_array_of_nullable_int16: FieldWriter[Sequence[int | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_INT16
    )
    write_array_of_nullable_int32: FieldWriter[Sequence[int | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_INT32
    )
    write_array_of_nullable_int64: FieldWriter[Sequence[int | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_INT64
    )
    write_array_of_nullable_float32: FieldWriter[Sequence[float | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_FLOAT32
    )
    write_array_of_nullable_float64: FieldWriter[Sequence[float | None] | None] = _method(
        FieldKind.ARRAY_OF_NULLABLE_FLOAT64
    )

    write_array_of_string: FieldWriter[Sequence[str | None] | None] = _method(
        FieldKind.ARRAY_OF_STRING
    )
    write_array_of_decimal: FieldWriter[Sequence[Decimal | None] | None] = _method(
        FieldKind.ARRAY_OF_DECIMAL
    )
    write_array_of_time: FieldWriter[Sequence[time | None] | None] = _method(
        FieldKind.ARRAY_OF_TIME
    )
    write_array_of_date: FieldWriter[Sequence[date | None] | None] = _method(
        FieldKind.ARRAY_OF_DATE
    )
    write_array_of_timestamp: FieldWriter[Sequence[datetime | None] | None] = _method(
        FieldKind.ARRAY_OF_TIMESTAMP
    )
    write_array_of_timestamp_with_timezone: FieldWriter[Sequence[datetime | None] | None] = _method(
        FieldKind.ARRAY_OF_TIMESTAMP_WITH_TIMEZONE
    )
    write_array_of_compact: FieldWriter[Sequence[Any] | None] = _method(FieldKind.ARRAY_OF_COMPACT)


def written(
    out: ObjectDataOutput,
    values: Mapping[int, Value],
    write: Callable[[CompactWriter, Any], None],
    obj: Any,
    plan: WritePlan,
    plan_of: Callable[[tuple[Any, ...]], WritePlan],
) -> WritePlan:
    """Write a record.

    Args:
        out: where to.
        values: how the values of each kind are written.
        write: writes the fields of the object.
        obj: the object.
        plan: of the fields that are expected.
        plan_of: finds the plan for other ones, by names and numbers of kinds.

    Returns:
        The plan that fitted.
    """
    buffer = out.buffer
    begin = len(buffer)
    buffer += plan.blank
    writer = CompactWriter(out, values, begin + plan.data_start)
    write(writer, obj)
    offsets = writer._offsets
    if writer._shape != plan.shape:
        plan, expected = plan_of(tuple(writer._shape)), plan
        buffer[begin : begin + len(expected.blank)] = plan.blank
        more = plan.schema.fixed_bytes - expected.schema.fixed_bytes
        offsets = [offset if offset < 0 else offset + more for offset in offsets]
    try:
        plan.pack_into(buffer, begin, writer._numbers, writer._bits)
    except (StructError, TypeError, OverflowError) as error:
        raise number_fault(plan, writer._numbers, values, error) from None
    if plan.first == 2:
        plan.close(buffer, begin, offsets)
    return plan


def number_fault(
    plan: WritePlan, numbers: Sequence[Any], values: Mapping[int, Value], error: BaseException
) -> HazelcastSerializationError:
    """Why the numbers of a record cannot be packed."""
    misfit = plan.misfit(numbers)
    if misfit is None:
        return HazelcastSerializationError(f"A Compact object cannot be written: {error}")
    name, kind, value = misfit
    other = BY_KIND[kind].other
    assert other is not None
    return field_fault(name, kind, value, values[other].allowed, error)
