# SPDX-License-Identifier: Apache-2.0
"""Contexts of OpenSSL as options describe them, and what is refused about them."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable

from gridwire.errors import UsageError

__all__ = ["VERSIONS", "Password", "make_context", "refuse_useless"]

Password = str | bytes | Callable[[], str | bytes] | None

VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1_1": ssl.TLSVersion.TLSv1_1,
    "TLSv1_2": ssl.TLSVersion.TLSv1_2,
    "TLSv1_3": ssl.TLSVersion.TLSv1_3,
}
"""What options call the versions."""


def make_context(
    cafile: str | None = None,
    certfile: str | None = None,
    keyfile: str | None = None,
    password: Password = None,
    check_hostname: bool = True,
    ciphers: str | None = None,
    version: ssl.TLSVersion | None = None,
) -> ssl.SSLContext:
    """A client's context; for the arguments see `Tls`.

    Raises:
        UsageError: a file cannot be read, or is not what it should be.
    """
    if certfile is None and (keyfile is not None or password is not None):
        what = "key" if keyfile is not None else "password of a key"
        raise UsageError(f"a TLS {what} without its certificate", hint="Give certfile too.")
    # Not the default context of `ssl`, which is stricter from Python 3.13 on: what members accept
    # must not depend on that.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _limit_versions(context, version, ciphers)
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.check_hostname = check_hostname
    _trust(context, cafile)
    if certfile is not None:
        _load_own(context, certfile, keyfile, password)
    if ciphers is not None:
        try:
            context.set_ciphers(ciphers)
        except ssl.SSLError as error:
            raise UsageError(
                f"OpenSSL knows none of the TLS ciphers {ciphers!r} up to TLS 1.2"
            ) from error
        _refuse_no_ciphers(context, ciphers)
    return context


def refuse_useless(context: ssl.SSLContext) -> None:
    """Refuse a context of the user by which no client can connect.

    Raises:
        UsageError: it is for servers.
    """
    try:
        context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")
    except (ssl.SSLError, ValueError) as error:
        words = str(error).partition(" (_ssl")[0]
        raise UsageError(
            f"the ssl.SSLContext is of no use for a client: {words}",
            hint="ssl.create_default_context() makes one for clients.",
        ) from error


def _refuse_no_ciphers(context: ssl.SSLContext, ciphers: str) -> None:
    """Refuse ciphers by which a peer without a certificate is let in, or nothing is encrypted."""
    bad = [
        one["name"]
        for one in context.get_ciphers()
        if one.get("auth") == "auth-null" or not one["strength_bits"]
    ]
    if bad:
        more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
        raise UsageError(
            f"the TLS ciphers {ciphers!r} allow such as look at no certificate, or encrypt "
            f"nothing: {', '.join(bad[:3])}{more}",
            hint="Add :!aNULL:!eNULL to them.",
        )


def _limit_versions(
    context: ssl.SSLContext, version: ssl.TLSVersion | None, ciphers: str | None
) -> None:
    if version is None:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if ciphers is not None:
            # Those of 1.3 cannot be chosen: it would be spoken with ciphers that are not allowed.
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        return
    with warnings.catch_warnings():
        # Versions of old are deprecated, as whoever names one knows.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version


def _trust(context: ssl.SSLContext, cafile: str | None) -> None:
    if cafile is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        return
    _read("trusted certificates", cafile)
    try:
        context.load_verify_locations(cafile)
    except OSError as error:
        raise UsageError(
            f"the trusted certificates {cafile!r} cannot be loaded: there is no certificate in "
            "PEM format in it, or a damaged one"
        ) from error


def _load_own(
    context: ssl.SSLContext, certfile: str, keyfile: str | None, password: Password
) -> None:
    what = f"the certificate {certfile!r} or its key cannot be loaded"
    certificate = _read("certificate", certfile)
    key = certificate if keyfile is None else _read("certificate or its key", keyfile)
    asked = False

    def secret() -> str | bytes:
        # Without a password OpenSSL would ask for one at the terminal.
        nonlocal asked
        asked = True
        given = password() if callable(password) else password
        if given is not None and not isinstance(given, str | bytes):
            raise UsageError(f"{what}: the password is {type(given).__name__}, not str or bytes")
        return given or b""

    try:
        context.load_cert_chain(certfile, keyfile, secret)
    except UsageError:
        raise
    except OSError as error:
        raise UsageError(f"{what}: {_trouble(error, certificate, key, asked, password)}") from error
    except Exception as error:
        # Its text is not shown: it is about a secret.
        raise UsageError(
            f"{what}: the password could not be had ({type(error).__name__})"
        ) from error


def _trouble(
    error: OSError, certificate: bytes, key: bytes, asked: bool, password: Password
) -> str:
    """Why a certificate and its key are no use; OpenSSL says little of it."""
    if b"-----BEGIN CERTIFICATE-----" not in certificate:
        return "there is no certificate in PEM format in it"
    if b"PRIVATE KEY-----" not in key:
        return "there is no private key in PEM format"
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return "the key belongs to another certificate"
    if asked and password is None:
        return "the key is encrypted, and there is no password"
    if asked:
        return "the key is encrypted, and the password is wrong"
    return str(error)


def _read(what: str, path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"the {what} {path!r} cannot be loaded: {reason}") from error
