# SPDX-License-Identifier: Apache-2.0
"""The options about TLS: what goes together, so that none of them is silently without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire.hazelcast._options.enums import SSLProtocol
from gridwire.hazelcast._options.option import ContradictingOptionsError, is_set
from gridwire.hazelcast.errors import InvalidConfigurationError

if TYPE_CHECKING:
    from gridwire.hazelcast.config import Config

__all__ = ["refuse_tls_contradictions"]

_FILES = ("ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_password")
_RULES = ("ssl_protocol", "ssl_ciphers", "ssl_check_hostname")
_GONE = (SSLProtocol.SSLv2, SSLProtocol.SSLv3)


def refuse_tls_contradictions(config: Config) -> None:
    """Refuse options about TLS of which one would be without effect.

    Raises:
        ContradictingOptionsError: two of them do not go together.
        InvalidConfigurationError: nobody speaks the version.
    """
    given = [name for name in (*_FILES, *_RULES, "ssl_context") if is_set(config, name)]
    if given and not config.ssl_enabled:
        raise ContradictingOptionsError(
            f"{', '.join(given)} is given, but ssl_enabled is not: connections would be in clear",
            hint="Set ssl_enabled=True, or leave out the options about TLS.",
        )
    if config.ssl_context is not None and len(given) > 1:
        others = ", ".join(name for name in given if name != "ssl_context")
        raise ContradictingOptionsError(
            f"{others} is given together with ssl_context, which decides everything by itself",
            hint="Make the context as it has to be, or leave it out.",
        )
    for name in ("ssl_keyfile", "ssl_password"):
        if is_set(config, name) and config.ssl_certfile is None:
            raise ContradictingOptionsError(
                f"{name} is given without ssl_certfile, the certificate that it belongs to",
                hint="Set ssl_certfile too.",
            )
    if config.ssl_protocol in _GONE:
        raise InvalidConfigurationError(
            f"ssl_protocol {SSLProtocol(config.ssl_protocol).name} is broken, and OpenSSL does "
            "not speak it any more",
            hint="Leave ssl_protocol out.",
        )
    if config.ssl_ciphers is not None and config.ssl_protocol == SSLProtocol.TLSv1_3:
        raise ContradictingOptionsError(
            "ssl_ciphers has no effect on TLS 1.3, whose ciphers cannot be chosen",
            hint="Leave out ssl_ciphers, or let ssl_protocol be TLSv1_2.",
        )
