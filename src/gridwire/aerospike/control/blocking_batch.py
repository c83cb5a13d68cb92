# SPDX-License-Identifier: Apache-2.0
"""Runs a batch in the calling thread: asks several nodes, then reads from whoever answers."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TypeVar

from gridwire._io.hosted import HostedLoop
from gridwire.aerospike.control.batch_driver import BatchDriver
from gridwire.aerospike.control.blocking_asking import ask_all
from gridwire.aerospike.control.blocking_node import BlockingNode
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.hosting import wait_for
from gridwire.aerospike.exception import ClientError
from gridwire.aerospike.operations.batch import Batch
from gridwire.aerospike.operations.batch_group import Group

__all__ = ["BlockingBatchRun"]

R = TypeVar("R")


class BlockingBatchRun(BatchDriver[R, BlockingNode]):
    """One call of a batch.

    Args:
        core: the client's view of the cluster.
        hosted: the loop on which that lives.
        batch: what to do.
    """

    def __init__(
        self, core: ClusterCore[BlockingNode], hosted: HostedLoop, batch: Batch[R]
    ) -> None:
        super().__init__(core, batch, time.monotonic)
        self._hosted = hosted

    def run(self, started: float) -> R:
        """Carry it out.

        Args:
            started: when the call began, by the monotonic clock.

        Raises:
            AerospikeError: not one record got an answer of its own.
        """
        batch = self._batch
        batch.start(started)
        pause: float | None = 0.0
        while pause is not None:
            for groups in self._round():
                self._ask(groups)
            pause = self._end_round()
            if pause is None:
                break
            if batch.is_homeless:
                # Perhaps the cluster is just changing; the view of it tells when that is over.
                seconds = max(pause, self._patience())
                try:
                    wait_for(self._hosted, self._core.changed, seconds)
                except ClientError:
                    raise self._closed() from None
            elif pause:
                time.sleep(pause)
        return batch.result(self._now())

    def _ask(self, groups: Iterable[Group[BlockingNode]]) -> None:
        """Ask some nodes, as many at once as there are connections, and wait for all."""
        until, server_ms = self._time()
        ask_all(groups, lambda group: group.encode(server_ms), self._failed, until)
