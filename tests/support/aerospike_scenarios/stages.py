# SPDX-License-Identifier: Apache-2.0
"""Where scenarios are played: an in-process cluster, or a real server, and a client of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gridwire import aerospike
from gridwire.testing import AerospikeCluster
from support.aerospike_scenarios.catalogue import Scenario
from support.aerospike_scenarios.drivers import Driver
from support.aerospike_scenarios.observing import NAMESPACE, See
from support.aerospike_scenarios.writing import Note
from support.patience import patient

__all__ = ["Server", "Stage", "in_process", "lacking", "real"]

TEND_MILLISECONDS = 100
"""How often clients look at the cluster, so that scenarios need not wait long."""

USERS = {"ann": "secret", "reader": ("only", ["read"])}


@dataclass(frozen=True)
class Server:
    """Where clients connect.

    Attributes:
        hosts: its addresses.
        cluster: the cluster that can be ordered about; None for a real server.
        with_users: another cluster, which knows users; None with a real server.
        build: the version of the server.
        namespace: the parameters of its namespace that scenarios depend on.
        set_name: a set that nobody else uses. All scenarios share it, since servers have room for a
            few thousand sets only, and never forget one.
    """

    hosts: list[Any]
    cluster: AerospikeCluster | None = None
    with_users: AerospikeCluster | None = None
    build: str = ""
    namespace: dict[str, str] = field(default_factory=dict)
    set_name: str = field(default_factory=lambda: f"s{secrets.token_hex(6)}")

    def tidy(self, keys: Iterable[Any]) -> None:
        """Remove what a scenario has left.

        Args:
            keys: the user keys that it used.
        """
        if self.cluster is not None and self.with_users is not None:
            self.cluster.clear()
            self.with_users.clear()
            return
        with aerospike.client({"hosts": self.hosts}).connect() as client:
            client.batch_remove([(NAMESPACE, self.set_name, key) for key in keys])


@contextmanager
def in_process(nodes: int) -> Iterator[Server]:
    """A cluster of ours, and one with users.

    They live in processes of their own: the official client keeps the interpreter to itself while
    some of its calls wait for their answer, `truncate` for one, and nodes in a thread could not
    give it then.
    """
    with (
        AerospikeCluster(nodes, process=True) as cluster,
        AerospikeCluster(nodes, process=True, users=USERS) as guarded,
    ):
        yield Server(cluster.hosts, cluster, guarded)


def real(address: tuple[str, int]) -> Server:
    """A server that is there already."""
    with aerospike.client({"hosts": [address]}).connect() as client:
        build = client.info_random_node("build")
        pairs = client.info_random_node(f"namespace/{NAMESPACE}").split(";")
    namespace = dict(pair.partition("=")[::2] for pair in pairs)
    return Server([address], build=build, namespace=namespace)


def lacking(server: Server, group: str) -> str | None:
    """Why a group cannot be played on a real server; None if it can."""
    if group != "lifetimes":
        return None
    if server.namespace.get("default-ttl") != "0":
        return "records of the namespace have a life by default"
    may_live = server.namespace.get("allow-ttl-without-nsup") == "true"
    if server.namespace.get("nsup-period") == "0" and not may_live:
        return "the namespace does not take a time to live"
    return None


class Stage:
    """A server and all that clients of one driver do with it.

    Args:
        server: where they connect.
        driver: who plays.
    """

    def __init__(self, server: Server, driver: Driver) -> None:
        self._server = server
        self._driver = driver
        self._made: list[Any] = []

    @property
    def cluster(self) -> AerospikeCluster:
        """The in-process cluster."""
        assert self._server.cluster is not None
        return self._server.cluster

    def make(self, driver: Driver, **config: Any) -> Any:
        """A client that is not connected; it is closed with the scenario at the latest."""
        whole = {"hosts": self._server.hosts, "tend_interval": TEND_MILLISECONDS, **config}
        client = driver.make(patient(whole))
        self._made.append(client)
        return client

    @property
    def hosts_with_users(self) -> list[Any]:
        """Where the cluster with users is."""
        assert self._server.with_users is not None
        return self._server.with_users.hosts

    def play(self, scenario: Scenario) -> list[Note]:
        """Play a scenario.

        Returns:
            What was seen.
        """
        see = See(self._driver, self.make(self._driver), self._server.set_name, self)
        try:
            see.client.connect()
            scenario.play(see)
        finally:
            for client in self._made:
                client.close()
            self._made.clear()
            self._server.tidy(see.used)
        return see.notes
