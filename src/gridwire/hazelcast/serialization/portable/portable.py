# SPDX-License-Identifier: Apache-2.0
"""`Portable`: the base of classes whose fields are written by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.errors import HazelcastSerializationError

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.portable.fields_reader import PortableReader
    from gridwire.hazelcast.serialization.portable.fields_writer import PortableWriter

__all__ = ["Portable"]


class Portable:
    """Base of classes whose fields are written by name. Option ``portable_factories``.

    Objects are made without arguments and then filled by `read_portable`. Two methods may be added:
    ``get_class_version``, which returns the version of the class (without it, the option
    ``portable_version`` has it), and ``get_partition_key``, which decides the partition of an
    object that is used as a key.
    """

    __slots__ = ()

    def write_portable(self, writer: PortableWriter) -> None:
        """Write the fields, the same ones with the same types for all objects of the class.

        It is called twice for the first object, to find out which fields there are.

        Args:
            writer: where to write them.
        """
        raise self._missing("write_portable")

    def read_portable(self, reader: PortableReader) -> None:
        """Read the fields, in any order.

        Args:
            reader: where to read them from.
        """
        raise self._missing("read_portable")

    def get_factory_id(self) -> int:
        """The number of the factory that makes objects of this class."""
        raise self._missing("get_factory_id")

    def get_class_id(self) -> int:
        """The number of this class within its factory; not zero."""
        raise self._missing("get_class_id")

    def _missing(self, method: str) -> HazelcastSerializationError:
        return HazelcastSerializationError(f"{type(self).__qualname__} does not define {method}()")
