# SPDX-License-Identifier: Apache-2.0
"""What equals what, and what comes before what, by the rules of Java and of Hazelcast's queries.

- Whole and floating-point numbers of all sizes compare by their exact values. Zero and negative
  zero differ, NaN equals itself and comes last.
- BigInteger and BigDecimal compare only with their own kind. A BigDecimal equals another only if
  it has as many digits after the point.
- Strings are ordered by UTF-16 units, UUIDs as two signed numbers.
- Values of other different kinds are never equal, and have no order: that is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from math import copysign, isnan
from typing import Any
from uuid import UUID

from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.errors import class_cast
from gridwire.testing._hazelcast.query.kinds import DOUBLES, INTEGERS, Typed, class_name

__all__ = ["canonical", "compare", "equal", "sort_key"]

_PLAIN_NUMBERS = INTEGERS | DOUBLES
_HALF = 1 << 63
_MAX_LONG = _HALF - 1


def equal(one: Typed, other: Typed) -> bool:
    """Whether two values are the same."""
    kind, value = one
    other_kind, other_value = other
    if kind in _PLAIN_NUMBERS and other_kind in _PLAIN_NUMBERS:
        if kind in DOUBLES or other_kind in DOUBLES:
            return _number_key(value) == _number_key(other_value)
        return bool(value == other_value)
    if kind != other_kind:
        return False
    if kind == TypeId.BIG_DECIMAL:
        same: bool = value.as_tuple() == other_value.as_tuple()
        return same
    return bool(value == other_value)


def compare(one: Typed, other: Typed) -> int:
    """The order of two values: negative, zero or positive.

    Raises:
        ClassCast: they have none.
    """
    kind, value = one
    other_kind, other_value = other
    if kind in _PLAIN_NUMBERS and other_kind in _PLAIN_NUMBERS:
        left, right = _number_key(value), _number_key(other_value)
    elif kind != other_kind:
        # Java asks the class of the first for its order, which casts the second to it.
        raise class_cast(class_name(other_kind), class_name(kind))
    else:
        key = sort_key(kind)
        left, right = key(value), key(other_value)
    return (left > right) - (left < right)


def canonical(value: Typed | None) -> Hashable:
    """What is the same for values that are equal, and for no others."""
    if value is None:
        return None
    kind, plain = value
    if kind in INTEGERS:
        return int(plain)
    if kind in DOUBLES:
        return _canonical_double(plain)
    if kind == TypeId.BIG_DECIMAL:
        digits: Hashable = plain.as_tuple()
        return kind, digits
    return kind, plain


def sort_key(kind: int) -> Callable[[Any], Any]:
    """What to order the values of one kind by."""
    return _KEYS.get(kind, _itself)


def _itself(value: Any) -> Any:
    return value


def _number_key(value: float) -> tuple[bool, float, float]:
    """NaN after all others, and negative zero before zero; else exact values."""
    if value == 0:
        return False, 0, copysign(1, value)
    if isnan(value) if type(value) is float else False:
        return True, 0, 0
    return False, value, 1


def _canonical_double(value: float) -> Hashable:
    if isnan(value):
        return "NaN"
    if value == 0 and copysign(1, value) < 0:
        return "-0.0"
    if -_HALF <= value <= _HALF and value.is_integer():
        return min(int(value), _MAX_LONG)
    return value


def _uuid_key(value: UUID) -> tuple[int, int]:
    high, low = value.int >> 64, value.int & (1 << 64) - 1
    return high - (high >> 63 << 64), low - (low >> 63 << 64)


class _Text:
    """A text that is ordered by its UTF-16 units."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __lt__(self, other: _Text) -> bool:
        return _units_before(self.text, other.text)

    def __gt__(self, other: _Text) -> bool:
        return _units_before(other.text, self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Text) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def _units_before(one: str, other: str) -> bool:
    # Where one of two texts is ASCII, both orders are the same.
    if one.isascii() or other.isascii():
        return one < other
    return one.encode("utf-16-be", "surrogatepass") < other.encode("utf-16-be", "surrogatepass")


_KEYS: dict[int, Callable[[Any], Any]] = {
    **dict.fromkeys(DOUBLES, _number_key),
    TypeId.STRING: _Text,
    TypeId.JSON: _Text,
    TypeId.UUID: _uuid_key,
}
