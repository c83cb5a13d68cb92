# SPDX-License-Identifier: Apache-2.0
"""Every option of 3.x, and what it means today.

The client is made by this table, the reference page ``docs/reference/hazelcast-3-options.md`` shows
it, and a test walks it.
"""

from __future__ import annotations

from gridwire.hazelcast._options.config3.client import ClientConfig
from gridwire.hazelcast._options.config3.constants import ClientProperties
from gridwire.hazelcast._options.config3.giving import (
    NO_GROUPS,
    NO_LOGGER,
    balancer,
    cloud_token,
    connecting,
    definitions,
    members,
    never_a_list,
    pausing,
    settled,
    sockets,
    tls_ciphers,
    tls_password,
    tls_version,
    unused_ciphers,
    unused_token,
)
from gridwire.hazelcast._options.config3.groups import (
    ClientCloudConfig,
    ClientNetworkConfig,
    GroupConfig,
    LoggerConfig,
    SerializationConfig,
    SocketOption,
    SSLConfig,
)
from gridwire.hazelcast._options.config3.row import Row
from gridwire.hazelcast._options.groups import FlakeIdGeneratorConfig, NearCacheConfig

__all__ = ["ROWS"]

_SAME = "As it is, under the same name."
_CLIENT = (
    Row(ClientConfig, "group_config", (), "See `GroupConfig`."),
    Row(ClientConfig, "network_config", (), "See `ClientNetworkConfig`."),
    Row(
        ClientConfig,
        "load_balancer",
        ("load_balancer",),
        "A `gridwire.hazelcast.util.LoadBalancer`. None means any member, by chance, as in 3.x; "
        "today's None means each in turn. 3.x ignored what was set here.",
        give=balancer,
    ),
    Row(
        ClientConfig,
        "membership_listeners",
        ("membership_listeners",),
        "Pairs of functions today, without `fire_for_existing`: no member is known before the "
        "client connects, and then each is an added one, as in 3.x.",
        give=members,
    ),
    Row(
        ClientConfig,
        "lifecycle_listeners",
        ("lifecycle_listeners",),
        "As it is. There is one more state, `STARTED`, after `STARTING`.",
    ),
    Row(
        ClientConfig,
        "near_cache_configs",
        ("near_caches",),
        "As it is, with 3.x's default of `eviction_policy`, which is `NONE`. A `*` in a name "
        "stands for anything today.",
        give=lambda config: {"near_caches": settled(config.near_cache_configs)},
    ),
    Row(
        ClientConfig,
        "flake_id_generator_configs",
        ("flake_id_generators",),
        "As it is; refused as long as `flake_id_generators` is.",
        give=lambda config: {"flake_id_generators": settled(config.flake_id_generator_configs)},
    ),
    Row(ClientConfig, "serialization_config", (), "See `SerializationConfig`."),
    Row(ClientConfig, "logger_config", (), "See `LoggerConfig`."),
    Row(
        ClientConfig,
        "client_name",
        ("client_name",),
        "As it is; empty means None, a name that the client makes.",
        give=lambda config: {"client_name": config.client_name or None},
    ),
    Row(ClientConfig, "properties", (), "The dict of properties; see `ClientProperties`."),
    Row(ClientConfig, "get_properties", (), "The same dict."),
    Row(ClientConfig, "get_property_or_default", (), "As it was."),
    Row(
        ClientConfig,
        "set_property",
        (),
        "As it was. A property that 3.x did not know has no meaning; a warning says so.",
    ),
    Row(ClientConfig, "add_membership_listener", ("membership_listeners",), "Adds one."),
    Row(ClientConfig, "add_lifecycle_listener", ("lifecycle_listeners",), "Adds one."),
    Row(ClientConfig, "add_near_cache_config", ("near_caches",), "Adds one, by its name."),
    Row(
        ClientConfig,
        "add_flake_id_generator_config",
        ("flake_id_generators",),
        "Adds one, by its name.",
    ),
    Row(GroupConfig, "name", ("cluster_name",), "As it is."),
    Row(
        GroupConfig,
        "password",
        (),
        "No meaning, and a warning: the cluster's name is all that members of 4.0 and later look "
        "at. Secured ones want `creds_username` and `creds_password`, which can be given beside.",
        warning=lambda value: NO_GROUPS if value else None,
    ),
)
_NETWORK = (
    Row(ClientNetworkConfig, "addresses", ("cluster_members",), "As it is."),
    Row(
        ClientNetworkConfig,
        "connection_attempt_limit",
        ("retry_max_rounds", "cluster_connect_timeout"),
        "So many whole rounds over all addresses, then the client gives up, at the start and when "
        "it reconnects. Refusals do not end them sooner (`retry_on_auth_failure` is True). Today "
        "there is no limit by default.",
        give=connecting,
    ),
    Row(
        ClientNetworkConfig,
        "connection_attempt_period",
        ("retry_initial_backoff", "retry_max_backoff", "retry_multiplier", "retry_jitter"),
        "Seconds between two rounds, always the same: the first two options have this value, the "
        "others are 1 and 0.",
        give=pausing,
    ),
    Row(
        ClientNetworkConfig,
        "connection_timeout",
        ("connection_timeout",),
        "As it is; None means no limit, which is 0 today. 0 is refused.",
        give=lambda network: {"connection_timeout": network.connection_timeout or 0},
    ),
    Row(
        ClientNetworkConfig,
        "socket_options",
        ("socket_options",),
        "Tuples (level, option, value) today.",
        give=sockets,
    ),
    Row(ClientNetworkConfig, "redo_operation", ("redo_operation",), _SAME),
    Row(ClientNetworkConfig, "smart_routing", ("smart_routing",), _SAME),
    Row(ClientNetworkConfig, "ssl_config", (), "See `SSLConfig`."),
    Row(ClientNetworkConfig, "cloud_config", (), "See `ClientCloudConfig`."),
    Row(SocketOption, "level", (), "The first item of the tuple."),
    Row(SocketOption, "option", (), "The second item."),
    Row(SocketOption, "value", (), "The third item; a string becomes its bytes in UTF-8."),
    Row(SSLConfig, "enabled", ("ssl_enabled",), "As it is."),
    Row(SSLConfig, "cafile", ("ssl_cafile",), "As it is."),
    Row(SSLConfig, "certfile", ("ssl_certfile",), "As it is."),
    Row(SSLConfig, "keyfile", ("ssl_keyfile",), "As it is."),
    Row(SSLConfig, "password", ("ssl_password",), "As it is.", give=tls_password),
    Row(
        SSLConfig,
        "protocol",
        ("ssl_protocol",),
        "The version of that name, when it was set; `TLS` is 1.2 and `SSL` is SSLv3, which nobody "
        "speaks any more. Not set, it is 1.2 and later. Names in certificates are checked today: "
        "see `ssl_check_hostname`.",
        give=tls_version,
    ),
    Row(
        SSLConfig,
        "ciphers",
        ("ssl_ciphers",),
        "As it is; with the protocol `TLSv1_3` they have no meaning, as in 3.x, and a warning says "
        "so.",
        give=tls_ciphers,
        warning=unused_ciphers,
    ),
    Row(
        ClientCloudConfig,
        "enabled",
        ("cloud_discovery_token",),
        "Whether the token is used; True without a token asks nobody.",
        give=cloud_token,
    ),
    Row(
        ClientCloudConfig,
        "discovery_token",
        ("cloud_discovery_token",),
        "As it is, when `enabled`; otherwise it has no meaning, as in 3.x, and a warning says so.",
        give=cloud_token,
        warning=unused_token,
    ),
)
_SERIALIZATION = (
    Row(SerializationConfig, "portable_version", ("portable_version",), _SAME),
    Row(
        SerializationConfig,
        "data_serializable_factories",
        ("data_serializable_factories",),
        "As it is; the dicts hold classes, no functions.",
    ),
    Row(
        SerializationConfig,
        "portable_factories",
        ("portable_factories",),
        "As it is; the dicts hold classes, no functions.",
    ),
    Row(
        SerializationConfig,
        "class_definitions",
        ("class_definitions",),
        "A list today.",
        give=definitions,
    ),
    Row(
        SerializationConfig,
        "check_class_def_errors",
        ("check_class_definition_errors",),
        "As it is.",
    ),
    Row(SerializationConfig, "is_big_endian", ("is_big_endian",), _SAME),
    Row(SerializationConfig, "default_integer_type", ("default_int_type",), "As it is."),
    Row(SerializationConfig, "custom_serializers", ("custom_serializers",), _SAME),
    Row(SerializationConfig, "global_serializer", ("global_serializer",), _SAME),
    Row(
        SerializationConfig,
        "add_data_serializable_factory",
        ("data_serializable_factories",),
        "Adds one.",
    ),
    Row(SerializationConfig, "add_portable_factory", ("portable_factories",), "Adds one."),
    Row(SerializationConfig, "set_custom_serializer", ("custom_serializers",), "Adds one."),
)
_STRUCTURES = (
    Row(NearCacheConfig, "name", (), "The key in `near_caches` today."),
    Row(NearCacheConfig, "invalidate_on_change", ("invalidate_on_change",), _SAME),
    Row(
        NearCacheConfig,
        "in_memory_format",
        ("in_memory_format",),
        "As it is; with `OBJECT`, objects that can be changed are shared if `share_objects` is on.",
    ),
    Row(NearCacheConfig, "time_to_live_seconds", ("time_to_live",), "The same option."),
    Row(NearCacheConfig, "max_idle_seconds", ("max_idle",), "The same option."),
    Row(
        NearCacheConfig,
        "eviction_policy",
        ("eviction_policy",),
        "As it is, and `NONE` when it was not set; today's default is `LRU`. With `NONE` a full "
        "near cache takes no more entries; in 3.x it grew without end.",
    ),
    Row(NearCacheConfig, "eviction_max_size", ("eviction_max_size",), _SAME),
    Row(NearCacheConfig, "eviction_sampling_count", ("eviction_sampling_count",), _SAME),
    Row(NearCacheConfig, "eviction_sampling_pool_size", ("eviction_sampling_pool_size",), _SAME),
    Row(FlakeIdGeneratorConfig, "name", (), "The key in `flake_id_generators` today."),
    Row(FlakeIdGeneratorConfig, "prefetch_count", ("prefetch_count",), _SAME),
    Row(
        FlakeIdGeneratorConfig,
        "prefetch_validity_in_millis",
        ("prefetch_validity",),
        "The same option in milliseconds; today's has seconds.",
    ),
    Row(
        LoggerConfig,
        "config_file",
        (),
        "No meaning, and a warning: logging is the program's.",
        warning=lambda value: NO_LOGGER,
    ),
    Row(
        LoggerConfig,
        "level",
        (),
        "No meaning, and a warning: logging is the program's.",
        warning=lambda value: NO_LOGGER,
    ),
)
_PROPERTIES = (
    Row(ClientProperties, "HEARTBEAT_INTERVAL", ("heartbeat_interval",), "In seconds today."),
    Row(ClientProperties, "HEARTBEAT_TIMEOUT", ("heartbeat_timeout",), "In seconds today."),
    Row(
        ClientProperties,
        "INVOCATION_TIMEOUT_SECONDS",
        ("invocation_timeout",),
        "As it is; a deadline of the whole call today, not of its retries alone.",
    ),
    Row(
        ClientProperties,
        "INVOCATION_RETRY_PAUSE_MILLIS",
        ("invocation_retry_pause",),
        "In seconds today, and the longest wait; the first waits are shorter.",
    ),
    Row(
        ClientProperties,
        "HAZELCAST_CLOUD_DISCOVERY_TOKEN",
        ("cloud_discovery_token",),
        "As it is; empty means None.",
    ),
    Row(ClientProperties, "STATISTICS_ENABLED", ("statistics_enabled",), "As it is."),
    Row(ClientProperties, "STATISTICS_PERIOD_SECONDS", ("statistics_period",), "As it is."),
    Row(
        ClientProperties,
        "SERIALIZATION_INPUT_RETURNS_BYTEARRAY",
        (),
        "Always so today; False has no meaning, and a warning says so.",
        warning=never_a_list,
    ),
)


ROWS: tuple[Row, ...] = (*_CLIENT, *_NETWORK, *_SERIALIZATION, *_STRUCTURES, *_PROPERTIES)
"""The options of 3.x, in the order in which they are documented."""
