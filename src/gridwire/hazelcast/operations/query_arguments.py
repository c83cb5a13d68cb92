# SPDX-License-Identifier: Apache-2.0
"""Predicates, aggregators and projections as arguments: what cannot be one is refused here.

Whatever a program can serialize may be one of them on the members, so a wrong argument is told by
what it is, not by what it lacks.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from gridwire.hazelcast._query.paging import PagingPredicate
from gridwire.hazelcast._query.predicates import Predicate
from gridwire.hazelcast.aggregator import Aggregator
from gridwire.hazelcast.errors import PagingNotSupportedError
from gridwire.hazelcast.operations.arguments import not_none
from gridwire.hazelcast.projection import Projection

__all__ = ["aggregator_argument", "predicate_argument", "projection_argument"]

# Members would answer with a ClassCastException.
_PLAIN = (str, bytes, bytearray, int, float, dict, list, tuple, set, frozenset, type, FunctionType)
_KINDS = (Predicate, Aggregator, Projection)


def predicate_argument(predicate: Any, pages: bool = False) -> Any:
    """A predicate that was given.

    Args:
        predicate: the argument, not None.
        pages: whether it may be a paging predicate.

    Raises:
        PagingNotSupportedError: it is one, and the operation would get everything at once.
        TypeError: it is no predicate.
    """
    if isinstance(predicate, PagingPredicate) and not pages:
        raise PagingNotSupportedError(
            "A paging predicate is not supported here: all entries would be taken, not a page",
            hint="Give the predicate that is inside of it.",
        )
    return _checked("predicate", predicate, Predicate, "sql('age > 30')")


def aggregator_argument(aggregator: Any) -> Any:
    """An aggregator that was given.

    Raises:
        NullArgumentError: it is None.
        TypeError: it is no aggregator.
    """
    return _checked("aggregator", not_none("aggregator", aggregator), Aggregator, "count()")


def projection_argument(projection: Any) -> Any:
    """A projection that was given.

    Raises:
        NullArgumentError: it is None.
        TypeError: it is no projection.
    """
    made = "single_attribute('age')"
    return _checked("projection", not_none("projection", projection), Projection, made)


def _checked(name: str, value: Any, kind: type, example: str) -> Any:
    if not isinstance(value, kind) and isinstance(value, _PLAIN + _KINDS):
        raise TypeError(f"{name} is something like {example}, not {value!r:.200}")
    return value
