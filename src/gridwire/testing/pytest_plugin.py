# SPDX-License-Identifier: Apache-2.0
"""Fixtures for pytest: a fresh Hazelcast cluster, and clients of it, for each test that asks.

pytest finds this module by itself wherever gridwire is installed, so it is imported in test runs
that have nothing to do with it. Therefore it imports nothing but pytest, has no hook but those
that name and check its option, no autouse fixture, and starts nothing that no test has asked for.

======================================= =========================================================
`hazelcast_cluster`                     a cluster that runs
`hazelcast_client`                      a client of it, for threads
`hazelcast_client_factory`              makes more of those
`hazelcast_asyncio_client_factory`      makes clients for asyncio
`hazelcast_cluster_factory`             makes more clusters
`hazelcast_cluster_options`             how clusters are made; to be overridden
`hazelcast_client_options`              how clients are made; to be overridden
======================================= =========================================================

The option ``hazelcast_cluster_scope`` says who shares `hazelcast_cluster`: by default every test
has its own. A cluster that tests share is emptied after each test that had a client from here.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from gridwire.testing._pytest_scope import ScopeOption

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gridwire.hazelcast import HazelcastClient
    from gridwire.hazelcast.asyncio import HazelcastClient as AsyncioClient
    from gridwire.testing import HazelcastCluster

__all__ = [
    "AsyncioClientFactory",
    "ClientFactory",
    "Cluster",
    "ClusterFactory",
    "hazelcast_asyncio_client_factory",
    "hazelcast_client",
    "hazelcast_client_factory",
    "hazelcast_client_options",
    "hazelcast_cluster",
    "hazelcast_cluster_factory",
    "hazelcast_cluster_options",
    "pytest_addoption",
    "pytest_configure",
]

_SCOPE = ScopeOption("hazelcast_cluster")

_CONNECT_SECONDS = 20.0
"""How long a client tries to connect. By default it tries for ever, and a test would hang."""


class Cluster(Protocol):
    """Where clients can connect: a test cluster, or a real one that a project's fixture gives."""

    @property
    def cluster_name(self) -> str:
        """What clients have to name."""

    @property
    def addresses(self) -> Sequence[str]:
        """Where members listen."""


class ClusterFactory(Protocol):
    """What `hazelcast_cluster_factory` gives."""

    def __call__(self, members: int | None = None, **options: Any) -> HazelcastCluster:
        """Start a cluster; it ends with the test."""


class ClientFactory(Protocol):
    """What `hazelcast_client_factory` gives."""

    def __call__(self, cluster: Cluster | None = None, **options: Any) -> HazelcastClient:
        """Connect a client; it is shut down with the test."""


class AsyncioClientFactory(Protocol):
    """What `hazelcast_asyncio_client_factory` gives."""

    def __call__(self, cluster: Cluster | None = None, **options: Any) -> AsyncioClient:
        """Make a client of the running loop, for ``async with``."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Name the option."""
    _SCOPE.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a scope that does not exist, while pytest can still say so in one line."""
    _SCOPE.check(config)


@pytest.fixture(scope="session")
def hazelcast_cluster_options() -> Mapping[str, Any]:
    """Arguments of the `HazelcastCluster` of `hazelcast_cluster` and its factory; override it.

    Returns:
        Nothing, so that the defaults of `HazelcastCluster` hold.
    """
    return {}


@pytest.fixture(scope="session")
def hazelcast_client_options() -> Mapping[str, Any]:
    """Options of all clients from here; override it.

    Returns:
        Nothing, so that the defaults of the client hold. But where it would try for ever to
        connect, it gives up after 20 seconds.
    """
    return {}


@pytest.fixture(scope=_SCOPE.of)
def hazelcast_cluster(hazelcast_cluster_options: Mapping[str, Any]) -> Iterator[HazelcastCluster]:
    """A Hazelcast cluster that runs in this process; each test has its own by default.

    Yields:
        A `gridwire.testing.HazelcastCluster` made with `hazelcast_cluster_options`.
    """
    from gridwire.testing import HazelcastCluster

    with HazelcastCluster(**hazelcast_cluster_options) as cluster:
        yield cluster


@pytest.fixture
def hazelcast_cluster_factory(
    hazelcast_cluster_options: Mapping[str, Any],
) -> Iterator[ClusterFactory]:
    """Starts further Hazelcast clusters, or one to break where `hazelcast_cluster` is shared.

    Yields:
        A function that takes what `HazelcastCluster` takes, and has `hazelcast_cluster_options`
        as its defaults. Its clusters end with the test.
    """
    from gridwire.testing import HazelcastCluster

    with ExitStack() as stack:

        def start(members: int | None = None, **options: Any) -> HazelcastCluster:
            chosen = {**hazelcast_cluster_options, **options}
            if members is not None:
                chosen["members"] = members
            return stack.enter_context(HazelcastCluster(**chosen))

        yield start


@pytest.fixture
def _hazelcast_cluster_emptied(
    request: pytest.FixtureRequest,
    hazelcast_cluster: HazelcastCluster,
    # Asked for so that clients end before the clusters that a test has made for them.
    hazelcast_cluster_factory: ClusterFactory,
) -> Iterator[HazelcastCluster]:
    """The cluster; when it is shared, it is emptied after the test."""
    yield hazelcast_cluster
    _SCOPE.empty_if_shared(request.config, hazelcast_cluster)


@pytest.fixture
def hazelcast_client_factory(
    _hazelcast_cluster_emptied: HazelcastCluster, hazelcast_client_options: Mapping[str, Any]
) -> Iterator[ClientFactory]:
    """Connects any number of Hazelcast clients for threads.

    Yields:
        A function that takes a cluster (`hazelcast_cluster` if left out) and options of the
        client. It gives a `gridwire.hazelcast.HazelcastClient`, which is shut down after the test.
    """
    from gridwire.hazelcast import HazelcastClient

    with ExitStack() as stack:

        def connect(cluster: Cluster | None = None, **options: Any) -> HazelcastClient:
            where = _hazelcast_cluster_emptied if cluster is None else cluster
            arguments = _client_arguments(where, hazelcast_client_options, options)
            return stack.enter_context(HazelcastClient(**arguments))

        yield connect


@pytest.fixture
def hazelcast_client(hazelcast_client_factory: ClientFactory) -> HazelcastClient:
    """A Hazelcast client for threads, connected to `hazelcast_cluster`.

    Returns:
        A `gridwire.hazelcast.HazelcastClient`, which is shut down after the test.
    """
    return hazelcast_client_factory()


@pytest.fixture
def hazelcast_asyncio_client_factory(
    _hazelcast_cluster_emptied: HazelcastCluster, hazelcast_client_options: Mapping[str, Any]
) -> AsyncioClientFactory:
    """Makes Hazelcast clients for asyncio, whatever runs the loop of the test.

    Returns:
        A function that takes a cluster (`hazelcast_cluster` if left out) and options of the
        client. It gives a `gridwire.hazelcast.asyncio.HazelcastClient`, to be connected and shut
        down by ``async with``.
    """
    from gridwire.hazelcast.asyncio import HazelcastClient

    def make(cluster: Cluster | None = None, **options: Any) -> AsyncioClient:
        where = _hazelcast_cluster_emptied if cluster is None else cluster
        return HazelcastClient(**_client_arguments(where, hazelcast_client_options, options))

    return make


def _client_arguments(
    cluster: Cluster, shared: Mapping[str, Any], own: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "cluster_name": cluster.cluster_name,
        "cluster_members": list(cluster.addresses),
        "cluster_connect_timeout": _CONNECT_SECONDS,
        **shared,
        **own,
    }
