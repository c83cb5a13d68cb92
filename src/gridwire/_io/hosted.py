# SPDX-License-Identifier: Apache-2.0
"""One event loop on a daemon thread: it runs the control code of the threaded faces.

The loop is made explicitly and never becomes anybody's current loop, so the application's own
event loop policy is neither asked nor changed. After a fork the child has the object but not the
thread; it must not touch what it inherited, since epoll descriptors are shared with the parent.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import selectors
import threading
import weakref
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from gridwire._io.hosted_task import HostedTask

__all__ = ["HostedLoop", "HostedLoopClosed"]

T = TypeVar("T")

_STOP_SECONDS = 2.0
"""How long the interpreter's exit waits for a hosted loop, in seconds."""


class HostedLoopClosed(RuntimeError):
    """The loop was stopped, or belongs to the process that this one was forked from."""


class HostedLoop:
    """A running loop and its thread.

    Args:
        name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self.loop: asyncio.AbstractEventLoop = asyncio.SelectorEventLoop(
            selectors.DefaultSelector()
        )
        self._pid = os.getpid()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        try:
            self._thread.start()
            _running.add(self)
        except BaseException:
            # Nobody gets this object, so nobody else could end a thread that has started.
            self._stopped = True
            self.loop.call_soon_threadsafe(self.loop.stop)
            raise

    @property
    def is_here(self) -> bool:
        """Whether the loop runs in this process."""
        return not self._stopped and self._pid == os.getpid()

    @property
    def is_inherited(self) -> bool:
        """Whether the loop belongs to the process that this one was forked from."""
        return self._pid != os.getpid()

    @property
    def is_current(self) -> bool:
        """Whether the caller is the loop's own thread, which must not wait for itself."""
        # Not by its number, which another thread gets when this one has ended.
        return threading.current_thread() is self._thread

    def call(self, function: Callable[..., object], *args: Any) -> None:
        """Have the loop call a function soon.

        Raises:
            HostedLoopClosed: there is no loop any more.
        """
        try:
            if not self._stopped:
                self.loop.call_soon_threadsafe(function, *args)
                return
        except RuntimeError:
            pass
        raise HostedLoopClosed("the client's event loop has ended")

    def start(self, coroutine: Coroutine[Any, Any, T]) -> HostedTask[T]:
        """Run a coroutine as a task of the loop.

        Raises:
            HostedLoopClosed: there is no loop any more; the coroutine is closed.
        """
        if self._stopped:
            coroutine.close()
            raise HostedLoopClosed("the client's event loop has ended")
        task = HostedTask(coroutine, self.call)
        try:
            self.loop.call_soon_threadsafe(task.begin)
        except RuntimeError:
            coroutine.close()
            raise HostedLoopClosed("the client's event loop has ended") from None
        return task

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine as a task of the loop and wait for it; an interrupt cancels it."""
        if self.is_current:
            coroutine.close()
            raise RuntimeError("this would wait for itself: it was called on the client's own loop")
        task = self.start(coroutine)
        try:
            return task.result()
        except BaseException:
            task.cancel()
            raise

    def stop(self, timeout: float | None = None) -> None:
        """Cancel what still runs, end the thread and close the loop.

        Args:
            timeout: seconds to wait for the thread, None for ever. No wait on the loop's thread.
        """
        if not self.is_here:
            return
        self._stopped = True
        _running.discard(self)
        self.loop.call_soon_threadsafe(self.loop.stop)
        if not self.is_current:
            self._thread.join(timeout)

    def _run(self) -> None:
        loop = self.loop
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(_wind_up())
            loop.close()


async def _wind_up() -> None:
    """What still runs on this loop ends here."""
    loop = asyncio.get_running_loop()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await loop.shutdown_asyncgens()
    try:
        # Name resolution may hang in the executor's thread; nobody waits for that.
        await asyncio.wait_for(loop.shutdown_default_executor(), _STOP_SECONDS)
    except TimeoutError:
        return


_running: weakref.WeakSet[HostedLoop] = weakref.WeakSet()

# Loops of the process that this one was forked from. They are kept and never called: closing one,
# or collecting it, would work on an epoll instance that the parent uses too.
_inherited: list[HostedLoop] = []


def _stop_all() -> None:
    for hosted in list(_running):
        hosted.stop(_STOP_SECONDS)


def _after_fork_in_child() -> None:
    for hosted in list(_running):
        hosted._stopped = True
        _inherited.append(hosted)
    _running.clear()


atexit.register(_stop_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
