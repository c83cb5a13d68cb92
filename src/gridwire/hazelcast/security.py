# SPDX-License-Identifier: Apache-2.0
"""Tokens to authenticate with, in place of a name and a password.

The option `token_provider` takes any object with a method ``token(address)``; it need not be one
of these. Kerberos works the same way: a provider gets the ticket for the host of ``address``, as
``hzkerberos.TokenProvider`` of the package hazelcast-kerberos does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridwire.hazelcast.core import Address

__all__ = ["BasicTokenProvider", "TokenProvider"]


class TokenProvider:
    """The base of token providers; one that does not say anything gives no token."""

    def token(self, address: Address | None = None) -> bytes | None:
        """The token for one connection.

        Called for every connection. It may block: the client calls it on a thread of its own. It
        may be a coroutine function as well, which runs on the client's loop.

        Args:
            address: of the member that is connected to, with the name as it is configured or
                announced, not resolved.

        Returns:
            What the cluster's login module reads; a string is sent in UTF-8. Without a token the
            client does not connect, and says so.
        """
        return None


class BasicTokenProvider(TokenProvider):
    """Gives the same token for every connection. No text shows it.

    Args:
        token: the token; a string is sent in UTF-8.

    Raises:
        TypeError: it is neither a string nor bytes.
    """

    def __init__(self, token: str | bytes = "") -> None:
        if isinstance(token, str):
            self._token = token.encode()
        elif isinstance(token, bytes):
            self._token = token
        else:
            raise TypeError(f"token must be a string or bytes, not {type(token).__name__}")

    def token(self, address: Address | None = None) -> bytes:
        """The token that was given, whatever the address."""
        return self._token

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"
