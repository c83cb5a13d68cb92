# SPDX-License-Identifier: Apache-2.0
"""Judges the view of a Hazelcast cluster: advertised addresses and partition owners. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from gridwire.cli.doctor.approach import is_private
from gridwire.cli.doctor.findings import Fact, Finding, failed, fine, skipped, warned
from gridwire.cli.doctor.texts import counted, listed

if TYPE_CHECKING:
    from gridwire._core.addresses import Endpoint
    from gridwire.hazelcast.core import MemberInfo

__all__ = ["Reach", "judge_members", "judge_reach", "judge_routing"]


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a member is reached at an address that it announces.

    Attributes:
        member: who announces it.
        endpoint: where a client connects to it.
        answered_by: the member that answered there; None when nobody did.
        trouble: why not.
        public: its public address, None when it announces none.
        public_answers: whether the member answers there; None when that was not tried.
        entered_at: the address that was given and leads to it; None when none does.
    """

    member: MemberInfo
    endpoint: Endpoint
    answered_by: UUID | None
    trouble: Finding | None = None
    public: Endpoint | None = None
    public_answers: bool | None = None
    entered_at: str | None = None

    @property
    def is_reached(self) -> bool:
        """Whether it is the member itself that answered."""
        return self.answered_by is not None and self.answered_by == self.member.uuid


def judge_members(members: Sequence[MemberInfo], looked_at: int) -> Finding:
    """Judge the member list.

    Args:
        members: in it.
        looked_at: how many of them are looked at.
    """
    lite = sum(member.lite_member for member in members)
    facts: dict[str, Fact] = {
        "members": [str(member.address) for member in members],
        "count": len(members),
        "lite": lite,
    }
    text = counted(len(members), "member") + (f", {lite} of them lite" if lite else "")
    if looked_at < len(members):
        change = "Look at the rest by giving other addresses."
        text += f"; only the first {looked_at} are looked at"
        return warned("members", "cluster", text, change, **facts)
    if lite == len(members):
        change = "Start members that are not lite: these hold no data."
        return failed("members", "cluster", text, change, **facts)
    return fine("members", "cluster", text, **facts)


def judge_reach(reach: Reach, uses_public: bool, others_reached: bool = False) -> Finding:
    """Judge an advertised address.

    Args:
        reach: what came of connecting there.
        uses_public: whether public addresses were asked for.
        others_reached: whether other members are reached where they announce.
    """
    target, at = str(reach.member.address), reach.endpoint
    facts: dict[str, Fact] = {
        "member": str(reach.member.uuid),
        "advertised": target,
        "public": None if reach.public is None else str(reach.public),
        "connected_to": str(at),
        "private": is_private(at.host),
        "public_answers": reach.public_answers,
    }
    if reach.is_reached:
        return _reached(reach, uses_public and reach.public is None, facts)
    if reach.answered_by is not None:
        return failed(
            "advertised-address",
            target,
            f"another member, {reach.answered_by}, answers at {at}",
            "Give every member an advertised address of its own: <public-address> in its"
            " configuration, and ports that are forwarded one to one.",
            **facts,
        )
    if reach.entered_at is not None:
        # A client keeps the connection by which it came.
        text = f"it is reached at {reach.entered_at}, but announces {at}, which is of no use here"
        return warned("advertised-address", target, text, _way_out(reach, False), **facts)
    text = f"member {reach.member.uuid} announces {at}, which cannot be used from here"
    why = "" if reach.trouble is None else f": {reach.trouble.summary}"
    change = _way_out(reach, others_reached)
    return failed("advertised-address", target, f"{text}{why}", change, **facts)


def _reached(reach: Reach, wants_public: bool, facts: Mapping[str, Fact]) -> Finding:
    target = str(reach.member.address)
    if wants_public:
        return warned(
            "advertised-address",
            target,
            "it announces no public address; its own answers from here",
            "Leave --use-public-ip out, or set <public-address> in the members' configuration.",
            **facts,
        )
    return fine("advertised-address", target, f"answers at {reach.endpoint}", **facts)


def _way_out(reach: Reach, others_reached: bool) -> str:
    if reach.public_answers:
        return (
            f"Set use_public_ip=True (--use-public-ip): the member answers at {reach.public}, its"
            " public address."
        )
    trouble = reach.trouble
    if trouble is not None and trouble.check == "tls" and trouble.change is not None:
        # Somebody is there, and it is not the address that is wrong.
        return trouble.change
    if reach.entered_at is None:
        # It may be the member that is ill, and not what it announces.
        if trouble is not None and trouble.check not in _NOBODY_THERE:
            what = "Look at this member: it takes connections there, and does not let us in."
            return f"{what} {trouble.change or ''}".rstrip()
        if others_reached:
            return (
                "Other members are reached where they announce: see whether this one runs, and"
                " whether a firewall keeps its address from here."
            )
    return _way_to_address(reach)


