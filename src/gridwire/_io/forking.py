# SPDX-License-Identifier: Apache-2.0
"""What every part of a client needs to know of forks: who made it, who waits, what is let go.

A child has its parent's objects, but one thread only, and none of the connections. What was to be
done by another thread of the parent is done there, and never here.

Whoever must be told in a child is one of `Heirs`. They are told by stages, each of which relies on
those before it, whichever module was imported first.
"""

from __future__ import annotations

import os
import weakref
from _thread import LockType, allocate_lock, get_ident
from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import IntEnum
from typing import Any, Generic, TypeAlias, TypeVar

__all__ = ["Claim", "Heirs", "Stage", "Waits", "here", "let_go"]

T = TypeVar("T")

_FOREVER = -1


class Stage(IntEnum):
    """When in a child something is told.

    What belongs to one of the first four ends there. The others go on in the child, and so are
    told of its forks too.
    """

    SOCKETS = 1
    """Their numbers stand for nothing from now on."""

    LOOPS = 2
    """They never run again: what is called on them is refused."""

    STREAMS = 3
    """What was on its way is dropped. Nothing that they do reaches a socket or a loop."""

    DISPATCHERS = 4
    """What waits for their threads is the parent's. Those that are made later are the child's."""

    PARTS = 5
    """Parts of clients: what they look after is closed by now, and can be let go."""

    CLIENTS = 6
    """They begin anew, with dispatchers of their own. All that they had has ended."""


class _Process:
    """A process. Compared by identity, which costs no system call."""

    def __init__(self) -> None:
        self.number = os.getpid()


here = _Process()
"""This process. What was made under another one was made by a parent. Read it as an attribute of
the module, for it changes in a child."""


class Heirs(Generic[T]):
    """Things of one kind that must be told in a child; none of them is kept alive by this.

    Args:
        stage: when they are told.
        tell: tells one of them. What it raises keeps no other from being told.
    """

    def __init__(self, stage: Stage, tell: Callable[[T], object]) -> None:
        self.stage = stage
        self._tell = tell
        self._things: weakref.WeakSet[T] = weakref.WeakSet()
        insort(_all_heirs, self, key=_stage_of)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._things))

    def add(self, thing: T) -> None:
        """Tell of forks from now on.

        Args:
            thing: whom.
        """
        self._things.add(thing)

    def discard(self, thing: T) -> None:
        """Tell no more.

        Args:
            thing: whom; may be unknown.
        """
        self._things.discard(thing)

    def tell(self, errors: list[BaseException]) -> None:
        """In the child: tell all.

        Args:
            errors: gets what is raised.
        """
        things = list(self._things)
        if self.stage < Stage.PARTS:
            self._things.clear()
        for thing in things:
            try:
                self._tell(thing)
            except BaseException as error:  # nor does an interrupt
                errors.append(error)


_all_heirs: list[Heirs[Any]] = []


def _stage_of(heirs: Heirs[Any]) -> Stage:
    return heirs.stage


class Waits:
    """What threads wait for, and what ends once.

    Whoever ends it says so first, and then wakes who waits; each of these puts itself in first,
    and then looks. So nobody is missed. One of the parent's ends in a child when it is waited for:
    who would have ended it is not there.
    """

    __slots__ = ("_done", "_parked", "_process")

    def __init__(self) -> None:
        self._process = here
        self._done = False
        self._parked: list[LockType] = []

    def abandon(self) -> None:
        """In the child of a fork: nobody here will end it, so it ends now."""
        self._end()

    def _end(self) -> None:
        """It is over; what it ended with stands there already."""
        self._done = True
        parked = self._parked
        while parked:
            parked.pop().release()

    def _until_done(self, timeout: float | None = None) -> bool:
        """Wait for the end, so many seconds at most; whether it is over."""
        if self._process is not here:
            self.abandon()
            return True
        over = allocate_lock()
        over.acquire()
        me = get_ident()
        # What a signal handler has interrupted, and will be waited for again behind this.
        outer = _parked.get(me)
        try:
            _parked[me] = self, outer
            self._parked.append(over)
            return self._done or over.acquire(True, _FOREVER if timeout is None else timeout)
        finally:
            if outer is None:
                _parked.pop(me, None)
            else:
                _parked[me] = outer


_Parked: TypeAlias = "tuple[Waits, _Parked | None]"

# What each thread waits for, by its identifier. A signal handler may fork in the middle of that,
# and the child would wait for its parent's threads.
_parked: dict[int, _Parked] = {}


class Claim:
    """What one thread at a time may do; nobody waits for it.

    A child of a fork is not bound by what its parent's threads were doing.
    """

    __slots__ = ("_lock", "_process")

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._process = here

    def take(self) -> bool:
        """Take it; whether it was free."""
        if self._process is not here:
            self._process, self._lock = here, allocate_lock()
        return self._lock.acquire(blocking=False)

    def give_back(self) -> None:
        """Let others take it; for who took it."""
        if self._process is here:
            self._lock.release()


def let_go(descriptor: int) -> None:
    """Give up this process's copy of a descriptor that others here still know by its number.

    The number stands for nothing from now on, but stays taken: whoever closes it, or asks a
    selector to forget it, hits neither the parent's socket nor a new one of this process. Closing
    a copy says nothing to the peer.

    Args:
        descriptor: its number; a negative one is none.
    """
    if descriptor < 0:
        return
    try:
        nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        # There is no room for another number: then this one is free, unless it was so before.
        with suppress(OSError):
            os.close(descriptor)
        return
    if nothing == descriptor:
        return  # it was free, and is taken again
    try:
        os.dup2(nothing, descriptor, inheritable=False)
    finally:
        os.close(nothing)


def _abandon_parked(_: object) -> None:
    """This thread's own waiting ends, and that of others is theirs."""
    mine = _parked.pop(get_ident(), None)
    _parked.clear()
    while mine is not None:
        waits, mine = mine
        waits.abandon()


def _after_fork_in_child() -> None:
    global here  # noqa: PLW0603 - there is one process
    here = _Process()
    errors: list[BaseException] = []
    steps = iter([_abandon_parked, *(heirs.tell for heirs in _all_heirs)])
    is_over = False
    while not is_over:
        try:
            for step in steps:
                step(errors)
            is_over = True
        except BaseException as error:  # an interrupt keeps nobody from being told
            errors.append(error)
    if errors:
        raise errors[0] if len(errors) == 1 else BaseExceptionGroup("after a fork", errors)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
