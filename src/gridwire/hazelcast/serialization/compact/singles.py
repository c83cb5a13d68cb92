# SPDX-License-Identifier: Apache-2.0
"""How single values are written and read: numbers, booleans, strings, decimals, times."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.kinds import FieldKind
from gridwire.hazelcast.serialization.faults import bad_count, bad_utf8, too_long, truncated
from gridwire.hazelcast.serialization.given import BITS, utf8
from gridwire.hazelcast.serialization.int_type import IntType
from gridwire.hazelcast.serialization.limits import MAX_LENGTH
from gridwire.hazelcast.serialization.numerals import numeral_codecs
from gridwire.hazelcast.serialization.time_forms import moment_fields
from gridwire.hazelcast.serialization.times import offset_of, time_codecs
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput, Reader
    from gridwire.hazelcast.serialization.limits import Limits
    from gridwire.hazelcast.serialization.output import ObjectDataOutput, Writer

__all__ = ["Value", "single_values"]


class Value(NamedTuple):
    """How values of one kind are written and read, without their place.

    Attributes:
        write: appends a value that is not null. What it raises for a value that it cannot write
            may be any error of Python's own conversions.
        read: reads one from where the input is; it may raise `struct.error`.
        allowed: what may be written, for errors.
    """

    write: Writer
    read: Reader
    allowed: str


def single_values(order: ByteOrder, limits: Limits) -> dict[FieldKind, Value]:
    """How single values are written and read, but for records inside records.

    Args:
        order: the byte order of payloads.
        limits: of the size of decimals.

    Returns:
        Rows by their kind, not nullable.
    """
    numerals = {row.type_id: row for row in numeral_codecs(order, limits, IntType.INT)}
    numbers = {
        FieldKind.INT8: (order.int8, "an int from -128 to 127"),
        FieldKind.INT16: (order.int16, "an int from -32768 to 32767"),
        FieldKind.INT32: (order.int32, "an int from -2147483648 to 2147483647"),
        FieldKind.INT64: (order.int64, "an int from -(2 ** 63) to 2 ** 63 - 1"),
        FieldKind.FLOAT32: (order.float, "a float within the range of 4 bytes"),
        FieldKind.FLOAT64: (order.double, "a float"),
    }
    values = {kind: _number(form, allowed) for kind, (form, allowed) in numbers.items()}
    decimals = numerals[TypeId.BIG_DECIMAL]
    assert decimals.read is not None
    assert decimals.write is not None
    values[FieldKind.DECIMAL] = _checked(Decimal, decimals.write, decimals.read, "a Decimal")
    values[FieldKind.BOOLEAN] = Value(_write_boolean, _read_boolean, "a bool")
    values[FieldKind.STRING] = _string(order)
    return values | _times(order)


def _number(form: Struct, allowed: str) -> Value:
    packed, unpacked, size = form.pack, form.unpack_from, form.size

    def write(out: ObjectDataOutput, value: float) -> None:
        out.buffer += packed(value)

    def read(inp: ObjectDataInput) -> Any:
        value = unpacked(inp.buffer, inp.offset)[0]
        inp.offset += size
        return value

    return Value(write, read, allowed)


def _write_boolean(out: ObjectDataOutput, value: bool) -> None:
    out.buffer.append(BITS[value])


def _read_boolean(inp: ObjectDataInput) -> bool:
    return inp.read_boolean()


def _string(order: ByteOrder) -> Value:
    packed, unpacked = order.int32.pack, order.int32.unpack_from

    def write(out: ObjectDataOutput, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError
        encoded = utf8(value)
        length = len(encoded)
        if length > MAX_LENGTH:
            raise too_long("A string", length)
        buffer = out.buffer
        buffer += packed(length)
        buffer += encoded

    def read(inp: ObjectDataInput) -> str:
        buffer, start = inp.buffer, inp.offset + 4
        length = unpacked(buffer, inp.offset)[0]
        end = start + length
        if length < 0 or end > len(buffer):
            # Null is an offset, not a length.
            raise bad_count(length) if length < 0 else truncated(length, len(buffer) - start)
        inp.offset = end
        try:
            return str(buffer[start:end], "utf-8")
        except UnicodeDecodeError as error:
            fault = bad_utf8(error)
        raise fault

    return Value(write, read, "a str")


def _times(order: ByteOrder) -> dict[FieldKind, Value]:
    reading = {row.type_id: row.read for row in time_codecs(order) if row.read}
    writing = {row.type_id: row.write for row in time_codecs(order) if row.write}
    form = Struct(order.prefix + "ibbbbbi")

    def write_naive(out: ObjectDataOutput, value: datetime) -> None:
        if offset_of(value) is not None:
            raise HazelcastSerializationError(
                "A datetime with a zone cannot be written as TIMESTAMP, which has none",
                hint="Write it as TIMESTAMP_WITH_TIMEZONE, or without its tzinfo.",
            )
        out.buffer += form.pack(*moment_fields(value))

    def write_aware(out: ObjectDataOutput, value: datetime) -> None:
        offset = offset_of(value)
        if offset is None:
            raise HazelcastSerializationError(
                "A datetime without a zone cannot be written as TIMESTAMP_WITH_TIMEZONE",
                hint="Give it its zone (tzinfo), or write it as TIMESTAMP.",
            )
        out.buffer += form.pack(*moment_fields(value)) + order.int32.pack(offset)

    def write_date(out: ObjectDataOutput, value: date) -> None:
        if isinstance(value, datetime):  # it is a date as well, and its time would be lost
            raise TypeError
        writing[TypeId.LOCAL_DATE](out, value)

    date_time, with_zone = TypeId.LOCAL_DATE_TIME, TypeId.OFFSET_DATE_TIME
    return {
        FieldKind.TIME: _checked(
            time, writing[TypeId.LOCAL_TIME], reading[TypeId.LOCAL_TIME], "a time"
        ),
        FieldKind.DATE: _checked(
            date, write_date, reading[TypeId.LOCAL_DATE], "a date (and no datetime)"
        ),
        FieldKind.TIMESTAMP: _checked(datetime, write_naive, reading[date_time], "a datetime"),
        FieldKind.TIMESTAMP_WITH_TIMEZONE: _checked(
            datetime, write_aware, reading[with_zone], "a datetime"
        ),
    }


def _checked(python_type: type, writer: Writer, reader: Reader, allowed: str) -> Value:
    def write(out: ObjectDataOutput, value: Any) -> None:
        if not isinstance(value, python_type):
            raise TypeError
        writer(out, value)

    return Value(write, reader, allowed)
