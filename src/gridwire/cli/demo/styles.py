# SPDX-License-Identifier: Apache-2.0
"""The two clients at work: threads that share a blocking one, tasks that share an asyncio one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Protocol

from gridwire.cli.demo.plan import TASKS, THREADS
from gridwire.cli.demo.target import Access, AsyncAccess, Target
from gridwire.errors import GridwireError

if TYPE_CHECKING:
    from gridwire.cli.demo.work import Job

__all__ = ["AsyncioStyle", "BlockingStyle", "Style"]

_LAST_STEPS_SECONDS = 2.0
"""How long tasks may take to end once their client has failed what they waited for."""

_PAUSE_SECONDS = 0.1
"""How long a worker whose call failed waits before its next one. A lost node is noticed sooner than
that; meanwhile its part of the keys fails at once, and nobody should run through them in vain."""


class Style(Protocol):
    """A client and the workers that share it.

    Attributes:
        name: of the call style.
        workers: how many there are.
        kind: what a worker is.
    """

    name: str
    workers: int
    kind: str

    def start(self, job: Job) -> list[Future[None]]:
        """Begin a job; its futures are done when it is."""

    def close(self) -> None:
        """Shut the client down; what is in flight fails."""


class BlockingStyle:
    """Threads that share a blocking client.

    Args:
        connect: makes the client.

    Raises:
        GridwireError: the client could not be connected.
    """

    name = "blocking"
    workers = THREADS
    kind = "threads"

    def __init__(self, connect: Callable[[], Access]) -> None:
        self._working: list[Future[None]] = []
        self.access = connect()
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="gridwire-demo")

    def start(self, job: Job) -> list[Future[None]]:
        """Begin a job; its futures are done when it is."""
        self._working = [
            self._pool.submit(self._work, job, worker) for worker in range(self.workers)
        ]
        return self._working

    def join(self, timeout: float) -> None:
        """Wait for the threads to end what they are at.

        Args:
            timeout: seconds.
        """
        wait(self._working, timeout)

    def _work(self, job: Job, worker: int) -> None:
        read, write = self.access.get, self.access.set
        for step in job.steps(worker, self.workers):
            found = None
            began = perf_counter()
            try:
                if step.value is None:
                    found = read(step.key)
                else:
                    write(step.key, step.value)
            except GridwireError as error:
                step.failed(error)
                sleep(_PAUSE_SECONDS)
            else:
                step.done(perf_counter() - began, found)

    def close(self) -> None:
        """Shut the client down; what is in flight fails."""
        self.access.close()
        self._pool.shutdown()


class AsyncioStyle:
    """Tasks that share an asyncio client, on a loop in a thread of its own.

    Args:
        target: makes the client.

    Raises:
        GridwireError: the client could not be connected.
    """

    name = "asyncio"
    workers = TASKS
    kind = "tasks"

    def __init__(self, target: Target) -> None:
        self._loop = asyncio.new_event_loop()
        self._access: AsyncAccess | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="gridwire-demo-loop")
        self._thread.start()
        connecting = asyncio.run_coroutine_threadsafe(self._connect(target), self._loop)
        try:
            connecting.result()
        except BaseException:
            connecting.cancel()
            self.close()
            raise

    async def _connect(self, target: Target) -> None:
        self._access = await target.connect_asyncio()

    def start(self, job: Job) -> list[Future[None]]:
        """Begin a job; its futures are done when it is."""
        return [
            asyncio.run_coroutine_threadsafe(self._work(job, worker), self._loop)
            for worker in range(self.workers)
        ]

    async def _work(self, job: Job, worker: int) -> None:
        assert self._access is not None
        read, write = self._access.get, self._access.set
        for step in job.steps(worker, self.workers):
            found = None
            began = perf_counter()
            try:
                if step.value is None:
                    found = await read(step.key)
                else:
                    await write(step.key, step.value)
            except GridwireError as error:
                step.failed(error)
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                step.done(perf_counter() - began, found)

    def close(self) -> None:
        """Shut the client down; what is in flight fails."""
        asyncio.run_coroutine_threadsafe(self._disconnect(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _disconnect(self) -> None:
        if self._access is not None:
            await self._access.close()
        working = asyncio.all_tasks() - {asyncio.current_task()}
        if working:
            await asyncio.wait(working, timeout=_LAST_STEPS_SECONDS)
