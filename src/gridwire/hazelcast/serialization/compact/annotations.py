# SPDX-License-Identifier: Apache-2.0
"""What an annotation of a dataclass means: the kind of the field, and whether it can be null.

=========================  ======================================================================
Annotation                 Kind
=========================  ======================================================================
``bool``                   ``BOOLEAN``
``int``                    ``INT64``
``float``                  ``FLOAT64``
``str``                    ``STRING``
``bytes``                  ``ARRAY_OF_INT8``
``Decimal``                ``DECIMAL``
``date``                   ``DATE``
``time``                   ``TIME``
``datetime``               ``TIMESTAMP_WITH_TIMEZONE``
a dataclass                ``COMPACT``
``X | None``               the nullable kind of X
a ``NewType``, an alias    what it stands for
``list[X]``                the array of X
``list[X | None]``         the array of the nullable kind of X
``Annotated[X, kind]``     that kind, if values of X can be of it: ``INT8 INT16 INT32`` for
                           ``int``, ``FLOAT32`` for ``float``, ``TIMESTAMP`` for a naive
                           ``datetime``, ``COMPACT`` for a class that has a serializer
=========================  ======================================================================
"""

from __future__ import annotations

import types
import typing
from dataclasses import is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Final, NamedTuple, NewType, Union, get_args, get_origin

from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, FieldKind

__all__ = ["Meaning", "Unclear", "is_own_dataclass", "meaning_of"]

_SINGLE: Final[dict[Any, FieldKind]] = {
    bool: FieldKind.BOOLEAN,
    int: FieldKind.INT64,
    float: FieldKind.FLOAT64,
    str: FieldKind.STRING,
    Decimal: FieldKind.DECIMAL,
    date: FieldKind.DATE,
    time: FieldKind.TIME,
    datetime: FieldKind.TIMESTAMP_WITH_TIMEZONE,
}
_OTHERS: Final[dict[Any, frozenset[FieldKind]]] = {
    int: frozenset({FieldKind.INT8, FieldKind.INT16, FieldKind.INT32}),
    float: frozenset({FieldKind.FLOAT32}),
    datetime: frozenset({FieldKind.TIMESTAMP}),
}
"""Kinds that an annotation can ask for, besides the usual one."""

# Since Python 3.12; before, there is none.
_ALIAS: Final[Any] = getattr(typing, "TypeAliasType", ())


class Unclear(Exception):
    """An annotation that says too little, or that Compact has no kind for.

    Its text says why; it ends a sentence that begins with the annotation.
    """


class Meaning(NamedTuple):
    """What an annotation means.

    Attributes:
        item: the kind of a single value, not nullable.
        is_array: whether it is a list of them.
        allows_null: whether the field can be None.
        items_allow_null: whether an item of the list can be.
        is_nullable_kind: whether the kind is the nullable one, whatever the annotation allows.
        as_bytes: whether it is an array of INT8 that Python has as `bytes`.
        nested: the dataclass, for one inside another.
    """

    item: FieldKind
    is_array: bool = False
    allows_null: bool = False
    items_allow_null: bool = False
    is_nullable_kind: bool = False
    as_bytes: bool = False
    nested: type | None = None

    @property
    def kind(self) -> FieldKind:
        """The kind of the field."""
        null = self.items_allow_null if self.is_array else self.allows_null
        nullable = (null or self.is_nullable_kind) and BY_KIND[self.item].other is not None
        array = "ARRAY_OF_" if self.is_array else ""
        return FieldKind[f"{array}{'NULLABLE_' if nullable else ''}{self.item.name}"]


def is_own_dataclass(python_type: type) -> bool:
    """Whether a class is a dataclass itself, and not only derived from one."""
    return is_dataclass(python_type) and "__dataclass_fields__" in python_type.__dict__


def meaning_of(hint: Any) -> Meaning:
    """What an annotation means.

    Args:
        hint: the annotation, as `typing.get_type_hints` gives it with its extras.

    Raises:
        Unclear: it says too little, or nothing that Compact has a kind for.
        Exception: a name in it cannot be resolved.
    """
    hint = _meant(hint)
    origin = get_origin(hint)
    if origin is Annotated:
        return _annotated(hint)
    if origin is Union or origin is types.UnionType:
        return _union(get_args(hint))
    if origin is list:
        return _array(meaning_of(get_args(hint)[0]))
    if hint is bytes:
        return Meaning(FieldKind.INT8, is_array=True, as_bytes=True)
    if hint in _SINGLE:
        return Meaning(_SINGLE[hint])
    if isinstance(hint, type) and is_own_dataclass(hint):
        return Meaning(FieldKind.COMPACT, nested=hint)
    raise Unclear("which no kind of Compact stands for")


def _meant(hint: Any) -> Any:
    """What another name stands for: a `NewType`, or what the statement ``type`` made."""
    if isinstance(hint, NewType):
        return _meant(hint.__supertype__)
    # Resolved now, for the first time: this may raise whatever code of the program raises.
    return _meant(hint.__value__) if isinstance(hint, _ALIAS) else hint


def _annotated(hint: Any) -> Meaning:
    base = _meant(hint.__origin__)
    wanted = [extra for extra in hint.__metadata__ if isinstance(extra, FieldKind)]
    if not wanted:
        return meaning_of(base)
    if len(wanted) > 1:
        raise Unclear(f"which names {len(wanted)} kinds")
    kind = wanted[0]
    if kind not in BY_KIND:
        raise Unclear(f"and {kind.name} is no kind of a Compact field")
    if kind is FieldKind.COMPACT and isinstance(base, type) and base not in _SINGLE:
        return Meaning(kind, nested=base if is_own_dataclass(base) else None)
    return _of_kind(meaning_of(base), base, kind)


def _of_kind(meaning: Meaning, base: Any, kind: FieldKind) -> Meaning:
    """The meaning of an annotation that names a kind beside the type."""
    row = BY_KIND[kind]
    is_array = kind.name.startswith("ARRAY_OF_")
    usual = next((hint for hint, item in _SINGLE.items() if item is meaning.item), None)
    fits = row.item is meaning.item or row.item in _OTHERS.get(usual, ())
    if is_array is not meaning.is_array or not fits:
        raise Unclear(f"and such values cannot be {kind.name}")
    return meaning._replace(
        item=row.item, is_nullable_kind=row.other is not None and row.allows_null
    )


def _union(options: tuple[Any, ...]) -> Meaning:
    rest = [option for option in options if option is not types.NoneType]
    if len(rest) != 1:
        raise Unclear("a choice of types, while a field of Compact has one")
    return meaning_of(rest[0])._replace(allows_null=True)


def _array(item: Meaning) -> Meaning:
    if item.is_array:
        raise Unclear("an array of arrays, which Compact does not have")
    return item._replace(is_array=True, allows_null=False, items_allow_null=item.allows_null)
