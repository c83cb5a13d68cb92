# SPDX-License-Identifier: Apache-2.0
"""The parent of many children, which fork in the worst moments and leave in every way."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.control import hosting
from gridwire.hazelcast.future import combine_futures
from support.forking import Child, attempt, fork, sockets

PATIENCE = 20.0


def ways_to_leave(client: HazelcastClient, blocking: Any) -> dict[str, Any]:
    """Children that end in all ways; what the parent has after each."""
    blocking.set(1, "parent")
    before = sockets()
    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "unused, _exit": (lambda: None, lambda: os._exit(0)),
        "unused, exit": (lambda: None, lambda: sys.exit(0)),
        "unused, closed": (lambda: attempt(client.shutdown), lambda: sys.exit(0)),
        "unused, collected": (gc.collect, lambda: sys.exit(0)),
        "used, _exit": (lambda: attempt(blocking.get, 1), lambda: os._exit(0)),
        "used, exit": (lambda: attempt(blocking.get, 1), lambda: sys.exit(0)),
        "used, closed": (
            lambda: [attempt(blocking.get, 1), attempt(client.shutdown)],
            lambda: sys.exit(0),
        ),
        "a grandchild": (lambda: fork(lambda: attempt(blocking.get, 1)), lambda: sys.exit(0)),
        "used, a grandchild": (
            lambda: [attempt(blocking.get, 1), fork(lambda: attempt(blocking.get, 1))],
            lambda: sys.exit(0),
        ),
    }
    report = {}
    for way, (work, leave) in ways.items():
        told = fork(work, leave)
        report[way] = [told, attempt(blocking.get, 1), sockets() == before]
    return report


def under_load(blocking: Any, numbers: Any) -> dict[str, Any]:
    """Children of a program whose other threads are in the middle of calls."""
    over = threading.Event()
    wrong: list[Any] = []
    done = [0] * 8

    def load(first: int) -> None:
        key = first
        while not over.is_set():
            try:
                if first % 2:
                    numbers.set(key, key).result()
                    value = numbers.get(key).result()
                else:
                    blocking.set(key, key)
                    value = blocking.get(key)
                if value != key:
                    wrong.append((key, value))
            except BaseException as error:  # noqa: BLE001 - each of them is wrong here
                wrong.append((key, repr(error)))
            key = first + (key + 8) % 8000
            done[first] += 1

    workers = [threading.Thread(target=load, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()

    def work(number: int) -> list[Any]:
        mine = range(10_000 * number, 10_000 * number + 50)
        began = time.monotonic()
        bad = [key for key in mine if blocking.set(key, number) is not None]
        bad += [key for key in mine if blocking.get(key) != number]
        futures = [numbers.get(key) for key in mine]
        bad += [one for one in futures if one.result(PATIENCE) != number]
        return [len(bad), time.monotonic() - began]

    children = []
    for number in range(1, 11):
        before = sum(done)
        while sum(done) < before + 20:
            time.sleep(0.001)
        children.append(Child(lambda number=number: work(number)))
    told = [child.report() for child in children]
    before = sum(done)
    while sum(done) < before + 100:
        time.sleep(0.001)
    over.set()
    for worker in workers:
        worker.join()
    return {
        "children": told,
        "wrong": wrong[:5],
        "written": [blocking.get(10_000 * number + 7) for number in range(1, 11)],
    }


def pending(numbers: Any) -> dict[str, Any]:
    """A child of a program whose futures are not done; members answer late."""
    calls: list[Any] = []
    write = numbers.set(5, "late")
    read = numbers.get(1)
    several = numbers.get_all([1, 2, 3])
    both = combine_futures([write, read])
    after = read.continue_with(lambda future: future.result())
    lock = numbers.try_lock("mine", timeout=5)
    futures = [write, read, several, both, after, lock]
    read.add_done_callback(calls.append)

    def work() -> dict[str, Any]:
        heard: list[Any] = []
        futures[0].add_done_callback(heard.append)
        return {
            "results": [attempt(one.result, PATIENCE) for one in futures],
            "done": [one.done() for one in futures],
            "cancelled": [one.cancel() for one in futures],
            "heard": len(heard),
            "parents callbacks": len(calls),
            "usable": attempt(lambda: numbers.size().result(PATIENCE) >= 0),
        }

    told = fork(work)
    return {"child": told, "parent": [attempt(one.result, PATIENCE) for one in futures]}


def in_the_middle(
    begin: Callable[[], object], call: Callable[[], Any], after: Callable[[], Any]
) -> dict[str, Any]:
    """A call in the middle of which a signal handler forks; how it ends in both processes."""
    children: list[tuple[int, int]] = []

    def forks(*_: Any) -> None:
        reader, writer = os.pipe()
        child = os.fork()
        used, unused = (writer, reader) if child == 0 else (reader, writer)
        os.close(unused)
        children.append((child, used))

    signal.signal(signal.SIGALRM, forks)
    begin()
    mine = attempt(call)
    child, pipe = children[0]
    if child == 0:
        os.write(pipe, json.dumps([mine, attempt(after)]).encode())
        os._exit(0)
    text = b""
    while data := os.read(pipe, 65536):
        text += data
    os.close(pipe)
    os.waitpid(child, 0)
    return {"parent": mine, "child": json.loads(text)}


def in_handlers(blocking: Any, numbers: Any) -> dict[str, Any]:
    """Members answer late. Signal handlers that fork in the middle of calls of their own thread."""
    report: dict[str, Any] = {}
    calls: dict[str, Callable[[], Any]] = {
        "get": lambda: blocking.get(1),
        "future": lambda: numbers.get(1).result(),
        "get_all": lambda: blocking.get_all([1]),
        "try_lock": lambda: blocking.try_lock("handler", timeout=5),
        "careful": blocking.size,
    }
    for name, call in calls.items():
        report[name] = in_the_middle(
            lambda: signal.setitimer(signal.ITIMER_REAL, 0.1), call, lambda: blocking.get(1)
        )
        blocking.force_unlock("handler")
    return report


def while_making(blocking: Any) -> dict[str, Any]:
    """A child whose signal handler forks while its first call makes its client."""
    main = threading.get_ident()
    make = hosting.make_core

    def begin() -> None:
        # This thread waits for whoever calls it.
        hosting.make_core = signalling

    def signalling(*arguments: Any) -> Any:
        hosting.make_core = make
        signal.pthread_kill(main, signal.SIGALRM)
        time.sleep(0.3)
        return make(*arguments)

    def get() -> Any:
        return blocking.get(1)

    return fork(lambda: in_the_middle(begin, get, get))


def interrupted(client: HazelcastClient, blocking: Any) -> list[Any]:
    """Children whose first call is interrupted, each at another moment."""

    calling = [False]

    def interrupt(*_: Any) -> None:
        if calling[0]:
            calling[0] = False
            raise KeyboardInterrupt

    def call() -> Any:
        calling[0] = True
        try:
            return blocking.get(1)
        finally:
            calling[0] = False

    def swallowed(what: Any) -> None:
        # It hit the end of a weak reference: Python cannot raise it there, prints it and goes on.
        if what.exc_type is not KeyboardInterrupt:
            sys.__unraisablehook__(what)

    def work(seconds: float) -> list[Any]:
        sys.unraisablehook = swallowed
        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        first = attempt(call)
        second = attempt(blocking.get, 1)
        client.shutdown()
        end = time.monotonic() + PATIENCE
        while threading.active_count() > 1 and time.monotonic() < end:
            time.sleep(0.005)
        return [first.get("error"), second, [one.name for one in threading.enumerate()]]

    blocking.set(1, 1)
    return [fork(lambda number=number: work(0.0003 * number)) for number in range(1, 31)]


def main(cluster_name: str, addresses: list[str]) -> dict[str, Any]:
    options: dict[str, Any] = {"cluster_name": cluster_name, "cluster_members": addresses}
    with HazelcastClient(**options) as client:
        numbers = client.get_map("m")
        report = {
            "ways": ways_to_leave(client, numbers.blocking()),
            "load": under_load(numbers.blocking(), numbers),
            "interrupted": interrupted(client, numbers.blocking()),
            "making": while_making(numbers.blocking()),
        }
    with HazelcastClient(**options, client_name="slow") as client:
        numbers = client.get_map("m")
        report["pending"] = pending(numbers)
        report["handlers"] = in_handlers(numbers.blocking(), numbers)
    return report


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2:])))
