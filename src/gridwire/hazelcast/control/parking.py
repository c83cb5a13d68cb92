# SPDX-License-Identifier: Apache-2.0
"""Who waits on the loop of a client, and how waiting ends when the client does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Parking"]


class Parking:
    """The invocations of one client that run on its loop, and what they wait for."""

    def __init__(self) -> None:
        # To each whether it outlasts times without a connection.
        self._parked: dict[asyncio.Future[None], bool] = {}
        self._invocations: set[object] = set()

    @contextmanager
    def calling(self, invocation: object) -> Iterator[None]:
        """An invocation runs; the client's end waits until it has told its caller."""
        self._invocations.add(invocation)
        try:
            yield
        finally:
            self._invocations.discard(invocation)

    async def park(
        self, future: asyncio.Future[None], when: float | None, patient: bool = False
    ) -> None:
        """Wait for a future, and not beyond the client's end.

        Args:
            future: what to wait for.
            when: the deadline in seconds of the client's clock, None for none.
            patient: wait also while no member is connected, whatever `reconnect_mode` is.

        Raises:
            TimeoutError: the deadline has passed.
            HazelcastClientNotActiveError: the client is shut down.
            ClientOfflineError: the last connection was lost, and nobody is to wait for another.
        """
        self._parked[future] = patient
        try:
            async with asyncio.timeout_at(when):
                await future
        finally:
            self._parked.pop(future, None)

    def fail_impatient(self, error: Callable[[], Exception]) -> None:
        """The last connection was lost, and nobody is to wait for another.

        Args:
            error: makes what each is told.
        """
        for future, patient in list(self._parked.items()):
            if not patient and not future.done():
                future.set_exception(error())

    async def end(self, error: Callable[[], Exception]) -> None:
        """The client ends; returns when every invocation has told its caller.

        Args:
            error: makes what each is told that waits.
        """
        for future in list(self._parked):
            if not future.done():
                future.set_exception(error())
        while self._invocations:  # noqa: ASYNC110 - each needs a few rounds of this very loop
            await asyncio.sleep(0)
