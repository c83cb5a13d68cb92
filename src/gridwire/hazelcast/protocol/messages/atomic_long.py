# SPDX-License-Identifier: Apache-2.0
"""Messages of the atomic number in the CP subsystem.

Service 0x09. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "ADD_AND_GET", "ALTER", "APPLY", "COMPARE_AND_SET", "GET", "GET_AND_ADD", "GET_AND_SET",
]

APPLY = message("AtomicLong.Apply", 0x090100, "groupId:RaftGroupId name:String function:Data",
    "response:Data?")
ALTER = message("AtomicLong.Alter", 0x090200,
    "groupId:RaftGroupId name:String function:Data returnValueType:int", "response:long")
ADD_AND_GET = message("AtomicLong.AddAndGet", 0x090300,
    "groupId:RaftGroupId name:String delta:long", "response:long")
COMPARE_AND_SET = message("AtomicLong.CompareAndSet", 0x090400,
    "groupId:RaftGroupId name:String expected:long updated:long", "response:boolean")
GET = message("AtomicLong.Get", 0x090500, "groupId:RaftGroupId name:String", "response:long",
    retryable=True)
GET_AND_ADD = message("AtomicLong.GetAndAdd", 0x090600,
    "groupId:RaftGroupId name:String delta:long", "response:long")
GET_AND_SET = message("AtomicLong.GetAndSet", 0x090700,
    "groupId:RaftGroupId name:String newValue:long", "response:long")
