# SPDX-License-Identifier: Apache-2.0
"""`DataclassSerializer`: a dataclass in the Compact format, without code of the program."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire.hazelcast.errors import HazelcastSerializationError, InvalidConfigurationError
from gridwire.hazelcast.serialization.compact.annotations import is_own_dataclass
from gridwire.hazelcast.serialization.compact.dataclass_fields import RecordField, record_fields
from gridwire.hazelcast.serialization.compact.dataclass_making import object_maker
from gridwire.hazelcast.serialization.compact.faults import null_value, shown_name
from gridwire.hazelcast.serialization.compact.items import has_none, listed
from gridwire.hazelcast.serialization.compact.kinds import BY_KIND, Form
from gridwire.hazelcast.serialization.compact.serializers import CompactSerializer

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.serialization.compact.plans import ReadPlan
    from gridwire.hazelcast.serialization.compact.reader import CompactReader
    from gridwire.hazelcast.serialization.compact.writer import CompactWriter

__all__ = ["DataclassSerializer", "checked"]

T = TypeVar("T")


class DataclassSerializer(CompactSerializer[T]):
    """Writes and reads a dataclass by its annotations.

    It is needed only to give the type another name than that of the class; dataclasses as they
    stand may be in ``compact_serializers`` too, and those that are written find their way alone.

    Objects are made by calling the class. Fields that the data does not have get the default of
    the dataclass; it is an error if there is none. Fields that the class does not have are ignored.

    Args:
        dataclass: the class.
        type_name: the name of the type; that of the class if None.

    Raises:
        InvalidConfigurationError: it is no dataclass, or the name is no text.
    """

    def __init__(self, dataclass: type[T], *, type_name: str | None = None) -> None:
        given: object = dataclass
        if not (isinstance(given, type) and is_own_dataclass(given)):
            raise InvalidConfigurationError(f"DataclassSerializer: {dataclass!r} is no dataclass")
        name: object = dataclass.__name__ if type_name is None else type_name
        if not isinstance(name, str) or not name:
            raise InvalidConfigurationError(f"DataclassSerializer: {name!r} is no name of a type")
        self._class = dataclass
        self._type_name = name

    def get_class(self) -> type[T]:
        """The dataclass."""
        return self._class

    def get_type_name(self) -> str:
        """The name of the type."""
        return self._type_name

    def write(self, writer: CompactWriter, obj: T) -> None:
        """Write all fields.

        Args:
            writer: where to write them.
            obj: an object of the dataclass.
        """
        for field in self.fields:
            write = getattr(writer, f"write_{field.kind.name.lower()}")
            write(field.name, checked(field, getattr(obj, field.name)))

    def read(self, reader: CompactReader) -> T:
        """Make an object.

        Args:
            reader: its fields.

        Returns:
            The object.
        """
        made: T = self.maker(reader._plan)(reader)
        return made

    @cached_property
    def fields(self) -> tuple[RecordField, ...]:
        """The fields; found when they are needed, since annotations may name later classes.

        Raises:
            HazelcastSerializationError: the class or an annotation does not say enough.
        """
        return record_fields(self._class)

    def nested(self) -> list[type]:
        """The dataclasses that its fields hold, and those that theirs hold, in any depth.

        Raises:
            HazelcastSerializationError: one of them does not say enough.
        """
        found: list[type] = []
        waiting = [self.fields]
        while waiting:
            for field in waiting.pop():
                part = field.meaning.nested
                if part is not None and part not in found:
                    found.append(part)
                    waiting.append(record_fields(part))
        return found

    def maker(self, plan: ReadPlan) -> Callable[[CompactReader], Any]:
        """What makes objects of records.

        Args:
            plan: of records of this or another version of the class.

        Returns:
            A function of the reader of such a record.

        Raises:
            HazelcastSerializationError: a field is missing and has no default, or is of a kind
                that its annotation does not allow.
        """
        return object_maker(self._class, self.fields, plan)


def checked(field: RecordField, value: Any) -> Any:
    """A value that is to be written, if its annotation allows it to be null where it is.

    Raises:
        HazelcastSerializationError: it does not.
        TypeError: it has no items in an order, as an array must have.
    """
    meaning = field.meaning
    if value is None:
        if not meaning.allows_null:
            raise null_value(field.name, "None")
    elif meaning.as_bytes:
        if not isinstance(value, bytes | bytearray | memoryview):
            raise HazelcastSerializationError(
                f"The field {shown_name(field.name)!r} takes bytes, not {type(value).__name__}"
            )
    elif meaning.is_array and not meaning.items_allow_null:
        if BY_KIND[field.kind].form is Form.ITEMS:
            value = listed(value)  # it may be one that gives its items only once
        if isinstance(value, list | tuple) and has_none(value):
            raise null_value(field.name, "a list with None in it")
    return value
