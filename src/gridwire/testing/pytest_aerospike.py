# SPDX-License-Identifier: Apache-2.0
"""Fixtures for pytest: a fresh Aerospike cluster, and clients of it, for each test that asks.

pytest finds this module by itself wherever gridwire is installed, so it is imported in test runs
that have nothing to do with it. Therefore it imports nothing but pytest, has no hook but those
that name and check its option, no autouse fixture, and starts nothing that no test has asked for.

======================================= =========================================================
`aerospike_cluster`                     a cluster that runs
`aerospike_client`                      a client of it, for threads
`aerospike_client_factory`              makes more of those
`aerospike_asyncio_client_factory`      makes clients for asyncio
`aerospike_cluster_factory`             makes more clusters
`aerospike_cluster_options`             how clusters are made; to be overridden
`aerospike_client_options`              how clients are made; to be overridden
======================================= =========================================================

The option ``aerospike_cluster_scope`` says who shares `aerospike_cluster`: by default every test
has its own. A cluster that tests share is emptied after each test that had a client from here.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from gridwire.testing._pytest_scope import ScopeOption

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gridwire.aerospike import AsyncClient, Client
    from gridwire.testing import AerospikeCluster

__all__ = [
    "AsyncioClientFactory",
    "ClientFactory",
    "Cluster",
    "ClusterFactory",
    "aerospike_asyncio_client_factory",
    "aerospike_client",
    "aerospike_client_factory",
    "aerospike_client_options",
    "aerospike_cluster",
    "aerospike_cluster_factory",
    "aerospike_cluster_options",
    "pytest_addoption",
    "pytest_configure",
]

_SCOPE = ScopeOption("aerospike_cluster")


class Cluster(Protocol):
    """Where clients can connect: a test cluster, or a real one that a project's fixture gives."""

    @property
    def hosts(self) -> Sequence[tuple[str, int] | tuple[str, int, str]]:
        """Where nodes listen."""


class ClusterFactory(Protocol):
    """What `aerospike_cluster_factory` gives."""

    def __call__(self, nodes: int | None = None, **options: Any) -> AerospikeCluster:
        """Start a cluster; it ends with the test."""


class ClientFactory(Protocol):
    """What `aerospike_client_factory` gives."""

    def __call__(self, cluster: Cluster | None = None, **options: Any) -> Client:
        """Connect a client; it is closed with the test."""


class AsyncioClientFactory(Protocol):
    """What `aerospike_asyncio_client_factory` gives."""

    def __call__(self, cluster: Cluster | None = None, **options: Any) -> AsyncClient:
        """Make a client, to be connected and closed by the test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Name the option."""
    _SCOPE.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a scope that does not exist, while pytest can still say so in one line."""
    _SCOPE.check(config)


@pytest.fixture(scope="session")
def aerospike_cluster_options() -> Mapping[str, Any]:
    """Arguments of the `AerospikeCluster` of `aerospike_cluster` and its factory; override it.

    Returns:
        Nothing, so that the defaults of `AerospikeCluster` hold.
    """
    return {}


@pytest.fixture(scope="session")
def aerospike_client_options() -> Mapping[str, Any]:
    """Configuration of all clients from here, but for their hosts; override it.

    Returns:
        Nothing, so that the defaults of the client hold.
    """
    return {}


@pytest.fixture(scope=_SCOPE.of)
def aerospike_cluster(aerospike_cluster_options: Mapping[str, Any]) -> Iterator[AerospikeCluster]:
    """An Aerospike cluster that runs in this process; each test has its own by default.

    Yields:
        A `gridwire.testing.AerospikeCluster` made with `aerospike_cluster_options`.
    """
    from gridwire.testing import AerospikeCluster

    with AerospikeCluster(**aerospike_cluster_options) as cluster:
        yield cluster


@pytest.fixture
def aerospike_cluster_factory(
    aerospike_cluster_options: Mapping[str, Any],
) -> Iterator[ClusterFactory]:
    """Starts further Aerospike clusters, or one to break where `aerospike_cluster` is shared.

    Yields:
        A function that takes what `AerospikeCluster` takes, and has `aerospike_cluster_options`
        as its defaults. Its clusters end with the test.
    """
    from gridwire.testing import AerospikeCluster

    with ExitStack() as stack:

        def start(nodes: int | None = None, **options: Any) -> AerospikeCluster:
            chosen = {**aerospike_cluster_options, **options}
            if nodes is not None:
                chosen["nodes"] = nodes
            return stack.enter_context(AerospikeCluster(**chosen))

        yield start


@pytest.fixture
def _aerospike_cluster_emptied(
    request: pytest.FixtureRequest,
    aerospike_cluster: AerospikeCluster,
    # Asked for so that clients end before the clusters that a test has made for them.
    aerospike_cluster_factory: ClusterFactory,
) -> Iterator[AerospikeCluster]:
    """The cluster; when it is shared, it is emptied after the test."""
    yield aerospike_cluster
    _SCOPE.empty_if_shared(request.config, aerospike_cluster)


@pytest.fixture
def aerospike_client_factory(
    _aerospike_cluster_emptied: AerospikeCluster, aerospike_client_options: Mapping[str, Any]
) -> Iterator[ClientFactory]:
    """Connects any number of Aerospike clients for threads.

    Yields:
        A function that takes a cluster (`aerospike_cluster` if left out) and fields of the
        configuration. It gives a connected client, which is closed after the test.
    """
    from gridwire import aerospike

    with ExitStack() as stack:

        def connect(cluster: Cluster | None = None, **options: Any) -> Client:
            where = _aerospike_cluster_emptied if cluster is None else cluster
            client = aerospike.client(_config(where, aerospike_client_options, options))
            stack.callback(client.close)
            client.connect()
            return client

        yield connect


@pytest.fixture
def aerospike_client(aerospike_client_factory: ClientFactory) -> Client:
    """An Aerospike client for threads, connected to `aerospike_cluster`.

    Returns:
        A client, which is closed after the test.
    """
    return aerospike_client_factory()


@pytest.fixture
def aerospike_asyncio_client_factory(
    _aerospike_cluster_emptied: AerospikeCluster, aerospike_client_options: Mapping[str, Any]
) -> AsyncioClientFactory:
    """Makes Aerospike clients for asyncio, whatever runs the loop of the test.

    Returns:
        A function that takes a cluster (`aerospike_cluster` if left out) and fields of the
        configuration. It gives a `gridwire.aerospike.AsyncClient`, to be connected by `connect`
        inside of ``async with``, which closes it.
    """
    from gridwire.aerospike import AsyncClient

    def make(cluster: Cluster | None = None, **options: Any) -> AsyncClient:
        where = _aerospike_cluster_emptied if cluster is None else cluster
        return AsyncClient(_config(where, aerospike_client_options, options))

    return make


def _config(cluster: Cluster, shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {"hosts": list(cluster.hosts), **shared, **own}
