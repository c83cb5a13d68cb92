# SPDX-License-Identifier: Apache-2.0
"""Certificates in files for tests of TLS: good ones, and those with something wrong."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path
from typing import Any

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["PASSWORD", "Authority", "anonymous_context", "self_signed", "signed_for"]

PASSWORD = "s3cr3t-of-the-key"

_DAY = dt.timedelta(days=1)


class Authority:
    """Signs certificates, and writes what it makes into a folder."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self._name = name
        self._ca = trustme.CA(organization_name=f"authority {name}")
        self.cafile = self._write("cert", self._ca.cert_pem.bytes())

    def _write(self, name: str, content: bytes) -> str:
        path = self._folder / f"{self._name}-{name}.pem"
        path.write_bytes(content)
        return str(path)

    def issue(self, *names: str, days: tuple[int, int] | None = None, file: str = "") -> str:
        """A certificate with its key in one file.

        Args:
            names: what it is for; localhost and 127.0.0.1 if none are given.
            days: from when until when it is valid, counted from today.
            file: the name of the file, for one that is written again.
        """
        now = dt.datetime.now(dt.UTC)
        dates: dict[str, Any] = {}
        if days is not None:
            dates = {"not_before": now + days[0] * _DAY, "not_after": now + days[1] * _DAY}
        made = self._ca.issue_cert(*(names or ("localhost", "127.0.0.1")), **dates)
        name = file or f"own-{len(list(self._folder.iterdir()))}"
        return self._write(name, made.private_key_and_cert_chain_pem.bytes())

    def issue_encrypted(self) -> tuple[str, str]:
        """A certificate, and its key in another file, which `PASSWORD` decrypts."""
        made = self._ca.issue_cert("client")
        key = serialization.load_pem_private_key(made.private_key_pem.bytes(), None)
        encrypted = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(PASSWORD.encode()),
        )
        return (
            self._write("encrypted-cert", made.cert_chain_pems[0].bytes()),
            self._write("encrypted-key", encrypted),
        )

    def server_context(self, *names: str, wants: bool = False) -> ssl.SSLContext:
        """The context of a server with a certificate of this authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.issue(*names))
        if wants:
            context.load_verify_locations(self.cafile)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


def anonymous_context() -> ssl.SSLContext:
    """The context of an impostor, who has no certificate and speaks ciphers that need none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context


def self_signed(folder: Path) -> str:
    """A certificate that vouches for itself, with its key."""
    return signed_for(folder, "localhost")


def signed_for(folder: Path, host: str) -> str:
    """The same for any name, as whoever makes his own certificate can choose it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "self-signed.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return str(path)
