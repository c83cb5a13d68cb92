# SPDX-License-Identifier: Apache-2.0
"""The asyncio twin of `gridwire.testing.hazelcast`: members on the loop of the program."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Any

from gridwire.testing._cluster_methods import ClusterMethods
from gridwire.testing._hazelcast.cluster import LoopCluster, random_cluster_name
from gridwire.testing._hazelcast.options import ClusterOptions
from gridwire.testing._hazelcast.orders import perform_now
from gridwire.testing._homes.housed import LoopedCluster
from gridwire.testing._shared.tls_files import read_tls
from gridwire.testing.faults import AsyncFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gridwire.testing._hazelcast.cluster import MemberFacts
    from gridwire.testing._hazelcast.factories import Factories
    from gridwire.testing._shared.tls_files import TlsFiles

__all__ = ["AsyncHazelcastCluster", "AsyncMember"]


class AsyncMember:
    """A handle of a member of an `AsyncHazelcastCluster`; equal to all others of the same member.

    Attributes:
        uuid: its identity.
        address: where clients reach it, as ``"127.0.0.1:port"``.
        lite: whether it holds no partition.
    """

    def __init__(self, cluster: AsyncHazelcastCluster, facts: MemberFacts) -> None:
        self._cluster = cluster
        self.uuid, self.address, self.lite = facts

    async def kill(self) -> None:
        """End it as a process is killed, see `Member.kill`.

        Raises:
            ClusterError: it does not run any more.
        """
        await self._cluster._running().kill(self.uuid)

    async def shutdown(self) -> None:
        """Let it hand its partitions over to the others, and leave, see `Member.shutdown`.

        Raises:
            ClusterError: it does not run any more, or is paused.
        """
        await self._cluster._running().shutdown(self.uuid)

    def pause(self) -> AsyncFault:
        """Let it stand still; see `HazelcastCluster.pause`."""
        return self._cluster.pause(self)

    async def restart(self) -> AsyncMember:
        """Kill it, and let it come back at its address, see `Member.restart`.

        Raises:
            ClusterError: it does not run any more, or its address was taken meanwhile.
        """
        facts = await self._cluster._running().restart(self.uuid, new_address=False)
        return AsyncMember(self._cluster, facts)

    async def restart_with_new_address(self) -> AsyncMember:
        """Kill it, and let it come back elsewhere, see `Member.restart_with_new_address`.

        Raises:
            ClusterError: it does not run any more.
        """
        facts = await self._cluster._running().restart(self.uuid, new_address=True)
        return AsyncMember(self._cluster, facts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AsyncMember) and other.uuid == self.uuid

    def __hash__(self) -> int:
        return hash(self.uuid)

    def __repr__(self) -> str:
        return f"<AsyncMember {self.address} {self.uuid}>"


class AsyncHazelcastCluster(LoopedCluster[LoopCluster], ClusterMethods[AsyncFault]):
    """A Hazelcast cluster whose members live on the running event loop.

    It is an asynchronous context manager; `start` and `stop` do the same by hand. What is not a
    coroutine is to be called on that loop, too.

    Args:
        members: how many members to start.
        lite_members: how many members to start besides that hold no partition.
        cluster_name: what clients have to name; random if None, so that clusters never mix.
        version: the version whose wire behaviour members have: a line from 4.0 to 5.7, such as
            ``"5.3"``, or a full version of one.
        partition_count: into how many partitions keys are spread.
        backup_count: how many members hold a copy of each partition, besides its owner.
        ports: where the members listen, one for each; free ports if None.
        username: what clients have to authenticate as, see `HazelcastCluster`.
        password: see `username`.
        tls: what members need to speak TLS, file names under ``certfile``, ``keyfile`` and
            ``cafile`` (whose certificates clients have to show; ``client_certificates`` can make
            them ``"optional"``), and ``version``, ``"1.2"`` or ``"1.3"``, for one alone. All ports
            speak TLS then, and nothing else. Files are read whenever a member starts.
        properties: Hazelcast properties as a real member would be configured with, such as
            ``{"hazelcast.map.invalidation.batch.enabled": "false"}``. A name that these members do
            not know is an error.
        data_serializable_factories: classes that members make of what clients send, by factory id
            and class id: entry processors, interceptors, comparators, values to look into. A class
            may be named by ``"package.module:Class"``.
        is_big_endian: the byte order of serialized objects, which clients have to have, too, as
            soon as members look into them; ``False`` is what real members are configured with as
            ``<byte-order>LITTLE_ENDIAN</byte-order>``.
        clock: gives the time in seconds since the epoch, for the life of entries.

    Raises:
        ClusterOptionError: an option has a value that it does not take.
    """

    def __init__(
        self,
        members: int = 3,
        *,
        lite_members: int = 0,
        cluster_name: str | None = None,
        version: str = "5.7.0",
        partition_count: int = 271,
        backup_count: int = 1,
        ports: Sequence[int] | None = None,
        username: str | None = None,
        password: str | None = None,
        tls: Mapping[str, str] | TlsFiles | None = None,
        properties: Mapping[str, str] | None = None,
        data_serializable_factories: Factories | None = None,
        is_big_endian: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._options = ClusterOptions(
            cluster_name=random_cluster_name() if cluster_name is None else cluster_name,
            members=members,
            lite_members=lite_members,
            version=version,
            partition_count=partition_count,
            backup_count=backup_count,
            ports=tuple(ports or ()),
            username=username,
            password=password,
            tls=read_tls(tls),
            properties=dict(properties or {}),
            data_serializable_factories=data_serializable_factories or {},
            is_big_endian=is_big_endian,
        )
        self._clock = clock

    @property
    def cluster_name(self) -> str:
        """What clients have to name when they connect."""
        return self._options.cluster_name

    @property
    def version(self) -> str:
        """The version that members say they have, with three numbers."""
        return self._options.version

    @property
    def addresses(self) -> list[str]:
        """Where the living members listen, the oldest first, each as ``"127.0.0.1:port"``."""
        return [facts.address for facts in self._cluster.members] if self._cluster else []

    @property
    def members(self) -> list[AsyncMember]:
        """Handles of the living members, the oldest first."""
        return (
            [AsyncMember(self, facts) for facts in self._cluster.members] if self._cluster else []
        )

    def _new_cluster(self) -> LoopCluster:
        return LoopCluster(self._options, clock=self._clock, random=Random())

    async def start_member(self, *, lite: bool = False) -> AsyncMember:
        """Let one more member join, which takes over its share of the partitions.

        Args:
            lite: whether it holds no partition.

        Returns:
            Its handle.

        Raises:
            ClusterError: the cluster does not run.
        """
        return AsyncMember(self, await self._running().start_member(lite=lite))

    def _order(self, what: str, **arguments: object) -> Any:
        return perform_now(self._running(), {"do": what, **arguments})
