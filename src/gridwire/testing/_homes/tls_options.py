# SPDX-License-Identifier: Apache-2.0
"""The options about TLS of ``python -m gridwire.testing``, the same for every kind of cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

__all__ = ["add_tls_options", "tls_of"]


def add_tls_options(add: Callable[..., object], nodes: str) -> None:
    """Add them to a parser.

    Args:
        add: its `add_argument`.
        nodes: what those who listen are called.
    """
    add("--tls-cert", metavar="FILE", help=f"certificate, PEM; {nodes} speak TLS then")
    add("--tls-key", metavar="FILE", help="its key, if it is not in the same file")
    add(
        "--tls-ca",
        metavar="FILE",
        help="whose certificates clients have to show (default: they need none)",
    )


def tls_of(options: argparse.Namespace) -> dict[str, str] | None:
    """What a command line says about TLS, as clusters take it.

    Raises:
        ClusterOptionError: there is no certificate.
    """
    given = {
        "certfile": options.tls_cert,
        "keyfile": options.tls_key,
        "cafile": options.tls_ca,
        # Hazelcast members do not tell their names.
        "name": getattr(options, "tls_name", None),
    }
    files = {name: value for name, value in given.items() if value}
    if files and "certfile" not in files:
        raise ClusterOptionError("TLS needs a certificate", hint="Give --tls-cert too.")
    return files or None
