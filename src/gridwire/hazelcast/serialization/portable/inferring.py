# SPDX-License-Identifier: Apache-2.0
"""Finding out which fields a class has: its first object is written to nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.output import ObjectDataOutput
from gridwire.hazelcast.serialization.portable.builder import ClassDefinitionBuilder
from gridwire.hazelcast.serialization.portable.definition import ClassDefinition
from gridwire.hazelcast.serialization.portable.faults import PortableKey
from gridwire.hazelcast.serialization.portable.field_types import FieldType
from gridwire.hazelcast.serialization.portable.fields_writer import PortableWriter
from gridwire.hazelcast.serialization.portable.portable import Portable

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.output import Writer

__all__ = ["DefinitionWriter"]


class _Nothing(dict[type, "Writer"]):
    """Writers of all types, which write nothing."""

    def __missing__(self, _: type) -> Writer:
        return lambda out, obj: None


class DefinitionWriter(PortableWriter):
    """Takes down the fields that are written, and no values.

    Args:
        key: of the class.
        key_of: the class of a Portable.
        order: the byte order, which raw data may ask for.
    """

    __slots__ = ("_builder", "_key_of", "_order")

    def __init__(
        self, key: PortableKey, key_of: Callable[[Portable], tuple[int, int, int]], order: ByteOrder
    ) -> None:
        self._builder = ClassDefinitionBuilder(*key)
        self._key_of = key_of
        self._order = order

    def definition(self) -> ClassDefinition:
        """The fields that were written."""
        return self._builder.build()

    def get_raw_data_output(self) -> ObjectDataOutput:
        """For what is no field: an output that nobody will look at."""
        return ObjectDataOutput(b"", self._order, _Nothing(), 1)

    def write_null_portable(self, field_name: str, factory_id: int, class_id: int) -> None:
        """Take down a field of a Portable, of which only the class is known."""
        self._add(FieldType.PORTABLE, field_name, (factory_id, class_id, 0))

    def write_portable(self, field_name: str, portable: Portable | None) -> None:
        """Take down a field of a Portable."""
        if portable is None:
            raise _unknown(field_name, "null")
        self._add(FieldType.PORTABLE, field_name, self._key_of(portable))

    def write_portable_array(self, field_name: str, values: Any) -> None:
        """Take down a field of an array of Portables."""
        if not values:
            raise _unknown(field_name, "empty or null")
        self._add(FieldType.PORTABLE_ARRAY, field_name, self._key_of(values[0]))

    def _write(self, field_type: FieldType, field_name: str, value: Any) -> None:
        getattr(self._builder, f"add_{field_type.name.lower()}_field")(field_name)

    def _add(self, field_type: FieldType, field_name: str, key: tuple[int, int, int]) -> None:
        add = (
            self._builder.add_portable_field
            if field_type == FieldType.PORTABLE
            else self._builder.add_portable_array_field
        )
        add(field_name, ClassDefinition(*key))


def _unknown(field_name: str, content: str) -> HazelcastSerializationError:
    return HazelcastSerializationError(
        f"The class of the Portable in the field {field_name!r} is not known, since it is "
        f"{content} in the first object that is written",
        hint="Declare the class with ClassDefinitionBuilder in the option class_definitions, or "
        "use write_null_portable.",
    )
