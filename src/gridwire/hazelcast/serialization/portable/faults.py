# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a Portable, in one place so that errors say the same everywhere."""

from __future__ import annotations

from typing import NamedTuple

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.portable.field_types import FieldType, field_type_name

__all__ = [
    "IncompatibleFieldError",
    "PortableKey",
    "bad_layout",
    "incompatible",
    "misplaced",
    "no_field",
]

_MAX_NAME_CHARS = 100


class PortableKey(NamedTuple):
    """What a class definition goes by."""

    factory_id: int
    class_id: int
    version: int

    def __str__(self) -> str:
        return f"factory {self.factory_id}, class {self.class_id}, version {self.version}"


class IncompatibleFieldError(HazelcastSerializationError, TypeError):
    """A field is of another type in the data than the program asks for.

    It is a `TypeError` as well, which the official client raises.
    """


def no_field(name: str, key: PortableKey) -> HazelcastSerializationError:
    """There is no such field."""
    return HazelcastSerializationError(f"The Portable of {key} has no field {_shown(name)}")


def incompatible(
    name: str, found: int, asked: FieldType, key: PortableKey
) -> IncompatibleFieldError:
    """A field is of another type."""
    return IncompatibleFieldError(
        f"Field {_shown(name)} of the Portable of {key} is of type {field_type_name(found)} and "
        f"cannot be read as {asked.name}"
    )


def misplaced(place: int) -> HazelcastSerializationError:
    """Something lies outside of its object, or where something else is."""
    return HazelcastSerializationError(
        f"The data has a Portable with a part at {place}, where it cannot be"
    )


def bad_layout(key: PortableKey, what: str, name: str) -> HazelcastSerializationError:
    """A program, or data, has a field that cannot be."""
    return HazelcastSerializationError(
        f"A Portable of {key} has a field {_shown(name)} with {what}"
    )


def _shown(name: str) -> str:
    """A name, of which only the beginning is shown: it may come from data."""
    return repr(name if len(name) <= _MAX_NAME_CHARS else f"{name[:_MAX_NAME_CHARS]}...")
