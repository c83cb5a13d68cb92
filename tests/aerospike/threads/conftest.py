# SPDX-License-Identifier: Apache-2.0
"""A scripted cluster on a thread of its own, and threaded clients that are connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from gridwire._io.hosted import HostedLoop
from gridwire.aerospike._client import Client
from support import patience
from support.aerospike_scripted import ScriptedCluster, ScriptedNode
from support.patience import patient


class Nodes:
    """A cluster whose nodes live on another thread's loop.

    Args:
        cluster: the nodes.
    """

    def __init__(self, cluster: ScriptedCluster) -> None:
        self.cluster = cluster
        self.loop = HostedLoop("nodes")
        self.loop.run(cluster.__aenter__)

    @property
    def first(self) -> ScriptedNode:
        return self.cluster.nodes[0]

    def stop(self, node: ScriptedNode) -> None:
        self.loop.run(node.stop)

    def start(self, node: ScriptedNode, port: int = 0) -> None:
        self.loop.run(node.start, port)

    def release_all(self) -> None:
        for node in self.cluster.nodes:
            self.loop.call(node.release_all)

    def cut_all(self, node: ScriptedNode) -> None:
        """End every connection of a node, which goes on listening."""

        def cut() -> None:
            for link in list(node.links):
                link.transport.abort()

        self.loop.call(cut)

    def close(self) -> None:
        self.loop.run(self.cluster.__aexit__)
        self.loop.stop()


@pytest.fixture
def serve() -> Iterator[Callable[..., Nodes]]:
    """Start a cluster; keywords are those of `ScriptedCluster`."""
    with ExitStack() as stack:

        def start(count: int = 1, **how: Any) -> Nodes:
            nodes = Nodes(ScriptedCluster(count, **how))
            stack.callback(nodes.close)
            return nodes

        yield start


@pytest.fixture
def connect() -> Iterator[Callable[..., Client]]:
    """Connect a client to nodes; keywords are its options."""
    with ExitStack() as stack:

        def make(nodes: Nodes, **config: Any) -> Client:
            client = Client(patient({"hosts": nodes.cluster.hosts, **config}))
            stack.callback(client.close)
            return client.connect()

        yield make


@pytest.fixture
def until() -> Callable[..., None]:
    return patience.until
