# SPDX-License-Identifier: Apache-2.0
"""The sentences of this package's errors."""

from __future__ import annotations

from struct import error as StructError  # noqa: N812 - it is a class with a lower-case name
from struct import pack
from typing import TYPE_CHECKING, Any, Final

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, FieldKind, Form, Kind
from gridwire.hazelcast.serialization.faults import not_writable, shown
from gridwire.hazelcast.serialization.given import BITS

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.compact.schema import Schema

__all__ = [
    "CONVERSION_FAULTS",
    "UnclearDataclassError",
    "WrongItemError",
    "field_fault",
    "misplaced",
    "no_field",
    "null_field",
    "null_value",
    "other_kind",
    "shown_name",
]

CONVERSION_FAULTS: Final = (
    *(HazelcastSerializationError, StructError, ArithmeticError, AttributeError),
    *(LookupError, TypeError, ValueError),
)
"""What writing a value may raise when it is not what its kind allows."""

_MAX_SHOWN_NAME = 100


class UnclearDataclassError(HazelcastSerializationError):
    """A dataclass that cannot be written as Compact without code of the program."""


class WrongItemError(TypeError):
    """An item of an array that cannot be written.

    Attributes:
        index: its place.
        item: what was given.
    """

    def __init__(self, index: int, item: Any) -> None:
        super().__init__(index)
        self.index = index
        self.item = item


def shown_name(name: object) -> str:
    """A name as an error shows it."""
    text = name if isinstance(name, str) else repr(name)
    return text if len(text) <= _MAX_SHOWN_NAME else f"{text[:_MAX_SHOWN_NAME]}…"


def field_fault(
    name: str, kind: FieldKind, value: Any, allowed: str, error: BaseException
) -> HazelcastSerializationError:
    """A value that cannot be written as a field of this kind.

    Args:
        name: of the field.
        kind: of the field.
        value: what was given.
        allowed: what may be.
        error: what came of the attempt; one of `CONVERSION_FAULTS`.
    """
    if isinstance(error, HazelcastSerializationError):
        error.add_note(f"It happened in the field {shown_name(name)!r} ({kind.name})")
        return error
    item = error if isinstance(error, WrongItemError) else _wrong_number(BY_KIND[kind], value)
    where = "" if item is None else f" with {shown(item.item)} at {item.index}"
    return not_writable(f"The field {shown_name(name)!r} ({kind.name})", value, allowed, where)


def _wrong_number(row: Kind, value: Any) -> WrongItemError | None:
    """Which item of a list of numbers or booleans cannot be written."""
    if row.form is not Form.NUMBERS or not isinstance(value, list | tuple):
        return None
    for index, item in enumerate(value):
        try:
            if row.letter:
                pack(f"<{row.letter}", item)  # native floats would become infinite
            else:
                BITS[item]
        except (StructError, TypeError, OverflowError, KeyError):
            return WrongItemError(index, item)
    return None


def misplaced(what: str) -> HazelcastSerializationError:
    """An offset that does not lie where it could."""
    return HazelcastSerializationError(
        f"The serialized data has a Compact object with {what} outside of its place"
    )


def no_field(schema: Schema, name: str) -> HazelcastSerializationError:
    """A field that the record does not have."""
    return HazelcastSerializationError(
        f"An object of the Compact type {schema.shown_name!r} has no field {shown_name(name)!r}",
        hint="It was written by another version of the class. get_field_kind tells beforehand, "
        "and the methods that end in _or_default have an answer for it.",
    )


def other_kind(schema: Schema, name: str, wanted: FieldKind) -> HazelcastSerializationError:
    """A field of a kind that cannot be read as the wanted one."""
    return HazelcastSerializationError(
        f"The field {shown_name(name)!r} of the Compact type {schema.shown_name!r} is "
        f"{schema.kinds[name].name} and cannot be read as {wanted.name}"
    )


def null_field(schema: Schema, name: str, wanted: FieldKind) -> HazelcastSerializationError:
    """A null where the program reads what cannot be one."""
    what = "has a null in it" if wanted.name.startswith("ARRAY_OF_") else "is null"
    nullable = wanted.name.replace("ARRAY_OF_", "").lower()
    array = "array_of_" if wanted.name.startswith("ARRAY_OF_") else ""
    return HazelcastSerializationError(
        f"The field {shown_name(name)!r} of the Compact type {schema.shown_name!r} {what}",
        hint=f"read_{array}nullable_{nullable} reads it.",
    )


def null_value(name: str, what: str) -> HazelcastSerializationError:
    """A null where the annotation of a dataclass does not allow one."""
    return HazelcastSerializationError(
        f"The field {shown_name(name)!r} is {what}, which its annotation does not allow",
        hint="Annotate it as list[X | None]." if " in it" in what else "Annotate it as X | None.",
    )
