# SPDX-License-Identifier: Apache-2.0
"""The members of a test cluster on one event loop."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, NamedTuple

from gridwire.testing._hazelcast.server import MemberServer, flush
from gridwire.testing._hazelcast.state import ClusterState
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random
    from uuid import UUID

    from gridwire.testing._hazelcast.options import ClusterOptions

__all__ = ["LoopCluster", "MemberFacts", "random_cluster_name"]

_SWEEP_SECONDS = 1.0
"""How often entries whose life is over are looked for; the life of entries has whole seconds."""

# An accepted socket becomes a connection within this many turns of the loop.
_ACCEPT_TURNS = 3


class MemberFacts(NamedTuple):
    """What identifies a member to those who are not on its loop."""

    uuid: UUID
    address: str


class LoopCluster:
    """Members that live on the running loop.

    Args:
        options: what the cluster is.
        clock: gives the time in seconds since the epoch.
        random: where UUIDs come from.
    """

    def __init__(
        self, options: ClusterOptions, *, clock: Callable[[], float], random: Random
    ) -> None:
        self._options = options
        self._state = ClusterState(options, clock=clock, random=random)
        self._servers: dict[UUID, MemberServer] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def members(self) -> tuple[MemberFacts, ...]:
        """The living members, the oldest first."""
        return tuple(
            MemberFacts(member.uuid, member.address) for member in tuple(self._state.members)
        )

    async def start(self) -> None:
        """Start the members; clients are answered when this returns.

        Raises:
            ClusterError: a port is taken; nothing runs then.
        """
        try:
            for port in self._options.ports or [0] * self._options.members:
                await self.start_member(port)
        except BaseException:
            await self.stop()
            raise
        self._sweep()

    async def stop(self) -> None:
        """End all members at once."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        servers, self._servers = list(self._servers.values()), {}
        for server in servers:
            await server.abort()
        for _ in range(_ACCEPT_TURNS):
            await asyncio.sleep(0)

    async def start_member(self, port: int = 0) -> MemberFacts:
        """Let one more member join; it has its share of the data when this returns.

        Args:
            port: where it listens, 0 for any free port.

        Returns:
            The member.

        Raises:
            ClusterError: the port is taken.
        """
        server = MemberServer(self._state)
        await server.start(port)
        member = server.member
        self._servers[member.uuid] = server
        return MemberFacts(member.uuid, member.address)

    async def kill(self, uuid: UUID) -> None:
        """End a member as a process is killed.

        Args:
            uuid: of the member.

        Raises:
            ClusterError: there is no such member any more.
        """
        await self._take(uuid).kill()

    async def shutdown(self, uuid: UUID) -> None:
        """Let a member hand over what it has, and leave.

        Args:
            uuid: of the member.

        Raises:
            ClusterError: there is no such member any more.
        """
        await self._take(uuid).leave()

    def _take(self, uuid: UUID) -> MemberServer:
        server = self._servers.pop(uuid, None)
        if server is None:
            raise ClusterError(f"member {uuid} is not running any more")
        return server

    def _sweep(self) -> None:
        self._state.sweep()
        flush(self._state)
        loop = asyncio.get_running_loop()
        self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep)


def random_cluster_name() -> str:
    """A name that no other cluster has, so that clients of two tests never meet."""
    return f"gridwire-{secrets.token_hex(4)}"
