# SPDX-License-Identifier: Apache-2.0
"""Looks at a Hazelcast cluster: which checks there are, and in which order."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from gridwire._core.addresses import Endpoint
from gridwire.cli.doctor.approach import approach
from gridwire.cli.doctor.clock import judge_clocks
from gridwire.cli.doctor.findings import Finding, Status, failed, skipped, trouble_of
from gridwire.cli.doctor.hazelcast_clock import read_clocks
from gridwire.cli.doctor.hazelcast_door import answers_in_clear, enter
from gridwire.cli.doctor.hazelcast_judging import (
    judge_clusters,
    judge_entry,
    judge_version,
    judge_versions,
)
from gridwire.cli.doctor.hazelcast_members import (
    Reach,
    judge_members,
    judge_reach,
    judge_routing,
)
from gridwire.cli.doctor.latency import judge_latency
from gridwire.cli.doctor.visits import Visits
from gridwire.errors import GridwireError
from gridwire.hazelcast.control.public_places import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridwire.cli.doctor.hazelcast_link import Link, MemberView
    from gridwire.cli.doctor.settings import Settings
    from gridwire.hazelcast.control.handshake import Admission
    from gridwire.hazelcast.core import MemberInfo

__all__ = ["MAX_MEMBERS", "examine"]

MAX_MEMBERS = 256
"""Members of a list that are looked at; each costs a few connections. Clusters have some dozens."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """What came of going to an address.

    Attributes:
        endpoint: where.
        findings: of each step.
        admission: what the member said when it let us in.
        link: the connection then.
    """

    endpoint: Endpoint
    findings: tuple[Finding, ...]
    admission: Admission | None = None
    link: Link | None = None

    @property
    def trouble(self) -> Finding | None:
        """Why we did not come in."""
        return trouble_of(self.findings)

    @property
    def warnings(self) -> list[Finding]:
        """What is not as it should be although we came in."""
        return [one for one in self.findings if one.status is Status.WARNING]


class _Examination:
    """One look at one cluster.

    Args:
        settings: what the doctor was told.
        stack: closes connections at the end.
    """

    def __init__(self, settings: Settings, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._stack = stack
        self._visits = Visits(self._go)

    async def _go(self, endpoint: Endpoint, _: str | None) -> _Visit:
        """Go to an address, as far as it lets us."""
        settings = self._settings
        way = await approach(endpoint, settings, partial(answers_in_clear, settings=settings))
        if way.place is None:
            return _Visit(endpoint, way.findings)
        entry, link = await enter(way.place, settings)
        if link is not None:
            self._stack.push_async_callback(link.close)
        judged = judge_entry(str(endpoint), entry, settings)
        if any(one.check == "tls" for one in judged):
            # What TLS is like is known now.
            before = [one for one in way.findings if one.check != "tls"]
            return _Visit(endpoint, (*before, *judged))
        return _Visit(endpoint, (*way.findings, *judged), entry.admission, link)

    async def run(self) -> list[Finding]:
        """All checks, in order."""
        settings = self._settings
        visits = await asyncio.gather(*map(self._visits.to, settings.endpoints))
        findings = [finding for visit in visits for finding in visit.findings]
        entered = [visit for visit in visits if visit.admission is not None]
        for visit in entered:
            assert visit.admission is not None
            target = str(visit.endpoint)
            findings.append(judge_version(target, visit.admission.server_version))
        clusters = [
            (str(visit.endpoint), visit.admission.cluster_id)
            for visit in entered
            if visit.admission is not None
        ]
        one_cluster = judge_clusters(clusters)
        if one_cluster is not None:
            findings.append(one_cluster)
        if entered:
            findings += await self._look_inside(entered[0])
        return findings

    async def _look_inside(self, door: _Visit) -> list[Finding]:
        """The checks of the cluster as a whole, as one of its members shows it."""
        settings = self._settings
        link, admission = door.link, door.admission
        assert link is not None
        assert admission is not None
        try:
            await link.look_at_cluster(settings.timeout)
        except (GridwireError, TimeoutError) as error:
            text = error.message if isinstance(error, GridwireError) else "it does not say"
            change = "Look into the log of the member, and whether it is overloaded."
            where = str(door.endpoint)
            return [failed("members", where, f"no member list: {text}", change)]
        return await self._look_at(link.view, admission)

    async def _look_at(self, view: MemberView, admission: Admission) -> list[Finding]:
        settings = self._settings
        members, given = view.members[:MAX_MEMBERS], set(settings.endpoints)
        doors = {
            visit.admission.member_uuid: str(end)
            for end in settings.endpoints
            if (visit := await self._visits.to(end)).admission is not None
        }
        reaches = await asyncio.gather(
            *(
                self._reach(one, None if one.uuid is None else doors.get(one.uuid))
                for one in members
            )
        )
        reached = {one.member.uuid for one in reaches if one.is_reached or one.entered_at}
        findings = [judge_members(view.members, len(members)), judge_versions(view.members)]
        found = {one.member.uuid for one in reaches if one.is_reached}
        findings += [
            judge_reach(one, settings.use_public_ip, bool(found - {one.member.uuid}))
            for one in reaches
        ]
        findings.append(
            judge_routing(admission.partition_count, view.owners, view.members, reached)
        )
        for endpoint, visit in (await self._visits.all()).items():
            if endpoint not in given:
                findings += visit.warnings
        findings += await self._latencies()
        findings += await self._clocks()
        return findings

    async def _reach(self, member: MemberInfo, entered_at: str | None) -> Reach:
        public = _public(member)
        endpoint = Endpoint(member.address.host, member.address.port)
        if self._settings.use_public_ip and public is not None:
            endpoint = public
        visit = await self._visits.to(endpoint)
        answers: bool | None = None
        if visit.admission is None and public is not None and public != endpoint:
            answers = _is(await self._visits.to(public), member.uuid)
        answered_by = None if visit.admission is None else visit.admission.member_uuid
        return Reach(member, endpoint, answered_by, visit.trouble, public, answers, entered_at)

    async def _latencies(self) -> list[Finding]:
        """Of every member that let us in, once each."""
        links: dict[UUID, _Visit] = {}
        for visit in (await self._visits.all()).values():
            if visit.admission is not None:
                links.setdefault(visit.admission.member_uuid, visit)
        return [await self._latency(visit) for visit in links.values()]

    async def _latency(self, visit: _Visit) -> Finding:
        assert visit.link is not None
        took, error = await visit.link.round_trips(self._settings.timeout)
        return judge_latency(str(visit.endpoint), took, error)

    async def _clocks(self) -> Iterable[Finding]:
        if not self._settings.write_probe:
            return [
                skipped(
                    "clock",
                    "cluster",
                    "cannot be seen without writing: no answer of a member holds its time",
                    "Give --write-probe to have an entry stored on every member, and removed.",
                )
            ]
        try:
            readings = await read_clocks(self._settings)
        except (GridwireError, OSError) as error:
            text = error.message if isinstance(error, GridwireError) else str(error)
            change = "See the other findings, and whether the user may create and destroy maps."
            return [failed("clock", "cluster", f"the probe could not be written: {text}", change)]
        if not readings:
            return [skipped("clock", "cluster", "no member has taken over any partition in time")]
        return judge_clocks(readings)


def _public(member: MemberInfo) -> Endpoint | None:
    address = member.address_map.get(PUBLIC)
    return None if address is None else Endpoint(address.host, address.port)


def _is(visit: _Visit, member: UUID | None) -> bool:
    return visit.admission is not None and visit.admission.member_uuid == member


async def examine(settings: Settings) -> list[Finding]:
    """Look at a Hazelcast cluster.

    Args:
        settings: what the doctor was told.

    Raises:
        UsageError: a file of TLS cannot be read.
    """
    async with AsyncExitStack() as stack:
        return await _Examination(settings, stack).run()
