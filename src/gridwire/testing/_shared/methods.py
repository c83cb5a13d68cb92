# SPDX-License-Identifier: Apache-2.0
"""What a test can do to a cluster of either system: faults have handles, and time can be moved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from gridwire.testing.errors import ClusterOptionError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CommonMethods", "texts"]


class Spec(Protocol):
    """A fault as data."""

    @property
    def kind(self) -> str: ...

    def to_json(self) -> dict[str, Any]: ...


F_co = TypeVar("F_co", covariant=True)


class CommonMethods(ABC, Generic[F_co]):
    """What all clusters can be told, whatever their nodes live in."""

    @abstractmethod
    def _order(self, what: str, **arguments: object) -> Any:
        """Let the cluster do something that takes no time."""

    @abstractmethod
    def _begun(self, fault_id: int, text: str) -> F_co:
        """The handle of a fault."""

    def advance_time(self, seconds: float) -> None:
        """Let the cluster's clock leap forward, by which what it stores lives.

        Sessions of users live by it too. What expired by that is gone, and reported to those who
        listen, before this returns.

        Args:
            seconds: how far, not below 0.
        """
        if not seconds >= 0:
            raise ClusterOptionError(f"time does not run backwards: {seconds!r}")
        self._order("advance_time", seconds=float(seconds))

    def stop_time(self, moment: float | None = None) -> None:
        """Let the cluster's clock stand still, by which what it stores lives.

        `advance_time` moves it.

        Args:
            moment: what it shows, in seconds since the epoch; the present if None.
        """
        self._order("stop_time", moment=None if moment is None else float(moment))

    def run_time(self) -> None:
        """Let the cluster's clock show the present again, and go on."""
        self._order("run_time")

    def _begin(self, spec: Spec) -> F_co:
        fault_id: int = self._order("begin_fault", spec=spec.to_json())
        return self._begun(fault_id, spec.kind)


def texts(names: str | Iterable[str]) -> tuple[str, ...]:
    """Read names or patterns, one or several.

    Raises:
        ClusterOptionError: one of them is no text.
    """
    found = (names,) if isinstance(names, str) else tuple(names)
    for name in found:
        if not isinstance(name, str):
            raise ClusterOptionError(f"a name or a pattern is a text, not {name!r}")
    return found
