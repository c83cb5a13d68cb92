# SPDX-License-Identifier: Apache-2.0
"""Who may do what: an interface, and the Community Edition, which lets everybody do everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gridwire.aerospike.protocol.admin import encode_admin
from gridwire.testing._aerospike import codes

if TYPE_CHECKING:
    from gridwire.testing._aerospike.node import Connection
    from gridwire.testing._aerospike.request import Request

__all__ = ["NoSecurity", "Security"]


class Security(Protocol):
    """What a node asks before it does something."""

    def answer(self, connection: Connection, message: bytes) -> list[bytes]:
        """Answer a message of the security protocol.

        Args:
            connection: on which it came; what is to be known of its user is kept there.
            message: with its frame's header; its body may be anything.
        """

    def refuses_info(self, connection: Connection, message: bytes) -> int:
        """The result code with which a request for info is refused, 0 if it is not."""

    def refuses(self, connection: Connection, message: bytes) -> int:
        """The result code with which a record message is refused, 0 if it is not.

        Args:
            connection: on which it came.
            message: with its frame's header; it may not be well-formed.
        """

    def refuses_request(self, connection: Connection, request: Request) -> int:
        """The result code with which a command about one record is refused, 0 if it is not.

        Args:
            connection: on which it came.
            request: the command, alone or as a row of a batch.
        """


class NoSecurity:
    """The Community Edition: security is not supported, and nothing is refused."""

    def answer(self, connection: Connection, message: bytes) -> list[bytes]:
        """Always the same, whatever is asked."""
        return [encode_admin(0, {}, codes.SECURITY_NOT_SUPPORTED)]

    def refuses_info(self, connection: Connection, message: bytes) -> int:
        """Never."""
        return codes.OK

    def refuses(self, connection: Connection, message: bytes) -> int:
        """Never."""
        return codes.OK

    def refuses_request(self, connection: Connection, request: Request) -> int:
        """Never."""
        return codes.OK
