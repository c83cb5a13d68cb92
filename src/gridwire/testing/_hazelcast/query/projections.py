# SPDX-License-Identifier: Apache-2.0
"""The projections: what of an entry goes into a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast.serialization.byte_order import byte_order
from gridwire.testing._hazelcast.query.attributes import attribute as compiled
from gridwire.testing._hazelcast.query.entries import entry_data
from gridwire.testing._hazelcast.query.errors import (
    cannot_read,
    class_cast,
    illegal,
    serialization_error,
)
from gridwire.testing._hazelcast.query.kinds import Multi, Typed
from gridwire.testing._hazelcast.query.packing import data_of, object_array
from gridwire.testing._hazelcast.query.reading import object_reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridwire.hazelcast.serialization.service import SerializationService
    from gridwire.testing._hazelcast.query.entries import Entry

    Project = Callable[[Entry], bytes | None]

__all__ = ["read_projection"]

_FACTORY = -30
_CLASS = "com.hazelcast.projection.Projection"
_SINGLE, _MULTI, _IDENTITY = range(3)
_ANY = "[any]"
# What members fail to write for a path that ends early: the result alone, and one of several.
_RESULT = "com.hazelcast.query.impl.getters.MultiResult"
_OBJECTS = "[Ljava.lang.Object;"


def read_projection(data: bytes, serialization: SerializationService) -> Project:
    """Read a projection.

    Args:
        data: serialized.
        serialization: reads objects of registered classes.

    Returns:
        Makes data of an entry, or None for a null.

    Raises:
        Refusal: it is none.
    """
    reader = object_reader(data, _FACTORY, _CLASS, serialization)
    if reader.class_id == _IDENTITY:
        return entry_data
    order = byte_order(serialization.is_big_endian)
    if reader.class_id == _SINGLE:
        extract = _single(reader.string(), serialization, _RESULT)
        return lambda entry: data_of(extract(entry), order)
    if reader.class_id != _MULTI:
        raise class_cast(f"com.hazelcast.Object{reader.class_id}", _CLASS)
    paths = reader.strings()
    if not paths:
        reason = "You need to specify at least one attributePath"
        raise cannot_read(_FACTORY, _MULTI, reason)
    extracts = [_single(path, serialization, _OBJECTS) for path in paths]
    return lambda entry: object_array([extract(entry) for extract in extracts], order)


def _single(
    path: str | None, serialization: SerializationService, java_class: str
) -> Callable[[Entry], Typed | None]:
    extract = compiled(path, serialization)

    def find(entry: Entry) -> Typed | None:
        value = extract(entry)
        if type(value) is Multi:
            if value.ends_early and _ANY not in str(path):
                raise serialization_error(f"Failed to serialize '{java_class}'")
            raise illegal("attributePath must not contain [any] operators")
        return value  # type: ignore[return-value]

    return find
