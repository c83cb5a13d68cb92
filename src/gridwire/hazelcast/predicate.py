# SPDX-License-Identifier: Apache-2.0
"""Predicates: which entries of a map a query is about. Members check them.

::

    from gridwire.hazelcast.predicate import and_, equal, greater, sql

    await people.values(sql("age > 30 AND active"))
    await people.key_set(and_(greater("age", 30), equal("address.city", "Ghent")))

**Attributes.** What a predicate looks at is named by a path into the value of the entry: ``"age"``,
or ``"address.city"`` deeper inside. ``"this"`` is the whole value, ``"__key"`` the key and
``"__key.id"`` inside the key. ``"limbs[0]"`` is an item of a list; ``"limbs[any].name"`` stands for
every item, and one that fits is enough. Members must be able to look into values: numbers, strings
and the like are ``this``; a `HazelcastJsonValue` has the paths of its text, an
`IdentifiedDataSerializable` those of its class on the members. A path that is not there is null in
JSON, and else an error (`QueryError`).

**Comparing.** Members convert the value that is given to the type of the attribute, so that
``equal("age", "30")`` finds the number. Null is equal to null alone, and never greater or less.
"""

from __future__ import annotations

from typing import Any

from gridwire._core.outcome import Outcome
from gridwire.hazelcast._query import predicates as _predicates
from gridwire.hazelcast._query.fields import text
from gridwire.hazelcast._query.paging import PagingPredicate, not_paging
from gridwire.hazelcast._query.predicates import Predicate
from gridwire.hazelcast.errors import NullArgumentError

__all__ = [
    "PagingPredicate",
    "Predicate",
    "and_",
    "between",
    "equal",
    "false",
    "greater",
    "greater_or_equal",
    "ilike",
    "in_",
    "instance_of",
    "less",
    "less_or_equal",
    "like",
    "not_",
    "not_equal",
    "or_",
    "paging",
    "regex",
    "sql",
    "true",
]


def sql(expression: str) -> Predicate:
    """Entries for which a condition in the words of SQL is true.

    It may have ``AND OR NOT``, ``= == != <> < > <= >=``, ``BETWEEN``, ``IN``, ``LIKE``, ``ILIKE``,
    ``REGEX`` and parentheses, with keywords in any case. A comparison with null is false, not
    unknown; ``= NULL`` and ``<> NULL`` tell whether an attribute is there. The member finds errors
    in the text, and raises `HazelcastSerializationError`.

    Args:
        expression: what would follow ``WHERE``, such as ``"active AND (age > 20 OR pay < 60000)"``.
    """
    return _predicates.SqlPredicate(text("expression", expression))


def equal(attribute: str, value: Any) -> Predicate:
    """Entries whose attribute is equal to a value.

    Args:
        attribute: path of the attribute.
        value: the value, may be None.
    """
    return _predicates.EqualPredicate(text("attribute", attribute), value)


def not_equal(attribute: str, value: Any) -> Predicate:
    """Entries whose attribute is not equal to a value.

    Args:
        attribute: path of the attribute.
        value: the value, may be None.
    """
    return _predicates.NotEqualPredicate(text("attribute", attribute), value)


def like(attribute: str, pattern: str | None) -> Predicate:
    """Entries whose attribute, a string, is like a pattern.

    Args:
        attribute: path of the attribute.
        pattern: ``%`` stands for any characters, ``_`` for one, a backslash before them for
            themselves. None for an attribute that is null.
    """
    return _predicates.LikePredicate(text("attribute", attribute), pattern)


def ilike(attribute: str, pattern: str | None) -> Predicate:
    """Entries whose attribute, a string, is like a pattern, whatever the case of its letters.

    Args:
        attribute: path of the attribute.
        pattern: as for `like`.
    """
    return _predicates.ILikePredicate(text("attribute", attribute), pattern)


def regex(attribute: str, pattern: str | None) -> Predicate:
    """Entries whose attribute, a string, matches a regular expression as a whole.

    Args:
        attribute: path of the attribute.
        pattern: a regular expression of Java (``java.util.regex.Pattern``). None for an attribute
            that is null.
    """
    return _predicates.RegexPredicate(text("attribute", attribute), pattern)


