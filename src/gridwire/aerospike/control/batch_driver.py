# SPDX-License-Identifier: Apache-2.0
"""What every call style decides alike about a batch; who sends and waits is a subclass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from gridwire._core.outcome import Outcome
from gridwire.aerospike import constants as c
from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.control.command import (
    NEVER,
    CountingNode,
    choose_node,
    is_held,
    not_connected,
)
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.exchange import AttemptFailed
from gridwire.aerospike.exception import AerospikeError
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.batch_group import Group

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
            raise self._closed()
        groups = batch.groups(self._now(), self._choose, self._is_held)
        return [groups] if batch.rules.parallel else [[group] for group in groups]

    def _closed(self) -> AerospikeError:
        """The client was closed before there was an answer."""
        batch = self._batch
        outcome = Outcome.UNKNOWN if batch.is_in_doubt else Outcome.NOT_SENT
        return batch.about(not_connected(batch.operation, outcome), self._now())

    def _time(self) -> tuple[float, int]:
        """When what is sent now is given up, and what the servers are told of that."""
        now = self._now()
        left = self._batch.time_left(now)
        return NEVER if left.attempt is None else now + left.attempt, left.server_ms

    def _end_round(self) -> float | None:
        """A round is over: seconds to the next one, None when there is none."""
        pause = self._batch.end_round(self._now())
        if pause is not None:
            self._core.counters.retries += 1
        return pause

    def _failed(self, group: Group[N], failed: AttemptFailed) -> None:
        """There is no answer."""
        if failed.failure is Failure.TIMEOUT:
            group.node.count_error()
        self._batch.failed(group, failed.failure, failed.cause)

    def _choose(self, namespace: str, partition: int, turn: int) -> N | None:
        replica = self._batch.rules.replica
        if not turn and replica != c.POLICY_REPLICA_PREFER_RACK:
            # What nearly every row comes to, and there may be thousands.
            owners = self._core.table.namespaces.get(namespace)
            master = None if owners is None else owners.masters[partition]
            if master is not None and master.is_usable:
                return master
        return choose_node(self._core, namespace, partition, replica, turn)

    def _is_held(self, namespace: str, partition: int) -> bool:
        return is_held(self._core, namespace, partition)

    def _patience(self) -> float:
        """How long to wait for nodes that may be asked."""
        left = self._batch.time_left(self._now()).attempt
        interval = self._core.options.tend_interval
        return interval if left is None else min(interval, left)
