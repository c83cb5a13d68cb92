# SPDX-License-Identifier: Apache-2.0
"""What a test cluster can be asked to be, checked before anything starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from gridwire.testing._hazelcast.factories import Factories, check_factories
from gridwire.testing._hazelcast.properties import read_properties
from gridwire.testing._hazelcast.versions import full_version
from gridwire.testing._shared.tls_files import TlsFiles
from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "MAX_BACKUPS",
    "MAX_MEMBERS",
    "MAX_PARTITIONS",
    "ClusterOptions",
]

MAX_MEMBERS = 64
"""Members of one test cluster. Each has a socket and a table of partitions; no test needs more."""

MAX_BACKUPS = 6
"""Backups of a partition, the limit that Hazelcast has as well."""

MAX_PARTITIONS = 10_000
"""Partitions; each costs memory in every member. Production clusters use up to some thousands."""

_MAX_NAME_BYTES = 1024  # It has to fit into the first message of a client, of 4096 bytes at most.


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """The options of `HazelcastCluster`, which explains them.

    Raises:
        ClusterOptionError: one of them cannot be.
    """

    cluster_name: str
    members: int = 3
    lite_members: int = 0
    version: str = "5.7.0"
    partition_count: int = 271
    backup_count: int = 1
    ports: tuple[int, ...] = ()
    username: str | None = None
    password: str | None = None
    token: str | None = None
    advertised_host: str | None = None
    public_host: str | None = None
    tls: TlsFiles | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    data_serializable_factories: Factories = field(default_factory=dict)
    is_big_endian: bool = True

    def __post_init__(self) -> None:
        _check_number("members", self.members, 1, MAX_MEMBERS)
        _check_number("lite_members", self.lite_members, 0, MAX_MEMBERS - self.members)
        _check_number("partition_count", self.partition_count, 1, MAX_PARTITIONS)
        _check_number("backup_count", self.backup_count, 0, MAX_BACKUPS)
        for port in self.ports:
            _check_number("ports", port, 0, 65535)
        count = self.members + self.lite_members
        if self.ports and len(self.ports) != count:
            raise ClusterOptionError(f"{count} members need as many ports: {self.ports}")
        fixed = [port for port in self.ports if port]
        if len(set(fixed)) < len(fixed):
            raise ClusterOptionError(f"ports: two members cannot share one: {self.ports}")
        if not 0 < len(self.cluster_name.encode()) <= _MAX_NAME_BYTES:
            raise ClusterOptionError(f"cluster_name has 1 to {_MAX_NAME_BYTES} bytes in UTF-8")
        object.__setattr__(self, "version", full_version(self.version))
        if (self.username is None) != (self.password is None):
            raise ClusterOptionError("username and password go together")
        _check_host("advertised_host", self.advertised_host)
        _check_host("public_host", self.public_host)
        read_properties(self.properties)
        if not isinstance(self.is_big_endian, bool):
            raise ClusterOptionError(f"is_big_endian is True or False, not {self.is_big_endian!r}")
        object.__setattr__(
            self, "data_serializable_factories", check_factories(self.data_serializable_factories)
        )

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> ClusterOptions:
        """Read what `dataclasses.asdict` and JSON made of options.

        Raises:
            ClusterOptionError: a field is unknown, missing or cannot be.
        """
        try:
            tls = fields.get("tls")
            return cls(
                **{
                    **fields,
                    "ports": tuple(fields.get("ports", ())),
                    "tls": None if tls is None else TlsFiles(**tls),
                }
            )
        except TypeError as error:
            raise ClusterOptionError(f"not the options of a cluster: {error}") from None


def _check_host(name: str, host: object) -> None:
    if host is None:
        return
    try:
        ip_address(host if isinstance(host, str) else "")
    except ValueError:
        raise ClusterOptionError(f"{name} is an IP address, not {host!r}") from None


def _check_number(name: str, value: object, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ClusterOptionError(f"{name} is a number from {least} to {most}, not {value!r}")
