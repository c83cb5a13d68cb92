# SPDX-License-Identifier: Apache-2.0
"""Makes and shuts down clients while a signal handler raises: nothing of them is left.

Arguments: address, cluster name, how many clients. Prints a report as JSON.
"""

from __future__ import annotations

import gc
import json
import random
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

import gridwire
from gridwire.hazelcast import HazelcastClient

_LIBRARY = str(Path(gridwire.__file__).parent)
_LONGEST_LIFE_SECONDS = 0.02
_PATIENCE_SECONDS = 10.0


class Interrupted(BaseException):
    """What the handler raises, as it does for Ctrl-C."""


class _Life:
    """One client after the other, each interrupted at another moment."""

    def __init__(self, address: str, cluster_name: str) -> None:
        self._config = {"cluster_members": [address], "cluster_name": cluster_name}
        self._moments = random.Random(7)
        self._may_fire = False
        self.interrupted = {"making": 0, "calling": 0, "shutting down": 0}
        self.errors: list[str] = []
        signal.signal(signal.SIGALRM, self._fire)

    def _fire(self, _: int, frame: FrameType | None) -> None:
        # Outside of the library it could hit between the client and its name here.
        while self._may_fire and frame is not None:
            if frame.f_code.co_filename.startswith(_LIBRARY):
                self._may_fire = False
                raise Interrupted
            frame = frame.f_back

    def live(self) -> None:
        client: HazelcastClient | None = None
        doing = "making"
        try:
            self._may_fire = True
            delay = self._moments.uniform(0.0001, _LONGEST_LIFE_SECONDS)
            signal.setitimer(signal.ITIMER_REAL, delay)
            client = HazelcastClient(**self._config)
            doing = "calling"
            client.get_map("life").blocking().put(1, 1)
            doing = "shutting down"
            client.shutdown()
            self._may_fire = False
        except (Interrupted, RuntimeError) as error:
            # Python's own `threading.Condition` releases what it has not got back yet, when it is
            # interrupted between two of its lines; the interrupt is what led to that.
            if not isinstance(error, Interrupted) and not isinstance(
                error.__context__, Interrupted
            ):
                raise
            self.interrupted[doing] += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        if client is None:
            return
        try:
            if doing == "calling":
                client.get_map("life").blocking().put(1, 1)
            client.shutdown()
        except Exception as error:  # noqa: BLE001 - whatever it is belongs into the report
            self.errors.append(repr(error))


def _left() -> list[str]:
    """Threads of clients that do not end although nobody has their client any more."""
    gc.collect()
    until = time.monotonic() + _PATIENCE_SECONDS
    threads = [one for one in threading.enumerate() if one.name.startswith("gridwire")]
    while (left := [one.name for one in threads if one.is_alive()]) and time.monotonic() < until:
        time.sleep(0.01)
    return left


def main() -> None:
    life = _Life(sys.argv[1], sys.argv[2])
    for _ in range(int(sys.argv[3])):
        life.live()
    report = {**life.interrupted, "errors": life.errors, "left": _left()}
    sys.stdout.write(f"{json.dumps(report)}\n")
    sys.stdout.flush()
    sys.stdin.read()  # whoever started this looks at what is connected first


if __name__ == "__main__":
    main()
