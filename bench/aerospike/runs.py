# SPDX-License-Identifier: Apache-2.0
"""A run: beside each peer each case, the two libraries in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from bench.aerospike.cases import PEERS, Case, Peer
from bench.aerospike.responder import Service, compile_responder, start_responder
from bench.aerospike.specification import Specification
from bench.children import ChildFailedError, WrongAnswerError, run_child
from bench.durations import Durations
from bench.model import (
    LIBRARIES,
    OURS,
    PEER,
    Library,
    Measurement,
    Observer,
    Pair,
    Result,
)

__all__ = ["Plan", "Servers", "profile_case", "run"]

_CLIENT = "bench.aerospike.client"
_LIMIT = 60.0  # seconds a client process may take; a good one takes a tenth


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does."""

    cases: tuple[Case, ...]
    peers: tuple[Peer, ...]
    pairs: int
    durations: Durations
    uvloop: bool = False

    def beside(self, peer: Peer) -> tuple[Case, ...]:
        """The cases in the call styles that a peer has."""
        return tuple(case for case in self.cases if case.style in PEERS[peer])

    @property
    def steps(self) -> int:
        """How many client processes are measured."""
        return sum(len(self.beside(peer)) for peer in self.peers) * self.pairs * len(LIBRARIES)

    def settings(self) -> dict[str, object]:
        """How it measures, for the record."""
        return {"pairs": self.pairs, "uvloop": self.uvloop, **asdict(self.durations)}


class Servers:
    """Gives the server of a case: one that runs, or a responder for each way to serve.

    Args:
        hosts: Of a server that runs; None starts responders, when they are needed.
    """

    def __init__(self, hosts: tuple[str, ...] | None = None) -> None:
        self._hosts = hosts
        self._stack = ExitStack()
        self._program: Path | None = None
        self._started: dict[Service, tuple[str, ...]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, case: Case) -> tuple[str, ...]:
        """Where the clients of a case connect.

        Raises:
            ResponderError: It cannot be compiled or started here.
        """
        if self._hosts is not None:
            return self._hosts
        if self._program is None:
            folder = self._stack.enter_context(TemporaryDirectory(prefix="gridwire-bench-"))
            self._program = compile_responder(Path(folder))
        if case.service not in self._started:
            started = self._stack.enter_context(start_responder(self._program, case.service))
            self._started[case.service] = (started,)
        return self._started[case.service]


def run(plan: Plan, servers: Servers, observer: Observer) -> Iterator[tuple[Peer, Result]]:
    """Measure everything.

    Yields:
        The result of each case beside each peer, as soon as it is there.

    Raises:
        ResponderError: There is no server.
        WrongAnswerError: A client read something else than what was written.
    """
    for peer in plan.peers:
        for number, case in enumerate(plan.beside(peer)):
            pairs = []
            for pair in range(plan.pairs):
                # A B, B A, A B: neither library always comes after the other.
                order = LIBRARIES if (number + pair) % 2 == 0 else LIBRARIES[::-1]
                observer.say(f"{peer} · {case.name}")
                pairs.append(_pair(plan, peer, case, servers, order, observer))
            yield peer, Result(case.name, 1, 0, tuple(pairs))


def profile_case(plan: Plan, library: Library, servers: Servers) -> str:
    """Give a table of where the time of one library goes in the first case of a plan.

    Raises:
        ChildFailedError: The client failed.
        ResponderError: There is no server.
        WrongAnswerError: The client read something else than what was written.
    """
    told = _specification(plan, plan.peers[0], plan.cases[0], servers, library)
    return str(run_child(_CLIENT, replace(told, profile=True).to_json(), _LIMIT)["profile"])


def _pair(
    plan: Plan,
    peer: Peer,
    case: Case,
    servers: Servers,
    order: Sequence[Library],
    observer: Observer,
) -> Pair:
    made: dict[Library, Measurement] = {}
    for library in order:
        told = _specification(plan, peer, case, servers, library)
        try:
            document = run_child(_CLIENT, told.to_json(), _LIMIT)
            made[library] = Measurement.from_json(library, document)
        except ChildFailedError as error:
            made[library] = Measurement(library, error=f"{told.client}: {error}")
        except WrongAnswerError as error:
            raise WrongAnswerError(f"{told.client}, {case.name}: {error}") from None
        observer.advance()
    return Pair(order[0], made[OURS], made[PEER])


def _specification(
    plan: Plan, peer: Peer, case: Case, servers: Servers, library: Library
) -> Specification:
    return Specification(
        library=library,
        peer=peer,
        case=case,
        hosts=servers.of(case),
        durations=plan.durations,
        limit=_LIMIT,
        uvloop=plan.uvloop,
    )
