# SPDX-License-Identifier: Apache-2.0
"""Constants of the 3.x configuration: defaults, enums, and names of properties."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from gridwire.hazelcast._options.enums import EvictionPolicy, InMemoryFormat, IntType

__all__ = [
    "DEFAULT_GROUP_NAME",
    "DEFAULT_GROUP_PASSWORD",
    "EVICTION_POLICY",
    "INTEGER_TYPE",
    "IN_MEMORY_FORMAT",
    "PROPERTY_HEARTBEAT_INTERVAL",
    "PROPERTY_HEARTBEAT_TIMEOUT",
    "PROTOCOL",
    "ClientProperties",
    "ClientProperty",
]

DEFAULT_GROUP_NAME = "dev"
"""Name of the cluster that a `GroupConfig` names by itself."""

DEFAULT_GROUP_PASSWORD = "dev-pass"  # noqa: S105 - it is known to everybody, and protects nothing
"""Password that a `GroupConfig` has by itself; it has no meaning for members of today."""

PROPERTY_HEARTBEAT_INTERVAL = "hazelcast.client.heartbeat.interval"
"""Property: milliseconds without a write after which a connection is pinged."""

PROPERTY_HEARTBEAT_TIMEOUT = "hazelcast.client.heartbeat.timeout"
"""Property: milliseconds without a read after which a connection is closed."""

INTEGER_TYPE = IntType
"""The types as which integers are written; `IntType` of today, with the same numbers."""

EVICTION_POLICY = EvictionPolicy
"""Which entry leaves a full near cache; `EvictionPolicy` of today, with the same numbers."""

IN_MEMORY_FORMAT = InMemoryFormat
"""How a near cache keeps values; `InMemoryFormat` of today, with the same numbers."""


class PROTOCOL(IntEnum):
    """A version of TLS or of its predecessors. The numbers are not those of `SSLProtocol`."""

    SSLv2 = 0
    """Broken, forbidden by RFC 6176."""

    SSLv3 = 1
    """Broken, forbidden by RFC 7568."""

    SSL = 2
    """Another name for SSL 3.0."""

    TLSv1 = 3
    """RFC 2246, deprecated by RFC 8996."""

    TLSv1_1 = 4
    """RFC 4346, deprecated by RFC 8996."""

    TLSv1_2 = 5
    """RFC 5246."""

    TLSv1_3 = 6
    """RFC 8446."""

    TLS = 7
    """Another name for TLS 1.2."""


@dataclass(frozen=True)
class ClientProperty:
    """A property of the client: `ClientConfig.set_property` takes its name.

    Args:
        name: of the property, and of the environment variable that may hold it.
        default_value: when nobody sets it.
        time_unit: seconds in one unit of the value; `None` when it is no time.
    """

    name: str
    default_value: object = None
    time_unit: float | None = None


class ClientProperties:
    """The properties that 3.x knew."""

    HEARTBEAT_INTERVAL = ClientProperty(PROPERTY_HEARTBEAT_INTERVAL, 5000, 0.001)
    HEARTBEAT_TIMEOUT = ClientProperty(PROPERTY_HEARTBEAT_TIMEOUT, 60000, 0.001)
    INVOCATION_TIMEOUT_SECONDS = ClientProperty(
        "hazelcast.client.invocation.timeout.seconds", 120, 1.0
    )
    INVOCATION_RETRY_PAUSE_MILLIS = ClientProperty(
        "hazelcast.client.invocation.retry.pause.millis", 1000, 0.001
    )
    HAZELCAST_CLOUD_DISCOVERY_TOKEN = ClientProperty("hazelcast.client.cloud.discovery.token", "")
    STATISTICS_ENABLED = ClientProperty("hazelcast.client.statistics.enabled", False)
    STATISTICS_PERIOD_SECONDS = ClientProperty("hazelcast.client.statistics.period.seconds", 3, 1.0)
    SERIALIZATION_INPUT_RETURNS_BYTEARRAY = ClientProperty(
        "hazelcast.serialization.input.returns.bytearray", False
    )
