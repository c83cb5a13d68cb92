# SPDX-License-Identifier: Apache-2.0
"""Messages of the count-down latch in the CP subsystem.

Service 0x0b. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "AWAIT", "COUNT_DOWN", "GET_COUNT", "GET_ROUND", "TRY_SET_COUNT",
]

TRY_SET_COUNT = message("CountDownLatch.TrySetCount", 0x0b0100,
    "groupId:RaftGroupId name:String count:int", "response:boolean", retryable=True)
AWAIT = message("CountDownLatch.Await", 0x0b0200,
    "groupId:RaftGroupId name:String invocationUid:UUID timeoutMs:long", "response:boolean",
    retryable=True, wait="timeout_ms")
COUNT_DOWN = message("CountDownLatch.CountDown", 0x0b0300,
    "groupId:RaftGroupId name:String invocationUid:UUID expectedRound:int", retryable=True)
GET_COUNT = message("CountDownLatch.GetCount", 0x0b0400, "groupId:RaftGroupId name:String",
    "response:int", retryable=True)
GET_ROUND = message("CountDownLatch.GetRound", 0x0b0500, "groupId:RaftGroupId name:String",
    "response:int", retryable=True)
