# SPDX-License-Identifier: Apache-2.0
"""The cluster that the demo works on: one that it starts, or one that runs already."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gridwire.cli.interrupts import uninterrupted
from gridwire.hazelcast import HazelcastClient
from gridwire.testing import HazelcastCluster

__all__ = ["BACKUP_SECONDS", "MemberShare", "Target", "open_target", "settled_shares"]

_MEMBERS = 3

_VICTIM = 1
"""Which member is killed: not the oldest, which tells the others who is there."""

_SETTLE_SECONDS = 5.0
"""How long members may take to tell who owns what; after a loss they have more urgent things."""

_LOOK_SECONDS = 0.01

BACKUP_SECONDS = 1.0
"""How long a write waits for the acknowledgement of its backup."""

_CLIENT_OPTIONS: dict[str, Any] = {
    "cluster_connect_timeout": 5.0,
    "connection_timeout": 5.0,
    "retry_initial_backoff": 0.1,
    # A peer that accepts connections and says nothing is given up after this time.
    "heartbeat_interval": 2.0,
    "heartbeat_timeout": 8.0,
    "invocation_timeout": 15.0,
    # How long a write waits for a backup that died with its member, before it goes on without.
    "operation_backup_timeout": BACKUP_SECONDS,
}
"""Times in seconds: a demo asks for patience of seconds, not of minutes."""


@dataclass(frozen=True, slots=True)
class MemberShare:
    """A member, and what it has to do.

    Attributes:
        address: as ``host:port``.
        version: of the member.
        partitions: how many it owns.
    """

    address: str
    version: str
    partitions: int


class Target:
    """A cluster to work on.

    Args:
        cluster_name: what it is called.
        addresses: where to find it.
        cluster: the one that was started, None if it runs already.
    """

    def __init__(
        self, cluster_name: str, addresses: Sequence[str], cluster: HazelcastCluster | None
    ) -> None:
        self.cluster_name = cluster_name
        self.addresses = list(addresses)
        self._cluster = cluster

    @property
    def is_ours(self) -> bool:
        """Whether the demo started it, and may kill a member."""
        return self._cluster is not None

    @property
    def client_options(self) -> dict[str, Any]:
        """With what clients connect to it."""
        return {
            **_CLIENT_OPTIONS,
            "cluster_name": self.cluster_name,
            "cluster_members": self.addresses,
        }

    def kill_member(self) -> str:
        """Kill a member of our own cluster.

        Returns:
            Its address.
        """
        assert self._cluster is not None
        victim = self._cluster.members[_VICTIM]
        victim.kill()
        return victim.address


@contextmanager
def open_target(members: Sequence[str] | None, cluster_name: str | None) -> Iterator[Target]:
    """Start a cluster and stop it at the end, or use one that runs already.

    Args:
        members: addresses of one that runs, None to start one.
        cluster_name: what it is called; None for ``dev``, or a random name for a new cluster.

    Raises:
        ClusterError: it could not be started.
    """
    if members is not None:
        yield Target(cluster_name or "dev", members, None)
        return
    cluster = HazelcastCluster(_MEMBERS, cluster_name=cluster_name, process=True)
    try:
        with uninterrupted():
            cluster.start()
        yield Target(cluster.cluster_name, cluster.addresses, cluster)
    finally:
        cluster.stop()


def settled_shares(client: HazelcastClient) -> tuple[MemberShare, ...]:
    """Wait until a client has heard who owns each partition, and tell it; not for ever, though."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while True:
        members = _shares(client)
        count = client.partition_service.get_partition_count()
        if 0 < count == sum(member.partitions for member in members):
            return members
        if time.monotonic() > deadline:
            return members
        time.sleep(_LOOK_SECONDS)


def _shares(client: HazelcastClient) -> tuple[MemberShare, ...]:
    """Tell which members a client knows, the oldest first, and how many partitions each owns."""
    partitions = client.partition_service
    owned: dict[object, int] = {}
    for partition_id in range(partitions.get_partition_count()):
        owner = partitions.get_partition_owner(partition_id)
        owned[owner] = owned.get(owner, 0) + 1
    return tuple(
        MemberShare(str(member.address), str(member.version), owned.get(member.uuid, 0))
        for member in client.cluster_service.get_members()
    )
