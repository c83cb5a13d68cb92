# SPDX-License-Identifier: Apache-2.0
"""What is told to OpenTelemetry of a Hazelcast client, and how its structures name their calls.

Only clients with the option `telemetry` import this. A call is told as its caller sees it, with
all its retries, and an operation of several round trips as one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gridwire._core.request import Operation, Request
from gridwire._telemetry.calls import Call, Calls, Place, Watched
from gridwire._telemetry.instruments import Connections
from gridwire.hazelcast.control.asyncio_engine import AsyncioEngine
from gridwire.hazelcast.control.blocking_engine import BlockingEngine
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.future_engine import FutureEngine
from gridwire.hazelcast.control.hosting import Hosting
from gridwire.hazelcast.control.told_engines import (
    ToldAsyncioEngine,
    ToldBlockingEngine,
    ToldFutureEngine,
)
from gridwire.telemetry import Telemetry

__all__ = ["Structure", "Told"]

A = TypeVar("A", bound=AsyncioEngine)
F = TypeVar("F", bound=FutureEngine)
B = TypeVar("B", bound=BlockingEngine)

_SYSTEM = "hazelcast"
_READS = frozenset({"get_all"})
"""Operations of several round trips that change nothing."""


class Told:
    """A client whose calls are told.

    Args:
        telemetry: to whom.
        core: gives the client.
        version: of this library.
    """

    def __init__(self, telemetry: Telemetry, core: Callable[[], ClientCore], version: str) -> None:
        self._core = core
        self._calls = Calls(telemetry, _SYSTEM, self, version)

    def asyncio(self, engine: A, kind: str, name: str) -> A:
        """An engine of one structure that is told.

        Args:
            engine: makes the calls.
            kind: of the structure, ``"Map"``.
            name: of the structure.
        """
        told: Any = ToldAsyncioEngine(engine, Structure(self._calls, kind, name))
        return told  # type: ignore[no-any-return]

    def threads(
        self, hosting: Hosting, futures: F, blocking: B, kind: str, name: str
    ) -> tuple[F, B]:
        """The engines of one structure that are told.

        Args:
            hosting: the client.
            futures: makes calls with futures.
            blocking: makes calls that block.
            kind: of the structure, ``"Map"``.
            name: of the structure.
        """
        structure = Structure(self._calls, kind, name)
        told: Any = ToldFutureEngine(hosting, futures, structure)
        told_blocking: Any = ToldBlockingEngine(hosting, blocking, structure)
        return told, told_blocking

    @property
    def facts(self) -> dict[str, Any]:
        """See `Observed`."""
        identity = self._core().identity
        return {
            "db.system.name": _SYSTEM,
            "db.namespace": identity.cluster_name,
            "gridwire.client": identity.name,
        }

    @property
    def counters(self) -> dict[str, int]:
        """See `Observed`."""
        return self._core().counters.as_dict()

    @property
    def connections(self) -> list[Connections]:
        """See `Observed`. A connection carries any number of calls at once: all are in use."""
        routes = self._core().state.routes
        return [Connections(str(one.address), 1, None) for one in routes.connections]


class Structure:
    """How the calls of one structure are told."""

    __slots__ = ("_calls", "_kind", "_name")

    def __init__(self, calls: Calls, kind: str, name: str) -> None:
        self._calls = calls
        self._kind = kind
        self._name = name

    def call(self, core: ClientCore, request: Request[Any]) -> Watched:
        """A request begins."""
        return _Watched(self._begin(core, request.operation), core, request)

    def run(self, core: ClientCore, operation: Operation[Any]) -> Watched:
        """An operation of several round trips begins."""
        name: str = getattr(operation, "__name__", "run")
        words = "".join(word.capitalize() for word in name.split("_"))
        return Watched(self._begin(core, f"{self._kind}.{words}"), name not in _READS)

    def listen(self, core: ClientCore, what: str) -> Watched:
        """A listener comes or goes, at all members."""
        return Watched(self._begin(core, f"{self._kind}.{what}"), False)

    def _begin(self, core: ClientCore, operation: str) -> Call:
        return self._calls.begin(operation, core.identity.cluster_name, self._name)


class _Watched(Watched):
    """A request that is under way: the owner of its partition answers it."""

    __slots__ = ("_connection", "_core", "_route")

    def __init__(self, call: Call, core: ClientCore, request: Request[Any]) -> None:
        super().__init__(call, not request.retryable, core.counters)
        self._core = core
        self._route = request.route
        self._connection = core.state.routes.by_partition[request.route]

    def place(self) -> Place | None:
        """Who has answered, unless ways have changed meanwhile."""
        connection = self._connection
        if connection is None or self._route < 0:
            return None
        if self._core.state.routes.by_partition[self._route] is not connection:
            return None
        return connection.address.host, connection.address.port
