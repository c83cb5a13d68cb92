# SPDX-License-Identifier: Apache-2.0
"""Messages of the distributed queue.

Service 0x03. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_ALL", "ADD_LISTENER", "CLEAR", "COMPARE_AND_REMOVE_ALL", "COMPARE_AND_RETAIN_ALL",
    "CONTAINS", "CONTAINS_ALL", "DRAIN_TO", "DRAIN_TO_MAX_SIZE", "IS_EMPTY", "ITERATOR", "OFFER",
    "PEEK", "POLL", "PUT", "REMAINING_CAPACITY", "REMOVE", "REMOVE_LISTENER", "SIZE", "TAKE",
]

OFFER = message("Queue.Offer", 0x030100, "name:String value:Data timeoutMillis:long",
    "response:boolean", route="name", wait="timeout_millis")
PUT = message("Queue.Put", 0x030200, "name:String value:Data", route="name", wait="connection")
SIZE = message("Queue.Size", 0x030300, "name:String", "response:int", route="name")
REMOVE = message("Queue.Remove", 0x030400, "name:String value:Data", "response:boolean",
    route="name")
POLL = message("Queue.Poll", 0x030500, "name:String timeoutMillis:long", "response:Data?",
    route="name", wait="timeout_millis")
TAKE = message("Queue.Take", 0x030600, "name:String", "response:Data?", route="name",
    wait="connection")
PEEK = message("Queue.Peek", 0x030700, "name:String", "response:Data?", route="name")
ITERATOR = message("Queue.Iterator", 0x030800, "name:String", "response:List[Data]", route="name")
DRAIN_TO = message("Queue.DrainTo", 0x030900, "name:String", "response:List[Data]", route="name")
DRAIN_TO_MAX_SIZE = message("Queue.DrainToMaxSize", 0x030a00, "name:String maxSize:int",
    "response:List[Data]", route="name")
CONTAINS = message("Queue.Contains", 0x030b00, "name:String value:Data", "response:boolean",
    route="name")
CONTAINS_ALL = message("Queue.ContainsAll", 0x030c00, "name:String dataList:List[Data]",
    "response:boolean", route="name")
COMPARE_AND_REMOVE_ALL = message("Queue.CompareAndRemoveAll", 0x030d00,
    "name:String dataList:List[Data]", "response:boolean", route="name")
COMPARE_AND_RETAIN_ALL = message("Queue.CompareAndRetainAll", 0x030e00,
    "name:String dataList:List[Data]", "response:boolean", route="name")
CLEAR = message("Queue.Clear", 0x030f00, "name:String", route="name")
ADD_ALL = message("Queue.AddAll", 0x031000, "name:String dataList:List[Data]", "response:boolean",
    route="name")
ADD_LISTENER = message("Queue.AddListener", 0x031100,
    "name:String includeValue:boolean localOnly:boolean", "response:UUID",
    events=(event("Item", "item:Data? uuid:UUID eventType:int"),))
REMOVE_LISTENER = message("Queue.RemoveListener", 0x031200, "name:String registrationId:UUID",
    "response:boolean", retryable=True)
REMAINING_CAPACITY = message("Queue.RemainingCapacity", 0x031300, "name:String", "response:int",
    route="name")
IS_EMPTY = message("Queue.IsEmpty", 0x031400, "name:String", "response:boolean", route="name")
