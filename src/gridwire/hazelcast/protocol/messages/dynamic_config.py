# SPDX-License-Identifier: Apache-2.0
"""Messages that add configuration to a running cluster.

Service 0x1b. The notation is explained in `gridwire.hazelcast.protocol.notation`.
"""

# A table: each message stays together, in one or a few lines.
# fmt: off

from __future__ import annotations

from gridwire.hazelcast.protocol.table import message

__all__ = [
    "ADD_CACHE_CONFIG", "ADD_CARDINALITY_ESTIMATOR_CONFIG", "ADD_DATA_CONNECTION_CONFIG",
    "ADD_DURABLE_EXECUTOR_CONFIG", "ADD_EXECUTOR_CONFIG", "ADD_FLAKE_ID_GENERATOR_CONFIG",
    "ADD_LIST_CONFIG", "ADD_MAP_CONFIG", "ADD_MULTI_MAP_CONFIG", "ADD_PN_COUNTER_CONFIG",
    "ADD_QUEUE_CONFIG", "ADD_RELIABLE_TOPIC_CONFIG", "ADD_REPLICATED_MAP_CONFIG",
    "ADD_RINGBUFFER_CONFIG", "ADD_SCHEDULED_EXECUTOR_CONFIG", "ADD_SET_CONFIG", "ADD_TOPIC_CONFIG",
    "ADD_USER_CODE_NAMESPACE_CONFIG", "ADD_VECTOR_COLLECTION_CONFIG", "ADD_WAN_REPLICATION_CONFIG",
]

ADD_MULTI_MAP_CONFIG = message("DynamicConfig.AddMultiMapConfig", 0x1b0100,
    ("name:String collectionType:String listenerConfigs:List[ListenerConfigHolder]? "
     "binary:boolean backupCount:int asyncBackupCount:int statisticsEnabled:boolean "
     "splitBrainProtectionName:String? mergePolicy:String mergeBatchSize:int "
     "userCodeNamespace:String?@2.7"))
ADD_RINGBUFFER_CONFIG = message("DynamicConfig.AddRingbufferConfig", 0x1b0200,
    ("name:String capacity:int backupCount:int asyncBackupCount:int timeToLiveSeconds:int "
     "inMemoryFormat:String ringbufferStoreConfig:RingbufferStoreConfigHolder? "
     "splitBrainProtectionName:String? mergePolicy:String mergeBatchSize:int "
     "userCodeNamespace:String?@2.7"))
ADD_CARDINALITY_ESTIMATOR_CONFIG = message("DynamicConfig.AddCardinalityEstimatorConfig", 0x1b0300,
    ("name:String backupCount:int asyncBackupCount:int splitBrainProtectionName:String? "
     "mergePolicy:String mergeBatchSize:int"))
ADD_LIST_CONFIG = message("DynamicConfig.AddListConfig", 0x1b0400,
    ("name:String listenerConfigs:List[ListenerConfigHolder]? backupCount:int "
     "asyncBackupCount:int maxSize:int statisticsEnabled:boolean "
     "splitBrainProtectionName:String? mergePolicy:String mergeBatchSize:int "
     "userCodeNamespace:String?@2.7"))
ADD_SET_CONFIG = message("DynamicConfig.AddSetConfig", 0x1b0500,
    ("name:String listenerConfigs:List[ListenerConfigHolder]? backupCount:int "
     "asyncBackupCount:int maxSize:int statisticsEnabled:boolean "
     "splitBrainProtectionName:String? mergePolicy:String mergeBatchSize:int "
     "userCodeNamespace:String?@2.7"))
ADD_REPLICATED_MAP_CONFIG = message("DynamicConfig.AddReplicatedMapConfig", 0x1b0600,
    ("name:String inMemoryFormat:String asyncFillup:boolean statisticsEnabled:boolean "
     "mergePolicy:String listenerConfigs:List[ListenerConfigHolder]? "
     "splitBrainProtectionName:String? mergeBatchSize:int userCodeNamespace:String?@2.7"))
ADD_TOPIC_CONFIG = message("DynamicConfig.AddTopicConfig", 0x1b0700,
    ("name:String globalOrderingEnabled:boolean statisticsEnabled:boolean "
     "multiThreadingEnabled:boolean listenerConfigs:List[ListenerConfigHolder]? "
     "userCodeNamespace:String?@2.7"))
ADD_EXECUTOR_CONFIG = message("DynamicConfig.AddExecutorConfig", 0x1b0800,
    ("name:String poolSize:int queueCapacity:int statisticsEnabled:boolean "
     "splitBrainProtectionName:String? userCodeNamespace:String?@2.7"))
ADD_DURABLE_EXECUTOR_CONFIG = message("DynamicConfig.AddDurableExecutorConfig", 0x1b0900,
    ("name:String poolSize:int durability:int capacity:int "
     "splitBrainProtectionName:String? statisticsEnabled:boolean@2.1 "
     "userCodeNamespace:String?@2.7"))
ADD_SCHEDULED_EXECUTOR_CONFIG = message("DynamicConfig.AddScheduledExecutorConfig", 0x1b0a00,
    ("name:String poolSize:int durability:int capacity:int "
     "splitBrainProtectionName:String? mergePolicy:String mergeBatchSize:int "
     "statisticsEnabled:boolean@2.1 capacityPolicy:byte@2.5 userCodeNamespace:String?@2.7"))
