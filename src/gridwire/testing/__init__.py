# SPDX-License-Identifier: Apache-2.0
"""Clusters to try and to test with: protocol-faithful, in Python, started in milliseconds.

`HazelcastCluster` runs in a thread of the program or in a process beside it,
`AsyncHazelcastCluster` on the running event loop. From a shell,
``python -m gridwire.testing hazelcast`` does the same.
"""

from __future__ import annotations

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
