# SPDX-License-Identifier: Apache-2.0
"""Orders that clusters of both systems obey, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["perform_common"]


class Obedient(Protocol):
    """A cluster on an event loop, as far as both systems have the same orders."""

    def clear(self) -> None:
        """Make it as good as new."""

    def end_fault(self, fault_id: int, /) -> None:
        """End a fault."""

    def hits(self, fault_id: int, /) -> int:
        """How often a fault has hit."""

    def advance_time(self, seconds: float, /) -> None:
        """Let the clock leap forward."""

    def stop_time(self, moment: float | None, /) -> None:
        """Let the clock stand still."""

    def run_time(self) -> None:
        """Let the clock go on."""


def perform_common(cluster: Obedient, order: Mapping[str, Any]) -> Any:
    """Do what an order says that takes no time, on the loop of the cluster.

    Args:
        cluster: who does it.
        order: `do` says what, the rest are arguments that JSON can carry.

    Returns:
        What JSON can carry.

    Raises:
        ClusterError: there is no such order.
    """
    match order["do"]:
        case "clear":
            cluster.clear()
        case "end_fault":
            cluster.end_fault(order["fault"])
        case "hits":
            return cluster.hits(order["fault"])
        case "advance_time":
            cluster.advance_time(order["seconds"])
        case "stop_time":
            cluster.stop_time(order["moment"])
        case "run_time":
            cluster.run_time()
        case other:
            raise ClusterError(f"not an order: {other!r}")
    return None
