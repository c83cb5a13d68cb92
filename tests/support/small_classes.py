# SPDX-License-Identifier: Apache-2.0
"""The smallest classes that write themselves, for tests of how an object is written."""

from __future__ import annotations

from typing import Any

from gridwire.hazelcast.serialization.api import IdentifiedDataSerializable, Portable

__all__ = ["ByField", "Itself"]


class Itself(IdentifiedDataSerializable):
    """Writes nothing, and reads nothing."""

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 1

    def write_data(self, object_data_output: Any) -> None:
        pass

    def read_data(self, object_data_input: Any) -> None:
        pass


class ByField(Portable):
    """Writes one field, and does not look at it."""

    def get_factory_id(self) -> int:
        return 1

    def get_class_id(self) -> int:
        return 1

    def write_portable(self, writer: Any) -> None:
        writer.write_int("x", 1)

    def read_portable(self, reader: Any) -> None:
        pass
