# SPDX-License-Identifier: Apache-2.0
"""Messages that watch the CP subsystem.

Service 0x22. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_GROUP_AVAILABILITY_LISTENER", "ADD_MEMBERSHIP_LISTENER", "GET_CP_GROUP_IDS",
    "GET_CP_OBJECT_INFOS", "REMOVE_GROUP_AVAILABILITY_LISTENER", "REMOVE_MEMBERSHIP_LISTENER",
]

ADD_MEMBERSHIP_LISTENER = message("CPSubsystem.AddMembershipListener", 0x220100, "local:boolean",
    "response:UUID", since="2.1", events=(event("MembershipEvent", "member:CPMember type:byte"),))
REMOVE_MEMBERSHIP_LISTENER = message("CPSubsystem.RemoveMembershipListener", 0x220200,
    "registrationId:UUID", "response:boolean", retryable=True, since="2.1")
ADD_GROUP_AVAILABILITY_LISTENER = message("CPSubsystem.AddGroupAvailabilityListener", 0x220300,
    "local:boolean", "response:UUID", since="2.1",
    events=(event("GroupAvailabilityEvent",
        ("groupId:RaftGroupId members:List[CPMember] unavailableMembers:List[CPMember] "
         "isShutdown:boolean@2.7")),))
REMOVE_GROUP_AVAILABILITY_LISTENER = message("CPSubsystem.RemoveGroupAvailabilityListener",
    0x220400, "registrationId:UUID", "response:boolean", retryable=True, since="2.1")
GET_CP_GROUP_IDS = message("CPSubsystem.GetCPGroupIds", 0x220500, "", "response:List[RaftGroupId]",
    retryable=True, since="2.7")
GET_CP_OBJECT_INFOS = message("CPSubsystem.GetCPObjectInfos", 0x220600,
    "groupId:RaftGroupId serviceName:String tombstone:boolean", "response:List[String]",
    retryable=True, since="2.7")
