# SPDX-License-Identifier: Apache-2.0
"""How the faces call when their calls are told to OpenTelemetry: by another engine, and told.

It has that other engine, of whatever kind, and does not derive from its class: what is told is
written once for all kinds, none of them knows of it, and the other one alone is a fork's heir.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from gridwire.aerospike.control.asyncio_engine import AsyncioEngine
from gridwire.aerospike.control.blocking_engine import BlockingEngine
from gridwire.aerospike.control.telemetry import Told
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.request import RecordRequest
from gridwire.aerospike.types import InfoNodeResult, NodeState
from gridwire.telemetry import Telemetry

if TYPE_CHECKING:
    from typing import Any

    from gridwire._core.logs import ClientLog
    from gridwire.aerospike.control.core import ClusterCore
    from gridwire.aerospike.diagnostics import GateFacts

__all__ = ["ToldAsyncioEngine", "ToldBlockingEngine"]

T = TypeVar("T")
E = TypeVar("E", AsyncioEngine, BlockingEngine)


class _ToldEngine(Generic[E]):
    """What an engine of either style shows, as the other one does.

    Args:
        engine: makes the calls.
        telemetry: to whom they are told.
        version: of this library.
    """

    def __init__(self, engine: E, telemetry: Telemetry, version: str) -> None:
        self._other: E = engine
        self._told = Told(telemetry, engine, version)

    @property
    def is_connected(self) -> bool:
        """See `AsyncioEngine.is_connected`."""
        return self._other.is_connected

    @property
    def node_names(self) -> list[str]:
        """See `AsyncioEngine.node_names`."""
        return self._other.node_names

    @property
    def node_states(self) -> list[NodeState]:
        """See `AsyncioEngine.node_states`."""
        return self._other.node_states

    @property
    def described_core(self) -> ClusterCore[Any] | None:
        """See `Diagnosed`."""
        return self._other.described_core

    @property
    def gate_facts(self) -> GateFacts | None:
        """See `Diagnosed`."""
        return self._other.gate_facts

    @property
    def log(self) -> ClientLog:
        """See `AsyncioEngine.log`."""
        return self._other.log


class ToldAsyncioEngine(_ToldEngine[AsyncioEngine]):
    """As an `AsyncioEngine`, and told."""

    async def connect(self) -> None:
        """See `AsyncioEngine.connect`."""
        await self._other.connect()

    async def close(self) -> None:
        """See `AsyncioEngine.close`."""
        await self._other.close()

    async def call(self, request: RecordRequest[T]) -> T:
        """See `AsyncioEngine.call`."""
        with self._told.call(request):
            return await self._other.call(request)

    async def batch(self, plan: Batch[T]) -> T:
        """See `AsyncioEngine.batch`."""
        with self._told.batch(plan):
            return await self._other.batch(plan)

    async def info(
        self,
        command: str,
        timeout: float | None = None,
        operation: str = "info",
        check: Callable[[str], None] | None = None,
    ) -> str:
        """See `AsyncioEngine.info`."""
        with self._told.info(operation):
            return await self._other.info(command, timeout, operation, check)

    async def info_all(self, command: str, timeout: float | None = None) -> list[InfoNodeResult]:
        """See `AsyncioEngine.info_all`."""
        with self._told.info("info_all"):
            return await self._other.info_all(command, timeout)


class ToldBlockingEngine(_ToldEngine[BlockingEngine]):
    """As a `BlockingEngine`, and told."""

    def connect(self) -> None:
        """See `BlockingEngine.connect`."""
        self._other.connect()

    def close(self) -> None:
        """See `BlockingEngine.close`."""
        self._other.close()

    def call(self, request: RecordRequest[T]) -> T:
        """See `BlockingEngine.call`."""
        with self._told.call(request):
            return self._other.call(request)

    def batch(self, plan: Batch[T]) -> T:
        """See `BlockingEngine.batch`."""
        with self._told.batch(plan):
            return self._other.batch(plan)

    def info(
        self,
        command: str,
        timeout: float | None = None,
        operation: str = "info",
        check: Callable[[str], None] | None = None,
    ) -> str:
        """See `BlockingEngine.info`."""
        with self._told.info(operation):
            return self._other.info(command, timeout, operation, check)

    def info_all(self, command: str, timeout: float | None = None) -> list[InfoNodeResult]:
        """See `BlockingEngine.info_all`."""
        with self._told.info("info_all"):
            return self._other.info_all(command, timeout)
