# SPDX-License-Identifier: Apache-2.0
"""Dates and times in bytes, wherever they lie: in objects, in fields of Portables and of Compact.

They all count year, month, day, hour, minute, second and nanosecond in this order; the year has 4
bytes, or 2 in Portables. So whoever reads one says with which `struct.Struct`.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from gridwire.hazelcast.errors import HazelcastSerializationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from struct import Struct

    from gridwire.hazelcast.serialization.input import ObjectDataInput, Reader

__all__ = [
    "aware_reader",
    "date_reader",
    "moment_fields",
    "naive_reader",
    "out_of_range",
    "time_reader",
]


def date_reader(form: Struct) -> Reader:
    """What reads a ``LocalDate``: year, month, day."""

    def read(inp: ObjectDataInput) -> date:
        year, month, day = _unpacked(inp, form)
        try:
            return date(year, month, day)
        except ValueError as error:
            raise out_of_range("LocalDate", str(error)) from None

    return read


def time_reader(form: Struct) -> Reader:
    """What reads a ``LocalTime``: hour, minute, second, nanosecond."""

    def read(inp: ObjectDataInput) -> time:
        hour, minute, second, nanoseconds = _unpacked(inp, form)
        try:
            return time(hour, minute, second, nanoseconds // 1000)
        except ValueError as error:
            raise out_of_range("LocalTime", str(error)) from None

    return read


def naive_reader(form: Struct) -> Reader:
    """What reads a ``LocalDateTime``: a date and a time."""

    def read(inp: ObjectDataInput) -> datetime:
        try:
            return _datetime(_unpacked(inp, form), None)
        except ValueError as error:
            raise out_of_range("LocalDateTime", str(error)) from None

    return read


def aware_reader(form: Struct) -> Reader:
    """What reads an ``OffsetDateTime``: a date, a time and the seconds from UTC."""

    def read(inp: ObjectDataInput) -> datetime:
        *fields, offset = _unpacked(inp, form)
        try:
            return _datetime(fields, timezone(timedelta(seconds=offset)))
        except ValueError as error:
            raise out_of_range("OffsetDateTime", str(error)) from None

    return read


def moment_fields(value: datetime) -> tuple[int, ...]:
    """The numbers that a date and time is written as."""
    return (
        value.year,
        value.month,
        value.day,
        value.hour,
        value.minute,
        value.second,
        value.microsecond * 1000,
    )


def _datetime(fields: Sequence[int], zone: timezone | None) -> datetime:
    year, month, day, hour, minute, second, nanoseconds = fields
    return datetime(year, month, day, hour, minute, second, nanoseconds // 1000, zone)


def _unpacked(inp: ObjectDataInput, form: Struct) -> tuple[int, ...]:
    offset = inp.offset
    inp.offset = offset + form.size
    fields: tuple[int, ...] = form.unpack_from(inp.buffer, offset)
    return fields


def out_of_range(java_type: str, found: str) -> HazelcastSerializationError:
    """Java can hold a date or time that Python cannot."""
    return HazelcastSerializationError(
        f"A {java_type} is not within what Python's datetime holds, the years 1 to 9999 ({found})"
    )
