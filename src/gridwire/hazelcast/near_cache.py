# SPDX-License-Identifier: Apache-2.0
"""What a program sees of the near cache of a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridwire.hazelcast.cluster.near_cache import NearCache as Cache

__all__ = ["NearCache"]


class NearCache:
    """The counters of the near cache of a map; from `near_cache` of the map.

    Args:
        name: of the map.
        cache: the cache itself.

    Attributes:
        name: as given.
    """

    __slots__ = ("_cache", "name")

    def __init__(self, name: str, cache: Cache) -> None:
        self.name = name
        self._cache = cache

    def get_statistics(self) -> dict[str, float]:
        """Return the counters, as the official client names them.

        Returns:
            ``creation_time``: seconds since 1970; ``hits`` and ``misses``: keys that were read
            from the cache, and that were not there; ``evictions``: entries that left because it
            was full; ``expirations``: because of their age, or because nobody read them;
            ``invalidations``: because they changed, or might have; ``invalidation_requests``: how
            often entries were to leave for that reason; ``owned_entry_count``;
            ``owned_entry_memory_cost``: counted bytes, see the option `max_bytes`.
        """
        cache = self._cache
        return {
            "creation_time": cache.created,
            "evictions": cache.evictions,
            "expirations": cache.expirations,
            "misses": cache.misses,
            "hits": cache.hits,
            "invalidations": cache.invalidations,
            "invalidation_requests": cache.requests,
            "owned_entry_count": len(cache),
            "owned_entry_memory_cost": cache.cost,
        }

    def clear(self) -> None:
        """Drop everything; what is read next comes from the members."""
        self._cache.clear()

    def __len__(self) -> int:
        return len(self._cache)

    def __repr__(self) -> str:
        return f"NearCache(name={self.name!r}, len={len(self)})"
