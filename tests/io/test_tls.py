# SPDX-License-Identifier: Apache-2.0
"""TLS contexts from options."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from gridwire._io.tls import Tls
from gridwire._io.tls_advice import advice_on
from gridwire._io.tls_context import make_context
from gridwire._io.tls_errors import SILENT_HANDSHAKE, Attempt, TlsError, TlsFault, explain
from gridwire.errors import UsageError
from support.certificates import Authority, signed_for


def test_certificates_and_names_are_verified_by_default() -> None:
    context = make_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_RENEGOTIATION


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
        ({"certfile": "gone.pem"}, "certificate .* cannot be loaded"),
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


# -- ciphers by which anybody is let in -------------------------------------------------------


@pytest.mark.parametrize("ciphers", ["ALL:@SECLEVEL=0", "aNULL:@SECLEVEL=0", "eNULL:@SECLEVEL=0"])
def test_ciphers_without_certificates_or_encryption_are_refused(ciphers: str) -> None:
    with pytest.raises(UsageError, match="look at no certificate, or encrypt nothing") as caught:
        make_context(ciphers=ciphers)
    assert "!aNULL:!eNULL" in str(caught.value.hint)


@pytest.mark.parametrize("ciphers", ["DEFAULT@SECLEVEL=0", "ALL:!aNULL:!eNULL:@SECLEVEL=0", "HIGH"])
def test_weak_ciphers_are_the_users_choice(ciphers: str) -> None:
    if ciphers == "HIGH":
        ciphers += ":!aNULL"
    assert make_context(ciphers=ciphers).maximum_version == ssl.TLSVersion.TLSv1_2


def test_a_context_for_servers_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="of no use for a client"):
        Tls(context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    Tls(context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


# -- names that anybody can write -------------------------------------------------------------


def refused(client: ssl.SSLContext, server: ssl.SSLContext) -> TlsError:
    """How a handshake in memory ends that this side refuses."""
    here, there = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(here, there, server_hostname="wanted.example")
    theirs = server.wrap_bio(there, here, server_side=True)
    for _ in range(5):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                return explain(error, Attempt(side, "wanted.example", None))
    raise AssertionError("they agreed")


def is_one_harmless_line(text: str) -> bool:
    return text.isprintable() and len(text) < 400


FORGED = "a\n2026-01-01 WARNING gridwire: all is well\x1b[31m"


def test_names_of_certificates_forge_no_lines(tmp_path: Path) -> None:
    made = signed_for(tmp_path, FORGED + "x" * 2000)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made)
    error = refused(make_context(made), server)
    assert error.fault is TlsFault.WRONG_NAME
    assert is_one_harmless_line(str(error))
    assert r"a\n2026-01-01 WARNING" in str(error)


def test_authorities_forge_no_lines(tmp_path: Path) -> None:
    trusted = Authority(tmp_path, "ours")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs = trustme.CA(organization_name=FORGED)
    theirs.issue_cert("wanted.example").configure_cert(server)
    error = refused(make_context(trusted.cafile), server)
    assert error.fault is TlsFault.UNKNOWN_AUTHORITY
    assert is_one_harmless_line(str(error))
    assert r"a\n2026-01-01 WARNING" in str(error)


# -- what to do about it ----------------------------------------------------------------------


@pytest.mark.parametrize("fault", TlsFault)
def test_every_fault_has_its_advice(fault: TlsFault) -> None:
    wrapped = OSError("not connected")
    wrapped.__cause__ = TlsError(fault, "no")
    advice = advice_on(wrapped, "ssl_")
    assert advice.endswith(".")
    assert "{" not in advice
    assert ("ssl_" in advice) == ("cafile" in advice or "certfile" in advice or "ciph" in advice)


def test_other_errors_have_none() -> None:
    assert advice_on(ConnectionRefusedError("no")) == ""
    assert advice_on(TimeoutError("no")) == ""
    late = TimeoutError("no")
    late.__cause__ = RuntimeError()
    late.__cause__.add_note(SILENT_HANDSHAKE)
    assert "speaks TLS" in advice_on(late)
