# SPDX-License-Identifier: Apache-2.0
"""An Aerospike cluster of our own in a storm, and clients of both styles."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from gridwire.aerospike import AsyncClient, Client, RecordNotFound
from gridwire.aerospike.constants import AEROSPIKE_ERR_RECORD_NOT_FOUND as NOT_FOUND
from gridwire.aerospike.constants import AEROSPIKE_OK as OK
from gridwire.aerospike.constants import POLICY_EXISTS_CREATE_ONLY
from gridwire.aerospike.protocol.digest import PARTITIONS
from gridwire.aerospike.protocol.result_codes import error_of
from gridwire.testing import AerospikeCluster
from support.storm.book import Book
from support.storm.cluster import SERVERS, ClusterStorm
from support.storm.plan import Event
from support.storm.work import Job

__all__ = ["AerospikeStorm"]

_BIN = "value"
_LOAD = ("record.*", "batch")

CONFIG: dict[str, Any] = {"tend_interval": 250, "timeout": 1000}
"""Milliseconds: a lost node is noticed soon."""


def _key(key: str) -> tuple[str, str, str]:
    return ("test", "storm", key)


def _policy(timeout: float, create: bool = False) -> dict[str, Any]:
    # An attempt has less than a long call: there is time for another one elsewhere. Of a short one
    # nothing but its deadline is the end, which is so seen to hold.
    total = round(timeout * 1000)
    policy = {"total_timeout": total, "socket_timeout": 0 if timeout < 1.0 else total // 2}
    return {**policy, "exists": POLICY_EXISTS_CREATE_ONLY} if create else policy


def _many(records: Any) -> dict[str, Any]:
    found = {}
    for record in records.iter_records():
        if record.result == OK:
            found[record.key[2]] = record.record.bins[_BIN]
        elif record.result != NOT_FOUND:
            # A record that could not be read must not be taken for one that is not there.
            raise error_of(record.result, is_write=False)
    return found


class _Blocking:
    """See `Access`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def write(self, key: str, value: str | None, timeout: float, create: bool = False) -> Any:
        """Store a value, or remove the record."""
        if value is not None:
            return self._client.put(_key(key), {_BIN: value}, policy=_policy(timeout, create))
        try:
            return self._client.remove(_key(key), policy=_policy(timeout))
        except RecordNotFound:
            return None

    def read(self, key: str, timeout: float) -> Any:
        """Read one."""
        try:
            return self._client.get(_key(key), _policy(timeout)).bins[_BIN]
        except RecordNotFound:
            return None

    def read_many(self, keys: list[str], timeout: float) -> Any:
        """Read several."""
        return _many(self._client.batch_read([_key(key) for key in keys], policy=_policy(timeout)))


class _Asyncio:
    """See `Access`."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def write(self, key: str, value: str | None, timeout: float, create: bool = False) -> Any:
        """Store a value, or remove the record."""
        if value is not None:
            return await self._client.put(_key(key), {_BIN: value}, policy=_policy(timeout, create))
        try:
            return await self._client.remove(_key(key), policy=_policy(timeout))
        except RecordNotFound:
            return None

    async def read(self, key: str, timeout: float) -> Any:
        """Read one."""
        try:
            return (await self._client.get(_key(key), _policy(timeout))).bins[_BIN]
        except RecordNotFound:
            return None

    async def read_many(self, keys: list[str], timeout: float) -> Any:
        """Read several."""
        asked = [_key(key) for key in keys]
        return _many(await self._client.batch_read(asked, policy=_policy(timeout)))


class AerospikeStorm(ClusterStorm):
    """Nodes, and clients of both styles."""

    name = "aerospike"

    def __init__(self, book: Book) -> None:
        cluster = AerospikeCluster(SERVERS, process=True)
        super().__init__(book, cluster, kind="node", load=_LOAD)

    def _places(self) -> list[tuple[str, int]]:
        return [(node.host, node.port) for node in self._cluster.nodes]

    @property
    def _config(self) -> dict[str, Any]:
        return {**CONFIG, "hosts": self._doors.places}

    def connect(self) -> tuple[Callable[[], None], dict[str, tuple[str, _Blocking]]]:
        """Connect a blocking client; see `HazelcastStorm.connect`."""
        client = Client(self._config).connect()
        self._clients.append(client)
        return client.close, {"blocking": ("blocking", _Blocking(client))}

    async def connect_asyncio(self) -> tuple[Callable[[], Coroutine[Any, Any, None]], _Asyncio]:
        """Connect an asyncio client: what closes it, and its access."""
        client = AsyncClient(self._config)
        await client.connect()
        self._clients.append(client)
        return client.close, _Asyncio(client)

    def watcher(self, job: Job) -> None:
        """There is nothing to listen to."""

    def _cut_off(self, event: Event) -> Any:
        return self._cluster.cut_off(answers=_LOAD, times=event.more["times"])

    def _refuse(self, event: Event) -> Any:
        return self._cluster.refuse(event.more["code"], times=event.more["times"])

    def _garble(self, event: Event) -> Any:
        # A part of a record's answer that is missing is filled up with the next answer on the
        # connection, if one was asked for: without a checksum in the protocol, nothing tells for
        # certain. An answer to one question alone is never filled up.
        alone = ("batch", "info.*", "admin.*")
        return self._cluster.garble(
            answers=alone if event.more["how"] == "cut" else "*", **event.more
        )

    def _partitions(self, event: Event) -> range:
        first = event.more["first"] * 20
        return range(first, min(PARTITIONS, first + 900))

    def _lose_acks(self, event: Event) -> Any:
        return self._cluster.lose_replica_acks(times=event.more["times"])
