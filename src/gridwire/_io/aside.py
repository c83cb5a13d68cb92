# SPDX-License-Identifier: Apache-2.0
"""Functions that may block run here: each on a daemon thread of its own, never on the loop.

Not in the loop's executor: the interpreter waits for its threads when it exits, and a function of
the application may never return. One thread a call is dear, so this is for rare things alone.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

__all__ = ["run_aside"]

T = TypeVar("T")


async def run_aside(function: Callable[..., T], *args: Any, name: str) -> T:
    """Run a function on a thread, and wait for it.

    Who is cancelled waits no more; the function goes on, and nobody hears of its end.

    Args:
        function: what to run; it sees the caller's context variables.
        args: its arguments.
        name: of the thread.

    Returns:
        What the function returns.

    Raises:
        BaseException: what the function raises.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = context.run(function, *args)
        except BaseException as raised:
            error = raised
        try:
            loop.call_soon_threadsafe(_settle, future, result, error)
        except RuntimeError:
            # The loop was closed meanwhile: nobody waits any more.
            return

    context = copy_context()
    threading.Thread(target=run, name=name, daemon=True).start()
    return await future


def _settle(future: asyncio.Future[T], result: T, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, StopIteration):
        # No future takes it.
        future.set_exception(RuntimeError(f"StopIteration: {error}"))
    else:
        future.set_exception(error)
