# SPDX-License-Identifier: Apache-2.0
"""From what a user writes to a client that is ready to start; the same for every call style."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

from gridwire._io.interfaces import Connector, Dispatcher
from gridwire.hazelcast.cluster.service import ClusterService
from gridwire.hazelcast.config import ClientConfig, Config, Options
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.handshake import Identity
from gridwire.hazelcast.serialization.compact.schemas import Schemas
from gridwire.hazelcast.serialization.service import SerializationService

__all__ = ["client_name", "make_core", "make_serialization", "options_of"]

_numbers = count()


def options_of(config: Config | ClientConfig | None, keywords: dict[str, Any]) -> Options:
    """The options of a client, from a `Config`, a `ClientConfig` or keyword arguments.

    Raises:
        InvalidConfigurationError: two of them contradict each other, or an option is unknown or has
            no effect yet.
        TypeError: a value has the wrong type.
        ValueError: a value is not allowed.
    """
    return Config.resolve(config, keywords).snapshot()


def client_name(options: Options) -> str:
    """The configured name, or one that is unique in this process."""
    return options.client_name or f"hz.client_{next(_numbers)}"


def make_serialization(options: Options) -> SerializationService:
    """The serialization that the options describe."""
    return SerializationService(
        is_big_endian=options.is_big_endian,
        default_int_type=options.default_int_type,
        data_serializable_factories=options.data_serializable_factories,
        portable_factories=options.portable_factories,
        portable_version=options.portable_version,
        class_definitions=options.class_definitions,
        check_class_definition_errors=options.check_class_definition_errors,
        compact_serializers=options.compact_serializers,
        custom_serializers=options.custom_serializers,
        global_serializer=options.global_serializer,
        array_type=options.array_type,
        allow_pickle=options.allow_pickle,
    )


def make_core(
    options: Options,
    name: str,
    connector: Connector,
    dispatcher: Dispatcher,
    from_anywhere: Callable[..., object],
    schemas: Schemas | None = None,
) -> ClientCore:
    """The core of a client; on the loop that it will run on.

    Args:
        options: of the client.
        name: of the client.
        connector: opens streams.
        dispatcher: runs users' callbacks.
        from_anywhere: has the loop call a function; may be used by any thread.
        schemas: of the client's serialization; without them it is one that writes no Compact.
    """
    identity = Identity(
        uuid4(),
        name,
        options.cluster_name,
        tuple(options.labels),
        options.creds_username,
        options.creds_password,
        options.smart_routing,
        options.token_provider is not None,
    )
    known = Schemas() if schemas is None else schemas
    core = ClientCore(options, identity, connector, dispatcher, from_anywhere, known)
    core.balancer.init(ClusterService(core.state, core.membership))
    return core
