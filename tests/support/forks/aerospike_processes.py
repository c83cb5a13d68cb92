# SPDX-License-Identifier: Apache-2.0
"""`multiprocessing` with every method of starting, beside a connected Aerospike client."""

from __future__ import annotations

import atexit
import json
import multiprocessing
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from gridwire import aerospike
from gridwire.aerospike.asyncio.client import AsyncClient
from support.forking import attempt

# What a forked child finds, and a spawned one does not.
_inherited: list[Any] = []


def double(hosts: list[tuple[str, int]], key: int) -> tuple[bool, Any]:
    """In a child: with the inherited client if there is one, else with one of its own."""
    was_there = bool(_inherited)
    if not was_there:
        client = aerospike.client({"hosts": hosts}).connect()
        atexit.register(client.close)
        _inherited.append(client)
    client = _inherited[0]
    value = client.get(("test", "processes", key)).bins["n"]
    client.put(("test", "processes", -key), {"n": value * 2})
    return was_there, value


def main(hosts: list[tuple[str, int]]) -> dict[str, Any]:
    client = aerospike.client({"hosts": hosts}).connect()
    _inherited.append(client)
    report: dict[str, Any] = {}
    for number, method in enumerate(("fork", "spawn", "forkserver")):
        context = multiprocessing.get_context(method)
        keys = list(range(1 + number * 100, 21 + number * 100))
        for key in keys:
            client.put(("test", "processes", key), {"n": key})
        with ProcessPoolExecutor(2, context) as pool:
            told = list(pool.map(double, [hosts] * len(keys), keys, timeout=60))
        written = [client.get(("test", "processes", -key)).bins["n"] for key in keys]
        report[method] = {
            "inherited": told[0][0],
            "right": [value for _, value in told] == keys,
            "written": written == [key * 2 for key in keys],
        }
    faces = (client, AsyncClient({"hosts": hosts}))
    report["pickled"] = [attempt(pickle.dumps, one) for one in faces]
    client.close()
    return report


if __name__ == "__main__":
    places = [place.rpartition(":") for place in sys.argv[1:]]
    sys.stdout.write(json.dumps(main([(host, int(port)) for host, _, port in places])))
