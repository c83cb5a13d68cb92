# SPDX-License-Identifier: Apache-2.0
"""The distributed objects that a client knows, and how a cluster that began anew learns of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gridwire._core.logs import reason_of
from gridwire._core.request import Request
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.protocol.messages import client as messages

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["KnownObjects"]


class KnownObjects:
    """The objects of one client.

    Args:
        core: the client.

    Attributes:
        proxies: (service name, object name) to what users have; any thread adds and removes.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self.proxies: dict[tuple[str, str], Any] = {}
        # What users have and no member was told of, as keys; any thread adds.
        self._untold: dict[tuple[str, str], None] = {}

    def tell_later(self, service_name: str, name: str) -> None:
        """A user got an object while no member was connected; from any thread."""
        self._untold[service_name, name] = None
        # A connection may have come into use just before.
        self._core.from_anywhere(self.look)

    def look(self) -> None:
        """A connection is there, or something to tell; on the loop."""
        connections = self._core.state.routes.connections
        if self._untold and connections:
            self._core.spawn(self._tell(connections))

    async def _tell(self, connections: Iterable[Connection]) -> None:
        for connection in connections:
            try:
                await self.restore(connection, False)
            except HazelcastError:
                continue  # It ended. When all have, the first new one is told.
            return

    async def restore(self, connection: Connection, is_another: bool) -> None:
        """Tell the cluster what it does not know of this client's objects.

        Args:
            connection: a connection to it.
            is_another: whether it knows none.

        Raises:
            HazelcastError: the connection ended.
        """
        if is_another:
            self._untold.update(dict.fromkeys(list(self.proxies)))
        while known := list(self._untold):
            try:
                await self._core.call_on(connection, _request([one[::-1] for one in known]))
            except HazelcastError as error:
                if isinstance(error, ConnectionError):
                    raise
                # Their first use makes them; a member that refuses now says then why.
                self._core.log.warning(
                    "%s does not make %d objects anew: %s",
                    connection,
                    len(known),
                    reason_of(error),
                    member=connection.member_uuid,
                    address=connection.address,
                    count=len(known),
                    reason=reason_of(error),
                )
            for one in known:
                self._untold.pop(one, None)


def _request(known: list[tuple[str, str]]) -> Request[None]:
    message = messages.CREATE_PROXIES
    return Request(message.name, message.encode_request(-1, known), message.decode_response)
