# SPDX-License-Identifier: Apache-2.0
"""Runs a batch in the calling thread: asks several nodes, then reads from whoever answers."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Generic, TypeVar

from gridwire._io.hosted import HostedLoop
from gridwire._io.pooled import PooledSocket, wait_for_any
from gridwire.aerospike.cluster.attempts import Failure
from gridwire.aerospike.control.blocking_node import BROKEN, BlockingNode
from gridwire.aerospike.control.command import NEVER, choose_node, not_connected
from gridwire.aerospike.control.core import ClusterCore
from gridwire.aerospike.control.hosting import wait_for
from gridwire.aerospike.control.pipeline import AttemptFailed
from gridwire.aerospike.operations.batch import Batch, Group

__all__ = ["BlockingBatchRun"]

R = TypeVar("R")


class BlockingBatchRun(Generic[R]):
    """One call of a batch.

    Args:
        core: the client's view of the cluster.
        hosted: the loop on which that lives.
        batch: what to do.
    """

    def __init__(
        self, core: ClusterCore[BlockingNode], hosted: HostedLoop, batch: Batch[R]
    ) -> None:
        self._core = core
        self._hosted = hosted
        self._batch = batch
        self._now = time.monotonic

    def run(self) -> R:
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
                self._ask(groups)
            else:
                for group in groups:
                    self._ask([group])
            pause = batch.end_round(self._now())
            if pause is None:
                break
            if batch.is_homeless:
                # Perhaps the cluster is just changing; the view of it tells when that is over.
                wait_for(self._hosted, self._core.changed(max(pause, self._patience())))
            elif pause:
                time.sleep(pause)
        return batch.result(self._now())

    def _ask(self, groups: Iterable[Group[BlockingNode]]) -> None:
        """Ask some nodes, as many at once as there are connections, and wait for all."""
        now = self._now()
        left = self._batch.time_left(now)
        until = NEVER if left.attempt is None else now + left.attempt
        waiting = list(groups)
        asked: dict[PooledSocket, Group[BlockingNode]] = {}
        try:
            while waiting or asked:
                waiting = [
                    group
                    for group in waiting
                    if not self._send(group, asked, left.server_ms, until)
                ]
                if asked:
                    self._read_some(asked, until)
        finally:
            # Nobody reads the other answers when this is interrupted.
            for sock, group in asked.items():
                group.node.drop(sock)

    def _send(
        self,
        group: Group[BlockingNode],
        asked: dict[PooledSocket, Group[BlockingNode]],
        server_ms: int,
        until: float,
    ) -> bool:
        """Send one group, unless that means to wait; who has a connection must not wait."""
        node = group.node
        try:
            sock = node.try_take(until) if asked else node.take(until)
        except AttemptFailed as failed:
            self._failed(group, failed)
            return True
        if sock is None:
            return False
        asked[sock] = group
        now = self._now()
        try:
            sock.send(group.encode(server_ms), None if until == NEVER else until - now, now)
        except BROKEN as error:
            del asked[sock]
            self._failed(group, node.failed(sock, error))
        return True

    def _read_some(self, asked: dict[PooledSocket, Group[BlockingNode]], until: float) -> None:
        """Read a message from each connection that has something to say."""
        for sock in wait_for_any(list(asked), until):
            group = asked[sock]
            try:
                if not group.take(sock.receive(None if until == NEVER else until)):
                    continue
                sock.done()
                group.node.pool.give(sock)
            except BROKEN as error:
                self._failed(group, group.node.failed(sock, error))
            del asked[sock]

    def _failed(self, group: Group[BlockingNode], failed: AttemptFailed) -> None:
        if failed.failure is Failure.TIMEOUT:
            group.node.count_error()
        self._batch.failed(group, failed.failure, failed.cause)

    def _choose(self, namespace: str, partition: int, turn: int) -> BlockingNode | None:
        return choose_node(self._core, namespace, partition, self._batch.rules.replica, turn)

    def _patience(self) -> float:
        """How long to wait for nodes that may be asked."""
        left = self._batch.time_left(self._now()).attempt
        interval = self._core.options.tend_interval
        return interval if left is None else min(interval, left)
