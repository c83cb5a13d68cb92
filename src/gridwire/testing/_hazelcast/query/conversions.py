# SPDX-License-Identifier: Apache-2.0
"""What a predicate's value becomes when the attribute is of another kind.

The value ``'45'`` of a predicate becomes a number when the attribute is one, and a number becomes a
text when that is a text. A number stays as it is when the attribute's kind cannot hold it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from math import isinf, isnan
from struct import pack, unpack
from typing import Any

from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query import java_text
from gridwire.testing._hazelcast.query.errors import cannot_convert
from gridwire.testing._hazelcast.query.java_text import parse_double, parse_integer, to_text
from gridwire.testing._hazelcast.query.kinds import DOUBLES, INTEGERS, NUMBERS, Typed
from gridwire.testing._hazelcast.query.object_paths import typed_object
from gridwire.testing._hazelcast.query.ordering import equal

__all__ = ["CONVERTERS", "Converter", "long_of", "to_double"]

Converter = Callable[[Typed], Typed]

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - of a clock without a zone
_DAY_MILLISECONDS = 86_400_000
_FIRST_DAY, _LAST_DAY = ((day - _EPOCH.date()).days for day in (dt.date.min, dt.date.max))
_BITS = {TypeId.BYTE: 8, TypeId.SHORT: 16, TypeId.INT: 32, TypeId.LONG: 64}


def long_of(value: Any, bits: int = 64) -> int:
    """A number cut to a whole one of so many bits, as Java casts it."""
    if isinstance(value, float):
        if isnan(value):
            return 0
        most = (1 << max(bits, 32) - 1) - 1
        value = max(-most - 1, min(most, int(value) if not isinf(value) else value))
    low = int(value) & (1 << bits) - 1
    return low - (low >> bits - 1 << bits)


def to_double(value: Any) -> float:
    """A number as a floating-point number of 64 bits, the nearest one."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _to_integer(kind: TypeId) -> Converter:
    bits = _BITS[kind]

    def convert(given: Typed) -> Typed:
        given_kind, value = given
        if given_kind in INTEGERS:
            same = long_of(value, bits)
            return (kind, same) if same == value else given
        if given_kind in DOUBLES:
            return _whole(given, value)
        if given_kind in NUMBERS:
            return given
        if given_kind != TypeId.STRING:
            raise cannot_convert(to_text(given), "number")
        number = parse_integer(value, bits)
        if number is not None:
            return kind, number
        number = parse_integer(value, 64)
        if number is not None:
            return TypeId.LONG, number
        double = parse_double(value)
        return _whole((TypeId.DOUBLE, double), double)

    def _whole(given: Typed, value: float) -> Typed:
        cut = long_of(value, bits)
        return (kind, cut) if equal((TypeId.DOUBLE, float(cut)), (TypeId.DOUBLE, value)) else given

    return convert


def _to_double(given: Typed) -> Typed:
    kind, value = given
    if kind in INTEGERS | {TypeId.FLOAT}:
        double = float(value)
        return (TypeId.DOUBLE, double) if double == value or isnan(double) else given
    if kind in NUMBERS:
        return given
    if kind != TypeId.STRING:
        raise cannot_convert(to_text(given), "number")
    return TypeId.DOUBLE, parse_double(value)


def _to_float(given: Typed) -> Typed:
    kind, value = given
    if kind == TypeId.STRING:
        value = parse_double(value)
        given = TypeId.DOUBLE, value
    elif kind not in NUMBERS:
        raise cannot_convert(to_text(given), "number")
    elif kind not in INTEGERS | DOUBLES:
        return given
    try:
        single: float = unpack(">f", pack(">f", float(value)))[0]
    except OverflowError:
        return given
    return (TypeId.FLOAT, single) if single == value else given


def _to_big_integer(given: Typed) -> Typed:
    kind, value = given
    if kind in {TypeId.BIG_INTEGER, TypeId.BIG_DECIMAL, TypeId.BOOLEAN}:
        return TypeId.BIG_INTEGER, int(value)
    if kind in NUMBERS:
        return TypeId.BIG_INTEGER, long_of(value)
    return TypeId.BIG_INTEGER, java_text.parse_big_integer(to_text(given))


