# SPDX-License-Identifier: Apache-2.0
"""A member dies while both clients work, and comes back where the dead do."""

from __future__ import annotations

from collections.abc import Sequence

from gridwire.cli.demo.result import Kill
from gridwire.cli.demo.target import Access, MemberShare, Target, settled
from gridwire.cli.demo.view import View
from gridwire.cli.demo.work import Job

__all__ = ["Loss"]

_KILL_AT = 0.5
_RETURN_AT = 0.75
"""Which part of a job is done when it happens: of the job that is ahead."""


class Loss:
    """Watches jobs, and does to the cluster what is planned for the moment.

    Args:
        target: the cluster; nothing is done to one that is not ours.
        access: of a client that says who owns what.
        view: is told what happens.
        jobs: that are under way.
    """

    def __init__(self, target: Target, access: Access, view: View, jobs: Sequence[Job]) -> None:
        self._target = target
        self._access = access
        self._view = view
        self._jobs = jobs
        self._address: str | None = None
        self._killed_at = 0
        self._returned_at: int | None = None
        self._without: tuple[MemberShare, ...] = ()

    def watch(self, completed: int) -> None:
        """Do what is due.

        Args:
            completed: steps of all jobs.
        """
        if not self._target.is_ours:
            return
        ahead = max(job.completed / job.size for job in self._jobs)
        if self._address is None:
            if ahead >= _KILL_AT:
                self._kill(completed)
        elif self._returned_at is None and ahead >= _RETURN_AT:
            self._bring_back(completed)

    def _kill(self, completed: int) -> None:
        self._address = self._target.kill_member()
        self._killed_at = completed
        self._view.killed(f"{self._target.words.member} {self._address}")

    def _bring_back(self, completed: int) -> None:
        bring_back = self._target.bring_back
        if bring_back is None:
            return
        # Not before the others have all that was its own, and have said so.
        self._without = settled(self._access)
        bring_back()
        self._returned_at = completed
        self._view.returned(f"{self._target.words.member} {self._address}")

    def end(self, completed: int) -> Kill | None:
        """The jobs are over.

        Args:
            completed: steps of all of them.

        Returns:
            What happened, None if nothing did.
        """
        if self._address is None:
            return None
        if self._returned_at is None:
            # The rest was quicker than the look at it.
            self._bring_back(completed)
        back = self._returned_at
        return Kill(
            self._address,
            operations_before=self._killed_at,
            operations_after=completed - self._killed_at,
            operations_without=None if back is None else back - self._killed_at,
            members_without=self._without,
        )
