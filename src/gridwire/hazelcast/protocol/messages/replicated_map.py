# SPDX-License-Identifier: Apache-2.0
"""Messages of the replicated map, which has a copy on every member.

Service 0x0d. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_ENTRY_LISTENER", "ADD_ENTRY_LISTENER_TO_KEY", "ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE",
    "ADD_ENTRY_LISTENER_WITH_PREDICATE", "ADD_NEAR_CACHE_ENTRY_LISTENER", "CLEAR", "CONTAINS_KEY",
    "CONTAINS_VALUE", "END_ENTRY_VIEW_ITERATION", "ENTRY_SET", "FETCH_ENTRY_VIEWS", "GET",
    "IS_EMPTY", "KEY_SET", "PUT", "PUT_ALL", "PUT_ALL_WITH_METADATA", "REMOVE",
    "REMOVE_ENTRY_LISTENER", "SIZE", "VALUES",
]

_ENTRY = (
    "key:Data? value:Data? oldValue:Data? mergingValue:Data? eventType:int uuid:UUID "
    "numberOfAffectedEntries:int"
)

PUT = message("ReplicatedMap.Put", 0x0d0100, "name:String key:Data value:Data ttl:long",
    "response:Data?", route="key")
SIZE = message("ReplicatedMap.Size", 0x0d0200, "name:String", "response:int", route="random",
    retryable=True)
IS_EMPTY = message("ReplicatedMap.IsEmpty", 0x0d0300, "name:String", "response:boolean",
    route="random", retryable=True)
CONTAINS_KEY = message("ReplicatedMap.ContainsKey", 0x0d0400, "name:String key:Data",
    "response:boolean", route="key", retryable=True)
CONTAINS_VALUE = message("ReplicatedMap.ContainsValue", 0x0d0500, "name:String value:Data",
    "response:boolean", route="random", retryable=True)
GET = message("ReplicatedMap.Get", 0x0d0600, "name:String key:Data", "response:Data?", route="key",
    retryable=True)
REMOVE = message("ReplicatedMap.Remove", 0x0d0700, "name:String key:Data", "response:Data?",
    route="key")
PUT_ALL = message("ReplicatedMap.PutAll", 0x0d0800, "name:String entries:EntryList[Data,Data]")
CLEAR = message("ReplicatedMap.Clear", 0x0d0900, "name:String")
ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE = message(
    "ReplicatedMap.AddEntryListenerToKeyWithPredicate", 0x0d0a00,
    "name:String key:Data predicate:Data localOnly:boolean", "response:UUID",
    events=(event("Entry", _ENTRY),))
ADD_ENTRY_LISTENER_WITH_PREDICATE = message("ReplicatedMap.AddEntryListenerWithPredicate", 0x0d0b00,
    "name:String predicate:Data localOnly:boolean", "response:UUID",
    events=(event("Entry", _ENTRY),))
ADD_ENTRY_LISTENER_TO_KEY = message("ReplicatedMap.AddEntryListenerToKey", 0x0d0c00,
    "name:String key:Data localOnly:boolean", "response:UUID", events=(event("Entry", _ENTRY),))
ADD_ENTRY_LISTENER = message("ReplicatedMap.AddEntryListener", 0x0d0d00,
    "name:String localOnly:boolean", "response:UUID", events=(event("Entry", _ENTRY),))
REMOVE_ENTRY_LISTENER = message("ReplicatedMap.RemoveEntryListener", 0x0d0e00,
    "name:String registrationId:UUID", "response:boolean", retryable=True)
KEY_SET = message("ReplicatedMap.KeySet", 0x0d0f00, "name:String", "response:List[Data]",
    route="random", retryable=True)
VALUES = message("ReplicatedMap.Values", 0x0d1000, "name:String", "response:List[Data]",
    route="random", retryable=True)
ENTRY_SET = message("ReplicatedMap.EntrySet", 0x0d1100, "name:String",
    "response:EntryList[Data,Data]", route="random", retryable=True)
# Members 4.2 and 5.3 answer as to AddEntryListenerWithPredicate.
ADD_NEAR_CACHE_ENTRY_LISTENER = message("ReplicatedMap.AddNearCacheEntryListener", 0x0d1200,
    "name:String includeValue:boolean localOnly:boolean", "response:UUID",
    events=(event("Entry", _ENTRY),), answered_as=0x0d0b01)
# Members 5.7 answer as to PutAll.
PUT_ALL_WITH_METADATA = message("ReplicatedMap.PutAllWithMetadata", 0x0d1300,
    "name:String entries:List[ReplicatedMapEntryViewHolder] partitionId:int", route="keys",
    since="2.7", answered_as=0x0d0801)
FETCH_ENTRY_VIEWS = message("ReplicatedMap.FetchEntryViews", 0x0d1400,
    "name:String cursorId:UUID newIteration:boolean partitionId:int batchSize:int",
    "cursorId:UUID entryViews:List[ReplicatedMapEntryViewHolder]", retryable=True, since="2.7")
END_ENTRY_VIEW_ITERATION = message("ReplicatedMap.EndEntryViewIteration", 0x0d1500,
    "name:String cursorId:UUID?", retryable=True, since="2.7")
