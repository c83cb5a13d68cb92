# SPDX-License-Identifier: Apache-2.0
"""Which members that have no connection are tried next, and when: pure, the caller has the clock.

A list of members may be long, and all of them out of reach. So few are tried at a time, those
first that failed least, and each is left alone for longer after each failure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from gridwire._core.backoff import BackoffPolicy, BackoffSchedule, Uniform
from gridwire.hazelcast.core import MemberInfo

__all__ = ["MAX_CONNECTING", "RETRY_POLICY", "MissingMembers"]

MAX_CONNECTING = 16
"""Connections to members that are being opened at a time. Each takes an open file before anybody
is known to be there; more at once would hardly be faster, for one thread does the work."""

RETRY_POLICY = BackoffPolicy(initial=1.0, maximum=10.0, multiplier=1.5, jitter=0.1)
"""How long a member is left alone after a failure, in seconds. It begins short, for a member may
just be starting; it stays short, for without a connection its keys take a way round."""


@dataclass(slots=True)
class _Trouble:
    """A member that could not be reached.

    Args:
        schedule: says when it is tried again.
        due: when that is.
        failures: how many there were.
    """

    schedule: BackoffSchedule
    due: float
    failures: int = 0


class MissingMembers:
    """Whom to connect to. A member with another address is another one.

    Args:
        uniform: the source of chance.
    """

    def __init__(self, uniform: Uniform) -> None:
        self._uniform = uniform
        self._busy: set[MemberInfo] = set()
        self._troubles: dict[MemberInfo, _Trouble] = {}

    @property
    def troubled(self) -> int:
        """How many of the missing could not be reached so far."""
        return len(self._troubles)

    def anew(self) -> None:
        """The cluster was found, maybe again: nobody is to wait for what was before."""
        self._troubles.clear()

    def take(self, missing: Iterable[MemberInfo], now: float) -> list[MemberInfo]:
        """Whom to begin with now; they count as being tried until `tried` is told.

        Args:
            missing: all members without a connection. Others are forgotten.
            now: seconds, on one clock.
        """
        known = dict.fromkeys(missing)
        for member in self._troubles.keys() - known.keys() - self._busy:
            del self._troubles[member]
        free = max(0, MAX_CONNECTING - len(self._busy))
        due = [
            (0 if trouble is None else trouble.failures, one)
            for one in known
            if ((trouble := self._troubles.get(one)) is None or trouble.due <= now)
            and one not in self._busy
        ]
        due.sort(key=itemgetter(0))
        chosen = [one for _, one in due[:free]]
        self._busy.update(chosen)
        return chosen

    def tried(self, member: MemberInfo, connected: bool, now: float) -> None:
        """An attempt is over.

        Args:
            member: whom it was for.
            connected: whether it had success.
            now: seconds, on the same clock.
        """
        self._busy.discard(member)
        if connected:
            self._troubles.pop(member, None)
            return
        trouble = self._troubles.get(member)
        if trouble is None:
            schedule = BackoffSchedule(RETRY_POLICY, now, self._uniform)
            trouble = self._troubles[member] = _Trouble(schedule, now)
        trouble.failures += 1
        trouble.due = now + (trouble.schedule.next_pause(now) or 0.0)

    def all_tried(self, missing: Iterable[MemberInfo]) -> bool:
        """Whether each of them failed since `anew`, so that nobody needs to wait for a first try.

        Args:
            missing: all members without a connection.
        """
        return all(member in self._troubles for member in missing)

    def pause(self, now: float) -> float | None:
        """Seconds until `take` may give somebody, if nothing else happens; None for never.

        Args:
            now: seconds, on the same clock.
        """
        if len(self._busy) >= MAX_CONNECTING:
            return None  # the end of an attempt happens first
        waiting = [at.due for one, at in self._troubles.items() if one not in self._busy]
        return max(0.0, min(waiting) - now) if waiting else None
