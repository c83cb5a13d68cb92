# SPDX-License-Identifier: Apache-2.0
"""The credentials of each connection: name and password, or what a token provider gives for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridwire._core.logs import ClientLog
from gridwire._core.request import Request
from gridwire.hazelcast.control.asking import Unanswered, ask
from gridwire.hazelcast.control.handshake import Identity, authentication_request
from gridwire.hazelcast.core import Address
from gridwire.hazelcast.errors import AuthenticationError

if TYPE_CHECKING:
    from gridwire.hazelcast.config import Options

__all__ = ["USUAL_TOKEN_BYTES", "Credentials"]

USUAL_TOKEN_BYTES = 3 * 1024
"""Bytes. Members 5.x accept 4096 in the first message, where names and labels are as well."""


class Credentials:
    """Makes the first request of each connection.

    A token provider is asked for every connection, since tokens may be good for one member, or for
    some minutes. It may block, so it runs on a thread of its own; a coroutine runs on the loop.

    Args:
        identity: of the client.
        options: of the client.
        log: of the client.
    """

    def __init__(self, identity: Identity, options: Options, log: ClientLog) -> None:
        self._log = log
        self._identity = identity
        self._provider: Any = options.token_provider
        self._limit = options.heartbeat_timeout
        self._said_long = False

    async def request(self, address: Address) -> Request[Any]:
        """The request that authenticates a connection.

        Args:
            address: that is connected to, a name if it was given by one.

        Raises:
            AuthenticationError: the token provider gave no token; its error is the cause.
        """
        if self._provider is None:
            return authentication_request(self._identity)
        token = await self._token(address)
        if len(token) > USUAL_TOKEN_BYTES and not self._said_long:
            self._said_long = True
            self._log.warning(
                "the token for %s has %d bytes; members hang up without a word when a first "
                "message is longer than their property hazelcast.client.protocol.max.message.bytes",
                address,
                len(token),
                address=address,
            )
        return authentication_request(self._identity, token)

    async def _token(self, address: Address) -> bytes:
        try:
            given = await ask(
                self._provider.token,
                address,
                seconds=self._limit,
                thread=f"gridwire-{self._identity.name}-token",
            )
        except Unanswered as error:
            raise _failed(str(error), address) from error.__cause__
        if isinstance(given, str):
            token = _in_utf8(given)
            if token is None:
                raise _failed("gave a string that UTF-8 cannot express", address)
            return token
        if isinstance(given, bytes | bytearray | memoryview):
            return bytes(given)
        raise _failed(f"gave {type(given).__name__} instead of bytes or a string", address)

    def __repr__(self) -> str:
        return f"<Credentials of {self._identity.name}>"


def _in_utf8(text: str) -> bytes | None:
    """The text as bytes; None for surrogates, whose error would have the token in it."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def _failed(what: str, address: Address) -> AuthenticationError:
    return AuthenticationError(
        f"the token provider {what}",
        hint="The member was not asked; look at the object in token_provider.",
        address=str(address),
    )
