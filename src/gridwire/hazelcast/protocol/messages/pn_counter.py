# SPDX-License-Identifier: Apache-2.0
"""Messages of the PN counter.

Service 0x1d. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "ADD", "GET", "GET_CONFIGURED_REPLICA_COUNT",
]

GET = message("PNCounter.Get", 0x1d0100,
    "name:String replicaTimestamps:EntryList[UUID,long] targetReplicaUUID:UUID",
    "value:long replicaTimestamps:EntryList[UUID,long] replicaCount:int", retryable=True)
ADD = message("PNCounter.Add", 0x1d0200,
    ("name:String delta:long getBeforeUpdate:boolean "
     "replicaTimestamps:EntryList[UUID,long] targetReplicaUUID:UUID"),
    "value:long replicaTimestamps:EntryList[UUID,long] replicaCount:int")
GET_CONFIGURED_REPLICA_COUNT = message("PNCounter.GetConfiguredReplicaCount", 0x1d0300,
    "name:String", "response:int", retryable=True)
