# SPDX-License-Identifier: Apache-2.0
"""Attributes of objects of classes that the cluster was given.

A name is looked for as an attribute or method without parameters of that name, then with ``get_``
and ``is_`` before it. ``[2]`` takes an element of a list, nothing beyond its end; ``[any]`` takes
all. Ints that fit into 32 bits count as Java's int, others as its long or BigInteger.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gridwire.hazelcast.core import HazelcastJsonValue
from gridwire.hazelcast.serialization.type_ids import TypeId
from gridwire.testing._hazelcast.query.errors import query_error
from gridwire.testing._hazelcast.query.kinds import UNCOMPARABLE, Multi, Typed
from gridwire.testing._hazelcast.query.limits import MAX_LIST_DEPTH, MAX_PATH_STEPS
from gridwire.testing._hazelcast.query.values import day_number

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ObjectPath", "typed_object"]

_STEP = re.compile(r"(?P<name>[^\[\]]*)(?:\[(?P<index>any|-?[0-9]{1,9})\])?")
_LISTS = (list, tuple, deque, set, frozenset)
_ARGUMENT = "java.lang.IllegalArgumentException"
_DAY_SECONDS = 86_400


class ObjectPath:
    """A path such as ``address.street`` or ``limbs[any].name``.

    Args:
        path: as text.

    Raises:
        Refusal: it is malformed.
    """

    __slots__ = ("_steps",)

    def __init__(self, path: str) -> None:
        self._steps: list[tuple[str, str | None]] = []
        for step in path.split("."):
            match = _STEP.fullmatch(step)
            if match is None or not match["name"] or len(self._steps) >= MAX_PATH_STEPS:
                raise query_error(f"{_ARGUMENT}: Malformed attribute path '{path}'")
            self._steps.append((match["name"], match["index"]))

    def find(self, instance: Any) -> Typed | Multi | None:
        """What the path leads to.

        Args:
            instance: where it begins.

        Returns:
            A value, all values of a path with ``[any]``, or None.

        Raises:
            Refusal: an object has no attribute of a name.
        """
        found, several = [instance], False
        for name, index in self._steps:
            found = [_named(one, name) for one in found if one is not None]
            if index == "any":
                several = True
                found = [element for one in found if one is not None for element in _elements(one)]
            elif index is not None:
                found = [_element(one, int(index)) for one in found if one is not None]
        if several:
            return Multi(typed_object(one) for one in found)
        return typed_object(found[0]) if found else None


def typed_object(value: Any, depth: int = 0) -> Typed | None:
    """An attribute of an object as a value with its kind; the form of a list has its elements.

    Args:
        value: the attribute.
        depth: of lists that it lies in.

    Raises:
        Refusal: it is of a type that cannot be told to Java.
    """
    if value is None:
        return None
    convert = _TYPES.get(type(value))
    if convert is not None:
        return convert(value)
    if isinstance(value, _LISTS) and depth < MAX_LIST_DEPTH:
        return TypeId.ARRAY_LIST, tuple(typed_object(one, depth + 1) for one in value)
    # An object of the program's: it is there, and compares with nothing.
    return UNCOMPARABLE, type(value).__qualname__


def _named(instance: Any, name: str) -> Any:
    if name == "this":
        return instance
    for attribute in (name, f"get_{name}", f"is_{name}"):
        # Names with underscores around them are the language's, not the program's.
        if not attribute.startswith("__") and hasattr(instance, attribute):
            value = getattr(instance, attribute)
            if not callable(value):
                return value
            try:
                return value()
            except Exception as error:
                raise query_error(f"{type(error).__name__}: {error}") from error
    message = f"There is no suitable accessor for '{name}' on class '{type(instance).__qualname__}'"
    raise query_error(f"{_ARGUMENT}: {message}")


def _elements(value: Any) -> list[Any]:
    if not isinstance(value, _LISTS):
        raise query_error(f"{_ARGUMENT}: Reducer is allowed only when extracting from collections")
    return list(value)


def _element(value: Any, index: int) -> Any:
    elements = _elements(value)
    if index < 0:
        raise query_error(f"{_ARGUMENT}: Position argument cannot be negative.")
    return elements[index] if index < len(elements) else None


def _typed_int(value: int) -> Typed:
    bits = (value if value >= 0 else ~value).bit_length()
    return (TypeId.INT if bits < 32 else TypeId.LONG if bits < 64 else TypeId.BIG_INTEGER), value


def _typed_date(value: dt.date) -> Typed:
    return TypeId.LOCAL_DATE, (value.year, value.month, value.day)


def _typed_time(value: dt.time) -> Typed:
    clock = (value.hour, value.minute, value.second, value.microsecond * 1000)
    return TypeId.LOCAL_TIME, clock


def _typed_moment(value: dt.datetime) -> Typed:
    offset = value.utcoffset() or dt.timedelta(0)
    shift = offset.days * _DAY_SECONDS + offset.seconds
    of_day = value.hour * 3600 + value.minute * 60 + value.second
    local = day_number(value.year, value.month, value.day) * _DAY_SECONDS + of_day
    parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, shift)
    return TypeId.OFFSET_DATE_TIME, (local - shift, value.microsecond * 1000, local, *parts)


_TYPES: dict[type, Callable[[Any], Typed | None]] = {
    bool: lambda value: (TypeId.BOOLEAN, value),
    int: _typed_int,
    float: lambda value: (TypeId.DOUBLE, value),
    str: lambda value: (TypeId.STRING, value),
    Decimal: lambda value: (TypeId.BIG_DECIMAL, value),
    UUID: lambda value: (TypeId.UUID, value),
    dt.date: _typed_date,
    dt.time: _typed_time,
    dt.datetime: _typed_moment,
    HazelcastJsonValue: lambda value: (TypeId.JSON, value.to_string()),
}
