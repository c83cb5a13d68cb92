# SPDX-License-Identifier: Apache-2.0
"""The options of one near cache, checked and immutable."""

from __future__ import annotations

from dataclasses import dataclass

from gridwire.hazelcast._options.enums import EvictionPolicy, InMemoryFormat
from gridwire.hazelcast._options.groups import NearCacheConfig

__all__ = ["NearCacheSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCacheSettings:
    """What `NearCacheConfig` says, with None where a limit does not exist.

    Args:
        invalidate_on_change: whether the cluster is asked to tell what changes.
        share_objects: whether all readers get the same object, even if it can be changed.
        time_to_live: seconds that an entry may stay, None for ever.
        max_idle: seconds that it may stay without a read, None for ever.
        eviction_policy: who leaves a full cache.
        max_entries: entries at which it is full.
        max_bytes: counted bytes at which it is full.
        sampling_count: entries that are looked at to find one that leaves.
        pool_size: candidates that are remembered from one time to the next.
        reconcile_seconds: time between two questions about missed invalidations, None for never.
    """

    invalidate_on_change: bool = True
    share_objects: bool = False
    time_to_live: float | None = None
    max_idle: float | None = None
    eviction_policy: EvictionPolicy = EvictionPolicy.LRU
    max_entries: int = 10_000
    max_bytes: int = 256 * 1024 * 1024
    sampling_count: int = 8
    pool_size: int = 16
    reconcile_seconds: float | None = 60.0

    @classmethod
    def of(cls, config: NearCacheConfig) -> NearCacheSettings:
        """The settings that a configuration describes. A time of 0 means none, as in members."""
        return cls(
            invalidate_on_change=config.invalidate_on_change,
            share_objects=(
                config.share_objects and config.in_memory_format is InMemoryFormat.OBJECT
            ),
            time_to_live=config.time_to_live or None,
            max_idle=config.max_idle or None,
            eviction_policy=config.eviction_policy,
            max_entries=config.eviction_max_size,
            max_bytes=config.max_bytes,
            sampling_count=min(config.eviction_sampling_count, config.eviction_max_size),
            pool_size=min(config.eviction_sampling_pool_size, config.eviction_max_size),
            reconcile_seconds=config.reconcile_interval or None,
        )