def and_(*predicates: Predicate) -> Predicate:
    """Entries for which all of some predicates are true; all entries if there are no predicates.

    Args:
        predicates: the predicates.
    """
    return _predicates.AndPredicate(_inner(*predicates))


def or_(*predicates: Predicate) -> Predicate:
    """Entries for which any of some predicates is true; no entry if there are no predicates.

    Args:
        predicates: the predicates.
    """
    return _predicates.OrPredicate(_inner(*predicates))


def not_(predicate: Predicate) -> Predicate:
    """Entries for which a predicate is not true.

    Args:
        predicate: the predicate.
    """
    return _predicates.NotPredicate(*_inner(predicate))


def between(attribute: str, from_: Any, to: Any) -> Predicate:
    """Entries whose attribute is within a range.

    Args:
        attribute: path of the attribute.
        from_: the least value that is within.
        to: the greatest value that is within.
    """
    return _predicates.BetweenPredicate(text("attribute", attribute), to, from_)


def in_(attribute: str, *values: Any) -> Predicate:
    """Entries whose attribute is one of some values.

    Args:
        attribute: path of the attribute.
        values: the values, each may be None.
    """
    return _predicates.InPredicate(text("attribute", attribute), values)


def instance_of(class_name: str) -> Predicate:
    """Entries whose value is an object of a class of Java, or of one that derives from it.

    Args:
        class_name: full name of the class, such as ``"java.lang.Integer"``.
    """
    return _predicates.InstanceOfPredicate(text("class_name", class_name))


def false() -> Predicate:
    """No entry."""
    return _predicates.FalsePredicate()


def true() -> Predicate:
    """Every entry."""
    return _predicates.TruePredicate()


def paging(predicate: Predicate | None, page_size: int, comparator: Any = None) -> PagingPredicate:
    """Entries page by page, sorted.

    Each query gets the page that the predicate is on::

        page = paging(greater("age", 30), 50)
        while people := await map.values(page):
            ...
            page.next_page()

    `key_set`, `values` and `entry_set` of a map take it; aggregators, projections and `remove_all`
    know no pages and refuse it.

    Args:
        predicate: what entries must match; None for all.
        page_size: entries of a page.
        comparator: how to sort: an object that is serialized as a ``java.util.Comparator`` of the
            members. None sorts keys (for `values`: values) by their natural order, which they must
            have.

    Raises:
        TypeError: `predicate` is a paging predicate, or `page_size` no int.
        ValueError: `page_size` is not above 0.
    """
    return PagingPredicate(predicate, page_size, comparator)


def greater(attribute: str, value: Any) -> Predicate:
    """Entries whose attribute is greater than a value.

    Args:
        attribute: path of the attribute.
        value: the value.
    """
    return _predicates.GreaterLessPredicate(text("attribute", attribute), value, False, False)


def greater_or_equal(attribute: str, value: Any) -> Predicate:
    """Entries whose attribute is greater than a value or equal to it.

    Args:
        attribute: path of the attribute.
        value: the value.
    """
    return _predicates.GreaterLessPredicate(text("attribute", attribute), value, True, False)


def less(attribute: str, value: Any) -> Predicate:
    """Entries whose attribute is less than a value.

    Args:
        attribute: path of the attribute.
        value: the value.
    """
    return _predicates.GreaterLessPredicate(text("attribute", attribute), value, False, True)


def less_or_equal(attribute: str, value: Any) -> Predicate:
    """Entries whose attribute is less than a value or equal to it.

    Args:
        attribute: path of the attribute.
        value: the value.
    """
    return _predicates.GreaterLessPredicate(text("attribute", attribute), value, True, True)


def _inner(*predicates: Any) -> tuple[Any, ...]:
    if None in predicates:
        raise NullArgumentError("predicate can't be None", outcome=Outcome.NOT_SENT)
    not_paging(*predicates)
    return predicates
