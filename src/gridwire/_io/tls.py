# SPDX-License-Identifier: Apache-2.0
"""TLS as options describe it; whoever says nothing gets certificates that are verified."""

from __future__ import annotations

import ssl

from gridwire.errors import UsageError

__all__ = ["make_context"]


def make_context(
    cafile: str | None = None,
    certfile: str | None = None,
    keyfile: str | None = None,
    password: str | None = None,
    check_hostname: bool = True,
) -> ssl.SSLContext:
    """A client's context.

    Args:
        cafile: certificates that are trusted, in PEM format; None for those of the system.
        certfile: the client's own certificate, in PEM format.
        keyfile: its key; None when it is in `certfile`.
        password: of the key.
        check_hostname: whether the name in the server's certificate is looked at; the certificate
            itself is verified in any case.

    Raises:
        UsageError: a file cannot be read, or is not what it should be.
    """
    if keyfile is not None and certfile is None:
        raise UsageError("a TLS key without its certificate", hint="Give certfile too.")
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=cafile)
    except OSError as error:
        raise UsageError(
            f"the trusted certificates {cafile!r} cannot be loaded: {error}"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = check_hostname
    if certfile is not None:
        try:
            # Without a password OpenSSL would ask for one at the terminal.
            context.load_cert_chain(certfile, keyfile, password or "")
        except OSError as error:
            raise UsageError(
                f"the certificate {certfile!r} or its key cannot be loaded: {error}"
            ) from error
    return context
