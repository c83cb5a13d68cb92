# SPDX-License-Identifier: Apache-2.0
"""Children of a program whose client, with a near cache, has not been connected when it forks."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.errors import ClientOfflineError
from gridwire.testing import HazelcastCluster
from support.forking import Child, attempt

PATIENCE = 20.0


def main() -> dict[str, Any]:
    with HazelcastCluster(members=2, process=True) as cluster:
        with cluster.pause():
            client = HazelcastClient(
                cluster_name=cluster.cluster_name,
                cluster_members=cluster.addresses,
                async_start=True,
                near_caches={"near": {}, "kept": {"invalidate_on_change": False}},
            )
            near = client.get_map("near").blocking()
            kept = client.get_map("kept").blocking()

            def use() -> dict[str, Any]:
                end = time.monotonic() + PATIENCE
                while time.monotonic() < end:
                    try:
                        values = near.get(1), kept.get(1)
                    except ClientOfflineError:
                        time.sleep(0.005)
                        continue
                    if all(values) and near.near_cache.get_statistics()["hits"]:
                        break
                report = {
                    "get": attempt(near.get, 1),
                    "kept": [len(near.near_cache), len(kept.near_cache)],
                }
                client.shutdown()
                return report

            def child() -> dict[str, Any]:
                grandchild = Child(use)
                return {"child": use(), "grandchild": grandchild.report()}

            forked = Child(child)
        with HazelcastClient(
            cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
        ) as other:
            other.get_map("near").blocking().set(1, "near")
            other.get_map("kept").blocking().set(1, "kept")
        # What the parent does itself must not take anything from its children.
        return {**forked.report(), "parent": use()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
