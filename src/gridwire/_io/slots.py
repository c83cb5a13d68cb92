# SPDX-License-Identifier: Apache-2.0
"""Things of which there are only so many, for threads: who waits longest is handed the next one.

The way in for a lucky thread is one `deque.pop`, and the way out one `deque.append`: both are
single steps under the interpreter lock. The lock of this module is for those who must wait.

An exception from outside (Ctrl-C, an alarm) may fall between any two steps. Nothing here counts:
what exists is what is referred to. A thing that got lost on its way is collected, and its place is
free again; a thread that was forgotten looks for itself after a short while.
"""

from __future__ import annotations

import threading
import weakref
from _thread import allocate_lock, get_ident
from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any, Generic, TypeVar

from gridwire._io.forking import Heirs, Stage

__all__ = ["NoSlot", "Slots"]

S = TypeVar("S")

_LOOK_AGAIN_SECONDS = 0.1
"""How often a thread that waits looks for itself: it may have been forgotten by an interrupt."""

# Identifiers of threads are addresses, whose last bits are the same for all.
_IDENT_SHIFT = 12


class NoSlot(Exception):
    """The time was over, or nothing is given out any more.

    Args:
        is_closed: whether it was the latter.
    """

    def __init__(self, is_closed: bool = False) -> None:
        super().__init__("closed" if is_closed else "the time was over")
        self.is_closed = is_closed


class _Waiter(Generic[S]):
    """One thread that waits."""

    __slots__ = ("given", "lock")

    def __init__(self) -> None:
        self.given: S | None = None
        self.lock = allocate_lock()
        self.lock.acquire()


class Slots(Generic[S]):
    """A limited number of things that threads take and give back.

    The last one that was given back is taken first, so that those which are not needed grow old.

    Args:
        most: how many there may be.
        make: makes a new one, or None when it should not be just now. Must be quick: who gets it
            makes it ready.
        shards: how many stacks there are of those that nobody uses. A thread keeps to its own as
            long as it finds something there.

    Attributes:
        shards: those that nobody uses. Who takes and gives back by himself looks at `waiting`
            before the former and after the latter.
        waiting: threads that wait; the first one is the next.
    """

    def __init__(self, most: int, make: Callable[[], S | None], shards: int = 1) -> None:
        self._most = most
        self._make = make
        self.shards: tuple[deque[S], ...] = tuple(deque() for _ in range(shards))
        self.waiting: deque[_Waiter[S]] = deque()
        self._is_closed = False
        # What exists; an element takes itself out, in one step, when its thing is collected.
        self._refs: set[weakref.ref[S]] = set()
        # Of its holder's thread again: a signal handler may need what its thread is just taking.
        self._lock = threading.RLock()
        _all.add(self)

    @property
    def most(self) -> int:
        """How many there may be."""
        return self._most

    def __len__(self) -> int:
        return len(self._refs)

    def __iter__(self) -> Iterator[S]:
        """All that exist, used and unused."""
        for ref in list(self._refs):
            thing = ref()
            if thing is not None:
                yield thing

    def shard(self) -> deque[S]:
        """The stack of the calling thread."""
        shards = self.shards
        return (
            shards[0] if len(shards) == 1 else shards[(get_ident() >> _IDENT_SHIFT) % len(shards)]
        )

    def take(self, seconds: float | None) -> S:
        """Take one, after all who came before.

        Args:
            seconds: how long to wait at most, None for ever.

        Raises:
            NoSlot: there was none in time.
        """
        until = None if seconds is None else monotonic() + seconds
        waiter: _Waiter[S] = _Waiter()
        try:
            self.waiting.append(waiter)
            pause = _LOOK_AGAIN_SECONDS
            while True:
                self.serve()
                if self._is_closed:
                    raise NoSlot(is_closed=True)
                if until is not None:
                    pause = min(_LOOK_AGAIN_SECONDS, until - monotonic())
                found = waiter.lock.acquire(timeout=max(0.0, pause))
                if found or self._was_served(waiter):
                    if waiter.given is None:
                        raise NoSlot(is_closed=True)
                    return waiter.given
                if pause <= 0:
                    raise NoSlot
        except BaseException:
            self._leave(waiter)
            raise

    def _was_served(self, waiter: _Waiter[S]) -> bool:
        """Whether whoever served was interrupted before he said so; or before he did it."""
        with self._lock:
            if waiter.given is not None:
                return True
            if waiter not in self.waiting:
                self.waiting.appendleft(waiter)
            return False

    def _leave(self, waiter: _Waiter[S]) -> None:
        with self._lock:
            try:
                self.waiting.remove(waiter)
            except ValueError:
                # It was served after all; the next one gets it.
                thing, waiter.given = waiter.given, None
                if thing is not None:
                    self.give(thing)

    def give(self, thing: S) -> None:
        """Give one back."""
        self.shard().append(thing)
        if self.waiting:
            self.serve()

    def forget(self, thing: S) -> None:
        """One is of no use any more; there may be another in its place."""
        self._refs.discard(weakref.ref(thing))
        if self.waiting:
            self.serve()

    def add(self) -> S | None:
        """Make one more for the caller, None when there may be no more."""
        with self._lock:
            if len(self._refs) >= self._most or self._is_closed:
                return None
            made = self._make()
            if made is None:
                return None
            self._refs.add(weakref.ref(made, self._refs.discard))
            return made

    def try_take(self) -> S | None:
        """Take one without waiting; None when there is none, or others wait."""
        with self._lock:
            return None if self.waiting else self._next()

    def serve(self) -> None:
        """Hand over what there is to those who wait."""
        with self._lock:
            waiting = self.waiting
            while waiting:
                thing = self._next()
                if thing is None:
                    return
                waiter = waiting.popleft()
                waiter.given = thing
                waiter.lock.release()

    def _next(self) -> S | None:
        own = self.shard()
        for shard in (own, *self.shards):
            try:
                return shard.pop()
            except IndexError:
                continue
        return self.add()

    def close(self) -> list[S]:
        """Give nothing out any more; those that nobody uses."""
        unused: list[S] = []
        with self._lock:
            self._is_closed = True
            for shard in self.shards:
                while shard:
                    try:
                        unused.append(shard.pop())
                    except IndexError:
                        break
            waiting, self.waiting = self.waiting, deque()
            for waiter in waiting:
                waiter.lock.release()
        return unused

    def _start_anew(self) -> None:
        """In the child after a fork: threads that waited or held a lock do not exist any more."""
        self._lock = threading.RLock()
        self.waiting = deque()
        for shard in self.shards:
            shard.clear()
        self._refs = set()


_all: Heirs[Slots[Any]] = Heirs(Stage.PARTS, lambda one: one._start_anew())
