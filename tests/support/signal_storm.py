# SPDX-License-Identifier: Apache-2.0
"""A program that is interrupted inside the client thousands of times; run by a test.

Arguments: address, cluster name, number of interrupts, and a file of trusted certificates when it
is to speak TLS. A timer signal raises whenever it finds the
main thread anywhere inside the library; three other threads read all the time. Prints what it saw
as JSON.
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
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.errors import HazelcastError

_LIBRARY = str(Path(gridwire.__file__).parent)
_KEYS = 500
_EVERY = 0.0007
_SLOW = 5.0


class Interrupt(Exception):
    """What the signal handler raises."""


class Storm:
    """The timer, which hits only inside the library."""

    def __init__(self) -> None:
        self.fired = 0

    def hit(self, _: int, frame: FrameType | None) -> None:
        while frame is not None:
            if frame.f_code.co_filename.startswith(_LIBRARY):
                self.fired += 1
                raise Interrupt
            frame = frame.f_back


def read(values: Any, seed: int, stop: threading.Event, report: dict[str, Any]) -> None:
    """One of the other threads: nobody interrupts it, so nothing may fail."""
    chance = random.Random(seed)
    while not stop.is_set():
        key = chance.randrange(_KEYS)
        try:
            if values.get(key) != f"value {key}":
                report["wrong"] += 1
            report["others"] += 1
        except HazelcastError as error:
            report["errors"].append(repr(error))


def main() -> None:
    address, name, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
    tls = {"ssl_enabled": True, "ssl_cafile": sys.argv[4]} if sys.argv[4:] else {}
    client = HazelcastClient(
        cluster_members=[address], cluster_name=name, invocation_timeout=30, **tls
    )
    futures = client.get_map("storm")
    values = futures.blocking()
    for key in range(_KEYS):
        values.set(key, f"value {key}")
    report: dict[str, Any] = {"wrong": 0, "others": 0, "errors": [], "slow": 0, "done": 0}
    stop = threading.Event()
    threads = [threading.Thread(target=read, args=(values, n, stop, report)) for n in range(3)]
    for thread in threads:
        thread.start()
    storm = Storm()
    signal.signal(signal.SIGALRM, storm.hit)
    signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
    chance = random.Random(99)
    while storm.fired < wanted:
        key = chance.randrange(_KEYS)
        expected = f"value {key}"
        began = time.monotonic()
        try:
            if key % 3 == 0:
                value = values.get(key)
            elif key % 3 == 1:
                value = futures.get(key).result()
            else:
                value = values.put(key, expected)
        except Interrupt:
            continue
        except HazelcastError as error:
            report["errors"].append(repr(error))
            continue
        report["wrong"] += value != expected
        report["slow"] += time.monotonic() - began > _SLOW
        report["done"] += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    stop.set()
    for thread in threads:
        thread.join(60)
    report["hung"] = sum(thread.is_alive() for thread in threads)
    report["fired"] = storm.fired
    report["usable"] = all(values.get(key) == f"value {key}" for key in range(_KEYS))
    client.shutdown()
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
