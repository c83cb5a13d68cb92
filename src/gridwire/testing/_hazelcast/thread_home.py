# SPDX-License-Identifier: Apache-2.0
"""A cluster whose members live on an event loop of their own, on a daemon thread."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire.testing._hazelcast.cluster import LoopCluster
from gridwire.testing._hazelcast.orders import perform
from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from random import Random

    from gridwire.testing._hazelcast.cluster import MemberFacts
    from gridwire.testing._hazelcast.options import ClusterOptions

__all__ = ["ThreadHome"]

T = TypeVar("T")


class ThreadHome:
    """Runs a cluster on a thread of this process.

    Args:
        options: what the cluster is.
        clock: gives the time in seconds since the epoch.
        random: where UUIDs come from.
    """

    def __init__(
        self, options: ClusterOptions, *, clock: Callable[[], float], random: Random
    ) -> None:
        self._cluster = LoopCluster(options, clock=clock, random=random)
        # Made here and not by the policy, which belongs to the program.
        self._loop = asyncio.SelectorEventLoop()
        self._pid = os.getpid()
        self._over = False
        self._thread = threading.Thread(
            target=self._run, name=f"gridwire-cluster-{options.cluster_name}", daemon=True
        )

    @property
    def members(self) -> tuple[MemberFacts, ...]:
        """The living members, the oldest first."""
        return self._cluster.members

    def start(self) -> None:
        """Start the thread and the members; clients are answered when this returns.

        Raises:
            ClusterError: a port is taken; nothing runs then.
        """
        self._thread.start()
        try:
            self._call(self._cluster.start())
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """End the members and the thread; in a fork, which has neither, do nothing."""
        if os.getpid() != self._pid:
            return
        try:
            self._call(self._cluster.stop())
        finally:
            self._end()

    def order(self, what: str, **arguments: object) -> Any:
        """Let the cluster do something, and wait until it is done; see `orders`.

        Raises:
            ClusterError: it cannot be done, or the cluster does not run.
        """
        return self._call(perform(self._cluster, {"do": what, **arguments}))

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        if os.getpid() != self._pid:
            # A fork copies the handle but not the thread: nobody would ever answer.
            work.close()
            raise ClusterError("the cluster belongs to the process that started it, not this fork")
        if self._over:
            work.close()
            raise ClusterError("the cluster does not run any more")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._over = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        loop = self._loop
        try:
            loop.run_forever()
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
        finally:
            loop.close()
