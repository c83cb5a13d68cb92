# SPDX-License-Identifier: Apache-2.0
"""Dates and times in fields of Portables: as outside of them, but for a year of 2 bytes.

A zone is neither dropped nor made up: a field of type TIMESTAMP takes a naive ``datetime``, one of
type TIMESTAMP_WITH_TIMEZONE an aware one.
"""

from __future__ import annotations

from datetime import date, datetime, time
from struct import Struct
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.serialization.faults import not_writable
from gridwire.hazelcast.serialization.time_forms import (
    aware_reader,
    date_reader,
    moment_fields,
    naive_reader,
    time_reader,
)
from gridwire.hazelcast.serialization.times import offset_of

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.input import Reader
    from gridwire.hazelcast.serialization.output import ObjectDataOutput, Writer

__all__ = ["date_form", "time_form", "timestamp_form", "zoned_form"]


def date_form(order: ByteOrder) -> tuple[Reader, Writer]:
    """How a date is read and written: year, month, day."""
    form = Struct(order.prefix + "hbb")

    def write(out: ObjectDataOutput, value: Any) -> None:
        # A datetime is a date, too, and its time would be lost.
        if not isinstance(value, date) or isinstance(value, datetime):
            raise not_writable("write_date", value, "a date")
        out.buffer += form.pack(value.year, value.month, value.day)

    return date_reader(form), write


def time_form(order: ByteOrder) -> tuple[Reader, Writer]:
    """How a time is read and written: hour, minute, second, nanosecond."""
    form = Struct(order.prefix + "bbbi")

    def write(out: ObjectDataOutput, value: Any) -> None:
        if not isinstance(value, time) or value.tzinfo is not None:
            raise not_writable("write_time", value, "a time without tzinfo")
        out.buffer += form.pack(value.hour, value.minute, value.second, value.microsecond * 1000)

    return time_reader(form), write


def timestamp_form(order: ByteOrder) -> tuple[Reader, Writer]:
    """How a date and time without a zone is read and written."""
    form = Struct(order.prefix + "hbbbbbi")

    def write(out: ObjectDataOutput, value: Any) -> None:
        if not isinstance(value, datetime) or offset_of(value) is not None:
            raise not_writable("write_timestamp", value, "a datetime without tzinfo")
        out.buffer += form.pack(*moment_fields(value))

    return naive_reader(form), write


def zoned_form(order: ByteOrder) -> tuple[Reader, Writer]:
    """How a date and time with its offset is read and written."""
    form = Struct(order.prefix + "hbbbbbii")

    def write(out: ObjectDataOutput, value: Any) -> None:
        offset = offset_of(value) if isinstance(value, datetime) else None
        if offset is None:
            allowed = "a datetime with tzinfo (UTC, if it is that)"
            raise not_writable("write_timestamp_with_timezone", value, allowed)
        out.buffer += form.pack(*moment_fields(value), offset)

    return aware_reader(form), write
