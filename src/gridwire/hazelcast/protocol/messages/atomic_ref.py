# SPDX-License-Identifier: Apache-2.0
"""Messages of the atomic reference in the CP subsystem.

Service 0x0a. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "APPLY", "COMPARE_AND_SET", "CONTAINS", "GET", "SET",
]

APPLY = message("AtomicRef.Apply", 0x0a0100,
    "groupId:RaftGroupId name:String function:Data returnValueType:int alter:boolean",
    "response:Data?")
COMPARE_AND_SET = message("AtomicRef.CompareAndSet", 0x0a0200,
    "groupId:RaftGroupId name:String oldValue:Data? newValue:Data?", "response:boolean")
CONTAINS = message("AtomicRef.Contains", 0x0a0300, "groupId:RaftGroupId name:String value:Data?",
    "response:boolean", retryable=True)
GET = message("AtomicRef.Get", 0x0a0400, "groupId:RaftGroupId name:String", "response:Data?",
    retryable=True)
SET = message("AtomicRef.Set", 0x0a0500,
    "groupId:RaftGroupId name:String newValue:Data? returnOldValue:boolean", "response:Data?")
