# SPDX-License-Identifier: Apache-2.0
"""The calls of a client as spans and durations.

Attributes name the operation, the collection and the servers; keys, values and texts of errors,
which may hold them, are never told.
"""

from __future__ import annotations

import ipaddress
from time import monotonic, time_ns
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import metrics, trace

from gridwire._core.addresses import parse
from gridwire._core.counters import Counters
from gridwire._core.outcome import Outcome
from gridwire._telemetry.instruments import SCHEMA, SCOPE, Instruments, Observed, instruments_of
from gridwire.errors import AddressSyntaxError, GridwireError
from gridwire.telemetry import Telemetry

__all__ = ["Call", "Calls", "Place", "Watched"]

Place = tuple[str, int]
"""Host and port."""

_MAX_KNOWN = 1000
"""Sets of attributes that are kept ready, one for each operation on a collection. A program that
has more makes them anew."""


class Calls:
    """Follows the calls of one client.

    Args:
        telemetry: what is told, and to whom.
        system: ``db.system.name``.
        client: whose numbers are told.
        version: of this library.
    """

    def __init__(self, telemetry: Telemetry, system: str, client: Observed, version: str) -> None:
        self._system = system
        self._tracer: trace.Tracer | None = None
        self._instruments: Instruments | None = None
        self._known: dict[tuple[str, str | None, str | None], tuple[str, dict[str, Any]]] = {}
        if telemetry.spans:
            tracers = telemetry.tracer_provider
            if tracers is None:
                tracers = trace.get_tracer_provider()
            self._tracer = tracers.get_tracer(SCOPE, version, SCHEMA)
        if telemetry.metrics:
            meters = telemetry.meter_provider
            if meters is None:
                meters = metrics.get_meter_provider()
            self._instruments = instruments_of(meters, version)
            self._instruments.add(client)

    def begin(
        self,
        operation: str,
        namespace: str | None = None,
        collection: str | None = None,
        batch_size: int = 0,
    ) -> Call:
        """A call begins; its span is a child of the caller's.

        Args:
            operation: its name.
            namespace: where the collection is.
            collection: what it works on.
            batch_size: how many operations it has in it.
        """
        known = (operation, namespace, collection)
        found = self._known.get(known)
        if found is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            found = self._known[known] = self._describe(*known)
        name, attributes = found
        span = None
        if self._tracer is not None:
            at_first = attributes
            if batch_size > 1:
                at_first = {**attributes, "db.operation.batch.size": batch_size}
            span = self._tracer.start_span(name, kind=trace.SpanKind.CLIENT, attributes=at_first)
        return Call(span, self._instruments, attributes)

    def _describe(
        self, operation: str, namespace: str | None, collection: str | None
    ) -> tuple[str, dict[str, Any]]:
        attributes = {"db.system.name": self._system, "db.operation.name": operation}
        if namespace:
            attributes["db.namespace"] = namespace
        if collection:
            attributes["db.collection.name"] = collection
        target = collection or namespace
        return f"{operation} {target}" if target else operation, attributes


class Call:
    """One call; it ends once."""

    __slots__ = ("_attributes", "_ended_at", "_instruments", "_span", "_started")

    def __init__(
        self, span: trace.Span | None, instruments: Instruments | None, attributes: dict[str, Any]
    ) -> None:
        self._span = span
        self._instruments = instruments
        self._attributes = attributes
        self._ended_at: tuple[float, int] | None = None
        self._started = monotonic()

    def completed(self) -> None:
        """It is over now; what came of it is told by `end`, later."""
        if self._ended_at is None:
            self._ended_at = (monotonic(), time_ns())

    def end(
        self,
        error: BaseException | None = None,
        place: Place | None = None,
        status_code: str | None = None,
        is_write: bool = False,
        is_answer: bool = False,
    ) -> None:
        """It is over.

        Args:
            error: how it failed.
            place: the server that was asked last, if it is known for certain.
            status_code: what the server answered, where that is not just done.
            is_write: whether it may have changed something.
            is_answer: whether the error is an ordinary answer, as that there is no such record.
        """
        self.completed()
        assert self._ended_at is not None
        now, now_ns = self._ended_at
        found: dict[str, Any] = {}
        place = place or _place_of(error)
        if place is not None:
            found["server.address"], found["server.port"] = place
        if status_code is not None:
            found["db.response.status_code"] = status_code
        failed = error is not None and not is_answer
        if error is not None and not is_answer:
            found["error.type"] = _name_of(error)
        if self._instruments is not None:
            # The span is in the context, so that examples of a measurement lead to it.
            context = contexts.Context() if self._span is None else _with(self._span)
            self._instruments.duration.record(
                max(0.0, now - self._started), {**self._attributes, **found}, context
            )
        if self._span is not None:
            if place is not None and _is_ip(place[0]):
                found["network.peer.address"], found["network.peer.port"] = place
            if failed and is_write:
                found["gridwire.outcome"] = _outcome_of(error).value
            self._span.set_attributes(found)
            if failed:
                self._span.set_status(trace.StatusCode.ERROR, found["error.type"])
            self._span.end(now_ns)


class Watched:
    """A call that is under way; ``with`` it.

    Each system says who answers its calls, and what its codes mean.

    Args:
        call: is ended.
        is_write: whether it may change something.
        counters: of the client, where `place` may be asked.

    Attributes:
        completed: see `Call.completed`.
    """

    __slots__ = ("_call", "_counters", "_is_write", "_retries", "completed")

    def __init__(self, call: Call, is_write: bool, counters: Counters | None = None) -> None:
        self._call = call
        self.completed = call.completed
        self._is_write = is_write
        self._counters = counters
        self._retries = 0 if counters is None else counters.retries

    def place(self) -> Place | None:
        """Who has answered, if nothing was repeated; None when that is not known."""
        return None

    def code(self, error: BaseException | None) -> str | None:
        """What the server answered, where that is not just done."""
        return None

    def is_answer(self, error: BaseException | None) -> bool:
        """Whether an error is what was asked for, and nothing went wrong."""
        return False

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.end(error)

    def end(self, error: BaseException | None = None) -> None:
        """It is over.

        Args:
            error: how it failed.
        """
        place = None
        # Who was asked first has answered only if nobody was asked again meanwhile.
        if error is None and self._counters is not None and self._counters.retries == self._retries:
            place = self.place()
        self._call.end(error, place, self.code(error), self._is_write, self.is_answer(error))


def _with(span: trace.Span) -> contexts.Context:
    return trace.set_span_in_context(span)


def _name_of(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)


def _full_name(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _outcome_of(error: BaseException | None) -> Outcome:
    outcome = error.outcome if isinstance(error, GridwireError) else None
    return outcome or Outcome.UNKNOWN


def _place_of(error: BaseException | None) -> Place | None:
    """The server that an error names."""
    if not isinstance(error, GridwireError):
        return None
    address = error.facts.get("address")
    if address is None:
        return None
    try:
        host, port = parse(str(address))
    except (AddressSyntaxError, ValueError):
        return None
    return None if port is None else (host, port)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
