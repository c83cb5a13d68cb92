# SPDX-License-Identifier: Apache-2.0
"""Messages of the map in the CP subsystem.

Service 0x23. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "COMPARE_AND_SET", "DELETE", "GET", "PUT", "PUT_IF_ABSENT", "REMOVE", "SET",
]

GET = message("CPMap.Get", 0x230100, "groupId:RaftGroupId name:String key:Data", "response:Data?",
    since="2.7")
PUT = message("CPMap.Put", 0x230200, "groupId:RaftGroupId name:String key:Data value:Data",
    "response:Data?", since="2.7")
SET = message("CPMap.Set", 0x230300, "groupId:RaftGroupId name:String key:Data value:Data",
    "response:Data?", since="2.7")
REMOVE = message("CPMap.Remove", 0x230400, "groupId:RaftGroupId name:String key:Data",
    "response:Data?", since="2.7")
DELETE = message("CPMap.Delete", 0x230500, "groupId:RaftGroupId name:String key:Data",
    "response:Data?", since="2.7")
COMPARE_AND_SET = message("CPMap.CompareAndSet", 0x230600,
    "groupId:RaftGroupId name:String key:Data expectedValue:Data newValue:Data", "response:boolean",
    since="2.7")
PUT_IF_ABSENT = message("CPMap.PutIfAbsent", 0x230700,
    "groupId:RaftGroupId name:String key:Data value:Data", "response:Data?", since="2.7")
