# SPDX-License-Identifier: Apache-2.0
"""One question to an HTTPS server, with a small answer, and limits on everything that it may do."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from http.client import HTTPException, HTTPSConnection
from time import monotonic

from gridwire._core.addresses import Endpoint
from gridwire._io.aside import run_aside
from gridwire._io.connecting import time_left

__all__ = ["AnswerError", "ask_https"]

_CHUNK_BYTES = 64 * 1024


class AnswerError(Exception):
    """The server answered something that is not HTTP, or too much of it.

    The text never repeats what the server sent, which may repeat what it was asked.
    """


async def ask_https(
    place: Endpoint, path: str, *, seconds: float, max_bytes: int, name: str
) -> tuple[int, bytes]:
    """Ask once, over a connection of its own. Redirections are not followed.

    Args:
        place: the server; its certificate must name the host, and come from an authority that the
            system knows.
        path: and query, quoted.
        seconds: that everything may take.
        max_bytes: of the answer's body.
        name: of the thread that waits.

    Returns:
        The status and the body.

    Raises:
        TimeoutError: it took longer.
        OSError: nobody answered, or the certificate is not to be trusted.
        AnswerError: the answer makes no sense, or is too long.
    """
    question = _Question(place, path, monotonic() + seconds, max_bytes)
    try:
        async with asyncio.timeout(seconds):
            return await run_aside(question.ask, name=name)
    finally:
        # The thread ends with its socket, however slow the server is.
        question.abort()


class _Question:
    """What the thread does, and how it is stopped."""

    def __init__(self, place: Endpoint, path: str, until: float, max_bytes: int) -> None:
        self._place = place
        self._path = path
        self._until = until
        self._max_bytes = max_bytes
        self._sock: socket.socket | None = None
        self._over = False

    def ask(self) -> tuple[int, bytes]:
        """Ask, and take the answer."""
        try:
            return self._ask()
        except HTTPException as error:
            kind = type(error).__name__
        except UnicodeError as error:
            raise OSError(f"{self._place.host!r} cannot be the name of a host: {error}") from None
        # Raised outside: the error has what the server sent, and would be the context.
        raise AnswerError(f"the answer is not HTTP ({kind})")

    def _ask(self) -> tuple[int, bytes]:
        host, port = self._place
        context = ssl.create_default_context()
        connection = HTTPSConnection(host, port, timeout=time_left(self._until), context=context)
        try:
            connection.connect()
            sock = self._sock = connection.sock
            if self._over:
                raise TimeoutError("timed out")
            connection.request(
                "GET", self._path, headers={"Accept": "application/json", "Connection": "close"}
            )
            with connection.getresponse() as response:
                body = bytearray()
                # From Python 3.13 on the last part closes the socket.
                while not response.isclosed():
                    sock.settimeout(time_left(self._until))
                    chunk = response.read1(_CHUNK_BYTES)
                    if not chunk:
                        break
                    body += chunk
                    if len(body) > self._max_bytes:
                        raise AnswerError(f"the answer is longer than {self._max_bytes:,} bytes")
                if response.length:
                    raise AnswerError("the answer was cut off")
                return response.status, bytes(body)
        finally:
            self._sock = None
            connection.close()

    def abort(self) -> None:
        """Let the thread end, if it has not; called from the loop."""
        self._over = True
        sock = self._sock
        if sock is not None:
            with suppress(OSError):
                # Not closed: that is for the thread that uses it.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
