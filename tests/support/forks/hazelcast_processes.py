# SPDX-License-Identifier: Apache-2.0
"""`multiprocessing` with every method of starting, beside a connected Hazelcast client."""

from __future__ import annotations

import atexit
import json
import multiprocessing
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from gridwire.hazelcast import HazelcastClient
from support.forking import attempt

# What a forked child finds, and a spawned one does not.
_inherited: list[HazelcastClient] = []


def double(cluster_name: str, addresses: list[str], key: int) -> tuple[bool, Any]:
    """In a child: with the inherited client if there is one, else with one of its own."""
    was_there = bool(_inherited)
    if not was_there:
        client = HazelcastClient(cluster_name=cluster_name, cluster_members=addresses)
        atexit.register(client.shutdown)
        _inherited.append(client)
    numbers = _inherited[0].get_map("m").blocking()
    value = numbers.get(key)
    numbers.set(-key, value * 2)
    return was_there, value


def main(cluster_name: str, addresses: list[str]) -> dict[str, Any]:
    client = HazelcastClient(cluster_name=cluster_name, cluster_members=addresses)
    numbers = client.get_map("m").blocking()
    _inherited.append(client)
    report: dict[str, Any] = {}
    for number, method in enumerate(("fork", "spawn", "forkserver")):
        context = multiprocessing.get_context(method)
        keys = list(range(1 + number * 100, 21 + number * 100))
        numbers.put_all({key: key for key in keys})
        with ProcessPoolExecutor(2, context) as pool:
            told = list(
                pool.map(
                    double, [cluster_name] * len(keys), [addresses] * len(keys), keys, timeout=60
                )
            )
        report[method] = {
            "inherited": told[0][0],
            "right": [value for _, value in told] == keys,
            "written": [numbers.get(-key) for key in keys] == [key * 2 for key in keys],
        }
    report["pickled"] = [attempt(pickle.dumps, one) for one in (client, numbers)]
    client.shutdown()
    return report


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2:])))
