# SPDX-License-Identifier: Apache-2.0
"""The operations of a Map that are one round trip each.

A request knows everything about its caller when it is built; nothing later asks who calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from gridwire._core.request import Request
from gridwire.hazelcast.core import SimpleEntryView
from gridwire.hazelcast.operations.arguments import milliseconds, not_none
from gridwire.hazelcast.operations.map_pieces import Data, MapPieces, nothing
from gridwire.hazelcast.operations.owners import Owners
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.protocol.table import Message
from gridwire.hazelcast.serialization.data import partition_of
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["Data", "MapRequests"]

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

_TYPE_OF_ITERATION = tuple[list[tuple[int, int]], list[Any]]


class MapRequests(MapPieces[K, V]):
    """Builds the requests of one map.

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
        super().__init__(name, serialization, partition_count, owners)
        # The three most used are bound at once; the table caches what the others compile.
        self._encode_get = messages.GET.bind_request(name=name)
        self._encode_set = messages.SET.bind_request(name=name)
        self._encode_put = messages.PUT.bind_request(name=name)
        self._decode_get = messages.GET.decode_response
        self._set_done = messages.SET.decode_response
        self._set_idle_done = nothing(messages.SET_WITH_MAX_IDLE)
        self._put_done = self._object(messages.PUT)

    def _value(self, reply: Any) -> Any:
        data = self._decode_get(reply)
        return None if data is None else self._to_object(data)

    # -- reading ------------------------------------------------------------------------------

    def get(self, key: K) -> Request[V | None]:
        """The value of a key."""
        if key is None:
            not_none("key", key)
        data = self._to_data(key)
        route = partition_of(data, self._partition_count)
        owners = self._owners
        owner = owners.shared or owners.of_caller()
        return Request("Map.Get", self._encode_get(route, data, owner), self._value, route, True)

    def contains_key(self, key: K) -> Request[bool]:
        """Whether a key is there."""
        return self._on_key(messages.CONTAINS_KEY, key, self._owners.current())

    def contains_value(self, value: V) -> Request[bool]:
        """Whether some key has this value."""
        return self._on_any(messages.CONTAINS_VALUE, self.value_data(value))

    def get_entry_view(self, key: K) -> Request[SimpleEntryView[K, V] | None]:
        """What the member knows about an entry."""
        return self._on_key(
            messages.GET_ENTRY_VIEW, key, self._owners.current(), decode=self._entry_view
        )

    def _entry_view(self, reply: Any) -> SimpleEntryView[K, V] | None:
        view, max_idle = messages.GET_ENTRY_VIEW.decode_response(reply)
        if view is None:
            return None
        return SimpleEntryView(
            self._to_object(view.key),
            self._to_object(view.value),
            view.cost,
            view.creation_time,
            view.expiration_time,
            view.hits,
            view.last_access_time,
            view.last_stored_time,
            view.last_update_time,
            view.version,
            view.ttl,
            max_idle,
        )

    def size(self) -> Request[int]:
        """How many entries there are."""
        return self._on_any(messages.SIZE)

    def is_empty(self) -> Request[bool]:
        """Whether there is none."""
        return self._on_any(messages.IS_EMPTY)

    def get_all_of(self, partition: int, keys: list[Data]) -> Request[list[tuple[K, V]]]:
        """The entries of some keys of one partition."""
        message = messages.GET_ALL
        return Request(
            message.name,
            message.encode_request(partition, self._name, keys),
            self._entries(message),
            partition,
            True,  # a read, although the protocol's table does not say so
        )

    # -- writing ------------------------------------------------------------------------------

    def set(
        self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None
    ) -> Request[None]:
        """Store a value."""
        if max_idle is not None:
            return self._on_key(
                messages.SET_WITH_MAX_IDLE,
                key,
                self.value_data(value),
                self._owners.current(),
                milliseconds("ttl", ttl),
                milliseconds("max_idle", max_idle),
                decode=self._set_idle_done,
            )
        if key is None or value is None:
            not_none("key", key)
            not_none("value", value)
        data = self._to_data(key)
        value_data = self._to_data(value)
        route = partition_of(data, self._partition_count)
        lives = -1 if ttl is None else milliseconds("ttl", ttl)
        owners = self._owners
        owner = owners.shared or owners.of_caller()
        return Request(
            "Map.Set",
            self._encode_set(route, data, value_data, owner, lives),
            self._set_done,
            route,
        )

    def put(
        self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None
    ) -> Request[V | None]:
        """Store a value, get the one before."""
        if max_idle is not None:
            return self._on_key(
                messages.PUT_WITH_MAX_IDLE,
                key,
                self.value_data(value),
                self._owners.current(),
                milliseconds("ttl", ttl),
                milliseconds("max_idle", max_idle),
                decode=self._object(messages.PUT_WITH_MAX_IDLE),
            )
        if key is None or value is None:
            not_none("key", key)
            not_none("value", value)
        data = self._to_data(key)
        value_data = self._to_data(value)
        route = partition_of(data, self._partition_count)
        lives = -1 if ttl is None else milliseconds("ttl", ttl)
        owners = self._owners
        owner = owners.shared or owners.of_caller()
        return Request(
            "Map.Put",
            self._encode_put(route, data, value_data, owner, lives),
            self._put_done,
            route,
        )

    def put_if_absent(
        self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None
    ) -> Request[V | None]:
        """Store a value unless there is one."""
        data = self.value_data(value)
        lives = milliseconds("ttl", ttl)
        if max_idle is None:
            return self._on_key(
                messages.PUT_IF_ABSENT,
                key,
                data,
                self._owners.current(),
                lives,
                decode=self._object(messages.PUT_IF_ABSENT),
            )
        idle = milliseconds("max_idle", max_idle)
        return self._on_key(
            messages.PUT_IF_ABSENT_WITH_MAX_IDLE,
            key,
            data,
            self._owners.current(),
            lives,
            idle,
            decode=self._object(messages.PUT_IF_ABSENT_WITH_MAX_IDLE),
        )

    def put_transient(
        self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None
    ) -> Request[None]:
        """Store a value that no map store sees."""
        data = self.value_data(value)
        lives = milliseconds("ttl", ttl)
        if max_idle is None:
            return self._on_key(messages.PUT_TRANSIENT, key, data, self._owners.current(), lives)
        idle = milliseconds("max_idle", max_idle)
        return self._on_key(
            messages.PUT_TRANSIENT_WITH_MAX_IDLE,
            key,
            data,
            self._owners.current(),
            lives,
            idle,
            decode=nothing(messages.PUT_TRANSIENT_WITH_MAX_IDLE),
        )

    def put_all_of(self, partition: int, entries: list[tuple[Data, Data]]) -> Request[None]:
        """Store entries of one partition."""
        message = messages.PUT_ALL
        return Request(
            message.name,
            message.encode_request(partition, self._name, entries, True),
            message.decode_response,
            partition,
        )

    def replace(self, key: K, value: V) -> Request[V | None]:
        """Store a value if there is one, get the one before."""
        data = self.value_data(value)
        return self._on_key(
            messages.REPLACE,
            key,
            data,
            self._owners.current(),
            decode=self._object(messages.REPLACE),
        )

    def replace_if_same(self, key: K, old_value: V, new_value: V) -> Request[bool]:
        """Store a value if the present one is equal to another."""
        old = self._to_data(not_none("old_value", old_value))
        new = self._to_data(not_none("new_value", new_value))
        return self._on_key(messages.REPLACE_IF_SAME, key, old, new, self._owners.current())

    def remove(self, key: K) -> Request[V | None]:
        """Remove an entry, get its value."""
        return self._on_key(
            messages.REMOVE, key, self._owners.current(), decode=self._object(messages.REMOVE)
        )

    def remove_if_same(self, key: K, value: V) -> Request[bool]:
        """Remove an entry if its value is equal to another."""
        return self._on_key(
            messages.REMOVE_IF_SAME, key, self.value_data(value), self._owners.current()
        )

    def delete(self, key: K) -> Request[None]:
        """Remove an entry."""
        return self._on_key(
            messages.DELETE, key, self._owners.current(), decode=nothing(messages.DELETE)
        )

    def evict(self, key: K) -> Request[bool]:
        """Remove an entry from memory only."""
        return self._on_key(messages.EVICT, key, self._owners.current())

    def evict_all(self) -> Request[None]:
        """Remove all entries from memory only."""
        return self._on_any(messages.EVICT_ALL)

    def clear(self) -> Request[None]:
        """Remove all entries."""
        return self._on_any(messages.CLEAR)

    def flush(self) -> Request[None]:
        """Have the map store write what it holds back."""
        return self._on_any(messages.FLUSH)

    def load_all(self, keys: Iterable[K] | None, replace_existing_values: bool) -> Request[None]:
        """Have the map store load entries."""
        if keys is None:
            return self._on_any(messages.LOAD_ALL, replace_existing_values)
        data = [self.key_data(key) for key in keys]
        return self._on_any(messages.LOAD_GIVEN_KEYS, data, replace_existing_values)

    def set_ttl(self, key: K, ttl: float) -> Request[bool]:
        """Change how long an entry lives."""
        not_none("ttl", ttl)
        return self._on_key(messages.SET_TTL, key, milliseconds("ttl", ttl))

    def try_put(self, key: K, value: V, wait: float) -> Request[bool]:
        """Store a value if the key can be locked in time."""
        lasts = milliseconds("timeout", wait)
        return self._on_key(
            messages.TRY_PUT,
            key,
            self.value_data(value),
            self._owners.current(),
            lasts,
            waits=lasts,
        )

    def try_remove(self, key: K, wait: float) -> Request[bool]:
        """Remove an entry if the key can be locked in time."""
        lasts = milliseconds("timeout", wait)
        return self._on_key(messages.TRY_REMOVE, key, self._owners.current(), lasts, waits=lasts)

    # -- pages --------------------------------------------------------------------------------

    def key_page(
        self, partition: int, pointers: list[tuple[int, int]], size: int
    ) -> Request[_TYPE_OF_ITERATION]:
        """Some keys of one partition, and where the next page begins."""
        to_object = self._to_object

        def decode(reply: Any) -> _TYPE_OF_ITERATION:
            pointers, keys = messages.FETCH_KEYS.decode_response(reply)
            return pointers, [to_object(key) for key in keys]

        return self._page(messages.FETCH_KEYS, partition, pointers, size, decode)

    def entry_page(
        self, partition: int, pointers: list[tuple[int, int]], size: int
    ) -> Request[_TYPE_OF_ITERATION]:
        """Some entries of one partition, and where the next page begins."""
        to_object = self._to_object

        def decode(reply: Any) -> _TYPE_OF_ITERATION:
            pointers, entries = messages.FETCH_ENTRIES.decode_response(reply)
            return pointers, [(to_object(key), to_object(value)) for key, value in entries]

        return self._page(messages.FETCH_ENTRIES, partition, pointers, size, decode)

    def _page(
        self,
        message: Message,
        partition: int,
        pointers: list[tuple[int, int]],
        size: int,
        decode: Callable[[Any], T],
    ) -> Request[T]:
        payload = message.encode_request(partition, self._name, pointers, size)
        return Request(message.name, payload, decode, partition, message.retryable)
