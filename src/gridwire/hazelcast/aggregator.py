# SPDX-License-Identifier: Apache-2.0
"""Aggregators: one value out of many entries, computed where the entries are.

::

    from gridwire.hazelcast.aggregator import count, number_avg
    from gridwire.hazelcast.predicate import sql

    await people.aggregate(number_avg("age"))
    await people.aggregate(count(), sql("age > 30"))

What is aggregated is an attribute (see `gridwire.hazelcast.predicate` for paths), or the value of
each entry when no attribute is given. A path with ``[any]`` gives each item that it finds.

Aggregators with ``double``, ``int`` or ``long`` in their names take numbers of every type, as long
as such a number is exactly one of that type; otherwise the member raises `IllegalArgumentError`.
Null is a value for `count`, `distinct`, `max_`, `min_`, `max_by` and `min_by`, and an error
(`NullPointerError` of the member) for the others.
"""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from gridwire.hazelcast._query.fields import DOUBLE, INT, LONG, OBJECT, STRING, Field, QueryObject
from gridwire.hazelcast._query.fields import text as _text
from gridwire.hazelcast.core import MapEntry

__all__ = [
    "Aggregator",
    "count",
    "distinct",
    "double_avg",
    "double_sum",
    "fixed_point_sum",
    "floating_point_sum",
    "int_avg",
    "int_sum",
    "long_avg",
    "long_sum",
    "max_",
    "max_by",
    "min_",
    "min_by",
    "number_avg",
]

T = TypeVar("T")

_FACTORY_ID: Final = -29


class Aggregator(Generic[T]):
    """How one value comes out of many entries; made by the functions of this module.

    A class of a program that derives from this one and from `IdentifiedDataSerializable` is an
    aggregator too, if the members have a class of the same ids.
    """


_PATH: Final[Field] = ("attribute_path", STRING)
_NOTHING: Final = {LONG: 0, DOUBLE: 0.0, INT: 0, OBJECT: None}


class _Aggregator(QueryObject, Aggregator[Any]):
    """The path of the attribute, and what was gathered so far: nothing, when a client sends it."""

    FACTORY_ID = _FACTORY_ID

    def __init__(self, attribute_path: str | None = None) -> None:
        if attribute_path is not None:
            _text("attribute_path", attribute_path)
        super().__init__(attribute_path, *(_NOTHING[kind] for _, kind in self.FIELDS[1:]))


class _CountAggregator(_Aggregator):
    CLASS_ID = 4
    FIELDS = (_PATH, ("value", LONG))


class _DistinctValuesAggregator(_Aggregator):
    CLASS_ID = 5
    # Of the values that were found, a client sends their number only: none.
    FIELDS = (_PATH, ("values", INT))


class _DoubleAverageAggregator(_Aggregator):
    CLASS_ID = 6
    FIELDS = (_PATH, ("sum", DOUBLE), ("count", LONG))


class _DoubleSumAggregator(_Aggregator):
    CLASS_ID = 7
    FIELDS = (_PATH, ("sum", DOUBLE))


class _FixedPointSumAggregator(_Aggregator):
    CLASS_ID = 8
    FIELDS = (_PATH, ("sum", LONG))


class _FloatingPointSumAggregator(_Aggregator):
    CLASS_ID = 9
    FIELDS = (_PATH, ("sum", DOUBLE))


class _IntegerAverageAggregator(_Aggregator):
    CLASS_ID = 10
    FIELDS = (_PATH, ("sum", LONG), ("count", LONG))


class _IntegerSumAggregator(_Aggregator):
    CLASS_ID = 11
    FIELDS = (_PATH, ("sum", LONG))


class _LongAverageAggregator(_Aggregator):
    CLASS_ID = 12
    FIELDS = (_PATH, ("sum", LONG), ("count", LONG))


class _LongSumAggregator(_Aggregator):
    CLASS_ID = 13
    FIELDS = (_PATH, ("sum", LONG))


class _MaxAggregator(_Aggregator):
    CLASS_ID = 14
    FIELDS = (_PATH, ("max", OBJECT))


class _MinAggregator(_Aggregator):
    CLASS_ID = 15
    FIELDS = (_PATH, ("min", OBJECT))


class _NumberAverageAggregator(_Aggregator):
    CLASS_ID = 16
    FIELDS = (_PATH, ("sum", DOUBLE), ("count", LONG))


class _MaxByAggregator(_Aggregator):
    CLASS_ID = 17
    FIELDS = (_PATH, ("max", OBJECT), ("entry", OBJECT))


class _MinByAggregator(_Aggregator):
    CLASS_ID = 18
    FIELDS = (_PATH, ("min", OBJECT), ("entry", OBJECT))


def count(attribute_path: str | None = None) -> Aggregator[int]:
    """Count the values, null among them.

    Args:
        attribute_path: path of the attribute; None to count entries.
    """
    return _CountAggregator(attribute_path)


def distinct(attribute_path: str | None = None) -> Aggregator[set[Any]]:
    """Gather the values that are different from each other, as a set.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _DistinctValuesAggregator(attribute_path)


def double_avg(attribute_path: str | None = None) -> Aggregator[float | None]:
    """Compute the average of ``double`` numbers; None if there are none.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _DoubleAverageAggregator(attribute_path)


def double_sum(attribute_path: str | None = None) -> Aggregator[float]:
    """Compute the sum of ``double`` numbers.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _DoubleSumAggregator(attribute_path)


def fixed_point_sum(attribute_path: str | None = None) -> Aggregator[int]:
    """Compute the sum of numbers of any type, each cut to a whole number of 64 bits first.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _FixedPointSumAggregator(attribute_path)


def floating_point_sum(attribute_path: str | None = None) -> Aggregator[float]:
    """Compute the sum of numbers of any type, as floating-point numbers.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _FloatingPointSumAggregator(attribute_path)


def int_avg(attribute_path: str | None = None) -> Aggregator[float | None]:
    """Compute the average of ``int`` numbers; None if there are none.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _IntegerAverageAggregator(attribute_path)


def int_sum(attribute_path: str | None = None) -> Aggregator[int]:
    """Compute the sum of ``int`` numbers; the sum itself has 64 bits.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _IntegerSumAggregator(attribute_path)


def long_avg(attribute_path: str | None = None) -> Aggregator[float | None]:
    """Compute the average of ``long`` numbers; None if there are none.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _LongAverageAggregator(attribute_path)


def long_sum(attribute_path: str | None = None) -> Aggregator[int]:
    """Compute the sum of ``long`` numbers.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _LongSumAggregator(attribute_path)


def max_(attribute_path: str | None = None) -> Aggregator[Any]:
    """Find the greatest value; None if there is none.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _MaxAggregator(attribute_path)


def min_(attribute_path: str | None = None) -> Aggregator[Any]:
    """Find the least value; None if there is none.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _MinAggregator(attribute_path)


def number_avg(attribute_path: str | None = None) -> Aggregator[float | None]:
    """Compute the average of numbers of any type; None if there are none.

    Args:
        attribute_path: path of the attribute; None for the whole value.
    """
    return _NumberAverageAggregator(attribute_path)


def max_by(attribute_path: str) -> Aggregator[MapEntry[Any, Any] | None]:
    """Find an entry whose attribute is the greatest one; None if there is no entry.

    Args:
        attribute_path: path of the attribute.
    """
    return _MaxByAggregator(attribute_path)


def min_by(attribute_path: str) -> Aggregator[MapEntry[Any, Any] | None]:
    """Find an entry whose attribute is the least one; None if there is no entry.

    Args:
        attribute_path: path of the attribute.
    """
    return _MinByAggregator(attribute_path)
