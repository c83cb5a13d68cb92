# SPDX-License-Identifier: Apache-2.0
"""The demo on Hazelcast: a map on three members, one of which dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from gridwire.cli.demo.plan import Plan
from gridwire.cli.demo.target import Access, AsyncAccess, MemberShare, Words
from gridwire.cli.interrupts import uninterrupted
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncHazelcastClient
from gridwire.testing import HazelcastCluster

__all__ = ["CLIENT_OPTIONS", "HazelcastTarget", "open_hazelcast"]

_MEMBERS = 3

_VICTIM = 1
"""Which member is killed: not the oldest, which tells the others who is there."""

_BACKUP_SECONDS = 1.0
"""How long a write waits for the acknowledgement of its backup."""

CLIENT_OPTIONS: dict[str, Any] = {
    "cluster_connect_timeout": 5.0,
    "connection_timeout": 5.0,
    "retry_initial_backoff": 0.1,
    # A peer that accepts connections and says nothing is given up after this time.
    "heartbeat_interval": 2.0,
    "heartbeat_timeout": 8.0,
    "invocation_timeout": 15.0,
    # How long a write waits for a backup that died with its member, before it goes on without.
    "operation_backup_timeout": _BACKUP_SECONDS,
}
"""Times in seconds: a demo asks for patience of seconds, not of minutes."""

_WORDS = Words(
    "Hazelcast",
    "member",
    "map",
    "Two clients fill and read a map on three members, one of which dies.",
    unhurried=(
        _BACKUP_SECONDS,
        f"Who waited for a backup that died went on after {_BACKUP_SECONDS:g} s (its timeout).",
    ),
)


class HazelcastAccess:
    """A blocking client and the map. See `Access`."""

    def __init__(self, options: Mapping[str, Any], map_name: str) -> None:
        self.client = HazelcastClient(**options)
        try:
            self._map = self.client.get_map(map_name).blocking()
        except BaseException:
            self.client.shutdown()
            raise
        self.set: Callable[[str, str], object] = self._map.set
        self.get: Callable[[str], object] = self._map.get
        self.remove: Callable[[str], object] = self._map.delete

    def get_many(self, keys: Sequence[str], /) -> Mapping[str, object]:
        """Read entries."""
        found: Mapping[str, object] = self._map.get_all(list(keys))
        return found

    @property
    def partition_count(self) -> int:
        """Into how many partitions keys are spread."""
        return self.client.partition_service.get_partition_count()

    def shares(self) -> tuple[MemberShare, ...]:
        """Tell which members the client knows, the oldest first, and what each owns."""
        partitions = self.client.partition_service
        owned: dict[object, int] = {}
        for partition_id in range(partitions.get_partition_count()):
            owner = partitions.get_partition_owner(partition_id)
            owned[owner] = owned.get(owner, 0) + 1
        return tuple(
            MemberShare(str(member.address), str(member.version), owned.get(member.uuid, 0))
            for member in self.client.cluster_service.get_members()
        )

    def destroy(self) -> None:
        """Remove the map."""
        self._map.destroy()

    def close(self) -> None:
        """Shut the client down."""
        self.client.shutdown()


class _AsyncHazelcastAccess:
    """An asyncio client and the map. See `AsyncAccess`."""

    def __init__(self, client: AsyncHazelcastClient, entries: Any) -> None:
        self.set = entries.set
        self.get = entries.get
        self.close = client.shutdown


class HazelcastTarget:
    """A Hazelcast cluster to work on. See `Target`.

    Args:
        plan: what to do there.
        cluster_name: what it is called.
        addresses: where to find it.
        cluster: the one that was started, None if it runs already.
    """

    words = _WORDS
    bring_back = None

    def __init__(
        self,
        plan: Plan,
        cluster_name: str,
        addresses: Sequence[str],
        cluster: HazelcastCluster | None,
    ) -> None:
        self.cluster_name = cluster_name
        self.place = plan.place
        self._addresses = list(addresses)
        self._cluster = cluster

    @property
    def is_ours(self) -> bool:
        """Whether the demo started it."""
        return self._cluster is not None

    def connect(self) -> Access:
        """Connect a blocking client."""
        return HazelcastAccess(self._options, self.place)

    async def connect_asyncio(self) -> AsyncAccess:
        """Connect an asyncio client."""
        client = await AsyncHazelcastClient.create_and_start(**self._options)
        try:
            return _AsyncHazelcastAccess(client, await client.get_map(self.place))
        except BaseException:
            await client.shutdown()
            raise

    @property
    def _options(self) -> dict[str, Any]:
        where = {"cluster_name": self.cluster_name, "cluster_members": self._addresses}
        return {**CLIENT_OPTIONS, **where}

    def kill_member(self) -> str:
        """Kill a member of our own cluster."""
        assert self._cluster is not None
        victim = self._cluster.members[_VICTIM]
        victim.kill()
        return victim.address


@contextmanager
def open_hazelcast(plan: Plan) -> Iterator[HazelcastTarget]:
    """Start a cluster and stop it at the end, or use one that runs already.

    Args:
        plan: what to do; its cluster is called ``dev`` unless it says otherwise.

    Raises:
        ClusterError: it could not be started.
    """
    if plan.addresses is not None:
        yield HazelcastTarget(plan, plan.cluster_name or "dev", plan.addresses, None)
        return
    cluster = HazelcastCluster(_MEMBERS, cluster_name=plan.cluster_name, process=True)
    try:
        with uninterrupted():
            cluster.start()
        yield HazelcastTarget(plan, cluster.cluster_name, cluster.addresses, cluster)
    finally:
        cluster.stop()
