# SPDX-License-Identifier: Apache-2.0
"""What groups of options of 3.x ask for today, where it is not the value as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridwire.hazelcast._options.config3.client import ClientConfig
from gridwire.hazelcast._options.config3.constants import PROTOCOL
from gridwire.hazelcast._options.config3.groups import (
    ClientCloudConfig,
    ClientNetworkConfig,
    SerializationConfig,
    SocketOption,
    SSLConfig,
)
from gridwire.hazelcast._options.enums import SSLProtocol
from gridwire.hazelcast.util import RandomLB

__all__ = [
    "NO_GROUPS",
    "NO_LOGGER",
    "balancer",
    "cloud_token",
    "connecting",
    "definitions",
    "members",
    "never_a_list",
    "pausing",
    "settled",
    "sockets",
    "tls_ciphers",
    "tls_password",
    "tls_version",
    "unused_ciphers",
    "unused_token",
]

_PROTOCOLS = {
    PROTOCOL.SSL: SSLProtocol.SSLv3,
    PROTOCOL.TLS: SSLProtocol.TLSv1_2,
    **{PROTOCOL[each.name]: each for each in SSLProtocol},
}

NO_GROUPS = (
    "members have no group password any more. They look at the name of the cluster alone, unless "
    "they are secured; then give creds_username and creds_password"
)
"""Why a group password says nothing."""

NO_LOGGER = (
    "gridwire leaves logging to the program; set up the logger 'gridwire' with the logging module"
)
"""Why the options about logging say nothing."""


def connecting(network: ClientNetworkConfig) -> Mapping[str, Any]:
    """How long the cluster is looked for."""
    # In 3.x a refusal was a failure as any other, so the rounds went on.
    return {
        "retry_max_rounds": network.connection_attempt_limit,
        "cluster_connect_timeout": -1,
        "retry_on_auth_failure": True,
    }


def pausing(network: ClientNetworkConfig) -> Mapping[str, Any]:
    """How long it is waited between two rounds."""
    period = network.connection_attempt_period
    return {
        "retry_initial_backoff": period,
        "retry_max_backoff": period,
        "retry_multiplier": 1,
        "retry_jitter": 0,
    }


def sockets(network: ClientNetworkConfig) -> Mapping[str, Any]:
    """Tuples for `socket.setsockopt`."""
    return {"socket_options": [_as_tuple(each) for each in network.socket_options]}


def _as_tuple(option: SocketOption) -> tuple[int, int, int | bytes]:
    value = option.value
    return option.level, option.option, value.encode() if isinstance(value, str) else value


def members(config: ClientConfig) -> Mapping[str, Any]:
    """Pairs of functions; whoever calls nobody is left out."""
    pairs = [each[:2] for each in config.membership_listeners]
    return {"membership_listeners": [pair for pair in pairs if pair != (None, None)]}


def balancer(config: ClientConfig) -> Mapping[str, Any]:
    """The load balancer, or that of 3.x; each client has its own."""
    chosen = config.load_balancer
    return {"load_balancer": RandomLB() if chosen is None else chosen}


def definitions(serialization: SerializationConfig) -> Mapping[str, Any]:
    """A list of class definitions."""
    # In one order, whatever that of the set is: an error about two of them is always the same.
    found = sorted(
        serialization.class_definitions,
        key=lambda one: (one.factory_id, one.class_id, one.version),
    )
    return {"class_definitions": found}


def tls_version(ssl: SSLConfig) -> Mapping[str, Any]:
    """The version of TLS of the same name, if one was set."""
    return {"ssl_protocol": _PROTOCOLS[ssl.protocol] if ssl.is_given("protocol") else None}


def tls_password(ssl: SSLConfig) -> Mapping[str, Any]:
    """The password of a key; what can be changed is copied."""
    password = ssl.password
    return {"ssl_password": bytes(password) if isinstance(password, bytearray) else password}


def tls_ciphers(ssl: SSLConfig) -> Mapping[str, Any]:
    """The ciphers, if they can be chosen."""
    return {"ssl_ciphers": None if _is_only_1_3(ssl) else ssl.ciphers}


def unused_ciphers(ssl: SSLConfig) -> str | None:
    """What there is to say about ciphers that nobody uses."""
    if ssl.ciphers is None or not _is_only_1_3(ssl):
        return None
    return (
        "they are not used, because SSLConfig.protocol is TLSv1_3, whose ciphers cannot be chosen, "
        "as in 3.x"
    )


def _is_only_1_3(ssl: SSLConfig) -> bool:
    return bool(ssl.protocol == PROTOCOL.TLSv1_3)


def cloud_token(cloud: ClientCloudConfig) -> Mapping[str, Any]:
    """The token, if it is to be used."""
    return {"cloud_discovery_token": (cloud.discovery_token or None) if cloud.enabled else None}


def unused_token(cloud: ClientCloudConfig) -> str | None:
    """What there is to say about a token that nobody uses."""
    if cloud.enabled or not cloud.discovery_token:
        return None
    return "it is not used, because ClientCloudConfig.enabled is False, as in 3.x"


def never_a_list(wanted: bool) -> str | None:
    """What there is to say about `read_byte_array`."""
    return None if wanted else "read_byte_array gives a bytearray today, never a list"


def settled(groups: Mapping[str, Any]) -> dict[str, Any]:
    """The groups of each data structure, as they are now."""
    return {name: group.settled() for name, group in groups.items()}
