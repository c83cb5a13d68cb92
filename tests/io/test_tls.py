# SPDX-License-Identifier: Apache-2.0
"""TLS contexts from options."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from gridwire._io.tls import make_context
from gridwire.errors import UsageError


def test_certificates_and_names_are_verified_by_default() -> None:
    context = make_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_without_names_certificates_are_verified_all_the_same() -> None:
    context = make_context(check_hostname=False)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert not context.check_hostname


def test_a_certificate_with_its_key_in_one_file(tmp_path: Path) -> None:
    authority = trustme.CA()
    own = authority.issue_cert("client")
    own.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = make_context(str(tmp_path / "ca.pem"), str(tmp_path / "both.pem"))
    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"cafile": "gone.pem"}, "trusted certificates"),
        ({"cafile": "text"}, "trusted certificates"),
        ({"certfile": "gone.pem"}, "its key"),
        ({"certfile": "text"}, "its key"),
        ({"keyfile": "text"}, "without its certificate"),
    ],
)
def test_files_that_are_no_use(tmp_path: Path, files: dict[str, str], named: str) -> None:
    (tmp_path / "text").write_text("not a certificate")
    given = {option: str(tmp_path / name) for option, name in files.items()}
    with pytest.raises(UsageError, match=named):
        make_context(**given)


def test_a_key_with_a_password_is_not_asked_for_at_the_terminal(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    own = trustme.CA().issue_cert("client")
    key = serialization.load_pem_private_key(own.private_key_pem.bytes(), None)
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"s3cret"),
        )
    )
    (tmp_path / "cert.pem").write_bytes(own.cert_chain_pems[0].bytes())
    files = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    make_context(None, *files, "s3cret")
    for password in (None, "wrong"):
        with pytest.raises(UsageError, match="its key"):
            make_context(None, *files, password)
