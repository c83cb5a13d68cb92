# SPDX-License-Identifier: Apache-2.0
"""Messages about sessions in the CP subsystem.

Service 0x1f. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "CLOSE_SESSION", "CREATE_SESSION", "GENERATE_THREAD_ID", "HEARTBEAT_SESSION",
]

CREATE_SESSION = message("CPSession.CreateSession", 0x1f0100,
    "groupId:RaftGroupId endpointName:String", "sessionId:long ttlMillis:long heartbeatMillis:long",
    retryable=True)
CLOSE_SESSION = message("CPSession.CloseSession", 0x1f0200, "groupId:RaftGroupId sessionId:long",
    "response:boolean", retryable=True)
HEARTBEAT_SESSION = message("CPSession.HeartbeatSession", 0x1f0300,
    "groupId:RaftGroupId sessionId:long", retryable=True)
GENERATE_THREAD_ID = message("CPSession.GenerateThreadId", 0x1f0400, "groupId:RaftGroupId",
    "response:long", retryable=True)
