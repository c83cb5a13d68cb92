# SPDX-License-Identifier: Apache-2.0
"""A run: on each cluster each case, the two libraries in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from bench.children import ChildFailedError, WrongAnswerError, run_child
from bench.durations import Durations
from bench.hazelcast.cases import CASES, Case
from bench.hazelcast.clusters import Cluster, ClusterOpener
from bench.hazelcast.specification import Specification
from bench.model import LIBRARIES, OURS, Library, Measurement, Observer, Pair, Result

__all__ = ["Plan", "profile_case", "run"]

_CLIENT = "bench.hazelcast.client"
_LIMIT = 60.0  # seconds a client process may take; a good one takes a tenth
_GIVE_UP = 4  # clients that fail one after the other: the members are gone

# Members compile what is hot, and grow their memory, while they run: the first case must not pay.
_MEMBER_WARM_UP = ("asyncio-set-256", "asyncio-get-256", "put_all-asyncio", "value-set-64MiB")
_MEMBER_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does."""

    cases: tuple[Case, ...]
    members: tuple[int, ...]
    pairs: int
    durations: Durations
    uvloop: bool = False
    warm_members: bool = True

    @property
    def steps(self) -> int:
        """How many client processes are measured."""
        return len(self.cases) * len(self.members) * self.pairs * len(LIBRARIES)

    def settings(self) -> dict[str, object]:
        """How it measures, for the record."""
        return {"pairs": self.pairs, "uvloop": self.uvloop, **asdict(self.durations)}


def run(plan: Plan, open_cluster: ClusterOpener, observer: Observer) -> Iterator[Result]:
    """Measure everything; end early when client after client fails.

    Yields:
        The result of each case, as soon as it is there.

    Raises:
        RealMemberError: Members cannot run here.
        WrongAnswerError: A client read something else than what was written.
    """
    for members in plan.members:
        observer.say(f"members: {members} · starting")
        with open_cluster(members) as cluster:
            observer.say(f"members: {members} · warming up")
            _warm_up(plan, cluster)
            failures = 0
            for number, case in enumerate(plan.cases):
                pairs = []
                for pair in range(plan.pairs):
                    # A B, B A, A B: neither library always comes after the other.
                    order = LIBRARIES if (number + pair) % 2 == 0 else LIBRARIES[::-1]
                    observer.say(f"members: {members} · {case.name}")
                    pairs.append(_pair(plan, case, cluster, order, observer))
                    failures = _failures(failures, pairs[-1])
                    if failures >= _GIVE_UP:
                        break
                yield Result(case.name, members, case.operation_bytes, tuple(pairs))
                if failures >= _GIVE_UP:
                    return


def profile_case(plan: Plan, library: Library, open_cluster: ClusterOpener) -> str:
    """Give a table of where the time of one library goes in the first case of a plan.

    Raises:
        ChildFailedError: The client failed.
        RealMemberError: Members cannot run here.
        WrongAnswerError: The client read something else than what was written.
    """
    with open_cluster(plan.members[0]) as cluster:
        _warm_up(plan, cluster)
        told = _specification(plan, plan.cases[0], cluster, library)
        document = run_child(_CLIENT, replace(told, profile=True).to_json(), _LIMIT)
    return str(document["profile"])


def _pair(
    plan: Plan, case: Case, cluster: Cluster, order: Sequence[Library], observer: Observer
) -> Pair:
    made: dict[Library, Measurement] = {}
    for library in order:
        told = _specification(plan, case, cluster, library)
        try:
            made[library] = Measurement.from_json(
                library, run_child(_CLIENT, told.to_json(), _LIMIT)
            )
        except ChildFailedError as error:
            made[library] = Measurement(library, error=str(error))
        except WrongAnswerError as error:
            raise WrongAnswerError(f"{library}, {case.name}: {error}") from None
        observer.advance()
    return Pair(order[0], made[OURS], made[LIBRARIES[1]])


def _failures(before: int, pair: Pair) -> int:
    failed = (pair.ours.error is not None) + (pair.theirs.error is not None)
    return before + failed if failed == len(LIBRARIES) else 0


def _warm_up(plan: Plan, cluster: Cluster) -> None:
    if not plan.warm_members:
        return
    for case in CASES:
        if case.name in _MEMBER_WARM_UP:
            told = _specification(plan, case, cluster, OURS)
            longer = replace(plan.durations, rounds=_MEMBER_ROUNDS)
            try:
                run_child(_CLIENT, replace(told, durations=longer).to_json(), _LIMIT)
            except ChildFailedError:
                pass  # the measurement itself will say it


def _specification(plan: Plan, case: Case, cluster: Cluster, library: Library) -> Specification:
    return Specification(
        library=library,
        case=case,
        addresses=cluster.addresses,
        cluster_name=cluster.cluster_name,
        durations=plan.durations,
        limit=_LIMIT,
        uvloop=plan.uvloop,
    )
