# SPDX-License-Identifier: Apache-2.0
"""The small values that travel between users and clusters: addresses, members, entries, JSON.

All of them are immutable, can be compared and pickled, and (as far as what they hold can be)
hashed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

__all__ = [
    "Address",
    "DistributedObjectEvent",
    "DistributedObjectEventType",
    "DistributedObjectInfo",
    "EndpointQualifier",
    "HazelcastJsonValue",
    "MapEntry",
    "MemberInfo",
    "MemberVersion",
    "ProtocolType",
    "SimpleEntryView",
]

KeyType = TypeVar("KeyType")
ValueType = TypeVar("ValueType")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a member listens.

    Args:
        host: a name or an IP address, IPv6 without brackets.
        port: of TCP.
    """

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class ProtocolType(IntEnum):
    """What a server socket of a member is for."""

    MEMBER = 0
    CLIENT = 1
    WAN = 2
    REST = 3
    MEMCACHE = 4


@dataclass(frozen=True, slots=True)
class EndpointQualifier:
    """Names one of the server sockets of a member.

    Args:
        protocol_type: a `ProtocolType`, or the number of a kind that this version does not know.
        identifier: tells sockets of the same kind apart; `None` when there is one.
    """

    protocol_type: int
    identifier: str | None


@dataclass(frozen=True, slots=True, order=True)
class MemberVersion:
    """The version of the software that a member runs; versions can be compared.

    Args:
        major: the first number.
        minor: the second one.
        patch: the third one.
    """

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class MemberInfo:
    """A member of the cluster.

    Two of these are equal when address and uuid are: they name the same run of the same member.

    Args:
        address: where other members reach it.
        member_uuid: kept as `uuid`; differs after each restart, `None` as long as it is not known.
        attributes: set in the configuration of the member.
        lite_member: whether it owns no partitions.
        version: of its software.
        _: not used; the constructor of the official client has an argument in this place.
        address_map: all its server sockets by their kind.
    """

    __slots__ = ("address", "address_map", "attributes", "lite_member", "uuid", "version")

    address: Address
    uuid: UUID | None
    """Differs after each restart; None as long as it is not known."""
    attributes: Mapping[str, str]
    lite_member: bool
    version: MemberVersion
    address_map: Mapping[EndpointQualifier, Address]

    def __init__(
        self,
        address: Address,
        member_uuid: UUID | None,
        attributes: Mapping[str, str] | None,
        lite_member: bool,
        version: MemberVersion,
        _: bool | None = None,
        address_map: Mapping[EndpointQualifier, Address] | None = None,
    ) -> None:
        fix = object.__setattr__
        fix(self, "address", address)
        fix(self, "uuid", member_uuid)
        fix(self, "attributes", MappingProxyType(dict(attributes or {})))
        fix(self, "lite_member", lite_member)
        fix(self, "version", version)
        fix(self, "address_map", MappingProxyType(dict(address_map or {})))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MemberInfo):
            return NotImplemented
        return self.address == other.address and self.uuid == other.uuid

    def __hash__(self) -> int:
        return hash((self.address, self.uuid))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (
            self.address,
            self.uuid,
            dict(self.attributes),
            self.lite_member,
            self.version,
            None,
            dict(self.address_map),
        )

    def __str__(self) -> str:
        return f"Member [{self.address.host}]:{self.address.port} - {self.uuid}" + (
            " lite" if self.lite_member else ""
        )

    def __repr__(self) -> str:
        return (
            f"MemberInfo(address={self.address!r}, uuid={self.uuid}, "
            f"attributes={dict(self.attributes)!r}, lite_member={self.lite_member}, "
            f"version={self.version!r}, address_map={dict(self.address_map)!r})"
        )


@dataclass(frozen=True, slots=True)
class DistributedObjectInfo:
    """Names a data structure of the cluster.

    Args:
        service_name: the kind, for example ``hz:impl:mapService``.
        name: of the structure.
    """

    service_name: str
    name: str


class DistributedObjectEventType(StrEnum):
    """What happened to a data structure."""

    CREATED = "CREATED"
    DESTROYED = "DESTROYED"


@dataclass(frozen=True, slots=True)
class DistributedObjectEvent:
    """A data structure was created or destroyed.

    Args:
        name: of the structure.
        service_name: the kind, for example ``hz:impl:mapService``.
        event_type: a `DistributedObjectEventType`.
        source: the member where it happened.
    """

    name: str
    service_name: str
    event_type: str
    source: UUID


# No slots: `SimpleEntryView[K, V](...)` would fail before Python 3.12.
@dataclass(frozen=True)
class SimpleEntryView(Generic[KeyType, ValueType]):
    """A map entry with what the member keeps about it.

    Args:
        key: of the entry.
        value: of the entry.
        cost: bytes of memory that the entry takes in its member.
        creation_time: milliseconds since 1970.
        expiration_time: milliseconds since 1970; the largest 64-bit number means never.
        hits: how often it was read.
        last_access_time: milliseconds since 1970.
        last_stored_time: milliseconds since 1970, when a map store wrote it.
        last_update_time: milliseconds since 1970.
        version: how often it was written.
        ttl: time to live in milliseconds, as last set.
        max_idle: time without a read after which it goes, in milliseconds, as last set.
    """

    key: KeyType
    value: ValueType
    cost: int
    creation_time: int
    expiration_time: int
    hits: int
    last_access_time: int
    last_stored_time: int
    last_update_time: int
    version: int
    ttl: int
    max_idle: int


class HazelcastJsonValue:
    """A JSON text that the cluster can query and index.

    The text is stored as it is and is not checked.

    Args:
        value: the JSON text, or another object, which `json.dumps` turns into one.

    Raises:
        AssertionError: `value` is `None`.
        TypeError: `json.dumps` cannot serialize the object.
        ValueError: the object contains itself.
    """

    __slots__ = ("_json_string",)

    _json_string: str

    def __init__(self, value: Any) -> None:
        if value is None:
            raise AssertionError("A JSON value needs a text or an object; None is neither")
        text = value if isinstance(value, str) else json.dumps(value)
        object.__setattr__(self, "_json_string", text)

    def to_string(self) -> str:
        """Return the JSON text, as it was given or made."""
        return self._json_string

    def loads(self) -> Any:
        """Parse the JSON text.

        Returns:
            What the text stands for, as `json.loads` gives it.

        Raises:
            ValueError: the text is not JSON.
        """
        return json.loads(self._json_string)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HazelcastJsonValue):
            return NotImplemented
        return self._json_string == other._json_string

    def __hash__(self) -> int:
        return hash(self._json_string)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._json_string,)

    def __repr__(self) -> str:
        return self._json_string


# No slots: `MapEntry[K, V](...)` would fail before Python 3.12.
@dataclass(frozen=True)
class MapEntry(Generic[KeyType, ValueType]):
    """The key and the value of a map entry.

    Args:
        key: of the entry.
        value: of the entry.
    """

    # The defaults let a serializer make an empty one; what users get is always filled.
    key: KeyType = None  # type: ignore[assignment]
    value: ValueType = None  # type: ignore[assignment]
