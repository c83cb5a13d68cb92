# SPDX-License-Identifier: Apache-2.0
"""The asyncio client."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import gridwire
from gridwire.aerospike._options.client_options import read_config
from gridwire.aerospike._options.policies import Policies
from gridwire.aerospike.control.asyncio_engine import AsyncioEngine
from gridwire.aerospike.exception import ClientError
from gridwire.aerospike.operations.record import RecordRequests
from gridwire.aerospike.types import ExistsResult, OperateOrderedResult, Record

__all__ = ["AsyncClient"]


class AsyncClient:
    """x."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._engine: AsyncioEngine | None = None

    async def connect(self, username: str | None = None, password: str | None = None) -> Self:
        options = read_config(self._config)
        self._requests = RecordRequests(Policies(options.policies, lambda a, b: None), time.time)
        self._engine = AsyncioEngine(options, gridwire.__version__)
        await self._engine.connect()
        return self

    async def close(self) -> None:
        await self._engine.close()

    async def get(self, key: Any, policy: Mapping[str, Any] | None = None) -> Record:
        return await self._engine.call(self._requests.get(key, policy))

    async def put(self, key: Any, bins, meta=None, policy: Mapping[str, Any] | None = None) -> Record:
        return await self._engine.call(self._requests.put(key, bins, meta, policy))
