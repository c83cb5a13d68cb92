# SPDX-License-Identifier: Apache-2.0
"""Messages about groups of the CP subsystem.

Service 0x1e. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "CREATE_CP_GROUP", "DESTROY_CP_OBJECT",
]

CREATE_CP_GROUP = message("CPGroup.CreateCPGroup", 0x1e0100, "proxyName:String",
    "groupId:RaftGroupId", retryable=True)
DESTROY_CP_OBJECT = message("CPGroup.DestroyCPObject", 0x1e0200,
    "groupId:RaftGroupId serviceName:String objectName:String", retryable=True)
