# SPDX-License-Identifier: Apache-2.0
"""Gathers what a TLS handshake shows, also of a certificate that is not accepted."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, replace
from time import monotonic, time
from typing import Any

from gridwire._io.connecting import open_socket
from gridwire._io.tls import Tls
from gridwire._io.tls_errors import TlsError, TlsFault
from gridwire._io.tls_pipe import shake_hands

__all__ = ["Certificate", "Handshake", "alert_of", "look", "speaks_tls"]

# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which the module ssl has no name for.
_NO_CHECK_TIME = 0x200000
_ABOUT_THEIRS = frozenset(
    {
        TlsFault.EXPIRED,
        TlsFault.NOT_YET_VALID,
        TlsFault.SELF_SIGNED,
        TlsFault.UNKNOWN_AUTHORITY,
        TlsFault.WRONG_NAME,
        TlsFault.BAD_CERTIFICATE,
    }
)
_ALERTS = frozenset(
    {
        TlsFault.CERTIFICATE_WANTED,
        TlsFault.CERTIFICATE_REFUSED,
        TlsFault.NOTHING_IN_COMMON,
        TlsFault.REFUSED,
    }
)

_MAX_NAMES = 32
"""Names of one certificate that are shown."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says.

    Attributes:
        subject: whom it is for.
        issuer: who made it.
        names: the names and addresses that it is good for.
        not_before: seconds since 1970.
        not_after: seconds since 1970.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: float
    not_after: float


@dataclass(frozen=True, slots=True)
class Handshake:
    """What came of a handshake.

    Attributes:
        server_name: the name that was asked for.
        seconds: how long it took.
        now: when, in seconds since 1970.
        protocol: version of TLS.
        cipher: its name.
        certificate: of the other side, None when it could not be read.
        error: why it failed.
    """

    server_name: str
    seconds: float
    now: float
    protocol: str | None = None
    cipher: str | None = None
    certificate: Certificate | None = None
    error: OSError | None = None


async def look(address: str, port: int, server_name: str, tls: Tls, seconds: float) -> Handshake:
    """Shake hands as a client does.

    When the certificate is not accepted, two more handshakes read it: one without any check, and
    one that trusts nothing but this certificate. Nothing is sent through them.

    Args:
        address: no name.
        port: TCP port.
        server_name: that the certificate must have.
        tls: how.
        seconds: how long to wait for each.
    """
    seen, _ = await _shake_hands(address, port, server_name, tls, seconds)
    if not isinstance(seen.error, TlsError) or seen.error.fault not in _ABOUT_THEIRS:
        return seen
    careless, raw = await _shake_hands(address, port, server_name, _careless(), seconds)
    if raw is None:
        return seen
    seen = replace(seen, protocol=careless.protocol, cipher=careless.cipher)
    try:
        reading = _trusting_only(raw)
    except ssl.SSLError:
        return seen  # what was sent is no certificate; that it was not accepted is known
    read, _ = await _shake_hands(address, port, server_name, reading, seconds)
    return replace(seen, certificate=read.certificate)


async def speaks_tls(address: str, port: int, server_name: str, seconds: float) -> bool:
    """Whether somebody who does not answer in clear speaks TLS. Nothing is sent through it."""
    seen, _ = await _shake_hands(address, port, server_name, _careless(), seconds)
    # An alert is an answer in TLS as well: he may want a certificate of ours.
    return seen.error is None or (isinstance(seen.error, TlsError) and seen.error.fault in _ALERTS)


def alert_of(error: BaseException | None) -> TlsError | None:
    """The refusal by the other side that ended a connection, None when it was something else.

    With TLS 1.3 a server says only behind the handshake what it thinks of our certificate.
    """
    while error is not None:
        if isinstance(error, TlsError):
            return error if error.fault in _ALERTS else None
        error = error.__cause__
    return None


def _careless() -> Tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return Tls(context=context)


def _trusting_only(certificate: bytes) -> Tls:
    """A context that accepts one certificate, whatever its dates: only accepted ones are shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME)
    context.load_verify_locations(cadata=certificate)
    return Tls(context=context)


async def _shake_hands(
    address: str, port: int, server_name: str, tls: Tls, seconds: float
) -> tuple[Handshake, bytes | None]:
    began = monotonic()
    try:
        async with asyncio.timeout(seconds):
            sock = await open_socket(address, port, ())
            try:
                session = await shake_hands(sock, tls, server_name)
            finally:
                sock.close()
    except OSError as error:
        return Handshake(server_name, monotonic() - began, time(), error=error), None
    tunnel: Any = session.connection
    cipher = tunnel.cipher()
    seen = Handshake(
        server_name,
        monotonic() - began,
        time(),
        tunnel.version(),
        cipher[0] if cipher else None,
        _certificate(tunnel.getpeercert()),
    )
    return seen, tunnel.getpeercert(binary_form=True)


def _certificate(told: dict[str, Any] | None) -> Certificate | None:
    """Read what the module ssl tells of an accepted certificate; nothing of others."""
    if not told:
        return None
    return Certificate(
        _name(told.get("subject", ())),
        _name(told.get("issuer", ())),
        tuple(str(one) for _, one in told.get("subjectAltName", ())[:_MAX_NAMES]),
        float(ssl.cert_time_to_seconds(told["notBefore"])),
        float(ssl.cert_time_to_seconds(told["notAfter"])),
    )


def _name(parts: Any) -> str:
    return ", ".join(f"{key}={value}" for part in parts for key, value in part)
