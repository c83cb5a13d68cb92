# SPDX-License-Identifier: Apache-2.0
"""The errors of TLS connections that failed, and what is said of those that just ended."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from gridwire._io.tls_faults import Attempt, TlsFault, meaning_of

if TYPE_CHECKING:
    from gridwire._io.tls import Tls

__all__ = [
    "SILENT_HANDSHAKE",
    "Attempt",
    "TlsError",
    "TlsFault",
    "demand_certificate",
    "ended_unheard",
    "explain",
    "in_handshake",
    "no_such_name",
    "was_in_handshake",
]

SILENT_HANDSHAKE = "the peer was silent in the TLS handshake: does this port speak TLS?"
"""What is said when the time is over in the middle of a handshake."""


class TlsError(ConnectionError):
    """A TLS connection was refused by one of its sides, or broke.

    Attributes:
        fault: what is wrong.
    """

    def __init__(self, fault: TlsFault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


def demand_certificate(connection: ssl.SSLObject | ssl.SSLSocket) -> None:
    """Refuse a peer that was to be verified and showed nothing that could be.

    There are ciphers for which OpenSSL asks for no certificate, whatever else was said.

    Args:
        connection: over which both sides have agreed.

    Raises:
        TlsError: it has no certificate of the peer.
    """
    if connection.context.verify_mode is not ssl.CERT_REQUIRED:
        return
    if connection.getpeercert(binary_form=True) is None:
        cipher = (connection.cipher() or ("?",))[0]
        raise TlsError(
            TlsFault.BAD_CERTIFICATE,
            f"this client refused the peer, which showed no certificate: the cipher {cipher} "
            "needs none",
        )


def explain(error: OSError, attempt: Attempt) -> TlsError:
    """Say what an error means; it becomes the cause.

    Args:
        error: what OpenSSL or the socket said.
        attempt: the connection.
    """
    if isinstance(error, TlsError):
        return error
    fault, text = meaning_of(error, attempt)
    explained = TlsError(fault, text)
    explained.__cause__ = error
    return explained


def ended_unheard(
    peer: str, tls: Tls | None, options: tuple[str, str], cause: BaseException | None = None
) -> ConnectionError:
    """What to say of a connection that ended before the peer had said anything to this program.

    Args:
        peer: what it is called.
        tls: how the client speaks TLS, if it does.
        options: that switch TLS on, and that name the client's certificate.
        cause: how the connection ended.
    """
    if isinstance(cause, TlsError):
        # Another one: what was raised in between may be its cause.
        return TlsError(cause.fault, str(cause))
    text = f"the {peer} ended the connection before it answered"
    if tls is None:
        return ConnectionError(f"{text}: does this port want TLS ({options[0]})?")
    if tls.has_certificate is False:
        return ConnectionError(f"{text}: does it want a certificate ({options[1]})?")
    return ConnectionError(text)


def in_handshake(error: TimeoutError) -> str:
    """What to add to the text of a time that was over, when that was in a TLS handshake."""
    return f": {SILENT_HANDSHAKE}" if was_in_handshake(error) else ""


def was_in_handshake(error: TimeoutError) -> bool:
    """Whether the time was over in a TLS handshake, for all that its cause tells."""
    return SILENT_HANDSHAKE in getattr(error.__cause__, "__notes__", ())


def no_such_name(server_name: str, error: ValueError) -> TlsError:
    """What is wrong with a name that no certificate can have."""
    return TlsError(TlsFault.WRONG_NAME, f"no certificate can be for {server_name!r}: {error}")
