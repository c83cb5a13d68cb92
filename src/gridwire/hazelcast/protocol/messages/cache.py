# SPDX-License-Identifier: Apache-2.0
"""Messages of JCache.

Service 0x13. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_ENTRY_LISTENER", "ADD_NEAR_CACHE_INVALIDATION_LISTENER", "ADD_PARTITION_LOST_LISTENER",
    "CLEAR", "CONTAINS_KEY", "CREATE_CONFIG", "DESTROY", "ENTRY_PROCESSOR", "EVENT_JOURNAL_READ",
    "EVENT_JOURNAL_SUBSCRIBE", "FETCH_NEAR_CACHE_INVALIDATION_METADATA", "GET", "GET_ALL",
    "GET_AND_REMOVE", "GET_AND_REPLACE", "GET_CONFIG", "ITERATE", "ITERATE_ENTRIES",
    "LISTENER_REGISTRATION", "LOAD_ALL", "MANAGEMENT_CONFIG", "PUT", "PUT_ALL", "PUT_IF_ABSENT",
    "REMOVE", "REMOVE_ALL", "REMOVE_ALL_KEYS", "REMOVE_ENTRY_LISTENER",
    "REMOVE_INVALIDATION_LISTENER", "REMOVE_PARTITION_LOST_LISTENER", "REPLACE",
    "SET_EXPIRY_POLICY", "SIZE",
]

ADD_ENTRY_LISTENER = message("Cache.AddEntryListener", 0x130100, "name:String localOnly:boolean",
    "response:UUID",
    events=(event("Cache", "type:int keys:List[CacheEventData] completionId:int"),))
CLEAR = message("Cache.Clear", 0x130200, "name:String")
REMOVE_ALL_KEYS = message("Cache.RemoveAllKeys", 0x130300,
    "name:String keys:List[Data] completionId:int")
REMOVE_ALL = message("Cache.RemoveAll", 0x130400, "name:String completionId:int")
CONTAINS_KEY = message("Cache.ContainsKey", 0x130500, "name:String key:Data", "response:boolean",
    route="key", retryable=True)
CREATE_CONFIG = message("Cache.CreateConfig", 0x130600,
    "cacheConfig:CacheConfigHolder createAlsoOnOthers:boolean", "response:CacheConfigHolder?",
    route="name", retryable=True)
DESTROY = message("Cache.Destroy", 0x130700, "name:String", route="name")
ENTRY_PROCESSOR = message("Cache.EntryProcessor", 0x130800,
    "name:String key:Data entryProcessor:Data arguments:List[Data] completionId:int",
    "response:Data?", route="key")
GET_ALL = message("Cache.GetAll", 0x130900, "name:String keys:List[Data] expiryPolicy:Data?",
    "response:EntryList[Data,Data]")
GET_AND_REMOVE = message("Cache.GetAndRemove", 0x130a00, "name:String key:Data completionId:int",
    "response:Data?", route="key")
GET_AND_REPLACE = message("Cache.GetAndReplace", 0x130b00,
    "name:String key:Data value:Data expiryPolicy:Data? completionId:int", "response:Data?",
    route="key")
GET_CONFIG = message("Cache.GetConfig", 0x130c00, "name:String simpleName:String",
    "response:CacheConfigHolder?", route="name", retryable=True)
GET = message("Cache.Get", 0x130d00, "name:String key:Data expiryPolicy:Data?", "response:Data?",
    route="key", retryable=True)
ITERATE = message("Cache.Iterate", 0x130e00,
    "name:String iterationPointers:EntryList[int,int] batch:int",
    "iterationPointers:EntryList[int,int] keys:List[Data]", route="partition")
LISTENER_REGISTRATION = message("Cache.ListenerRegistration", 0x130f00,
    "name:String listenerConfig:Data shouldRegister:boolean uuid:UUID")
LOAD_ALL = message("Cache.LoadAll", 0x131000,
    "name:String keys:List[Data] replaceExistingValues:boolean")
MANAGEMENT_CONFIG = message("Cache.ManagementConfig", 0x131100,
    "name:String isStat:boolean enabled:boolean uuid:UUID", retryable=True)
PUT_IF_ABSENT = message("Cache.PutIfAbsent", 0x131200,
    "name:String key:Data value:Data expiryPolicy:Data? completionId:int", "response:boolean",
    route="key")
PUT = message("Cache.Put", 0x131300,
    "name:String key:Data value:Data expiryPolicy:Data? get:boolean completionId:int",
    "response:Data?", route="key")
REMOVE_ENTRY_LISTENER = message("Cache.RemoveEntryListener", 0x131400,
    "name:String registrationId:UUID", "response:boolean", retryable=True)
REMOVE_INVALIDATION_LISTENER = message("Cache.RemoveInvalidationListener", 0x131500,
    "name:String registrationId:UUID", "response:boolean", retryable=True)
REMOVE = message("Cache.Remove", 0x131600,
    "name:String key:Data currentValue:Data? completionId:int", "response:boolean", route="key")
REPLACE = message("Cache.Replace", 0x131700,
    ("name:String key:Data oldValue:Data? newValue:Data expiryPolicy:Data? "
     "completionId:int"), "response:Data?", route="key")
SIZE = message("Cache.Size", 0x131800, "name:String", "response:int", retryable=True)
ADD_PARTITION_LOST_LISTENER = message("Cache.AddPartitionLostListener", 0x131900,
    "name:String localOnly:boolean", "response:UUID",
    events=(event("CachePartitionLost", "partitionId:int uuid:UUID"),))
REMOVE_PARTITION_LOST_LISTENER = message("Cache.RemovePartitionLostListener", 0x131a00,
    "name:String registrationId:UUID", "response:boolean", retryable=True)
PUT_ALL = message("Cache.PutAll", 0x131b00,
    "name:String entries:EntryList[Data,Data] expiryPolicy:Data? completionId:int")
ITERATE_ENTRIES = message("Cache.IterateEntries", 0x131c00,
    "name:String iterationPointers:EntryList[int,int] batch:int",
    "iterationPointers:EntryList[int,int] entries:EntryList[Data,Data]", route="partition",
    retryable=True)
ADD_NEAR_CACHE_INVALIDATION_LISTENER = message("Cache.AddNearCacheInvalidationListener", 0x131d00,
    "name:String localOnly:boolean", "response:UUID",
    events=(event("CacheInvalidation",
            "name:String key:Data? sourceUuid:UUID? partitionUuid:UUID sequence:long"),
        event("CacheBatchInvalidation",
            ("name:String keys:List[Data] sourceUuids:List[UUID] partitionUuids:List[UUID] "
             "sequences:List[long]"))))
FETCH_NEAR_CACHE_INVALIDATION_METADATA = message("Cache.FetchNearCacheInvalidationMetadata",
    0x131e00, "names:List[String] uuid:UUID",
    ("namePartitionSequenceList:EntryList[String,EntryList[int,long]] "
     "partitionUuidList:EntryList[int,UUID]"))
EVENT_JOURNAL_SUBSCRIBE = message("Cache.EventJournalSubscribe", 0x131f00, "name:String",
    "oldestSequence:long newestSequence:long", route="partition", retryable=True)
# Waits until there are as many events as asked for.
EVENT_JOURNAL_READ = message("Cache.EventJournalRead", 0x132000,
    ("name:String startSequence:long minSize:int maxSize:int predicate:Data? "
     "projection:Data?"), "readCount:int items:List[Data] itemSeqs:longArray? nextSeq:long",
    route="partition", retryable=True, wait="connection")
SET_EXPIRY_POLICY = message("Cache.SetExpiryPolicy", 0x132100,
    "name:String keys:List[Data] expiryPolicy:Data", "response:boolean")
