# SPDX-License-Identifier: Apache-2.0
"""What a client makes of the addresses that it tries: whether it goes on looking for its cluster.

One search lasts from the first address that is tried until the client is connected, or gives up.
A refusal says something about one address, where a foreign cluster may live; so only a whole round
over all addresses can end a search.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gridwire._core.hints import hint_of
from gridwire.hazelcast.errors import (
    ClientNotAllowedInClusterError,
    HazelcastError,
    IllegalStateError,
)

__all__ = ["MAX_PARTITIONS", "Attempt", "Finding", "Search"]

MAX_PARTITIONS = 1_000_000
"""Partitions of a cluster. Usual are 271, and some ten thousand where data is huge; a client keeps
a few bytes for each, and more would come from a peer that is none."""

_MAX_REASONS = 1_000
"""Addresses whose last failure is remembered. Members that come and go add to them."""


class Finding(Enum):
    """What became of one attempt to join by one address."""

    SILENT = "nobody answered"
    UNCLEAR = "somebody answered, and neither let us in nor refused for good"
    REFUSED = "a member refused the cluster name, the credentials or the serialization"
    NOT_ALLOWED = "a member does not allow this client"
    OTHER_PARTITIONS = "a member let us in whose cluster has another number of partitions"

    @property
    def is_refusal(self) -> bool:
        """Whether the member would say the same again."""
        return self in (Finding.REFUSED, Finding.NOT_ALLOWED)


@dataclass(slots=True)
class Attempt:
    """One attempt to join by one address.

    Args:
        finding: what is known of it so far.
        name: the name that the address was found by, if it was.
        advice: what to do about it; empty when nothing particular is known.
    """

    finding: Finding = Finding.SILENT
    name: str | None = None
    advice: str = ""


class Search:
    """One search for the cluster.

    Args:
        cluster_name: of the cluster.
        first: whether this client was never connected. One that was does not end because of
            refusals: addresses may be reused, an identity service may be down.
        patient: whether refusals never end it (`retry_on_auth_failure`).
    """

    def __init__(self, cluster_name: str, first: bool, patient: bool = False) -> None:
        self._cluster_name = cluster_name
        self._ends_by_refusals = first and not patient
        self._reasons: dict[str, tuple[str, str]] = {}
        self._round: dict[str, Finding] = {}

    def note(
        self, place: str, reason: str, finding: Finding = Finding.SILENT, advice: str = ""
    ) -> None:
        """An attempt failed.

        Args:
            place: the address, or whoever was asked for addresses.
            reason: why.
            finding: what that says.
            advice: what to do about it, if something particular is known.
        """
        self._round[place] = finding
        # The last one stands last, and what is oldest is forgotten first.
        self._reasons.pop(place, None)
        self._reasons[place] = reason, advice
        if len(self._reasons) > _MAX_REASONS:
            del self._reasons[next(iter(self._reasons))]

    @property
    def tried_in_round(self) -> int:
        """How many places this round has tried."""
        return len(self._round)

    def end_round(self) -> HazelcastError | None:
        """All addresses were tried, and none let us in: why to give up, None to go on."""
        findings, advices = set(self._round.values()), self._advices_of_refusals()
        self._round = {}
        if Finding.OTHER_PARTITIONS in findings:
            return ClientNotAllowedInClusterError(
                f"the cluster {self._cluster_name!r} has another number of partitions than when "
                f"this client was connected to it. Tried: {self.tried}",
                hint="Start the client anew.",
            )
        answers = findings - {Finding.SILENT}
        if not self._ends_by_refusals or not answers:
            return None
        if answers == {Finding.NOT_ALLOWED}:
            return ClientNotAllowedInClusterError(
                f"the cluster {self._cluster_name!r} does not allow this client. Tried: "
                f"{self.tried}",
                hint="It may be blocked in the management centre, or the cluster is being "
                "changed; retry_on_auth_failure=True keeps trying.",
            )
        if all(one.is_refusal for one in answers):
            return IllegalStateError(
                f"every member that answered refused this client: the cluster name "
                f"{self._cluster_name!r} or the credentials may be wrong. Tried: {self.tried}",
                hint=hint_of(advices, "Check cluster_name and the credentials.")
                + " retry_on_auth_failure=True keeps trying.",
            )
        return None

    def _advices_of_refusals(self) -> list[str]:
        places = [place for place, one in self._round.items() if one.is_refusal]
        return [self._reasons[place][1] for place in places if place in self._reasons]

    def out_of_time(self, seconds: float) -> HazelcastError:
        """Why to give up when the time is over.

        Args:
            seconds: that it was (`cluster_connect_timeout`).
        """
        return self._nobody(f"within {seconds:g} s")

    def out_of_rounds(self, rounds: int | None) -> HazelcastError:
        """Why to give up when all rounds were made.

        Args:
            rounds: how many (`retry_max_rounds`).
        """
        return self._nobody(f"in {rounds} round{'' if rounds == 1 else 's'}")

    def _nobody(self, limit: str) -> HazelcastError:
        return IllegalStateError(
            f"no member of cluster {self._cluster_name!r} could be joined {limit}. "
            f"Tried: {self.tried}",
            hint=hint_of(
                (advice for _, advice in self._reasons.values()),
                "Check cluster_members and cluster_name, and that a member is running.",
            ),
        )

    @property
    def tried(self) -> str:
        """Every address with its last failure."""
        reasons = "; ".join(f"{place}: {reason}" for place, (reason, _) in self._reasons.items())
        return reasons or "nothing, no address is known"
