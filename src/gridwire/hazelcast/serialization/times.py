# SPDX-License-Identifier: Apache-2.0
"""Rows of dates and times.

- A naive ``datetime`` is a ``LocalDateTime``, an aware one an ``OffsetDateTime`` with the offset
  that its zone has at that moment: the instant stays what it was. (The official client writes
  both as ``OffsetDateTime``, the naive one with offset zero.)
- Java counts nanoseconds, Python microseconds: what is read is cut off at the microsecond.
- A ``java.util.Date`` is read as an aware ``datetime`` in UTC.
- Members of version 4.2 know only ``java.util.Date`` of these; those of 5.3 and 5.7 know all.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from struct import Struct
from typing import TYPE_CHECKING

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.data import HEADER
from gridwire.hazelcast.serialization.faults import user_code
from gridwire.hazelcast.serialization.registry import Codec
from gridwire.hazelcast.serialization.time_forms import (
    aware_reader,
    date_reader,
    moment_fields,
    naive_reader,
    out_of_range,
    time_reader,
)
from gridwire.hazelcast.serialization.type_ids import TypeId

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import ObjectDataInput
    from gridwire.hazelcast.serialization.output import ObjectDataOutput

__all__ = ["offset_of", "time_codecs"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
# java.time.ZoneOffset has these bounds; Python's are a day.
_MAX_OFFSET = timedelta(hours=18)


def time_codecs(order: ByteOrder) -> list[Codec]:
    """The rows of this module.

    Args:
        order: the byte order of payloads.

    Returns:
        Rows for the registry.
    """
    return [
        Codec(type_id=TypeId.DATE, read=_read_java_date),
        _date_codec(order),
        _time_codec(order),
        *_datetime_codecs(order),
    ]


def _read_java_date(inp: ObjectDataInput) -> datetime:
    milliseconds = inp.read_long()
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise out_of_range("java.util.Date", f"{milliseconds} ms from 1970") from None


def _date_codec(order: ByteOrder) -> Codec:
    form = Struct(order.prefix + "ibb")

    def write(out: ObjectDataOutput, value: date) -> None:
        out.buffer += form.pack(value.year, value.month, value.day)

    return Codec(type_id=TypeId.LOCAL_DATE, read=date_reader(form), write=write, types=(date,))


def _time_codec(order: ByteOrder) -> Codec:
    form = Struct(order.prefix + "bbbi")

    def write(out: ObjectDataOutput, value: time) -> None:
        if value.tzinfo is not None:
            raise HazelcastSerializationError(
                "A time with a zone cannot be serialized: java.time.LocalTime has none",
                hint="Store a datetime, or a time without tzinfo.",
            )
        out.buffer += form.pack(value.hour, value.minute, value.second, value.microsecond * 1000)

    return Codec(type_id=TypeId.LOCAL_TIME, read=time_reader(form), write=write, types=(time,))


def _datetime_codecs(order: ByteOrder) -> list[Codec]:
    form, pack_offset = Struct(order.prefix + "ibbbbbi"), order.int32.pack

    def parts(value: datetime) -> tuple[int, bytes]:
        date_and_time = form.pack(*moment_fields(value))
        offset = offset_of(value)
        if offset is None:
            return TypeId.LOCAL_DATE_TIME, date_and_time
        return TypeId.OFFSET_DATE_TIME, date_and_time + pack_offset(offset)

    def write_typed(out: ObjectDataOutput, value: datetime) -> None:
        type_id, payload = parts(value)
        out.buffer += order.int32.pack(type_id) + payload

    def encode(value: datetime) -> bytes:
        type_id, payload = parts(value)
        return HEADER.pack(0, type_id) + payload

    return [
        Codec(type_id=TypeId.LOCAL_DATE_TIME, read=naive_reader(form)),
        Codec(
            type_id=TypeId.OFFSET_DATE_TIME, read=aware_reader(Struct(order.prefix + "ibbbbbii"))
        ),
        Codec(
            type_id=TypeId.OFFSET_DATE_TIME,
            types=(datetime,),
            write_typed=write_typed,
            encode=encode,
        ),
    ]


def offset_of(value: datetime) -> int | None:
    """The offset from UTC at this moment, in seconds; None for a naive datetime.

    Raises:
        HazelcastSerializationError: Java has no such offset; or it is a subclass (of pandas, for
            example) that counts nanoseconds, which would be lost.
    """
    if type(value) is not datetime and getattr(value, "nanosecond", False):
        raise HazelcastSerializationError(
            f"A {type(value).__qualname__} with nanoseconds cannot be serialized: a datetime "
            "counts microseconds",
            hint="Round it to microseconds.",
        )
    if value.tzinfo is None:
        return None
    try:
        offset = value.utcoffset()
    except Exception as error:  # a zone is code of the program
        raise user_code(f"{type(value.tzinfo).__qualname__}.utcoffset", error) from error
    if offset is None:
        return None
    if offset % _SECOND:
        raise HazelcastSerializationError(
            f"A datetime with the offset {offset} cannot be serialized: "
            "java.time.OffsetDateTime counts whole seconds",
        )
    if not -_MAX_OFFSET <= offset <= _MAX_OFFSET:
        raise HazelcastSerializationError(
            f"A datetime with the offset {offset} cannot be serialized: "
            "java.time.OffsetDateTime allows 18 hours",
        )
    return offset // _SECOND
