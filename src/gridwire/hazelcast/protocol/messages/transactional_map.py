# SPDX-License-Identifier: Apache-2.0
"""Messages of the map inside a transaction.

Service 0x0e. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "CONTAINS_KEY", "CONTAINS_VALUE", "DELETE", "GET", "GET_FOR_UPDATE", "IS_EMPTY", "KEY_SET",
    "KEY_SET_WITH_PREDICATE", "PUT", "PUT_IF_ABSENT", "REMOVE", "REMOVE_IF_SAME", "REPLACE",
    "REPLACE_IF_SAME", "SET", "SIZE", "VALUES", "VALUES_WITH_PREDICATE",
]

CONTAINS_KEY = message("TransactionalMap.ContainsKey", 0x0e0100,
    "name:String txnId:UUID threadId:long key:Data", "response:boolean")
GET = message("TransactionalMap.Get", 0x0e0200, "name:String txnId:UUID threadId:long key:Data",
    "response:Data?")
GET_FOR_UPDATE = message("TransactionalMap.GetForUpdate", 0x0e0300,
    "name:String txnId:UUID threadId:long key:Data", "response:Data?")
SIZE = message("TransactionalMap.Size", 0x0e0400, "name:String txnId:UUID threadId:long",
    "response:int")
IS_EMPTY = message("TransactionalMap.IsEmpty", 0x0e0500, "name:String txnId:UUID threadId:long",
    "response:boolean")
PUT = message("TransactionalMap.Put", 0x0e0600,
    "name:String txnId:UUID threadId:long key:Data value:Data ttl:long", "response:Data?")
SET = message("TransactionalMap.Set", 0x0e0700,
    "name:String txnId:UUID threadId:long key:Data value:Data")
PUT_IF_ABSENT = message("TransactionalMap.PutIfAbsent", 0x0e0800,
    "name:String txnId:UUID threadId:long key:Data value:Data", "response:Data?")
REPLACE = message("TransactionalMap.Replace", 0x0e0900,
    "name:String txnId:UUID threadId:long key:Data value:Data", "response:Data?")
REPLACE_IF_SAME = message("TransactionalMap.ReplaceIfSame", 0x0e0a00,
    "name:String txnId:UUID threadId:long key:Data oldValue:Data newValue:Data", "response:boolean")
REMOVE = message("TransactionalMap.Remove", 0x0e0b00,
    "name:String txnId:UUID threadId:long key:Data", "response:Data?")
DELETE = message("TransactionalMap.Delete", 0x0e0c00,
    "name:String txnId:UUID threadId:long key:Data")
REMOVE_IF_SAME = message("TransactionalMap.RemoveIfSame", 0x0e0d00,
    "name:String txnId:UUID threadId:long key:Data value:Data", "response:boolean")
KEY_SET = message("TransactionalMap.KeySet", 0x0e0e00, "name:String txnId:UUID threadId:long",
    "response:List[Data]")
KEY_SET_WITH_PREDICATE = message("TransactionalMap.KeySetWithPredicate", 0x0e0f00,
    "name:String txnId:UUID threadId:long predicate:Data", "response:List[Data]")
VALUES = message("TransactionalMap.Values", 0x0e1000, "name:String txnId:UUID threadId:long",
    "response:List[Data]")
VALUES_WITH_PREDICATE = message("TransactionalMap.ValuesWithPredicate", 0x0e1100,
    "name:String txnId:UUID threadId:long predicate:Data", "response:List[Data]")
CONTAINS_VALUE = message("TransactionalMap.ContainsValue", 0x0e1200,
    "name:String txnId:UUID threadId:long value:Data", "response:boolean")
