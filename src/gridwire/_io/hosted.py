# SPDX-License-Identifier: Apache-2.0
"""One event loop on a daemon thread: it runs the control code of the threaded faces.

The loop is made explicitly and never becomes anybody's current loop, so the application's own
event loop policy is neither asked nor changed. After a fork the child has the object but not the
thread; it must not touch what it inherited, since epoll descriptors are shared with the parent. So
every descriptor that the loop knows becomes one of nothing in the child, under the same number.
"""

from __future__ import annotations

import asyncio
import atexit
import selectors
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar, TypeVarTuple, Unpack

from gridwire._io.forking import Heirs, Stage, let_go
from gridwire._io.hosted_task import HostedTask

__all__ = ["HostedLoop", "HostedLoopClosed"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_STOP_SECONDS = 2.0
"""How long the interpreter's exit waits for a hosted loop, in seconds."""


class HostedLoopClosed(RuntimeError):
    """The loop was stopped, or belongs to the process that this one was forked from."""


class _Loop(asyncio.SelectorEventLoop):
    """A loop that a forked child may have without ever closing it."""

    is_inherited = False

    def __del__(self) -> None:
        if not self.is_inherited:
            super().__del__()

    def inherit(self, selector: selectors.BaseSelector) -> None:
        """In the child: nothing that is done with the loop may reach the parent's sockets."""
        self.is_inherited = True
        for key in list(selector.get_map().values()):
            let_go(key.fd)
        wakes = getattr(self, "_csock", None)
        if wakes is not None:
            let_go(wakes.fileno())
        selector_fd = getattr(selector, "fileno", None)
        if selector_fd is not None:
            let_go(selector_fd())
        for task in asyncio.all_tasks(self):
            # It does not end here, and nobody needs to be told.
            task._log_destroy_pending = False  # type: ignore[attr-defined]


class HostedLoop:
    """A running loop and its thread, which ends with this object at the latest.

    Args:
        name: of the thread.

    Attributes:
        is_inherited: whether the loop belongs to the process that this one was forked from.
    """

    def __init__(self, name: str) -> None:
        self._stopped = self.is_inherited = False
        self._is_ending = False
        self._selector = selectors.DefaultSelector()
        self._loop = _Loop(self._selector)
        self.loop: asyncio.AbstractEventLoop = self._loop
        # The thread does not keep this object: an interrupt may hit between the end of this and
        # the name that the caller has for it, and then nobody could end the thread.
        self._thread = threading.Thread(target=_run, args=(self._loop,), name=name, daemon=True)
        try:
            self._thread.start()
            _running.add(self)
        except BaseException:
            # Nobody gets this object, so nobody else could end a thread that has started.
            self._stopped = True
            self.loop.call_soon_threadsafe(self.loop.stop)
            raise

    def __del__(self) -> None:
        if not self._stopped:
            with suppress(RuntimeError, AttributeError):  # it has ended, or never began
                self._loop.call_soon_threadsafe(self._loop.stop)

    @property
    def is_here(self) -> bool:
        """Whether the loop runs in this process."""
        return not self._stopped

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

    def start(
        self, function: Callable[[Unpack[Ts]], Coroutine[Any, Any, T]], *args: *Ts
    ) -> HostedTask[T]:
        """Run a coroutine as a task of the loop.

        Args:
            function: makes the coroutine, on the loop.
            args: what it is called with.

        Raises:
            HostedLoopClosed: there is no loop any more.
        """
        task = self.task(function, *args)
        self.begin(task)
        return task

    def task(
        self, function: Callable[[Unpack[Ts]], Coroutine[Any, Any, T]], *args: *Ts
    ) -> HostedTask[T]:
        """A task of the loop that has not begun, for who must know it before it may begin."""
        return HostedTask(self.call, function, *args)

    def begin(self, task: HostedTask[Any]) -> None:
        """Run a task. Who is interrupted in here cancels it, for nobody knows whether it runs.

        Raises:
            HostedLoopClosed: there is no loop any more.
        """
        self.call(task.begin)

    def run(self, function: Callable[[Unpack[Ts]], Coroutine[Any, Any, T]], *args: *Ts) -> T:
        """Run a coroutine as a task of the loop and wait for it; an interrupt cancels it.

        Args:
            function: makes the coroutine, on the loop.
            args: what it is called with.
        """
        if self.is_current:
            raise RuntimeError("this would wait for itself: it was called on the client's own loop")
        task = self.task(function, *args)
        try:
            self.begin(task)
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
        # This first: who is interrupted later has stopped it, and who is earlier can do it again.
        with suppress(RuntimeError):  # it has ended already
            self.loop.call_soon_threadsafe(self._end)
        self._stopped = True
        _running.discard(self)
        if not self.is_current:
            self._thread.join(timeout)

    def _end(self) -> None:
        """On the loop; only once, since what winds up runs on it too."""
        self._stopped = True
        if not self._is_ending:
            self._is_ending = True
            self.loop.stop()

    def _inherit(self) -> None:
        """In the child of a fork: the thread is not here."""
        _inherited.append(self)
        self._stopped = self.is_inherited = True
        self._loop.inherit(self._selector)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """What the thread does."""
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


_running: Heirs[HostedLoop] = Heirs(Stage.LOOPS, lambda one: one._inherit())

# Loops of the process that this one was forked from. They are kept and never called: closing one,
# or collecting it, would work on an epoll instance that the parent uses too.
_inherited: list[HostedLoop] = []


def _stop_all() -> None:
    for hosted in _running:
        hosted.stop(_STOP_SECONDS)


atexit.register(_stop_all)
