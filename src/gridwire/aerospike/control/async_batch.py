# SPDX-License-Identifier: Apache-2.0
"""Runs a batch on the loop: sends what its plan says, and tells it what came of that."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from gridwire.aerospike.control.async_node import AsyncNode
from gridwire.aerospike.control.batch_driver import BatchDriver
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.exchange import AttemptFailed, Exchange
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.batch_group import Group

__all__ = ["BatchRun"]

R = TypeVar("R")


class BatchRun(BatchDriver[R, AsyncNode]):
    """One call of a batch.

    Args:
        core: the client's view of the cluster.
        batch: what to do.
    """

    def __init__(self, core: ClusterCore[AsyncNode], batch: Batch[R]) -> None:
        self._loop = asyncio.get_running_loop()
        super().__init__(core, batch, self._loop.time)

    async def run(self) -> R:
        """Carry it out.

        Raises:
            AerospikeError: not one record got an answer of its own.
        """
        batch = self._batch
        batch.start(self._now())
        pause: float | None = 0.0
        while pause is not None:
            for groups in self._round():
                await self._ask(groups)
            pause = self._end_round()
            if pause is None:
                break
            if batch.is_homeless:
                # Perhaps the cluster is just changing; the view of it tells when that is over.
                await self._core.changed(max(pause, self._patience()))
            elif pause:
                await asyncio.sleep(pause)
        return batch.result(self._now())

    async def _ask(self, groups: Sequence[Group[AsyncNode]]) -> None:
        """Ask some nodes at once, and wait for all."""
        deadline, server_ms = self._time()
        now = self._now()
        asked: list[tuple[Group[AsyncNode], asyncio.Future[bytes]]] = []
        for group in groups:
            exchange = Exchange(group.encode(server_ms), group.is_write, group.take)
            future: asyncio.Future[bytes] = self._loop.create_future()
            asked.append((group, future))
            group.node.submit((future, deadline, exchange), now)
        try:
            for group, future in asked:
                try:
                    await future
                except AttemptFailed as failed:
                    self._failed(group, failed)
        finally:
            # Nobody waits for the others when this one is cancelled.
            for _, future in asked:
                future.cancel()
