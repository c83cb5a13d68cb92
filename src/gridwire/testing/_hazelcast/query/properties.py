# SPDX-License-Identifier: Apache-2.0
"""Properties of values that are no objects of a program: what their classes in Java offer.

Members find any method without parameters by reflection; here are those that make sense in a query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.conversions import long_of, to_double
from gridwire.testing._hazelcast.query.kinds import COLLECTIONS, NUMBERS, Typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.serialization.byte_order import ByteOrder

    Property = tuple[int | None, Callable[[Any], Any]]

__all__ = ["property_of"]


def property_of(value: Typed, name: str, order: ByteOrder) -> Typed | None:
    """A property of a value, by the name of its method, with or without ``get`` and ``is``.

    Args:
        value: whose.
        name: of the property.
        order: of payloads.

    Returns:
        Its value, or None if there is no such property.
    """
    kind, plain = value
    of_kind = _PROPERTIES.get(kind, {})
    # The brackets of a call are taken for a part of the name, which ends before them.
    found = of_kind.get(name.removesuffix("()"))
    if found is None:
        return None
    result_kind, compute = found
    if of_kind is _COLLECTION:
        # Its payload begins with the number of items.
        plain = order.int32.unpack_from(plain)[0] if len(plain) >= 4 else 0
    return (kind if result_kind is None else result_kind), compute(plain)


def _units(text: str) -> int:
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


_TEXT: dict[str, Property] = {
    "length": (TypeId.INT, _units),
    "empty": (TypeId.BOOLEAN, lambda text: not text),
    "isEmpty": (TypeId.BOOLEAN, lambda text: not text),
    "blank": (TypeId.BOOLEAN, lambda text: not text.strip()),
    "isBlank": (TypeId.BOOLEAN, lambda text: not text.strip()),
}
_NUMBER: dict[str, Property] = {
    "byteValue": (TypeId.BYTE, lambda number: long_of(number, 8)),
    "shortValue": (TypeId.SHORT, lambda number: long_of(number, 16)),
    "intValue": (TypeId.INT, lambda number: long_of(number, 32)),
    "longValue": (TypeId.LONG, long_of),
    "doubleValue": (TypeId.DOUBLE, to_double),
}
_BOXED: dict[str, Property] = {
    "value": (None, lambda value: value),
}
_COLLECTION: dict[str, Property] = {
    "size": (TypeId.INT, lambda size: size),
    "empty": (TypeId.BOOLEAN, lambda size: size == 0),
    "isEmpty": (TypeId.BOOLEAN, lambda size: size == 0),
}
_DATE: dict[str, Property] = {
    "year": (TypeId.INT, lambda date: date[0]),
    "monthValue": (TypeId.INT, lambda date: date[1]),
    "dayOfMonth": (TypeId.INT, lambda date: date[2]),
}
_TIME: dict[str, Property] = {
    "hour": (TypeId.INT, lambda time: time[0]),
    "minute": (TypeId.INT, lambda time: time[1]),
    "second": (TypeId.INT, lambda time: time[2]),
    "nano": (TypeId.INT, lambda time: time[3]),
}
_BIG = {TypeId.BIG_INTEGER, TypeId.BIG_DECIMAL}
_PROPERTIES: dict[int, dict[str, Property]] = {
    TypeId.STRING: _TEXT,
    TypeId.BOOLEAN: _BOXED,
    TypeId.CHAR: _BOXED,
    **{kind: _NUMBER if kind in _BIG else {**_NUMBER, **_BOXED} for kind in NUMBERS},
    **dict.fromkeys(COLLECTIONS - {TypeId.OBJECT_ARRAY, TypeId.STRING_ARRAY}, _COLLECTION),
    TypeId.LOCAL_DATE: _DATE,
    TypeId.LOCAL_TIME: _TIME,
}
