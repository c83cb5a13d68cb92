# SPDX-License-Identifier: Apache-2.0
"""The structures that messages carry: `STRUCTURES` has a line for each.

A structure is decoded to a namedtuple, and any object with the same attributes can be encoded. The
classes are attributes of this module, made when they are first asked for:

    from gridwire.hazelcast.protocol.customs import Address
    Address("10.0.0.1", 5701)

Fields at the end that may be null, or that came with a later protocol version, default to None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire.hazelcast.protocol.notation import parse_fields, record_class

if TYPE_CHECKING:
    from gridwire.hazelcast.protocol.notation import Field

__all__ = ["STRUCTURES", "record", "structure_fields"]

STRUCTURES = {
    "Address": "host:String port:int",
    "CacheEventData": (
        "name:String cacheEventType:int dataKey:Data? dataValue:Data? dataOldValue:Data? "
        "oldValueAvailable:boolean"
    ),
    "CacheSimpleEntryListenerConfig": (
        "oldValueRequired:boolean synchronous:boolean cacheEntryListenerFactory:String? "
        "cacheEntryEventFilterFactory:String?"
    ),
    "DistributedObjectInfo": "serviceName:String name:String",
    "ErrorHolder": (
        "errorCode:int className:String message:String? stackTraceElements:List[StackTraceElement]"
    ),
    "EventJournalConfig": "enabled:boolean capacity:int timeToLiveSeconds:int",
    "EvictionConfigHolder": (
        "size:int maxSizePolicy:String evictionPolicy:String comparatorClassName:String? "
        "comparator:Data?"
    ),
    "HotRestartConfig": "enabled:boolean fsync:boolean",
    "ListenerConfigHolder": (
        "listenerType:int listenerImplementation:Data? className:String? includeValue:boolean "
        "local:boolean"
    ),
    "AttributeConfig": "name:String extractorClassName:String",
    "IndexConfig": (
        "name:String? type:int attributes:List[String] bitmapIndexOptions:BitmapIndexOptions? "
        "bTreeIndexConfig:BTreeIndexConfig?@2.5"
    ),
    "BitmapIndexOptions": "uniqueKey:String uniqueKeyTransformation:int",
    "BTreeIndexConfig": "pageSize:Capacity memoryTierConfig:MemoryTierConfig",
    "MapStoreConfigHolder": (
        "enabled:boolean writeCoalescing:boolean writeDelaySeconds:int writeBatchSize:int "
        "className:String? implementation:Data? factoryClassName:String? "
        "factoryImplementation:Data? properties:Map[String,String]? initialLoadMode:String "
        "offload:boolean@2.5"
    ),
    "MerkleTreeConfig": "enabled:boolean depth:int enabledSet:boolean@2.3",
    "NearCacheConfigHolder": (
        "name:String inMemoryFormat:String serializeKeys:boolean invalidateOnChange:boolean "
        "timeToLiveSeconds:int maxIdleSeconds:int evictionConfigHolder:EvictionConfigHolder "
        "cacheLocalEntries:boolean localUpdatePolicy:String "
        "preloaderConfig:NearCachePreloaderConfig?"
    ),
    "NearCachePreloaderConfig": (
        "enabled:boolean directory:String storeInitialDelaySeconds:int storeIntervalSeconds:int"
    ),
    "PredicateConfigHolder": "className:String? sql:String? implementation:Data?",
    "QueryCacheConfigHolder": (
        "batchSize:int bufferSize:int delaySeconds:int includeValue:boolean populate:boolean "
        "coalesce:boolean inMemoryFormat:String name:String "
        "predicateConfigHolder:PredicateConfigHolder evictionConfigHolder:EvictionConfigHolder "
        "listenerConfigs:List[ListenerConfigHolder]? indexConfigs:List[IndexConfig]? "
        "serializeKeys:boolean@2.4"
    ),
    "QueryCacheEventData": (
        "dataKey:Data? dataNewValue:Data? sequence:long eventType:int partitionId:int "
        "mapName:String@2.7"
    ),
    "QueueStoreConfigHolder": (
        "className:String? factoryClassName:String? implementation:Data? "
        "factoryImplementation:Data? properties:Map[String,String]? enabled:boolean"
    ),
    "RaftGroupId": "name:String seed:long id:long",
    "RingbufferStoreConfigHolder": (
        "className:String? factoryClassName:String? implementation:Data? "
        "factoryImplementation:Data? properties:Map[String,String]? enabled:boolean"
    ),
    "ScheduledTaskHandler": "uuid:UUID? partitionId:int schedulerName:String taskName:String",
    "SimpleEntryView": (
        "key:Data value:Data cost:long creationTime:long expirationTime:long hits:long "
        "lastAccessTime:long lastStoredTime:long lastUpdateTime:long version:long ttl:long "
        "maxIdle:long"
    ),
    "StackTraceElement": "className:String methodName:String fileName:String? lineNumber:int",
    "DurationConfig": "durationAmount:long timeUnit:int",
    "TimedExpiryPolicyFactoryConfig": "expiryPolicyType:int durationConfig:DurationConfig",
    "WanReplicationRef": (
        "name:String mergePolicyClassName:String filters:List[String]? republishingEnabled:boolean"
    ),
    "Xid": "formatId:int globalTransactionId:byteArray branchQualifier:byteArray",
    "MergePolicyConfig": "policy:String batchSize:int",
    "CacheConfigHolder": (
        "name:String managerPrefix:String? uriString:String? backupCount:int asyncBackupCount:int "
        "inMemoryFormat:String evictionConfigHolder:EvictionConfigHolder "
        "wanReplicationRef:WanReplicationRef? keyClassName:String valueClassName:String "
        "cacheLoaderFactory:Data? cacheWriterFactory:Data? expiryPolicyFactory:Data "
        "readThrough:boolean writeThrough:boolean storeByValue:boolean managementEnabled:boolean "
        "statisticsEnabled:boolean hotRestartConfig:HotRestartConfig? "
        "eventJournalConfig:EventJournalConfig? splitBrainProtectionName:String? "
        "listenerConfigurations:List[Data]? mergePolicyConfig:MergePolicyConfig "
        "disablePerEntryInvalidationEvents:boolean "
        "cachePartitionLostListenerConfigs:List[ListenerConfigHolder]? "
        "merkleTreeConfig:MerkleTreeConfig?@2.3 dataPersistenceConfig:DataPersistenceConfig@2.5 "
        "userCodeNamespace:String?@2.7"
    ),
    "ClientBwListEntry": "type:int value:String",
    "MemberInfo": (
        "address:Address uuid:UUID attributes:Map[String,String] liteMember:boolean "
        "version:MemberVersion addressMap:Map[EndpointQualifier,Address]@2.0.1"
    ),
    "EndpointQualifier": "type:int identifier:String?",
    "MemberVersion": "major:byte minor:byte patch:byte",
    "MCEvent": "timestamp:long type:int dataJson:String",
    "AnchorDataListHolder": "anchorPageList:List[int] anchorDataList:EntryList[Data,Data]",
    "PagingPredicateHolder": (
        "anchorDataListHolder:AnchorDataListHolder predicateData:Data? comparatorData:Data? "
        "pageSize:int page:int iterationTypeId:byte partitionKeyData:Data? "
        "partitionKeysData:List[Data]?@2.5"
    ),
    "SqlQueryId": "memberIdHigh:long memberIdLow:long localIdHigh:long localIdLow:long",
    "SqlError": (
        "code:int message:String? originatingMemberId:UUID suggestion:String?@2.3 "
        "causeStackTrace:String?@2.7"
    ),
    "SqlColumnMetadata": "name:String type:int nullable:boolean@2.2",
    "CPMember": "uuid:UUID address:Address autoStepDownWhenLeader:boolean@2.10",
    "MigrationState": (
        "startTime:long plannedMigrations:int completedMigrations:int totalElapsedTime:long"
    ),
    "FieldDescriptor": "fieldName:String kind:int",
    "Schema": "typeName:String fields:List[FieldDescriptor]",
    "HazelcastJsonValue": "value:String",
    "DataPersistenceConfig": "enabled:boolean fsync:boolean",
    "Capacity": "value:long unit:int",
    "MemoryTierConfig": "capacity:Capacity",
    "DiskTierConfig": "enabled:boolean deviceName:String",
    "TieredStoreConfig": (
        "enabled:boolean memoryTierConfig:MemoryTierConfig diskTierConfig:DiskTierConfig"
    ),
    "SqlSummary": "query:String unbounded:boolean",
    "JobAndSqlSummary": (
        "lightJob:boolean jobId:long executionId:long nameOrId:String status:int "
        "submissionTime:long completionTime:long failureText:String? sqlSummary:SqlSummary? "
        "suspensionCause:String?@2.6 userCancelled:boolean@2.6"
    ),
    "PartitioningAttributeConfig": "attributeName:String",
    "WanConsumerConfigHolder": (
        "persistWanReplicatedData:boolean className:String? implementation:Data? "
        "properties:Map[String,Data]"
    ),
    "WanCustomPublisherConfigHolder": (
        "publisherId:String? className:String? implementation:Data? properties:Map[String,Data]"
    ),
    "WanBatchPublisherConfigHolder": (
        "publisherId:String? className:String? implementation:Data? properties:Map[String,Data] "
        "clusterName:String? snapshotEnabled:boolean initialPublisherState:byte queueCapacity:int "
        "batchSize:int batchMaxDelayMillis:int responseTimeoutMillis:int queueFullBehavior:int "
        "acknowledgeType:int discoveryPeriodSeconds:int maxTargetEndpoints:int "
        "maxConcurrentInvocations:int useEndpointPrivateAddress:boolean idleMinParkNs:long "
        "idleMaxParkNs:long targetEndpoints:String awsConfig:AwsConfig gcpConfig:GcpConfig "
        "azureConfig:AzureConfig kubernetesConfig:KubernetesConfig eurekaConfig:EurekaConfig "
        "discoveryConfig:DiscoveryConfig syncConfig:WanSyncConfig endpoint:String?"
    ),
    "AwsConfig": "tag:String enabled:boolean usePublicIp:boolean properties:Map[String,String]",
    "GcpConfig": "tag:String enabled:boolean usePublicIp:boolean properties:Map[String,String]",
    "AzureConfig": "tag:String enabled:boolean usePublicIp:boolean properties:Map[String,String]",
    "KubernetesConfig": (
        "tag:String enabled:boolean usePublicIp:boolean properties:Map[String,String]"
    ),
    "EurekaConfig": "tag:String enabled:boolean usePublicIp:boolean properties:Map[String,String]",
    "DiscoveryStrategyConfig": "className:String properties:Map[String,Data]",
    "DiscoveryConfig": (
        "discoveryStrategyConfigs:List[DiscoveryStrategyConfig] discoveryServiceProvider:Data "
        "nodeFilter:Data nodeFilterClass:String"
    ),
    "WanSyncConfig": "consistencyCheckStrategy:byte",
    "ReplicatedMapEntryViewHolder": (
        "key:Data value:Data creationTime:long hits:long lastAccessTime:long lastUpdateTime:long "
        "ttlMillis:long"
    ),
    "ResourceDefinition": "id:String resourceType:int payload:byteArray? resourceUrl:String?",
    "VectorIndexConfig": (
        "name:String? metric:int dimension:int maxDegree:int efConstruction:int "
        "useDeduplication:boolean"
    ),
    "VectorPair": "name:String type:byte vector:floatArray?",
    "VectorDocument": "value:Data vectors:List[VectorPair]",
    "VectorSearchOptions": (
        "includeValue:boolean includeVectors:boolean limit:int hints:Map[String,String]?"
    ),
    "VectorSearchResult": "key:Data value:Data? score:float vectors:List[VectorPair]?",
    "Version": "major:byte minor:byte",
    "RaftGroupInfo": "groupId:RaftGroupId leader:CPMember followers:List[CPMember]",
}
"""The fields of each structure, in the notation of `notation`."""

_fields: dict[str, tuple[Field, ...]] = {}
_records: dict[str, Any] = {}


def structure_fields(name: str) -> tuple[Field, ...]:
    """The fields of a structure.

    Args:
        name: its name in the protocol.

    Returns:
        Its fields in the order of the table.

    Raises:
        ValueError: there is no such structure.
    """
    fields = _fields.get(name)
    if fields is None:
        if name not in STRUCTURES:
            raise ValueError(f"not a type of the protocol: {name}")
        fields = _fields[name] = parse_fields(STRUCTURES[name])
    return fields


def record(name: str) -> Any:
    """The class that a structure is decoded to.

    Args:
        name: its name in the protocol.

    Returns:
        A namedtuple class, the same one each time.

    Raises:
        ValueError: there is no such structure.
    """
    if name not in _records:
        # Instances pickle by the name of their class, which __getattr__ finds in this module.
        _records.setdefault(name, record_class(name, structure_fields(name), __name__))
    return _records[name]


def __getattr__(name: str) -> Any:
    if name in STRUCTURES:
        return record(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
