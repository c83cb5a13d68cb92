# SPDX-License-Identifier: Apache-2.0
"""What a program needs to serialize classes of its own.

Four ways, with the names that users of the official client know:

- `IdentifiedDataSerializable`: the class writes and reads itself, and is known by two numbers
  that a class on the members may have too. Option ``data_serializable_factories``.
- `Portable`: the class writes and reads its fields by name, so that members can look into them
  and versions of the class may differ. Option ``portable_factories``.
- `CompactSerializer`: another class writes and reads the fields by name; the cluster learns which
  fields there are. Option ``compact_serializers``. A dataclass needs none.
- `StreamSerializer`: another class writes and reads it. Options ``custom_serializers`` and
  ``global_serializer``.
"""

from __future__ import annotations

from typing import Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.compact.dataclass_serializer import DataclassSerializer
from gridwire.hazelcast.serialization.compact.generic import GenericRecord
from gridwire.hazelcast.serialization.compact.kinds import FieldKind
from gridwire.hazelcast.serialization.compact.reader import CompactReader
from gridwire.hazelcast.serialization.compact.serializers import (
    CompactSerializableType,
    CompactSerializer,
)
from gridwire.hazelcast.serialization.compact.writer import CompactWriter
from gridwire.hazelcast.serialization.input import ObjectDataInput
from gridwire.hazelcast.serialization.output import ObjectDataOutput
from gridwire.hazelcast.serialization.portable.fields_reader import PortableReader
from gridwire.hazelcast.serialization.portable.fields_writer import PortableWriter
from gridwire.hazelcast.serialization.portable.portable import Portable
from gridwire.hazelcast.serialization.unknown import UnknownObject

__all__ = [
    "CompactReader",
    "CompactSerializableType",
    "CompactSerializer",
    "CompactWriter",
    "DataclassSerializer",
    "FieldKind",
    "GenericRecord",
    "IdentifiedDataSerializable",
    "ObjectDataInput",
    "ObjectDataOutput",
    "Portable",
    "PortableReader",
    "PortableWriter",
    "StreamSerializer",
    "UnknownObject",
]


class IdentifiedDataSerializable:
    """Base of classes that write and read themselves.

    Objects are made without arguments and then filled by `read_data`. If an object has a method
    ``get_partition_key`` and is used as a key, then what that method returns decides its
    partition.
    """

    def write_data(self, object_data_output: ObjectDataOutput) -> None:
        """Write the fields.

        Args:
            object_data_output: where to write them.
        """
        raise _missing(self, "write_data")

    def read_data(self, object_data_input: ObjectDataInput) -> None:
        """Read the fields, in the order in which they are written.

        Args:
            object_data_input: where to read them from.
        """
        raise _missing(self, "read_data")

    def get_factory_id(self) -> int:
        """The number of the factory that makes objects of this class."""
        raise _missing(self, "get_factory_id")

    def get_class_id(self) -> int:
        """The number of this class within its factory."""
        raise _missing(self, "get_class_id")


class StreamSerializer:
    """Base of classes that write and read objects of other classes."""

    def write(self, out: ObjectDataOutput, obj: Any) -> None:
        """Write an object.

        Args:
            out: where to write it.
            obj: the object.
        """
        raise _missing(self, "write")

    def read(self, inp: ObjectDataInput) -> Any:
        """Read an object.

        Args:
            inp: where to read it from.

        Returns:
            The object.
        """
        raise _missing(self, "read")

    def get_type_id(self) -> int:
        """The number, above zero, that means this serializer to all members and clients."""
        raise _missing(self, "get_type_id")

    def destroy(self) -> None:
        """Called once, when the client shuts down."""


def _missing(owner: object, method: str) -> HazelcastSerializationError:
    """A method that is needed only by programs that go its way (a class that is never read)."""
    return HazelcastSerializationError(f"{type(owner).__qualname__} does not define {method}()")
