# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a TLS connection, by what OpenSSL says of it.

OpenSSL says it in codes of several kinds: what this side did not like about a certificate, alerts
by which the other side refused, and bytes that make no sense because the other side speaks
something else.
"""

from __future__ import annotations

import ssl
from enum import StrEnum
from typing import Any, NamedTuple

__all__ = ["Attempt", "TlsFault", "meaning_of"]


class TlsFault(StrEnum):
    """What is wrong with a TLS connection."""

    EXPIRED = "expired"
    """The peer's certificate is not valid any more."""

    NOT_YET_VALID = "not yet valid"
    """The peer's certificate is not valid yet, or the clock here is wrong."""

    SELF_SIGNED = "self-signed"
    """The peer's certificate vouches for itself, and is not trusted."""

    UNKNOWN_AUTHORITY = "unknown authority"
    """The peer's certificate comes from somebody who is not trusted."""

    WRONG_NAME = "wrong name"
    """The peer's certificate is for others."""

    BAD_CERTIFICATE = "bad certificate"
    """Something else about the peer's certificate."""

    CERTIFICATE_WANTED = "certificate wanted"
    """The peer wants a certificate of this client."""

    CERTIFICATE_REFUSED = "certificate refused"
    """The peer does not accept the certificate of this client."""

    NOTHING_IN_COMMON = "nothing in common"
    """The two have no TLS version or no cipher in common."""

    NOT_TLS = "not TLS"
    """The port does not speak TLS."""

    REFUSED = "refused"
    """The peer refused for another reason."""

    BROKEN = "broken"
    """The connection failed in another way."""


class Attempt(NamedTuple):
    """A TLS connection that failed.

    Attributes:
        connection: the `ssl.SSLObject` or `ssl.SSLSocket`; None when there is none.
        server_name: what its certificate had to be for.
        has_certificate: whether this client could show one; None when nobody knows.
        established: whether the handshake was over for this side.
        heard: whether the peer had said anything.
    """

    connection: Any
    server_name: str
    has_certificate: bool | None
    established: bool = False
    heard: bool = True


