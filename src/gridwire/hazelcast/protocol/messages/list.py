# SPDX-License-Identifier: Apache-2.0
"""Messages of the distributed list.

Service 0x05. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD", "ADD_ALL", "ADD_ALL_WITH_INDEX", "ADD_LISTENER", "ADD_WITH_INDEX", "CLEAR",
    "COMPARE_AND_REMOVE_ALL", "COMPARE_AND_RETAIN_ALL", "CONTAINS", "CONTAINS_ALL", "GET",
    "GET_ALL", "INDEX_OF", "IS_EMPTY", "ITERATOR", "LAST_INDEX_OF", "LIST_ITERATOR", "REMOVE",
    "REMOVE_LISTENER", "REMOVE_WITH_INDEX", "SET", "SIZE", "SUB",
]

SIZE = message("List.Size", 0x050100, "name:String", "response:int", route="name", retryable=True)
CONTAINS = message("List.Contains", 0x050200, "name:String value:Data", "response:boolean",
    route="name", retryable=True)
CONTAINS_ALL = message("List.ContainsAll", 0x050300, "name:String values:List[Data]",
    "response:boolean", route="name", retryable=True)
ADD = message("List.Add", 0x050400, "name:String value:Data", "response:boolean", route="name")
REMOVE = message("List.Remove", 0x050500, "name:String value:Data", "response:boolean",
    route="name")
ADD_ALL = message("List.AddAll", 0x050600, "name:String valueList:List[Data]", "response:boolean",
    route="name")
COMPARE_AND_REMOVE_ALL = message("List.CompareAndRemoveAll", 0x050700,
    "name:String values:List[Data]", "response:boolean", route="name")
COMPARE_AND_RETAIN_ALL = message("List.CompareAndRetainAll", 0x050800,
    "name:String values:List[Data]", "response:boolean", route="name")
CLEAR = message("List.Clear", 0x050900, "name:String", route="name")
GET_ALL = message("List.GetAll", 0x050a00, "name:String", "response:List[Data]", route="name",
    retryable=True)
ADD_LISTENER = message("List.AddListener", 0x050b00,
    "name:String includeValue:boolean localOnly:boolean", "response:UUID", route="name",
    events=(event("Item", "item:Data? uuid:UUID eventType:int"),))
REMOVE_LISTENER = message("List.RemoveListener", 0x050c00, "name:String registrationId:UUID",
    "response:boolean", route="name", retryable=True)
IS_EMPTY = message("List.IsEmpty", 0x050d00, "name:String", "response:boolean", route="name",
    retryable=True)
ADD_ALL_WITH_INDEX = message("List.AddAllWithIndex", 0x050e00,
    "name:String index:int valueList:List[Data]", "response:boolean", route="name")
GET = message("List.Get", 0x050f00, "name:String index:int", "response:Data?", route="name",
    retryable=True)
SET = message("List.Set", 0x051000, "name:String index:int value:Data", "response:Data?",
    route="name")
ADD_WITH_INDEX = message("List.AddWithIndex", 0x051100, "name:String index:int value:Data",
    route="name")
REMOVE_WITH_INDEX = message("List.RemoveWithIndex", 0x051200, "name:String index:int",
    "response:Data?", route="name")
LAST_INDEX_OF = message("List.LastIndexOf", 0x051300, "name:String value:Data", "response:int",
    route="name", retryable=True)
INDEX_OF = message("List.IndexOf", 0x051400, "name:String value:Data", "response:int", route="name",
    retryable=True)
SUB = message("List.Sub", 0x051500, "name:String from:int to:int", "response:List[Data]",
    route="name", retryable=True)
ITERATOR = message("List.Iterator", 0x051600, "name:String", "response:List[Data]", route="name",
    retryable=True)
# Members 4.2 to 5.7 answer as to the one before.
LIST_ITERATOR = message("List.ListIterator", 0x051700, "name:String index:int",
    "response:List[Data]", route="name", retryable=True, answered_as=0x051601)
