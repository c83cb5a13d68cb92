# SPDX-License-Identifier: Apache-2.0
"""Messages of the semaphore in the CP subsystem.

Service 0x0c. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "ACQUIRE", "AVAILABLE_PERMITS", "CHANGE", "DRAIN", "GET_SEMAPHORE_TYPE", "INIT", "RELEASE",
]

INIT = message("Semaphore.Init", 0x0c0100, "groupId:RaftGroupId name:String permits:int",
    "response:boolean", retryable=True)
ACQUIRE = message("Semaphore.Acquire", 0x0c0200,
    ("groupId:RaftGroupId name:String sessionId:long threadId:long invocationUid:UUID "
     "permits:int timeoutMs:long"), "response:boolean", retryable=True, wait="timeout_ms")
RELEASE = message("Semaphore.Release", 0x0c0300,
    ("groupId:RaftGroupId name:String sessionId:long threadId:long invocationUid:UUID "
     "permits:int"), "response:boolean", retryable=True)
DRAIN = message("Semaphore.Drain", 0x0c0400,
    "groupId:RaftGroupId name:String sessionId:long threadId:long invocationUid:UUID",
    "response:int", retryable=True)
CHANGE = message("Semaphore.Change", 0x0c0500,
    ("groupId:RaftGroupId name:String sessionId:long threadId:long invocationUid:UUID "
     "permits:int"), "response:boolean", retryable=True)
AVAILABLE_PERMITS = message("Semaphore.AvailablePermits", 0x0c0600,
    "groupId:RaftGroupId name:String", "response:int", retryable=True)
GET_SEMAPHORE_TYPE = message("Semaphore.GetSemaphoreType", 0x0c0700, "proxyName:String",
    "response:boolean", retryable=True)
