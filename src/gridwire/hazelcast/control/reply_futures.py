# SPDX-License-Identifier: Apache-2.0
"""The futures of requests: what a thread has in its hands until the answer is here, and then.

A reply is decoded by the thread that asks for the value, once; a future that has callbacks decodes
it before it calls them, where callbacks run.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Coroutine
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, Unpack

from gridwire._core.request import Acquisition, Request
from gridwire._io.dispatching import run_callback
from gridwire._io.hosted_task import HostedTask
from gridwire.hazelcast.cluster.attempts import is_end_of_client
from gridwire.hazelcast.control.acquiring import Acquiring, Handover
from gridwire.hazelcast.control.connection import Connection
from gridwire.hazelcast.control.invocation import Invocation
from gridwire.hazelcast.errors import HazelcastError
from gridwire.hazelcast.future import Future
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.serialization.faults import UnknownSchemaError

if TYPE_CHECKING:
    from gridwire.hazelcast.control.future_engine import FutureEngine

__all__ = ["AcquisitionFuture", "PartFuture", "ReplyFuture"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class ReplyFuture(Future[T]):
    """The future of one request.

    Args:
        engine: of the client.
        request: what is sent.
        started: when the call began, in seconds of the client's clock.
        timeout: seconds that the caller gave, or None for `invocation_timeout`.

    Attributes:
        correlation: id of the attempt that the face made; 0 before it.
        source: where the reply came from; it decodes, since it is to blame for what cannot be
            decoded.
    """

    __slots__ = (
        "_engine",
        "_request",
        "_started",
        "_task",
        "_timeout",
        "correlation",
        "source",
    )

    source: Connection

    def __init__(
        self, engine: FutureEngine, request: Request[T], started: float, timeout: float | None
    ) -> None:
        super().__init__()
        self._engine = engine
        self._request = request
        self._started = started
        self._timeout = timeout
        self._task: HostedTask[Buffer] | None = None
        self.correlation = 0

    @property
    def _dispatcher(self) -> Any:  # type: ignore[override]
        return self._engine.core.dispatcher

    def _finished_value(self) -> T:
        box = self._value
        if not isinstance(box, _Decoded):
            # Not by `_decoded`: every call that goes well comes by here.
            try:
                box = self._value = _Decoded(self.source.decode(self._request, box))
            except UnknownSchemaError as error:
                when, operation = self._patience(), self._request.operation
                return self._engine.decode_again(self._decoded, error, when, operation)
        value: T = box.value
        return value

    def _decoded(self) -> T:
        """The value, if all its schemas are known."""
        box = self._value
        if not isinstance(box, _Decoded):
            box = self._value = _Decoded(self.source.decode(self._request, box))
        value: T = box.value
        return value

    def _patience(self) -> float:
        """Until when to wait for schemas, in seconds of the client's clock.

        Whoever asks for the value may do so long after the call had to be over.
        """
        now, seconds = self._engine.core.now(), self._seconds()
        when = self._started + seconds
        return when if now < when else now + seconds

    def _seconds(self) -> float:
        usual: float = self._engine.core.options.invocation_timeout
        return usual if self._timeout is None else self._timeout

    def _tell(self, callback: Callable[[Future[T]], object]) -> None:
        """Call a callback when the value can be read, so that it does not keep others waiting."""
        if self._error is None:
            try:
                self._decoded()
            except UnknownSchemaError as error:
                if self._asks_first(error.schema_id, callback):
                    return
            except Exception:  # noqa: S110 - it is the callback's, when it looks
                pass
        callback(self)

    def _asks_first(self, schema_id: int, callback: Callable[[Future[T]], object]) -> bool:
        """Whether a schema is asked for, and the callback called then."""
        engine, when, operation = self._engine, self._patience(), self._request.operation
        try:
            asking = engine.start(engine.here().schemas.asked.ask, schema_id, when, operation)
        except HazelcastError:
            return False  # the client has ended, which the callback learns when it looks

        def go_on(task: HostedTask[None]) -> None:
            if not task.cancelled() and self._error is None:
                self._error = task.exception()
            if not engine.core.dispatcher.dispatch(self._tell, callback):
                run_callback(callback, self)

        asking.add_done_callback(go_on)
        return True

    def set_exception(self, exception: BaseException, traceback: Any = None) -> None:
        """An attempt failed: the rest is done the careful way, on the loop."""
        if self._done:
            return
        self.drop_deadline()
        if not isinstance(exception, HazelcastError) or self._task is not None:
            self._complete(None, exception)
        elif is_end_of_client(exception):
            exception.with_facts(operation=self._request.operation, attempts=1)
            self._complete(None, exception)
        else:
            self.go_careful(exception)

    def has_deadline(self) -> None:
        """It was sent, and has a timeout of its own."""
        when = self._when()
        self._engine.core.clockwork.give_deadline_soon(self.correlation, when)
        if self._done:
            self._engine.core.clockwork.drop_deadline(self.correlation, when)

    def _when(self) -> float:
        return self._started + (self._timeout or 0.0)

    def set_result(self, result: Any) -> None:
        """The reply is here."""
        if self._timeout is not None:
            self.drop_deadline()
        self._complete(result, None)

    def drop_deadline(self) -> None:
        """What was sent waits for its answer no more."""
        if self._timeout is not None:
            self._engine.core.clockwork.drop_deadline(self.correlation, self._when())

    def go_careful(self, failed: HazelcastError | None = None) -> None:
        """Leave the call to the invocation; its end is this future's."""
        core = self._engine.here()
        if failed is None and core.life.is_offline:
            self._complete(None, core.life.offline().with_facts(operation=self._request.operation))
            return
        invocation = Invocation(core, self._request, self._started, self._timeout)
        self._go_on_loop(invocation, invocation.run, failed)

    def _go_on_loop(
        self,
        invocation: Invocation[T],
        function: Callable[[Unpack[Ts]], Coroutine[Any, Any, Buffer]],
        *args: *Ts,
    ) -> None:
        self._task = task = self._engine.hosted.task(function, *args)
        try:
            self._engine.begin(task)
            task.add_done_callback(partial(self._careful_done, invocation))
        except BaseException:
            task.cancel()
            raise

    def _careful_done(self, invocation: Invocation[T], task: HostedTask[Buffer]) -> None:
        if task.cancelled():
            self._cancelled = True
            self._complete(None, concurrent.futures.CancelledError())
        elif (error := task.exception()) is not None:
            self._complete(None, error)
        else:
            assert invocation.connection is not None
            self.source = invocation.connection
            self._complete(task.result(), None)

    def _give_up(self) -> bool:
        if self._task is not None:
            return self._task.cancel()
        if not self._engine.forget(self.correlation):
            return False
        self.drop_deadline()
        self._engine.core.counters.indeterminate_writes += not self._request.retryable
        return True


class PartFuture(ReplyFuture[T]):
    """One of many for a thread that waits for all of them, one after the other.

    For schemas, too, it has no more time than the call: not as much again for each of them.
    """

    __slots__ = ()

    def _patience(self) -> float:
        return self._started + self._seconds()


class AcquisitionFuture(ReplyFuture[T]):
    """The future of an `Acquisition`; cancelling it gives back what was or will be acquired."""

    __slots__ = ("_acquiring", "_handover")

    def __init__(
        self, engine: FutureEngine, request: Acquisition[T], timeout: float | None
    ) -> None:
        started = monotonic()
        super().__init__(engine, request, started, timeout)
        self._handover = Handover()
        self._acquiring = Acquiring(engine.here(), request, started, timeout)

    def go_careful(self, failed: HazelcastError | None = None) -> None:
        """There is no other way for this one."""
        self._go_on_loop(self._acquiring, self._acquiring.hand_over, self._handover)

    def _give_up(self) -> bool:
        if not super()._give_up():
            return False
        self._engine.leave(self._acquiring, self._handover)
        return True


class _Decoded:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value
