# SPDX-License-Identifier: Apache-2.0
"""Children of running event loops, and calls on other loops, with asyncio clients of both systems.

Arguments: ``asyncio`` or ``uvloop``, port of an Aerospike node, a cluster name and addresses.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from gridwire.aerospike import AsyncClient
from gridwire.hazelcast.asyncio import HazelcastClient
from support.forking import Child, attempt, sockets

KEY = ("test", "forks", 1)


class Clients:
    """A client of each system, and everything that a program can await of them."""

    def __init__(self, hazelcast: Any, numbers: Any, near: Any, aerospike: Any) -> None:
        self.hazelcast, self.numbers, self.near = hazelcast, numbers, near
        self.aerospike = aerospike

    def calls(self) -> dict[str, Callable[[], Awaitable[Any]]]:
        numbers, hazelcast, aerospike = self.numbers, self.hazelcast, self.aerospike
        return {
            "get": lambda: numbers.get(1),
            "set": lambda: numbers.set(1, "child"),
            "put with time": lambda: numbers.put(1, "child", timeout=3),
            "get_all": lambda: numbers.get_all([1, 2]),
            "put_all": lambda: numbers.put_all({1: "child"}),
            "size": numbers.size,
            "lock": lambda: numbers.lock(1),
            "try_lock": lambda: numbers.try_lock(1, timeout=1),
            "listen": lambda: numbers.add_entry_listener(added_func=print),
            "listen no more": lambda: numbers.remove_entry_listener("x"),
            "near set": lambda: self.near.set(1, "child"),
            "near miss": lambda: self.near.get(2),
            "get_map": lambda: hazelcast.get_map("m"),
            "get_map of another": lambda: hazelcast.get_map("another"),
            "start": hazelcast.start,
            "a get": lambda: aerospike.get(KEY),
            "a put": lambda: aerospike.put(KEY, {"n": 7}),
            "a batch": lambda: aerospike.batch_read([KEY]),
            "a info": lambda: aerospike.info_all("build"),
            "a info of one": lambda: aerospike.info_random_node("build"),
            "a truncate": lambda: aerospike.truncate("test", "forks"),
        }

    async def try_all(self) -> dict[str, Any]:
        report = {}
        for name, call in self.calls().items():
            try:
                report[name] = {"value": repr(await call())}
            except BaseException as error:  # noqa: BLE001 - the test looks at it
                report[name] = attempt(_raise, error)
        return report


def _raise(error: BaseException) -> None:
    raise error


async def ended(child: Child) -> Any:
    """A child's report, while this loop goes on."""
    return await asyncio.to_thread(child.report)


async def in_a_child(clients: Clients) -> dict[str, Any]:
    """On a loop of the child's own."""
    report = await clients.try_all()
    return {
        "calls": report,
        "connected": clients.aerospike.is_connected(),
        "ends": [repr(await clients.hazelcast.shutdown()), repr(await clients.aerospike.close())],
        "again": repr((await (await clients.aerospike.connect()).get(KEY)).bins),
        "closed": repr(await clients.aerospike.close()),
    }


async def well(clients: Clients) -> list[Any]:
    """What the parent has."""
    return [await clients.numbers.get(1), (await clients.aerospike.get(KEY)).bins]


async def main(port: int, cluster_name: str, addresses: list[str]) -> dict[str, Any]:
    hazelcast = await HazelcastClient.create_and_start(
        cluster_name=cluster_name, cluster_members=addresses, near_caches={"near": {}}
    )
    numbers, near = await hazelcast.get_map("m"), await hazelcast.get_map("near")
    await numbers.set(1, "parent")
    await near.set(1, "near")
    await near.get(1)
    aerospike = await AsyncClient({"hosts": [("127.0.0.1", port)]}).connect()
    await aerospike.put(KEY, {"n": 1})
    clients = Clients(hazelcast, numbers, near, aerospike)
    report: dict[str, Any] = {}
    before = sockets()
    known = {one for one in before if one.startswith("socket:")}
    pending = [asyncio.ensure_future(numbers.get(1)), asyncio.ensure_future(aerospike.get(KEY))]
    await asyncio.sleep(0)

    # The coroutine goes on in the child, on a copy of its loop.
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        told: dict[str, Any] = {"shared": sorted(_named(sockets() & known))}
        told["calls"] = await clients.try_all()
        told["near hit"] = repr(len(near.near_cache))
        await hazelcast.shutdown()
        await aerospike.close()
        os.write(writer, json.dumps(told).encode())
        os._exit(0)
    os.close(writer)
    answered = [await asyncio.wait_for(one, 20) for one in pending]
    text = b""
    while data := await asyncio.to_thread(os.read, reader, 65536):
        text += data
    os.close(reader)
    report["status"] = await asyncio.to_thread(lambda: os.waitpid(child, 0)[1])
    report["same"] = json.loads(text)
    report["answered"] = [answered[0], answered[1].bins]
    report["after same"] = await well(clients)

    report["new"] = await ended(Child(lambda: asyncio.run(in_a_child(clients))))
    report["after new"] = await well(clients)

    # Another loop of this process, in another thread.
    report["elsewhere"] = await asyncio.to_thread(asyncio.run, clients.try_all())
    for end in (hazelcast.shutdown, aerospike.close):
        report[end.__qualname__] = await asyncio.to_thread(
            attempt, lambda end=end: asyncio.run(end())
        )
    report["after elsewhere"] = await well(clients)
    await near.get(1)
    report["near"] = len(near.near_cache)
    await hazelcast.shutdown()
    await aerospike.close()
    return report


def _named(targets: set[str]) -> set[str]:
    # Which of them belong to the loop itself is the loop's affair; connections are ours.
    return {one for one in targets if one in _connections()}


def _connections() -> set[str]:
    found = set()
    with open("/proc/self/net/tcp", encoding="ascii") as table:
        for line in list(table)[1:]:
            found.add(f"socket:[{line.split()[9]}]")
    return found


if __name__ == "__main__":
    if sys.argv[1] == "uvloop":
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    sys.stdout.write(json.dumps(asyncio.run(main(int(sys.argv[2]), sys.argv[3], sys.argv[4:]))))
