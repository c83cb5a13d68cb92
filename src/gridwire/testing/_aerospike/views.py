# SPDX-License-Identifier: Apache-2.0
"""What a node knows of the cluster around it: an interface, and a cluster of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple, Protocol

from gridwire.aerospike.protocol.digest import PARTITIONS
from gridwire.testing._aerospike.namespaces import Namespace

__all__ = ["AddressKind", "ClusterView", "Peer", "Replicas", "SingleNode", "bitmap"]


class AddressKind(NamedTuple):
    """Which of its addresses a node is asked for.

    Attributes:
        tls: those that speak TLS.
        alternate: those of another network.
    """

    tls: bool = False
    alternate: bool = False


class Peer(NamedTuple):
    """Another node of the cluster.

    Attributes:
        name: its node id, in upper-case hexadecimal.
        tls_name: the name in its certificate, empty without one.
        addresses: ``host:port``, IPv6 hosts in brackets.
    """

    name: str
    tls_name: str
    addresses: tuple[str, ...]


class Replicas(NamedTuple):
    """Which partitions of a namespace a node holds.

    Attributes:
        regime: counts the changes of ownership; 0 without strong consistency.
        bitmaps: one for each copy, the master's first, a bit for each partition.
    """

    regime: int
    bitmaps: tuple[bytes, ...]


class ClusterView(Protocol):
    """The cluster as its nodes see it. A node is named by its id."""

    @property
    def cluster_name(self) -> str:
        """Name of the cluster."""

    @property
    def namespaces(self) -> Mapping[bytes, Namespace]:
        """The namespaces in the order in which they are listed, by name."""

    def size(self, node: str) -> int:
        """How many nodes the node sees, itself included."""

    def cluster_key(self, node: str) -> int:
        """A number that changes with the nodes of the cluster."""

    def principal(self, node: str) -> str:
        """The node that decides who belongs to the cluster."""

    def partition_generation(self, node: str) -> int:
        """Changes with the partitions of the node; -1 while it does not know them yet."""

    def peers_generation(self, node: str) -> int:
        """Changes with the peers of the node."""

    def rebalance_generation(self, node: str) -> int:
        """Counts how often the node's partitions were distributed anew."""

    def serves(self, node: str, namespace: bytes, partition: int) -> bool:
        """Whether a node answers for a partition, itself or by asking the one that holds it."""

    def replicas(self, node: str, namespace: bytes) -> Replicas:
        """The partitions that a node holds."""

    def peers(self, node: str, kind: AddressKind) -> tuple[Peer, ...] | None:
        """The other nodes; None when there are no addresses of this kind."""

    def addresses(self, node: str, kind: AddressKind) -> tuple[str, ...] | None:
        """The node's own addresses; None when there are none of this kind."""

    def rack(self, node: str) -> int | None:
        """In which rack a node stands; None in the Community Edition, which knows no racks."""


def bitmap(partitions: Iterable[int]) -> bytes:
    """A bit for each partition.

    Args:
        partitions: those that are set.
    """
    bits = bytearray(PARTITIONS // 8)
    for partition in partitions:
        bits[partition >> 3] |= 0x80 >> (partition & 7)
    return bytes(bits)


class SingleNode:
    """A cluster of one node, which holds everything.

    Args:
        name: id of the node.
        namespaces: in the order in which they are listed.
        address: ``host:port`` under which clients are to find it.
        cluster_name: name of the cluster.
    """

    def __init__(
        self, name: str, namespaces: tuple[Namespace, ...], address: str, cluster_name: str
    ) -> None:
        self.cluster_name = cluster_name
        self.namespaces = {namespace.name: namespace for namespace in namespaces}
        self.address = address
        self._name = name

    def size(self, node: str) -> int:
        """One."""
        return 1

    def cluster_key(self, node: str) -> int:
        """Always the same: nodes never come and go."""
        names = f"{self.cluster_name}/{self._name}".encode()
        return int.from_bytes(sha256(names).digest()[:6], "big")

    def principal(self, node: str) -> str:
        """The node itself."""
        return self._name

    def partition_generation(self, node: str) -> int:
        """Partitions never move."""
        return 0

    def peers_generation(self, node: str) -> int:
        """Peers never come."""
        return 0

    def rebalance_generation(self, node: str) -> int:
        """They were distributed once."""
        return 1

    def serves(self, node: str, namespace: bytes, partition: int) -> bool:
        """All of them."""
        return True

    def replicas(self, node: str, namespace: bytes) -> Replicas:
        """All of them."""
        return Replicas(0, (bitmap(range(PARTITIONS)),))

    def peers(self, node: str, kind: AddressKind) -> tuple[Peer, ...] | None:
        """No others, and no TLS."""
        return None if kind.tls else ()

    def addresses(self, node: str, kind: AddressKind) -> tuple[str, ...] | None:
        """The only one."""
        return None if kind.tls else (self.address,)

    def rack(self, node: str) -> int | None:
        """It has none."""
        return None