def meaning_of(error: OSError, attempt: Attempt) -> tuple[TlsFault, str]:
    """Say what is wrong, and in words which side refused, and why.

    Args:
        error: what OpenSSL or the socket said.
        attempt: the connection.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        fault, text = _refused_here(error, attempt)
        # In OpenSSL's words besides, which people look for.
        words = "certificate verify failed"
        return fault, f"this client refused the peer's certificate ({words}): {text}"
    reason = getattr(error, "reason", None) or ""
    if "ALERT" in reason or reason in _ALERTS:
        fault, text = _refused_there(reason, attempt)
        return fault, f"the peer refused the TLS connection: {text}"
    if not attempt.established:
        if reason in _NOT_TLS:
            return TlsFault.NOT_TLS, "this port does not speak TLS: what it answered is not TLS"
        if reason in _NOTHING_IN_COMMON:
            return TlsFault.NOTHING_IN_COMMON, (
                "the peer and this client have no TLS version or cipher in common that both allow"
            )
        if _is_end(error):
            return _ended(attempt)
    words = reason.replace("_", " ").lower() or str(error) or type(error).__name__
    return TlsFault.BROKEN, f"the TLS connection failed: {words}"


def _is_end(error: OSError) -> bool:
    return isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError))


def _ended(attempt: Attempt) -> tuple[TlsFault, str]:
    if attempt.heard:
        return TlsFault.BROKEN, "the peer ended the connection in the middle of the TLS handshake"
    return TlsFault.NOT_TLS, (
        "the peer ended the connection when the TLS handshake began: this port does not speak TLS, "
        "or refuses this client"
    )


# -- what this side refuses -------------------------------------------------------------------

_EXPIRED = 10
_NOT_YET_VALID = 9
_SELF_SIGNED = 18
_UNKNOWN_AUTHORITY = frozenset({2, 19, 20, 21, 27})
_WRONG_NAME = frozenset({62, 63, 64})


def _refused_here(error: ssl.SSLCertVerificationError, attempt: Attempt) -> tuple[TlsFault, str]:
    chain = _chain(attempt.connection)
    shown = chain[0] if chain else {}
    code = error.verify_code
    if code == _EXPIRED:
        # Perhaps not the first of the chain.
        return TlsFault.EXPIRED, f"it has expired{_since(chain)}"
    if code == _NOT_YET_VALID:
        begin = f" before {shown['notBefore']}" if "notBefore" in shown else " yet"
        return TlsFault.NOT_YET_VALID, f"it is not valid{begin}, by the clock of this machine"
    if code == _SELF_SIGNED:
        return TlsFault.SELF_SIGNED, "it is self-signed, and is not among the trusted ones"
    if code in _UNKNOWN_AUTHORITY:
        issuer = _plain(chain[-1].get("issuer", ())) if chain else ""
        by = f" ({issuer})" if issuer else ""
        return TlsFault.UNKNOWN_AUTHORITY, f"it comes from an authority that is not trusted{by}"
    if code in _WRONG_NAME:
        names = ", ".join(_names(shown))
        really = f" but for {names}" if names else ""
        return TlsFault.WRONG_NAME, f"it is not for {attempt.server_name!r}{really}"
    return TlsFault.BAD_CERTIFICATE, error.verify_message


def _chain(connection: Any) -> list[dict[str, Any]]:
    """What the peer showed, which was not verified. The documented way is new, and gives bytes."""
    try:
        return [one.get_info() for one in connection._sslobj.get_unverified_chain() or ()]
    except (AttributeError, ValueError, ssl.SSLError):
        return []


def _since(chain: list[dict[str, Any]]) -> str:
    try:
        ends = [
            (ssl.cert_time_to_seconds(one["notAfter"]), one) for one in chain if "notAfter" in one
        ]
    except ValueError:
        return ""
    if not ends:
        return ""
    _, first = min(ends, key=lambda each: each[0])
    return f", it was valid until {first['notAfter']}"


_SHOWN_NAMES = 10
"""Names of a certificate that a text shows at most; certificates may have thousands."""

_SHOWN_CHARACTERS = 100
"""Of each name. Anybody can put anything into a certificate that was not verified."""


def _names(shown: dict[str, Any]) -> list[str]:
    names = [str(value) for kind, value in shown.get("subjectAltName", ())]
    if not names:
        names = [value for pair in shown.get("subject", ()) for k, value in pair if "Name" in k]
    more = [f"{len(names) - _SHOWN_NAMES} more"] if len(names) > _SHOWN_NAMES else []
    return [*map(_harmless, names[:_SHOWN_NAMES]), *more]


def _plain(name: Any) -> str:
    return _harmless(", ".join(str(value) for pair in name for _, value in pair))


def _harmless(name: str) -> str:
    """A name that makes no line of its own, and does nothing to a terminal."""
    end = "..." if len(name) > _SHOWN_CHARACTERS else ""
    shown = (
        one if one.isprintable() else one.encode("unicode_escape").decode("ascii")
        for one in name[:_SHOWN_CHARACTERS]
    )
    return "".join(shown) + end


# -- what the other side refuses --------------------------------------------------------------

_NOT_TLS = frozenset(
    {
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "HTTPS_PROXY_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
        "UNEXPECTED_MESSAGE",
        "UNKNOWN_PROTOCOL",
    }
)

_NOTHING_IN_COMMON = frozenset(
    {"UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE", "WRONG_SSL_VERSION"}
)

_WANTED = "it wants a certificate of this client"
_NOT_ACCEPTED = "it does not accept the certificate of this client"
_COMMON = "the two have no TLS version or cipher in common"

_ALERTS = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": (TlsFault.CERTIFICATE_WANTED, _WANTED),
    "TLSV1_ALERT_UNKNOWN_CA": (
        TlsFault.CERTIFICATE_REFUSED,
        "it does not trust the authority that the certificate of this client comes from",
    ),
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": (
        TlsFault.CERTIFICATE_REFUSED,
        "the certificate of this client has expired",
    ),
    "SSLV3_ALERT_CERTIFICATE_REVOKED": (
        TlsFault.CERTIFICATE_REFUSED,
        "the certificate of this client was revoked",
    ),
    "SSLV3_ALERT_BAD_CERTIFICATE": (TlsFault.CERTIFICATE_REFUSED, _NOT_ACCEPTED),
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": (TlsFault.CERTIFICATE_REFUSED, _NOT_ACCEPTED),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": (TlsFault.CERTIFICATE_REFUSED, _NOT_ACCEPTED),
    "TLSV1_ALERT_DECRYPT_ERROR": (TlsFault.CERTIFICATE_REFUSED, _NOT_ACCEPTED),
    "TLSV1_ALERT_ACCESS_DENIED": (TlsFault.CERTIFICATE_REFUSED, _NOT_ACCEPTED),
    "TLSV1_ALERT_PROTOCOL_VERSION": (TlsFault.NOTHING_IN_COMMON, _COMMON),
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": (TlsFault.NOTHING_IN_COMMON, _COMMON),
    "SSLV3_ALERT_HANDSHAKE_FAILURE": (TlsFault.NOTHING_IN_COMMON, _COMMON),
    "TLSV1_UNRECOGNIZED_NAME": (TlsFault.REFUSED, "it has no certificate for the name asked for"),
}


def _refused_there(reason: str, attempt: Attempt) -> tuple[TlsFault, str]:
    known = _ALERTS.get(reason)
    # Some libraries say so in the middle of a connection that this side took for good.
    alert = reason.rpartition("ALERT_")[2].replace("_", " ").lower()
    if known is None:
        return TlsFault.REFUSED, f"{alert} (alert)"
    fault, text = known
    if fault is TlsFault.CERTIFICATE_REFUSED and attempt.has_certificate is False:
        return TlsFault.CERTIFICATE_WANTED, f"{_WANTED} ({alert})"
    if reason == "SSLV3_ALERT_HANDSHAKE_FAILURE" and not attempt.has_certificate:
        # Up to TLS 1.2 this is all that is said about a certificate that is missing, too.
        return TlsFault.NOTHING_IN_COMMON, f"{text}, or {_WANTED} ({alert})"
    return fault, f"{text} ({alert})"
