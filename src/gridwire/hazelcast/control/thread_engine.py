# SPDX-License-Identifier: Apache-2.0
"""How the threaded faces call: the calling thread builds and writes, the hosted loop reads.

Whoever takes a call out of the table decides how it ends. A thread whose time is over takes it
out itself; when it is gone already, the reply is on its way and is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar, TypeVarTuple, Unpack

from gridwire._core.outcome import Outcome
from gridwire._core.request import Request
from gridwire._io.hosted import HostedLoop, HostedLoopClosed
from gridwire._io.hosted_task import HostedTask
from gridwire.hazelcast.cluster.acks import Waiter
from gridwire.hazelcast.control.acquiring import Acquiring, Handover
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.core import ClientCore
from gridwire.hazelcast.control.hosting import Hosting
from gridwire.hazelcast.errors import HazelcastClientNotActiveError
from gridwire.hazelcast.future import parents_call
from gridwire.hazelcast.serialization.faults import UnknownSchemaError

__all__ = ["ThreadEngine"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class ThreadEngine:
    """What the blocking and the future style have in common.

    Args:
        hosting: the client.

    Attributes:
        core: the client's at the last look, for what need not be certain; see `here`.
        here: gives the client's core in this process, which a forked child makes first.
    """

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting
        self.here = hosting.here
        hosting.add(self)
        self._limit = self.core.calls.limit
        self._max_queued = self.core.options.max_queued_bytes
        self._usual = self.core.options.invocation_timeout

    def follow(self, core: ClientCore) -> None:
        """Go by this core from now on; there is another one in the child of a fork."""
        self._calls = core.calls
        self._pending = core.calls.pending
        self._unsent = core.schemas.known.unsent
        # The last one: who finds connections there finds the table that goes with them.
        self.core = core

    @property
    def hosted(self) -> HostedLoop:
        """The client's loop."""
        return self._hosting.hosted

    def open_way(self, request: Request[Any], timeout: float | None) -> Connection | None:
        """The connection to send on at once; None when the careful way must be taken."""
        connection = self.core.state.routes.by_partition[request.route]
        if (
            connection is None
            or request.extra_wait
            or timeout == 0
            or len(self._pending) >= self._limit
            or self._calls.gate
            or (self._unsent and self.core.schemas.holds_back(request))
            or connection.stream.unsent_bytes > self._max_queued  # type: ignore[union-attr]
        ):
            return None
        return connection

    def abort(self, waiter: Waiter) -> None:
        """An exception from outside (Ctrl-C) ended a call; its id may not be known yet."""
        for correlation, (other, _, request) in list(self._pending.items()):
            if other is waiter:
                if self._calls.forget(correlation):
                    self.core.counters.indeterminate_writes += not request.retryable
                return

    def leave(self, acquiring: Acquiring[Any], handover: Handover) -> None:
        """A caller goes without what was acquired for it, or still may be."""
        if handover.leaves() and acquiring.arrived is not None:
            self._on_loop(acquiring.return_reply, acquiring.arrived)
        else:
            self._on_loop(acquiring.stop)

    def give_back(self, request: Request[Any]) -> None:
        """Have the client send, in the background, what gives something back."""
        self._on_loop(self.core.settling.give_back, request)

    def _on_loop(self, function: Callable[..., object], *args: Any) -> None:
        try:
            self.hosted.call(function, *args)
        except HostedLoopClosed:
            # The client has ended, and with it whatever it held.
            return

    def block(self, function: Callable[[Unpack[Ts]], Coroutine[Any, Any, T]], *args: *Ts) -> T:
        """Run a control coroutine on the loop and wait for it; an interrupt cancels it.

        Args:
            function: makes the coroutine, on the loop.
            args: what it is called with.
        """
        if self.hosted.is_current:
            raise RuntimeError("a blocking call on the client's own loop would wait for itself")
        task = self.hosted.task(function, *args)
        try:
            self.begin(task)
            return task.result()
        except CancelledError:
            if task.is_inherited:
                raise parents_call() from None
            raise
        except BaseException:
            task.cancel()
            raise

    def decode_again(
        self, decode: Callable[[], T], error: UnknownSchemaError, deadline: float, operation: str
    ) -> T:
        """Decode in this thread what could not be decoded, when its schemas are here.

        Args:
            decode: gives the value.
            error: what it raised.
            deadline: in seconds of the client's clock.
            operation: whose answer it is.

        Raises:
            HazelcastError: a schema cannot be had, or the value not be read with it.
        """
        if self.hosted.is_current:
            raise error  # the client ends, and runs what waited for its callbacks
        while True:
            schema_id = error.schema_id
            try:
                self.block(self.here().schemas.asked.ask, schema_id, deadline, operation)
            except HazelcastClientNotActiveError as gone:
                gone.outcome = Outcome.UNKNOWN  # the request was answered
                raise
            try:
                return decode()
            except UnknownSchemaError as another:
                if another.schema_id == schema_id:
                    raise
                error = another

    def start(
        self, function: Callable[[Unpack[Ts]], Coroutine[Any, Any, T]], *args: *Ts
    ) -> HostedTask[T]:
        """Run a control coroutine on the loop; one of the core that `here` gave."""
        task = self.hosted.task(function, *args)
        self.begin(task)
        return task

    def begin(self, task: HostedTask[Any]) -> None:
        """Run a task of the loop. Who is interrupted in here cancels it."""
        try:
            self.hosted.begin(task)
        except HostedLoopClosed:
            raise self.core.life.not_active() from None
