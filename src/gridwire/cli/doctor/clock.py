# SPDX-License-Identifier: Apache-2.0
"""Judges clocks: how far those of the servers are from ours, and from each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridwire.cli.doctor.findings import Fact, Finding, fine, warned
from gridwire.cli.doctor.texts import counted

__all__ = ["MOST_SKEW_SECONDS", "Reading", "judge_clocks"]

MOST_SKEW_SECONDS = 5.0
"""Clocks that are kept by NTP differ by milliseconds; servers tell whole seconds."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a server's clock showed.

    Attributes:
        server: whose.
        ahead: seconds that it is ahead of ours; less than 0 when it is behind.
        within: seconds by which that may be wrong.
    """

    server: str
    ahead: float
    within: float


def judge_clocks(readings: Sequence[Reading]) -> list[Finding]:
    """Judge clocks, each against ours and all against each other.

    Args:
        readings: one for each server.
    """
    findings = [_against_ours(one) for one in readings]
    if len(readings) > 1:
        findings.append(_against_each_other(readings))
    return findings


def _against_ours(one: Reading) -> Finding:
    facts: dict[str, Fact] = {
        "ahead_seconds": round(one.ahead, 3),
        "within_seconds": round(one.within, 3),
    }
    size = max(0.0, abs(one.ahead) - one.within)
    if size > MOST_SKEW_SECONDS:
        way = "ahead of" if one.ahead > 0 else "behind"
        return warned(
            "clock",
            one.server,
            f"its clock is {abs(one.ahead):.0f} s {way} that of this machine",
            "Have an NTP service keep both clocks: lifetimes of entries are counted by the"
            " server's, and certificates are judged by each side's own.",
            **facts,
        )
    text = f"its clock agrees with ours, to within {max(abs(one.ahead), one.within):.1f} s"
    return fine("clock", one.server, text, **facts)


def _against_each_other(readings: Sequence[Reading]) -> Finding:
    first = min(readings, key=lambda one: one.ahead)
    last = max(readings, key=lambda one: one.ahead)
    apart = max(0.0, last.ahead - first.ahead - first.within - last.within)
    facts: dict[str, Fact] = {"apart_seconds": round(last.ahead - first.ahead, 3)}
    if apart > MOST_SKEW_SECONDS:
        return warned(
            "clock",
            "cluster",
            f"the clocks of {first.server} and {last.server} are at least {apart:.0f} s apart",
            "Have an NTP service keep the clocks of all servers: entries that move from one to"
            " another live shorter or longer than they should.",
            **facts,
        )
    return fine("clock", "cluster", f"{counted(len(readings), 'clock')} agree", **facts)
