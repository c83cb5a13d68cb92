# SPDX-License-Identifier: Apache-2.0
"""The notation of the message tables: `name:Type` for each parameter, in the protocol's order.

`?` after a type says that the value may be null, `@2.7` that the parameter came with protocol
version 2.7 and may be missing in messages of older peers. `List[Data?]` is a list whose items may
be null. Names are those of the protocol's definition (`threadId`); in Python they are written with
underscores (`thread_id`).

What a type looks like on the wire is its *shape*. Numbers, booleans and UUIDs are `Fixed`: they
are packed into the initial frame of a message (or the first frame of a structure). All others
follow as frames of their own.
"""

from __future__ import annotations

import collections
import re
from keyword import iskeyword
from typing import Any, NamedTuple

__all__ = [
    "Entries",
    "Field",
    "Fixed",
    "Frame",
    "Packed",
    "Page",
    "Sequence",
    "Shape",
    "SplitEntries",
    "Structure",
    "fixed_only",
    "framed_only",
    "parse_fields",
    "parse_shape",
    "record_class",
]


class Fixed(NamedTuple):
    """A value of fixed size: its `struct` format in little endian and its size in bytes."""

    name: str
    format: str
    size: int


class Frame(NamedTuple):
    """One frame of bytes; UTF-8 if it is text."""

    is_text: bool


class Packed(NamedTuple):
    """One frame of packed values, or of packed pairs when there are two columns."""

    columns: tuple[Fixed, ...]
    is_set: bool


class Sequence(NamedTuple):
    """A structure of items, each one or more frames."""

    item: Shape
    nullable: bool


class Entries(NamedTuple):
    """A structure of keys and values in turn."""

    key: Shape
    value: Shape
    is_map: bool


class SplitEntries(NamedTuple):
    """A structure of values, then the keys in one packed frame."""

    keys: Packed
    values: Sequence


class Structure(NamedTuple):
    """One of the named structures in `customs`."""

    name: str


class Page(NamedTuple):
    """A page of SQL rows, see `sql_page`."""


Shape = Fixed | Frame | Packed | Sequence | Entries | SplitEntries | Structure | Page

_FIXED = {
    "boolean": Fixed("boolean", "?", 1),
    "byte": Fixed("byte", "b", 1),
    "int": Fixed("int", "i", 4),
    "long": Fixed("long", "q", 8),
    "float": Fixed("float", "f", 4),
    # Whether it is null, then the high and the low half of its 128 bits.
    "UUID": Fixed("UUID", "?QQ", 17),
}
_FRAMES: dict[str, Shape] = {
    "String": Frame(is_text=True),
    "Data": Frame(is_text=False),
    "byteArray": Frame(is_text=False),
    "longArray": Packed((_FIXED["long"],), is_set=False),
    "floatArray": Packed((_FIXED["float"],), is_set=False),
    "SqlPage": Page(),
}
_GENERIC = re.compile(r"(List|Set|Map|EntryList)\[(.+)\]\Z")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FIELD = re.compile(r"(\w+):(\w[\w\[\],?]*\]|\w+)(\?)?(?:@([\d.]+))?\Z")

_shapes: dict[str, Shape] = {}


class Field(NamedTuple):
    """A parameter of a message, or a field of a structure.

    Attributes:
        name: its name in Python.
        type: its type as the table writes it, without `?` and version.
        nullable: whether it may be null.
        since: the protocol version that added it, if it is newer than what it belongs to.
        shape: what it looks like on the wire.
    """

    name: str
    type: str
    nullable: bool
    since: str | None
    shape: Shape


def parse_fields(text: str) -> tuple[Field, ...]:
    """Read the parameters in a line of a table.

    Args:
        text: parameters in the notation of this module, separated by spaces.

    Returns:
        The parameters in the order of the text.

    Raises:
        ValueError: the text is not in the notation.
    """
    fields = []
    for word in text.split():
        match = _FIELD.match(word)
        if match is None:
            raise ValueError(f"not a parameter: {word!r}")
        name, type_text, nullable, since = match.groups()
        shape = parse_shape(type_text)
        fields.append(Field(_python_name(name), type_text, bool(nullable), since, shape))
    return tuple(fields)


def fixed_only(fields: tuple[Field, ...]) -> list[tuple[Field, Fixed]]:
    """The fields of fixed size, which are packed together, with their shapes."""
    return [(field, field.shape) for field in fields if isinstance(field.shape, Fixed)]


def framed_only(fields: tuple[Field, ...]) -> list[Field]:
    """The fields in frames of their own."""
    return [field for field in fields if not isinstance(field.shape, Fixed)]


def parse_shape(text: str) -> Shape:
    """Find what a type looks like on the wire.

    Args:
        text: the type in the notation of this module.

    Returns:
        Its shape.
    """
    shape = _shapes.get(text)
    if shape is None:
        shape = _shapes[text] = _parse_shape(text)
    return shape


def record_class(label: str, fields: tuple[Field, ...], module: str) -> Any:
    """Make a namedtuple class with the given fields.

    Args:
        label: what its instances are, such as `Map.Put request`; the class is `MapPutRequest`.
        fields: the fields. Those at the end that may be missing or null default to None.
        module: the module in which the class says it is.

    Returns:
        The class.
    """
    optional = 0
    for field in reversed(fields):
        if not field.nullable and field.since is None:
            break
        optional += 1
    # Through a variable, since a type checker wants to see the fields of a namedtuple.
    make: Any = collections.namedtuple  # noqa: PYI024 - its fields are known at run time only
    name = "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", label))
    names = [field.name for field in fields]
    return make(name, names, defaults=[None] * optional, module=module)


def _parse_shape(text: str) -> Shape:
    if text in _FIXED:
        return _FIXED[text]
    if text in _FRAMES:
        return _FRAMES[text]
    match = _GENERIC.match(text)
    if match is None:
        return Structure(text)
    container, inner = match.groups()
    if container in {"List", "Set"}:
        item = parse_shape(inner.removesuffix("?"))
        if isinstance(item, Fixed):
            return Packed((item,), is_set=container == "Set")
        return Sequence(item, nullable=inner.endswith("?"))
    # No key is generic, so the first comma ends it.
    key_text, value_text = inner.split(",", 1)
    return _entries(parse_shape(key_text), parse_shape(value_text), is_map=container == "Map")


def _entries(key: Shape, value: Shape, *, is_map: bool) -> Shape:
    if not isinstance(key, Fixed):
        return Entries(key, value, is_map)
    if isinstance(value, Fixed):
        return Packed((key, value), is_set=False)
    return SplitEntries(Packed((key,), is_set=False), Sequence(value, nullable=False))


def _python_name(name: str) -> str:
    snake = _WORD_START.sub("_", name).lower()
    return f"{snake}_" if iskeyword(snake) else snake
