# SPDX-License-Identifier: Apache-2.0
"""Booking, as the web service does it: with asyncio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from gridwire.errors import Outcome
from gridwire.hazelcast.asyncio import Map
from gridwire.hazelcast.errors import HazelcastError

__all__ = ["Booking"]

T = TypeVar("T")

_ATTEMPTS = 5


class Booking:
    """Seats of one show: a customer holds a seat for a while, and buys it or loses it.

    Args:
        seats: the map of the show: the name of a seat to ``"held by ..."`` or ``"sold to ..."``.
            A free seat is not in it.
    """

    def __init__(self, seats: Map[str, str]) -> None:
        self._seats = seats

    async def hold(self, seat: str, customer: str, seconds: int = 120) -> bool:
        """Keep a seat for a customer who has begun to pay.

        Returns:
            False when somebody else has it.
        """
        mine = f"held by {customer}"
        before = await _settled(lambda: self._seats.put_if_absent(seat, mine, ttl=seconds))
        return before is None or before == mine

    async def buy(self, seat: str, customer: str) -> bool:
        """Sell a seat to the customer who holds it.

        Returns:
            False when the customer does not hold it any more.
        """
        held, sold = f"held by {customer}", f"sold to {customer}"
        if await _settled(lambda: self._seats.replace_if_same(seat, held, sold)):
            return True
        # The first of several attempts may have done it, although its answer was lost.
        return await self._seats.get(seat) == sold

    async def release(self, seat: str, customer: str) -> None:
        """Give up a seat that was not bought."""
        await _settled(lambda: self._seats.remove_if_same(seat, f"held by {customer}"))


async def _settled(write: Callable[[], Awaitable[T]]) -> T:
    """Write again when a member died in the middle and nobody knows what it had done.

    All writes here may be made twice: each names the customer, and changes nothing the second time.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return await write()
        except HazelcastError as error:
            if error.outcome is not Outcome.UNKNOWN:
                raise
    return await write()
