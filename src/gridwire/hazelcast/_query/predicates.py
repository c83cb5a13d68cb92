# SPDX-License-Identifier: Apache-2.0
"""The classes behind `gridwire.hazelcast.predicate`: what each predicate is on the wire."""

from __future__ import annotations

from typing import Final

from gridwire.hazelcast._query.fields import BOOLEAN, OBJECT, OBJECTS, STRING, QueryObject

__all__ = [
    "AndPredicate",
    "BetweenPredicate",
    "EqualPredicate",
    "FalsePredicate",
    "GreaterLessPredicate",
    "ILikePredicate",
    "InPredicate",
    "InstanceOfPredicate",
    "LikePredicate",
    "NotEqualPredicate",
    "NotPredicate",
    "OrPredicate",
    "Predicate",
    "RegexPredicate",
    "SqlPredicate",
    "TruePredicate",
]

PREDICATE_FACTORY_ID: Final = -20


class Predicate:
    """A condition that members check for each entry of a map.

    Make one with the functions of `gridwire.hazelcast.predicate`. A class of a program that
    derives from this one and from `IdentifiedDataSerializable` is a predicate too, if the members
    have a class of the same ids.
    """


class _Predicate(QueryObject, Predicate):
    FACTORY_ID = PREDICATE_FACTORY_ID


class SqlPredicate(_Predicate):
    """A condition in the words of SQL."""

    CLASS_ID = 0
    FIELDS = (("sql", STRING),)


class AndPredicate(_Predicate):
    """All of some predicates."""

    CLASS_ID = 1
    FIELDS = (("predicates", OBJECTS),)


class BetweenPredicate(_Predicate):
    """An attribute is within a range."""

    CLASS_ID = 2
    # The end comes first on the wire.
    FIELDS = (("attribute", STRING), ("to", OBJECT), ("from_", OBJECT))


class EqualPredicate(_Predicate):
    """An attribute is equal to a value."""

    CLASS_ID = 3
    FIELDS = (("attribute", STRING), ("value", OBJECT))


class GreaterLessPredicate(_Predicate):
    """An attribute is greater or less than a value."""

    CLASS_ID = 4
    FIELDS = (
        ("attribute", STRING),
        ("value", OBJECT),
        ("is_equal", BOOLEAN),
        ("is_less", BOOLEAN),
    )


class LikePredicate(_Predicate):
    """An attribute is like a pattern."""

    CLASS_ID = 5
    FIELDS = (("attribute", STRING), ("expression", STRING))


class ILikePredicate(LikePredicate):
    """An attribute is like a pattern, whatever the case of its letters."""

    CLASS_ID = 6


class InPredicate(_Predicate):
    """An attribute is one of some values."""

    CLASS_ID = 7
    FIELDS = (("attribute", STRING), ("values", OBJECTS))


class InstanceOfPredicate(_Predicate):
    """A value is of a class of Java."""

    CLASS_ID = 8
    FIELDS = (("class_name", STRING),)


class NotEqualPredicate(EqualPredicate):
    """An attribute is not equal to a value."""

    CLASS_ID = 9


class NotPredicate(_Predicate):
    """The opposite of a predicate."""

    CLASS_ID = 10
    FIELDS = (("predicate", OBJECT),)


class OrPredicate(AndPredicate):
    """Any of some predicates."""

    CLASS_ID = 11


class RegexPredicate(_Predicate):
    """An attribute matches a regular expression."""

    CLASS_ID = 12
    FIELDS = (("attribute", STRING), ("pattern", STRING))


class FalsePredicate(_Predicate):
    """No entry."""

    CLASS_ID = 13


class TruePredicate(_Predicate):
    """Every entry."""

    CLASS_ID = 14
