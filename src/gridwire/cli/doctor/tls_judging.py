# SPDX-License-Identifier: Apache-2.0
"""Judges TLS handshakes: what a client with the same settings would meet. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwire._io.tls_errors import TlsError, TlsFault
from gridwire.cli.doctor.findings import Fact, Finding, failed, fine, skipped, warned
from gridwire.cli.doctor.texts import listed, span

if TYPE_CHECKING:
    from gridwire.cli.doctor.certificates import Certificate, Handshake
    from gridwire.cli.doctor.settings import Settings

__all__ = [
    "EXPIRES_SOON_DAYS",
    "judge_handshake",
    "judge_plain",
    "may_be_plain",
    "refused_by_peer",
    "spoken_in_tls",
]

EXPIRES_SOON_DAYS = 30
"""A certificate with less time left should be renewed now."""

_DAY = 86_400

_TRUST = "Give --cafile with the authority that made the certificate of the servers."
_OURS = (
    "Give --certfile and --keyfile with a certificate in date, of an authority that the servers"
    " trust; in programs, the certificate and key of the client."
)
_CHANGES = {
    TlsFault.EXPIRED: "Renew the certificate of the server, and have it loaded. If it is in date,"
    " look at the clock of this machine.",
    TlsFault.NOT_YET_VALID: "Look at the clock of this machine, and at that of whoever made the"
    " certificate.",
    TlsFault.SELF_SIGNED: f"{_TRUST} One that vouches for itself is its own authority.",
    TlsFault.UNKNOWN_AUTHORITY: _TRUST,
    TlsFault.WRONG_NAME: "Connect by a name that is in the certificate, or have one made with"
    " this name. --no-check-hostname leaves the check out, and lets whoever has a certificate of"
    " the same authority stand in between.",
    TlsFault.BAD_CERTIFICATE: "Have another certificate made for the server.",
    TlsFault.CERTIFICATE_WANTED: _OURS,
    TlsFault.CERTIFICATE_REFUSED: _OURS,
    TlsFault.NOTHING_IN_COMMON: "Compare the versions of TLS and the ciphers of both sides; and"
    " give --certfile and --keyfile if the servers want certificates of their clients.",
    TlsFault.REFUSED: "Look into the log of the server.",
}
_BY_NAME = " Nodes may have names of their own: --server-name; in programs, the TLS name of a host."
_NO_HANDSHAKE = (
    "Check that it is the right port, and that TLS is on in the server's configuration; and give"
    " --certfile and --keyfile if it wants certificates of its clients: some do not say so."
)


def may_be_plain(error: OSError) -> bool:
    """Whether it is worth a look if whoever did not agree speaks without TLS."""
    return not isinstance(error, TlsError) or error.fault in {TlsFault.NOT_TLS, TlsFault.BROKEN}


def refused_by_peer(target: str, error: TlsError) -> Finding:
    """The other side let the handshake pass, and refused us then.

    Args:
        target: the address.
        error: how the connection ended.
    """
    return failed(
        "tls", target, str(error), _CHANGES[error.fault], failure=error.fault.value, used=True
    )


def judge_plain(target: str, settings: Settings, is_local: bool) -> Finding:
    """No TLS was asked for.

    Args:
        target: the address.
        settings: what the doctor was told.
        is_local: whether the address is of this machine.
    """
    if settings.user is not None and not is_local:
        return warned(
            "tls",
            target,
            "the connection is not encrypted, and credentials are sent over it",
            "Let the servers speak TLS, and give --tls.",
            used=False,
        )
    return skipped("tls", target, "not asked for: the connection is plain", used=False)


def spoken_in_tls(target: str, what: str, option: str) -> Finding:
    """We spoke in clear to somebody who speaks TLS.

    Args:
        target: the address.
        what: who listens there, ``"the member"``.
        option: how a program asks for TLS.
    """
    return failed(
        "tls",
        target,
        f"{what} speaks TLS, and was spoken to without",
        f"Give --tls, and --cafile with the authority of its certificate; in programs, {option}.",
        failure="plain to TLS",
        used=False,
    )


def judge_handshake(
    target: str, seen: Handshake, what: str, is_plain: bool, can_name: bool
) -> Finding:
    """Judge a handshake.

    Args:
        target: the address.
        seen: what came of it.
        what: who listens there, ``"the member"``.
        is_plain: whether he was found to speak without TLS.
        can_name: whether clients can be told a name that is not the host's.
    """
    facts = _facts(seen)
    if is_plain:
        return failed(
            "tls",
            target,
            f"{what} speaks without TLS, and was spoken to in TLS",
            "Leave --tls out, and TLS out of the options of the program; or turn it on in the"
            " configuration of the servers, which then encrypts all connections.",
            failure="TLS to plain",
            **facts,
        )
    error = seen.error
    if isinstance(error, TlsError):
        change = _CHANGES.get(error.fault, _NO_HANDSHAKE)
        if error.fault is TlsFault.WRONG_NAME and can_name:
            change += _BY_NAME
        return failed("tls", target, str(error), change, failure=error.fault.value, **facts)
    if error is not None:
        text = str(error) or "the peer was silent in the TLS handshake"
        return failed("tls", target, text, _NO_HANDSHAKE, failure="silent", **facts)
    return _agreed(target, seen, facts)


def _agreed(target: str, seen: Handshake, facts: dict[str, Fact]) -> Finding:
    text = f"{seen.protocol}, {seen.cipher}"
    certificate = seen.certificate
    if certificate is None:
        return fine("tls", target, text, **facts)
    left = certificate.not_after - seen.now
    text += f", certificate for {_names(certificate)} with {span(left)} left"
    if left < EXPIRES_SOON_DAYS * _DAY:
        return warned("tls", target, text, "Renew the certificate before it expires.", **facts)
    return fine("tls", target, text, **facts)


def _facts(seen: Handshake) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "used": True,
        "server_name": seen.server_name,
        "seconds": round(seen.seconds, 6),
        "protocol": seen.protocol,
        "cipher": seen.cipher,
    }
    certificate = seen.certificate
    if certificate is not None:
        facts |= {
            "subject": certificate.subject,
            "issuer": certificate.issuer,
            "names": list(certificate.names),
            "not_before": certificate.not_before,
            "not_after": certificate.not_after,
            "days_left": round((certificate.not_after - seen.now) / _DAY, 2),
        }
    return facts


def _names(certificate: Certificate) -> str:
    return listed(certificate.names) if certificate.names else certificate.subject or "nobody"
