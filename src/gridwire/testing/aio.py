# SPDX-License-Identifier: Apache-2.0
"""The asyncio twin of `gridwire.testing.hazelcast`: members on the loop of the program."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Self

from gridwire.testing._hazelcast.cluster import LoopCluster, random_cluster_name
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from gridwire.testing._hazelcast.cluster import MemberFacts

__all__ = ["AsyncHazelcastCluster", "AsyncMember"]


class AsyncMember:
    """A handle of a member of an `AsyncHazelcastCluster`.

    Attributes:
        uuid: its identity.
        address: where clients reach it, as ``"127.0.0.1:port"``.
    """

    def __init__(self, cluster: LoopCluster, facts: MemberFacts) -> None:
        self._cluster = cluster
        self.uuid, self.address = facts

    async def kill(self) -> None:
        """End it as a process is killed, see `Member.kill`.

        Raises:
            ClusterError: it does not run any more.
        """
        await self._cluster.kill(self.uuid)

    async def shutdown(self) -> None:
        """Let it hand its partitions over to the others, and leave.

        Raises:
            ClusterError: it does not run any more.
        """
        await self._cluster.shutdown(self.uuid)

    def __repr__(self) -> str:
        return f"<AsyncMember {self.address} {self.uuid}>"


class AsyncHazelcastCluster:
    """A Hazelcast cluster whose members live on the running event loop.

    It is an asynchronous context manager; `start` and `stop` do the same by hand.

    Args:
        members: how many members to start.
        cluster_name: what clients have to name; random if None, so that clusters never mix.
        version: the version that members say they have, of the lines 5.5 to 5.7.
        partition_count: into how many partitions keys are spread.
        backup_count: how many members hold a copy of each partition, besides its owner.
        ports: where the members listen, one for each; free ports if None.
        username: what clients have to authenticate as, see `HazelcastCluster`.
        password: see `username`.
        clock: gives the time in seconds since the epoch, for the life of entries.

    Raises:
        ClusterOptionError: an option has a value that it does not take.
    """

    def __init__(
        self,
        members: int = 3,
        *,
        cluster_name: str | None = None,
        version: str = "5.7.0",
        partition_count: int = 271,
        backup_count: int = 1,
        ports: Sequence[int] | None = None,
        username: str | None = None,
        password: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._options = ClusterOptions(
            cluster_name=random_cluster_name() if cluster_name is None else cluster_name,
            members=members,
            version=version,
            partition_count=partition_count,
            backup_count=backup_count,
            ports=tuple(ports or ()),
            username=username,
            password=password,
        )
        self._clock = clock
        self._cluster: LoopCluster | None = None

    @property
    def cluster_name(self) -> str:
        """What clients have to name when they connect."""
        return self._options.cluster_name

    @property
    def addresses(self) -> list[str]:
        """Where the living members listen, the oldest first, each as ``"127.0.0.1:port"``."""
        return [facts.address for facts in self._cluster.members] if self._cluster else []

    @property
    def members(self) -> list[AsyncMember]:
        """Handles of the living members, the oldest first."""
        cluster = self._cluster
        return [AsyncMember(cluster, facts) for facts in cluster.members] if cluster else []

    async def start(self) -> None:
        """Start the members; clients can connect when this returns.

        Raises:
            ClusterError: it runs already, or a port is taken.
        """
        if self._cluster is not None:
            raise ClusterError("the cluster runs already")
        cluster = LoopCluster(self._options, clock=self._clock, random=Random())
        await cluster.start()
        self._cluster = cluster

    async def stop(self) -> None:
        """End all members; nothing is left when this returns. Does nothing if none runs."""
        cluster, self._cluster = self._cluster, None
        if cluster is not None:
            await cluster.stop()

    async def start_member(self) -> AsyncMember:
        """Let one more member join, which takes over its share of the partitions.

        Returns:
            Its handle.

        Raises:
            ClusterError: the cluster does not run.
        """
        if self._cluster is None:
            raise ClusterError("the cluster does not run")
        return AsyncMember(self._cluster, await self._cluster.start_member())

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
