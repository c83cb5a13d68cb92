# SPDX-License-Identifier: Apache-2.0
"""The two clients at work: threads that share a blocking one, tasks that share an asyncio one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from gridwire.cli.demo.plan import TASKS, THREADS
from gridwire.errors import GridwireError
from gridwire.hazelcast import HazelcastClient
from gridwire.hazelcast.asyncio import HazelcastClient as AsyncHazelcastClient

if TYPE_CHECKING:
    from gridwire.cli.demo.work import Job
    from gridwire.hazelcast.asyncio.map import Map as AsyncMap

__all__ = ["AsyncioStyle", "BlockingStyle", "Style"]

_LAST_STEPS_SECONDS = 2.0
"""How long tasks may take to end once their client has failed what they waited for."""


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
        options: of the client.
        map_name: of the map that they write and read.

    Raises:
        GridwireError: the client could not be connected.
    """

    name = "blocking"
    workers = THREADS
    kind = "threads"

    def __init__(self, options: Mapping[str, Any], map_name: str) -> None:
        self._working: list[Future[None]] = []
        self.client = HazelcastClient(**options)
        try:
            self.map = self.client.get_map(map_name).blocking()
            self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="gridwire-demo")
        except BaseException:
            self.client.shutdown()
            raise

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
        entries = self.map
        for step in job.steps(worker, self.workers):
            found = None
            began = perf_counter()
            try:
                if step.value is None:
                    found = entries.get(step.key)
                else:
                    entries.set(step.key, step.value)
            except GridwireError as error:
                step.failed(error)
            else:
                step.done(perf_counter() - began, found)

    def close(self) -> None:
        """Shut the client down; what is in flight fails."""
        self.client.shutdown()
        self._pool.shutdown()


class AsyncioStyle:
    """Tasks that share an asyncio client, on a loop in a thread of its own.

    Args:
        options: of the client.
        map_name: of the map that they write and read.

    Raises:
        GridwireError: the client could not be connected.
    """

    name = "asyncio"
    workers = TASKS
    kind = "tasks"

    def __init__(self, options: Mapping[str, Any], map_name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._client: AsyncHazelcastClient | None = None
        self._map: AsyncMap[Any, Any]
        self._thread = threading.Thread(target=self._loop.run_forever, name="gridwire-demo-loop")
        self._thread.start()
        connecting = asyncio.run_coroutine_threadsafe(self._connect(options, map_name), self._loop)
        try:
            connecting.result()
        except BaseException:
            connecting.cancel()
            self.close()
            raise

    async def _connect(self, options: Mapping[str, Any], map_name: str) -> None:
        self._client = await AsyncHazelcastClient.create_and_start(**options)
        self._map = await self._client.get_map(map_name)

    def start(self, job: Job) -> list[Future[None]]:
        """Begin a job; its futures are done when it is."""
        return [
            asyncio.run_coroutine_threadsafe(self._work(job, worker), self._loop)
            for worker in range(self.workers)
        ]

    async def _work(self, job: Job, worker: int) -> None:
        entries = self._map
        for step in job.steps(worker, self.workers):
            found = None
            began = perf_counter()
            try:
                if step.value is None:
                    found = await entries.get(step.key)
                else:
                    await entries.set(step.key, step.value)
            except GridwireError as error:
                step.failed(error)
            else:
                step.done(perf_counter() - began, found)

    def close(self) -> None:
        """Shut the client down; what is in flight fails."""
        asyncio.run_coroutine_threadsafe(self._disconnect(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _disconnect(self) -> None:
        if self._client is not None:
            await self._client.shutdown()
        working = asyncio.all_tasks() - {asyncio.current_task()}
        if working:
            await asyncio.wait(working, timeout=_LAST_STEPS_SECONDS)
