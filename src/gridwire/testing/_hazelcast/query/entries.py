# SPDX-License-Identifier: Apache-2.0
"""An entry of a map as queries look at it: its parts are read when they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.errors import HazelcastSerializationError
from gridwire.hazelcast.serialization.data import type_id_of
from gridwire.hazelcast.serialization.type_ids import UNREADABLE, TypeId
from gridwire.testing._hazelcast.query.errors import no_deserializer, serialization_error
from gridwire.testing._hazelcast.query.packing import map_entry
from gridwire.testing._hazelcast.query.values import typed
from gridwire.testing._hazelcast.refusals import Refusal

if TYPE_CHECKING:
    from gridwire.hazelcast.serialization.byte_order import ByteOrder
    from gridwire.hazelcast.serialization.service import SerializationService
    from gridwire.testing._hazelcast.query.kinds import Typed

__all__ = ["Entry", "entry_data", "object_of"]

_UNREAD = ()
# Members of all languages read these; of the others, those that their own classes wrote.
_READABLE = frozenset(TypeId) - frozenset(UNREADABLE)


class Entry:
    """A key and its value.

    Args:
        key: serialized.
        value: serialized.
        order: of their payloads.
    """

    __slots__ = ("_typed_key", "_typed_value", "key", "order", "value")

    def __init__(self, key: bytes, value: bytes, order: ByteOrder) -> None:
        self.key = key
        self.value = value
        self.order = order
        self._typed_key: Typed | tuple[()] | None = _UNREAD
        self._typed_value: Typed | tuple[()] | None = _UNREAD

    def part(self, of_key: bool) -> bytes:
        """The data of the key or of the value."""
        return self.key if of_key else self.value

    def typed_part(self, of_key: bool) -> Typed | None:
        """The key or the value with its kind.

        Raises:
            Refusal: a member could not read it.
        """
        if of_key:
            if self._typed_key is _UNREAD:
                self._typed_key = _readable(self.key, self.order)
            return self._typed_key or None
        if self._typed_value is _UNREAD:
            self._typed_value = _readable(self.value, self.order)
        return self._typed_value or None


def entry_data(entry: Entry) -> bytes:
    """An entry as one piece of data.

    Raises:
        Refusal: a member could not read its key or value.
    """
    try:
        entry.typed_part(True)
        entry.typed_part(False)
    except Refusal:
        raise serialization_error(
            "Failed to serialize 'com.hazelcast.map.impl.LazyMapEntry'"
        ) from None
    return map_entry(entry.key, entry.value, entry.order)


def object_of(data: bytes, serialization: SerializationService) -> Any:
    """The Python object of data.

    Raises:
        Refusal: it cannot be read, for example since its class is not registered.
    """
    try:
        return serialization.to_object(data)
    except HazelcastSerializationError as error:
        raise serialization_error(str(error)) from None


def _readable(data: bytes, order: ByteOrder) -> Typed | None:
    value = typed(data, order)
    if value is None or value[0] in _READABLE:
        return value
    raise no_deserializer(type_id_of(data))
