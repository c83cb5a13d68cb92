# SPDX-License-Identifier: Apache-2.0
"""The operations of a Map that has a near cache: what they read from it, and what they drop.

What a request may change is said by `Change`, see `near_changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from gridwire._core.request import Acquisition, CallAll, Request
from gridwire.hazelcast.cluster.near_cache import MISS, NearCache, Reservation
from gridwire.hazelcast.operations.arguments import not_none
from gridwire.hazelcast.operations.map import Data, MapRequests
from gridwire.hazelcast.operations.map_locks import MapLocks
from gridwire.hazelcast.operations.map_processors import MapProcessors
from gridwire.hazelcast.operations.near_changes import HARMLESS, Change
from gridwire.hazelcast.operations.owners import Owners
from gridwire.hazelcast.protocol.messages import map as messages
from gridwire.hazelcast.protocol.table import Message
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = [
    "NearMapLocks",
    "NearMapProcessors",
    "NearMapRequests",
    "get_all",
]

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class NearMapRequests(MapRequests[K, V]):
    """As `MapRequests`, for a map with a near cache.

    Args:
        name: of the map.
        serialization: of the client.
        partition_count: of the cluster.
        owners: tells who calls.
        cache: the near cache.
    """

    def __init__(
        self,
        name: str,
        serialization: SerializationService,
        partition_count: int,
        owners: Owners,
        cache: NearCache,
    ) -> None:
        super().__init__(name, serialization, partition_count, owners)
        self.cache = cache
        self.find = cache.look_up
        self.holds = cache.holds

    # -- reading ------------------------------------------------------------------------------

    def get(self, key: K) -> Request[V | None]:
        """The value of a key, to be kept."""
        request = super().get(key)
        reservation = self.cache.reserve(self._to_data(key), request.route)
        if reservation is not None:
            request.decode = self._keeper(reservation)
        return request

    def _keeper(self, reservation: Reservation) -> Callable[[Any], V | None]:
        cache, decode, to_object = self.cache, self._decode_get, self._to_object

        def keep(reply: Any) -> V | None:
            data = decode(reply)
            value: V | None = None if data is None else to_object(data)
            cache.keep(reservation, data, value)
            return value

        return keep

    def get_all_of(self, partition: int, keys: list[Data]) -> Request[list[tuple[K, V]]]:
        """The entries of some keys of one partition, to be kept."""
        request = super().get_all_of(partition, keys)
        reserve = self.cache.reserve
        open_ones = {bytes(key): reserve(bytes(key), partition) for key in keys}
        request.decode = self._keeper_of_many(open_ones)
        return request

    def _keeper_of_many(
        self, reservations: dict[bytes, Reservation | None]
    ) -> Callable[[Any], list[tuple[K, V]]]:
        to_object, keep = self._to_object, self.cache.keep

        def keep_all(reply: Any) -> list[tuple[K, V]]:
            absent = dict(reservations)
            entries = []
            for key, data in messages.GET_ALL.decode_response(reply):
                value = to_object(data)
                entries.append((to_object(key), value))
                reservation = absent.pop(bytes(key), None)
                if reservation is not None:
                    keep(reservation, data, value)
            for reservation in absent.values():
                if reservation is not None:
                    keep(reservation, None, None)
            return entries

        return keep_all

    # -- writing ------------------------------------------------------------------------------

    def _on_key(self, message: Message, key: K, *values: Any, **more: Any) -> Request[Any]:
        request: Request[Any] = super()._on_key(message, key, *values, **more)
        if message.name in HARMLESS:
            return request
        return Change(request, (self._to_data(key),))

    def set(
        self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None
    ) -> Request[None]:
        """Store a value."""
        return self._timed(super().set(key, value, ttl, max_idle), key, ttl, max_idle)

    def put(
        self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None
    ) -> Request[V | None]:
        """Store a value, get the one before."""
        return self._timed(super().put(key, value, ttl, max_idle), key, ttl, max_idle)

    def put_if_absent(
        self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None
    ) -> Request[V | None]:
        """Store a value unless there is one."""
        return self._timed(super().put_if_absent(key, value, ttl, max_idle), key, ttl, max_idle)

    def put_transient(
        self, key: K, value: V, ttl: float | None = None, max_idle: float | None = None
    ) -> Request[None]:
        """Store a value that no map store sees."""
        return self._timed(super().put_transient(key, value, ttl, max_idle), key, ttl, max_idle)

    def set_ttl(self, key: K, ttl: float) -> Request[bool]:
        """Change how long an entry lives."""
        return self._timed(super().set_ttl(key, ttl), key, ttl, None)

    def _timed(
        self, request: Request[T], key: K, ttl: float | None, max_idle: float | None
    ) -> Request[T]:
        # Members before 5.0 do not tell when an entry's time is over.
        lives = min((seconds for seconds in (ttl, max_idle) if seconds), default=None)
        inner = request.request if isinstance(request, Change) else request
        return Change(inner, (self._to_data(key),), lives)

    def put_all_of(self, partition: int, entries: list[tuple[Data, Data]]) -> Request[None]:
        """Store entries of one partition."""
        keys = [bytes(key) for key, _ in entries]
        return Change(super().put_all_of(partition, entries), keys)

    def load_all(self, keys: Iterable[K] | None, replace_existing_values: bool) -> Request[None]:
        """Have the map store load entries."""
        if keys is None:
            return super().load_all(None, replace_existing_values)
        listed = list(keys)
        request = super().load_all(listed, replace_existing_values)
        return Change(request, [self._to_data(key) for key in listed])


class NearMapProcessors(MapProcessors[K, V]):
    """As `MapProcessors`, for a map with a near cache."""

    def execute_on_key(self, key: K, entry_processor: Any) -> Request[Any]:
        """Have the owner of a key process its entry."""
        return Change(super().execute_on_key(key, entry_processor), (self._to_data(key),))

    def execute_on_keys(
        self, keys: Iterable[K], entry_processor: Any
    ) -> Request[list[tuple[K, Any]]] | None:
        """Have the owners of some keys process their entries; None when there is no key."""
        listed = list(not_none("keys", keys))
        request = super().execute_on_keys(listed, entry_processor)
        if request is None:
            return None
        return Change(request, [self._to_data(key) for key in listed])


class NearMapLocks(MapLocks[K, V]):
    """As `MapLocks`, for a map with a near cache.

    Who has locked a key reads what its last owner wrote, even if the news of it is under way.

    Args:
        name: of the map.
        serialization: of the client.
        partition_count: of the cluster.
        owners: tells who calls.
        cache: the near cache.
    """

    def __init__(
        self,
        name: str,
        serialization: SerializationService,
        partition_count: int,
        owners: Owners,
        cache: NearCache,
    ) -> None:
        super().__init__(name, serialization, partition_count, owners)
        self._cache = cache

    def lock(self, key: K, lease_time: float | None) -> Acquisition[None]:
        """Lock a key, however long that takes."""
        return self._fresh(super().lock(key, lease_time), key)

    def try_lock(self, key: K, lease_time: float | None, wait: float | None) -> Acquisition[bool]:
        """Lock a key if it is free, or gets free in time."""
        return self._fresh(super().try_lock(key, lease_time, wait), key)

    def _fresh(self, request: Acquisition[T], key: K) -> Acquisition[T]:
        decode, data, drop = request.decode, self._to_data(key), self._cache.drop

        def locked(reply: Any) -> T:
            drop(data)
            return decode(reply)

        request.decode = locked
        return request


async def get_all(requests: NearMapRequests[K, V], keys: Iterable[K]) -> dict[K, V]:
    """The entries of many keys; only those that are not in the cache are asked for."""
    found: dict[K, V] = {}
    groups: dict[int, list[Data]] = {}
    for key in not_none("keys", keys):
        data = requests.key_data(key)
        value = requests.find(data)
        if value is MISS:
            groups.setdefault(requests.partition(data), []).append(data)
        else:
            found[key] = value
    if not groups:
        return found
    results = await CallAll(
        [requests.get_all_of(partition, group) for partition, group in groups.items()]
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result
        found.update(result)
    return found
