# SPDX-License-Identifier: Apache-2.0
"""Looks at an Aerospike cluster: which checks there are, and in which order."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from time import time
from typing import TYPE_CHECKING

from gridwire._core.addresses import Endpoint
from gridwire.cli.doctor.aerospike_cluster import (
    judge_agreement,
    judge_migrations,
    judge_namespace,
    judge_routing,
    judge_versions,
)
from gridwire.cli.doctor.aerospike_door import Door, answers_in_clear, round_trips
from gridwire.cli.doctor.aerospike_judging import judge_greeting, judge_login, judge_node
from gridwire.cli.doctor.aerospike_node import (
    Kind,
    namespace_names,
    places_of,
    questions,
    read_clock,
    read_node,
)
from gridwire.cli.doctor.aerospike_reach import NodeReach, judge_reach
from gridwire.cli.doctor.approach import approach
from gridwire.cli.doctor.clock import Reading, judge_clocks
from gridwire.cli.doctor.findings import Finding, Status, skipped, trouble_of, warned
from gridwire.cli.doctor.latency import judge_latency
from gridwire.cli.doctor.texts import counted
from gridwire.cli.doctor.visits import Visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridwire.aerospike.cluster.node import Endpoint as NodeEndpoint
    from gridwire.aerospike.control.access import NodeAccess
    from gridwire.cli.doctor.aerospike_node import NodeReport
    from gridwire.cli.doctor.settings import Settings

__all__ = ["MAX_NODES", "examine"]

MAX_NODES = 256
"""Nodes of a list that are looked at: the largest cluster that servers form."""

_NOT_WELL = frozenset({Status.WARNING, Status.FAILED})


@dataclass(frozen=True, slots=True)
class _Visit:
    """What came of going to an address.

    Attributes:
        endpoint: where.
        findings: of each step.
        report: what the node says, when it let us in.
        access: the way in then.
        clock: what its clock showed.
    """

    endpoint: Endpoint
    findings: tuple[Finding, ...]
    report: NodeReport | None = None
    access: NodeAccess | None = None
    clock: Reading | None = None

    @property
    def trouble(self) -> Finding | None:
        """Why we did not come in."""
        return trouble_of(self.findings)


class _Examination:
    """One look at one cluster.

    Args:
        settings: what the doctor was told.
        door: opens nodes.
        stack: closes connections at the end.
    """

    def __init__(self, settings: Settings, door: Door, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._door = door
        self._stack = stack
        self._kind = Kind(settings.tls is not None, settings.use_services_alternate)
        self._visits = Visits(self._go)
        self._known: Sequence[NodeReport] = ()

    async def _go(self, endpoint: Endpoint, server_name: str | None) -> _Visit:
        """Go to an address, as far as it lets us."""
        settings, target = self._settings, str(endpoint)
        speaks_plain = partial(answers_in_clear, settings=settings)
        way = await approach(endpoint, settings, speaks_plain, server_name)
        if way.place is None:
            return _Visit(endpoint, way.findings)
        said = await self._door.greet(way.place)
        stranger = judge_greeting(target, said, settings)
        if stranger is not None:
            # What TLS is like is known now, when that is what is wrong.
            before = [one for one in way.findings if one.check != stranger.check]
            return _Visit(endpoint, (*before, stranger))
        entered, access = await self._door.enter(way.place, questions(self._kind))
        findings = (*way.findings, judge_login(target, said, entered, settings))
        if access is None:
            return _Visit(endpoint, findings)
        self._stack.callback(access.close)
        return await self._read(endpoint, findings, access, dict(entered.answers))

    async def _read(
        self,
        endpoint: Endpoint,
        findings: tuple[Finding, ...],
        access: NodeAccess,
        answers: dict[str, str],
    ) -> _Visit:
        """Ask the rest, which is about the namespaces, and read it all."""
        names = [f"namespace/{name}" for name in namespace_names(answers)]
        before = time()
        problem: str | None = None
        if names:
            try:
                answers |= await access.ask(names)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told
                problem = f"{type(error).__name__}: {error}"
        after = time()
        report = read_node(str(endpoint), answers, self._kind)
        found = (*findings, *judge_node(report, self._settings))
        if problem is not None:
            change = "Look into the log of the node, and at the roles of the user."
            told = warned("answers", str(endpoint), f"no word of namespaces: {problem}", change)
            found = (*found, told)
        return _Visit(endpoint, found, report, access, read_clock(report, before, after))

    async def run(self) -> list[Finding]:
        """All checks, in order."""
        visits = await asyncio.gather(*map(self._visits.to, self._settings.endpoints))
        findings = [finding for visit in visits for finding in visit.findings]
        known = [visit.report for visit in visits if visit.report is not None]
        if known:
            findings += await self._look_inside(known)
        return findings

    async def _look_inside(self, known: Sequence[NodeReport]) -> list[Finding]:
        """The checks of the cluster as a whole, as its nodes show it."""
        findings: list[Finding] = []
        self._known = known
        places = places_of(known)
        if len(places) > MAX_NODES:
            text = f"{counted(len(places), 'node')}; only the first {MAX_NODES} are looked at"
            findings.append(
                warned("agreement", "cluster", text, "Look at the rest by giving other addresses.")
            )
        names = sorted(places)[:MAX_NODES]
        reaches = await asyncio.gather(*(self._reach(name, *places[name]) for name in names))
        findings += [judge_reach(one, self._settings.use_services_alternate) for one in reaches]
        entered = await self._entered()
        nodes = [visit.report for visit in entered if visit.report is not None]
        all_asked = {node.name for node in nodes} >= set(places)
        findings += [judge_agreement(nodes), judge_versions(nodes), judge_migrations(nodes)]
        for namespace in sorted({name for node in nodes for name in node.namespaces}):
            findings += judge_namespace(namespace, nodes)
            findings.append(judge_routing(namespace, nodes, all_asked))
        given = set(self._settings.endpoints)
        for visit in entered:
            if visit.endpoint not in given:
                findings += [one for one in visit.findings if one.status in _NOT_WELL]
            findings.append(await self._latency(visit))
        return [*findings, *_clocks(entered)]

    async def _entered(self) -> list[_Visit]:
        """The visits of nodes that let us in, one for each node."""
        found: dict[str, _Visit] = {}
        for visit in (await self._visits.all()).values():
            if visit.report is not None:
                found.setdefault(visit.report.name, visit)
        return list(found.values())

    async def _reach(
        self, name: str, advertised: Sequence[NodeEndpoint], other: Sequence[NodeEndpoint]
    ) -> NodeReach:
        """Go to the addresses of a node, and to those of the other network when none answers."""
        reached, errors, change = await self._first(name, advertised)
        elsewhere: str | None = None
        if reached is None:
            elsewhere, _, _ = await self._first(name, other)
        return NodeReach(
            name,
            tuple(map(str, advertised)),
            reached,
            tuple(errors),
            change,
            tuple(map(str, other)),
            elsewhere,
            next((node.target for node in self._known if node.name == name), None),
        )

    async def _first(
        self, name: str, endpoints: Sequence[NodeEndpoint]
    ) -> tuple[str | None, list[str], str | None]:
        """Where a node answers, why it does not elsewhere, and what to change then."""
        errors: list[str] = []
        reached: str | None = None
        change: str | None = None
        for endpoint in endpoints:
            visit = await self._visits.to(Endpoint(endpoint.host, endpoint.port), endpoint.tls_name)
            trouble = visit.trouble
            if visit.report is None and trouble is not None:
                errors.append(f"{endpoint}: {trouble.summary}")
                # Somebody is there, and it is not the address that is wrong.
                change = trouble.change if trouble.check == "tls" else change
            elif visit.report is not None and visit.report.name != name:
                errors.append(f"{endpoint}: node {visit.report.name} is there")
            elif reached is None:
                reached = str(endpoint)
        return reached, errors, change

    async def _latency(self, visit: _Visit) -> Finding:
        assert visit.access is not None
        took, error = await round_trips(visit.access, self._settings.timeout)
        return judge_latency(str(visit.endpoint), took, error)


def _clocks(entered: Sequence[_Visit]) -> list[Finding]:
    readings = [visit.clock for visit in entered if visit.clock is not None]
    if not readings:
        return [skipped("clock", "cluster", "the nodes do not tell their time")]
    return judge_clocks(readings)


async def examine(settings: Settings) -> list[Finding]:
    """Look at an Aerospike cluster.

    Args:
        settings: what the doctor was told.

    Raises:
        UsageError: a file of TLS cannot be read.
    """
    async with AsyncExitStack() as stack:
        return await _Examination(settings, await Door.make(settings), stack).run()
