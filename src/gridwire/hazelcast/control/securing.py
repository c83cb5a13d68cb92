# SPDX-License-Identifier: Apache-2.0
"""TLS as the options of a client describe it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from gridwire._io.tls import Tls
from gridwire._io.tls_context import VERSIONS
from gridwire.errors import UsageError
from gridwire.hazelcast.errors import InvalidConfigurationError

if TYPE_CHECKING:
    import ssl

    from gridwire.hazelcast.config import Options

__all__ = ["TLS_OPTIONS", "tls_of"]

TLS_OPTIONS = ("ssl_enabled", "ssl_certfile")
"""What switches TLS on, and what names the client's certificate."""


def tls_of(options: Options) -> Tls | None:
    """How the connections of a client speak TLS; None when they do not.

    Args:
        options: of the client, which do not contradict each other.

    Raises:
        InvalidConfigurationError: a file cannot be read, or is not what it should be.
    """
    if not options.ssl_enabled:
        return None
    version = options.ssl_protocol
    try:
        if options.ssl_context is not None:
            return Tls(context=cast("ssl.SSLContext", options.ssl_context))
        return Tls(
            cafile=options.ssl_cafile,
            certfile=options.ssl_certfile,
            keyfile=options.ssl_keyfile,
            password=options.ssl_password,
            check_hostname=options.ssl_check_hostname,
            ciphers=options.ssl_ciphers,
            version=None if version is None else VERSIONS[version.name],
        )
    except UsageError as error:
        raise InvalidConfigurationError(error.message, hint=error.hint) from error.__cause__
