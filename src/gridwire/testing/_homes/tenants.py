# SPDX-License-Identifier: Apache-2.0
"""What homes expect of the clusters that live in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Home", "Tenant"]


class Tenant(Protocol):
    """A cluster on an event loop."""

    @property
    def facts(self) -> list[list[Any]]:
        """What identifies its living nodes, as JSON can carry it, the oldest first."""

    async def stop(self) -> None:
        """End all nodes at once."""

    async def perform(self, order: Mapping[str, Any]) -> Any:
        """Do what an order says; the first is to ``start``.

        Raises:
            ClusterError: it cannot be done, or there is no such order.
        """


class Home(Protocol):
    """Where a cluster lives."""

    @property
    def facts(self) -> list[list[Any]]:
        """What identifies the living nodes, the oldest first."""

    def start(self) -> None:
        """Start the nodes; clients are answered when this returns.

        Raises:
            ClusterError: it cannot be done; nothing runs then.
        """

    def stop(self) -> None:
        """End the nodes; in a fork, to which they do not belong, do nothing."""

    def order(self, what: str, **arguments: object) -> Any:
        """Let the cluster do something, and wait until it is done.

        Raises:
            ClusterError: it cannot be done, or the cluster does not run.
        """
