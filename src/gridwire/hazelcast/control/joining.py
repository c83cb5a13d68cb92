# SPDX-License-Identifier: Apache-2.0
"""Opening connections and bringing them into use: one to each member of the cluster."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gridwire._core.addresses import Endpoint
from gridwire._core.logs import reason_of
from gridwire._io.interfaces import Stream
from gridwire._io.tls_errors import in_handshake
from gridwire.errors import GridwireError
from gridwire.hazelcast.cluster.missing import MissingMembers
from gridwire.hazelcast.cluster.strategy import Attempt, Finding
from gridwire.hazelcast.control.admitting import Admitting
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.core import Address, MemberInfo

if TYPE_CHECKING:
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["Joining"]

# A peer that has not let us in is not trusted with much memory; the answer to an authentication
# holds the member list and the partition table.
_MAX_UNAUTHENTICATED_BYTES = 16 * 1024 * 1024

_NAMED_MEMBERS = 16
"""Members out of reach that have lines of their own; of more, one line tells the number."""

_LONG_LIST_SECONDS = 0.1
"""How long a look at the members is put off after the last one when so many are out of reach."""


class Joining:
    """Opens connections and brings them into use.

    Args:
        core: the client.
    """

    def __init__(self, core: ClientCore) -> None:
        self._core = core
        self._admitting = Admitting(core)
        # Two, since each who waits clears its own.
        self._missing = asyncio.Event()
        self._tried = asyncio.Event()
        self._waiting = MissingMembers(core.random.uniform)

    async def join_by(self, endpoint: Endpoint, attempt: Attempt) -> None:
        """Connect to a member, and follow its view of the cluster.

        Args:
            endpoint: where.
            attempt: is told what the address turns out to be.

        Raises:
            OSError: nobody answered.
            HazelcastError: the member refused, or the connection ended.
        """
        core = self._core
        connection = await self.open(endpoint, attempt)
        try:
            await core.views.follow(connection)
        except BaseException as error:
            connection.close(error)
            raise

    async def open(self, endpoint: Endpoint, attempt: Attempt | None = None) -> Connection:
        """Connect, authenticate and bring the connection into use.

        Args:
            endpoint: where.
            attempt: is told what the address turns out to be.

        Returns:
            The connection; the one that exists already when it leads to the same member.

        Raises:
            OSError: nobody answered.
            HazelcastError: the member refused.
        """
        core = self._core
        attempt = attempt or Attempt()
        address = Address(endpoint.host, endpoint.port)
        connection = Connection(core.connections, address, _MAX_UNAUTHENTICATED_BYTES, core.now())
        try:
            stream = await self._reach(connection, endpoint, attempt.name)
            attempt.finding = Finding.UNCLEAR
            return await self._admitting.introduce(connection, stream, attempt)
        except BaseException:
            connection.close()
            raise

    async def _reach(self, connection: Connection, endpoint: Endpoint, name: str | None) -> Stream:
        """Open the stream of a connection, which closes it from then on."""
        core = self._core
        limit = core.options.connecting_limit
        try:
            async with asyncio.timeout(limit):
                stream = await core.connector.connect(
                    connection,
                    endpoint.host,
                    endpoint.port,
                    core.options.socket_options,
                    core.tls,
                    name,
                )
                connection.attach(stream)
        except TimeoutError as error:
            text = f"no connection within {limit} s (connection_timeout){in_handshake(error)}"
            raise TimeoutError(text) from error
        return stream

    async def connect_missing(self) -> None:
        """Connect to every member that has no connection, a few at a time.

        Returns when each is connected or failed, or after `connection_timeout`; whoever is slower
        is connected in the background.
        """
        self._core.connections.look()
        self._waiting.anew()
        try:
            async with asyncio.timeout(self._core.options.connecting_limit):
                while not self._waiting.all_tried(self._missing_members()):
                    self._tried.clear()
                    self._begin_due()
                    await self._tried.wait()
        except TimeoutError:
            pass  # `keep_complete` goes on with them

    def _missing_members(self) -> list[MemberInfo]:
        """Members to connect to. Without any connection, `find_cluster` looks."""
        state = self._core.state
        return state.missing_members() if state.smart and state.routes.connections else []

    def _begin_due(self) -> None:
        for member in self._waiting.take(self._missing_members(), self._core.now()):
            self._core.spawn(self._connect(member))

    async def _connect(self, member: MemberInfo) -> None:
        core = self._core
        connected = False
        try:
            await self.open(await core.discovery.address_of(member))
            connected = True
        except (GridwireError, OSError) as error:
            await self._report(member, error)
            core.counters.connections_failed += 1
        finally:
            self._waiting.tried(member, connected, core.now())
            # Whoever waits for it begins with the next; not this task, which may be cancelled.
            self.look_for_missing()

    async def _report(self, member: MemberInfo, error: GridwireError | OSError) -> None:
        """A member cannot be reached; say so, but not for each of very many."""
        core = self._core
        reason = reason_of(error)
        if self._waiting.troubled >= _NAMED_MEMBERS:
            core.log.sparing.warning(
                "cannot connect to at least %d members, the last of them %s: %s",
                self._waiting.troubled,
                member,
                reason,
                count=self._waiting.troubled,
                reason=reason,
            )
            return
        known, ways = core.state.members.members, core.state.routes.by_member
        connected = [(one, ways[one.uuid].address) for one in known if one.uuid in ways]
        core.log.sparing.warning(
            "cannot connect to member %s: %s %s",
            member,
            reason,
            await core.discovery.advice(error, member, connected),
            member=member.uuid,
            address=member.address,
            reason=reason,
        )

    def look_for_missing(self) -> None:
        """Something changed: members may be without a connection, or an attempt is over."""
        self._missing.set()
        self._tried.set()

    async def keep_complete(self) -> None:
        """For as long as the client lives: connect to members as they come, and come back."""
        while True:
            self._missing.clear()
            self._core.connections.look()
            self._begin_due()
            try:
                async with asyncio.timeout(self._waiting.pause(self._core.now())):
                    await self._missing.wait()
            except TimeoutError:
                pass  # somebody is to be tried again
            if self._waiting.troubled >= _NAMED_MEMBERS:
                # To look at a long list after each of many failures would be a work of its own.
                await asyncio.sleep(_LONG_LIST_SECONDS)
