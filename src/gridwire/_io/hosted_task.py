# SPDX-License-Identifier: Apache-2.0
"""A coroutine on a hosted loop, as another thread sees it.

It is what a future of `concurrent.futures` would be, without a lock that both threads take: an
exception from a signal handler may hit its thread anywhere, also right behind the taking of a lock
that nobody would give back then, and the loop would wait for it for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from functools import partial
from typing import Any, Generic, TypeVar, TypeVarTuple, Unpack

from gridwire._io import forking
from gridwire._io.forking import Waits

__all__ = ["HostedTask"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class HostedTask(Waits, Generic[T]):
    """One coroutine, begun and ended on the loop.

    It ends once: by the coroutine, or by `cancel`, whichever takes the only token. The outcome is
    stored first, then callbacks are taken out one by one; who adds one puts it in first and then
    looks. So nobody is missed, and each is called once.

    The coroutine is made where it begins. An interrupt that comes before that leaves none which
    was never awaited.

    Args:
        on_loop: has the loop call a function soon.
        function: makes the coroutine.
        args: what it is called with.
    """

    __slots__ = (
        "_callbacks",
        "_cancelled",
        "_error",
        "_make",
        "_on_loop",
        "_task",
        "_token",
        "_value",
    )

    def __init__(
        self,
        on_loop: Callable[..., object],
        function: Callable[[Unpack[Ts]], Coroutine[Any, Any, T]],
        *args: *Ts,
    ) -> None:
        super().__init__()
        self._on_loop = on_loop
        self._make: Callable[[], Coroutine[Any, Any, T]] | None = partial(function, *args)
        self._task: asyncio.Task[T] | None = None
        self._token = [None]
        self._callbacks: list[Callable[[HostedTask[T]], object]] = []
        self._cancelled = False
        self._value: Any = None
        self._error: BaseException | None = None

    def begin(self) -> None:
        """Run it; on the loop."""
        # Taken out: what it is called with may be large, and this may be kept.
        make, self._make = self._make, None
        if self._cancelled or make is None:
            return
        self._task = asyncio.get_running_loop().create_task(make())
        self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[T]) -> None:
        mine = self._take_token()
        if task.cancelled() or not mine:
            if not task.cancelled():
                task.exception()  # it was looked at
            self._cancelled = True
        elif (error := task.exception()) is not None:
            self._error = error
        else:
            self._value = task.result()
        self._complete()

    def _take_token(self) -> bool:
        try:
            self._token.pop()
        except IndexError:
            return False
        return True

    def _complete(self) -> None:
        self._end()
        callbacks = self._callbacks
        while callbacks:
            try:
                callback = callbacks.pop(0)
            except IndexError:
                return
            callback(self)

    def cancel(self) -> bool:
        """Cancel it; from now on it counts as cancelled, whatever the coroutine makes of that.

        Returns:
            Whether it is cancelled, now or before.
        """
        if not self._take_token():
            return self._cancelled
        self._cancelled = True
        self._complete()
        try:
            self._on_loop(self._cancel)
        except RuntimeError:
            # The loop has ended, and with it whatever ran there.
            return True
        return True

    def abandon(self) -> None:
        """In the child of a fork: it goes on in the parent, and its callbacks are called there."""
        if self._take_token():
            self._cancelled = True
            self._callbacks.clear()
            self._end()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @property
    def is_inherited(self) -> bool:
        """Whether it was begun by a process that this one was forked from."""
        return self._process is not forking.here

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    def done(self) -> bool:
        """Whether it is over."""
        return self._done

    def exception(self) -> BaseException | None:
        """What it ended with, None for a success; of one that is over and was not cancelled."""
        return self._error

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for its end; whether it is over.

        Args:
            timeout: seconds, None for as long as it takes.
        """
        return self._done or self._until_done(timeout)

    def result(self) -> T:
        """Wait for its end; what it returned.

        Raises:
            concurrent.futures.CancelledError: it was cancelled, or its loop has ended, or is the
                loop of the process that this one was forked from.
            BaseException: what it raised.
        """
        if not self._done:
            self._until_done()
        if self._cancelled:
            raise CancelledError
        if self._error is not None:
            raise self._error
        value: T = self._value
        return value

    def add_done_callback(self, callback: Callable[[HostedTask[T]], object]) -> None:
        """Have a function called with this at its end: on the loop, or at once where this is."""
        self._callbacks.append(callback)
        if self._done:
            try:
                self._callbacks.remove(callback)
            except ValueError:
                return
            callback(self)
