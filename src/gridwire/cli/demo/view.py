# SPDX-License-Identifier: Apache-2.0
"""Who watches a demo while it runs: a program that wants only the result, or a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from gridwire.cli.demo.plan import Plan
from gridwire.cli.demo.result import Opening

__all__ = ["SilentView", "Stage", "Update", "View"]

Update = Callable[[int], None]
"""Tells how many operations of a stage are over."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the demo that takes a while.

    Attributes:
        name: who works.
        deed: what is done.
        total: operations.
    """

    name: str
    deed: str
    total: int


class View(Protocol):
    """Is told what happens."""

    def begin(self, plan: Plan) -> None:
        """The demo begins on a system."""

    def opened(self, opening: Opening) -> None:
        """The clients are connected."""

    def stage(self, stage: Stage) -> AbstractContextManager[Update]:
        """A stage begins; it ends with the context."""

    def killed(self, member: str) -> None:
        """A member was killed, in the middle of a stage."""

    def returned(self, member: str) -> None:
        """The member that was killed is back."""


class SilentView:
    """Says nothing."""

    def begin(self, plan: Plan) -> None:
        """The demo begins on a system."""

    def opened(self, opening: Opening) -> None:
        """The clients are connected."""

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[Update]:
        """A stage begins; it ends with the context."""
        yield lambda completed: None

    def killed(self, member: str) -> None:
        """A member was killed, in the middle of a stage."""

    def returned(self, member: str) -> None:
        """The member that was killed is back."""
