# SPDX-License-Identifier: Apache-2.0
"""Messages of the Management Center.

Service 0x20. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "ADD_WAN_BATCH_PUBLISHER_CONFIG", "APPLY_MC_CONFIG", "CHANGE_CLUSTER_STATE",
    "CHANGE_CLUSTER_VERSION", "CHANGE_WAN_REPLICATION_STATE", "CHECK_WAN_CONSISTENCY",
    "CLEAR_WAN_QUEUES", "DEMOTE_DATA_MEMBER", "FORCE_CLOSE_CP_SESSION", "GET_CLUSTER_METADATA",
    "GET_CONFIG_FILE_CONTENT", "GET_CP_MEMBERS", "GET_DIAGNOSTICS_CONFIG", "GET_MAP_CONFIG",
    "GET_MEMBER_CONFIG", "GET_SYSTEM_PROPERTIES", "GET_THREAD_DUMP", "GET_TIMED_MEMBER_STATE",
    "INTERRUPT_HOT_RESTART_BACKUP", "MATCH_MC_CONFIG", "POLL_MC_EVENTS", "PROMOTE_LITE_MEMBER",
    "PROMOTE_TO_CP_MEMBER", "READ_METRICS", "RELOAD_CONFIG", "REMOVE_CP_MEMBER",
    "RESET_CP_SUBSYSTEM", "RESET_QUEUE_AGE_STATISTICS", "RUN_CONSOLE_COMMAND", "RUN_GC",
    "RUN_SCRIPT", "SET_DIAGNOSTICS_CONFIG", "SHUTDOWN_CLUSTER", "SHUTDOWN_MEMBER",
    "TRIGGER_FORCE_START", "TRIGGER_HOT_RESTART_BACKUP", "TRIGGER_PARTIAL_START", "UPDATE_CONFIG",
    "UPDATE_MAP_CONFIG", "WAN_SYNC_MAP",
]

READ_METRICS = message("MC.ReadMetrics", 0x200100, "uuid:UUID fromSequence:long",
    "elements:EntryList[long,byteArray] nextSequence:long", retryable=True)
CHANGE_CLUSTER_STATE = message("MC.ChangeClusterState", 0x200200, "newState:int")
GET_MAP_CONFIG = message("MC.GetMapConfig", 0x200300, "mapName:String",
    ("inMemoryFormat:int backupCount:int asyncBackupCount:int timeToLiveSeconds:int "
     "maxIdleSeconds:int maxSize:int maxSizePolicy:int readBackupData:boolean "
     "evictionPolicy:int mergePolicy:String globalIndexes:List[IndexConfig]@2.4 "
     "wanReplicationRef:WanReplicationRef?@2.7"), retryable=True)
UPDATE_MAP_CONFIG = message("MC.UpdateMapConfig", 0x200400,
    ("mapName:String timeToLiveSeconds:int maxIdleSeconds:int evictionPolicy:int "
     "readBackupData:boolean maxSize:int maxSizePolicy:int "
     "wanReplicationRef:WanReplicationRef?@2.7"))
GET_MEMBER_CONFIG = message("MC.GetMemberConfig", 0x200500, "", "configXml:String", retryable=True)
RUN_GC = message("MC.RunGc", 0x200600)
GET_THREAD_DUMP = message("MC.GetThreadDump", 0x200700, "dumpDeadLocks:boolean",
    "threadDump:String")
SHUTDOWN_MEMBER = message("MC.ShutdownMember", 0x200800)
PROMOTE_LITE_MEMBER = message("MC.PromoteLiteMember", 0x200900)
GET_SYSTEM_PROPERTIES = message("MC.GetSystemProperties", 0x200a00, "",
    "systemProperties:EntryList[String,String]", retryable=True)
GET_TIMED_MEMBER_STATE = message("MC.GetTimedMemberState", 0x200b00, "",
    "timedMemberStateJson:String?", retryable=True)
MATCH_MC_CONFIG = message("MC.MatchMCConfig", 0x200c00, "eTag:String", "result:boolean")
APPLY_MC_CONFIG = message("MC.ApplyMCConfig", 0x200d00,
    "eTag:String clientBwListMode:int clientBwListEntries:List[ClientBwListEntry]")
GET_CLUSTER_METADATA = message("MC.GetClusterMetadata", 0x200e00, "",
    ("currentState:byte memberVersion:String jetVersion:String? clusterTime:long "
     "clusterId:UUID@2.5"), retryable=True)
SHUTDOWN_CLUSTER = message("MC.ShutdownCluster", 0x200f00)
CHANGE_CLUSTER_VERSION = message("MC.ChangeClusterVersion", 0x201000,
    "majorVersion:byte minorVersion:byte")
RUN_SCRIPT = message("MC.RunScript", 0x201100, "engine:String script:String", "result:String?")
RUN_CONSOLE_COMMAND = message("MC.RunConsoleCommand", 0x201200, "namespace:String? command:String",
    "result:String")
CHANGE_WAN_REPLICATION_STATE = message("MC.ChangeWanReplicationState", 0x201300,
    "wanReplicationName:String wanPublisherId:String newState:byte")
CLEAR_WAN_QUEUES = message("MC.ClearWanQueues", 0x201400,
    "wanReplicationName:String wanPublisherId:String")
ADD_WAN_BATCH_PUBLISHER_CONFIG = message("MC.AddWanBatchPublisherConfig", 0x201500,
    ("name:String targetCluster:String publisherId:String? endpoints:String "
     "queueCapacity:int batchSize:int batchMaxDelayMillis:int responseTimeoutMillis:int "
     "ackType:int queueFullBehavior:int consistencyCheckStrategy:byte@2.7"),
    "addedPublisherIds:List[String] ignoredPublisherIds:List[String]")
WAN_SYNC_MAP = message("MC.WanSyncMap", 0x201600,
    "wanReplicationName:String wanPublisherId:String wanSyncType:int mapName:String?", "uuid:UUID")
CHECK_WAN_CONSISTENCY = message("MC.CheckWanConsistency", 0x201700,
    "wanReplicationName:String wanPublisherId:String mapName:String?", "uuid:UUID?")
POLL_MC_EVENTS = message("MC.PollMCEvents", 0x201800, "", "events:List[MCEvent]")
GET_CP_MEMBERS = message("MC.GetCPMembers", 0x201900, "", "cpMembers:EntryList[UUID,UUID]",
    retryable=True)
PROMOTE_TO_CP_MEMBER = message("MC.PromoteToCPMember", 0x201a00)
REMOVE_CP_MEMBER = message("MC.RemoveCPMember", 0x201b00, "cpMemberUuid:UUID")
# Members 4.2 answer as to PromoteToCPMember.
RESET_CP_SUBSYSTEM = message("MC.ResetCPSubsystem", 0x201c00, answered_as=0x201a01)
TRIGGER_PARTIAL_START = message("MC.TriggerPartialStart", 0x201d00, "", "result:boolean")
TRIGGER_FORCE_START = message("MC.TriggerForceStart", 0x201e00, "", "result:boolean")
TRIGGER_HOT_RESTART_BACKUP = message("MC.TriggerHotRestartBackup", 0x201f00)
INTERRUPT_HOT_RESTART_BACKUP = message("MC.InterruptHotRestartBackup", 0x202000)
RESET_QUEUE_AGE_STATISTICS = message("MC.ResetQueueAgeStatistics", 0x202100, "name:String",
    route="name", since="2.4")
RELOAD_CONFIG = message("MC.ReloadConfig", 0x202200, "", "configReloadProcessId:UUID", since="2.4")
UPDATE_CONFIG = message("MC.UpdateConfig", 0x202300, "configuration:String",
    "configUpdateProcessId:UUID", since="2.4")
FORCE_CLOSE_CP_SESSION = message("MC.ForceCloseCPSession", 0x202400,
    "groupName:String sessionId:long", "result:boolean", since="2.7")
DEMOTE_DATA_MEMBER = message("MC.DemoteDataMember", 0x202500, since="2.8")
GET_CONFIG_FILE_CONTENT = message("MC.GetConfigFileContent", 0x202600, "",
    "configFileContent:String?", retryable=True, since="2.8")
SET_DIAGNOSTICS_CONFIG = message("MC.SetDiagnosticsConfig", 0x202700,
    ("enabled:boolean outputType:String includeEpochTime:boolean "
     "maxRolledFileSizeInMB:float maxRolledFileCount:int logDirectory:String "
     "fileNamePrefix:String? properties:Map[String,String]? autoOffDurationInMinutes:int"),
    since="2.9")
GET_DIAGNOSTICS_CONFIG = message("MC.GetDiagnosticsConfig", 0x202800, "",
    ("enabled:boolean outputType:String includeEpochTime:boolean "
     "maxRolledFileSizeInMB:float maxRolledFileCount:int logDirectory:String "
     "fileNamePrefix:String? properties:Map[String,String]? autoOffDurationInMinutes:int "
     "canBeConfiguredDynamically:boolean"), retryable=True, since="2.9")
