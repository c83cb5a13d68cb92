# SPDX-License-Identifier: Apache-2.0
"""What the doctor was told: where to look, as whom, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gridwire._core.addresses import Endpoint
from gridwire._io.tls import Tls

__all__ = ["Settings", "System", "TlsSettings"]


class System(StrEnum):
    """Which kind of cluster is looked at."""

    HAZELCAST = "hazelcast"
    AEROSPIKE = "aerospike"

    @property
    def shown(self) -> str:
        """Its name as it is written."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """How to speak TLS.

    Attributes:
        cafile: certificates that are trusted; None for those of the system.
        certfile: our own certificate.
        keyfile: its key.
        key_password: of the key.
        server_name: the name that certificates must have; None for the host's.
        check_hostname: whether the name is looked at.
    """

    cafile: str | None = None
    certfile: str | None = None
    keyfile: str | None = None
    key_password: str | None = field(default=None, repr=False)
    server_name: str | None = None
    check_hostname: bool = True

    def make(self) -> Tls:
        """What a client with these options has.

        Raises:
            UsageError: a file cannot be read, or is not what it should be.
        """
        return Tls(
            cafile=self.cafile,
            certfile=self.certfile,
            keyfile=self.keyfile,
            password=self.key_password if self.certfile is not None else None,
            check_hostname=self.check_hostname,
            name=self.server_name,
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """What the doctor was told.

    Attributes:
        system: which kind of cluster.
        endpoints: where to begin.
        cluster_name: what the cluster is called; None for any, where that can be.
        user: who logs in; None for nobody.
        password: of the user.
        tls: None for plain connections.
        timeout: seconds that each step may take.
        use_public_ip: whether members are reached at their public addresses.
        use_services_alternate: whether nodes are reached at their alternate addresses.
        write_probe: whether a map may be written and destroyed.
    """

    system: System
    endpoints: tuple[Endpoint, ...]
    cluster_name: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: TlsSettings | None = None
    timeout: float = 5.0
    use_public_ip: bool = False
    use_services_alternate: bool = False
    write_probe: bool = False
