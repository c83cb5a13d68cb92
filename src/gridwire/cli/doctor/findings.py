# SPDX-License-Identifier: Apache-2.0
"""What a check found: one finding each, with what was seen and what to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

__all__ = [
    "MAX_TEXT_CHARS",
    "Fact",
    "Finding",
    "Report",
    "Status",
    "failed",
    "fine",
    "skipped",
    "trouble_of",
    "warned",
]

MAX_TEXT_CHARS = 400
"""Characters of one text of a finding. Names, versions and certificates come from whoever listens
there; what is longer is cut."""

Fact: TypeAlias = str | int | float | bool | list[str] | None
"""What JSON can carry."""


class Status(StrEnum):
    """How a check ended; the later, the worse."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    FAILED = "failed"


_EXIT = {Status.OK: 0, Status.SKIPPED: 0, Status.WARNING: 3, Status.FAILED: 1}
_ORDER = list(Status)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says of one target.

    Attributes:
        check: its name.
        target: an address, a member, a namespace, or ``"cluster"``.
        status: how it ended.
        summary: what was seen, one sentence.
        change: what to change; None when nothing is to be.
        facts: what was seen, by name.
    """

    check: str
    target: str
    status: Status
    summary: str
    change: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found.

    Attributes:
        system: ``"hazelcast"`` or ``"aerospike"``.
        members: the addresses that were given.
        findings: in the order of the checks.
        seconds: how long it took.
    """

    system: str
    members: tuple[str, ...]
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def status(self) -> Status:
        """That of the worst finding, where a check that was skipped does not count."""
        worst = max((one.status for one in self.findings), key=_ORDER.index, default=Status.OK)
        return Status.OK if worst is Status.SKIPPED else worst

    @property
    def exit_status(self) -> int:
        """0 when all is well, 1 when something failed, 3 when there are warnings alone."""
        return _EXIT[self.status]

    def count(self, status: Status) -> int:
        """How many findings have a status."""
        return sum(one.status is status for one in self.findings)


def trouble_of(findings: Iterable[Finding]) -> Finding | None:
    """The first that failed: why we did not come further."""
    return next((one for one in findings if one.status is Status.FAILED), None)


def fine(check: str, target: str, summary: str, **facts: Fact) -> Finding:
    """All is well."""
    return _finding(check, target, Status.OK, summary, None, facts)


def skipped(
    check: str, target: str, summary: str, change: str | None = None, **facts: Fact
) -> Finding:
    """Nothing can be said."""
    return _finding(check, target, Status.SKIPPED, summary, change, facts)


def warned(check: str, target: str, summary: str, change: str, **facts: Fact) -> Finding:
    """It works, and may not do so for long, or not as well as it could."""
    return _finding(check, target, Status.WARNING, summary, change, facts)


def failed(check: str, target: str, summary: str, change: str, **facts: Fact) -> Finding:
    """It does not work."""
    return _finding(check, target, Status.FAILED, summary, change, facts)


def _finding(
    check: str,
    target: str,
    status: Status,
    summary: str,
    change: str | None,
    facts: Mapping[str, Fact],
) -> Finding:
    return Finding(
        check,
        _shown(target),
        status,
        _shown(summary),
        None if change is None else _shown(change),
        {name: _shown_fact(value) for name, value in facts.items()},
    )


def _shown_fact(value: Fact) -> Fact:
    if isinstance(value, str):
        return _shown(value)
    return [_shown(one) for one in value] if isinstance(value, list) else value


def _shown(text: str) -> str:
    """A text that no peer can use to draw on somebody's terminal."""
    cut = text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}..."
    return "".join(_escaped(cut))


def _escaped(text: str) -> Iterable[str]:
    for char in text:
        yield char if char.isprintable() else char.encode("unicode_escape", "replace").decode()
