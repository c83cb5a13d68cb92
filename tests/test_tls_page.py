# SPDX-License-Identifier: Apache-2.0
"""The errors that the page about TLS explains are those of the code."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gridwire._io.tls import Tls
from gridwire._io.tls_errors import TlsError
from gridwire._io.tls_pipe import shake_hands
from gridwire.errors import GridwireError
from gridwire.hazelcast import HazelcastClient
from support.certificates import Authority, anonymous_context, self_signed

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "how-to" / "tls.md").read_text(encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


# -- the errors ---------------------------------------------------------------------------------

Serve = Callable[[socket.socket], object]


def refused(serve: Serve, tls: Tls, name: str = "localhost") -> str:
    """What is said when a handshake fails with somebody who serves a connection so."""
    ours, theirs = socket.socketpair()
    with ours, theirs, ThreadPoolExecutor(1) as pool:
        ours.setblocking(False)
        theirs.settimeout(20)
        serving = pool.submit(serve, theirs)
        with pytest.raises(TlsError) as caught:
            asyncio.run(shake_hands(ours, tls, name))
        ours.close()
        serving.result(20)
    return str(caught.value)


def speaking(context: ssl.SSLContext) -> Serve:
    def serve(sock: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(sock, server_side=True) as peer:
            peer.recv(1)

    return serve


def having(certfile: str) -> Serve:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certfile)
    return speaking(context)


def wanting(authority: Authority) -> Serve:
    context = authority.server_context(wants=True)
    # Later versions say so behind the handshake.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return speaking(context)


def in_clear(sock: socket.socket) -> None:
    sock.recv(1)
    sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def cannot_join(serve: Serve, **options: Any) -> str:
    """What a client says whose only member serves its connections so."""
    ended = threading.Event()

    def accept(server: socket.socket) -> None:
        while not ended.is_set():
            with suppress(OSError), server.accept()[0] as sock:
                sock.settimeout(20)
                serve(sock)

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        server.settimeout(0.05)
        accepting = pool.submit(accept, server)
        try:
            with pytest.raises(GridwireError) as caught:
                HazelcastClient(
                    cluster_members=[f"127.0.0.1:{server.getsockname()[1]}"],
                    cluster_connect_timeout=0,
                    **options,
                )
        finally:
            ended.set()
        accepting.result(20)
    return str(caught.value)


def silent(sock: socket.socket) -> None:
    while sock.recv(1024):
        pass


def rude(sock: socket.socket) -> None:
    sock.recv(1)


Say = Callable[[Authority, Path], str]


def expired(here: Authority, _: Path) -> str:
    return refused(having(here.issue(days=(-9, -1))), Tls(cafile=here.cafile))


def foreign(here: Authority, folder: Path) -> str:
    return refused(having(Authority(folder, "other").issue()), Tls(cafile=here.cafile))


def its_own(here: Authority, folder: Path) -> str:
    return refused(having(self_signed(folder)), Tls(cafile=here.cafile))


def anonymous(here: Authority, _: Path) -> str:
    context = ssl.create_default_context(cafile=here.cafile)
    context.set_ciphers("ALL:@SECLEVEL=0")
    return refused(speaking(anonymous_context()), Tls(context=context))


def misnamed(here: Authority, _: Path) -> str:
    return refused(having(here.issue("b.example", "c.example")), Tls(cafile=here.cafile), "a")


def unshown(here: Authority, _: Path) -> str:
    return refused(wanting(here), Tls(cafile=here.cafile))


def unknown(here: Authority, folder: Path) -> str:
    ours = Authority(folder, "other").issue()
    return refused(wanting(here), Tls(cafile=here.cafile, certfile=ours))


def older(here: Authority, _: Path) -> str:
    return refused(wanting(here), Tls(cafile=here.cafile, version=ssl.TLSVersion.TLSv1_3))


def not_tls(here: Authority, _: Path) -> str:
    return refused(in_clear, Tls(cafile=here.cafile))


def unheard(here: Authority, _: Path) -> str:
    return cannot_join(silent, connection_timeout=0.2, ssl_enabled=True, ssl_cafile=here.cafile)


def ended(_: Authority, __: Path) -> str:
    return cannot_join(rude)


TEXTS: dict[str, Say] = {
    "this client refused the peer's certificate": expired,
    "it has expired": expired,
    "it comes from an authority that is not trusted": foreign,
    "this client refused the peer, which showed no certificate": anonymous,
    "it is self-signed, and is not among the trusted ones": its_own,
    "it is not for ": misnamed,
    " but for ": misnamed,
    "the peer refused the TLS connection: ": unshown,
    "it wants a certificate of this client": unshown,
    "it does not trust the authority that the certificate of this client comes from": unknown,
    "the two have no TLS version or cipher in common": older,
    "this port does not speak TLS": not_tls,
    "the peer was silent in the TLS handshake": unheard,
    "ended the connection before it answered": ended,
    ": does this port want TLS": ended,
}


@pytest.mark.parametrize("text", TEXTS)
def test_the_texts_that_it_explains_are_said(text: str, here: Authority, tmp_path: Path) -> None:
    assert text in TEXTS[text](here, tmp_path)
    assert text in PAGE
