# SPDX-License-Identifier: Apache-2.0
"""What a test cluster can be asked to be, checked before anything starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "KNOWN_LINES",
    "MAX_BACKUPS",
    "MAX_MEMBERS",
    "MAX_PARTITIONS",
    "ClusterOptions",
]

KNOWN_LINES = ("5.5", "5.6", "5.7")
"""The lines of members whose messages this cluster speaks: they look the same on the wire."""

MAX_MEMBERS = 64
"""Members of one test cluster. Each has a socket and a table of partitions; no test needs more."""

MAX_BACKUPS = 6
"""Backups of a partition, the limit that Hazelcast has as well."""

MAX_PARTITIONS = 10_000
"""Partitions; each costs memory in every member. Production clusters use up to some thousands."""

_MAX_NAME_BYTES = 1024  # It has to fit into the first message of a client, of 4096 bytes at most.
_VERSION = re.compile(r"(\d{1,2}\.\d{1,2})\.(\d{1,2})\Z")


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """The options of `HazelcastCluster`, which explains them.

    Raises:
        ClusterOptionError: one of them cannot be.
    """

    cluster_name: str
    members: int = 3
    version: str = "5.7.0"
    partition_count: int = 271
    backup_count: int = 1
    ports: tuple[int, ...] = ()
    username: str | None = None
    password: str | None = None

    def __post_init__(self) -> None:
        _check_number("members", self.members, 1, MAX_MEMBERS)
        _check_number("partition_count", self.partition_count, 1, MAX_PARTITIONS)
        _check_number("backup_count", self.backup_count, 0, MAX_BACKUPS)
        for port in self.ports:
            _check_number("ports", port, 0, 65535)
        if self.ports and len(self.ports) != self.members:
            raise ClusterOptionError(f"{self.members} members need as many ports: {self.ports}")
        fixed = [port for port in self.ports if port]
        if len(set(fixed)) < len(fixed):
            raise ClusterOptionError(f"ports: two members cannot share one: {self.ports}")
        if not 0 < len(self.cluster_name.encode()) <= _MAX_NAME_BYTES:
            raise ClusterOptionError(f"cluster_name has 1 to {_MAX_NAME_BYTES} bytes in UTF-8")
        match = _VERSION.match(self.version)
        if match is None or match.group(1) not in KNOWN_LINES:
            raise ClusterOptionError(
                f"version {self.version!r} is not known",
                hint=f"Known are {', '.join(KNOWN_LINES)} with a patch number, such as 5.7.0.",
            )
        if (self.username is None) != (self.password is None):
            raise ClusterOptionError("username and password go together")

    @property
    def version_numbers(self) -> tuple[int, int, int]:
        """The version as major, minor and patch number."""
        major, minor, patch = map(int, self.version.split("."))
        return major, minor, patch

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> ClusterOptions:
        """Read what `dataclasses.asdict` and JSON made of options.

        Raises:
            ClusterOptionError: a field is unknown, missing or cannot be.
        """
        try:
            return cls(**{**fields, "ports": tuple(fields.get("ports", ()))})
        except TypeError as error:
            raise ClusterOptionError(f"not the options of a cluster: {error}") from None


def _check_number(name: str, value: object, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ClusterOptionError(f"{name} is a number from {least} to {most}, not {value!r}")
