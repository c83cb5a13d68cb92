# SPDX-License-Identifier: Apache-2.0
"""The asyncio twin of `gridwire.testing.aerospike`: nodes on the loop of the program."""

from __future__ import annotations

import time
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from gridwire.testing._aerospike.cluster import LoopCluster, NodeInfo
from gridwire.testing._aerospike.options import (
    DEFAULT_CLUSTER_NAME,
    DEFAULT_SESSION_SECONDS,
    read_options,
)
from gridwire.testing._aerospike.orders import perform_now
from gridwire.testing._aerospike_methods import AerospikeMethods
from gridwire.testing._homes.housed import LoopedCluster
from gridwire.testing.faults import AsyncFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gridwire.testing._aerospike.options import Hosts, Namespaces, Users
    from gridwire.testing._shared.tls_files import TlsFiles

__all__ = ["AsyncAerospikeCluster", "AsyncNode"]


class AsyncNode:
    """A handle of a node of an `AsyncAerospikeCluster`; equal to all others of the same node.

    Attributes:
        name: its node id, in upper-case hexadecimal.
        host: where clients reach it.
        port: the same.
    """

    def __init__(self, cluster: AsyncAerospikeCluster, info: NodeInfo) -> None:
        self._cluster = cluster
        self.name, self.host, self.port = info

    @property
    def address(self) -> str:
        """Where clients reach it, as ``"127.0.0.1:port"``."""
        return f"{self.host}:{self.port}"

    async def kill(self) -> None:
        """End it as a process is killed, see `Node.kill`.

        Raises:
            ClusterError: it does not run any more.
        """
        await self._cluster._running().kill(self.name)

    async def start(self) -> AsyncNode:
        """Let it come back after `kill` or `shutdown`, see `Node.start`.

        Raises:
            ClusterError: it runs, or its address was taken meanwhile.
        """
        info = await self._cluster._running().start_node(self.name, self.port)
        return AsyncNode(self._cluster, info)

    async def shutdown(self) -> None:
        """Let it hand its partitions over to the others, and leave.

        Raises:
            ClusterError: it does not run any more.
        """
        await self._cluster._running().shutdown(self.name)

    def pause(self) -> AsyncFault:
        """Let it stand still; see `AerospikeCluster.pause`."""
        return self._cluster.pause(self)

    async def restart(self) -> AsyncNode:
        """Kill it, and let it come back at its address, see `Node.restart`.

        Raises:
            ClusterError: it does not run any more, or its address was taken meanwhile.
        """
        info = await self._cluster._running().restart(self.name, new_address=False)
        return AsyncNode(self._cluster, info)

    async def restart_with_new_address(self) -> AsyncNode:
        """Kill it, and let it come back elsewhere, see `Node.restart_with_new_address`.

        Raises:
            ClusterError: it does not run any more.
        """
        info = await self._cluster._running().restart(self.name, new_address=True)
        return AsyncNode(self._cluster, info)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AsyncNode) and (other.name, other.port) == (self.name, self.port)

    def __hash__(self) -> int:
        return hash((self.name, self.port))

    def __repr__(self) -> str:
        return f"<AsyncNode {self.address} {self.name}>"


class AsyncAerospikeCluster(LoopedCluster[LoopCluster], AerospikeMethods[AsyncFault]):
    """An Aerospike cluster whose nodes live on the running event loop.

    It is an asynchronous context manager; `start` and `stop` do the same by hand. What is not a
    coroutine is to be called on that loop, too.

    Args:
        nodes: how many nodes to start.
        cluster_name: what they call themselves.
        namespaces: see `AerospikeCluster`.
        replication_factor: how many nodes hold a copy of each partition.
        ports: where the nodes listen, one for each; free ports if None.
        racks: in which rack each node stands; without racks if None.
        users: who may log in, see `AerospikeCluster`.
        session_seconds: how long a session of a user lives.
        tls: certificate and key of the nodes, see `AerospikeCluster`.
        service: parameters of the nodes that differ from a server's defaults.
        clock: gives the time in seconds since the epoch, for the life of records.

    Raises:
        ClusterOptionError: an option has a value that it does not take.
    """

    def __init__(
        self,
        nodes: int = 3,
        *,
        cluster_name: str = DEFAULT_CLUSTER_NAME,
        namespaces: Namespaces = "test",
        replication_factor: int = 2,
        ports: Sequence[int] | None = None,
        racks: Sequence[int] | None = None,
        users: Users | None = None,
        session_seconds: int = DEFAULT_SESSION_SECONDS,
        tls: Mapping[str, str] | TlsFiles | None = None,
        service: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._options = read_options(
            cluster_name=cluster_name,
            nodes=nodes,
            replication_factor=replication_factor,
            namespaces=namespaces,
            service=service,
            ports=ports,
            racks=racks,
            users=users,
            session_seconds=session_seconds,
            tls=tls,
        )
        self._clock = clock

    @property
    def cluster_name(self) -> str:
        """What the nodes call themselves."""
        return self._options.cluster_name

    @property
    def hosts(self) -> Hosts:
        """Where the living nodes listen, the oldest first, as clients take them."""
        return self._options.hosts_of(self._cluster.nodes) if self._cluster else []

    @property
    def nodes(self) -> list[AsyncNode]:
        """Handles of the living nodes, the oldest first."""
        return [AsyncNode(self, info) for info in self._cluster.nodes] if self._cluster else []

    def _new_cluster(self) -> LoopCluster:
        return LoopCluster(self._options, clock=self._clock, random=SystemRandom())

    async def start_node(self, *, rack: int = 0) -> AsyncNode:
        """Let one more node join, which takes over its share of the partitions.

        Args:
            rack: in which rack it stands.

        Returns:
            Its handle.

        Raises:
            ClusterError: the cluster does not run.
        """
        return AsyncNode(self, await self._running().start_node(rack=rack))

    def _order(self, what: str, **arguments: object) -> Any:
        return perform_now(self._running(), {"do": what, **arguments})
