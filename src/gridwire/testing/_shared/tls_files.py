# SPDX-License-Identifier: Apache-2.0
"""What the nodes of a test cluster are told about TLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TlsFiles", "read_tls"]

_VERIFY = ("required", "optional")
_VERSIONS = ("1.2", "1.3")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What nodes need to speak TLS. Files are read whenever a node starts.

    Attributes:
        certfile: certificate chain, PEM.
        keyfile: its private key; None when it is in `certfile`.
        cafile: whose certificates clients have to show; None when they need none.
        name: the name in the certificate. Hazelcast members do not tell it.
        client_certificates: "required", or "optional" when clients may have none; those that they
            show must come from `cafile` all the same.
        version: "1.2" or "1.3" for this version alone.

    Raises:
        ClusterOptionError: one of them cannot be.
    """

    certfile: str
    keyfile: str | None = None
    cafile: str | None = None
    name: str = "localhost"
    client_certificates: str = "required"
    version: str | None = None

    def __post_init__(self) -> None:
        if self.client_certificates not in _VERIFY:
            raise ClusterOptionError(
                f"tls: client_certificates is required or optional, not "
                f"{self.client_certificates!r}"
            )
        if self.client_certificates == "optional" and self.cafile is None:
            raise ClusterOptionError("tls: optional client_certificates need a cafile")
        if self.version is not None and self.version not in _VERSIONS:
            raise ClusterOptionError(f"tls: version is 1.2 or 1.3, not {self.version!r}")


def read_tls(given: Mapping[str, str] | TlsFiles | None) -> TlsFiles | None:
    """What a cluster was given as `tls`.

    Raises:
        ClusterOptionError: it cannot be.
    """
    if given is None or isinstance(given, TlsFiles):
        return given
    try:
        return TlsFiles(**{name: str(value) for name, value in given.items()})
    except TypeError:
        raise ClusterOptionError(
            "tls has certfile, keyfile, cafile, name, client_certificates and version, not "
            f"{sorted(given)}"
        ) from None
