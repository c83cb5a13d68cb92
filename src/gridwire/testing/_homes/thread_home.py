# SPDX-License-Identifier: Apache-2.0
"""A cluster whose nodes live on an event loop of their own, on a daemon thread."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from gridwire.testing.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from gridwire.testing._homes.tenants import Tenant

__all__ = ["ThreadHome"]

T = TypeVar("T")


class ThreadHome:
    """Runs a cluster on a thread of this process.

    Args:
        tenant: the cluster, which was not started yet.
        name: of the thread.
    """

    def __init__(self, tenant: Tenant, name: str) -> None:
        self._tenant = tenant
        # Made here and not by the policy, which belongs to the program.
        self._loop = asyncio.SelectorEventLoop()
        self._pid = os.getpid()
        self._over = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def facts(self) -> list[list[Any]]:
        """What identifies the living nodes, the oldest first."""
        return self._tenant.facts

    def start(self) -> None:
        """Start the thread and the nodes; clients are answered when this returns.

        Raises:
            ClusterError: a port is taken; nothing runs then.
        """
        self._thread.start()
        try:
            self.order("start")
        except BaseException:
            self._end()
            raise

    def stop(self) -> None:
        """End the nodes and the thread; in a fork, which has neither, do nothing."""
        if os.getpid() != self._pid:
            return
        try:
            self._call(self._tenant.stop())
        finally:
            self._end()

    def order(self, what: str, **arguments: object) -> Any:
        """Let the cluster do something, and wait until it is done.

        Raises:
            ClusterError: it cannot be done, or the cluster does not run.
        """
        return self._call(self._tenant.perform({"do": what, **arguments}))

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
