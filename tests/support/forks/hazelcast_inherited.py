# SPDX-License-Identifier: Apache-2.0
"""A child uses all that it inherited from a program with a connected Hazelcast client."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any

from gridwire.hazelcast import HazelcastClient
from support.forking import attempt, fork, sockets

PATIENCE = 20.0


def until(condition: Any) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return bool(condition())


def main(cluster_name: str, addresses: list[str]) -> dict[str, Any]:
    told: list[str] = []
    parents = os.getpid()
    client = HazelcastClient(
        cluster_name=cluster_name,
        cluster_members=addresses,
        near_caches={"near": {}},
        lifecycle_listeners=[lambda state: told.append(str(state))],
    )
    numbers = client.get_map("m")
    blocking = numbers.blocking()
    blocking.set(1, "parent")
    near = client.get_map("near").blocking()
    near.set(1, "near")
    near.get(1)
    lifecycle, members = client.lifecycle_service, client.cluster_service
    partitions = client.partition_service
    heard: list[str] = []
    registration = blocking.add_entry_listener(
        include_value=True, added_func=lambda event: heard.append(event.key)
    )
    mine: list[str] = []
    added = lifecycle.add_listener(lambda state: mine.append(str(state)))
    finished = numbers.get(1)
    finished.result()
    blocking.lock("held")
    uuid = client._core.identity.uuid
    known = sockets()
    own = [one.stream for one in client._core.state.routes.connections]
    told.clear()

    def inherited() -> dict[str, Any]:
        report: dict[str, Any] = {
            "shared": sorted(sockets() & known),
            "running": lifecycle.is_running(),
            "members before": len(members.get_members()),
            "near before": len(near.near_cache),
        }
        late: list[str] = []
        lifecycle.add_listener(lambda state: late.append(str(state)))
        report["get"] = attempt(blocking.get, 1)
        report["set"] = attempt(blocking.set, 2, "child")
        report["size"] = attempt(blocking.size)
        report["future"] = attempt(lambda: numbers.get(2).result(PATIENCE))
        report["get_all"] = attempt(lambda: sorted(blocking.get_all([1, 2]).items()))
        report["new_map"] = attempt(lambda: client.get_map("other").blocking().size())
        report["near"] = attempt(near.get, 1)
        report["near follows"] = until(lambda: near.get(1) and len(near.near_cache) == 1)
        report["finished"] = attempt(finished.result, 1)
        report["parents lock"] = attempt(blocking.unlock, "held")
        report["own lock"] = attempt(lambda: blocking.try_lock("held", timeout=0.2))
        report["parents listener"] = attempt(blocking.remove_entry_listener, registration)
        report["parents lifecycle listener"] = attempt(lifecycle.remove_listener, added)
        seen: list[int] = []
        report["listener"] = attempt(
            lambda: bool(blocking.add_entry_listener(added_func=lambda e: seen.append(e.key)))
        )
        blocking.set(77, "heard")
        report["heard"] = until(lambda: 77 in seen)
        report["parents heard"] = list(heard)
        report["other uuid"] = client._core.identity.uuid != uuid
        report["members"] = len(members.get_members())
        report["partitions"] = partitions.get_partition_count()
        report["owner known"] = until(lambda: partitions.get_partition_owner(0) is not None)
        report["told"] = until(lambda: "CONNECTED" in told) and list(told)
        report["late"] = list(late)
        report["mine"] = list(mine)
        report["grandchild"] = fork(
            lambda: [len(near.near_cache), until(lambda: near.get(1) and len(near.near_cache) == 1)]
        )
        report["pid"] = os.getpid() != parents
        client.shutdown()
        report["shut"] = attempt(blocking.get, 1)
        report["threads"] = [one.name for one in threading.enumerate()]
        return report

    def untouched() -> dict[str, Any]:
        client.shutdown()
        report = {"get": attempt(blocking.get, 1), "running": lifecycle.is_running()}
        client.shutdown()
        return report

    report = {"child": fork(inherited, lambda: sys.exit(0)), "shut first": fork(untouched)}
    heard_all = until(lambda: 77 in heard)
    report["parent"] = {
        "values": [blocking.get(1), blocking.get(2), near.get(1)],
        "near": len(near.near_cache),
        "heard": heard_all and heard.count(77),
        "told": list(told),
        "locked": blocking.is_locked("held"),
        "unlock": attempt(blocking.unlock, "held"),
        "connections": own == [one.stream for one in client._core.state.routes.connections],
        "uuid": client._core.identity.uuid == uuid,
    }
    client.shutdown()
    return report


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2:])))
