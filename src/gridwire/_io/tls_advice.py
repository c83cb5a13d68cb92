# SPDX-License-Identifier: Apache-2.0
"""What to do about a TLS connection that failed."""

from __future__ import annotations

from gridwire._io.tls_errors import TlsError, TlsFault, was_in_handshake

__all__ = ["advice_on"]

_LOOK = "Look at what both sides are told about TLS; the log of the server may say more."

_ADVICE = {
    TlsFault.EXPIRED: "Renew the certificate of the server, or set the clock here right.",
    TlsFault.NOT_YET_VALID: "Set the clock here right, or that of whoever made the certificate.",
    TlsFault.SELF_SIGNED: "Put the server's certificate into the file that {0}cafile names.",
    TlsFault.UNKNOWN_AUTHORITY: (
        "Put the authority's certificate into the file that {0}cafile names."
    ),
    TlsFault.WRONG_NAME: (
        "Connect by a name that the certificate of the server has, or have one made for this."
    ),
    TlsFault.BAD_CERTIFICATE: "Look at the certificate of the server.",
    TlsFault.CERTIFICATE_WANTED: "Give the client's certificate: {0}certfile.",
    TlsFault.CERTIFICATE_REFUSED: (
        "Look at the client's certificate ({0}certfile), and whom the server trusts."
    ),
    TlsFault.NOTHING_IN_COMMON: (
        "Allow a version and ciphers that the server speaks ({0}protocol, {0}ciphers)."
    ),
    TlsFault.NOT_TLS: "Look whether it is this port of the server that speaks TLS.",
    TlsFault.REFUSED: _LOOK,
    TlsFault.BROKEN: _LOOK,
}


def advice_on(error: BaseException | None, options: str = "") -> str:
    """What to do about an error that has to do with TLS; empty for others.

    Args:
        error: of an attempt to connect.
        options: how the names of options about TLS begin.
    """
    while error is not None:
        if isinstance(error, TlsError):
            return _ADVICE[error.fault].format(options)
        if isinstance(error, TimeoutError) and was_in_handshake(error):
            return _ADVICE[TlsFault.NOT_TLS]
        error = error.__cause__
    return ""
