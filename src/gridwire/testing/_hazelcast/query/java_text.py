# SPDX-License-Identifier: Apache-2.0
"""Numbers and dates as Java reads them from text, and writes them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.errors import bad_date, illegal, number_format
from gridwire.testing._hazelcast.query.values import day_number

if TYPE_CHECKING:
    from gridwire.testing._hazelcast.query.kinds import Typed

__all__ = [
    "parse_big_decimal",
    "parse_big_integer",
    "parse_double",
    "parse_integer",
    "parse_local_date",
    "parse_local_date_time",
    "parse_local_time",
    "parse_offset_date_time",
    "parse_uuid",
    "to_text",
    "trim",
]

# Whole numbers may be written in the digits of any script, others only in those of ASCII.
_INTEGER = re.compile(r"[+-]?\d{1,40}")
_DOUBLE = re.compile(
    r"[+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?"
    r"|(?P<hex>0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+)[fFdD]?)"
)
_BIG_INTEGER = re.compile(r"[+-]?\d+")
_BIG_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,10})?")
_MAX_DIGITS = 4000  # What Python converts without a limit of its own; far above any column.
_MAX_EXPONENT = 2**31 - 1
_BELOW_SPACE = "".join(map(chr, range(33)))

_DATE = r"([+-]?\d{4,9})-(\d\d)-(\d\d)"
_CLOCK = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
_LOCAL_DATE = re.compile(_DATE)
_LOCAL_TIME = re.compile(_CLOCK)
_LOCAL_DATE_TIME = re.compile(f"{_DATE}[Tt]{_CLOCK}")
_OFFSET = re.compile(rf"{_DATE}[Tt]{_CLOCK}(?:([Zz])|([+-])(\d\d):(\d\d)(?::(\d\d))?)")
_DAY_SECONDS = 86_400
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def trim(text: str) -> str:
    """A text without the blanks and control characters around it."""
    return text.strip(_BELOW_SPACE)


def parse_integer(text: str, bits: int) -> int | None:
    """A whole number of so many bits, or None if the text is none."""
    if _INTEGER.fullmatch(text) is None:
        return None
    value = int(text)
    return value if -(1 << bits - 1) <= value < 1 << bits - 1 else None


def parse_double(text: str) -> float:
    """A floating-point number.

    Raises:
        Refusal: the text is none.
    """
    text = trim(text)
    match = _DOUBLE.fullmatch(text)
    if match is None or len(text) > _MAX_DIGITS:
        raise number_format(f'For input string: "{text}"' if text else "empty String")
    if match["hex"]:
        try:
            return float.fromhex(text.rstrip("fFdD") if text[-1] in "fFdD" else text)
        except OverflowError:
            return float("-inf" if text[0] == "-" else "inf")
    return float(text if text.endswith(("y", "N")) else text.rstrip("fFdD"))


def parse_big_integer(text: str) -> int:
    """A whole number of any size.

    Raises:
        Refusal: the text is none.
    """
    if _BIG_INTEGER.fullmatch(text) is None or len(text) > _MAX_DIGITS:
        raise number_format(f'For input string: "{text}"' if text else "Zero length BigInteger")
    return int(text)


def parse_big_decimal(text: str) -> Decimal:
    """A decimal number of any size, with its scale.

    Raises:
        Refusal: the text is none.
    """
    if _BIG_DECIMAL.fullmatch(text) is None or len(text) > _MAX_DIGITS:
        strange = next(
            (char for char in text if char not in "+-.eE" and not char.isdecimal()), None
        )
        if strange is None:
            raise number_format(f'For input string: "{text}"')
        raise number_format(
            f"Character {strange} is neither a decimal digit number, decimal point, nor "
            '"e" notation exponential mark.'
        )
    number = Decimal(text)
    _, _, exponent = number.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) > _MAX_EXPONENT:
        raise number_format("Too many nonzero exponent digits.")
    # Java has no negative zero here.
    return abs(number) if number.is_zero() else number


def parse_uuid(text: str) -> UUID:
    """A UUID, whose groups may be written shorter than they are.

    Raises:
        Refusal: the text is none.
    """
    groups = text.split("-")
    if len(groups) != 5 or not all(re.fullmatch(r"[0-9a-fA-F]{1,16}", one) for one in groups):
        raise illegal(f"Invalid UUID string: {text}")
    one, two, three, four, five = (int(group, 16) for group in groups)
    high = (one & 0xFFFFFFFF) << 32 | (two & 0xFFFF) << 16 | three & 0xFFFF
    return UUID(int=high << 64 | (four & 0xFFFF) << 48 | five & 0xFFFFFFFFFFFF)


def parse_local_date(text: str) -> tuple[int, ...]:
    """A date, such as ``2024-02-29``.

    Raises:
        Refusal: the text is none.
    """
    match = _LOCAL_DATE.fullmatch(text)
    return _checked_date(text, _numbers(_found(match, text, _LOCAL_DATE)))


def parse_local_time(text: str) -> tuple[int, ...]:
    """A time of day, such as ``12:30`` or ``12:30:59.5``.

    Raises:
        Refusal: the text is none.
    """
    match = _LOCAL_TIME.fullmatch(text)
    return _checked_time(text, _found(match, text, _LOCAL_TIME).groups())


def parse_local_date_time(text: str) -> tuple[int, ...]:
    """A date and a time of day with a ``T`` between them.

    Raises:
        Refusal: the text is none.
    """
    groups = _found(_LOCAL_DATE_TIME.fullmatch(text), text, _LOCAL_DATE_TIME).groups()
    date = tuple(int(group) for group in groups[:3])
    return _checked_date(text, date) + _checked_time(text, groups[3:])


def parse_offset_date_time(text: str) -> tuple[int, ...]:
    """A date, a time of day, and how far it is from UTC (``Z`` or ``+02:00``).

    Raises:
        Refusal: the text is none.
    """
    match = _found(_OFFSET.fullmatch(text), text, _LOCAL_DATE_TIME)
    groups = match.groups()
    year, month, day = _checked_date(text, tuple(int(group) for group in groups[:3]))
    hour, minute, second, nanosecond = _checked_time(text, groups[3:7])
    offset = 0
    if groups[7] is None:
        offset = int(groups[9]) * 3600 + int(groups[10]) * 60 + int(groups[11] or 0)
        offset = -offset if groups[8] == "-" else offset
    local = day_number(year, month, day) * _DAY_SECONDS + hour * 3600 + minute * 60 + second
    return (
        *(local - offset, nanosecond, local),
        *(year, month, day, hour, minute, second, offset),
    )


def to_text(value: Typed) -> str:
    """A value as Java writes it where it needs a text."""
    kind, plain = value
    if kind in {TypeId.DOUBLE, TypeId.FLOAT}:
        return _double_text(plain)
    if kind == TypeId.BOOLEAN:
        return "true" if plain else "false"
    if kind == TypeId.LOCAL_DATE:
        return "{:04}-{:02}-{:02}".format(*plain)
    if kind == TypeId.LOCAL_TIME:
        return _clock_text(plain)
    if kind == TypeId.LOCAL_DATE_TIME:
        return "{:04}-{:02}-{:02}T".format(*plain[:3]) + _clock_text(plain[3:])
    if kind == TypeId.OFFSET_DATE_TIME:
        return _offset_text(plain)
    return str(plain)


def _double_text(number: float) -> str:
    if number != number:  # noqa: PLR0124 - this is what a NaN is known by
        return "NaN"
    if number in {float("inf"), float("-inf")}:
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        # Never with an exponent in this range.
        text = f"{Decimal(repr(number)):f}"
        return text if "." in text else f"{text}.0"
    sign, digits, exponent = Decimal(repr(number)).as_tuple()
    shown = "".join(map(str, digits)).rstrip("0") or "0"
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{shown[0]}.{shown[1:] or '0'}E{power}"


def _clock_text(clock: tuple[int, ...]) -> str:
    hour, minute, second, nanosecond = clock
    text = f"{hour:02}:{minute:02}"
    if not second and not nanosecond:
        return text
    text += f":{second:02}"
    if not nanosecond:
        return text
    digits = f"{nanosecond:09}"
    return f"{text}.{digits[:3] if digits.endswith('000000') else digits.rstrip('0')}"


def _offset_text(plain: tuple[int, ...]) -> str:
    _, nanosecond, _, year, month, day, hour, minute, second, offset = plain
    text = f"{year:04}-{month:02}-{day:02}T" + _clock_text((hour, minute, second, nanosecond))
    if offset == 0:
        return f"{text}Z"
    rest, seconds = divmod(abs(offset), 60)
    hours, minutes = divmod(rest, 60)
    sign = "-" if offset < 0 else "+"
    tail = f":{seconds:02}" if seconds else ""
    return f"{text}{sign}{hours:02}:{minutes:02}{tail}"


def _found(match: re.Match[str] | None, text: str, shape: re.Pattern[str]) -> re.Match[str]:
    if match is None:
        begun = shape.match(text)
        raise bad_date(text, begun.end() if begun else 0)
    return match


def _numbers(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(group) for group in match.groups())


def _checked_date(text: str, date: tuple[int, ...]) -> tuple[int, ...]:
    year, month, day = date
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or not 1 <= day <= _MONTH_DAYS[month - 1] + (leap and month == 2):
        raise bad_date(text, 0)
    return date


def _checked_time(text: str, groups: tuple[str | None, ...]) -> tuple[int, ...]:
    hour, minute, second = (int(group or 0) for group in groups[:3])
    nanosecond = int((groups[3] or "0").ljust(9, "0"))
    if hour > 23 or minute > 59 or second > 59:
        raise bad_date(text, 0)
    return hour, minute, second, nanosecond
