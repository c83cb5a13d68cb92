# SPDX-License-Identifier: Apache-2.0
"""Asking the application something while connecting: it may block, be slow, fail, or be async.

A plain function runs on a thread of its own, so that it cannot keep the loop, and with it every
call of the client, from going on. A coroutine function runs on the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from inspect import isawaitable, iscoroutinefunction
from typing import Any

from gridwire._core.logs import reason_of
from gridwire._io.aside import run_aside

__all__ = ["Unanswered", "ask"]


class Unanswered(Exception):
    """The application gave no answer; the text says why, its exception is the cause."""


async def ask(function: Callable[..., Any], *args: Any, seconds: float, thread: str) -> Any:
    """Ask, and wait for the answer in limited time.

    Args:
        function: of the application.
        args: its arguments.
        seconds: that it may take. A thread that takes longer goes on for nothing.
        thread: name of the thread.

    Raises:
        Unanswered: it raised, was cancelled, or takes too long.
    """
    asking = asyncio.ensure_future(_ask(function, args, thread))
    try:
        await asyncio.wait({asking}, timeout=seconds)
    finally:
        finished = not asking.cancel()
        if finished and not asking.cancelled():
            # Who waited may be gone; the exception is nobody's then, and no line of asyncio's log.
            asking.exception()
    if not finished:
        raise Unanswered(f"gave no answer within {seconds:g} s")
    if asking.cancelled():
        raise Unanswered("was cancelled")
    error = asking.exception()
    if error is not None:
        raise Unanswered(f"raised {type(error).__name__}: {reason_of(error)}") from error
    return asking.result().given


class _Told:
    """What the application gave or raised. It may be a secret, and this has no text.

    Futures and tasks show their results, and in debug mode loops write them into their log.
    """

    __slots__ = ("error", "given")

    def __init__(self, given: Any = None, error: Exception | None = None) -> None:
        self.given = given
        self.error = error


async def _ask(function: Callable[..., Any], args: tuple[Any, ...], thread: str) -> _Told:
    if iscoroutinefunction(function):
        return _Told(await function(*args))
    told = await run_aside(_call, function, args, name=thread)
    if told.error is not None:
        raise told.error
    return _Told(await told.given) if isawaitable(told.given) else told


def _call(function: Callable[..., Any], args: tuple[Any, ...]) -> _Told:
    """Whatever it raises is told to who asked, and ends nothing else."""
    try:
        return _Told(function(*args))
    except Exception as error:
        return _Told(error=error)
    except BaseException as error:  # on this thread it can end nothing
        return _Told(error=RuntimeError(f"{type(error).__name__}: {error}"))
