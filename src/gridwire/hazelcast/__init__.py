# SPDX-License-Identifier: Apache-2.0
"""A client of Hazelcast clusters.

::

    from gridwire import hazelcast

    with hazelcast.HazelcastClient(cluster_members=["127.0.0.1:5701"]) as client:
        scores = client.get_map("scores").blocking()
        scores.set("ann", 3)

`gridwire.hazelcast.asyncio` is the same for asyncio.
"""

from __future__ import annotations

from gridwire.hazelcast.client import HazelcastClient
from gridwire.hazelcast.config import (
    DEFAULT_GROUP_NAME,
    DEFAULT_GROUP_PASSWORD,
    EVICTION_POLICY,
    IN_MEMORY_FORMAT,
    INTEGER_TYPE,
    PROPERTY_HEARTBEAT_INTERVAL,
    PROPERTY_HEARTBEAT_TIMEOUT,
    ClientCloudConfig,
    ClientConfig,
    ClientNetworkConfig,
    Config,
    FlakeIdGeneratorConfig,
    GroupConfig,
    NearCacheConfig,
    SerializationConfig,
    SocketOption,
    SSLConfig,
)
from gridwire.hazelcast.lifecycle import LifecycleState

__all__ = [
    "DEFAULT_GROUP_NAME",
    "DEFAULT_GROUP_PASSWORD",
    "EVICTION_POLICY",
    "INTEGER_TYPE",
    "IN_MEMORY_FORMAT",
    "PROPERTY_HEARTBEAT_INTERVAL",
    "PROPERTY_HEARTBEAT_TIMEOUT",
    "ClientCloudConfig",
    "ClientConfig",
    "ClientNetworkConfig",
    "Config",
    "FlakeIdGeneratorConfig",
    "GroupConfig",
    "HazelcastClient",
    "LifecycleState",
    "NearCacheConfig",
    "SSLConfig",
    "SerializationConfig",
    "SocketOption",
]