_NOBODY_THERE = frozenset({"resolve", "connect"})
"""Checks that fail where nobody takes connections."""


def _way_to_address(reach: Reach) -> str:
    alone = (
        "smart_routing=False makes a client use the configured address alone, at the price of one"
        " more hop for each call."
    )
    runs = "" if reach.entered_at is not None else "Check that the member runs. "
    if reach.public is not None and reach.public != reach.endpoint:
        return (
            f"{runs}Its public address {reach.public} does not answer either: check what is"
            f" forwarded to it. {alone}"
        )
    if is_private(reach.endpoint.host):
        return (
            f"{runs}The address is of a private network. Set <public-address> in the member's"
            " configuration to what is reached from here (and use_public_ip=True if it is beside"
            f" the private one), or give the client an address_translator. {alone}"
        )
    return (
        f"{runs}Check the firewalls on the way; or set <public-address> in the member's"
        f" configuration to what is reached from here. {alone}"
    )


@dataclass(frozen=True, slots=True)
class _Owned:
    """Who owns the partitions of a cluster, counted.

    Attributes:
        of: how many partitions there are.
        shares: how many each owner has.
        missing: those without an owner.
        twice: how often one is owned once more.
        lost: those of members that are not in the list.
        far: those of members that are not reached.
    """

    of: int
    shares: Mapping[UUID, int]
    missing: int
    twice: int
    lost: int
    far: int

    @property
    def facts(self) -> dict[str, Fact]:
        return {
            "partition_count": self.of,
            "owned": [f"{uuid}: {count}" for uuid, count in self.shares.items()],
            "without_owner": self.missing,
            "with_several_owners": self.twice,
            "owner_unknown": self.lost,
            "owner_unreachable": self.far,
        }

    @property
    def wrong(self) -> list[str]:
        """What a cluster that has settled does not show."""
        counts = (
            (self.missing, "have no owner"),
            (self.twice, "have several"),
            (self.lost, "belong to a member that is not in the list"),
        )
        return [f"{count} {what}" for count, what in counts if count]


def _count(
    partition_count: int,
    owned: Mapping[UUID, Sequence[int]],
    members: Sequence[MemberInfo],
    reached: Collection[UUID | None],
) -> _Owned:
    every = [partition for partitions in owned.values() for partition in partitions]
    known = {member.uuid for member in members}
    shares = {uuid: len(partitions) for uuid, partitions in owned.items()}
    return _Owned(
        partition_count,
        shares,
        missing=partition_count - len(set(every)),
        twice=len(every) - len(set(every)),
        lost=sum(count for uuid, count in shares.items() if uuid not in known),
        far=sum(count for uuid, count in shares.items() if uuid in known and uuid not in reached),
    )


def judge_routing(
    partition_count: int,
    owners: Sequence[tuple[UUID, Sequence[int]]] | None,
    members: Sequence[MemberInfo],
    reached: Collection[UUID | None],
) -> Finding:
    """Judge whether calls find the owners of their partitions.

    Args:
        partition_count: of the cluster.
        owners: the partitions of each member; None when nobody told.
        members: of the cluster.
        reached: members that are reached, at the address that they announce or a given one.
    """
    if not owners:
        return skipped(
            "routing",
            "cluster",
            "the partitions have no owners yet: members give them out when the first data comes",
            partition_count=partition_count,
        )
    seen = _count(partition_count, dict(owners), members, reached)
    all_of_them = counted(partition_count, "partition")
    if seen.wrong:
        return failed(
            "routing",
            "cluster",
            f"of {all_of_them}, {listed(seen.wrong)}",
            "Wait until the cluster has settled, and look into the logs of the members: partitions"
            " without an owner answer no calls.",
            **seen.facts,
        )
    if seen.far:
        return failed(
            "routing",
            "cluster",
            f"the owners of {seen.far} of {all_of_them} cannot be reached",
            "See the advertised addresses: calls for these keys take a detour over other members.",
            **seen.facts,
        )
    text = f"{all_of_them} on {counted(len(seen.shares), 'member')}, and each owner is reached"
    return fine("routing", "cluster", text, **seen.facts)
