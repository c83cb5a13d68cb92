# SPDX-License-Identifier: Apache-2.0
"""`Schema`: the fields of a class of Compact records, by which every record of it is read.

A schema is known by its fingerprint, which all clients and members compute alike from the name of
the type and the names and kinds of the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from struct import Struct
from typing import TYPE_CHECKING, Final

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.faults import shown_name
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, FieldKind, Form
from gridwire.hazelcast.serialization.faults import not_writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["MAX_FIELDS", "MAX_TEXT_BYTES", "FieldDescriptor", "Schema", "fingerprint"]

MAX_FIELDS: Final = 4096
"""Most fields of a schema. Every one costs time and memory for as long as the schema is known;
classes have dozens, tables of databases a thousand."""

MAX_TEXT_BYTES: Final = 256 * 1024
"""Most bytes of all names of a schema together (type and fields), for the same reason."""

_EMPTY: Final = 0xC15D213AA4D7A795
_SIGN: Final = 1 << 63
_pack_int32 = Struct("<I").pack


def _table() -> tuple[int, ...]:
    """What each value of a byte adds to a fingerprint."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_EMPTY if value & 1 else 0)  # noqa: PLW2901
        table.append(value)
    return tuple(table)


_TABLE: Final = _table()


@dataclass(frozen=True, slots=True)
class FieldDescriptor:
    """One field of a schema.

    Args:
        name: its name.
        kind: what it is.
    """

    name: str
    kind: FieldKind

    @property
    def field_name(self) -> str:
        """The name, as messages of the protocol call it."""
        return self.name


def fingerprint(type_name: str, fields: Iterable[FieldDescriptor]) -> int:
    """The 64-bit Rabin fingerprint of a schema.

    Args:
        type_name: the name of the type.
        fields: its fields, sorted as in `Schema.fields`.

    Returns:
        A signed number of 64 bits.
    """
    fields = tuple(fields)
    text = bytearray(_hashed_text(type_name))
    text += _pack_int32(len(fields))
    for field in fields:
        text += _hashed_text(field.name)
        text += _pack_int32(field.kind)
    value, table = _EMPTY, _TABLE
    for byte in text:
        value = (value >> 8) ^ table[(value ^ byte) & 0xFF]
    return value - (1 << 64) if value & _SIGN else value


def _hashed_text(text: str) -> bytes:
    encoded = text.encode()
    return _pack_int32(len(encoded)) + encoded


class Schema:
    """The fields of a class of Compact records. Immutable; equal if the name and fields are.

    Args:
        type_name: the name of the type, the same in all languages and versions of the class.
        fields: its fields, in any order.

    Attributes:
        fields: the fields, sorted by name as Java sorts strings.
        schema_id: the fingerprint, a signed number of 64 bits.
        kinds: the kind of each field, by its name.
        numbers: names of the fields of fixed size, in the order in which they lie in a record.
        bits: names of the boolean fields, whose bits follow the numbers, the least one first.
        values: names of the other fields, in the order of their offsets.
        fixed_bytes: size of numbers and bits together.

    Raises:
        HazelcastSerializationError: a field is there twice, has no kind of Compact, or there are
            too many.
    """

    __slots__ = (
        *("bits", "fields", "fixed_bytes", "kinds", "numbers", "schema_id", "text_bytes"),
        *("type_name", "values"),
    )

    type_name: str
    fields: tuple[FieldDescriptor, ...]
    schema_id: int
    kinds: Mapping[str, FieldKind]
    numbers: tuple[str, ...]
    bits: tuple[str, ...]
    values: tuple[str, ...]
    fixed_bytes: int
    text_bytes: int

    def __init__(self, type_name: str, fields: Iterable[FieldDescriptor]) -> None:
        _check_name("A type name", type_name)
        kept: list[FieldDescriptor] = []
        for field in fields:
            # Before the rest is looked at: there may be fields without end.
            if len(kept) == MAX_FIELDS:
                raise _refused(type_name, f"more than {MAX_FIELDS} fields")
            kept.append(FieldDescriptor(field.name, _kind(type_name, field)))
        kept.sort(key=_java_order)
        put = object.__setattr__
        put(self, "type_name", type_name)
        put(self, "fields", tuple(kept))
        put(self, "kinds", {field.name: field.kind for field in kept})
        if len(self.kinds) != len(kept):
            raise _refused(type_name, f"the field {_twice(kept)} twice")
        put(self, "text_bytes", _text_bytes(type_name, kept))
        put(self, "schema_id", fingerprint(type_name, kept))
        self._lay_out()

    def _lay_out(self) -> None:
        rows = [(field.name, BY_KIND[field.kind]) for field in self.fields]
        numbers = [(name, row.size) for name, row in rows if row.form is Form.NUMBER]
        numbers.sort(key=lambda number: -number[1])
        bits = tuple(name for name, row in rows if row.form is Form.BIT)
        put = object.__setattr__
        put(self, "numbers", tuple(name for name, _ in numbers))
        put(self, "bits", bits)
        put(self, "values", tuple(name for name, row in rows if row.form >= Form.VALUE))
        put(self, "fixed_bytes", sum(size for _, size in numbers) + (len(bits) + 7) // 8)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"A schema cannot be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"A schema cannot be changed: {name}")

    def __reduce__(self) -> tuple[type[Schema], tuple[str, tuple[FieldDescriptor, ...]]]:
        return Schema, (self.type_name, self.fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schema):
            return NotImplemented
        return self.type_name == other.type_name and self.fields == other.fields

    def __hash__(self) -> int:
        return hash(self.schema_id)

    def __repr__(self) -> str:
        fields = ", ".join(f"{field.name}: {field.kind.name}" for field in self.fields)
        return f"<Schema {self.schema_id} {self.type_name}({fields})>"

    @property
    def shown_name(self) -> str:
        """The name of the type as an error shows it."""
        return shown_name(self.type_name)


def _java_order(field: FieldDescriptor) -> bytes:
    """Java compares UTF-16 units, so that a character above 65535 comes before some below."""
    return field.name.encode("utf-16-be")


def _check_name(what: str, name: object) -> None:
    if not isinstance(name, str):
        raise not_writable(what, name, "a str")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise not_writable(what, name, "characters of Unicode") from None


def _kind(type_name: str, field: FieldDescriptor) -> FieldKind:
    _check_name("A field name", field.name)
    number = field.kind
    if number not in BY_KIND:
        raise _refused(
            type_name, f"the field {shown_name(field.name)!r} of kind {number!r}, which is none"
        )
    return BY_KIND[number].kind


def _text_bytes(type_name: str, fields: list[FieldDescriptor]) -> int:
    """Size of all names."""
    size = len(type_name.encode()) + sum(len(field.name.encode()) for field in fields)
    if size > MAX_TEXT_BYTES:
        raise _refused(type_name, f"names of more than {MAX_TEXT_BYTES} bytes")
    return size


def _twice(fields: list[FieldDescriptor]) -> str:
    names = [field.name for field in fields]
    return repr(shown_name(next(a for a, b in pairwise(names) if a == b)))


def _refused(type_name: str, what: str) -> HazelcastSerializationError:
    return HazelcastSerializationError(
        f"The schema of the Compact type {shown_name(type_name)!r} has {what}"
    )
