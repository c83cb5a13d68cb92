# SPDX-License-Identifier: Apache-2.0
"""Messages about the client itself: authentication, the cluster view, proxies, schemas.

Service 0x00. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import event, message

__all__ = [
    "ADD_CLUSTER_VIEW_LISTENER", "ADD_CP_GROUP_VIEW_LISTENER", "ADD_DISTRIBUTED_OBJECT_LISTENER",
    "ADD_MIGRATION_LISTENER", "ADD_PARTITION_LOST_LISTENER", "AUTHENTICATION",
    "AUTHENTICATION_CUSTOM", "CREATE_PROXIES", "CREATE_PROXY", "DEPLOY_CLASSES", "DESTROY_PROXY",
    "FETCH_SCHEMA", "GET_DISTRIBUTED_OBJECTS", "LOCAL_BACKUP_LISTENER", "PING",
    "REMOVE_DISTRIBUTED_OBJECT_LISTENER", "REMOVE_MIGRATION_LISTENER",
    "REMOVE_PARTITION_LOST_LISTENER", "SEND_ALL_SCHEMAS", "SEND_SCHEMA", "STATISTICS",
    "TPC_AUTHENTICATION", "TRIGGER_PARTITION_ASSIGNMENT",
]

AUTHENTICATION = message("Client.Authentication", 0x000100,
    ("clusterName:String username:String? password:String? uuid:UUID? clientType:String "
     "serializationVersion:byte clientHazelcastVersion:String clientName:String "
     "labels:List[String] routingMode:byte@2.8 cpDirectToLeaderRouting:boolean@2.8"),
    ("status:byte address:Address? memberUuid:UUID? serializationVersion:byte "
     "serverHazelcastVersion:String partitionCount:int clusterId:UUID "
     "failoverSupported:boolean tpcPorts:List[int]?@2.7 tpcToken:byteArray?@2.7 "
     "memberListVersion:int@2.7 memberInfos:List[MemberInfo]@2.7 "
     "partitionListVersion:int@2.7 partitions:EntryList[UUID,List[int]]@2.7 "
     "keyValuePairs:Map[String,String]@2.8"), retryable=True)
AUTHENTICATION_CUSTOM = message("Client.AuthenticationCustom", 0x000200,
    ("clusterName:String credentials:byteArray uuid:UUID? clientType:String "
     "serializationVersion:byte clientHazelcastVersion:String clientName:String "
     "labels:List[String] routingMode:byte@2.8 cpDirectToLeaderRouting:boolean@2.8"),
    ("status:byte address:Address? memberUuid:UUID? serializationVersion:byte "
     "serverHazelcastVersion:String partitionCount:int clusterId:UUID "
     "failoverSupported:boolean tpcPorts:List[int]?@2.7 tpcToken:byteArray?@2.7 "
     "memberListVersion:int@2.7 memberInfos:List[MemberInfo]?@2.7 "
     "partitionListVersion:int@2.7 partitions:EntryList[UUID,List[int]]?@2.7 "
     "keyValuePairs:Map[String,String]@2.8"), retryable=True)
ADD_CLUSTER_VIEW_LISTENER = message("Client.AddClusterViewListener", 0x000300,
    events=(event("MembersView", "version:int memberInfos:List[MemberInfo]"),
        event("PartitionsView", "version:int partitions:EntryList[UUID,List[int]]"),
        event("MemberGroupsView",
            "version:int memberGroups:List[List[UUID]]", since="2.8"),
        event("ClusterVersion", "version:Version", since="2.8")))
CREATE_PROXY = message("Client.CreateProxy", 0x000400, "name:String serviceName:String")
DESTROY_PROXY = message("Client.DestroyProxy", 0x000500, "name:String serviceName:String")
ADD_PARTITION_LOST_LISTENER = message("Client.AddPartitionLostListener", 0x000600,
    "localOnly:boolean", "response:UUID",
    events=(event("PartitionLost", "partitionId:int lostBackupCount:int source:UUID?"),))
REMOVE_PARTITION_LOST_LISTENER = message("Client.RemovePartitionLostListener", 0x000700,
    "registrationId:UUID", "response:boolean", retryable=True)
GET_DISTRIBUTED_OBJECTS = message("Client.GetDistributedObjects", 0x000800, "",
    "response:List[DistributedObjectInfo]")
ADD_DISTRIBUTED_OBJECT_LISTENER = message("Client.AddDistributedObjectListener", 0x000900,
    "localOnly:boolean", "response:UUID",
    events=(event("DistributedObject",
        "name:String serviceName:String eventType:String source:UUID"),))
REMOVE_DISTRIBUTED_OBJECT_LISTENER = message("Client.RemoveDistributedObjectListener", 0x000a00,
    "registrationId:UUID", "response:boolean", retryable=True)
PING = message("Client.Ping", 0x000b00, retryable=True)
STATISTICS = message("Client.Statistics", 0x000c00,
    "timestamp:long clientAttributes:String metricsBlob:byteArray")
DEPLOY_CLASSES = message("Client.DeployClasses", 0x000d00,
    "classDefinitions:EntryList[String,byteArray]")
CREATE_PROXIES = message("Client.CreateProxies", 0x000e00, "proxies:EntryList[String,String]")
LOCAL_BACKUP_LISTENER = message("Client.LocalBackupListener", 0x000f00, "", "response:UUID",
    events=(event("backup", "sourceInvocationCorrelationId:long", backup=True),))
TRIGGER_PARTITION_ASSIGNMENT = message("Client.TriggerPartitionAssignment", 0x001000,
    retryable=True)
ADD_MIGRATION_LISTENER = message("Client.AddMigrationListener", 0x001100, "localOnly:boolean",
    "response:UUID", since="2.2",
    events=(event("Migration", "migrationState:MigrationState type:int"),
        event("ReplicaMigration",
            ("migrationState:MigrationState partitionId:int replicaIndex:int sourceUuid:UUID? "
             "destUuid:UUID? success:boolean elapsedTime:long"))))
REMOVE_MIGRATION_LISTENER = message("Client.RemoveMigrationListener", 0x001200,
    "registrationId:UUID", "response:boolean", retryable=True, since="2.2")
SEND_SCHEMA = message("Client.SendSchema", 0x001300, "schema:Schema", "replicatedMembers:Set[UUID]",
    retryable=True, since="2.5")
FETCH_SCHEMA = message("Client.FetchSchema", 0x001400, "schemaId:long", "schema:Schema?",
    retryable=True, since="2.5")
SEND_ALL_SCHEMAS = message("Client.SendAllSchemas", 0x001500, "schemas:List[Schema]",
    retryable=True, since="2.5")
TPC_AUTHENTICATION = message("Client.TpcAuthentication", 0x001600, "uuid:UUID token:byteArray",
    retryable=True, since="2.7")
ADD_CP_GROUP_VIEW_LISTENER = message("Client.AddCPGroupViewListener", 0x001700, since="2.8",
    events=(event("GroupsView",
        "version:long groupsInfo:List[RaftGroupInfo] cpToApUuids:EntryList[UUID,UUID]"),))
