# SPDX-License-Identifier: Apache-2.0
"""A coordinator of a cloud, on this machine: HTTPS, one path, and answers as a test wants them."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

__all__ = ["Coordinator", "trust"]


class Coordinator:
    """Answers who asks for the addresses of a cluster.

    Args:
        authority: issues its certificate.
        token: the only one that it accepts.
        host: what its certificate names.

    Attributes:
        told: private to public address, as text.
        status: of its answers to the right token.
        body: what it answers instead of `told`, if not None.
        asked: the tokens that came.
        gate: it answers only while this is set.
        garble: whether it answers what is not HTTP.
        drip: whether it sends its answer byte by byte, and never ends.
    """

    def __init__(self, authority: trustme.CA, token: str = "tea", host: str = "localhost") -> None:
        self.token = token
        self.told: dict[str, str] = {}
        self.status = 200
        self.body: bytes | None = None
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.drip = False
        self.garble = False
        self.over = threading.Event()
        self.connections: set[socket.socket] = set()
        handler = type("Handler", (_Handler,), {"coordinator": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = False
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(self._context)
        self._server.socket = self._context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"https://localhost:{self._server.server_port}"

    def tell(self, public: Iterable[str], private_host: str) -> None:
        """Members have their port in common, and the private host instead of theirs."""
        self.told = {f"{private_host}:{one.rpartition(':')[2]}": one for one in public}

    def stop(self) -> None:
        self.over.set()
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    coordinator: Coordinator
    timeout = 10.0

    def setup(self) -> None:
        self.coordinator.connections.add(self.request)
        super().setup()

    def finish(self) -> None:
        self.coordinator.connections.discard(self.request)
        # Who asked may have gone.
        with suppress(OSError):
            super().finish()

    def handle(self) -> None:
        # A peer that does not like the certificate hangs up.
        with suppress(OSError):
            super().handle()

    def do_GET(self) -> None:
        mine = self.coordinator
        parts = urlsplit(self.path)
        tokens = parse_qs(parts.query, keep_blank_values=True).get("token", [])
        mine.asked += tokens
        mine.gate.wait(20)
        if parts.path != "/cluster/discovery":
            self._send(404, b"{}")
        elif tokens != [mine.token]:
            # Nobody promises that it does not repeat what it was asked.
            self._send(401, f"no such token: {tokens}".encode())
        else:
            self._send(mine.status, self._answer() if mine.body is None else mine.body)

    def _answer(self) -> bytes:
        found: list[dict[str, Any]] = [
            {"private-address": private, "public-address": public, "tpc-ports": None}
            for private, public in self.coordinator.told.items()
        ]
        return json.dumps(found).encode()

    def _send(self, status: int, body: bytes) -> None:
        mine = self.coordinator
        try:
            if mine.garble:
                self.wfile.write(f"no HTTP, but {self.path}\r\n\r\n".encode())
                return
            self.send_response(status, f"status of {mine.asked[-1:]}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if mine.drip:
                while not mine.over.wait(0.02):
                    self.wfile.write(b" ")
            self.wfile.write(body)
        except OSError:
            # Who asked has gone.
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


def trust(authority: trustme.CA, folder: Path, monkeypatch: Any) -> None:
    """Make an authority one of those that the system knows, for this test."""
    file = folder / "authorities.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
