# SPDX-License-Identifier: Apache-2.0
"""Where a threaded client lives: its loop, its dispatcher and its core in this process.

After a fork the child has none of them that work: threads and connections are the parent's. So the
first call in the child makes all three anew, as a client that members do not know yet, and puts
them into the engines, which proxies go by. Until then the routes are empty: every call takes the
careful way, and that begins with `here`. A call that goes well asks nothing.
"""

from __future__ import annotations

import os
import threading
import weakref
from _thread import start_new_thread
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, Protocol

from gridwire._core.logs import advised, reason_of
from gridwire._io.dispatching import ThreadDispatcher
from gridwire._io.forking import Heirs, Stage, Waits
from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire._io.hosted_task import HostedTask
from gridwire._io.shared import SharedConnector
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.making import make_core

if TYPE_CHECKING:
    from gridwire.hazelcast.config import Options
    from gridwire.hazelcast.serialization.compact.schemas import Schemas

__all__ = ["Hosting"]


class _Follower(Protocol):
    """Has the core of its client at hand."""

    def follow(self, core: ClientCore) -> None:
        """This is the core now."""


class _Making(Waits):
    """Something that is made on a thread of its own.

    Args:
        make: makes it.
        name: of the thread.

    Attributes:
        error: what it raised.
    """

    __slots__ = ("_make", "_thread", "error")

    def __init__(self, make: Callable[[], object], name: str) -> None:
        super().__init__()
        self._make = make
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.error: BaseException | None = None

    def wait(self) -> None:
        """Begin, and wait for the end."""
        # Who starts a thread waits for it, in a way that no child comes out of: not this one.
        start_new_thread(self._start, ())
        self._until_done()

    def _start(self) -> None:
        try:
            self._thread.start()
        except BaseException as error:
            self.error = error
            self._end()

    def _run(self) -> None:
        try:
            self._make()
        except BaseException as error:
            self.error = error
        finally:
            self._end()


class Hosting:
    """A threaded client without its face.

    Args:
        options: of the client.
        name: of the client.
        schemas: what its serialization knows of Compact.

    Attributes:
        name: as given.
        core: the client's; another one in a child that has called.
        hosted: its loop.
    """

    def __init__(self, options: Options, name: str, schemas: Schemas) -> None:
        self.name = name
        self._options = options
        self._schemas = schemas
        self._dispatcher = ThreadDispatcher(f"gridwire-{name}-callbacks")
        # Held while a child makes its own.
        self._making = threading.RLock()
        self._is_over = False
        self._followers: weakref.WeakSet[_Follower] = weakref.WeakSet()
        self._starting: HostedTask[None] | None = None
        self.hosted, self.core = self._make()
        try:
            # What the parent had, in a child.
            self._before = self.core
            _all.add(self)
        except BaseException:
            # Nobody gets this object, so nobody else could end its thread.
            self.hosted.stop()
            raise

    def _make(self) -> tuple[HostedLoop, ClientCore]:
        hosted = HostedLoop(f"gridwire-{self.name}")
        try:

            def tell_loop(function: Callable[..., object], *args: Any) -> None:
                try:
                    hosted.call(function, *args)
                except HostedLoopClosed:
                    # The client is shut down: whatever was to be looked after has ended with it.
                    return

            async def make() -> ClientCore:
                connector = SharedConnector(hosted)
                where = (connector, self._dispatcher, tell_loop)
                return make_core(self._options, self.name, *where, self._schemas)

            return hosted, hosted.run(make)
        except BaseException:
            hosted.stop()
            raise

    def add(self, follower: _Follower) -> None:
        """Tell somebody the core, and another one when there is one.

        Args:
            follower: who wants to know.
        """
        with self._making:
            self._followers.add(follower)
            follower.follow(self.core)

    def shutdown(self) -> None:
        """Disconnect and end the threads. Safe to call twice; the parent's are left alone."""
        # Before it is looked whether there is something to end; who makes it looks afterwards.
        self._is_over = True
        if not self.hosted.is_here:
            if self.hosted.is_inherited:
                self.core.lifecycle.running = False
            return
        try:
            if self._starting is not None:
                self._starting.cancel()
            self.hosted.run(self.core.life.shutdown)
        except (HostedLoopClosed, CancelledError):
            # Another thread was faster.
            pass
        finally:
            if not self.hosted.is_current:  # where it was refused
                self.end()

    def end(self) -> None:
        """End the threads, and first the client, which an interrupt may have left in the middle."""
        try:
            self.hosted.call(self.core.life.end_soon)
        except HostedLoopClosed:
            pass
        finally:
            self._end_threads()

    def _end_threads(self) -> None:
        # In this order: what the loop tells at its end is still dispatched.
        try:
            self.hosted.stop()
        finally:
            self._dispatcher.close()

    # -- in the child of a fork ---------------------------------------------------------------

    def here(self) -> ClientCore:
        """The core of this process; made now if all there is was inherited.

        Raises:
            HazelcastClientNotActiveError: the client was shut down, here or before the fork.
        """
        while self.hosted.is_inherited:
            # On a thread, where no signal handler can leave it half done. One that forks leaves a
            # child without that thread, where this ends unmade: then that one makes it.
            making = _Making(self._make_here, f"gridwire-{self.name}-after-fork")
            making.wait()
            if making.error is not None:
                raise making.error
        return self.core

    def _make_here(self) -> None:
        with self._making:
            if self.hosted.is_inherited:
                self._start_anew()

    def _start_anew(self) -> None:
        before = self._before
        if not before.lifecycle.running:
            raise before.life.not_active()
        hosted, core = self._make()
        core.take_over(before)
        self.core = core
        for follower in list(self._followers):
            follower.follow(core)
        self._starting = hosted.start(_start, core, before)
        self.hosted = hosted
        if self._is_over:
            self.shutdown()
        core.log.info(
            "a fork inherited the client, which starts anew in process %d; listeners that the "
            "parent has added are the parent's",
            os.getpid(),
        )

    def _inherit(self) -> None:
        """This process is a child: nothing here may reach what is the parent's."""
        self._making = threading.RLock()
        if not self.hosted.is_inherited:
            # It was shut down before the fork.
            return
        core = self._before = self.core
        # Kept, and never called: collecting it would run the ends of the parent's coroutines.
        _inherited.append(core)
        self._starting = None
        self._dispatcher = ThreadDispatcher(f"gridwire-{self.name}-callbacks")
        core.inherit(self._dispatcher)


async def _start(core: ClientCore, before: ClientCore) -> None:
    """Connect, while calls wait for it, each within its own time."""
    try:
        await core.life.start()
    except Exception as error:
        core.log.error(
            "a client that a fork inherited shuts down: %s", advised(error), reason=reason_of(error)
        )
        return
    core.near_caching.adopt(before.near_caching)


_all: Heirs[Hosting] = Heirs(Stage.CLIENTS, lambda one: one._inherit())
_inherited: list[ClientCore] = []
