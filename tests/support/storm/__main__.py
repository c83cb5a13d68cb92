# SPDX-License-Identifier: Apache-2.0
"""The long run: ``PYTHONPATH=src:tests python -m support.storm --seconds 600``."""

from __future__ import annotations

import argparse
import faulthandler
import random
import signal
import sys
import time

from support.storm.plan import AEROSPIKE, HAZELCAST, make_plan
from support.storm.run import SYSTEMS, run_storm
from support.storm.tally import Tally

_SAY_EVERY = 10.0


class _Progress:
    """A line that is drawn again on a terminal, and one now and then elsewhere."""

    def __init__(self, system: str, seconds: float) -> None:
        self._system = system
        self._seconds = seconds
        self._live = sys.stdout.isatty()
        self._next = 0.0

    def __call__(self, now: float, tally: Tally) -> None:
        if now < self._next:
            return
        self._next = now + (0.5 if self._live else _SAY_EVERY)
        text = (
            f"{time.strftime('%H:%M:%S')} {self._system} {now:6.1f} of {self._seconds:.0f} s, "
            f"{tally.calls:,} calls, {len(tally.defects)} defects"
        )
        sys.stdout.write(f"\r{text}" if self._live else f"{text}\n")
        sys.stdout.flush()


def main() -> int:
    """Run one storm for each system; 1 if anything happened that never may."""
    parser = argparse.ArgumentParser(prog="support.storm", description=__doc__)
    parser.add_argument("--system", choices=sorted(SYSTEMS), action="append")
    parser.add_argument("--seed", type=int, default=None, help="a random one if left out")
    parser.add_argument("--seconds", type=float, default=600.0, help="for each system")
    kinds = sorted({**HAZELCAST, **AEROSPIKE})
    only = {"choices": kinds, "metavar": "KIND", "help": "only this kind of fault"}
    parser.add_argument("--only", action="append", default=[], **only)
    parser.add_argument("--plan", action="store_true", help="show what would happen")
    parser.add_argument("--verbose", action="store_true", help="tell each fault")
    options = parser.parse_args()
    faulthandler.register(signal.SIGUSR1)
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    status = 0
    for system in options.system or sorted(SYSTEMS):
        if options.plan:
            sys.stdout.writelines(f"{e}\n" for e in make_plan(system, seed, options.seconds))
            continue
        sys.stdout.write(f"{system}: seed {seed}\n")
        report = run_storm(
            system,
            seed,
            options.seconds,
            only=frozenset(options.only),
            say=(lambda text: sys.stdout.write(f"{text}\n")) if options.verbose else lambda _: None,
            progress=_Progress(system, options.seconds),
        )
        sys.stdout.write("\n" + "\n".join(report.lines()) + "\n")
        sys.stdout.flush()
        status = status or int(bool(report.defects))
    return status


if __name__ == "__main__":
    sys.exit(main())
