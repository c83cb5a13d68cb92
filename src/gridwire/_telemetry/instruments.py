# SPDX-License-Identifier: Apache-2.0
"""The instruments of a program: each is made once, and tells of all clients that live.

The numbers of clients are read when somebody collects them; counting costs nothing besides.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from opentelemetry import metrics

from gridwire._core.counters import COUNTERS
from gridwire._io.forking import Heirs, Stage

__all__ = ["Connections", "Instruments", "Observed", "instruments_of"]

SCOPE = "gridwire"
"""Name of the tracer and of the meter."""

SCHEMA = "https://opentelemetry.io/schemas/1.38.0"
"""Which conventions are kept."""

_BOUNDARIES = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""Seconds; the conventions advise these."""


class Connections(NamedTuple):
    """Connections of one client to one address.

    Attributes:
        address: of the server.
        used: how many carry calls.
        idle: how many wait for the next; None where a connection is shared by all calls.
    """

    address: str
    used: int
    idle: int | None


class Observed(Protocol):
    """A client as its numbers are read."""

    @property
    def facts(self) -> dict[str, Any]:
        """What tells it from others, as attributes."""

    @property
    def counters(self) -> dict[str, int]:
        """What it has counted, of what such clients can count; nothing when there is no more."""

    @property
    def connections(self) -> list[Connections]:
        """What it has open; nothing when it is shut down."""


class Instruments:
    """The instruments of one meter.

    Args:
        meter: makes them.
    """

    def __init__(self, meter: metrics.Meter) -> None:
        # By identity; `valuerefs` of it can be read while others come, and no set can.
        self._clients: weakref.WeakValueDictionary[int, Observed] = weakref.WeakValueDictionary()
        self.duration = meter.create_histogram(
            "db.client.operation.duration",
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=_BOUNDARIES,
        )
        meter.create_observable_up_down_counter(
            "db.client.connection.count",
            [self._observe_connections],
            unit="{connection}",
            description="The number of connections that are currently in the state.",
        )
        for name, meaning in COUNTERS.items():
            meter.create_observable_counter(
                f"gridwire.{name}", [self._observer(name)], unit="1", description=meaning
            )

    def add(self, client: Observed) -> None:
        """Tell of a client, as long as it lives.

        Args:
            client: is not kept alive by this.
        """
        self._clients[id(client)] = client

    def _now(self) -> list[Observed]:
        """The clients that live, whoever comes or goes meanwhile."""
        return [client for one in self._clients.valuerefs() if (client := one()) is not None]

    def _observer(
        self, name: str
    ) -> Callable[[metrics.CallbackOptions], Iterable[metrics.Observation]]:
        def observe(_: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
            return [
                metrics.Observation(counters[name], client.facts)
                for client in self._now()
                if name in (counters := client.counters)
            ]

        return observe

    def _observe_connections(self, _: metrics.CallbackOptions) -> Iterable[metrics.Observation]:
        for client in self._now():
            facts = client.facts
            for address, used, idle in client.connections:
                pool = {"db.client.connection.pool.name": f"{facts['gridwire.client']}/{address}"}
                for state, number in (("used", used), ("idle", idle)):
                    if number is None:
                        continue
                    more = {"db.client.connection.state": state}
                    yield metrics.Observation(number, {**facts, **pool, **more})


class _Known:
    """The instruments of each provider of a program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # By identity, whatever a provider says that it equals. The instruments keep the meter
        # alone, so that a provider of which nobody knows any more goes.
        self._of: dict[int, tuple[Callable[[], object], Instruments]] = {}
        _all.add(self)

    def of(self, provider: metrics.MeterProvider, version: str) -> Instruments:
        with self._lock:
            self._of = {key: one for key, one in self._of.items() if one[0]() is not None}
            _, found = self._of.get(id(provider), (None, None))
            if found is None:
                meter = provider.get_meter(SCOPE, version, SCHEMA)
                found = Instruments(meter)
                self._of[id(provider)] = (_reference_to(provider), found)
            return found

    def _inherit(self) -> None:
        """In the child of a fork: a thread of the parent may have held it."""
        self._lock = threading.Lock()


def _reference_to(provider: object) -> Callable[[], object]:
    """A weak one; providers of somebody's own may not allow it, and are kept."""
    try:
        return weakref.ref(provider)
    except TypeError:
        return lambda: provider


_all: Heirs[_Known] = Heirs(Stage.PARTS, lambda one: one._inherit())
_known = _Known()


def instruments_of(provider: metrics.MeterProvider, version: str) -> Instruments:
    """The instruments of a provider; the same for all clients that use it.

    Args:
        provider: of meters.
        version: of this library.
    """
    return _known.of(provider, version)
