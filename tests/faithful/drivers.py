# SPDX-License-Identifier: Apache-2.0
"""The five clients that play a scenario: the official one in two styles, ours in three.

All are `Style`s, so that a scenario is plain threaded code; a `Driver` adds the modules that belong
to the client (predicates and so on), and `Owner`s: threads or tasks that last as long as a
scenario, because a lock belongs to the thread or task that took it.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib
import queue
import threading
from collections.abc import Callable
from typing import Any

from support.call_styles import (
    PATIENCE,
    AsyncioStyle,
    BlockingStyle,
    FutureStyle,
    Style,
    make_style,
)

__all__ = ["DRIVERS", "OFFICIAL", "OURS", "Driver", "Library", "make_driver"]

OFFICIAL = ("official-threads", "official-asyncio")
OURS = ("blocking", "future", "asyncio")
DRIVERS = (*OFFICIAL, *OURS)


class Library:
    """The modules of a client's package, by name: ``library.predicate``."""

    def __init__(self, root: str) -> None:
        self._root = root

    def __getattr__(self, name: str) -> Any:
        module = importlib.import_module(f"{self._root}.{name}")
        setattr(self, name, module)
        return module


class OfficialThreads(FutureStyle):
    """The official client as it comes; one that fails at once fails like one that fails later."""

    name = "official-threads"
    can_cancel = False

    def _start(self, options: dict[str, Any]) -> Any:
        return importlib.import_module("hazelcast").HazelcastClient(**options)

    def call(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        return self.begin(method, *args, **keywords).result(PATIENCE)

    def begin(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        # Its futures know no timeout, so they are copied into others.
        pending: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def copy(done: Any) -> None:
            if done.is_success():
                pending.set_result(done.result())
            else:
                pending.set_exception(done.exception())

        try:
            value = method(*args, **keywords)
            if hasattr(value, "add_done_callback"):
                value.add_done_callback(copy)
            else:  # some methods block in this style too, such as `destroy`
                pending.set_result(value)
        except Exception as error:  # noqa: BLE001 - it belongs to who waits
            pending.set_exception(error)
        return pending


class OfficialAsyncio(AsyncioStyle):
    """The official client's asyncio API."""

    name = "official-asyncio"

    def _start(self, options: dict[str, Any]) -> Any:
        module = importlib.import_module("hazelcast.asyncio")
        return self.run(module.HazelcastClient.create_and_start(**options))

    def shutdown(self, raw: Any) -> None:
        super().shutdown(raw)
        self.run(_end_timers())


async def _end_timers() -> None:
    """End what the official client leaves behind where a member was gone before it answered."""
    left = [
        task
        for task in asyncio.all_tasks()
        if getattr(task.get_coro(), "__qualname__", "") == "AsyncioConnection._close_timer_cb"
    ]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


class Owner:
    """A thread or a task that makes calls, one after the other."""

    def call(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        """Make a call there, and wait for it here."""
        return self.begin(method, *args, **keywords).result(PATIENCE)

    def begin(
        self, method: Callable[..., Any], *args: Any, **keywords: Any
    ) -> concurrent.futures.Future[Any]:
        """Make a call there, and do not wait for it."""
        raise NotImplementedError

    def close(self) -> None:
        """End it; what it was doing is waited for."""
        raise NotImplementedError


def _settle(
    pending: concurrent.futures.Future[Any], value: Any, error: BaseException | None
) -> None:
    if not pending.cancelled():
        pending.set_result(value) if error is None else pending.set_exception(error)


class ThreadOwner(Owner):
    """Makes calls in a thread of its own."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._work: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="owner", daemon=True)
        self._thread.start()

    def begin(
        self, method: Callable[..., Any], *args: Any, **keywords: Any
    ) -> concurrent.futures.Future[Any]:
        pending: concurrent.futures.Future[Any] = concurrent.futures.Future()
        self._work.put((pending, method, args, keywords))
        return pending

    def _run(self) -> None:
        while (job := self._work.get()) is not None:
            pending, method, args, keywords = job
            try:
                value = self._style.call(method, *args, **keywords)
            except BaseException as error:  # noqa: BLE001 - it belongs to who waits
                _settle(pending, None, error)
            else:
                _settle(pending, value, None)

    def close(self) -> None:
        self._work.put(None)
        self._thread.join(PATIENCE)


class HereOwner(Owner):
    """Makes calls in the thread that asks for them."""

    def __init__(self, style: Style) -> None:
        self._style = style

    def call(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        return self._style.call(method, *args, **keywords)

    def begin(self, method: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        return self._style.begin(method, *args, **keywords)

    def close(self) -> None:
        """Nothing is its own."""


class TaskOwner(Owner):
    """Makes calls in a task of its own."""

    def __init__(self, style: AsyncioStyle) -> None:
        self._loop = style.loop
        self._work: asyncio.Queue[Any] = asyncio.Queue()
        self._end = asyncio.run_coroutine_threadsafe(self._run(), self._loop)

    def begin(
        self, method: Callable[..., Any], *args: Any, **keywords: Any
    ) -> concurrent.futures.Future[Any]:
        pending: concurrent.futures.Future[Any] = concurrent.futures.Future()
        job = (pending, method, args, keywords)
        self._loop.call_soon_threadsafe(self._work.put_nowait, job)
        return pending

    async def _run(self) -> None:
        while (job := await self._work.get()) is not None:
            pending, method, args, keywords = job
            try:
                value = await method(*args, **keywords)
            except BaseException as error:  # noqa: BLE001 - it belongs to who waits
                _settle(pending, None, error)
            else:
                _settle(pending, value, None)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._work.put_nowait, None)
        self._end.result(PATIENCE)


class Driver:
    """One of the five clients.

    Args:
        name: one of `DRIVERS`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_ours = name in OURS
        self.root = "gridwire.hazelcast" if self.is_ours else "hazelcast"
        self.library = Library(self.root)
        self.style: Style = _STYLES[name]()

    def owner(self) -> Owner:
        """Another thread or task; whoever asks closes it."""
        if isinstance(self.style, AsyncioStyle):
            return TaskOwner(self.style)
        return ThreadOwner(self.style)

    def main_owner(self) -> Owner:
        """Who makes the calls of a scenario when it names nobody."""
        if isinstance(self.style, AsyncioStyle):
            return TaskOwner(self.style)
        return HereOwner(self.style)

    def close(self) -> None:
        """End its clients."""
        self.style.close()


_STYLES: dict[str, Callable[[], Style]] = {
    "official-threads": OfficialThreads,
    "official-asyncio": OfficialAsyncio,
    "blocking": BlockingStyle,
    "future": FutureStyle,
    "asyncio": lambda: make_style("asyncio"),
}


def make_driver(name: str) -> Driver:
    """The driver of a name."""
    return Driver(name)
