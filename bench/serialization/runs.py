# SPDX-License-Identifier: Apache-2.0
"""Measuring both clients in turns, in this process: nothing here waits or starts anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Any

from bench.durations import Durations
from bench.hazelcast.faces import facts
from bench.measuring import measure
from bench.model import LIBRARIES, OURS, PEER, Library, Measurement, Observer, Pair, Result
from bench.serialization.cases import Case

__all__ = ["run"]

_BATCH = 50


def run(
    cases: Sequence[Case], pairs: int, durations: Durations, observer: Observer
) -> Iterator[Result]:
    """Measure cases.

    Args:
        cases: which.
        pairs: how often each.
        durations: of each measurement.
        observer: is told how it goes on.
    """
    first = cycle(LIBRARIES)
    for case in cases:
        calls = {library: case.call(library) for library in LIBRARIES}
        found = []
        for _ in range(pairs):
            leader = next(first)
            follower = PEER if leader == OURS else OURS
            measured = {}
            for library in (leader, follower):
                observer.say(f"{case.name} · {library}")
                measured[library] = _measured(library, calls[library], durations)
                observer.advance()
            found.append(Pair(leader, measured[OURS], measured[PEER]))
        yield Result(case.name, 1, case.operation_bytes, tuple(found))


def _measured(library: Library, call: Callable[[], Any], durations: Durations) -> Measurement:
    _work(call, durations.warm_up)
    rounds = tuple(
        measure(lambda: _work(call, durations.round), time.process_time)
        for _ in range(durations.rounds)
    )
    return Measurement(library, rounds, facts=facts(library))


def _work(call: Callable[[], Any], seconds: float) -> int:
    """Call again and again; a clock is looked at once for many calls."""
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(_BATCH):
            call()
        done += _BATCH
    return done
