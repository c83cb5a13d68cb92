# SPDX-License-Identifier: Apache-2.0
"""A program that is interrupted inside a threaded client thousands of times; run by a test.

Arguments: port of a scripted node, number of interrupts, number of connections. A timer signal
raises whenever it finds the main thread inside the library; three other threads read all the time.
All share the connections: with fewer than four they wait for each other, with more they do not.
Prints what it saw as JSON.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

import gridwire
from gridwire.aerospike._client import Client
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.protocol.digest import record_digest

_LIBRARY = str(Path(gridwire.__file__).parent)
_KEYS = 500
_EVERY = 0.0007
# One is too many; a server that is gone must not keep this program busy for ever.
_ENOUGH_ERRORS = 100
_SLOW = 5.0
_POLICY = {"total_timeout": 20_000, "max_retries": 0}


class Interrupt(Exception):
    """What the signal handler raises."""


class Storm:
    """The timer, which hits only inside the library."""

    def __init__(self) -> None:
        self.fired = 0

    def hit(self, _: int, frame: FrameType | None) -> None:
        while frame is not None:
            if frame.f_code.co_name == "__del__":
                # What is raised there goes nowhere.
                return
            if frame.f_code.co_filename.startswith(_LIBRARY):
                self.fired += 1
                raise Interrupt
            frame = frame.f_back


def is_right(client: Client, number: int) -> bool:
    record = client.get(("test", "storm", number), _POLICY)
    return record.bins == {"d": record_digest("storm", number)}


def read(client: Client, seed: int, stop: threading.Event, report: dict[str, Any]) -> None:
    """One of the other threads: nobody interrupts it, so nothing may fail."""
    chance = random.Random(seed)
    while not stop.is_set() and len(report["errors"]) < _ENOUGH_ERRORS:
        try:
            report["wrong"] += not is_right(client, chance.randrange(_KEYS))
            report["others"] += 1
        except AerospikeError as error:
            report["errors"].append(repr(error))


def main() -> None:
    port, wanted, connections = map(int, sys.argv[1:4])
    config = {"hosts": [("127.0.0.1", port)], "max_conns_per_node": connections}
    client = Client(config).connect()
    report: dict[str, Any] = {"wrong": 0, "others": 0, "errors": [], "slow": 0, "done": 0}
    stop = threading.Event()
    threads = [threading.Thread(target=read, args=(client, n, stop, report)) for n in range(3)]
    for thread in threads:
        thread.start()
    storm = Storm()
    signal.signal(signal.SIGALRM, storm.hit)
    signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
    chance = random.Random(99)
    # The others get their turn as well, however busy the machine: locked out, they end the time.
    while (storm.fired < wanted or report["others"] <= 100) and (
        len(report["errors"]) < _ENOUGH_ERRORS
    ):
        began = time.monotonic()
        try:
            report["wrong"] += not is_right(client, chance.randrange(_KEYS))
        except Interrupt:
            continue
        except AerospikeError as error:
            report["errors"].append(repr(error))
            continue
        report["slow"] += time.monotonic() - began > _SLOW
        report["done"] += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    stop.set()
    for thread in threads:
        thread.join(60)
    report["hung"] = sum(thread.is_alive() for thread in threads)
    report["fired"] = storm.fired
    report["usable"] = all(is_right(client, number) for number in range(_KEYS))
    (node,) = client._engine._control.core.nodes.values()
    report["connections"] = len(node.pool)
    report["waiting"] = len(node.pool.waiting)
    client.close()
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
