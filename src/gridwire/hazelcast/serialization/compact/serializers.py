# SPDX-License-Identifier: Apache-2.0
"""`CompactSerializer`: how a program writes and reads the objects of one class field by field."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from gridwire.hazelcast.serialization.compact.annotations import is_own_dataclass

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.compact.reader import CompactReader
    from gridwire.hazelcast.serialization.compact.writer import CompactWriter

__all__ = ["CompactSerializableType", "CompactSerializer", "is_compact"]

CompactSerializableType = TypeVar("CompactSerializableType")
"""The class that a serializer is for."""


class CompactSerializer(ABC, Generic[CompactSerializableType]):
    """Base of serializers in the Compact format, one for each class.

    Give an instance in the option ``compact_serializers``. Members learn from the schema which
    fields there are, and can query and index them without the class.
    """

    @abstractmethod
    def read(self, reader: CompactReader) -> CompactSerializableType:
        """Make an object.

        Args:
            reader: the fields of the object. Those of other versions of the class may be missing;
                see `CompactReader.get_field_kind` and the methods with a default.

        Returns:
            The object.
        """

    @abstractmethod
    def write(self, writer: CompactWriter, obj: CompactSerializableType) -> None:
        """Write the fields of an object.

        Args:
            writer: where to write them.
            obj: the object.
        """

    @abstractmethod
    def get_class(self) -> type[CompactSerializableType]:
        """The class that this serializer is for; its subclasses are not included."""

    @abstractmethod
    def get_type_name(self) -> str:
        """The name of the type, the same in all languages and in all versions of the class."""


def is_compact(item: object) -> bool:
    """Whether something may be in the option ``compact_serializers``."""
    if isinstance(item, type):
        return is_own_dataclass(item)
    return isinstance(item, CompactSerializer)
