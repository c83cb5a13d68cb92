# SPDX-License-Identifier: Apache-2.0
"""Clusters to try and to test with: protocol-faithful, in Python, started in milliseconds.

`HazelcastCluster` and `AerospikeCluster` run in a thread of the program or in a process beside it,
`AsyncHazelcastCluster` and `AsyncAerospikeCluster` on the running event loop. From a shell,
``python -m gridwire.testing hazelcast`` and ``python -m gridwire.testing aerospike`` do the same.
`gridwire.testing.pytest_plugin` and `gridwire.testing.pytest_aerospike` give fixtures to tests.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridwire.testing.aerospike import AerospikeCluster, Node, UserOptions
    from gridwire.testing.aerospike_aio import AsyncAerospikeCluster, AsyncNode
    from gridwire.testing.aio import AsyncHazelcastCluster, AsyncMember
    from gridwire.testing.errors import ClusterError, ClusterOptionError
    from gridwire.testing.hazelcast import HazelcastCluster, Member

__all__ = [
    "AerospikeCluster",
    "AsyncAerospikeCluster",
    "AsyncHazelcastCluster",
    "AsyncMember",
    "AsyncNode",
    "ClusterError",
    "ClusterOptionError",
    "HazelcastCluster",
    "Member",
    "Node",
    "UserOptions",
]

# Imported when they are first used: pytest imports this package in every run of everybody who has
# gridwire installed, most of which want no cluster.
_HOMES = {
    "AerospikeCluster": "aerospike",
    "AsyncAerospikeCluster": "aerospike_aio",
    "AsyncHazelcastCluster": "aio",
    "AsyncMember": "aio",
    "AsyncNode": "aerospike_aio",
    "ClusterError": "errors",
    "ClusterOptionError": "errors",
    "HazelcastCluster": "hazelcast",
    "Member": "hazelcast",
    "Node": "aerospike",
    "UserOptions": "aerospike",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
