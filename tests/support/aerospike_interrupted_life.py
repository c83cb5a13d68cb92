# SPDX-License-Identifier: Apache-2.0
"""Connects and closes clients while a signal handler raises: they stay usable, nothing is left.

Arguments: the port of a node, how many clients. Prints a report as JSON.
"""

from __future__ import annotations

import gc
import json
import random
import signal
import sys
import threading
from typing import Any

from gridwire.aerospike import Client

_LONGEST_LIFE_SECONDS = 0.01


class Interrupted(BaseException):
    """What the handler raises, as it does for Ctrl-C."""


class _Life:
    """One client after the other, each interrupted at another moment."""

    def __init__(self, port: int) -> None:
        self._config = {"hosts": [("127.0.0.1", port)]}
        self._moments = random.Random(7)
        self._may_fire = False
        self.interrupted = 0
        self.errors: list[str] = []
        signal.signal(signal.SIGALRM, self._fire)

    def _fire(self, *_: Any) -> None:
        if self._may_fire:
            self._may_fire = False
            raise Interrupted

    def live(self) -> None:
        client = Client(self._config)
        try:
            self._may_fire = True
            delay = self._moments.uniform(0.0001, _LONGEST_LIFE_SECONDS)
            signal.setitimer(signal.ITIMER_REAL, delay)
            client.connect()
            client.put(("test", "life", 1), {"a": 1})
            client.close()
            self._may_fire = False
        except (Interrupted, RuntimeError) as error:
            # Python's own `threading.Condition` releases what it has not got back yet, when it is
            # interrupted between two of its lines; the interrupt is what led to that.
            if not isinstance(error, Interrupted) and not isinstance(
                error.__context__, Interrupted
            ):
                raise
            self.interrupted += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            if not client.is_connected():
                client.close()
                client.connect()
            client.put(("test", "life", 1), {"a": 1})
            client.close()
        except Exception as error:  # noqa: BLE001 - whatever it is belongs into the report
            self.errors.append(repr(error))


def _left() -> list[str]:
    """Threads of clients that do not end although nobody has their client any more."""
    gc.collect()
    threads = [one for one in threading.enumerate() if one.name.startswith("gridwire")]
    for thread in threads:
        thread.join(5)
    return [thread.name for thread in threads if thread.is_alive()]


def main() -> None:
    life = _Life(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        life.live()
    json.dump({"interrupted": life.interrupted, "errors": life.errors, "left": _left()}, sys.stdout)


if __name__ == "__main__":
    main()
