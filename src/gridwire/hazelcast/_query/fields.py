# SPDX-License-Identifier: Apache-2.0
"""Objects of queries, whose serialized form is a list of fields.

Members know them as IdentifiedDataSerializable classes with negative ids. A class here says what
its fields are, in their order on the wire; writing, reading and showing them follow from that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from gridwire._core.outcome import Outcome
from gridwire.hazelcast.errors import NullArgumentError
from gridwire.hazelcast.serialization.api import (
    IdentifiedDataSerializable,
    ObjectDataInput,
    ObjectDataOutput,
)

__all__ = ["BOOLEAN", "DOUBLE", "INT", "LONG", "OBJECT", "OBJECTS", "STRING", "STRINGS"]
__all__ += ["Field", "Kind", "QueryObject", "text"]


class Kind(NamedTuple):
    """How a kind of field is written and read."""

    write: Callable[[ObjectDataOutput, Any], None]
    read: Callable[[ObjectDataInput], Any]


Field = tuple[str, Kind]
"""The name of an attribute, and how it is written."""


def _write_objects(out: ObjectDataOutput, items: tuple[Any, ...]) -> None:
    out.write_count("A list of objects", len(items))
    out.write_objects(items)


def _read_objects(inp: ObjectDataInput) -> tuple[Any, ...]:
    return tuple(inp.read_objects(inp.read_int()))


BOOLEAN = Kind(ObjectDataOutput.write_boolean, ObjectDataInput.read_boolean)
INT = Kind(ObjectDataOutput.write_int, ObjectDataInput.read_int)
LONG = Kind(ObjectDataOutput.write_long, ObjectDataInput.read_long)
DOUBLE = Kind(ObjectDataOutput.write_double, ObjectDataInput.read_double)
STRING = Kind(ObjectDataOutput.write_string, ObjectDataInput.read_string)
STRINGS = Kind(ObjectDataOutput.write_string_array, ObjectDataInput.read_string_array)
OBJECT = Kind(ObjectDataOutput.write_object, ObjectDataInput.read_object)
OBJECTS = Kind(_write_objects, _read_objects)


class QueryObject(IdentifiedDataSerializable):
    """An object that is sent to members as a list of fields.

    Args:
        values: of the fields, in their order; those that are left out are None until `read_data`
            fills them.
    """

    FACTORY_ID: ClassVar[int]
    """By which members find the factory of the class."""

    CLASS_ID: ClassVar[int]
    """By which the factory knows the class."""

    FIELDS: ClassVar[tuple[Field, ...]] = ()
    """What is sent, in this order."""

    def __init__(self, *values: Any) -> None:
        values += (None,) * (len(self.FIELDS) - len(values))
        for (name, _), value in zip(self.FIELDS, values, strict=True):
            setattr(self, name, value)

    def get_factory_id(self) -> int:
        """The factory that makes objects of this class on a member."""
        return self.FACTORY_ID

    def get_class_id(self) -> int:
        """The number of this class within its factory."""
        return self.CLASS_ID

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        """Write the fields."""
        for name, kind in self.FIELDS:
            kind.write(object_data_output, getattr(self, name))

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        """Read the fields."""
        for name, kind in self.FIELDS:
            setattr(self, name, kind.read(object_data_input))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name, _ in self.FIELDS)
        return f"{type(self).__name__.lstrip('_')}({shown})"


def text(name: str, value: Any) -> str:
    """The value of an argument that is a text.

    Args:
        name: of the argument.
        value: as it was given.

    Raises:
        NullArgumentError: it is None.
        TypeError: it is something else.
    """
    if value is None:
        raise NullArgumentError(f"{name} can't be None", outcome=Outcome.NOT_SENT)
    if not isinstance(value, str):
        raise TypeError(f"{name} is a str, not {value!r}")
    return value
