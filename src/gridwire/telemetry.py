# SPDX-License-Identifier: Apache-2.0
"""Spans and metrics of a client's calls, through OpenTelemetry (extra ``otel``).

::

    client = HazelcastClient(telemetry=True)

takes the providers that the program has set for all; `Telemetry` names others, or leaves spans or
metrics out. A client that is made without it has no code for it on its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Telemetry"]


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What a client tells, and to whom: a value of the option ``telemetry``.

    Attributes:
        tracer_provider: makes the tracer; the program's own, set by
            ``opentelemetry.trace.set_tracer_provider``, if None.
        meter_provider: makes the meter; in the same way.
        spans: whether each call has a span.
        metrics: whether calls are measured, and connections and counters told.

    Raises:
        TypeError: a provider is none.
    """

    tracer_provider: Any = None
    meter_provider: Any = None
    spans: bool = True
    metrics: bool = True

    def __post_init__(self) -> None:
        _check("tracer_provider", self.tracer_provider, "TracerProvider", "get_tracer")
        _check("meter_provider", self.meter_provider, "MeterProvider", "get_meter")


def _check(name: str, provider: object, kind: str, method: str) -> None:
    # OpenTelemetry may not be installed here; providers of one's own need not derive from its.
    if provider is not None and not callable(getattr(provider, method, None)):
        raise TypeError(f"{name} must be a {kind} of OpenTelemetry, not {type(provider).__name__}")


def telemetry_of(value: object) -> Telemetry | None:
    """What a value of the option asks for; None where nobody is to be told.

    Args:
        value: of the option.

    Raises:
        TypeError: it is none.
    """
    if value is None or value is False:
        return None
    if value is True:
        return Telemetry()
    if isinstance(value, Telemetry):
        return value
    raise TypeError(f"telemetry must be True, False or a Telemetry, not {type(value).__name__}")
