# SPDX-License-Identifier: Apache-2.0
"""The near cache of one map: what it holds, what it may hold, and how it finds out what is stale.

Pure: bytes, time and chance come in as arguments. How an entry gets in and out::

    reserve(key) -> the read is sent -> its reply is here -> keep(reservation, ...)
                    an invalidation that comes in between ends the reservation

`cache` is the machine, `tracks` knows what was heard of each partition, `own_writes` which
invalidations tell nothing new, `eviction` who leaves a full cache, and `values` what may be shared.
"""

from __future__ import annotations

from gridwire.hazelcast.cluster.near_cache.cache import MISS, NearCache, Reservation
from gridwire.hazelcast.cluster.near_cache.records import RECORD_BYTES
from gridwire.hazelcast.cluster.near_cache.settings import NearCacheSettings

__all__ = ["MISS", "RECORD_BYTES", "NearCache", "NearCacheSettings", "Reservation"]
