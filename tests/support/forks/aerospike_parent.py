# SPDX-License-Identifier: Apache-2.0
"""The parent of many children, with a connected Aerospike client for threads.

Arguments: a port of a node, and one of a cluster whose nodes answer late.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from gridwire import aerospike
from support.forking import Child, attempt, fork, sockets

KEY = ("test", "forks", "parent")
SLOW = {"total_timeout": 20_000, "socket_timeout": 20_000}


def _read(client: Any, number: Any = "parent") -> Any:
    return client.get(("test", "forks", number), SLOW).bins["value"]


def _write(client: Any, number: Any, value: Any) -> None:
    client.put(("test", "forks", number), {"value": value}, policy=SLOW)


def ways_to_leave(client: Any) -> dict[str, Any]:
    """Children that end in all ways; what the parent has after each."""
    _write(client, "parent", "parent")
    before = sockets()
    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "unused, _exit": (lambda: None, lambda: os._exit(0)),
        "unused, exit": (lambda: None, lambda: sys.exit(0)),
        "unused, closed": (lambda: attempt(client.close), lambda: sys.exit(0)),
        "unused, collected": (gc.collect, lambda: sys.exit(0)),
        "used, _exit": (lambda: _read(client), lambda: os._exit(0)),
        "used, exit": (lambda: [_read(client), attempt(client.close)], lambda: sys.exit(0)),
        "a grandchild": (lambda: fork(lambda: _read(client)), lambda: sys.exit(0)),
    }
    report: dict[str, Any] = {
        "shared": fork(lambda: sorted(sockets() & before)),
    }
    for way, (work, leave) in ways.items():
        report[way] = [fork(work, leave), _read(client), sockets() == before]
    return report


def under_load(client: Any) -> dict[str, Any]:
    """Children of a program whose other threads are in the middle of calls."""
    over = threading.Event()
    wrong: list[Any] = []
    done = [0] * 8

    def load(first: int) -> None:
        number = first
        while not over.is_set():
            try:
                _write(client, number, number)
                if _read(client, number) != number:
                    wrong.append(number)
            except BaseException as error:  # noqa: BLE001 - each of them is wrong here
                wrong.append(repr(error))
            number = first + (number + 8) % 800
            done[first] += 1

    def work(child: int) -> int:
        mine = range(10_000 * child, 10_000 * child + 50)
        for number in mine:
            _write(client, number, child)
        keys = [("test", "forks", number) for number in mine]
        many = [one["value"] for one in client.batch_read(keys, policy=SLOW).values()]
        return sum(_read(client, number) == child for number in mine) + many.count(child)

    workers = [threading.Thread(target=load, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    children = []
    for child in range(1, 9):
        before = sum(done)
        while sum(done) < before + 20:
            time.sleep(0.001)
        children.append(Child(lambda child=child: work(child)))
    told = [child.report() for child in children]
    before = sum(done)
    while sum(done) < before + 100:
        time.sleep(0.001)
    over.set()
    for worker in workers:
        worker.join()
    written = [_read(client, 10_000 * child + 7) for child in range(1, 9)]
    return {"children": told, "wrong": wrong[:5], "written": written}


def in_handlers(client: Any) -> dict[str, Any]:
    """Signal handlers that fork in the middle of calls of their own thread; nodes answer late."""
    report: dict[str, Any] = {}
    calls: dict[str, Callable[[], Any]] = {
        "get": lambda: client.get(KEY, SLOW).bins,
        "increment": lambda: client.increment(KEY, "value", 1, policy=SLOW),
        "batch": lambda: len(client.batch_read([KEY], policy=SLOW)),
    }
    client.put(KEY, {"value": 1}, policy=SLOW)
    for name, call in calls.items():
        forked: list[tuple[int, int]] = []

        def forks(*_: Any, forked: list[tuple[int, int]] = forked) -> None:
            reader, writer = os.pipe()
            child = os.fork()
            if child:
                os.close(writer)
            forked.append((child, reader if child else writer))

        signal.signal(signal.SIGALRM, forks)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        mine = attempt(call)
        child, descriptor = forked[0]
        if child == 0:
            again = attempt(lambda: client.get(KEY, SLOW).bins["value"] > 0)
            os.write(descriptor, json.dumps([mine, again]).encode())
            os._exit(0)
        text = b""
        while data := os.read(descriptor, 65536):
            text += data
        os.close(descriptor)
        os.waitpid(child, 0)
        report[name] = {"parent": mine, "child": json.loads(text)}
    report["value"] = client.get(KEY, SLOW).bins["value"]
    return report


def connecting(port: int) -> Any:
    """A child of a program that has another thread in the middle of connecting."""
    client = aerospike.client({"hosts": [("127.0.0.1", port)], "timeout": 5_000})
    thread = threading.Thread(target=client.connect)
    thread.start()
    while not client._connecting._lock.locked():
        time.sleep(0.001)
    told = fork(lambda: [attempt(lambda: bool(client.connect())), client.is_connected()])
    thread.join()
    connected = client.is_connected()
    client.close()
    return [told, connected]


def main(port: int, late: int) -> dict[str, Any]:
    client = aerospike.client({"hosts": [("127.0.0.1", port)]}).connect()
    report = {
        "ways": ways_to_leave(client),
        "load": under_load(client),
        "pickled": attempt(pickle.dumps, client),
        "connecting": connecting(late),
    }
    client.close()
    slow = aerospike.client({"hosts": [("127.0.0.1", late)], "timeout": 5_000}).connect()
    report["handlers"] = in_handlers(slow)
    slow.close()
    return report


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
