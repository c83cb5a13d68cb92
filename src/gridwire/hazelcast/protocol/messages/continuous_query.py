# SPDX-License-Identifier: Apache-2.0
"""Messages of query caches, which keep the result of a query up to date.

Service 0x16. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_LISTENER", "DESTROY_CACHE", "MADE_PUBLISHABLE", "PUBLISHER_CREATE",
    "PUBLISHER_CREATE_WITH_VALUE", "SET_READ_CURSOR",
]

PUBLISHER_CREATE_WITH_VALUE = message("ContinuousQuery.PublisherCreateWithValue", 0x160100,
    ("mapName:String cacheName:String predicate:Data batchSize:int bufferSize:int "
     "delaySeconds:long populate:boolean coalesce:boolean"), "response:EntryList[Data,Data]",
    retryable=True)
PUBLISHER_CREATE = message("ContinuousQuery.PublisherCreate", 0x160200,
    ("mapName:String cacheName:String predicate:Data batchSize:int bufferSize:int "
     "delaySeconds:long populate:boolean coalesce:boolean"), "response:List[Data]", retryable=True)
MADE_PUBLISHABLE = message("ContinuousQuery.MadePublishable", 0x160300,
    "mapName:String cacheName:String", "response:boolean", retryable=True)
ADD_LISTENER = message("ContinuousQuery.AddListener", 0x160400,
    "listenerName:String localOnly:boolean", "response:UUID",
    events=(event("QueryCacheSingle", "data:QueryCacheEventData"),
        event("QueryCacheBatch",
            "events:List[QueryCacheEventData] source:String partitionId:int")))
SET_READ_CURSOR = message("ContinuousQuery.SetReadCursor", 0x160500,
    "mapName:String cacheName:String sequence:long", "response:boolean", route="sequence")
DESTROY_CACHE = message("ContinuousQuery.DestroyCache", 0x160600, "mapName:String cacheName:String",
    "response:boolean")
