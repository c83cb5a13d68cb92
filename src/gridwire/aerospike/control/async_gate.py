# SPDX-License-Identifier: Apache-2.0
"""The gate in front of an asyncio client: so many operations at once, who waits longest first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from gridwire._core.gate import Gate
from gridwire.aerospike.exception import BackpressureError

if TYPE_CHECKING:
    from gridwire.aerospike.diagnostics import GateFacts

__all__ = ["AsyncGate"]


class AsyncGate:
    """Lets operations in.

    Args:
        limit: how many at once.
        timeout: seconds that one waits for its turn at most; 0 for ever.
    """

    def __init__(self, limit: int, timeout: float) -> None:
        self._limit = limit
        self._timeout = timeout
        self._inside = 0
        self._gate = Gate()

    @property
    def facts(self) -> GateFacts:
        """How it stands; for any thread."""
        return {"limit": self._limit, "waiting": self.waiting}

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._gate)

    @asynccontextmanager
    async def place(self, operation: str | None = None) -> AsyncIterator[None]:
        """Inside for as long as the block lasts.

        Args:
            operation: name of the call, for errors.

        Raises:
            BackpressureError: the turn did not come in time; nothing was sent.
        """
        if self._inside >= self._limit or self._gate:
            await self._wait(operation)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            if self._gate:
                self._gate.admit(self._limit - self._inside)

    async def _wait(self, operation: str | None) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        turn: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not turn.done():
                turn.set_result(None)

        gate = self._gate
        gate.join(wake)
        # Places may be free although somebody waits: those who were let in are on their way.
        gate.admit(self._limit - self._inside)
        admitted = False
        try:
            async with asyncio.timeout(self._timeout or None):
                await turn
            admitted = True
        except TimeoutError:
            raise BackpressureError(
                f"no turn among {self._limit} operations at once within {self._timeout:g} s "
                "(max_concurrent_operations, operation_queue_timeout_ms)",
                operation=operation,
                phase="waiting for a turn",
                attempts=0,
                elapsed=loop.time() - started,
            ) from None
        finally:
            if turn.done() and not turn.cancelled():
                gate.arrived()
                if not admitted:
                    # It was let in and does not come: the place is the next one's.
                    gate.admit(self._limit - self._inside)
            else:
                gate.leave(wake)
