# SPDX-License-Identifier: Apache-2.0
"""Clusters that live in a home, and those that live on the loop of the program.

Both say the same to their user; the first wait, the second are awaited.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from gridwire.testing._shared.methods import CommonMethods
from gridwire.testing.errors import ClusterError
from gridwire.testing.faults import AsyncFault, Fault

if TYPE_CHECKING:
    from types import TracebackType

    from gridwire.testing._homes.tenants import Home

__all__ = ["HousedCluster", "LoopedCluster"]


class HousedCluster(CommonMethods[Fault]):
    """A cluster in a home: it starts, stops, and takes orders from any thread."""

    _home: Home | None = None

    @abstractmethod
    def _new_home(self) -> Home:
        """Where it is going to live; nothing runs there yet."""

    def start(self) -> None:
        """Start it; clients can connect when this returns.

        Raises:
            ClusterError: it runs already, or a port is taken.
        """
        if self._home is not None:
            raise ClusterError("the cluster runs already")
        home = self._new_home()
        home.start()
        self._home = home

    def stop(self) -> None:
        """End it; nothing is left when this returns. Does nothing if it does not run."""
        home, self._home = self._home, None
        if home is not None:
            home.stop()

    def _order(self, what: str, **arguments: object) -> Any:
        if self._home is None:
            raise ClusterError("the cluster does not run")
        return self._home.order(what, **arguments)

    def _begun(self, fault_id: int, text: str) -> Fault:
        home = self._home
        assert home is not None
        return Fault(home.order, lambda: self._home is home, fault_id, text)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class OnLoop(Protocol):
    """A cluster on the running event loop."""

    async def start(self) -> None:
        """Start its nodes."""

    async def stop(self) -> None:
        """End its nodes."""


C = TypeVar("C", bound=OnLoop)


class LoopedCluster(CommonMethods[AsyncFault], Generic[C]):
    """A cluster on the running event loop: it starts, stops, and takes orders there."""

    _cluster: C | None = None

    @abstractmethod
    def _new_cluster(self) -> C:
        """What is going to live on the loop; nothing runs yet."""

    async def start(self) -> None:
        """Start it; clients can connect when this returns.

        Raises:
            ClusterError: it runs already, or a port is taken.
        """
        if self._cluster is not None:
            raise ClusterError("the cluster runs already")
        cluster = self._new_cluster()
        await cluster.start()
        self._cluster = cluster

    async def stop(self) -> None:
        """End it; nothing is left when this returns. Does nothing if it does not run."""
        cluster, self._cluster = self._cluster, None
        if cluster is not None:
            await cluster.stop()

    def _running(self) -> C:
        if self._cluster is None:
            raise ClusterError("the cluster does not run")
        return self._cluster

    def _begun(self, fault_id: int, text: str) -> AsyncFault:
        cluster = self._cluster
        return AsyncFault(self._order, lambda: self._cluster is cluster, fault_id, text)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
