# SPDX-License-Identifier: Apache-2.0
"""The instruments of a program: for providers of every kind, while clients come and go."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from gridwire._telemetry.instruments import instruments_of


class Client:
    """A client as its numbers are read."""

    def __init__(self) -> None:
        self.facts = {"gridwire.client": "one"}
        self.counters = {"retries": 1}
        self.connections: list[Any] = []


class Rigid:
    """A provider of somebody's own: nobody can refer to it weakly, nor look it up by value."""

    __slots__ = ("_real",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, real: MeterProvider) -> None:
        self._real = real

    def get_meter(self, *arguments: Any) -> Any:
        return self._real.get_meter(*arguments)

    def __eq__(self, other: object) -> bool:
        return True


@pytest.fixture
def reader():
    return InMemoryMetricReader()


@pytest.fixture
def provider(reader):
    made = MeterProvider([reader], shutdown_on_exit=False)
    yield made
    made.shutdown()


def test_a_provider_that_cannot_be_referred_to_weakly(provider, reader) -> None:
    rigid = Rigid(provider)
    found = instruments_of(rigid, "1")
    assert instruments_of(rigid, "1") is found
    # They are its own, whatever it says that it equals.
    assert instruments_of(Rigid(provider), "1") is not found


def test_clients_come_while_others_are_read(provider, reader) -> None:
    made = instruments_of(provider, "1")
    clients = [Client() for _ in range(4000)]
    over = threading.Event()

    def come() -> None:
        for one in clients:
            made.add(one)
        over.set()

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    coming = threading.Thread(target=come)
    try:
        coming.start()
        while not over.is_set():
            list(made._observe_connections(None))
    finally:
        sys.setswitchinterval(before)
        coming.join()
    names = {
        metric.name: metric
        for resource in reader.get_metrics_data().resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert names["gridwire.retries"].data.data_points
    # A client tells of what it has.
    assert "gridwire.gaps" not in names
