# SPDX-License-Identifier: Apache-2.0
"""Aerospike clusters inside a test or a demo: real sockets, real protocol, no server to install.

::

    with AerospikeCluster(nodes=3) as cluster:
        client = gridwire.aerospike.client({"hosts": cluster.hosts}).connect()
        ...
        cluster.nodes[0].kill()

Any client of Aerospike can connect, not only gridwire. Namespaces store records, with lifetimes and
generations; lists, maps and bits are stored and read whole, operations inside them are answered as
not supported.
"""

from __future__ import annotations

import time
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from gridwire.testing._aerospike.cluster import LoopCluster, NodeInfo
from gridwire.testing._aerospike.options import (
    DEFAULT_CLUSTER_NAME,
    DEFAULT_SESSION_SECONDS,
    UserOptions,
    read_options,
)
from gridwire.testing._aerospike_methods import AerospikeMethods
from gridwire.testing._homes.housed import HousedCluster
from gridwire.testing._homes.process_home import ProcessHome
from gridwire.testing._homes.thread_home import ThreadHome
from gridwire.testing.errors import ClusterOptionError
from gridwire.testing.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gridwire.testing._aerospike.options import Hosts, Namespaces, Users
    from gridwire.testing._homes.tenants import Home
    from gridwire.testing._shared.tls_files import TlsFiles

__all__ = ["AerospikeCluster", "Node", "UserOptions"]


class Node:
    """A handle of a node of an `AerospikeCluster`; equal to all others of the same node.

    Attributes:
        name: its node id, in upper-case hexadecimal.
        host: where clients reach it.
        port: the same.
    """

    def __init__(self, cluster: AerospikeCluster, info: NodeInfo) -> None:
        self._cluster = cluster
        self.name, self.host, self.port = info

    @property
    def address(self) -> str:
        """Where clients reach it, as ``"127.0.0.1:port"``."""
        return f"{self.host}:{self.port}"

    def kill(self) -> None:
        """End it as a process is killed: connections break, its memory is lost.

        The other nodes have taken over its partitions when this returns. What had no copy on
        another node is gone.

        Raises:
            ClusterError: it does not run any more.
        """
        self._cluster._order("kill", name=self.name)

    def start(self) -> Node:
        """Let it come back after `kill` or `shutdown`, at its address and with its id.

        Returns:
            Its handle. It has its share of the partitions.

        Raises:
            ClusterError: it runs, or its address was taken meanwhile.
        """
        self._cluster._order("start_node", name=self.name, port=self.port)
        return self._cluster._node(self.name)

    def shutdown(self) -> None:
        """Let it hand its partitions over to the others, and leave.

        Raises:
            ClusterError: it does not run any more.
        """
        self._cluster._order("shutdown", name=self.name)

    def pause(self) -> Fault:
        """Let it stand still; see `AerospikeCluster.pause`."""
        return self._cluster.pause(self)

    def restart(self) -> Node:
        """Kill it, and let it come back at its address and with its id, without memory.

        Raises:
            ClusterError: it does not run any more, or its address was taken meanwhile.
        """
        return self._restart(new_address=False)

    def restart_with_new_address(self) -> Node:
        """Kill it, and let it come back elsewhere, as a container does that is scheduled anew.

        Returns:
            Its new handle: it has a new id and a new address.

        Raises:
            ClusterError: it does not run any more.
        """
        return self._restart(new_address=True)

    def _restart(self, *, new_address: bool) -> Node:
        name = self._cluster._order("restart", name=self.name, new_address=new_address)
        return self._cluster._node(name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and (other.name, other.port) == (self.name, self.port)

    def __hash__(self) -> int:
        return hash((self.name, self.port))

    def __repr__(self) -> str:
        return f"<Node {self.address} {self.name}>"


class AerospikeCluster(HousedCluster, AerospikeMethods[Fault]):
    """An Aerospike cluster whose nodes live in this program, or in a process beside it.

    It is a context manager; `start` and `stop` do the same by hand. Its methods may be called by
    any thread.

    Args:
        nodes: how many nodes to start.
        cluster_name: what they call themselves; clients that name another are not let near.
        namespaces: a name, several, or names with the parameters that differ from a server's
            defaults, such as ``{"test": {"default-ttl": 3600}}``. Expired records are removed from
            time to time unless ``nsup-period`` says 0.
        replication_factor: how many nodes hold a copy of each partition, its master included; a
            namespace may have its own as ``replication-factor``.
        process: whether the nodes live in a process of their own instead of in a thread of this
            one. Clients are then not slowed down by nodes that share their interpreter.
        ports: where the nodes listen, one for each; free ports if None.
        racks: in which rack each node stands; without racks if None.
        users: who may log in: names with passwords, with pairs of a password and roles, or with
            `UserOptions`. Roles are those that servers have from the start. Without, nodes are of
            the Community Edition, which knows no users. Needs the package bcrypt.
        session_seconds: how long a session of a user lives.
        tls: certificate and key of the nodes, as names of PEM files: a mapping with ``certfile``,
            and where needed ``keyfile``, ``name`` (the name in the certificate, ``"localhost"`` by
            default) and ``cafile`` (whose certificates clients have to show). All ports speak TLS
            then, and nothing else.
        service: parameters of the nodes that differ from a server's defaults.
        clock: gives the time in seconds since the epoch, for the life of records. Not to be
            combined with `process`; `advance_time` and `stop_time` work everywhere.

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
        process: bool = False,
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
        if process and clock is not time.time:
            raise ClusterOptionError(
                "a clock cannot be shared with a process of its own",
                hint="Move the clock of the cluster by stop_time and advance_time instead.",
            )
        self._process = process
        self._clock = clock

    @property
    def cluster_name(self) -> str:
        """What the nodes call themselves."""
        return self._options.cluster_name

    @property
    def hosts(self) -> Hosts:
        """Where the living nodes listen, the oldest first, as clients take them.

        With `tls`, each has the name in the certificate besides.
        """
        return self._options.hosts_of(self._infos)

    @property
    def nodes(self) -> list[Node]:
        """Handles of the living nodes, the oldest first."""
        return [Node(self, info) for info in self._infos]

    def _new_home(self) -> Home:
        if self._process:
            return ProcessHome("aerospike", self._options.to_json())
        cluster = LoopCluster(self._options, clock=self._clock, random=SystemRandom())
        return ThreadHome(cluster, f"gridwire-cluster-{self.cluster_name}")

    def start_node(self, *, rack: int = 0) -> Node:
        """Let one more node join, which takes over its share of the partitions.

        Args:
            rack: in which rack it stands.

        Returns:
            Its handle.

        Raises:
            ClusterError: the cluster does not run.
        """
        return self._node(self._order("start_node", rack=rack))

    @property
    def _infos(self) -> list[NodeInfo]:
        return [NodeInfo(*facts) for facts in self._home.facts] if self._home else []

    def _node(self, name: str) -> Node:
        return next(node for node in self.nodes if node.name == name)
