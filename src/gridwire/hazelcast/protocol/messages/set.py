# SPDX-License-Identifier: Apache-2.0
"""Messages of the distributed set.

Service 0x06. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD", "ADD_ALL", "ADD_LISTENER", "CLEAR", "COMPARE_AND_REMOVE_ALL", "COMPARE_AND_RETAIN_ALL",
    "CONTAINS", "CONTAINS_ALL", "GET_ALL", "IS_EMPTY", "REMOVE", "REMOVE_LISTENER", "SIZE",
]

SIZE = message("Set.Size", 0x060100, "name:String", "response:int", route="name")
CONTAINS = message("Set.Contains", 0x060200, "name:String value:Data", "response:boolean",
    route="name")
CONTAINS_ALL = message("Set.ContainsAll", 0x060300, "name:String items:List[Data]",
    "response:boolean", route="name")
ADD = message("Set.Add", 0x060400, "name:String value:Data", "response:boolean", route="name")
REMOVE = message("Set.Remove", 0x060500, "name:String value:Data", "response:boolean", route="name")
ADD_ALL = message("Set.AddAll", 0x060600, "name:String valueList:List[Data]", "response:boolean",
    route="name")
COMPARE_AND_REMOVE_ALL = message("Set.CompareAndRemoveAll", 0x060700,
    "name:String values:List[Data]", "response:boolean", route="name")
COMPARE_AND_RETAIN_ALL = message("Set.CompareAndRetainAll", 0x060800,
    "name:String values:List[Data]", "response:boolean", route="name")
CLEAR = message("Set.Clear", 0x060900, "name:String", route="name")
GET_ALL = message("Set.GetAll", 0x060a00, "name:String", "response:List[Data]", route="name")
ADD_LISTENER = message("Set.AddListener", 0x060b00,
    "name:String includeValue:boolean localOnly:boolean", "response:UUID",
    events=(event("Item", "item:Data? uuid:UUID eventType:int"),))
REMOVE_LISTENER = message("Set.RemoveListener", 0x060c00, "name:String registrationId:UUID",
    "response:boolean", retryable=True)
IS_EMPTY = message("Set.IsEmpty", 0x060d00, "name:String", "response:boolean", route="name")
