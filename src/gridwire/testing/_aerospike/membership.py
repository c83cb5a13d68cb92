# SPDX-License-Identifier: Apache-2.0
"""A cluster of several nodes: who they are, who holds which partition, and what gets lost.

The nodes share their namespaces, so that a copy of a record is every copy, and partitions move at
once. What a real cluster would lose is lost here as well: the partitions of which a node that was
killed had the only copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from gridwire.aerospike.protocol.digest import PARTITIONS
from gridwire.testing._aerospike.namespaces import Namespace
from gridwire.testing._aerospike.ownership import successions
from gridwire.testing._aerospike.views import AddressKind, Peer, Replicas, bitmap

__all__ = ["Membership", "NodePlace"]


@dataclass(frozen=True, slots=True)
class NodePlace:
    """A node and where it is reached.

    Attributes:
        name: its node id.
        host: where it listens.
        port: the same.
        rack: in which rack it stands; 0 without racks.
    """

    name: str
    host: str
    port: int
    rack: int = 0

    @property
    def address(self) -> str:
        """`"host:port"`."""
        return f"{self.host}:{self.port}"


class Membership:
    """The nodes of a cluster; a `views.ClusterView`.

    Args:
        cluster_name: name of the cluster.
        namespaces: in the order in which they are listed.
        tls_name: the name in the nodes' certificate; None when they do not speak TLS.

    Attributes:
        hindered: says of a partition that it answers nothing now; None when all do.
        proxied: how many records nodes have fetched for clients that asked the wrong one.
    """

    def __init__(
        self, cluster_name: str, namespaces: Sequence[Namespace], tls_name: str | None = None
    ) -> None:
        self.cluster_name = cluster_name
        self.namespaces = {namespace.name: namespace for namespace in namespaces}
        self.hindered: Callable[[int], bool] | None = None
        self.proxied = 0
        self._tls_name = tls_name
        self._places: dict[str, NodePlace] = {}
        self._successions: list[tuple[str, ...]] = [()] * PARTITIONS
        self._replicas: dict[tuple[str, bytes], Replicas] = {}
        # They count on when nodes come back, so that no client takes new partitions for old ones.
        self._peers_generation = 0
        self._partition_generation = 0

    # -- changes -------------------------------------------------------------------------------

    @property
    def places(self) -> tuple[NodePlace, ...]:
        """The living nodes, the oldest first."""
        return tuple(self._places.values())

    def join(self, places: Iterable[NodePlace]) -> None:
        """Let nodes in; they have their share of the partitions at once."""
        for place in places:
            self._places[place.name] = place
        self._change()

    def leave(self, name: str) -> None:
        """Let a node go after it has handed over what it has."""
        del self._places[name]
        if not self._places:
            self._lose(range(PARTITIONS))
        self._change()

    def lose(self, name: str) -> None:
        """A node was killed: what it alone had is gone."""
        for namespace in self.namespaces.values():
            for partition in range(PARTITIONS):
                if self.owners(namespace.name, partition) == (name,):
                    namespace.drop_partition(partition)
        self.leave(name)

    def migrate(self, partitions: Iterable[int], to: str | None) -> None:
        """Let partitions change masters; the old ones keep a copy where there are several.

        Args:
            partitions: which.
            to: their new master; None for the next node in the succession of each.
        """
        for partition in partitions:
            order = self._successions[partition]
            heir = to if to is not None else order[1 % len(order)]
            self._successions[partition] = (heir, *(name for name in order if name != heir))
        self._forget()

    def _change(self) -> None:
        self._successions = successions(list(self._places))
        self._peers_generation += 1
        self._forget()

    def _forget(self) -> None:
        self._partition_generation += 1
        self._replicas.clear()

    def _lose(self, partitions: Iterable[int]) -> None:
        for partition in partitions:
            for namespace in self.namespaces.values():
                namespace.drop_partition(partition)

    # -- what nodes ask ------------------------------------------------------------------------

    def owners(self, namespace: bytes, partition: int) -> tuple[str, ...]:
        """The nodes that hold a partition, its master first."""
        copies = self.namespaces[namespace].parameters.number("replication-factor")
        return self._successions[partition][: max(1, copies)]

    def size(self, node: str) -> int:
        """How many nodes there are."""
        return len(self._places)

    def cluster_key(self, node: str) -> int:
        """Another number for other nodes."""
        names = "/".join([self.cluster_name, *sorted(self._places)])
        return int.from_bytes(sha256(names.encode()).digest()[:6], "big")

    def principal(self, node: str) -> str:
        """The node with the largest id."""
        return max(self._places, default=node)

    def partition_generation(self, node: str) -> int:
        """Counts the distributions of partitions."""
        return self._partition_generation

    def peers_generation(self, node: str) -> int:
        """Counts the changes of the cluster."""
        return self._peers_generation

    def rebalance_generation(self, node: str) -> int:
        """As `partition_generation`: partitions move at once."""
        return self._partition_generation

    def serves(self, node: str, namespace: bytes, partition: int) -> bool:
        """All of them that do not move just now: what another node has is fetched from it."""
        if self.hindered is not None and self.hindered(partition):
            return False
        if node not in self.owners(namespace, partition):
            self.proxied += 1
        return True

    def rack(self, node: str) -> int | None:
        """In which rack a node stands; None when no node has one."""
        if not any(place.rack for place in self._places.values()):
            return None
        place = self._places.get(node)
        return 0 if place is None else place.rack

    def replicas(self, node: str, namespace: bytes) -> Replicas:
        """The partitions that a node holds."""
        key = (node, namespace)
        found = self._replicas.get(key)
        if found is None:
            found = self._replicas[key] = self._counted(node, namespace)
        return found

    def _counted(self, node: str, namespace: bytes) -> Replicas:
        wanted = self.namespaces[namespace].parameters.number("replication-factor")
        copies = max(1, min(wanted, len(self._places)))
        held: list[list[int]] = [[] for _ in range(copies)]
        for partition, order in enumerate(self._successions):
            if node in order[:copies]:
                held[order.index(node)].append(partition)
        return Replicas(0, tuple(map(bitmap, held)))

    def peers(self, node: str, kind: AddressKind) -> tuple[Peer, ...] | None:
        """The other nodes; None when there are no addresses of this kind."""
        if kind.tls is not (self._tls_name is not None):
            return None if kind.tls else ()
        name = self._tls_name or ""
        others = (place for place in self._places.values() if place.name != node)
        return tuple(Peer(place.name, name, (place.address,)) for place in others)

    def addresses(self, node: str, kind: AddressKind) -> tuple[str, ...] | None:
        """Where a node is reached; None when there are no addresses of this kind."""
        if kind.tls is not (self._tls_name is not None):
            return None if kind.tls else ()
        place = self._places.get(node)
        return () if place is None else (place.address,)
