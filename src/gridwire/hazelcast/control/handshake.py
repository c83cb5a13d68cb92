# SPDX-License-Identifier: Apache-2.0
"""The first exchange on a connection: who we are, whether the member lets us in.

Pure: a request is made, a reply is judged. Whoever drives it may be a loop or a blocking socket.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from gridwire._core.request import Request
from gridwire.hazelcast.cluster.strategy import Finding
from gridwire.hazelcast.core import Address
from gridwire.hazelcast.errors import (
    AuthenticationError,
    ClientNotAllowedInClusterError,
    HazelcastError,
    IllegalStateError,
)
from gridwire.hazelcast.protocol.messages import client as messages

__all__ = [
    "CLIENT_TYPE",
    "CLIENT_VERSION",
    "REFUSALS",
    "Admission",
    "Identity",
    "admission_of",
    "authentication_request",
]

CLIENT_TYPE = "PYH"
_SERIALIZATION_VERSION = 1
# Members read this as the version of the client library whose behaviour we match.
CLIENT_VERSION = "5.7.0"
_ROUTE_UNISOCKET, _ROUTE_SMART = 0, 1

_AUTHENTICATED = 0
_CREDENTIALS_FAILED = 1
_SERIALIZATION_MISMATCH = 2
_NOT_ALLOWED = 3

REFUSALS = MappingProxyType(
    {
        _CREDENTIALS_FAILED: Finding.REFUSED,
        _SERIALIZATION_MISMATCH: Finding.REFUSED,
        _NOT_ALLOWED: Finding.NOT_ALLOWED,
    }
)
"""Statuses that a member would give again. What another one means nobody knows."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How a client introduces itself.

    Args:
        uuid: of the client; the same on all its connections.
        name: of the client.
        cluster_name: of the cluster that it looks for.
        labels: shown by management tools.
        username: or None.
        password: or None.
        smart: whether it will connect to every member.
        by_token: whether a token provider gives what takes the place of name and password.
    """

    uuid: UUID
    name: str
    cluster_name: str
    labels: tuple[str, ...] = ()
    username: str | None = None
    password: str | None = None
    smart: bool = True
    by_token: bool = False

    def __repr__(self) -> str:
        return f"<Identity {self.name} {self.uuid}>"


@dataclass(frozen=True, slots=True)
class Admission:
    """What a member says when it lets a client in.

    Args:
        member_uuid: who answered.
        address: the address that the member calls its own, or None.
        server_version: such as ``"5.7.0"``.
        partition_count: number of partitions of the cluster.
        cluster_id: of the running cluster; another one after a full restart.
        members: version and member infos; None from members before 5.4.
        partitions: version and table; None from members before 5.4.
    """

    member_uuid: UUID
    address: Address | None
    server_version: str
    partition_count: int
    cluster_id: UUID
    members: tuple[int, list[Any]] | None
    partitions: tuple[int, list[tuple[UUID, list[int]]]] | None


def authentication_request(identity: Identity, token: bytes | None = None) -> Request[Any]:
    """The request that begins every connection; its reply goes to `admission_of`.

    Args:
        identity: of the client.
        token: what takes the place of name and password, or None.
    """
    message = messages.AUTHENTICATION if token is None else messages.AUTHENTICATION_CUSTOM
    credentials = (identity.username, identity.password) if token is None else (token,)
    payload = message.encode_request(
        -1,
        identity.cluster_name,
        *credentials,
        identity.uuid,
        CLIENT_TYPE,
        _SERIALIZATION_VERSION,
        CLIENT_VERSION,
        identity.name,
        list(identity.labels),
        _ROUTE_SMART if identity.smart else _ROUTE_UNISOCKET,
        False,
    )
    return Request(message.name, payload, message.decode_response, retryable=True)


def admission_of(reply: Any, identity: Identity) -> Admission:
    """Judge a member's answer.

    Raises:
        AuthenticationError: wrong cluster name or credentials; the member does not say which.
        ClientNotAllowedInClusterError: the member refuses this client.
        IllegalStateError: the member serializes in another way.
    """
    if reply.status != _AUTHENTICATED:
        raise _refusal(reply.status, identity)
    place = reply.address
    return Admission(
        reply.member_uuid,
        Address(place.host, place.port) if place is not None else None,
        reply.server_hazelcast_version,
        reply.partition_count,
        reply.cluster_id,
        (reply.member_list_version, reply.member_infos) if reply.member_infos else None,
        (reply.partition_list_version, reply.partitions) if reply.partitions else None,
    )


def _refusal(status: int, identity: Identity) -> HazelcastError:
    if status == _CREDENTIALS_FAILED:
        return AuthenticationError(
            f"the member refused the cluster name {identity.cluster_name!r} or the credentials",
            hint=f"Check cluster_name and {_sent(identity)}; "
            "members do not say which of them is wrong.",
        )
    if status == _SERIALIZATION_MISMATCH:
        return IllegalStateError("the member uses another version of the serialization")
    if status == _NOT_ALLOWED:
        return ClientNotAllowedInClusterError(
            "the member does not allow this client in its cluster",
            hint="It may be blocked in the management centre, or the cluster is being changed.",
        )
    return AuthenticationError(f"the member answered the authentication with status {status}")


def _sent(identity: Identity) -> str:
    """What the credentials were made of, in the words of the options."""
    if identity.by_token:
        return "what token_provider gives"
    if identity.username is None:
        return "whether the cluster wants credentials (creds_username, token_provider)"
    return "creds_username and creds_password"
