# SPDX-License-Identifier: Apache-2.0
"""A Hazelcast cluster of our own in a storm, and clients of all three styles."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncHazelcastClient
from gridwire.testing import HazelcastCluster
from gridwire.testing.faults import HEARTBEATS
from support.storm.book import Book
from support.storm.cluster import SERVERS, ClusterStorm
from support.storm.plan import Event
from support.storm.watching import Watcher
from support.storm.work import Job

__all__ = ["HazelcastStorm"]

_MAP = "storm"
_PARTITIONS = 271

OPTIONS: dict[str, Any] = {
    "connection_timeout": 2.0,
    "retry_initial_backoff": 0.05,
    "retry_max_backoff": 0.4,
    "retry_jitter": 0.2,
    "heartbeat_interval": 1.0,
    "heartbeat_timeout": 3.0,
    "invocation_retry_pause": 0.2,
    "operation_backup_timeout": 0.8,
}
"""Seconds. Patience of minutes would let most of a storm pass by."""


class _Styled:
    """A map of any style as an `Access`: the styles differ in what comes back only."""

    def __init__(self, entries: Any) -> None:
        self._entries = entries
        self.read_many: Callable[[list[str], float], Any] = lambda keys, timeout: entries.get_all(
            keys, timeout=timeout
        )

    def write(self, key: str, value: str | None, timeout: float, create: bool = False) -> Any:
        """Store a value, or remove the entry."""
        if value is None:
            return self._entries.delete(key, timeout=timeout)
        if create:
            return self._entries.put_if_absent(key, value, timeout=timeout)
        return self._entries.set(key, value, timeout=timeout)

    def read(self, key: str, timeout: float) -> Any:
        """Read one."""
        return self._entries.get(key, timeout=timeout)


class HazelcastStorm(ClusterStorm):
    """Members, and clients of all three styles."""

    name = "hazelcast"

    def __init__(self, book: Book) -> None:
        cluster = HazelcastCluster(SERVERS, process=True, partition_count=_PARTITIONS)
        super().__init__(book, cluster, kind="member", load="Map.*")

    def _places(self) -> list[tuple[str, int]]:
        parts = [address.rpartition(":") for address in self._cluster.addresses]
        return [(host, int(port)) for host, _, port in parts]

    @property
    def _options(self) -> dict[str, Any]:
        return {
            **OPTIONS,
            "cluster_name": self._cluster.cluster_name,
            "cluster_members": [f"{host}:{port}" for host, port in self._doors.places],
        }

    def connect(self) -> tuple[Callable[[], None], dict[str, tuple[str, _Styled]]]:
        """Connect a threaded client.

        Returns:
            What shuts it down, and by the name of a style the way to work in it and its access.
        """
        client = HazelcastClient(client_name="storm-threads", **self._options)
        self._clients.append(client)
        entries = client.get_map(_MAP)
        return client.shutdown, {
            "blocking": ("blocking", _Styled(entries.blocking())),
            "futures": ("futures", _Styled(entries)),
        }

    async def connect_asyncio(self) -> tuple[Callable[[], Coroutine[Any, Any, None]], _Styled]:
        """Connect an asyncio client: what shuts it down, and its access."""
        client = await AsyncHazelcastClient.create_and_start(
            client_name="storm-asyncio", **self._options
        )
        self._clients.append(client)
        return client.shutdown, _Styled(await client.get_map(_MAP))

    def watcher(self, job: Job) -> Watcher:
        """A client that reads by a near cache and listens."""
        watcher = Watcher(self._options, _MAP, job)
        self._clients.append(watcher.client)
        return watcher

    def _drop_heartbeats(self, event: Event) -> Any:
        return self._cluster.drop(answers=HEARTBEATS)

    def _garble(self, event: Event) -> Any:
        return self._cluster.garble(answers="*", **event.more)

    def _garble_events(self, event: Event) -> Any:
        return self._cluster.garble(events="*", **event.more)

    def _partitions(self, event: Event) -> range:
        return range(event.more["first"], min(_PARTITIONS, event.more["first"] + 60))

    def _lose_acks(self, event: Event) -> Any:
        return self._cluster.lose_backup_acks(times=event.more["times"])
