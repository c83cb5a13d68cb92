# SPDX-License-Identifier: Apache-2.0
"""The distributed map, for asyncio.

This text is the source of the threaded faces too: `gridwire.hazelcast.proxy.map` is generated
from it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Generic, TypeVar

from gridwire.hazelcast.aggregator import Aggregator
from gridwire.hazelcast.cluster.listeners import Listener
from gridwire.hazelcast.config import BitmapIndexOptions, IndexType
from gridwire.hazelcast.control.asyncio_engine import AsyncioEngine
from gridwire.hazelcast.core import SimpleEntryView
from gridwire.hazelcast.operations.arguments import not_none
from gridwire.hazelcast.operations.arguments import page_size as check_page_size
from gridwire.hazelcast.operations.map import MapRequests
from gridwire.hazelcast.operations.map_bulk import get_all, put_all
from gridwire.hazelcast.operations.map_listeners import EntryListener, GapCallable
from gridwire.hazelcast.operations.map_locks import MapLocks
from gridwire.hazelcast.operations.map_processors import (
    MapProcessors,
    execute_on_keys,
    replace_all,
)
from gridwire.hazelcast.operations.map_queries import MapQueries
from gridwire.hazelcast.predicate import Predicate
from gridwire.hazelcast.projection import Projection
from gridwire.hazelcast.proxy.base import EntryEventCallable, EntryEventType, Proxy
from gridwire.hazelcast.proxy.context import ProxyContext
from gridwire.hazelcast.proxy.lock_context import AsyncLockContext
from gridwire.hazelcast.proxy.pages import AsyncPages

__all__ = ["Map"]

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")


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
            name, context.serialization, context.partition_count, context.owners
        )
        self._queries: MapQueries[K, V] = MapQueries(
            name, context.serialization, context.partition_count
        )
        self._locks: MapLocks[K, V] = MapLocks(
            name, context.serialization, context.partition_count, context.owners
        )
        self._processors: MapProcessors[K, V] = MapProcessors(
            name, context.serialization, context.partition_count, context.owners
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

    async def key_set(
        self, predicate: Predicate | None = None, *, timeout: float | None = None
    ) -> list[K]:
        """Get all keys, or those of the entries that match, at once; `iter_keys` gets pages.

        Args:
            predicate: what to match, see `gridwire.hazelcast.predicate`; None for all. A paging
                predicate gets one page, sorted.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._queries.key_set(predicate), timeout)

    async def values(
        self, predicate: Predicate | None = None, *, timeout: float | None = None
    ) -> list[V]:
        """Get all values, or those that match, at once; `iter_entries` gets pages.

        Args:
            predicate: what to match, see `gridwire.hazelcast.predicate`; None for all. A paging
                predicate gets one page, sorted.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._queries.values(predicate), timeout)

    async def entry_set(
        self, predicate: Predicate | None = None, *, timeout: float | None = None
    ) -> list[tuple[K, V]]:
        """Get all entries, or those that match, at once; `iter_entries` gets pages.

        Args:
            predicate: what to match, see `gridwire.hazelcast.predicate`; None for all. A paging
                predicate gets one page, sorted.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._queries.entry_set(predicate), timeout)

    async def aggregate(
        self,
        aggregator: Aggregator[R],
        predicate: Predicate | None = None,
        *,
        timeout: float | None = None,
    ) -> R:
        """Get one value out of many entries; members compute it.

        Args:
            aggregator: how, see `gridwire.hazelcast.aggregator`.
            predicate: which entries, see `gridwire.hazelcast.predicate`; None for all.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Raises:
            PagingNotSupportedError: `predicate` is a paging predicate.
        """
        return await self._engine.call(self._queries.aggregate(aggregator, predicate), timeout)

    async def project(
        self,
        projection: Projection[R],
        predicate: Predicate | None = None,
        *,
        timeout: float | None = None,
    ) -> list[R]:
        """Get a part of each entry, so that the rest does not travel.

        Args:
            projection: which part, see `gridwire.hazelcast.projection`.
            predicate: which entries, see `gridwire.hazelcast.predicate`; None for all.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Raises:
            PagingNotSupportedError: `predicate` is a paging predicate.
        """
        return await self._engine.call(self._queries.project(projection, predicate), timeout)

    async def remove_all(self, predicate: Predicate, *, timeout: float | None = None) -> None:
        """Remove the entries that match.

        Args:
            predicate: what to match, see `gridwire.hazelcast.predicate`.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Raises:
            PagingNotSupportedError: `predicate` is a paging predicate.
        """
        return await self._engine.call(self._queries.remove_all(predicate), timeout)

    async def add_index(
        self,
        attributes: list[str] | None = None,
        index_type: IndexType | int | str = IndexType.SORTED,
        name: str | None = None,
        bitmap_index_options: BitmapIndexOptions | dict[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> None:
        """Have members keep an index, so that queries by these attributes need not read everything.

        It is best added before the entries. An index of the same name is left as it is.

        Args:
            attributes: paths of the attributes, see `gridwire.hazelcast.predicate`; one to 255.
            index_type: what it is for: ``SORTED`` for ranges too, ``HASH`` for equality,
                ``BITMAP`` for one attribute with few different values.
            name: of the index, None for one that is made of the map, the type and the attributes.
            bitmap_index_options: for ``BITMAP``: ``unique_key`` and ``unique_key_transformation``.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Raises:
            ValueError: an attribute is empty, ends with a dot or is there twice, or there are too
                many or none.
            TypeError: an argument has the wrong type.
        """
        request = self._queries.add_index(attributes, index_type, name, bitmap_index_options)
        return await self._engine.call(request, timeout)

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
        predicate: Predicate | None = None,
        added_func: EntryEventCallable | None = None,
        removed_func: EntryEventCallable | None = None,
        updated_func: EntryEventCallable | None = None,
        evicted_func: EntryEventCallable | None = None,
        evict_all_func: EntryEventCallable | None = None,
        clear_all_func: EntryEventCallable | None = None,
        merged_func: EntryEventCallable | None = None,
        expired_func: EntryEventCallable | None = None,
        loaded_func: EntryEventCallable | None = None,
        gap_func: GapCallable | None = None,
    ) -> str:
        """Have functions called when entries change.

        They get an `EntryEvent`. They never run inside a reader: what they do or raise harms no
        call. Events about the whole map are told whatever key or predicate is given.

        Args:
            include_value: whether events carry values.
            key: only for this key.
            predicate: only for entries that it chooses, by their new values, or by the old one
                when an entry goes.
            added_func: for an entry that was added.
            removed_func: for an entry that was removed.
            updated_func: for an entry that got another value.
            evicted_func: for an entry that was evicted.
            evict_all_func: when all were evicted.
            clear_all_func: when all were removed.
            merged_func: for an entry that was merged after a split.
            expired_func: for an entry whose time was over.
            loaded_func: for an entry that the map store loaded.
            gap_func: gets a `Gap` when events may have been missed: a connection was lost and
                made again, a member came or left, the cluster was restarted.

        Returns:
            The id to remove it by.

        Raises:
            ValueError: no function was given.
        """
        listener = EntryListener(
            self.name,
            self._context.serialization,
            include_value,
            key,
            predicate,
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
            gap_func,
        )
        add, remove, handle = listener.add, listener.remove, listener.handle
        return await self._engine.add_listener(
            Listener(add, remove, handle, self.name, gap_func, listener.read)
        )

    async def remove_entry_listener(self, registration_id: str) -> bool:
        """Remove a listener.

        Args:
            registration_id: what `add_entry_listener` returned.

        Returns:
            Whether it was registered.
        """
        return await self._engine.remove_listener(not_none("registration_id", registration_id))

    async def lock(
        self, key: K, lease_time: float | None = None, *, timeout: float | None = None
    ) -> None:
        """Lock a key, waiting for it as long as it takes.

        The lock belongs to the task or thread that calls, and only that one can give it back. It
        may lock again, and then has to unlock as often. Others' reads go on; what they write to the
        key waits. The entry need not be there. A lock that is got when the caller was cancelled
        meanwhile, or its time is over, is given back.

        On asyncio, `asyncio.wait_for` of Python 3.11 and `asyncio.create_task` run what they are
        given in a task of its own, to which the lock would belong: use `timeout` or
        `asyncio.timeout`.

        Args:
            key: the key.
            lease_time: seconds until the lock is free by itself, None for never. Members round it
                up to whole seconds; 0 gives a lock that is over at once.
            timeout: seconds for the whole call, None for as long as it takes.

        Raises:
            OperationTimeoutError: the time was over.
        """
        return await self._engine.acquire(self._locks.lock(key, lease_time), timeout)

    async def try_lock(
        self,
        key: K,
        lease_time: float | None = None,
        timeout: float | None = 0,
        *,
        call_timeout: float | None = None,
    ) -> bool:
        """Lock a key if it is free, or gets free in time; see `lock`.

        Args:
            key: the key.
            lease_time: seconds until the lock is free by itself, None for never. Members round it
                up to whole seconds; 0 gives a lock that is over at once.
            timeout: seconds that the member waits for the lock, None for as long as it takes.
            call_timeout: seconds for the call on top of that, None for `invocation_timeout`.

        Returns:
            Whether the caller has the lock.
        """
        request = self._locks.try_lock(key, lease_time, timeout)
        return await self._engine.acquire(request, call_timeout)

    async def unlock(self, key: K, *, timeout: float | None = None) -> None:
        """Give a lock back; the key is free when that was done as often as it was locked.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Raises:
            IllegalMonitorStateError: the calling task or thread does not have the lock.
        """
        return await self._engine.call(self._locks.unlock(key), timeout)

    async def force_unlock(self, key: K, *, timeout: float | None = None) -> None:
        """Free a key, whoever locked it and however often.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._locks.force_unlock(key), timeout)

    async def is_locked(self, key: K, *, timeout: float | None = None) -> bool:
        """Tell whether anybody has the lock of a key.

        Args:
            key: the key.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        return await self._engine.call(self._locks.is_locked(key), timeout)

    def lock_context(
        self, key: K, lease_time: float | None = None, *, timeout: float | None = None
    ) -> AsyncLockContext:
        """Hold the lock of a key for the length of a ``with`` block; see `lock`.

        It is given back in the name of who got it, also when giving it back is cancelled or has to
        wait for a connection. When the lease was over before the end of the block, leaving it
        raises `IllegalMonitorStateError`; an error of the block itself has a note about that
        instead.

        Args:
            key: the key.
            lease_time: seconds until the lock is free by itself, None for never. Members round it
                up to whole seconds; 0 gives a lock that is over at once.
            timeout: seconds to wait for the lock, None for as long as it takes.

        Returns:
            A context manager; on asyncio one for the asynchronous ``with``.
        """
        return AsyncLockContext(self._engine, lambda: self._locks.lock(key, lease_time), timeout)

    async def execute_on_key(
        self, key: K, entry_processor: Any, *, timeout: float | None = None
    ) -> Any:
        """Have the owner of a key run an entry processor on its entry.

        The processor's class lives on the members (``com.hazelcast.map.EntryProcessor``); what is
        given here is an object that they read as one, an `IdentifiedDataSerializable` with the same
        ids for example. While it runs, nothing else changes the entry.

        Args:
            key: the key; there need not be a value.
            entry_processor: the processor.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            What its ``process`` returns.
        """
        request = self._processors.execute_on_key(key, entry_processor)
        return await self._engine.call(request, timeout)

    async def execute_on_keys(
        self, keys: Iterable[K], entry_processor: Any, *, timeout: float | None = None
    ) -> list[tuple[K, Any]]:
        """Have the owners of some keys run an entry processor; see `execute_on_key`.

        Args:
            keys: the keys.
            entry_processor: the processor.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Keys with what ``process`` returned, without those for which it returned null.
        """
        request = self._processors.execute_on_keys(keys, entry_processor)
        return await self._engine.run(execute_on_keys(request), timeout)

    async def execute_on_entries(
        self,
        entry_processor: Any,
        predicate: Predicate | None = None,
        *,
        timeout: float | None = None,
    ) -> list[tuple[K, Any]]:
        """Have all members run an entry processor on their entries; see `execute_on_key`.

        Args:
            entry_processor: the processor.
            predicate: which entries, None for all.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Keys with what ``process`` returned, without those for which it returned null.
        """
        request = self._processors.execute_on_entries(entry_processor, predicate)
        return await self._engine.call(request, timeout)

    async def replace_all(self, function: Any, *, timeout: float | None = None) -> None:
        """Replace every value by what a function on the members gives; they must be 5.1 or later.

        One message goes to each partition. A partition whose answer is lost is not asked again,
        since the function might be applied twice.

        Args:
            function: what members read as a ``java.util.function.BiFunction`` of key and value, an
                `IdentifiedDataSerializable` with the same ids for example.
            timeout: seconds for the whole call, None for `invocation_timeout`.
        """
        requests = self._processors.replace_all_in(function)
        return await self._engine.run(replace_all(requests), timeout)

    async def add_interceptor(self, interceptor: Any, *, timeout: float | None = None) -> str:
        """Have an interceptor on all members look at what this map does.

        Its class lives on the members (``com.hazelcast.map.MapInterceptor``); what is given here is
        an object that they read as one.

        Args:
            interceptor: the interceptor.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            The id to remove it by.
        """
        return await self._engine.call(self._processors.add_interceptor(interceptor), timeout)

    async def remove_interceptor(
        self, registration_id: str, *, timeout: float | None = None
    ) -> bool:
        """Remove an interceptor.

        Args:
            registration_id: what `add_interceptor` returned.
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Whether it was there.
        """
        request = self._processors.remove_interceptor(registration_id)
        return await self._engine.call(request, timeout)

    async def destroy(self, *, timeout: float | None = None) -> bool:
        """Remove the map and all its entries from the cluster.

        Args:
            timeout: seconds for the whole call, None for `invocation_timeout`.

        Returns:
            Whether this client had not destroyed it before.
        """
        request = self._context.destroy(self.service_name, self.name)
        return await self._engine.call(request, timeout)
