# SPDX-License-Identifier: Apache-2.0
"""The options as a client keeps them: complete, checked, and immutable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from gridwire._core.backoff import BackoffPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridwire.hazelcast._options.enums import ArrayType, IntType, ReconnectMode, SSLProtocol
    from gridwire.hazelcast._options.groups import (
        FlakeIdGeneratorConfig,
        NearCacheConfig,
        ReliableTopicConfig,
    )
    from gridwire.hazelcast.util import LoadBalancer
    from gridwire.telemetry import Telemetry

__all__ = ["Options"]


_ASKING_SECONDS = 30.0
"""How long somebody who is asked for addresses may take when connecting has no limit."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Options:
    """The options of one client; the attributes are those of `Config`, lists became tuples.

    Made by `Config.snapshot`.
    """

    cluster_members: tuple[str, ...]
    cluster_name: str
    client_name: str | None
    connection_timeout: float
    socket_options: tuple[tuple[int, int, int | bytes], ...]
    redo_operation: bool
    smart_routing: bool
    ssl_enabled: bool
    ssl_cafile: str | None
    ssl_certfile: str | None
    ssl_keyfile: str | None
    ssl_password: str | bytes | Callable[[], str | bytes] | None = field(repr=False)
    ssl_protocol: SSLProtocol | None
    ssl_ciphers: str | None
    ssl_check_hostname: bool
    ssl_context: object | None
    cloud_discovery_token: str | None = field(repr=False)
    cloud_base_url: str
    async_start: bool
    reconnect_mode: ReconnectMode
    retry_initial_backoff: float
    retry_max_backoff: float
    retry_jitter: float
    retry_multiplier: float
    cluster_connect_timeout: float
    retry_max_rounds: int | None
    retry_on_auth_failure: bool
    portable_version: int
    data_serializable_factories: Mapping[int, Mapping[int, type[Any]]]
    portable_factories: Mapping[int, Mapping[int, type[Any]]]
    compact_serializers: tuple[Any, ...]
    class_definitions: tuple[Any, ...]
    check_class_definition_errors: bool
    is_big_endian: bool
    default_int_type: IntType
    global_serializer: type[Any] | None
    custom_serializers: Mapping[type[Any], type[Any]]
    array_type: ArrayType
    allow_pickle: bool | Literal["read"]
    near_caches: Mapping[str, NearCacheConfig]
    load_balancer: LoadBalancer | None
    membership_listeners: tuple[
        tuple[Callable[[Any], Any] | None, Callable[[Any], Any] | None], ...
    ]
    lifecycle_listeners: tuple[Callable[[Any], Any], ...]
    notice_listeners: tuple[Callable[[Any], Any], ...]
    flake_id_generators: Mapping[str, FlakeIdGeneratorConfig]
    reliable_topics: Mapping[str, ReliableTopicConfig]
    labels: tuple[str, ...]
    heartbeat_interval: float
    heartbeat_timeout: float
    invocation_timeout: float
    invocation_retry_pause: float
    statistics_enabled: bool
    statistics_period: float
    shuffle_member_list: bool
    backup_ack_to_client_enabled: bool
    operation_backup_timeout: float
    fail_on_indeterminate_operation_state: bool
    creds_username: str | None
    creds_password: str | None = field(repr=False)
    token_provider: object | None = field(repr=False)
    use_public_ip: bool
    address_translator: Callable[..., Any] | None
    telemetry: bool | Telemetry
    max_pending_invocations: int
    max_queued_bytes: int
    max_message_bytes: int

    @property
    def connecting_limit(self) -> float | None:
        """Seconds that connecting to one address may take, None for no limit."""
        return self.connection_timeout or None

    @property
    def asking_limit(self) -> float:
        """Seconds that somebody who is asked for addresses may take; there is always a limit."""
        return self.connection_timeout or _ASKING_SECONDS

    @property
    def backoff_policy(self) -> BackoffPolicy:
        """The options that say how connecting is retried."""
        return BackoffPolicy(
            initial=self.retry_initial_backoff,
            maximum=self.retry_max_backoff,
            multiplier=self.retry_multiplier,
            jitter=self.retry_jitter,
            timeout=self.cluster_connect_timeout,
            rounds=self.retry_max_rounds,
        )
