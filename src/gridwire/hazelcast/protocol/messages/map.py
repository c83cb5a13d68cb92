# SPDX-License-Identifier: Apache-2.0
"""Messages of the distributed map.

Service 0x01. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_ENTRY_LISTENER", "ADD_ENTRY_LISTENER_TO_KEY", "ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE",
    "ADD_ENTRY_LISTENER_WITH_PREDICATE", "ADD_INDEX", "ADD_INTERCEPTOR",
    "ADD_NEAR_CACHE_INVALIDATION_LISTENER", "ADD_PARTITION_LOST_LISTENER", "AGGREGATE",
    "AGGREGATE_WITH_PREDICATE", "CLEAR", "CONTAINS_KEY", "CONTAINS_VALUE", "DELETE",
    "ENTRIES_WITH_PAGING_PREDICATE", "ENTRIES_WITH_PREDICATE", "ENTRY_SET", "EVENT_JOURNAL_READ",
    "EVENT_JOURNAL_SUBSCRIBE", "EVICT", "EVICT_ALL", "EXECUTE_ON_ALL_KEYS", "EXECUTE_ON_KEY",
    "EXECUTE_ON_KEYS", "EXECUTE_WITH_PREDICATE", "FETCH_ENTRIES", "FETCH_KEYS",
    "FETCH_NEAR_CACHE_INVALIDATION_METADATA", "FETCH_WITH_QUERY", "FLUSH", "FORCE_UNLOCK", "GET",
    "GET_ALL", "GET_ENTRY_VIEW", "IS_EMPTY", "IS_LOCKED", "KEY_SET",
    "KEY_SET_WITH_PAGING_PREDICATE", "KEY_SET_WITH_PREDICATE", "LOAD_ALL", "LOAD_GIVEN_KEYS",
    "LOCK", "PROJECT", "PROJECT_WITH_PREDICATE", "PUT", "PUT_ALL", "PUT_ALL_WITH_METADATA",
    "PUT_IF_ABSENT", "PUT_IF_ABSENT_WITH_MAX_IDLE", "PUT_TRANSIENT", "PUT_TRANSIENT_WITH_MAX_IDLE",
    "PUT_WITH_MAX_IDLE", "REMOVE", "REMOVE_ALL", "REMOVE_ENTRY_LISTENER", "REMOVE_IF_SAME",
    "REMOVE_INTERCEPTOR", "REMOVE_PARTITION_LOST_LISTENER", "REPLACE", "REPLACE_ALL",
    "REPLACE_IF_SAME", "SET", "SET_TTL", "SET_WITH_MAX_IDLE", "SIZE", "SUBMIT_TO_KEY", "TRY_LOCK",
    "TRY_PUT", "TRY_REMOVE", "UNLOCK", "VALUES", "VALUES_WITH_PAGING_PREDICATE",
    "VALUES_WITH_PREDICATE",
]

_ENTRY = (
    "key:Data? value:Data? oldValue:Data? mergingValue:Data? eventType:int uuid:UUID "
    "numberOfAffectedEntries:int"
)

PUT = message("Map.Put", 0x010100, "name:String key:Data value:Data threadId:long ttl:long",
    "response:Data?", route="key")
GET = message("Map.Get", 0x010200, "name:String key:Data threadId:long", "response:Data?",
    route="key", retryable=True)
REMOVE = message("Map.Remove", 0x010300, "name:String key:Data threadId:long", "response:Data?",
    route="key")
REPLACE = message("Map.Replace", 0x010400, "name:String key:Data value:Data threadId:long",
    "response:Data?", route="key")
REPLACE_IF_SAME = message("Map.ReplaceIfSame", 0x010500,
    "name:String key:Data testValue:Data value:Data threadId:long", "response:boolean", route="key")
CONTAINS_KEY = message("Map.ContainsKey", 0x010600, "name:String key:Data threadId:long",
    "response:boolean", route="key", retryable=True)
CONTAINS_VALUE = message("Map.ContainsValue", 0x010700, "name:String value:Data",
    "response:boolean", retryable=True)
REMOVE_IF_SAME = message("Map.RemoveIfSame", 0x010800,
    "name:String key:Data value:Data threadId:long", "response:boolean", route="key")
DELETE = message("Map.Delete", 0x010900, "name:String key:Data threadId:long",
    "response:boolean@2.7", route="key")
FLUSH = message("Map.Flush", 0x010a00, "name:String")
TRY_REMOVE = message("Map.TryRemove", 0x010b00, "name:String key:Data threadId:long timeout:long",
    "response:boolean", route="key", wait="timeout")
TRY_PUT = message("Map.TryPut", 0x010c00,
    "name:String key:Data value:Data threadId:long timeout:long", "response:boolean", route="key",
    wait="timeout")
PUT_TRANSIENT = message("Map.PutTransient", 0x010d00,
    "name:String key:Data value:Data threadId:long ttl:long", route="key")
PUT_IF_ABSENT = message("Map.PutIfAbsent", 0x010e00,
    "name:String key:Data value:Data threadId:long ttl:long", "response:Data?", route="key")
SET = message("Map.Set", 0x010f00, "name:String key:Data value:Data threadId:long ttl:long",
    route="key")
LOCK = message("Map.Lock", 0x011000, "name:String key:Data threadId:long ttl:long referenceId:long",
    route="key", retryable=True, wait="connection")
TRY_LOCK = message("Map.TryLock", 0x011100,
    "name:String key:Data threadId:long lease:long timeout:long referenceId:long",
    "response:boolean", route="key", retryable=True, wait="timeout")
IS_LOCKED = message("Map.IsLocked", 0x011200, "name:String key:Data", "response:boolean",
    route="key", retryable=True)
UNLOCK = message("Map.Unlock", 0x011300, "name:String key:Data threadId:long referenceId:long",
    route="key", retryable=True)
ADD_INTERCEPTOR = message("Map.AddInterceptor", 0x011400, "name:String interceptor:Data",
    "response:String")
REMOVE_INTERCEPTOR = message("Map.RemoveInterceptor", 0x011500, "name:String id:String",
    "response:boolean")
ADD_ENTRY_LISTENER_TO_KEY_WITH_PREDICATE = message("Map.AddEntryListenerToKeyWithPredicate",
    0x011600,
    ("name:String key:Data predicate:Data includeValue:boolean listenerFlags:int "
     "localOnly:boolean"), "response:UUID", events=(event("Entry", _ENTRY),))
ADD_ENTRY_LISTENER_WITH_PREDICATE = message("Map.AddEntryListenerWithPredicate", 0x011700,
    "name:String predicate:Data includeValue:boolean listenerFlags:int localOnly:boolean",
    "response:UUID", events=(event("Entry", _ENTRY),))
ADD_ENTRY_LISTENER_TO_KEY = message("Map.AddEntryListenerToKey", 0x011800,
    "name:String key:Data includeValue:boolean listenerFlags:int localOnly:boolean",
    "response:UUID", events=(event("Entry", _ENTRY),))
ADD_ENTRY_LISTENER = message("Map.AddEntryListener", 0x011900,
    "name:String includeValue:boolean listenerFlags:int localOnly:boolean", "response:UUID",
    events=(event("Entry", _ENTRY),))
REMOVE_ENTRY_LISTENER = message("Map.RemoveEntryListener", 0x011a00,
    "name:String registrationId:UUID", "response:boolean", retryable=True)
ADD_PARTITION_LOST_LISTENER = message("Map.AddPartitionLostListener", 0x011b00,
    "name:String localOnly:boolean", "response:UUID",
    events=(event("MapPartitionLost", "partitionId:int uuid:UUID"),))
REMOVE_PARTITION_LOST_LISTENER = message("Map.RemovePartitionLostListener", 0x011c00,
    "name:String registrationId:UUID", "response:boolean", retryable=True)
GET_ENTRY_VIEW = message("Map.GetEntryView", 0x011d00, "name:String key:Data threadId:long",
    "response:SimpleEntryView? maxIdle:long", route="key", retryable=True)
EVICT = message("Map.Evict", 0x011e00, "name:String key:Data threadId:long", "response:boolean",
    route="key")
EVICT_ALL = message("Map.EvictAll", 0x011f00, "name:String")
LOAD_ALL = message("Map.LoadAll", 0x012000, "name:String replaceExistingValues:boolean")
LOAD_GIVEN_KEYS = message("Map.LoadGivenKeys", 0x012100,
    "name:String keys:List[Data] replaceExistingValues:boolean")
KEY_SET = message("Map.KeySet", 0x012200, "name:String", "response:List[Data]", retryable=True)
GET_ALL = message("Map.GetAll", 0x012300, "name:String keys:List[Data]",
    "response:EntryList[Data,Data]", route="keys")
VALUES = message("Map.Values", 0x012400, "name:String", "response:List[Data]", retryable=True)
ENTRY_SET = message("Map.EntrySet", 0x012500, "name:String", "response:EntryList[Data,Data]",
    retryable=True)
KEY_SET_WITH_PREDICATE = message("Map.KeySetWithPredicate", 0x012600, "name:String predicate:Data",
    "response:List[Data]", retryable=True)
VALUES_WITH_PREDICATE = message("Map.ValuesWithPredicate", 0x012700, "name:String predicate:Data",
    "response:List[Data]", retryable=True)
ENTRIES_WITH_PREDICATE = message("Map.EntriesWithPredicate", 0x012800, "name:String predicate:Data",
    "response:EntryList[Data,Data]", retryable=True)
ADD_INDEX = message("Map.AddIndex", 0x012900, "name:String indexConfig:IndexConfig")
SIZE = message("Map.Size", 0x012a00, "name:String", "response:int", retryable=True)
IS_EMPTY = message("Map.IsEmpty", 0x012b00, "name:String", "response:boolean", retryable=True)
PUT_ALL = message("Map.PutAll", 0x012c00,
    "name:String entries:EntryList[Data,Data] triggerMapLoader:boolean@2.1", route="keys")
CLEAR = message("Map.Clear", 0x012d00, "name:String")
EXECUTE_ON_KEY = message("Map.ExecuteOnKey", 0x012e00,
    "name:String entryProcessor:Data key:Data threadId:long", "response:Data?", route="key")
SUBMIT_TO_KEY = message("Map.SubmitToKey", 0x012f00,
    "name:String entryProcessor:Data key:Data threadId:long", "response:Data?", route="key")
EXECUTE_ON_ALL_KEYS = message("Map.ExecuteOnAllKeys", 0x013000, "name:String entryProcessor:Data",
    "response:EntryList[Data,Data]")
EXECUTE_WITH_PREDICATE = message("Map.ExecuteWithPredicate", 0x013100,
    "name:String entryProcessor:Data predicate:Data", "response:EntryList[Data,Data]")
EXECUTE_ON_KEYS = message("Map.ExecuteOnKeys", 0x013200,
    "name:String entryProcessor:Data keys:List[Data]", "response:EntryList[Data,Data]")
FORCE_UNLOCK = message("Map.ForceUnlock", 0x013300, "name:String key:Data referenceId:long",
    route="key", retryable=True)
KEY_SET_WITH_PAGING_PREDICATE = message("Map.KeySetWithPagingPredicate", 0x013400,
    "name:String predicate:PagingPredicateHolder",
    "response:List[Data] anchorDataList:AnchorDataListHolder", retryable=True)
VALUES_WITH_PAGING_PREDICATE = message("Map.ValuesWithPagingPredicate", 0x013500,
    "name:String predicate:PagingPredicateHolder",
    "response:List[Data] anchorDataList:AnchorDataListHolder", retryable=True)
ENTRIES_WITH_PAGING_PREDICATE = message("Map.EntriesWithPagingPredicate", 0x013600,
    "name:String predicate:PagingPredicateHolder",
    "response:EntryList[Data,Data] anchorDataList:AnchorDataListHolder", retryable=True)
FETCH_KEYS = message("Map.FetchKeys", 0x013700,
    "name:String iterationPointers:EntryList[int,int] batch:int",
    "iterationPointers:EntryList[int,int] keys:List[Data]", route="partition", retryable=True)
FETCH_ENTRIES = message("Map.FetchEntries", 0x013800,
    "name:String iterationPointers:EntryList[int,int] batch:int",
    "iterationPointers:EntryList[int,int] entries:EntryList[Data,Data]", route="partition",
    retryable=True)
AGGREGATE = message("Map.Aggregate", 0x013900, "name:String aggregator:Data", "response:Data?",
    retryable=True)
AGGREGATE_WITH_PREDICATE = message("Map.AggregateWithPredicate", 0x013a00,
    "name:String aggregator:Data predicate:Data", "response:Data?", retryable=True)
# Members 4.2 to 5.7 answer as to the next one.
PROJECT = message("Map.Project", 0x013b00, "name:String projection:Data", "response:List[Data?]",
    retryable=True, answered_as=0x013c01)
PROJECT_WITH_PREDICATE = message("Map.ProjectWithPredicate", 0x013c00,
    "name:String projection:Data predicate:Data", "response:List[Data?]", retryable=True)
FETCH_NEAR_CACHE_INVALIDATION_METADATA = message("Map.FetchNearCacheInvalidationMetadata", 0x013d00,
    "names:List[String] uuid:UUID",
    ("namePartitionSequenceList:EntryList[String,EntryList[int,long]] "
     "partitionUuidList:EntryList[int,UUID]"))
REMOVE_ALL = message("Map.RemoveAll", 0x013e00, "name:String predicate:Data")
ADD_NEAR_CACHE_INVALIDATION_LISTENER = message("Map.AddNearCacheInvalidationListener", 0x013f00,
    "name:String listenerFlags:int localOnly:boolean", "response:UUID",
    events=(event("IMapInvalidation",
            "key:Data? sourceUuid:UUID partitionUuid:UUID sequence:long"),
        event("IMapBatchInvalidation",
            ("keys:List[Data] sourceUuids:List[UUID] partitionUuids:List[UUID] "
             "sequences:List[long]"))))
FETCH_WITH_QUERY = message("Map.FetchWithQuery", 0x014000,
    ("name:String iterationPointers:EntryList[int,int] batch:int projection:Data "
     "predicate:Data"), "results:List[Data?] iterationPointers:EntryList[int,int]",
    route="partition", retryable=True)
EVENT_JOURNAL_SUBSCRIBE = message("Map.EventJournalSubscribe", 0x014100, "name:String",
    "oldestSequence:long newestSequence:long", route="partition", retryable=True)
# Waits until there are as many events as asked for.
EVENT_JOURNAL_READ = message("Map.EventJournalRead", 0x014200,
    ("name:String startSequence:long minSize:int maxSize:int predicate:Data? "
     "projection:Data?"), "readCount:int items:List[Data] itemSeqs:longArray? nextSeq:long",
    route="partition", retryable=True, wait="connection")
SET_TTL = message("Map.SetTtl", 0x014300, "name:String key:Data ttl:long", "response:boolean",
    route="key")
PUT_WITH_MAX_IDLE = message("Map.PutWithMaxIdle", 0x014400,
    "name:String key:Data value:Data threadId:long ttl:long maxIdle:long", "response:Data?",
    route="key")
PUT_TRANSIENT_WITH_MAX_IDLE = message("Map.PutTransientWithMaxIdle", 0x014500,
    "name:String key:Data value:Data threadId:long ttl:long maxIdle:long", "response:Data?",
    route="key")
PUT_IF_ABSENT_WITH_MAX_IDLE = message("Map.PutIfAbsentWithMaxIdle", 0x014600,
    "name:String key:Data value:Data threadId:long ttl:long maxIdle:long", "response:Data?",
    route="key")
SET_WITH_MAX_IDLE = message("Map.SetWithMaxIdle", 0x014700,
    "name:String key:Data value:Data threadId:long ttl:long maxIdle:long", "response:Data?",
    route="key")
REPLACE_ALL = message("Map.ReplaceAll", 0x014800, "name:String function:Data", route="partition",
    retryable=True, since="2.4")
PUT_ALL_WITH_METADATA = message("Map.PutAllWithMetadata", 0x014900,
    "name:String entries:List[SimpleEntryView]", route="keys", since="2.7")
