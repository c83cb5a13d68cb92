# SPDX-License-Identifier: Apache-2.0
"""Children of a program whose cluster is away when they make their first calls."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

from gridwire.hazelcast import HazelcastClient
from gridwire.testing import HazelcastCluster
from support.forking import attempt, fork


def main() -> dict[str, Any]:
    with HazelcastCluster(members=1, process=True) as cluster:
        client = HazelcastClient(
            cluster_name=cluster.cluster_name, cluster_members=cluster.addresses
        )
        numbers = client.get_map("m")
        blocking = numbers.blocking()
        blocking.set(1, "parent")

    def work() -> dict[str, Any]:
        report = {
            "get": attempt(lambda: blocking.get(1, timeout=0.3)),
            "set": attempt(lambda: numbers.set(1, "child", timeout=0.3).result(20)),
        }
        began = time.monotonic()
        client.shutdown()
        report["shutdown"] = time.monotonic() - began
        report["after"] = attempt(blocking.get, 1)
        report["threads"] = [one.name for one in threading.enumerate()]
        return report

    report = fork(work, lambda: sys.exit(0))
    client.shutdown()
    return report


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
