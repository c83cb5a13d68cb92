# SPDX-License-Identifier: Apache-2.0
"""A client of Hazelcast clusters.

::

    from gridwire import hazelcast

    with hazelcast.HazelcastClient(cluster_members=["127.0.0.1:5701"]) as client:
        scores = client.get_map("scores").blocking()
        scores.set("ann", 3)

`gridwire.hazelcast.asyncio` is the same for asyncio.
"""

from __future__ import annotations

from gridwire.hazelcast.client import HazelcastClient
from gridwire.hazelcast.config import Config
from gridwire.hazelcast.lifecycle import LifecycleState

__all__ = ["Config", "HazelcastClient", "LifecycleState"]
