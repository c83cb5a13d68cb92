# SPDX-License-Identifier: Apache-2.0
"""Goes to addresses, to each once, and to not too many at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from gridwire._core.addresses import Endpoint

__all__ = ["Visits"]

V = TypeVar("V")

_AT_ONCE = 16
"""Addresses that are looked at together."""


class Visits(Generic[V]):
    """What came of going to addresses.

    Args:
        go: goes to one, whose certificate must be for a name if there is one.
    """

    def __init__(self, go: Callable[[Endpoint, str | None], Coroutine[Any, Any, V]]) -> None:
        self._go = go
        self._going: dict[Endpoint, asyncio.Task[V]] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def to(self, endpoint: Endpoint, server_name: str | None = None) -> V:
        """Go to an address, unless somebody did, or does: he is waited for."""
        going = self._going.get(endpoint)
        if going is None:
            coroutine = self._in_turn(endpoint, server_name)
            going = self._going[endpoint] = asyncio.create_task(coroutine)
        return await going

    async def _in_turn(self, endpoint: Endpoint, server_name: str | None) -> V:
        async with self._turn:
            return await self._go(endpoint, server_name)

    async def all(self) -> dict[Endpoint, V]:
        """All of them, in the order in which they began."""
        return {endpoint: await going for endpoint, going in self._going.items()}
