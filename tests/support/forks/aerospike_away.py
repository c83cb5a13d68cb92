# SPDX-License-Identifier: Apache-2.0
"""Children of a program whose first calls have less time than connecting takes."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from gridwire import aerospike
from gridwire.testing import AerospikeCluster
from support.forking import attempt, fork

KEY = ("test", "away", 1)
SHORT = {"total_timeout": 100, "socket_timeout": 100}
LONG = {"total_timeout": 20_000, "socket_timeout": 20_000}


def calls_in_time(client: Any) -> dict[str, Any]:
    """Each ends with its own time; one that has enough is served by what the others began."""

    def read() -> Any:
        return client.get(KEY, LONG).bins["n"]

    # Together: one after the other the last would find the client connected.
    report = together(
        {
            "get": lambda: client.get(KEY, SHORT),
            "put": lambda: client.put(KEY, {"n": 2}, policy=SHORT),
            "batch": lambda: client.batch_read([KEY], policy=SHORT),
            "info": lambda: client.info_all("build", {"timeout": 100}),
        }
    )
    report["while it connects"] = [one.name for one in threading.enumerate()]
    report["later"] = list(together(dict.fromkeys("1234", read)).values())
    report["close"] = attempt(client.close)
    report["after"] = attempt(client.get, KEY, LONG)
    report["threads"] = [one.name for one in threading.enumerate()]
    return report


def together(calls: dict[str, Callable[[], object]]) -> dict[str, Any]:
    """Each on a thread of its own; what came of it."""
    told: dict[str, Any] = {}

    def call(name: str) -> None:
        told[name] = attempt(calls[name])

    threads = [threading.Thread(target=call, args=[name]) for name in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def closed_meanwhile(client: Any) -> dict[str, Any]:
    """Another thread closes the client while the first call waits for it to be connected."""
    told: list[Any] = []
    reader = threading.Thread(target=lambda: told.append(attempt(client.get, KEY, LONG)))
    reader.start()
    time.sleep(0.1)
    client.close()
    reader.join()
    return {"get": told[0], "threads": [one.name for one in threading.enumerate()]}


def interrupted(client: Any) -> list[Any]:
    """Ctrl-C while the first call waits for the client to be connected."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    first = attempt(client.get, KEY, LONG)
    second = attempt(lambda: client.get(KEY, LONG).bins["n"])
    client.close()
    return [first, second, [one.name for one in threading.enumerate()]]


def forks_meanwhile(client: Any) -> list[Any]:
    """A grandchild is made while its parent's first call waits."""

    def read() -> Any:
        return attempt(lambda: client.get(KEY, LONG).bins["n"])

    reader_told: list[Any] = []
    reader = threading.Thread(target=lambda: reader_told.append(read()))
    reader.start()
    time.sleep(0.1)
    grandchild = fork(read)
    reader.join()
    client.close()
    return [grandchild, *reader_told]


def forks_in_a_handler(client: Any) -> list[Any]:
    """A signal handler forks while the first call of its thread waits."""
    children: list[tuple[int, int]] = []

    def forks(*_: Any) -> None:
        reader, writer = os.pipe()
        children.append((os.fork(), writer))
        os.close(reader if children[0][0] == 0 else writer)
        if children[0][0]:
            children[0] = children[0][0], reader

    signal.signal(signal.SIGALRM, forks)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    mine = attempt(lambda: client.get(KEY, LONG).bins["n"])
    child, pipe = children[0]
    client.close()
    if child == 0:
        os.write(pipe, json.dumps(mine).encode())
        os._exit(0)
    with os.fdopen(pipe) as told:
        report = [mine, json.load(told)]
    os.waitpid(child, 0)
    return report


def main() -> dict[str, Any]:
    with AerospikeCluster(nodes=1, process=True) as cluster:
        client = aerospike.client({"hosts": cluster.hosts, "timeout": 10_000}).connect()
        client.put(KEY, {"n": 1}, policy=LONG)
        with cluster.delay(0.2, answers="*"):
            report = {
                "in time": fork(lambda: calls_in_time(client)),
                "closed": fork(lambda: closed_meanwhile(client)),
                "interrupted": fork(lambda: interrupted(client)),
                "forks": fork(lambda: forks_meanwhile(client)),
                "handler": fork(lambda: forks_in_a_handler(client)),
            }
        report["parent"] = client.get(KEY, LONG).bins["n"]
        client.close()
    return report


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
