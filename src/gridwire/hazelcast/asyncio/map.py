# SPDX-License-Identifier: Apache-2.0
"""The distributed map, for asyncio.

This text is the source of the threaded faces too: `gridwire.hazelcast.proxy.map` is generated
from it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Generic, TypeVar

from gridwire.hazelcast.control.asyncio_engine import AsyncioEngine
from gridwire.hazelcast.core import SimpleEntryView
from gridwire.hazelcast.operations.arguments import page_size as check_page_size
from gridwire.hazelcast.operations.map import MapRequests
from gridwire.hazelcast.operations.map_bulk import get_all, put_all
from gridwire.hazelcast.operations.map_listeners import EntryListener
from gridwire.hazelcast.proxy.base import EntryEventCallable, EntryEventType, Proxy
from gridwire.hazelcast.proxy.context import ProxyContext
from gridwire.hazelcast.proxy.pages import AsyncPages

__all__ = ["Map"]

K = TypeVar("K")
V = TypeVar("V")


class Map(Proxy[AsyncioEngine], Generic[K, V]):
    """A distributed map: keys and values live on the members, spread by partition.

    Keys are compared by their serialized bytes, so ``1`` and ``1.0`` are two keys. No key and no
    value may be None.

    Every method takes ``timeout``: seconds for the whole call with its retries; None stands for
    the client's `invocation_timeout`. Methods raise `gridwire.hazelcast.errors.HazelcastError`
    (its `outcome` says what is known about the effect) and `HazelcastSerializationError` when a
    key or value cannot be serialized; then nothing was sent.

    Get one from `HazelcastClient.get_map`.
    """

    def __init__(
        self, service_name: str, name: str, engine: AsyncioEngine, context: ProxyContext
    ) -> None:
        super().__init__(service_name, name, engine, context)
        self._requests: MapRequests[K, V] = MapRequests(
            name, context.serialization, context.partition_count
        )

    async def get(self, key: K, *, timeout: float | None = None) -> V | None:
        """Get the value of a key.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            The value, None when there is none.
        """
        return await self._engine.call(self._requests.get(key), timeout)

    async def put(
        self,
        key: K,
        value: V,
        ttl: float | None = None,
        max_idle: float | None = None,
        *,
        timeout: float | None = None,
    ) -> V | None:
        """Store a value and get the one before.

        Args:
            key: the key.
            value: the value.
            ttl: seconds until the entry expires; 0 for never, None as the map is configured.
            max_idle: seconds without use until it expires; 0 for never, None as configured.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            The value before, None when there was none.
        """
        return await self._engine.call(self._requests.put(key, value, ttl, max_idle), timeout)

    async def set(
        self,
        key: K,
        value: V,
        ttl: float | None = None,
        max_idle: float | None = None,
        *,
        timeout: float | None = None,
    ) -> None:
        """Store a value; cheaper than `put`, which fetches the one before.

        Args:
            key: the key.
            value: the value.
            ttl: seconds until the entry expires; 0 for never, None as the map is configured.
            max_idle: seconds without use until it expires; 0 for never, None as configured.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.set(key, value, ttl, max_idle), timeout)

    async def put_if_absent(
        self,
        key: K,
        value: V,
        ttl: float | None = None,
        max_idle: float | None = None,
        *,
        timeout: float | None = None,
    ) -> V | None:
        """Store a value unless the key has one.

        Args:
            key: the key.
            value: the value.
            ttl: seconds until the entry expires; 0 for never, None as the map is configured.
            max_idle: seconds without use until it expires; 0 for never, None as configured.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            The value that is there already, None when this one was stored.
        """
        request = self._requests.put_if_absent(key, value, ttl, max_idle)
        return await self._engine.call(request, timeout)

    async def put_transient(
        self,
        key: K,
        value: V,
        ttl: float | None = None,
        max_idle: float | None = None,
        *,
        timeout: float | None = None,
    ) -> None:
        """Store a value that the map store does not see.

        Args:
            key: the key.
            value: the value.
            ttl: seconds until the entry expires; 0 for never, None as the map is configured.
            max_idle: seconds without use until it expires; 0 for never, None as configured.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        request = self._requests.put_transient(key, value, ttl, max_idle)
        return await self._engine.call(request, timeout)

    async def put_all(self, map: Mapping[K, V], *, timeout: float | None = None) -> None:
        """Store many entries: one message for each partition that is touched, all at once.

        Args:
            map: the entries.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Raises:
            PartialWriteError: some were not stored; it says which keys have which outcome.
        """
        return await self._engine.run(put_all(self._requests, map), timeout)

    async def get_all(self, keys: Iterable[K], *, timeout: float | None = None) -> dict[K, V]:
        """Get the entries of many keys: one message for each partition, all at once.

        Args:
            keys: the keys.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Key to value; keys without a value are left out.
        """
        return await self._engine.run(get_all(self._requests, keys), timeout)

    async def contains_key(self, key: K, *, timeout: float | None = None) -> bool:
        """Tell whether a key has a value.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.contains_key(key), timeout)

    async def contains_value(self, value: V, *, timeout: float | None = None) -> bool:
        """Tell whether some key has this value; looks at every entry.

        Args:
            value: the value, compared by its serialized bytes.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.contains_value(value), timeout)

    async def get_entry_view(
        self, key: K, *, timeout: float | None = None
    ) -> SimpleEntryView[K, V] | None:
        """Get what the member knows about an entry: times, hits, version, cost.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            The view, None when there is no such entry.
        """
        return await self._engine.call(self._requests.get_entry_view(key), timeout)

    async def remove(self, key: K, *, timeout: float | None = None) -> V | None:
        """Remove an entry and get its value.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            The value that was removed, None when there was none.
        """
        return await self._engine.call(self._requests.remove(key), timeout)

    async def remove_if_same(self, key: K, value: V, *, timeout: float | None = None) -> bool:
        """Remove an entry if it has this value.

        Args:
            key: the key.
            value: the value, compared by its serialized bytes.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Whether it was removed.
        """
        return await self._engine.call(self._requests.remove_if_same(key, value), timeout)

    async def delete(self, key: K, *, timeout: float | None = None) -> None:
        """Remove an entry; cheaper than `remove`, which fetches its value.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.delete(key), timeout)

    async def replace(self, key: K, value: V, *, timeout: float | None = None) -> V | None:
        """Store a value if the key has one already.

        Args:
            key: the key.
            value: the new value.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            The value before, None when there was none and nothing was stored.
        """
        return await self._engine.call(self._requests.replace(key, value), timeout)

    async def replace_if_same(
        self, key: K, old_value: V, new_value: V, *, timeout: float | None = None
    ) -> bool:
        """Store a value if the key has another certain one.

        Args:
            key: the key.
            old_value: the value that it must have, compared by its serialized bytes.
            new_value: the new value.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Whether it was stored.
        """
        request = self._requests.replace_if_same(key, old_value, new_value)
        return await self._engine.call(request, timeout)

    async def try_put(
        self, key: K, value: V, timeout: float = 0, *, call_timeout: float | None = None
    ) -> bool:
        """Store a value if the key is not locked by somebody else, or gets free in time.

        Args:
            key: the key.
            value: the value.
            timeout: seconds that the member waits for the lock.
            call_timeout: seconds for the call on top of that, None for `invocation_timeout`.

        Returns:
            Whether it was stored.
        """
        return await self._engine.call(self._requests.try_put(key, value, timeout), call_timeout)

    async def try_remove(
        self, key: K, timeout: float = 0, *, call_timeout: float | None = None
    ) -> bool:
        """Remove an entry if the key is not locked by somebody else, or gets free in time.

        Args:
            key: the key.
            timeout: seconds that the member waits for the lock.
            call_timeout: seconds for the call on top of that, None for `invocation_timeout`.

        Returns:
            Whether there was an entry and it was removed.
        """
        return await self._engine.call(self._requests.try_remove(key, timeout), call_timeout)

    async def evict(self, key: K, *, timeout: float | None = None) -> bool:
        """Remove an entry from memory; a map store keeps it.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Whether it was there and not locked.
        """
        return await self._engine.call(self._requests.evict(key), timeout)

    async def evict_all(self, *, timeout: float | None = None) -> None:
        """Remove all entries from memory, but those that are locked; a map store keeps them.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.evict_all(), timeout)

    async def clear(self, *, timeout: float | None = None) -> None:
        """Remove all entries, from the map store too.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.clear(), timeout)

    async def flush(self, *, timeout: float | None = None) -> None:
        """Have the map store write what it has not written yet.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.flush(), timeout)

    async def load_all(
        self,
        keys: Iterable[K] | None = None,
        replace_existing_values: bool = True,
        *,
        timeout: float | None = None,
    ) -> None:
        """Load entries from the map store.

        Args:
            keys: which; None for all that the store knows.
            replace_existing_values: whether values in memory are replaced.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        request = self._requests.load_all(keys, replace_existing_values)
        return await self._engine.call(request, timeout)

    async def set_ttl(self, key: K, ttl: float, *, timeout: float | None = None) -> bool:
        """Change how long an entry lives, counted from now.

        Args:
            key: the key.
            ttl: seconds; 0 for ever.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Whether there is such an entry.
        """
        return await self._engine.call(self._requests.set_ttl(key, ttl), timeout)

    async def size(self, *, timeout: float | None = None) -> int:
        """Count the entries.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.size(), timeout)

    async def is_empty(self, *, timeout: float | None = None) -> bool:
        """Tell whether there is no entry.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.is_empty(), timeout)

    async def key_set(self, *, timeout: float | None = None) -> list[K]:
        """Get all keys at once; `iter_keys` gets them in pages.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.key_set(), timeout)

    async def values(self, *, timeout: float | None = None) -> list[V]:
        """Get all values at once; `iter_entries` gets them in pages.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.values(), timeout)

    async def entry_set(self, *, timeout: float | None = None) -> list[tuple[K, V]]:
        """Get all entries at once; `iter_entries` gets them in pages.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._requests.entry_set(), timeout)

    def iter_keys(self, page_size: int = 100) -> AsyncIterator[K]:
        """Iterate over all keys with one page of them in memory.

        An entry that is there all the time comes once. One that comes or goes meanwhile may be
        seen or not; while partitions migrate, one may come twice.

        Args:
            page_size: keys a round trip, 1 to 1,000,000.
        """
        return AsyncPages(
            self._engine,
            self._requests.key_page,
            self._context.partition_count,
            check_page_size(page_size),
        )

    def iter_entries(self, page_size: int = 100) -> AsyncIterator[tuple[K, V]]:
        """Iterate over all entries with one page of them in memory.

        An entry that is there all the time comes once. One that comes or goes meanwhile may be
        seen or not; while partitions migrate, one may come twice.

        Args:
            page_size: entries a round trip, 1 to 1,000,000.
        """
        return AsyncPages(
            self._engine,
            self._requests.entry_page,
            self._context.partition_count,
            check_page_size(page_size),
        )

    async def add_entry_listener(
        self,
        include_value: bool = False,
        key: K | None = None,
        *,
        added_func: EntryEventCallable | None = None,
        removed_func: EntryEventCallable | None = None,
        updated_func: EntryEventCallable | None = None,
        evicted_func: EntryEventCallable | None = None,
        evict_all_func: EntryEventCallable | None = None,
        clear_all_func: EntryEventCallable | None = None,
        merged_func: EntryEventCallable | None = None,
        expired_func: EntryEventCallable | None = None,
        loaded_func: EntryEventCallable | None = None,
    ) -> str:
        """Have functions called when entries change.

        They get an `EntryEvent`. They never run inside a reader: what they do or raise harms no
        call.

        Args:
            include_value: whether events carry values.
            key: only for this key.
            added_func: for an entry that was added.
            removed_func: for an entry that was removed.
            updated_func: for an entry that got another value.
            evicted_func: for an entry that was evicted.
            evict_all_func: when all were evicted.
            clear_all_func: when all were removed.
            merged_func: for an entry that was merged after a split.
            expired_func: for an entry whose time was over.
            loaded_func: for an entry that the map store loaded.

        Returns:
            The id to remove it by.
        """
        listener = EntryListener(
            self.name,
            self._context.serialization,
            include_value,
            key,
            {
                EntryEventType.ADDED: added_func,
                EntryEventType.REMOVED: removed_func,
                EntryEventType.UPDATED: updated_func,
                EntryEventType.EVICTED: evicted_func,
                EntryEventType.EVICT_ALL: evict_all_func,
                EntryEventType.CLEAR_ALL: clear_all_func,
                EntryEventType.MERGED: merged_func,
                EntryEventType.EXPIRED: expired_func,
                EntryEventType.LOADED: loaded_func,
            },
            self._context.is_smart,
        )
        return await self._engine.add_listener(listener.add, listener.remove, listener.handle)

    async def remove_entry_listener(self, registration_id: str) -> bool:
        """Remove a listener.

        Args:
            registration_id: what `add_entry_listener` returned.

        Returns:
            Whether it was registered.
        """
        return await self._engine.remove_listener(registration_id)

    async def destroy(self, *, timeout: float | None = None) -> bool:
        """Remove the map and all its entries from the cluster.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Whether this client had not destroyed it before.
        """
        request = self._context.destroy(self.service_name, self.name)
        return await self._engine.call(request, timeout)
