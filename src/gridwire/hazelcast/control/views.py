# SPDX-License-Identifier: Apache-2.0
"""Follows the cluster's own view: one connection is asked to tell members and partitions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from gridwire._core.request import Request
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.errors import TargetDisconnectedError
from gridwire.hazelcast.protocol.errors import ProtocolError
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.protocol.messages import client as messages

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["MAX_MEMBERS", "ViewFollower"]

MAX_MEMBERS = 1_000
"""Members of a cluster. Each takes a connection, which is an open file, and a process often may
have 1,024 of them; the largest clusters known have some hundred members."""

_MESSAGE = messages.ADD_CLUSTER_VIEW_LISTENER
_EVENTS = {event.name: event for event in _MESSAGE.events}
_MEMBERS = _EVENTS["MembersView"]
_PARTITIONS = _EVENTS["PartitionsView"]


class ViewFollower:
    """Keeps members and partitions as new as the cluster says.

    Args:
        core: the client.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self._source: Connection | None = None
        self._correlation = 0
        self._have_members = asyncio.Event()
        self._asking = asyncio.Lock()

    async def follow(self, connection: Connection) -> None:
        """See that some member tells its view from now on, and wait for its first member list.

        While one is asked, who else wants that waits; two would take it from each other.

        Args:
            connection: to the member that is asked when none tells yet.

        Raises:
            OSError: the member does not tell it in time.
            HazelcastError: the member does not, or the connection ended.
        """
        async with self._asking:
            if not self._is_told:
                await self._ask(connection)

    @property
    def _is_told(self) -> bool:
        source = self._source
        return source is not None and not source.is_closed and self._have_members.is_set()

    async def _ask(self, connection: Connection) -> None:
        self._source = connection
        self._have_members.clear()
        self._core.state.forget_members_version()
        request: Request[Any] = Request(
            _MESSAGE.name, _as_bytearray(_MESSAGE.encode_request(-1)), _MESSAGE.decode_response
        )
        limit = self._core.options.heartbeat_timeout
        try:
            async with asyncio.timeout(limit):
                await self._core.call_on(connection, request, self._sent)
                await self._have_members.wait()
        except TimeoutError as error:
            raise TimeoutError(f"the member told no member list within {limit:g} s") from error
        if self._source is not connection:
            raise TargetDisconnectedError("the connection ended before its member list came")

    def _sent(self, correlation: int) -> None:
        self._correlation = correlation

    def connection_lost(self, connection: Connection) -> bool:
        """Whether it was the one that told the view; then another must be asked."""
        if connection is not self._source:
            return False
        self._source = None
        self._have_members.set()
        return True

    def take(self, connection: Connection, events: list[tuple[int, Buffer]]) -> None:
        """Apply the view events among those that came; they take effect in wire order."""
        if connection is not self._source:
            return
        for correlation, message in events:
            if correlation == self._correlation:
                self._apply(connection, message)

    def _apply(self, connection: Connection, message: Buffer) -> None:
        kind = int.from_bytes(message[6:10], "little")
        if kind == _MEMBERS.type:
            view = _MEMBERS.decode(message)
            self.members(view.version, view.member_infos)
            self._have_members.set()
        elif kind == _PARTITIONS.type:
            view = _PARTITIONS.decode(message)
            self.partitions(connection, view.version, view.partitions)

    def members(self, version: int, infos: list[Any]) -> None:
        """A member list came, by event or with the authentication."""
        core = self._core
        if len(infos) > MAX_MEMBERS:
            raise ProtocolError(
                f"a member told a list of {len(infos)} members (the limit is {MAX_MEMBERS} members)"
            )
        changes = core.state.set_members(version, infos)
        if changes is None:
            return
        gone, joined = changes
        if gone or joined:
            members = core.state.members.members
            core.log.info("members, version %d: %s", version, [*map(str, members)])
        core.membership.fire(gone, joined)
        core.connections.members_changed(gone)

    def partitions(self, connection: Connection, version: int, table: list[Any]) -> None:
        """A partition table came, by event or with the authentication."""
        self._core.state.set_partitions(version, connection, table)


def _as_bytearray(encoded: Any) -> bytearray:
    assert isinstance(encoded, bytearray)
    return encoded