ADD_QUEUE_CONFIG = message("DynamicConfig.AddQueueConfig", 0x1b0b00,
    ("name:String listenerConfigs:List[ListenerConfigHolder]? backupCount:int "
     "asyncBackupCount:int maxSize:int emptyQueueTtl:int statisticsEnabled:boolean "
     "splitBrainProtectionName:String? queueStoreConfig:QueueStoreConfigHolder? "
     "mergePolicy:String mergeBatchSize:int priorityComparatorClassName:String?@2.1 "
     "userCodeNamespace:String?@2.7"))
ADD_MAP_CONFIG = message("DynamicConfig.AddMapConfig", 0x1b0c00,
    ("name:String backupCount:int asyncBackupCount:int timeToLiveSeconds:int "
     "maxIdleSeconds:int evictionConfig:EvictionConfigHolder? readBackupData:boolean "
     "cacheDeserializedValues:String mergePolicy:String mergeBatchSize:int "
     "inMemoryFormat:String listenerConfigs:List[ListenerConfigHolder]? "
     "partitionLostListenerConfigs:List[ListenerConfigHolder]? statisticsEnabled:boolean "
     "splitBrainProtectionName:String? mapStoreConfig:MapStoreConfigHolder? "
     "nearCacheConfig:NearCacheConfigHolder? wanReplicationRef:WanReplicationRef? "
     "indexConfigs:List[IndexConfig]? attributeConfigs:List[AttributeConfig]? "
     "queryCacheConfigs:List[QueryCacheConfigHolder]? "
     "partitioningStrategyClassName:String? partitioningStrategyImplementation:Data? "
     "hotRestartConfig:HotRestartConfig? eventJournalConfig:EventJournalConfig? "
     "merkleTreeConfig:MerkleTreeConfig? metadataPolicy:int "
     "perEntryStatsEnabled:boolean@2.2 dataPersistenceConfig:DataPersistenceConfig@2.5 "
     "tieredStoreConfig:TieredStoreConfig@2.5 "
     "partitioningAttributeConfigs:List[PartitioningAttributeConfig]?@2.6 "
     "userCodeNamespace:String?@2.7"))
ADD_RELIABLE_TOPIC_CONFIG = message("DynamicConfig.AddReliableTopicConfig", 0x1b0d00,
    ("name:String listenerConfigs:List[ListenerConfigHolder]? readBatchSize:int "
     "statisticsEnabled:boolean topicOverloadPolicy:String executor:Data? "
     "userCodeNamespace:String?@2.7"))
ADD_CACHE_CONFIG = message("DynamicConfig.AddCacheConfig", 0x1b0e00,
    ("name:String keyType:String? valueType:String? statisticsEnabled:boolean "
     "managementEnabled:boolean readThrough:boolean writeThrough:boolean "
     "cacheLoaderFactory:String? cacheWriterFactory:String? cacheLoader:String? "
     "cacheWriter:String? backupCount:int asyncBackupCount:int inMemoryFormat:String "
     "splitBrainProtectionName:String? mergePolicy:String? mergeBatchSize:int "
     "disablePerEntryInvalidationEvents:boolean "
     "partitionLostListenerConfigs:List[ListenerConfigHolder]? "
     "expiryPolicyFactoryClassName:String? "
     "timedExpiryPolicyFactoryConfig:TimedExpiryPolicyFactoryConfig? "
     "cacheEntryListeners:List[CacheSimpleEntryListenerConfig]? "
     "evictionConfig:EvictionConfigHolder? wanReplicationRef:WanReplicationRef? "
     "eventJournalConfig:EventJournalConfig? hotRestartConfig:HotRestartConfig? "
     "merkleTreeConfig:MerkleTreeConfig?@2.3 "
     "dataPersistenceConfig:DataPersistenceConfig@2.5 userCodeNamespace:String?@2.7"))
ADD_FLAKE_ID_GENERATOR_CONFIG = message("DynamicConfig.AddFlakeIdGeneratorConfig", 0x1b0f00,
    ("name:String prefetchCount:int prefetchValidity:long statisticsEnabled:boolean "
     "nodeIdOffset:long epochStart:long bitsSequence:int bitsNodeId:int "
     "allowedFutureMillis:long"))
ADD_PN_COUNTER_CONFIG = message("DynamicConfig.AddPNCounterConfig", 0x1b1000,
    ("name:String replicaCount:int statisticsEnabled:boolean "
     "splitBrainProtectionName:String?"))
ADD_DATA_CONNECTION_CONFIG = message("DynamicConfig.AddDataConnectionConfig", 0x1b1100,
    "name:String type:String shared:boolean properties:Map[String,String]", since="2.6")
ADD_WAN_REPLICATION_CONFIG = message("DynamicConfig.AddWanReplicationConfig", 0x1b1200,
    ("name:String consumerConfig:WanConsumerConfigHolder? "
     "customPublisherConfigs:List[WanCustomPublisherConfigHolder] "
     "batchPublisherConfigs:List[WanBatchPublisherConfigHolder]"), since="2.7")
ADD_USER_CODE_NAMESPACE_CONFIG = message("DynamicConfig.AddUserCodeNamespaceConfig", 0x1b1300,
    "name:String resources:List[ResourceDefinition]", since="2.7")
ADD_VECTOR_COLLECTION_CONFIG = message("DynamicConfig.AddVectorCollectionConfig", 0x1b1400,
    ("name:String indexConfigs:List[VectorIndexConfig] backupCount:int@2.9 "
     "asyncBackupCount:int@2.9 splitBrainProtectionName:String?@2.9 mergePolicy:String@2.9 "
     "mergeBatchSize:int@2.9 userCodeNamespace:String?@2.9"), since="2.8")
