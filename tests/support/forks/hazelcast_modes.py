# SPDX-License-Identifier: Apache-2.0
"""Children of clients whose calls do not all wait for a connection, and their first calls."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from gridwire.hazelcast import HazelcastClient
from gridwire.testing import HazelcastCluster
from support.forking import attempt, fork

PATIENCE = 20.0

KINDS = {
    "ON": {"reconnect_mode": "ON"},
    "OFF": {"reconnect_mode": "OFF"},
    "ASYNC": {"reconnect_mode": "ASYNC"},
    "async_start": {"async_start": True},
    "both": {"reconnect_mode": "ASYNC", "async_start": True},
}


def family(cluster: HazelcastCluster, options: dict[str, Any]) -> dict[str, Any]:
    """What children tell of a client with these options, each by another first call."""
    connected = threading.Event()
    client = HazelcastClient(
        cluster_name=cluster.cluster_name,
        cluster_members=cluster.addresses,
        lifecycle_listeners=[lambda state: connected.set() if state == "CONNECTED" else None],
        **options,
    )
    assert connected.wait(PATIENCE)
    numbers = client.get_map("m")
    blocking = numbers.blocking()
    blocking.set(1, "parent")
    calls = {
        "blocking": lambda: blocking.get(1),
        "future": lambda: numbers.get(1).result(PATIENCE),
        "get_all": lambda: blocking.get_all([1])[1],
        "new map": lambda: client.get_map("new").blocking().size(),
    }

    def child(call: Callable[[], Any]) -> dict[str, Any]:
        report = attempt(call)
        client.shutdown()
        return report

    report = {name: fork(lambda call=call: child(call)) for name, call in calls.items()}
    report["grandchild"] = fork(lambda: fork(lambda: child(calls["blocking"])))
    client.shutdown()
    return report


def never_connected(cluster: HazelcastCluster) -> dict[str, Any]:
    """What a child is told whose parent's calls have not waited either."""
    with cluster.pause():
        client = HazelcastClient(
            cluster_name=cluster.cluster_name,
            cluster_members=cluster.addresses,
            async_start=True,
        )
        blocking = client.get_map("m").blocking()

        def child() -> dict[str, Any]:
            report = attempt(lambda: blocking.get(1, timeout=PATIENCE))
            client.shutdown()
            return report

        report = {"child": fork(child), "grandchild": fork(lambda: fork(child))}
        client.shutdown()
    return report


def main() -> dict[str, Any]:
    with HazelcastCluster(members=2, process=True) as cluster:
        told = {name: family(cluster, options) for name, options in KINDS.items()}
        return {**told, "never connected": never_connected(cluster)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
