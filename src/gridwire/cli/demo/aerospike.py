# SPDX-License-Identifier: Apache-2.0
"""The demo on Aerospike: a set on three nodes, one of which dies and comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from gridwire.aerospike import AsyncClient, Client, RecordNotFound
from gridwire.aerospike.cluster.replicas import read_replicas
from gridwire.aerospike.constants import AEROSPIKE_ERR_RECORD_NOT_FOUND as NOT_FOUND
from gridwire.aerospike.constants import AEROSPIKE_OK as OK
from gridwire.aerospike.protocol.digest import PARTITIONS
from gridwire.aerospike.protocol.result_codes import error_of
from gridwire.cli.demo.plan import Plan
from gridwire.cli.demo.target import Access, AsyncAccess, MemberShare, SetUpError, Words
from gridwire.cli.interrupts import uninterrupted
from gridwire.testing import AerospikeCluster, Node

__all__ = ["CLIENT_CONFIG", "AerospikeTarget", "open_aerospike"]

_NODES = 3

_VICTIM = 1

_BIN = "value"

_PATIENCE = {"total_timeout": 5_000, "socket_timeout": 5_000}

CLIENT_CONFIG: dict[str, Any] = {
    # How soon a lost node is noticed by who has nothing to do with it.
    "tend_interval": 250,
    # A demo shares its processors with the nodes and with another client. Nothing else differs from
    # the defaults: a write that got lost is not repeated, since nobody knows whether it was done.
    "policies": {"read": _PATIENCE, "write": _PATIENCE, "batch": _PATIENCE},
}
"""Times in milliseconds."""

_WORDS = Words(
    "Aerospike",
    "node",
    "set",
    "Two clients fill and read a set on three nodes; one dies and comes back.",
)


class _AerospikeAccess:
    """A blocking client and the set. See `Access`."""

    partition_count = PARTITIONS

    def __init__(self, config: Mapping[str, Any], namespace: str, set_name: str) -> None:
        self._client = Client(config)
        self._namespace, self._set_name = namespace, set_name
        self._connect()

    def _connect(self) -> None:
        try:
            self._client.connect()
        except (TypeError, ValueError) as error:
            raise SetUpError(str(error)) from error

    def _key(self, key: str) -> tuple[str, str, str]:
        return (self._namespace, self._set_name, key)

    def set(self, key: str, value: str, /) -> None:
        """Write an entry."""
        self._client.put((self._namespace, self._set_name, key), {_BIN: value})

    def get(self, key: str, /) -> object:
        """Read an entry."""
        try:
            record = self._client.get((self._namespace, self._set_name, key))
        except RecordNotFound:
            return None
        return (record.bins or {}).get(_BIN)

    def get_many(self, keys: Sequence[str], /) -> Mapping[str, object]:
        """Read entries."""
        records = self._client.batch_read([self._key(key) for key in keys])
        for code in {each.result for each in records.iter_records()} - {OK, NOT_FOUND}:
            # A record that could not be read must not be taken for one that is not there.
            raise error_of(code, is_write=False)
        return {str(key): bins.get(_BIN) for key, bins in records.items()}

    def remove(self, key: str, /) -> None:
        """Remove an entry."""
        self._client.remove(self._key(key))

    def shares(self) -> tuple[MemberShare, ...]:
        """Tell what nodes say of themselves. One that does not answer is left out."""
        builds = self._ask("build")
        owned = {
            name: len(claims[self._namespace].partitions[0])
            for name, claims in (
                (name, read_replicas(text)) for name, text in self._ask("replicas").items()
            )
            if self._namespace in claims
        }
        return tuple(
            MemberShare(address, builds[name], owned.get(name, 0))
            for name, address in self._ask("service").items()
            if name in builds
        )

    def _ask(self, command: str) -> dict[str, str]:
        answers = self._client.info_all(command)
        return {each.node_name: each.response for each in answers if not each.error_code}

    def destroy(self) -> None:
        """Remove all records of the set."""
        self._client.truncate(self._namespace, self._set_name)

    def close(self) -> None:
        """Close the client."""
        self._client.close()


class _AsyncAerospikeAccess:
    """An asyncio client and the set. See `AsyncAccess`."""

    def __init__(self, client: AsyncClient, namespace: str, set_name: str) -> None:
        self._client = client
        self._namespace, self._set_name = namespace, set_name
        self.close = client.close

    async def set(self, key: str, value: str, /) -> None:
        """Write an entry."""
        await self._client.put((self._namespace, self._set_name, key), {_BIN: value})

    async def get(self, key: str, /) -> object:
        """Read an entry."""
        try:
            record = await self._client.get((self._namespace, self._set_name, key))
        except RecordNotFound:
            return None
        return (record.bins or {}).get(_BIN)


class AerospikeTarget:
    """An Aerospike cluster to work on. See `Target`.

    Args:
        plan: what to do there.
        cluster_name: what it is called; empty for whatever it is called.
        hosts: where to find it.
        cluster: the one that was started, None if it runs already.
    """

    words = _WORDS

    def __init__(
        self,
        plan: Plan,
        cluster_name: str,
        hosts: Sequence[Any],
        cluster: AerospikeCluster | None,
    ) -> None:
        self.cluster_name = cluster_name
        self.place = plan.place
        self._namespace = plan.namespace
        self._hosts = list(hosts)
        self._cluster = cluster
        self._victim: Node | None = None

    @property
    def is_ours(self) -> bool:
        """Whether the demo started it."""
        return self._cluster is not None

    def connect(self) -> Access:
        """Connect a blocking client."""
        return _AerospikeAccess(self._config, self._namespace, self.place)

    async def connect_asyncio(self) -> AsyncAccess:
        """Connect an asyncio client."""
        client = AsyncClient(self._config)
        await client.connect()
        return _AsyncAerospikeAccess(client, self._namespace, self.place)

    @property
    def _config(self) -> dict[str, Any]:
        return {**CLIENT_CONFIG, "hosts": self._hosts, "cluster_name": self.cluster_name}

    def kill_member(self) -> str:
        """Kill a node of our own cluster."""
        assert self._cluster is not None
        self._victim = self._cluster.nodes[_VICTIM]
        self._victim.kill()
        return self._victim.address

    @property
    def bring_back(self) -> Callable[[], object] | None:
        """Lets the node that was killed come back, at its address and without memory."""
        return None if self._victim is None else self._victim.start


@contextmanager
def open_aerospike(plan: Plan) -> Iterator[AerospikeTarget]:
    """Start a cluster and stop it at the end, or use one that runs already.

    Args:
        plan: what to do.

    Raises:
        ClusterError: it could not be started.
    """
    if plan.addresses is not None:
        yield AerospikeTarget(plan, plan.cluster_name or "", plan.addresses, None)
        return
    more: dict[str, Any] = {} if plan.cluster_name is None else {"cluster_name": plan.cluster_name}
    cluster = AerospikeCluster(_NODES, namespaces=plan.namespace, process=True, **more)
    try:
        with uninterrupted():
            cluster.start()
        yield AerospikeTarget(plan, cluster.cluster_name, cluster.hosts, cluster)
    finally:
        cluster.stop()
