# SPDX-License-Identifier: Apache-2.0
"""Clusters to try and to test with: protocol-faithful, in Python, started in milliseconds.

`HazelcastCluster` runs in a thread of the program or in a process beside it,
`AsyncHazelcastCluster` on the running event loop. From a shell,
``python -m gridwire.testing hazelcast`` does the same, and `gridwire.testing.pytest_plugin` gives
fixtures to tests.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridwire.testing.aio import AsyncHazelcastCluster, AsyncMember
    from gridwire.testing.errors import ClusterError, ClusterOptionError
    from gridwire.testing.hazelcast import HazelcastCluster, Member

__all__ = [
    "AsyncHazelcastCluster",
    "AsyncMember",
    "ClusterError",
    "ClusterOptionError",
    "HazelcastCluster",
    "Member",
]

# Imported when they are first used: pytest imports this package in every run of everybody who has
# gridwire installed, most of which want no cluster.
_HOMES = {
    "AsyncHazelcastCluster": "aio",
    "AsyncMember": "aio",
    "ClusterError": "errors",
    "ClusterOptionError": "errors",
    "HazelcastCluster": "hazelcast",
    "Member": "hazelcast",
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
