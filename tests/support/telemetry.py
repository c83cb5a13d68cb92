# SPDX-License-Identifier: Apache-2.0
"""What a client tells OpenTelemetry, kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gridwire.telemetry import Telemetry

__all__ = ["Listener"]


class Listener:
    """Providers of the SDK, and what came to them."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._reader = InMemoryMetricReader()
        self.meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.telemetry = Telemetry(self.tracers, self.meters)

    def close(self) -> None:
        self.tracers.shutdown()
        self.meters.shutdown()

    def spans(self) -> list[ReadableSpan]:
        """Spans that have ended since the last look."""
        spans = list(self._exporter.get_finished_spans())
        self._exporter.clear()
        return spans

    def span(self) -> ReadableSpan:
        """The only one."""
        (span,) = self.spans()
        return span

    def metric(self, name: str) -> list[tuple[Mapping[str, Any], Any]]:
        """Attributes and data of all points of a metric."""
        data = self._reader.get_metrics_data()
        if data is None:
            return []
        return [
            (dict(point.attributes), point)
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]
