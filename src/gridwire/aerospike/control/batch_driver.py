# SPDX-License-Identifier: Apache-2.0
"""What every call style decides alike about a batch; who sends and waits is a subclass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.control.command import NEVER, CountingNode, choose_node, not_connected
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.exchange import AttemptFailed
from gridwire.aerospike.operations.batch import Batch, Group

__all__ = ["BatchDriver"]

R = TypeVar("R")
N = TypeVar("N", bound=CountingNode)


class BatchDriver(Generic[R, N]):
    """One call of a batch.

    Args:
        core: the client's view of the cluster.
        batch: what to do.
        now: the clock.
    """

    def __init__(self, core: ClusterCore[N], batch: Batch[R], now: Callable[[], float]) -> None:
        self._core = core
        self._batch = batch
        self._now = now

    def _round(self) -> list[list[Group[N]]]:
        """What is sent in the next round: groups that are asked at once, one list after another.

        Raises:
            ClientError: the client is closed.
        """
        batch = self._batch
        if not self._core.is_running:
            raise not_connected(batch.operation)
        groups = list(batch.groups(self._now(), self._choose))
        return [groups] if batch.rules.parallel else [[group] for group in groups]

    def _time(self) -> tuple[float, int]:
        """When what is sent now is given up, and what the servers are told of that."""
        now = self._now()
        left = self._batch.time_left(now)
        return NEVER if left.attempt is None else now + left.attempt, left.server_ms

    def _failed(self, group: Group[N], failed: AttemptFailed) -> None:
        """There is no answer."""
        if failed.failure is Failure.TIMEOUT:
            group.node.count_error()
        self._batch.failed(group, failed.failure, failed.cause)

    def _choose(self, namespace: str, partition: int, turn: int) -> N | None:
        return choose_node(self._core, namespace, partition, self._batch.rules.replica, turn)

    def _patience(self) -> float:
        """How long to wait for nodes that may be asked."""
        left = self._batch.time_left(self._now()).attempt
        interval = self._core.options.tend_interval
        return interval if left is None else min(interval, left)
