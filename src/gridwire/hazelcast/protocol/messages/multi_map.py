# SPDX-License-Identifier: Apache-2.0
"""Messages of the multi-map, which has several values for a key.

Service 0x02. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_ENTRY_LISTENER", "ADD_ENTRY_LISTENER_TO_KEY", "CLEAR", "CONTAINS_ENTRY", "CONTAINS_KEY",
    "CONTAINS_VALUE", "DELETE", "ENTRY_SET", "FORCE_UNLOCK", "GET", "IS_LOCKED", "KEY_SET", "LOCK",
    "PUT", "PUT_ALL", "REMOVE", "REMOVE_ENTRY", "REMOVE_ENTRY_LISTENER", "SIZE", "TRY_LOCK",
    "UNLOCK", "VALUES", "VALUE_COUNT",
]

_ENTRY = (
    "key:Data? value:Data? oldValue:Data? mergingValue:Data? eventType:int uuid:UUID "
    "numberOfAffectedEntries:int"
)

PUT = message("MultiMap.Put", 0x020100, "name:String key:Data value:Data threadId:long",
    "response:boolean", route="key")
GET = message("MultiMap.Get", 0x020200, "name:String key:Data threadId:long", "response:List[Data]",
    route="key", retryable=True)
REMOVE = message("MultiMap.Remove", 0x020300, "name:String key:Data threadId:long",
    "response:List[Data]", route="key")
KEY_SET = message("MultiMap.KeySet", 0x020400, "name:String", "response:List[Data]", retryable=True)
VALUES = message("MultiMap.Values", 0x020500, "name:String", "response:List[Data]", retryable=True)
ENTRY_SET = message("MultiMap.EntrySet", 0x020600, "name:String", "response:EntryList[Data,Data]",
    retryable=True)
CONTAINS_KEY = message("MultiMap.ContainsKey", 0x020700, "name:String key:Data threadId:long",
    "response:boolean", route="key", retryable=True)
CONTAINS_VALUE = message("MultiMap.ContainsValue", 0x020800, "name:String value:Data",
    "response:boolean", retryable=True)
CONTAINS_ENTRY = message("MultiMap.ContainsEntry", 0x020900,
    "name:String key:Data value:Data threadId:long", "response:boolean", route="key",
    retryable=True)
SIZE = message("MultiMap.Size", 0x020a00, "name:String", "response:int", retryable=True)
CLEAR = message("MultiMap.Clear", 0x020b00, "name:String")
VALUE_COUNT = message("MultiMap.ValueCount", 0x020c00, "name:String key:Data threadId:long",
    "response:int", retryable=True)
ADD_ENTRY_LISTENER_TO_KEY = message("MultiMap.AddEntryListenerToKey", 0x020d00,
    "name:String key:Data includeValue:boolean localOnly:boolean", "response:UUID",
    events=(event("Entry", _ENTRY),))
ADD_ENTRY_LISTENER = message("MultiMap.AddEntryListener", 0x020e00,
    "name:String includeValue:boolean localOnly:boolean", "response:UUID",
    events=(event("Entry", _ENTRY),))
REMOVE_ENTRY_LISTENER = message("MultiMap.RemoveEntryListener", 0x020f00,
    "name:String registrationId:UUID", "response:boolean", retryable=True)
LOCK = message("MultiMap.Lock", 0x021000,
    "name:String key:Data threadId:long ttl:long referenceId:long", route="key", retryable=True,
    wait="connection")
TRY_LOCK = message("MultiMap.TryLock", 0x021100,
    "name:String key:Data threadId:long lease:long timeout:long referenceId:long",
    "response:boolean", route="key", retryable=True, wait="timeout")
IS_LOCKED = message("MultiMap.IsLocked", 0x021200, "name:String key:Data", "response:boolean",
    route="key", retryable=True)
UNLOCK = message("MultiMap.Unlock", 0x021300, "name:String key:Data threadId:long referenceId:long",
    route="key", retryable=True)
FORCE_UNLOCK = message("MultiMap.ForceUnlock", 0x021400, "name:String key:Data referenceId:long",
    route="key", retryable=True)
REMOVE_ENTRY = message("MultiMap.RemoveEntry", 0x021500,
    "name:String key:Data value:Data threadId:long", "response:boolean", route="key")
DELETE = message("MultiMap.Delete", 0x021600, "name:String key:Data threadId:long", route="key")
PUT_ALL = message("MultiMap.PutAll", 0x021700, "name:String entries:EntryList[Data,List[Data]]",
    route="keys", since="2.1")
