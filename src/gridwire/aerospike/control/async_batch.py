# SPDX-License-Identifier: Apache-2.0
"""Runs a batch on the loop: sends what its plan says, and tells it what came of that."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Generic, TypeVar

from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.control.async_node import AsyncNode
from gridwire.aerospike.control.command import NEVER, choose_node, not_connected
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.pipeline import AttemptFailed, Exchange
from gridwire.aerospike.operations.batch import Batch, Group

__all__ = ["BatchRun"]

R = TypeVar("R")


class BatchRun(Generic[R]):
    """One call of a batch.

    Args:
        core: the client's view of the cluster.
        batch: what to do.
    """

    def __init__(self, core: ClusterCore[AsyncNode], batch: Batch[R]) -> None:
        self._core = core
        self._batch = batch
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time

    async def run(self) -> R:
        """Carry it out.

        Raises:
            AerospikeError: not one record got an answer of its own.
        """
        batch = self._batch
        batch.start(self._now())
        pause: float | None = 0.0
        while pause is not None:
            if not self._core.is_running:
                raise not_connected(batch.operation)
            groups = batch.groups(self._now(), self._choose)
            if batch.rules.parallel:
                await self._ask(groups)
            else:
                for group in groups:
                    await self._ask([group])
            pause = batch.end_round(self._now())
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
        now = self._now()
        left = self._batch.time_left(now)
        deadline = NEVER if left.attempt is None else now + left.attempt
        asked: list[tuple[Group[AsyncNode], asyncio.Future[bytes]]] = []
        for group in groups:
            exchange = Exchange(group.encode(left.server_ms), group.is_write, group.take)
            future: asyncio.Future[bytes] = self._loop.create_future()
            asked.append((group, future))
            group.node.submit((future, deadline, exchange), now)
        try:
            for group, future in asked:
                try:
                    await future
                except AttemptFailed as failed:
                    if failed.failure is Failure.TIMEOUT:
                        group.node.count_error()
                    self._batch.failed(group, failed.failure, failed.cause)
        finally:
            # Nobody waits for the others when this one is cancelled.
            for _, future in asked:
                future.cancel()

    def _choose(self, namespace: str, partition: int, turn: int) -> AsyncNode | None:
        return choose_node(self._core, namespace, partition, self._batch.rules.replica, turn)

    def _patience(self) -> float:
        """How long to wait for nodes that may be asked."""
        left = self._batch.time_left(self._now()).attempt
        interval = self._core.options.tend_interval
        return interval if left is None else min(interval, left)
