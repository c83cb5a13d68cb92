# SPDX-License-Identifier: Apache-2.0
"""The event loop that an asyncio client belongs to, and what is said to calls from elsewhere.

Every call asks whether it is at home, so that has to be cheap. Until Python 3.12 asking for the
running loop takes a system call. A loop that is asyncio's own knows which thread it runs in, if it
runs, and to compare that costs next to nothing.
"""

from __future__ import annotations

import asyncio
import functools
import time
from _thread import get_ident
from asyncio import _get_running_loop as running_loop
from collections.abc import Callable
from typing import Any, Protocol

from gridwire._io import forking
from gridwire._io.forking import Heirs, Stage

__all__ = ["OwnLoop", "shortcuts"]


class _Place(Protocol):
    @property
    def _thread_id(self) -> int | None:
        """In which thread the loop runs; None when it does not."""


class _ForeignKind:
    """Another kind of loop, which must be asked."""

    __slots__ = ("_loop",)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    @property
    def _thread_id(self) -> int | None:
        return get_ident() if running_loop() is self._loop else None


class _Nowhere:
    """What a forked child has in the place of its parent's loop."""

    _thread_id = None


class OwnLoop:
    """The running loop of the moment in which a client was made, or connected.

    Attributes:
        loop: the loop.
        place: ``own.place._thread_id != get_ident()`` says that it is not the running loop. Every
            call of the asyncio faces asks so, before it touches anything. It is written out there,
            and not a method here, because a call of Python's costs more than all of it.
    """

    __slots__ = ("__weakref__", "_process", "loop", "place")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._process = forking.here
        at_home = getattr(self.loop, "_thread_id", None) == get_ident()
        self.place: _Place = self.loop if at_home else _ForeignKind(self.loop)  # type: ignore[assignment]
        _all.add(self)

    @property
    def is_inherited(self) -> bool:
        """Whether it belongs to a process that this one was forked from."""
        return self._process is not forking.here

    @property
    def is_over(self) -> bool:
        """Whether nothing can run on it any more, here at least."""
        return self.is_inherited or self.loop.is_closed()

    def _inherit(self) -> None:
        self.place = _Nowhere()

    def facts_elsewhere(self) -> dict[str, str]:
        """What an error says to a call that is made elsewhere."""
        here = running_loop()
        return {
            "client_loop": f"{_name(self.loop)} of process {self._process.number}",
            "called_on": f"{'no loop' if here is None else _name(here)} "
            f"of process {forking.here.number}",
        }


_all: Heirs[OwnLoop] = Heirs(Stage.LOOPS, lambda one: one._inherit())


def _name(loop: asyncio.AbstractEventLoop) -> str:
    closed = " (closed)" if loop.is_closed() else ""
    return f"{type(loop).__name__} at {id(loop):#x}{closed}"


def shortcuts(
    loop: asyncio.AbstractEventLoop,
) -> tuple[Callable[[], asyncio.Future[Any]], Callable[[], float]]:
    """How to make a future, and the clock, without a Python function between where there is one.

    Args:
        loop: whose.
    """
    create: Callable[[], asyncio.Future[Any]] = loop.create_future
    clock = loop.time
    kind = type(loop)
    if getattr(kind, "create_future", None) is asyncio.BaseEventLoop.create_future:
        create = functools.partial(asyncio.Future, loop=loop)
    if getattr(kind, "time", None) is asyncio.BaseEventLoop.time:
        clock = time.monotonic
    return create, clock
