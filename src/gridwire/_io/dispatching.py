# SPDX-License-Identifier: Apache-2.0
"""Users' callbacks run here: on a thread of their own, or as callbacks of the caller's loop.

A callback may be slow, may block, may raise. None of this may keep a reader from its socket, so
readers only leave work here. An exception is logged with its traceback and harms nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue

from gridwire._io.forking import Heirs, Stage

__all__ = [
    "MAX_WAITING_CALLBACKS",
    "LoopDispatcher",
    "ThreadDispatcher",
    "run_callback",
]

_logger = logging.getLogger("gridwire.callbacks")

MAX_WAITING_CALLBACKS = 1_000_000
"""Callbacks that may wait; a listener that is slower than its events must not fill the memory."""


def run_callback(function: Callable[..., object], *args: object) -> None:
    """Run a callback of the application; what it raises is logged.

    A wish to end the program passes, and ends what its thread does.
    """
    try:
        function(*args)
    except (Exception, asyncio.CancelledError):
        # The latter is no wish to cancel who runs callbacks: it is what a cancelled future raises.
        _logger.exception("a callback of the application raised; nothing else is affected")


def _say_dropped(count: int) -> None:
    """Once for each dispatcher: who cannot keep up needs no flood of logging on top."""
    if count == 1:
        _logger.error(
            "%d callbacks of the application wait: from now on some are dropped, so that events "
            "are missed; the callbacks are slower than what they are told",
            MAX_WAITING_CALLBACKS,
        )


class LoopDispatcher:
    """Runs callbacks on the running loop, each batch in the loop's next round.

    Args:
        loop: the application's loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[tuple[Callable[..., object], tuple[object, ...]]] = deque()
        self._closed = False
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """See `Dispatcher`."""
        return len(self._waiting)

    def dispatch(self, function: Callable[..., object], *args: object) -> bool:
        """See `Dispatcher`."""
        if self._closed:
            return False
        if len(self._waiting) >= MAX_WAITING_CALLBACKS:
            self.dropped += 1
            _say_dropped(self.dropped)
            return False
        if not self._waiting:
            self._loop.call_soon(self._drain)
        self._waiting.append((function, args))
        return True

    def _drain(self) -> None:
        waiting = self._waiting
        try:
            for _ in range(len(waiting)):
                function, args = waiting[0]
                try:
                    run_callback(function, *args)
                finally:
                    waiting.popleft()
        finally:
            if waiting:
                self._loop.call_soon(self._drain)

    def close(self) -> None:
        """See `Dispatcher`. What waits already still runs."""
        self._closed = True


class ThreadDispatcher:
    """Runs callbacks on one daemon thread, which starts with the first of them.

    Args:
        name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        # Its put is one step: a signal handler that raises in the middle of it breaks nothing.
        self._waiting: SimpleQueue[tuple[Callable[..., object], tuple[object, ...]] | None] = (
            SimpleQueue()
        )
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False
        # The thread takes nothing more out of the queue.
        self._ended = False
        self._pid = os.getpid()
        self.dropped = 0
        _threads.add(self)

    @property
    def waiting(self) -> int:
        """See `Dispatcher`."""
        return self._waiting.qsize()

    def dispatch(self, function: Callable[..., object], *args: object) -> bool:
        """See `Dispatcher`."""
        if self._closed:
            return False
        if self._waiting.qsize() >= MAX_WAITING_CALLBACKS:
            self.dropped += 1
            _say_dropped(self.dropped)
            return False
        if self._thread is None:
            self._start()
        self._waiting.put((function, args))
        if self._ended:
            # It was closed since the first line. What was taken is run, here if not there.
            self._run_rest()
        return True

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._drain, name=self._name, daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:
                    # The system gives no thread now; it may the next time.
                    self._thread = None
                    raise

    def _drain(self) -> None:
        # Of this thread for ever: after a fork in a callback the child has another queue.
        waiting = self._waiting
        while (item := waiting.get()) is not None:
            self._run(*item)
            del item
        self._ended = True
        self._run_rest()

    def _run_rest(self) -> None:
        """Run what was put behind the end: whoever comes last, the thread or a caller, finds it."""
        while True:
            try:
                item = self._waiting.get_nowait()
            except Empty:
                return
            if item is not None:
                self._run(*item)

    @staticmethod
    def _run(function: Callable[..., object], args: tuple[object, ...]) -> None:
        try:
            run_callback(function, *args)
        except BaseException:
            # Only this thread could be meant to end, and others rely on it.
            _logger.exception("a callback of the application wants to end its thread")

    def close(self) -> None:
        """See `Dispatcher`. What waits already still runs; waits for it, but not for itself."""
        if self._pid != os.getpid():
            # After a fork the thread is the parent's, and so may be who holds the lock.
            self._closed = True
            return
        with self._starting:
            thread = self._thread
            if not self._closed:
                self._closed = True
                self._ended = thread is None
                self._waiting.put(None)
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _inherit(self) -> None:
        """In the child of a fork: the thread is not here, and what waits for it is the parent's."""
        self._closed = self._ended = True
        waiting, self._waiting = self._waiting, SimpleQueue()
        # A fork in a callback: its thread is this one, and ends behind it.
        while True:
            try:
                waiting.get_nowait()
            except Empty:
                break
        waiting.put(None)


_threads: Heirs[ThreadDispatcher] = Heirs(Stage.DISPATCHERS, lambda one: one._inherit())
