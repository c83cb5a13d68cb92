# SPDX-License-Identifier: Apache-2.0
"""Messages of the lock in the CP subsystem.

Service 0x07. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "GET_LOCK_OWNERSHIP", "LOCK", "TRY_LOCK", "UNLOCK",
]

LOCK = message("FencedLock.Lock", 0x070100,
    "groupId:RaftGroupId name:String sessionId:long threadId:long invocationUid:UUID",
    "response:long", retryable=True, wait="connection")
TRY_LOCK = message("FencedLock.TryLock", 0x070200,
    ("groupId:RaftGroupId name:String sessionId:long threadId:long invocationUid:UUID "
     "timeoutMs:long"), "response:long", retryable=True, wait="timeout_ms")
UNLOCK = message("FencedLock.Unlock", 0x070300,
    "groupId:RaftGroupId name:String sessionId:long threadId:long invocationUid:UUID",
    "response:boolean", retryable=True)
GET_LOCK_OWNERSHIP = message("FencedLock.GetLockOwnership", 0x070400,
    "groupId:RaftGroupId name:String", "fence:long lockCount:int sessionId:long threadId:long",
    retryable=True)
