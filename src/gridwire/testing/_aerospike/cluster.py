# SPDX-License-Identifier: Apache-2.0
"""The nodes of a test cluster on one event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gridwire.aerospike.protocol.digest import PARTITIONS
from gridwire.testing._aerospike import fault_specs as specs
from gridwire.testing._aerospike.faults import Faults
from gridwire.testing._aerospike.membership import Membership, NodePlace
from gridwire.testing._aerospike.node import Node
from gridwire.testing._aerospike.orders import perform
from gridwire.testing._aerospike.server import NodeServer
from gridwire.testing._aerospike.traffic import Traffic
from gridwire.testing._aerospike.users import UserSecurity
from gridwire.testing._homes.server_tls import server_context
from gridwire.testing._shared.clock import ClusterClock
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from random import Random

    from gridwire.testing._aerospike.fault_specs import FaultSpec
    from gridwire.testing._aerospike.link import Link
    from gridwire.testing._aerospike.options import ClusterOptions

__all__ = ["LoopCluster", "NodeInfo"]

_FABRIC_PORT = "BB9"
"""What node ids begin with, as at servers with the usual ports; the rest is a network address."""


class NodeInfo(NamedTuple):
    """What identifies a node to those who are not on its loop."""

    name: str
    host: str
    port: int


class LoopCluster:
    """Nodes that live on the running loop.

    Args:
        options: what the cluster is.
        clock: gives the time in seconds since the epoch.
        random: where node ids and session tokens come from.
    """

    def __init__(
        self, options: ClusterOptions, *, clock: Callable[[], float], random: Random
    ) -> None:
        self._options = options
        self._random = random
        self._clock = ClusterClock(clock)
        tls_name = None if options.tls is None else options.tls.name
        self._membership = Membership(options.cluster_name, options.new_namespaces(), tls_name)
        self._faults = Faults(self._membership)
        self._traffic = Traffic(self._faults)
        # What cannot be used is told before anything starts.
        server_context(options.tls)
        self._security = (
            None
            if options.users is None
            else UserSecurity(
                options.users,
                session_seconds=options.session_seconds,
                clock=self._clock,
                random_bytes=random.randbytes,
            )
        )
        self._servers: dict[str, NodeServer] = {}

    @property
    def nodes(self) -> tuple[NodeInfo, ...]:
        """The living nodes, the oldest first."""
        return tuple(
            NodeInfo(place.name, place.host, place.port) for place in self._membership.places
        )

    @property
    def facts(self) -> list[list[Any]]:
        """What identifies the living nodes, as JSON can carry it."""
        return [list(node) for node in self.nodes]

    async def perform(self, order: Mapping[str, Any]) -> Any:
        """Do what an order says; see `orders.perform`."""
        return await perform(self, order)

    @property
    def proxied(self) -> int:
        """How many records nodes have fetched for clients that asked the wrong one."""
        return self._membership.proxied

    async def start(self) -> None:
        """Start the nodes; clients are answered when this returns.

        Raises:
            ClusterError: a port is taken; nothing runs then.
        """
        options = self._options
        ports = options.ports or (0,) * options.nodes
        racks = options.racks or (0,) * options.nodes
        servers: list[NodeServer] = []
        try:
            for port in ports:
                server = await self._bound(self._new_name(), port)
                servers.append(server)
        except BaseException:
            for server in servers:
                await server.close()
            raise
        # All at once: the partitions are distributed only once.
        self._membership.join(map(_place, servers, racks))
        for server in servers:
            await self._open(server)

    async def stop(self) -> None:
        """End all nodes at once."""
        self._traffic.stop()
        servers, self._servers = list(self._servers.values()), {}
        for server in servers:
            await server.close()

    async def start_node(self, name: str | None = None, port: int = 0, rack: int = 0) -> NodeInfo:
        """Let one more node join; it has its share of the data when this returns.

        Args:
            name: its id; a new one if None.
            port: where it listens, 0 for any free port.
            rack: in which rack it stands.

        Returns:
            The node.

        Raises:
            ClusterError: the port is taken, or the node runs already.
        """
        if name in self._servers:
            raise ClusterError(f"node {name} runs already")
        return await self._joined(await self._bound(name or self._new_name(), port), rack)

    async def kill(self, name: str) -> None:
        """End a node as a process is killed: connections break, memory is lost.

        Raises:
            ClusterError: there is no such node any more.
        """
        server = self._take(name)
        # First the sockets: nobody is to be told by a dead node who has taken over.
        await server.close()
        self._membership.lose(name)

    async def shutdown(self, name: str) -> None:
        """Let a node hand over what it has, and leave.

        Raises:
            ClusterError: there is no such node any more.
        """
        server = self._take(name)
        self._membership.leave(name)
        await server.close()

    async def restart(self, name: str, *, new_address: bool) -> NodeInfo:
        """Kill a node, and let it come back without memory.

        Args:
            name: of the node.
            new_address: whether it comes back at another address and as another node, or as itself.

        Returns:
            What it is now.

        Raises:
            ClusterError: there is no such node any more, or its address was taken meanwhile.
        """
        old = self._server(name)
        port, rack = old.address[1], self._membership.rack(name) or 0
        if new_address:
            # While the old one still has its own, this cannot be given the same.
            server = await self._bound(self._new_name(), 0)
            await self.kill(name)
        else:
            await self.kill(name)
            server = await self._bound(name, port)
        return await self._joined(server, rack)

    def clear(self) -> None:
        """Remove all records, end all faults, and let the clock run."""
        for fault_id in self._faults.ids:
            self.end_fault(fault_id)
        self.run_time()
        for namespace in self._membership.namespaces.values():
            namespace.remove_where(lambda record: True)
            namespace.sets.clear()
            namespace.is_full = False

    # -- faults and time, at once --------------------------------------------------------------

    def begin_fault(self, spec: FaultSpec) -> int:
        """Let a fault begin.

        Returns:
            What it is called.

        Raises:
            ClusterError: it names a node that is not there.
        """
        named = {*(spec.nodes or ()), *(one for group in spec.groups for one in group)}
        if spec.to is not None:
            named.add(spec.to)
        for name in sorted(named - self._servers.keys() - {specs.EVERYBODY}):
            raise ClusterError(f"node {name} is not running any more")
        fault = self._faults.begin(spec)
        if spec.kind == specs.KEEP_OUT:
            self.disconnect(spec)
        self._adjust_links()
        return fault.id

    def end_fault(self, fault_id: int) -> None:
        """Let a fault end, if it has not ended."""
        fault = self._faults.end(fault_id)
        if fault is None:
            return
        if fault.spec.kind == specs.MIGRATION:
            # The node that they were to go to may have been killed meanwhile.
            to = fault.spec.to
            self.migrate(fault.spec.partitions, to if to in self._servers else None)
        # What was late goes on first, then what comes through connections that stood still.
        self._traffic.end(fault_id)
        self._adjust_links()

    def hits(self, fault_id: int) -> int:
        """How often a fault has hit; see `gridwire.testing.faults.Fault.hits`."""
        return self._faults.hits(fault_id)

    def migrate(self, partitions: Iterable[int], to: str | None) -> None:
        """Let partitions change masters, at once; all of them if none is named.

        Raises:
            ClusterError: there is no such node.
        """
        if to is not None and to not in self._servers:
            raise ClusterError(f"node {to} is not running any more")
        if self._servers:
            self._membership.migrate(tuple(partitions) or range(PARTITIONS), to)

    def disconnect(self, spec: FaultSpec) -> int:
        """Break connections, as a network that forgot them does.

        Returns:
            How many.
        """
        broken = 0
        for name, server in self._servers.items():
            if spec.nodes is None or name in spec.nodes:
                for link in server.links:
                    broken += not link.is_over
                    link.abort()
        return broken

    def set_full(self, namespace: str, is_full: bool) -> None:
        """Let a namespace have no room for further writes, or let it have some again.

        Raises:
            ClusterError: there is no such namespace.
        """
        found = self._membership.namespaces.get(namespace.encode())
        if found is None:
            raise ClusterError(f"there is no namespace {namespace!r}")
        found.is_full = is_full

    def end_sessions(self) -> None:
        """Let all sessions of logged in users expire now.

        Raises:
            ClusterError: nobody has to log in.
        """
        if self._security is None:
            raise ClusterError("nobody has to log in to this cluster")
        self._security.end_sessions()

    def advance_time(self, seconds: float) -> None:
        """Let the cluster's clock leap forward."""
        self._clock.advance(seconds)

    def stop_time(self, moment: float | None) -> None:
        """Let the cluster's clock stand still.

        Args:
            moment: seconds since the epoch; now if None.
        """
        self._clock.stop_at(self._clock() if moment is None else moment)

    def run_time(self) -> None:
        """Let the cluster's clock go as it does without `advance_time` and `stop_time`."""
        self._clock.run()

    # -- parts ---------------------------------------------------------------------------------

    async def _bound(self, name: str, port: int) -> NodeServer:
        node = Node(name, self._membership, self._clock, self._security, self._options.service)
        server = NodeServer(node, self._traffic)
        await server.bind(port, server_context(self._options.tls))
        return server

    async def _joined(self, server: NodeServer, rack: int) -> NodeInfo:
        place = _place(server, rack)
        self._membership.join([place])
        await self._open(server)
        return NodeInfo(place.name, place.host, place.port)

    async def _open(self, server: NodeServer) -> None:
        self._servers[server.node.name] = server
        await server.serve()

    def _new_name(self) -> str:
        while True:
            # Locally administered, so that it is nobody's real address.
            address = (self._random.getrandbits(46) << 2 | 2).to_bytes(6, "little")
            name = _FABRIC_PORT + address.hex().upper()
            if name not in self._servers:
                return name

    def _links(self) -> list[Link]:
        return [link for server in self._servers.values() for link in server.links]

    def _adjust_links(self) -> None:
        for link in self._links():
            link.adjust()

    def _server(self, name: str) -> NodeServer:
        server = self._servers.get(name)
        if server is None:
            raise ClusterError(f"node {name} is not running any more")
        return server

    def _take(self, name: str) -> NodeServer:
        server = self._server(name)
        del self._servers[name]
        return server


def _place(server: NodeServer, rack: int) -> NodePlace:
    return NodePlace(server.node.name, *server.address, rack)
