# SPDX-License-Identifier: Apache-2.0
"""gridwire's own test cluster: how fast it starts, and how many operations it carries.

Nothing is compared here: what counts is that a test need not wait for it, and that it can serve as
the target of a load. The client that loads it is ours, in a process of its own, so the figures are
what the cluster carries at least.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bench.children import run_child
from bench.choosing import choose
from bench.durations import FULL, Durations
from bench.hazelcast.cases import CASES, Case
from bench.hazelcast.specification import Specification
from bench.model import OURS, Figure, Round
from bench.stats import median
from gridwire.testing import HazelcastCluster

__all__ = ["figures"]

_START_SECONDS = 0.3
_OPERATIONS_PER_SECOND = 30_000
_LOADS = ("asyncio-get-256", "asyncio-set-256")
_SIZES = (1, 3)
_LIMIT = 60.0  # seconds of a client, as in a comparison

Child = Callable[[str, dict[str, Any], float], dict[str, Any]]


def figures(times: int, child: Child = run_child, durations: Durations = FULL) -> Iterator[Figure]:
    """Measure everything.

    Args:
        times: How often each.
        child: Runs a process.
        durations: Of a load.

    Yields:
        Each figure, as soon as it is there.

    Raises:
        ChildFailedError: A process failed.
        WrongAnswerError: The client read something else than what was written.
    """
    yield from _starts(times, child)
    for members in _SIZES:
        for case in choose(_LOADS, CASES):
            rates = tuple(_rate(members, case, child, durations) for _ in range(times))
            name = f"{case.name}, {_number_of(members)}"
            yield Figure(name, "op/s", rates, _OPERATIONS_PER_SECOND)


def _starts(times: int, child: Child) -> Iterator[Figure]:
    for process in (False, True):
        where = "in a process" if process else "in a thread"
        told = [
            child("bench.hazelcast.start", {"members": 3, "process": process}, _LIMIT)
            for _ in range(times)
        ]
        started = tuple(each["start"] for each in told)
        yield Figure(f"start, 3 members {where}", "s", started, _START_SECONDS)
        if not process:
            # The first test of a run pays for this too.
            yield Figure("import before it", "s", tuple(each["import"] for each in told))


def _rate(members: int, case: Case, child: Child, durations: Durations) -> float:
    with HazelcastCluster(members, process=True) as cluster:
        told = Specification(
            library=OURS,
            case=case,
            addresses=tuple(cluster.addresses),
            cluster_name=cluster.cluster_name,
            durations=durations,
            limit=_LIMIT,
        )
        document = child("bench.hazelcast.client", told.to_json(), _LIMIT)
    return median([Round(**each).rate for each in document["rounds"]])


def _number_of(members: int) -> str:
    return f"{members} member" if members == 1 else f"{members} members"
