# SPDX-License-Identifier: Apache-2.0
"""What the requests of a map are made of, whatever they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from gridwire._core.request import Request
from gridwire.hazelcast.cluster.late_count import LateCount
from gridwire.hazelcast.operations.arguments import natural_wait, not_none
from gridwire.hazelcast.operations.owners import Owners
from gridwire.hazelcast.protocol.table import Message
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["Data", "MapPieces", "nothing"]

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

Data = bytes | memoryview


class MapPieces(Generic[K, V]):
    """Serializes, routes and encodes for one map.

    Args:
        name: of the map.
        serialization: of the client.
        partition_count: of the cluster.
        owners: tells who calls; None when nobody of this client locks anything.
    """

    def __init__(
        self,
        name: str,
        serialization: SerializationService,
        partition_count: int,
        owners: Owners | None = None,
    ) -> None:
        self._name = name
        self._owners = owners or Owners()
        # None is refused before anything is serialized, so that there is always data.
        self._to_data: Callable[[Any], Any] = serialization.to_data
        self._to_object = serialization.to_object
        self._partition_count = partition_count
        if isinstance(partition_count, LateCount):
            partition_count.when_known(self._know)

    def _know(self, partition_count: int) -> None:
        self._partition_count = partition_count

    def key_data(self, key: Any) -> Any:
        """The serialized key."""
        return self._to_data(not_none("key", key))

    def value_data(self, value: Any) -> Any:
        """The serialized value."""
        return self._to_data(not_none("value", value))

    def partition(self, key_data: Any) -> int:
        """The partition of a serialized key."""
        return partition_of(key_data, self._partition_count)

    def _object(self, message: Message) -> Callable[[Any], Any]:
        decode = message.decode_response
        to_object = self._to_object

        def decode_object(reply: Any) -> Any:
            data = decode(reply)
            return None if data is None else to_object(data)

        return decode_object

    def _objects(self, message: Message) -> Callable[[Any], list[Any]]:
        to_objects = self._to_objects
        return lambda reply: to_objects(message.decode_response(reply))

    def _entries(self, message: Message) -> Callable[[Any], list[tuple[Any, Any]]]:
        to_entries = self._to_entries
        return lambda reply: to_entries(message.decode_response(reply))

    def _to_objects(self, items: list[Any]) -> list[Any]:
        to_object = self._to_object
        return [to_object(data) for data in items]

    def _to_entries(self, items: list[Any]) -> list[tuple[Any, Any]]:
        to_object = self._to_object
        return [(to_object(key), to_object(value)) for key, value in items]

    def _on_key(
        self,
        message: Message,
        key: K,
        *values: Any,
        decode: Callable[[Any], T] | None = None,
        waits: int = 0,
    ) -> Request[T]:
        """A request to the owner of a key.

        `values` follow name and key in the table; `waits` is that one of them by which the
        operation may wait at the member, in milliseconds.
        """
        data = self.key_data(key)
        route = self.partition(data)
        return Request(
            message.name,
            message.encode_request(route, self._name, data, *values),
            message.decode_response if decode is None else decode,
            route,
            message.retryable,
            None,
            natural_wait(message, waits),
        )

    def _on_any(
        self, message: Message, *values: Any, decode: Callable[[Any], T] | None = None
    ) -> Request[T]:
        """A request that any member serves."""
        return Request(
            message.name,
            message.encode_request(-1, self._name, *values),
            message.decode_response if decode is None else decode,
            -1,
            message.retryable,
        )


def nothing(message: Message) -> Callable[[Any], None]:
    """Decodes a reply whose value nobody wants; that it is one is still looked at."""
    decode = message.decode_response

    def decode_and_drop(reply: Any) -> None:
        decode(reply)

    return decode_and_drop
