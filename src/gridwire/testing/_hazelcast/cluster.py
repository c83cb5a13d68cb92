# SPDX-License-Identifier: Apache-2.0
"""The members of a test cluster on one event loop."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.testing._hazelcast import fault_specs as specs
from gridwire.testing._hazelcast.client_statistics import reports_of
from gridwire.testing._hazelcast.link import flush
from gridwire.testing._hazelcast.orders import perform
from gridwire.testing._hazelcast.server import MemberServer
from gridwire.testing._hazelcast.state import ClusterState
from gridwire.testing._hazelcast.traffic import Traffic
from gridwire.testing._homes.server_tls import server_context
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random
    from uuid import UUID

    from gridwire.testing._hazelcast.choice import Choice
    from gridwire.testing._hazelcast.fault_specs import FaultSpec
    from gridwire.testing._hazelcast.link import Link
    from gridwire.testing._hazelcast.options import ClusterOptions

__all__ = ["LoopCluster", "MemberFacts", "random_cluster_name"]

_SWEEP_SECONDS = 1.0
"""How often entries whose life is over are looked for; the life of entries has whole seconds."""


class MemberFacts(NamedTuple):
    """What identifies a member to those who are not on its loop."""

    uuid: UUID
    address: str
    lite: bool


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
        # What cannot be used is told before anything starts.
        server_context(options.tls)
        self._state = ClusterState(options, clock=clock, random=random)
        self._traffic = Traffic(self._state)
        self._servers: dict[UUID, MemberServer] = {}
        self._sweeper: asyncio.TimerHandle | None = None
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def members(self) -> tuple[MemberFacts, ...]:
        """The living members, the oldest first."""
        return tuple(
            MemberFacts(member.uuid, member.address, member.lite) for member in self._state.members
        )

    @property
    def facts(self) -> list[list[Any]]:
        """What identifies the living members, as JSON can carry it."""
        return [[str(uuid), address, lite] for uuid, address, lite in self.members]

    async def perform(self, order: Mapping[str, Any]) -> Any:
        """Do what an order says; see `orders.perform`."""
        return await perform(self, order)

    async def start(self) -> None:
        """Start the members; clients are answered when this returns.

        Raises:
            ClusterError: a port is taken; nothing runs then.
        """
        self._state.timers.drive(asyncio.get_running_loop().time, self._set_alarm)
        options = self._options
        ports = options.ports or [0] * (options.members + options.lite_members)
        try:
            for at, port in enumerate(ports):
                await self.start_member(port, lite=at >= options.members)
        except BaseException:
            await self.stop()
            raise
        self._sweep()

    async def stop(self) -> None:
        """End all members at once."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._traffic.stop()
        servers, self._servers = list(self._servers.values()), {}
        for server in servers:
            await server.abort()
        self._state.timers.stop()
        if self._alarm is not None:
            self._alarm.cancel()

    async def start_member(self, port: int = 0, *, lite: bool = False) -> MemberFacts:
        """Let one more member join; it has its share of the data when this returns.

        Args:
            port: where it listens, 0 for any free port.
            lite: whether it holds no partition.

        Returns:
            The member.

        Raises:
            ClusterError: the port is taken.
        """
        server = MemberServer(self._state, self._traffic, lite=lite)
        await self._bind(server, port)
        return await self._joined(server)

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
            ClusterError: there is no such member any more, or it is paused.
        """
        if self._state.faults.pausing(self._server(uuid).member):
            raise ClusterError(f"member {uuid} is paused, so it cannot leave by itself; kill it")
        await self._take(uuid).leave()

    async def restart(self, uuid: UUID, *, new_address: bool) -> MemberFacts:
        """Kill a member, and let it come back as a new one, without memory.

        Args:
            uuid: of the member.
            new_address: whether it comes back at another address, or at its old one.

        Returns:
            What it is now.

        Raises:
            ClusterError: there is no such member any more, or its address was taken meanwhile.
        """
        old = self._server(uuid)
        server = MemberServer(self._state, self._traffic, lite=old.lite)
        if new_address:
            # While the old one still has its own, this cannot be given the same.
            await self._bind(server, 0)
        await self.kill(uuid)
        if not new_address:
            await self._bind(server, old.member.port)
        return await self._joined(server)

    def clear(self) -> None:
        """Destroy all maps, end all faults, and let the clock run."""
        for fault_id in self._state.faults.ids:
            self.end_fault(fault_id)
        self.run_time()
        self._state.clear()
        flush(self._state)

    # -- faults and time, at once --------------------------------------------------------------

    def begin_fault(self, spec: FaultSpec) -> int:
        """Let a fault begin.

        Args:
            spec: what it does.

        Returns:
            What it is called.

        Raises:
            ClusterError: it names a member that is not there.
        """
        uuids = {str(member.uuid) for member in self._state.members}
        heirs = {str(member.uuid) for member in self._state.data_members}
        named = {*(spec.choice.members or ()), *(one for group, _ in spec.groups for one in group)}
        for uuid in sorted(named - uuids):
            raise ClusterError(f"member {uuid} is not running any more")
        if spec.to is not None and spec.to not in heirs:
            raise ClusterError(f"member {spec.to} cannot own partitions: it is gone, or lite")
        for partition_id in spec.partitions:
            if not 0 <= partition_id < self._options.partition_count:
                raise ClusterError(f"there is no partition {partition_id!r}")
        fault = self._state.faults.begin(spec)
        if spec.kind == specs.REFUSAL:
            self.disconnect(spec.choice)
        self._adjust_links()
        return fault.id

    def end_fault(self, fault_id: int) -> None:
        """Let a fault end, if it has not ended."""
        if self._state.faults.end(fault_id) is not None:
            # What was late goes on first, then what comes through connections that stood still.
            self._traffic.end(fault_id)
            self._adjust_links()
            flush(self._state)

    def hits(self, fault_id: int) -> int:
        """How often a fault has hit; see `gridwire.testing.faults.Fault.hits`."""
        return self._state.faults.hits(fault_id)

    def migrate(self, partition_ids: Sequence[int], to: str | None) -> None:
        """Let partitions change owners, at once; see `ClusterState.migrate`.

        Raises:
            ClusterError: there is no such partition, or no such member that may own some.
        """
        self.end_fault(self.begin_fault(specs.migration(tuple(partition_ids), to, "wait")))

    def client_statistics(self) -> dict[str, dict[str, Any]]:
        """What connected clients reported of themselves, by their UUIDs; see `reports_of`."""
        return reports_of(link.session for link in self._links() if not link.session.closing)

    def disconnect(self, choice: Choice) -> int:
        """Break connections, as a network that forgot them does.

        Args:
            choice: whose; it names no messages.

        Returns:
            How many.
        """
        broken = 0
        for link in self._links():
            session = link.session
            looked_at = choice.looks_at(
                session.member.uuid, session.client_name, session.client_uuid
            )
            if looked_at and not session.closing:
                broken += 1
                link.abort()
        return broken

    def advance_time(self, seconds: float) -> None:
        """Let the cluster's clock leap forward; what expired by it is removed at once.

        Args:
            seconds: how far.
        """
        self._state.clock.advance(seconds)
        self._state.sweep()
        flush(self._state)

    def stop_time(self, moment: float | None) -> None:
        """Let the cluster's clock stand still, or run again.

        Args:
            moment: seconds since the epoch; now if None.
        """
        clock = self._state.clock
        clock.stop_at(clock() if moment is None else moment)
        self._state.sweep()
        flush(self._state)

    def run_time(self) -> None:
        """Let the cluster's clock go as it does without `advance_time` and `stop_time`."""
        self._state.clock.run()

    async def _bind(self, server: MemberServer, port: int) -> None:
        await server.bind(port, server_context(self._options.tls))

    async def _joined(self, server: MemberServer) -> MemberFacts:
        await server.join()
        member = server.member
        self._servers[member.uuid] = server
        return MemberFacts(member.uuid, member.address, member.lite)

    def _links(self) -> list[Link]:
        return [link for server in self._servers.values() for link in server.links]

    def _adjust_links(self) -> None:
        for link in self._links():
            link.adjust()

    def _server(self, uuid: UUID) -> MemberServer:
        server = self._servers.get(uuid)
        if server is None:
            raise ClusterError(f"member {uuid} is not running any more")
        return server

    def _take(self, uuid: UUID) -> MemberServer:
        server = self._server(uuid)
        del self._servers[uuid]
        return server

    def _sweep(self) -> None:
        self._state.sweep()
        flush(self._state)
        loop = asyncio.get_running_loop()
        self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep)

    def _set_alarm(self, moment: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_at(moment, self._on_alarm)

    def _on_alarm(self) -> None:
        self._state.timers.run()
        flush(self._state)


def random_cluster_name() -> str:
    """A name that no other cluster has, so that clients of two tests never meet."""
    return f"gridwire-{secrets.token_hex(4)}"
