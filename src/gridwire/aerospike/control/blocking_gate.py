# SPDX-License-Identifier: Apache-2.0
"""The gate in front of a threaded client: so many operations at once, who waits longest first."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from gridwire._io.slots import NoSlot, Slots
from gridwire.aerospike.exception import BackpressureError

if TYPE_CHECKING:
    from gridwire.aerospike.diagnostics import GateFacts

__all__ = ["BlockingGate", "Place"]


class Place:
    """Who has it is inside."""

    __slots__ = ("__weakref__",)


class BlockingGate:
    """Lets operations in.

    Args:
        limit: how many at once.
        timeout: seconds that one waits for its turn at most; 0 for ever.
    """

    def __init__(self, limit: int, timeout: float) -> None:
        self._limit = limit
        self._timeout = timeout
        self._places = Slots(limit, Place)

    @property
    def facts(self) -> GateFacts:
        """How it stands; for any thread."""
        return {"limit": self._limit, "waiting": self.waiting}

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._places.waiting)

    def enter(self, operation: str | None = None) -> Place:
        """Get in, after all who came before.

        Args:
            operation: name of the call, for errors.

        Raises:
            BackpressureError: the turn did not come in time; nothing was sent.
        """
        places = self._places
        try:
            if not places.waiting:
                return places.shards[0].pop()
        except IndexError:
            pass
        started = monotonic()
        try:
            return places.take(self._timeout or None)
        except NoSlot:
            raise BackpressureError(
                f"no turn among {self._limit} operations at once within {self._timeout:g} s "
                "(max_concurrent_operations, operation_queue_timeout_ms)",
                operation=operation,
                phase="waiting for a turn",
                attempts=0,
                elapsed=monotonic() - started,
            ) from None

    def leave(self, place: Place) -> None:
        """Get out; the next one gets the place."""
        self._places.give(place)
