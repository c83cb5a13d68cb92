# SPDX-License-Identifier: Apache-2.0
"""The events of one listener, told in order also while a schema for one of them is asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from gridwire.errors import GridwireError
from gridwire.hazelcast.protocol.frames import Buffer
from gridwire.hazelcast.serialization.faults import UnknownSchemaError

if TYPE_CHECKING:
    from gridwire.hazelcast.cluster.listeners import Registration
    from gridwire.hazelcast.control.core import ClientCore

__all__ = ["MAX_HELD_BYTES", "MAX_HELD_EVENTS", "HeldEvents"]

MAX_HELD_EVENTS: Final = 10_000
"""Events of one listener that wait for a schema. It comes in one round trip; while members are
silent for long, events must not fill the memory."""

MAX_HELD_BYTES: Final = 16 * 1024 * 1024
"""Bytes of the events of one listener that wait for a schema, for the same reason."""

_FULL_SECONDS: Final = 0.05
"""How long it takes until it is tried again when too many callbacks wait."""


class HeldEvents:
    """Tells one listener its events, one after the other. All of it runs where callbacks run.

    Args:
        core: the client.
        registration: of the listener.
        read: makes of an event what is to be called for it.
    """

    def __init__(
        self,
        core: ClientCore,
        registration: Registration,
        read: Callable[[Buffer], Callable[[], object] | None],
    ) -> None:
        self._core = core
        self._registration = registration
        self._read = read
        # The first of them has the schema that is asked for, or is about to be told.
        self._held: deque[Buffer] = deque()
        self._bytes = 0

    def take(self, message: Buffer) -> None:
        """An event."""
        if self._held:
            self._hold(message)
            return
        try:
            call = self._read(message)
        except UnknownSchemaError as error:
            self._hold(message)
            self._ask(error.schema_id)
            return
        except GridwireError as error:
            self._say_lost(error, "one cannot be read")
            return
        if call is not None:
            call()

    def _hold(self, message: Buffer) -> None:
        size = len(message)
        full = len(self._held) >= MAX_HELD_EVENTS or self._bytes + size > MAX_HELD_BYTES
        # The first one is here whether it is held or not, and what follows relies on it.
        if full and self._held:
            self._lost("too many wait for the schema of one before them")
            return
        self._held.append(message)
        self._bytes += size

    def _ask(self, schema_id: int) -> None:
        self._core.from_anywhere(lambda: self._core.spawn(self._go_on_with(schema_id)))

    async def _go_on_with(self, schema_id: int) -> None:
        core, failed = self._core, None
        deadline = core.now() + core.options.invocation_timeout
        try:
            await core.schemas.asked.ask(schema_id, deadline, "event")
        except GridwireError as error:
            failed = error
        # While too many callbacks wait it is tried again: only where they run may the events be
        # touched, and one of those may come right now.
        while core.lifecycle.running:
            if core.dispatcher.dispatch(self._go_on, failed):
                return
            await asyncio.sleep(_FULL_SECONDS)

    def _go_on(self, failed: GridwireError | None = None) -> None:
        """The schema for the first event is here, or cannot be had."""
        if self._registration.is_over:
            self._drop_all()
            return
        call = None
        try:
            if failed is None:
                call = self._read(self._held[0])
            else:
                self._say_lost(failed, "one has a schema that is not known")
        except UnknownSchemaError as error:
            self._ask(error.schema_id)
            return
        except GridwireError as error:
            self._say_lost(error, "one cannot be read")
        except BaseException:
            self._next()
            raise
        self._next()
        # Last, for it may raise. Nothing that comes meanwhile is told before it.
        if call is not None:
            call()

    def _next(self) -> None:
        self._bytes -= len(self._held.popleft())
        if self._held and not self._core.dispatcher.dispatch(self._go_on):
            self._drop_all()

    def _drop_all(self) -> None:
        """The client ends, or nobody listens any more, or too many callbacks wait."""
        if self._held:
            self._held.clear()
            self._bytes = 0
            self._lost("callbacks are slower than events, too many wait")

    def _say_lost(self, error: GridwireError, why: str) -> None:
        self._lost(why)
        # With its traceback: it may come out of a serializer of the program.
        self._core.log.error("an event cannot be read: %s", error, reason=error, exc_info=error)

    def _lost(self, why: str) -> None:
        core, handle = self._core, self._registration.handle
        core.from_anywhere(core.listening.gaps.dropped, handle, why)
