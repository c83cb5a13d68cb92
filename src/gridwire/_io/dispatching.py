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
    """Run a callback of the application; what it raises is logged."""
    try:
        function(*args)
    except Exception:
        _logger.exception("a callback of the application raised; nothing else is affected")


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

    def dispatch(self, function: Callable[..., object], *args: object) -> None:
        """See `Dispatcher`."""
        if self._closed:
            return
        if len(self._waiting) >= MAX_WAITING_CALLBACKS:
            self.dropped += 1
            return
        if not self._waiting:
            self._loop.call_soon(self._drain)
        self._waiting.append((function, args))

    def _drain(self) -> None:
        for _ in range(len(self._waiting)):
            function, args = self._waiting[0]
            run_callback(function, *args)
            self._waiting.popleft()
        if self._waiting:
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
        self._waiting: deque[tuple[Callable[..., object], tuple[object, ...]] | None] = deque()
        self._wake = threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False
        self._pid = os.getpid()
        self.dropped = 0

    def dispatch(self, function: Callable[..., object], *args: object) -> None:
        """See `Dispatcher`."""
        if self._closed:
            return
        if len(self._waiting) >= MAX_WAITING_CALLBACKS:
            self.dropped += 1
            return
        self._waiting.append((function, args))
        self._wake.release()
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._drain, name=self._name, daemon=True)
                self._thread.start()

    def _drain(self) -> None:
        while True:
            self._wake.acquire()
            item = self._waiting.popleft()
            if item is None:
                return
            run_callback(item[0], *item[1])
            del item

    def close(self) -> None:
        """See `Dispatcher`. What waits already still runs; waits for it, but not for itself."""
        with self._starting:
            if self._closed:
                return
            self._closed = True
            thread = self._thread
        self._waiting.append(None)
        self._wake.release()
        # After a fork the thread is the parent's.
        if thread not in (None, threading.current_thread()) and self._pid == os.getpid():
            thread.join()