def _to_big_decimal(given: Typed) -> Typed:
    kind, value = given
    if kind in INTEGERS | {TypeId.BIG_INTEGER, TypeId.BOOLEAN}:
        return TypeId.BIG_DECIMAL, Decimal(int(value))
    return TypeId.BIG_DECIMAL, java_text.parse_big_decimal(to_text(given))


def _to_boolean(given: Typed) -> Typed:
    kind, value = given
    if kind == TypeId.STRING:
        return TypeId.BOOLEAN, value.lower() == "true"
    if kind not in NUMBERS:
        raise cannot_convert(to_text(given), "boolean")
    return TypeId.BOOLEAN, long_of(value, 32) != 0


def _to_string(given: Typed) -> Typed:
    return TypeId.STRING, to_text(given)


def _to_char(given: Typed) -> Typed:
    kind, value = given
    if kind in NUMBERS:
        return TypeId.CHAR, chr(long_of(value, 32) & 0xFFFF)
    if kind == TypeId.STRING and len(value) == 1:
        return TypeId.CHAR, value
    raise cannot_convert(to_text(given), "char")


def _from_text(kind: int, parse: Callable[[str], Any], name: str) -> Converter:
    """A converter to a kind that only texts are converted to."""

    def convert(given: Typed) -> Typed:
        if given[0] != TypeId.STRING:
            raise cannot_convert(to_text(given), name)
        return kind, parse(given[1])

    return convert


def _to_time(
    kind: int, parse: Callable[[str], Any], name: str, of_moment: Callable[[dt.datetime], Any]
) -> Converter:
    """A converter to dates and times: from texts, and numbers, which count milliseconds since 1970.

    Java means its own time zone then; here it is UTC.
    """
    from_text = _from_text(kind, parse, name)

    def convert(given: Typed) -> Typed:
        if given[0] not in NUMBERS:
            return from_text(given)
        return kind, of_moment(_moment(long_of(given[1])))

    return convert


def _moment(milliseconds: int) -> dt.datetime:
    """A moment; on the first or last day that there is for what lies beyond."""
    days, of_day = divmod(milliseconds, _DAY_MILLISECONDS)
    days = max(_FIRST_DAY, min(days, _LAST_DAY))
    return _EPOCH + dt.timedelta(days=days, milliseconds=of_day)


def _day(moment: dt.datetime) -> tuple[int, ...]:
    return moment.year, moment.month, moment.day


def _clock(moment: dt.datetime) -> tuple[int, ...]:
    return moment.hour, moment.minute, moment.second, moment.microsecond * 1000


def _with_offset(moment: dt.datetime) -> Any:
    found = typed_object(moment.replace(tzinfo=dt.UTC))
    assert found is not None
    return found[1]


CONVERTERS: dict[int, Converter] = {
    **{kind: _to_integer(kind) for kind in _BITS},
    TypeId.DOUBLE: _to_double,
    TypeId.FLOAT: _to_float,
    TypeId.BIG_INTEGER: _to_big_integer,
    TypeId.BIG_DECIMAL: _to_big_decimal,
    TypeId.BOOLEAN: _to_boolean,
    TypeId.STRING: _to_string,
    TypeId.CHAR: _to_char,
    TypeId.UUID: _from_text(TypeId.UUID, java_text.parse_uuid, "java.util.UUID"),
    # Members name the wrong class there.
    TypeId.LOCAL_DATE: _to_time(
        TypeId.LOCAL_DATE, java_text.parse_local_date, "java.time.LocalTime", _day
    ),
    TypeId.LOCAL_TIME: _to_time(
        TypeId.LOCAL_TIME, java_text.parse_local_time, "java.time.LocalTime", _clock
    ),
    TypeId.LOCAL_DATE_TIME: _to_time(
        TypeId.LOCAL_DATE_TIME,
        java_text.parse_local_date_time,
        "java.time.LocalDateTime",
        lambda moment: _day(moment) + _clock(moment),
    ),
    TypeId.OFFSET_DATE_TIME: _to_time(
        TypeId.OFFSET_DATE_TIME,
        java_text.parse_offset_date_time,
        "java.time.OffsetDateTime",
        _with_offset,
    ),
}
"""How to make a value of each kind of attribute; values of that kind are not converted."""
